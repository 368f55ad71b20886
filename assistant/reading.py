"""Reading passages for a question: how well each sentence answers it, and whether any does.

A sentence is first read for the words of the question that it and its surroundings speak of (rare words weigh more,
words of like meaning count in part), for its likeness to the question as a whole, and for whether it holds the kind of
thing asked for. What tells that it answers is then weighed as learned (:mod:`assistant.weights`).
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.describing import asked_after, introduces
from assistant.evidence import Evidence
from assistant.kinds import fits_kind, names_office
from assistant.likeness import DEMONYM_PREFIX, LIKE, LIKE_FULL, Likeness, cosines, same_stock
from assistant.questions import Question, Term, synonyms, word_list, words_of
from assistant.signals import Candidate, Signals, matrix, signals
from assistant.weights import sentence_scores
from index import Article, Embedder, SearchHit, Span, terms

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

PAGES = 500
"""Articles whose words are kept, those read last: about 20 MB."""

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
        self._pages: OrderedDict[str, _Page] = OrderedDict()
        self._lock = threading.Lock()

    def rarity(self, terms: Sequence[str]) -> list[float]:
        """BM25's idf of terms in the archive."""
        frequencies, passages = self._frequencies(terms)
        found: list[float] = _idf(np.array(frequencies), passages).tolist()
        return found

    def passages(self) -> int:
        """How many passages the archive has."""
        return self._frequencies(())[1]

    def read(self, question: Question, evidence: Evidence) -> list[Reading]:
        """Every sentence of the evidence, read for the question, best first."""
        found = _sentences(evidence)
        if not found:
            return []
        pages = {hit.article.id: hit.article for hit, _, _ in found}
        asked = _Asked(question, {id_: self._page(article) for id_, article in pages.items()}, self.like)
        places = [asked.pages[hit.article.id].place(sentence) for hit, sentence, _ in found]
        own_words = [asked.pages[hit.article.id].words(at) for (hit, _, _), at in zip(found, places, strict=True)]
        weights = self._weights(question, own_words)
        asked.listen([(hit, at) for (hit, _, _), at in zip(found, places, strict=True)])
        texts = [hit.article.text[sentence.start : sentence.end] for hit, sentence, _ in found]
        *vectors, of_question = self._embedder.embed_documents([*texts, question.text])
        likenesses = cosines(np.array(vectors), of_question)
        drafts = [
            self._read_one(asked, weights, at, text, hit, rank, likeness)
            for at, ((hit, _, rank), text, likeness) in enumerate(zip(found, texts, likenesses.tolist(), strict=True))
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

    def _page(self, article: Article) -> _Page:
        with self._lock:
            page = self._pages.get(article.id)
            # an article that is marked anew has other sentences under the same id
            if page is None or (
                page.article is not article
                and (page.article.text, page.article.sentences) != (article.text, article.sentences)
            ):
                page = self._pages[article.id] = _Page(article)
                if len(self._pages) > PAGES:
                    self._pages.popitem(last=False)
            self._pages.move_to_end(article.id)
            return page

    def _read_one(
        self,
        asked: _Asked,
        weights: NDArray[np.float64],
        at: int,
        text: str,
        hit: SearchHit,
        rank: int,
        likeness: float,
    ) -> _Draft:
        question = asked.question
        own, near, page = asked.own[at], asked.near[at], asked.pages[hit.article.id]
        total = float(weights.sum())
        missing = [question.terms[term].word for term in np.flatnonzero(asked.is_missing[at]).tolist()]
        for name, parts in asked.long_names:
            if set(parts) & set(missing) or not asked.has_name(page, name):
                # half a name is no name: "units" is nothing of the United Nations
                missing = [*(word for word in missing if word not in parts), " ".join(parts)]
        missing += [office.role for office in question.offices if not names_office(office, text)]
        fits = fits_kind(question, text, self.like.of)
        own_share, coverage = (float(own @ weights) / total, float(near @ weights) / total) if total else (0.0, 0.0)
        worth = (
            WEIGHTS["own"] * own_share
            + WEIGHTS["near"] * coverage
            + WEIGHTS["likeness"] * (likeness if _ENDS.search(text) else likeness - FRAGMENT)
            + WEIGHTS["kind"] * fits
            + WEIGHTS["rank"] / (1 + rank)
        )
        exact = bool((own >= EXACT).any())
        return _Draft(own_share, coverage, likeness, fits, exact, tuple(dict.fromkeys(missing)), worth)

    def _weights(self, question: Question, sentences: Sequence[Sequence[tuple[str, str]]]) -> NDArray[np.float64]:
        """What each term of the question weighs, shape (terms,)."""
        asked = [term.term for term in question.terms]
        frequencies, passages = self._frequencies(asked)
        held = [{term for _, term in found} for found in sentences]
        among = [sum(term in found for found in held) for term in asked]
        # rare in the archive, and rare among the sentences at hand: in an archive of one article only the second tells
        rare = _rarities(frequencies, passages)
        telling = _rarities(among, len(sentences))
        words = {word for found in sentences for word, _ in found}
        inflected = {word.lower() for word in words if word.endswith(("ed", "ED", "Ed", "eD"))}
        return np.array(
            [
                (0.4 + 0.6 * rare[at] + 0.6 * telling[at])
                * (PREDICATE if _is_predicate(question, term, inflected) else 1.0)
                for at, term in enumerate(question.terms)
            ]
        )


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
        in_names = {term for name in question.names for term in name}
        # by their vectors every office resembles every other: a minister is no president
        roles = word_list("roles")
        exact = [term.term in in_names or term.term[0].isdigit() for term in question.terms]
        self._by_vector = np.array(
            [not exact and t.word.lower() not in roles for t, exact in zip(question.terms, exact, strict=True)], bool
        )
        self._at = {term.term: at for at, term in enumerate(question.terms)}
        self._stocks: dict[str, list[int]] = {}
        self._synonyms: dict[str, list[int]] = {}
        for at, term in enumerate(question.terms):
            if len(term.term) >= DEMONYM_PREFIX:
                self._stocks.setdefault(term.term[:DEMONYM_PREFIX], []).append(at)
            if not exact[at]:
                for other in synonyms().get(term.term, ()):
                    self._synonyms.setdefault(other, []).append(at)

    def of(self, texts: Sequence[Sequence[tuple[str, str]]]) -> NDArray[np.float64]:
        """How far the words of each text speak of each term of the question, 0 to 1, shape (texts, terms)."""
        spoken = np.zeros((len(texts), len(self._terms)))
        rows = {word: at for at, word in enumerate(dict.fromkeys(word for text in texts for word in text))}
        if not rows or not self._terms:
            return spoken
        held = [at for at, text in enumerate(texts) if text]
        sizes = np.array([len(texts[at]) for at in held])
        every = self._each(list(rows))[[rows[word] for at in held for word in texts[at]]]
        spoken[held] = np.maximum.reduceat(every, np.cumsum(sizes) - sizes, axis=0)
        return spoken

    def _each(self, words: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        near = self._like.cosines([word.lower() for word, _ in words], [term.word for term in self._terms])
        soft = np.where(near < LIKE, 0.0, 0.4 + 0.5 * np.minimum(1.0, (near - LIKE) / (LIKE_FULL - LIKE)))
        # a word that already answers to another word of the question does not answer to this one too
        free = np.array([term not in self._at and not term[0].isdigit() for _, term in words], bool)
        spoken: NDArray[np.float64] = np.where(free[:, None] & self._by_vector, soft, 0.0)
        for row, (_, term) in enumerate(words):
            for at in self._synonyms.get(term, ()):
                spoken[row, at] = SYNONYM
            for at in self._stocks.get(term[:DEMONYM_PREFIX], ()):
                if same_stock(self._terms[at].term, term):
                    spoken[row, at] = STOCK
            if term in self._at:
                spoken[row, self._at[term]] = 1.0
        return spoken


class _Page:
    """An article's words by where they stand, whatever is asked."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self._places = {sentence.start: at for at, sentence in enumerate(article.sentences)}
        self._words: dict[int, list[tuple[str, str]]] = {}
        # a string takes a fifth of the memory of a set, and is searched in microseconds
        self._running = f" {' '.join(terms(article.text))} "

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

    def has(self, term: str) -> bool:
        """Whether a term, or several in a row with a space between, stands anywhere in the article."""
        return f" {term} " in self._running

    def names(self, name: tuple[str, ...]) -> bool:
        """Whether the article has this name of several words: as it is, by its initials, or by its last word."""
        initials = "".join(part[0] for part in name)
        if self.has(" ".join(name)) or self.has(initials) or self._has_capital(name[-1]):
            return True
        # "the Ministry of Defence of Afghanistan" is "Afghanistan's Ministry of Defense"
        return any(set(name) <= {term for _, term in self.words(at)} for at in range(len(self)))

    def _has_capital(self, term: str) -> bool:
        return self.has(term) and any(
            word[:1].isupper() and found == term for at in range(len(self)) for word, found in self.words(at)
        )


class _Asked:
    """A question, and how far the sentences that were found speak of each of its terms.

    ``own`` says it of each sentence, ``near`` of it and its surroundings, ``is_missing`` which terms nothing near
    speaks of; all of shape (sentences, terms). ``long_names`` are the question's names of several words, each as its
    terms and as its words.
    """

    own: NDArray[np.float64]
    near: NDArray[np.float64]
    is_missing: NDArray[np.bool_]

    def __init__(self, question: Question, pages: Mapping[str, _Page], like: Likeness) -> None:
        self.question = question
        self.pages = pages
        self._speaking = _Speaking(question, like)
        words = {term.term: term.word for term in question.terms}
        self.long_names = [
            (name, [words[term] for term in name if term in words]) for name in question.names if len(name) > 1
        ]
        self._has: dict[tuple[str, tuple[str, ...]], bool] = {}

    def listen(self, sentences: Sequence[tuple[SearchHit, int]]) -> None:
        """Learn how far sentences speak of the question, each given by its hit and its place in the article."""
        terms = self.question.terms
        texts: list[Sequence[tuple[str, str]]] = []
        rows: dict[tuple[str, int | str], int] = {}

        def row(hit: SearchHit, what: int | str) -> int:
            key = (hit.article.id, what)
            if key not in rows:
                rows[key] = len(texts)
                page = self.pages[hit.article.id]
                texts.append(page.words(what) if isinstance(what, int) else words_of(f"{what}. {page.article.title}"))
            return rows[key]

        own = [row(hit, at) for hit, at in sentences]
        framed = [row(hit, hit.passage.heading) for hit, _ in sentences]
        beside = [
            [row(hit, at + step) if 0 <= at + step < len(self.pages[hit.article.id]) else -1 for hit, at in sentences]
            for step in (-2, -1, 1)
        ]
        # the last row is that of no sentence
        spoken = np.vstack([self._speaking.of(texts), np.zeros(len(terms))])
        elsewhere = {
            id_: np.array([page.has(term.term) for term in terms], np.float64) for id_, page in self.pages.items()
        }
        self.own = spoken[own]
        self.near = np.maximum.reduce(
            [
                OWN * self.own,
                *(NEAR * spoken[rows_beside] for rows_beside in beside),
                HEADING * spoken[framed],
                ELSEWHERE * np.array([elsewhere[hit.article.id] for hit, _ in sentences]).reshape(self.own.shape),
            ]
        )
        in_names = {term for name in self.question.names for term in name}
        # a name that stands only elsewhere in the article is not what this sentence is about
        least = np.array([HEADING * 0.9 if term.term in in_names else ELSEWHERE * 0.5 for term in terms])
        # the minister of one country is not that of another that the headline names
        office = np.array([term.term in self.question.office_of for term in terms], bool)
        self.is_missing = (self.near < least) | (office & (self.own < SYNONYM))

    def has_name(self, page: _Page, name: tuple[str, ...]) -> bool:
        """Whether an article has a name; looked for once, and the same for all its sentences."""
        key = (page.article.id, name)
        if key not in self._has:
            self._has[key] = page.names(name)
        return self._has[key]


def _idf(frequencies: NDArray[np.int64], passages: int) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log1p((passages - frequencies + 0.5) / (frequencies + 0.5))
    return found


def _rarities(frequencies: Sequence[int], total: int) -> list[float]:
    # as a share of the highest among these terms
    idf: list[float] = _idf(np.array(frequencies), total).tolist()
    top = max(idf, default=0.0) or 1.0
    return [value / top for value in idf]


def _is_predicate(question: Question, term: Term, inflected: set[str]) -> bool:
    # without a tagger: a word in -ed, or one whose form in -ed the evidence uses
    word = term.word.lower()
    if any(term.term in name for name in question.names) or len(word) < 3:
        return False
    return (word.endswith("ed") and len(word) > 4) or bool({f"{word}ed", f"{word}d", f"{word}{word[-1]}ed"} & inflected)
