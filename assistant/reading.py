"""Reading passages for a question: how well each sentence answers it, and whether any does.

A sentence is first read for the words of the question that it and its surroundings speak of (rare words weigh more,
words of like meaning count in part), for its likeness to the question as a whole, and for whether it holds the kind of
thing asked for. What tells that it answers is then weighed as learned (:mod:`assistant.weights`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.describing import asked_after, introduces
from assistant.evidence import Evidence
from assistant.kinds import fits_kind, names_office
from assistant.likeness import LIKE, LIKE_FULL, Likeness, same_stock
from assistant.questions import Question, Term, synonyms, word_list, words_of
from assistant.signals import Candidate, Signals, matrix, signals
from assistant.weights import sentence_scores
from index import Article, Embedder, SearchHit, Span

# Set by hand on the published seed article and looked over on newsbench; see the benchmarks for what they give.
OWN, NEAR, HEADING, ELSEWHERE = 1.0, 0.75, 0.7, 0.5
"""What a word counts where it stands: in the sentence, in the two before it or the one after, in the heading or title,
elsewhere in the article."""

STOCK, SYNONYM = 0.95, 0.85
"""What a word counts for another of one stock (Afghan, Afghanistan), and for one that news uses for it."""

PREDICATE = 1.6
"""How much more the verb of the question weighs: "was the commander killed" is decided where "killed" stands."""

EXACT = 0.85
"""What a word must count at least in the sentence itself for the sentence to be about the question at all."""

WEIGHTS = {"own": 0.45, "near": 0.25, "likeness": 0.3, "kind": 0.35, "rank": 0.1}

FRAGMENT = 0.5
"""What likeness loses where a line does not end as a sentence does: a link, an item of a list."""

SHORTEST = 4
"""Lines of fewer words state nothing by themselves."""

STANDING = 0.5
"""What the score of its passage adds to how well a sentence fits, before other sentences are asked."""

SHORT = 6
"""A question of no more words than these stands or falls with each of them; of a longer one, which tells what it is
about, no sentence need speak of every word. Of newsbench's questions that have their answer among the first five
passages 1 % are so short and have no sentence that speaks of every word; of those of up to ten words, 11 %."""

INTRODUCED = 3.0
"""What it adds to a sentence's score that it says who or what somebody or something is, where that alone is asked. By
hand: few of the questions that the other weights were learned on are of this kind."""

ENOUGH = 0.62
"""Share of a question's words, by weight, that a sentence and its surroundings must speak of to answer it."""

_ENDS = re.compile(r"""[.!?…:][")\]'”’»]*$""")


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence read for a question.

    ``score`` orders sentences, as learned. ``coverage`` is the share of the question's words that it and its
    surroundings speak of, by weight, 0 to 1; ``own`` of the sentence alone. ``likeness`` is its cosine with the
    question. ``fits`` says how well it holds the kind of thing asked for, 0 (not) to 1. ``exact`` says whether it has
    one of the question's words itself. ``missing`` are the question's words that nothing near speaks of. ``worth`` is
    the score as the hand-set weights have it.
    """

    hit: SearchHit
    sentence: Span
    score: float
    own: float
    coverage: float
    likeness: float
    fits: float
    exact: bool
    missing: tuple[str, ...]
    worth: float
    signals: Signals

    @property
    def text(self) -> str:
        """The sentence, as it stands in the article."""
        return self.hit.article.text[self.sentence.start : self.sentence.end]

    @property
    def answers(self) -> bool:
        """Whether it speaks of all that is asked, and holds the kind of thing asked for."""
        return self.exact and self.fits > 0 and not self.missing and self.coverage >= ENOUGH


def is_short(question: Question) -> bool:
    """Whether every word of a question must be spoken of."""
    return len(question.terms) <= SHORT


@dataclass(frozen=True, slots=True)
class _Draft:
    own: float
    coverage: float
    likeness: float
    fits: float
    exact: bool
    missing: tuple[str, ...]
    worth: float


class Reader:
    """Reads evidence. Holds the vectors of words it has met, ``like``; safe to use from several threads."""

    def __init__(self, embedder: Embedder, frequencies: Callable[[Sequence[str]], tuple[list[int], int]]) -> None:
        """Args:
        embedder: gives the vectors of words and sentences; the fast one, whatever the archive is indexed with.
        frequencies: in how many passages each of some terms occurs, and how many there are.
        """
        self._embedder = embedder
        self._frequencies = frequencies
        self.like = Likeness(embedder)

    def rarity(self, terms: Sequence[str]) -> list[float]:
        """BM25's idf of terms in the archive."""
        frequencies, passages = self._frequencies(terms)
        return [_idf(found, passages) for found in frequencies]

    def passages(self) -> int:
        """How many passages the archive has."""
        return self._frequencies(())[1]

    def read(self, question: Question, evidence: Evidence) -> list[Reading]:
        """Every sentence of the evidence, read for the question, best first."""
        found = _sentences(evidence)
        if not found:
            return []
        pages: dict[str, _Page] = {}
        for hit, _, _ in found:
            pages.setdefault(hit.article.id, _Page(hit.article))
        places = [pages[hit.article.id].place(sentence) for hit, sentence, _ in found]
        own_words = [pages[hit.article.id].words(place) for (hit, _, _), place in zip(found, places, strict=True)]
        weights = self._weights(question, own_words)
        speaking = _Speaking(question, self.like)
        texts = [hit.article.text[sentence.start : sentence.end] for hit, sentence, _ in found]
        likenesses = self._embedder.embed_documents(texts) @ self._embedder.embed_query(question.text)
        drafts = [
            self._read_one(question, weights, speaking, pages[hit.article.id], place, hit, rank, float(likeness))
            for (hit, _, rank), place, likeness in zip(found, places, likenesses, strict=True)
        ]
        top = max(hit.score for hit in evidence.hits) or 1.0
        candidates = [
            Candidate(
                hit, rank, sentence, place, own, draft.coverage, draft.fits, draft.worth + STANDING * hit.score / top
            )
            for (hit, sentence, rank), place, own, draft in zip(found, places, own_words, drafts, strict=True)
        ]
        told = signals(question, candidates, self.rarity, self.like)
        what = asked_after(question.text)
        introduced = np.array([introduces(what, candidate.text) for candidate in candidates], np.float64)
        scores = sentence_scores(matrix(told)) + INTRODUCED * introduced
        readings = [
            Reading(
                candidate.hit,
                candidate.sentence,
                score,
                draft.own,
                draft.coverage,
                draft.likeness,
                draft.fits,
                draft.exact,
                draft.missing,
                draft.worth,
                one,
            )
            for candidate, draft, one, score in zip(candidates, drafts, told, scores.tolist(), strict=True)
        ]
        readings.sort(key=lambda reading: -reading.score)
        return readings

    def _read_one(
        self,
        question: Question,
        weights: dict[str, float],
        speaking: _Speaking,
        page: _Page,
        place: int,
        hit: SearchHit,
        rank: int,
        likeness: float,
    ) -> _Draft:
        own = page.spoken_of(place, speaking)
        beside = [near for near in (place - 2, place - 1, place + 1) if 0 <= near < len(page)]
        near = OWN * own
        for other in beside:
            near = np.maximum(near, NEAR * page.spoken_of(other, speaking))
        near = np.maximum(near, HEADING * page.framed(hit.passage.heading, speaking))
        near = np.maximum(near, ELSEWHERE * page.elsewhere(question))
        in_names = {term for name in question.names for term in name}
        by_weight = np.array([weights[term.term] for term in question.terms])
        total = float(by_weight.sum())
        # a name that stands only elsewhere in the article is not what this sentence is about
        missing = [
            term.word
            for term, spoken, said in zip(question.terms, near.tolist(), own.tolist(), strict=True)
            if spoken < (HEADING * 0.9 if term.term in in_names else ELSEWHERE * 0.5)
            # the minister of one country is not that of another that the headline names
            or (term.term in question.office_of and said < SYNONYM)
        ]
        asked_words = {term.term: term.word for term in question.terms}
        for name in question.names:
            parts = [asked_words[term] for term in name if term in asked_words]
            if len(name) > 1 and (set(parts) & set(missing) or not page.names(name)):
                # half a name is no name: "units" is nothing of the United Nations
                missing = [*(word for word in missing if word not in parts), " ".join(parts)]
        sentence = page.article.sentences[place]
        text = page.article.text[sentence.start : sentence.end]
        missing += [office.role for office in question.offices if not names_office(office, text)]
        fits = fits_kind(question, text, self.like.of)
        own_share, coverage = (float(own @ by_weight) / total, float(near @ by_weight) / total) if total else (0.0, 0.0)
        worth = (
            WEIGHTS["own"] * own_share
            + WEIGHTS["near"] * coverage
            + WEIGHTS["likeness"] * (likeness if _ENDS.search(text) else likeness - FRAGMENT)
            + WEIGHTS["kind"] * fits
            + WEIGHTS["rank"] / (1 + rank)
        )
        exact = bool((own >= EXACT).any())
        return _Draft(own_share, coverage, likeness, fits, exact, tuple(dict.fromkeys(missing)), worth)

    def _weights(self, question: Question, sentences: Sequence[Sequence[tuple[str, str]]]) -> dict[str, float]:
        terms = [term.term for term in question.terms]
        frequencies, passages = self._frequencies(terms)
        held = [{term for _, term in found} for found in sentences]
        among = [sum(term in found for found in held) for term in terms]
        # rare in the archive, and rare among the sentences at hand: in an archive of one article only the second tells
        rare = _rarities(frequencies, passages)
        telling = _rarities(among, len(sentences))
        inflected = {word.lower() for found in sentences for word, _ in found if word.lower().endswith("ed")}
        return {
            term.term: (0.4 + 0.6 * rare[at] + 0.6 * telling[at])
            * (PREDICATE if _is_predicate(question, term, inflected) else 1.0)
            for at, term in enumerate(question.terms)
        }


def _sentences(evidence: Evidence) -> list[tuple[SearchHit, Span, int]]:
    found: list[tuple[SearchHit, Span, int]] = []
    seen: set[tuple[str, int]] = set()
    for rank, hit in enumerate(evidence.hits):
        for sentence in hit.article.sentences_between(hit.passage.start, hit.passage.end):
            line = hit.article.text[sentence.start : sentence.end]
            if (hit.article.id, sentence.start) not in seen and len(line.split()) >= SHORTEST:
                seen.add((hit.article.id, sentence.start))
                found.append((hit, sentence, rank))
    return found


class _Speaking:
    """How far words speak of the words of one question; each word is looked at once."""

    def __init__(self, question: Question, like: Likeness) -> None:
        self._terms = question.terms
        self._like = like
        self._asked = {term.term for term in question.terms}
        in_names = {term for name in question.names for term in name}
        # by their vectors every office resembles every other: a minister is no president
        roles = word_list("roles")
        self._exact = [term.term in in_names or term.term[0].isdigit() for term in question.terms]
        self._by_vector = np.array(
            [not exact and t.word.lower() not in roles for t, exact in zip(question.terms, self._exact, strict=True)],
            bool,
        )
        self._asked_vectors = like.vectors([term.word for term in question.terms])
        self._known: dict[tuple[str, str], NDArray[np.float64]] = {}

    def of(self, words: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """How far some words speak of each term of the question, 0 to 1, shape (terms,)."""
        if not words or not self._terms:
            return np.zeros(len(self._terms))
        new = [word for word in dict.fromkeys(words) if word not in self._known]
        if new:
            self._learn(new)
        spoken: NDArray[np.float64] = np.array([self._known[word] for word in words]).max(axis=0)
        return spoken

    def _learn(self, new: list[tuple[str, str]]) -> None:
        cosines = self._like.vectors([word.lower() for word, _ in new]) @ self._asked_vectors.T
        soft = np.where(cosines < LIKE, 0.0, 0.4 + 0.5 * np.minimum(1.0, (cosines - LIKE) / (LIKE_FULL - LIKE)))
        for row, (word, term) in zip(soft, new, strict=True):
            # a word that already answers to another word of the question does not answer to this one too
            by_vector = self._by_vector & (term not in self._asked and not term[0].isdigit())
            spoken = np.where(by_vector, row, 0.0)
            for at, asked in enumerate(self._terms):
                if asked.term == term:
                    spoken[at] = 1.0
                elif same_stock(asked.term, term):
                    spoken[at] = STOCK
                elif not self._exact[at] and term in synonyms().get(asked.term, ()):
                    spoken[at] = SYNONYM
            self._known[word, term] = spoken


class _Page:
    """An article's words by where they stand."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self._places = {sentence.start: at for at, sentence in enumerate(article.sentences)}
        self._words: dict[int, list[tuple[str, str]]] = {}
        self._running = _terms_of(article.text)
        self._all = frozenset(self._running)
        self._names: dict[tuple[str, ...], bool] = {}
        self._spoken: dict[int, NDArray[np.float64]] = {}
        self._framed: dict[str, NDArray[np.float64]] = {}

    def __len__(self) -> int:
        return len(self.article.sentences)

    def place(self, sentence: Span) -> int:
        """The place of a sentence among the article's, from 0."""
        return self._places[sentence.start]

    def words(self, at: int) -> list[tuple[str, str]]:
        """(word, term) of the sentence at a place."""
        if at not in self._words:
            sentence = self.article.sentences[at]
            self._words[at] = words_of(self.article.text[sentence.start : sentence.end])
        return self._words[at]

    def spoken_of(self, at: int, speaking: _Speaking) -> NDArray[np.float64]:
        """How far the sentence at a place speaks of each term of the question."""
        if at not in self._spoken:
            self._spoken[at] = speaking.of(self.words(at))
        return self._spoken[at]

    def framed(self, heading: str, speaking: _Speaking) -> NDArray[np.float64]:
        """How far heading and title do."""
        if heading not in self._framed:
            self._framed[heading] = speaking.of(words_of(f"{heading}. {self.article.title}"))
        return self._framed[heading]

    def elsewhere(self, question: Question) -> NDArray[np.float64]:
        """Whether each term of the question stands anywhere in the article, 0 or 1."""
        return np.array([term.term in self._all for term in question.terms], np.float64)

    def names(self, name: tuple[str, ...]) -> bool:
        """Whether the article has this name of several words: as it is, by its initials, or by its last word."""
        if name not in self._names:  # asked for every sentence, and the same for all of them
            self._names[name] = self._looked_for(name)
        return self._names[name]

    def _looked_for(self, name: tuple[str, ...]) -> bool:
        running = " ".join(self._running)
        initials = "".join(part[0] for part in name)
        if f" {' '.join(name)} " in f" {running} " or initials in self._all or self._has_capital(name[-1]):
            return True
        # "the Ministry of Defence of Afghanistan" is "Afghanistan's Ministry of Defense"
        return any(set(name) <= {term for _, term in self.words(at)} for at in range(len(self)))

    def _has_capital(self, term: str) -> bool:
        return any(word[:1].isupper() and found == term for at in range(len(self)) for word, found in self.words(at))


@lru_cache(maxsize=256)
def _terms_of(text: str) -> tuple[str, ...]:
    return tuple(term for _, term in words_of(text))


def _idf(frequency: int, passages: int) -> float:
    return float(np.log1p((passages - frequency + 0.5) / (frequency + 0.5)))


def _rarities(frequencies: Sequence[int], total: int) -> list[float]:
    # as a share of the highest among these terms
    idf = [_idf(found, total) for found in frequencies]
    top = max(idf, default=0.0) or 1.0
    return [value / top for value in idf]


def _is_predicate(question: Question, term: Term, inflected: set[str]) -> bool:
    # without a tagger: a word in -ed, or one whose form in -ed the evidence uses
    word = term.word.lower()
    if any(term.term in name for name in question.names) or len(word) < 3:
        return False
    return (word.endswith("ed") and len(word) > 4) or bool({f"{word}ed", f"{word}d", f"{word}{word[-1]}ed"} & inflected)
