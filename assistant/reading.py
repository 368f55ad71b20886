"""Reading passages for a question: how well each sentence answers it, and whether any does.

A sentence is weighed by the words of the question that it and its surroundings speak of (rare words weigh more, words
of like meaning count in part), by its likeness to the question as a whole, by the rank of its passage, and by whether
it holds the kind of thing asked for: a number of what is counted, a day, a name, a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.attribution import speaker
from assistant.evidence import Evidence
from assistant.questions import Question, Term, lexicon, word_list
from index import Article, Embedder, SearchHit, Span, term_of, words

# Set by hand on the published seed article and looked over on newsbench; see the benchmarks for what they give.
OWN, NEAR, HEADING, ELSEWHERE = 1.0, 0.75, 0.7, 0.5
"""What a word counts where it stands: in the sentence, in the two before it or the one after, in the heading or title,
elsewhere in the article."""

LIKE, LIKE_FULL = 0.36, 0.60
"""Cosine of two words' vectors from which one speaks of the other, and from which it fully does. Of 4,000 random pairs
of news words 1 % reach 0.30 and 0.5 % 0.35; "length" and "kilometer" have 0.40, "places" and "locations" 0.80. On a
quarter of newsbench 0.36 answered as many rightly as 0.30 did, and declined 0.91 of the unanswerable against 0.85."""

PREDICATE = 1.6
"""How much more the verb of the question weighs: "was the commander killed" is decided where "killed" stands."""

EXACT = 0.85
"""What a word must count at least in the sentence itself for the sentence to be about the question at all."""

WEIGHTS = {"own": 0.45, "near": 0.25, "likeness": 0.3, "kind": 0.35, "rank": 0.1}
ENOUGH = 0.62
"""Share of the question's words, by weight, that a sentence and its surroundings must speak of to answer it."""

FRAGMENT = 0.5
"""What likeness loses where a line does not end as a sentence does: a link, an item of a list."""

SHORTEST = 4
"""Lines of fewer words state nothing by themselves."""

DEMONYM_PREFIX = 5
"""Letters that "Pakistan" and "Pakistani" must share at least to be of one stock."""

_ENDS = re.compile(r"""[.!?…:][")\]'”’»]*$""")


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence read for a question.

    ``score`` orders sentences. ``coverage`` is the share of the question's words that it and its surroundings speak
    of, by weight, 0 to 1; ``own`` of the sentence alone. ``fits`` says how well it holds the kind of thing asked for,
    0 (not) to 1. ``exact`` says whether it has one of the question's words itself.
    ``missing`` are the question's words that nothing near speaks of.
    """

    hit: SearchHit
    sentence: Span
    score: float
    own: float
    coverage: float
    fits: float
    exact: bool
    missing: tuple[str, ...]

    @property
    def text(self) -> str:
        """The sentence, as it stands in the article."""
        return self.hit.article.text[self.sentence.start : self.sentence.end]


class Reader:
    """Reads evidence. Holds the vectors of words it has met; safe to use from several threads."""

    def __init__(self, embedder: Embedder, rarity: Callable[[Sequence[str]], tuple[list[int], int]]) -> None:
        """Args:
        embedder: gives the vectors of words and sentences; the fast one, whatever the archive is indexed with.
        rarity: in how many passages each of some terms occurs, and how many there are.
        """
        self._embedder = embedder
        self._rarity = rarity
        self._word_vector = lru_cache(maxsize=50_000)(self._embed_word)

    def read(self, question: Question, evidence: Evidence) -> list[Reading]:
        """Every sentence of the evidence, read for the question, best first."""
        candidates: list[tuple[SearchHit, Span, int]] = []
        seen: set[tuple[str, int]] = set()
        for rank, hit in enumerate(evidence.hits):
            for sentence in hit.article.sentences_between(hit.passage.start, hit.passage.end):
                line = hit.article.text[sentence.start : sentence.end]
                if (hit.article.id, sentence.start) not in seen and len(line.split()) >= SHORTEST:
                    seen.add((hit.article.id, sentence.start))
                    candidates.append((hit, sentence, rank))
        if not candidates:
            return []
        pages = {hit.article.id: _Page(hit.article) for hit, _, _ in candidates}
        weights = self._weights(question, [pages[hit.article.id].of(sentence) for hit, sentence, _ in candidates])
        vectors = self._embedder.embed_documents([hit.article.text[s.start : s.end] for hit, s, _ in candidates])
        likeness = vectors @ self._embedder.embed_query(question.text)
        readings = [
            self._read_one(question, weights, hit, sentence, rank, float(like), pages[hit.article.id])
            for (hit, sentence, rank), like in zip(candidates, likeness, strict=True)
        ]
        readings.sort(key=lambda reading: -reading.score)
        return readings

    def _read_one(
        self,
        question: Question,
        weights: dict[str, float],
        hit: SearchHit,
        sentence: Span,
        rank: int,
        like: float,
        page: _Page,
    ) -> Reading:
        own_words, near_words, frame_words = page.around(sentence, hit.passage.heading)
        own_terms, near_terms, frame_terms = (
            {term for _, term in found} for found in (own_words, near_words, frame_words)
        )
        asked = {term.term for term in question.terms}
        own_sum = near_sum = total = 0.0
        exact = False
        missing = []
        in_names = {term for name in question.names for term in name}
        for term in question.terms:
            weight = weights[term.term]
            total += weight
            own = OWN * self._speaks_of(term, own_words, own_terms, asked, exact=term.term in in_names)
            near = max(
                own,
                NEAR * self._speaks_of(term, near_words, near_terms, asked, exact=term.term in in_names),
                HEADING * self._speaks_of(term, frame_words, frame_terms, asked, exact=term.term in in_names),
                ELSEWHERE * page.has(term.term),
            )
            exact |= own >= EXACT
            own_sum += weight * own
            near_sum += weight * near
            # a name that stands only elsewhere in the article is not what this sentence is about
            if near < (HEADING * 0.9 if term.term in in_names else ELSEWHERE * 0.5):
                missing.append(term.word)
        asked_words = {term.term: term.word for term in question.terms}
        for name in question.names:
            parts = [asked_words[term] for term in name if term in asked_words]
            if len(name) > 1 and (set(parts) & set(missing) or not page.names(name)):
                # half a name is no name: "units" is nothing of the United Nations
                missing = [*(word for word in missing if word not in parts), " ".join(parts)]
        fits = fits_kind(question, page.article.text[sentence.start : sentence.end], self._like)
        own, coverage = (own_sum / total, near_sum / total) if total else (0.0, 0.0)
        if not _ENDS.search(page.article.text[sentence.start : sentence.end]):
            like -= FRAGMENT
        score = (
            WEIGHTS["own"] * own
            + WEIGHTS["near"] * coverage
            + WEIGHTS["likeness"] * like
            + WEIGHTS["kind"] * fits
            + WEIGHTS["rank"] / (1 + rank)
        )
        return Reading(hit, sentence, score, own, coverage, fits, exact, tuple(dict.fromkeys(missing)))

    def _weights(self, question: Question, sentences: Sequence[list[tuple[str, str]]]) -> dict[str, float]:
        terms = [term.term for term in question.terms]
        frequencies, passages = self._rarity(terms)
        among = [sum(any(other == term for _, other in found) for found in sentences) for term in terms]
        # rare in the archive, and rare among the sentences at hand: in an archive of one article only the second tells
        rare = _rarities(frequencies, passages)
        telling = _rarities(among, len(sentences))
        inflected = {word.lower() for found in sentences for word, _ in found if word.lower().endswith("ed")}
        return {
            term.term: (0.4 + 0.6 * rare[at] + 0.6 * telling[at])
            * (PREDICATE if _is_predicate(question, term, inflected) else 1.0)
            for at, term in enumerate(question.terms)
        }

    def _speaks_of(
        self, term: Term, found: list[tuple[str, str]], terms: set[str], asked: set[str], *, exact: bool
    ) -> float:
        if term.term in terms:
            return 1.0
        if any(_same_stock(term.term, other) for other in terms):
            return 0.95
        if exact or term.term[0].isdigit():
            return 0.0
        if any(other in _synonyms().get(term.term, ()) for other in terms):
            return 0.85
        if term.word.lower() in word_list("roles"):
            # by their vectors every office resembles every other: a minister is no president
            return 0.0
        # a word that already answers to another word of the question does not answer to this one too
        others = [word for word, other in found if other not in asked and not other[0].isdigit()]
        if not others:
            return 0.0
        best = max(self._like(term.word, word) for word in others)
        return 0.0 if best < LIKE else 0.4 + 0.5 * min(1.0, (best - LIKE) / (LIKE_FULL - LIKE))

    def _like(self, one: str, other: str) -> float:
        return float(self._word_vector(one.lower()) @ self._word_vector(other.lower()))

    def _embed_word(self, word: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._embedder.embed_documents([word])[0]
        return vector


class _Page:
    """An article's words by where they stand."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self._starts = [sentence.start for sentence in article.sentences]
        self._words: dict[int, list[tuple[str, str]]] = {}
        self._running = _terms_of(article.text)
        self._all = frozenset(self._running)
        self._names: dict[tuple[str, ...], bool] = {}

    def around(
        self, sentence: Span, heading: str
    ) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
        """(word, term) of the sentence, of the sentences beside it, and of heading and title."""
        at = self._starts.index(sentence.start)
        beside = [word for near in (at - 2, at - 1, at + 1) if 0 <= near < len(self._starts) for word in self._of(near)]
        return self._of(at), beside, _pairs(f"{heading}. {self.article.title}")

    def of(self, sentence: Span) -> list[tuple[str, str]]:
        """(word, term) of a sentence."""
        return self._of(self._starts.index(sentence.start))

    def has(self, term: str) -> bool:
        return term in self._all

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
        return any(set(name) <= {term for _, term in self._of(at)} for at in range(len(self._starts)))

    def _has_capital(self, term: str) -> bool:
        return any(
            word[:1].isupper() and found == term for at in range(len(self._starts)) for word, found in self._of(at)
        )

    def _of(self, at: int) -> list[tuple[str, str]]:
        if at not in self._words:
            sentence = self.article.sentences[at]
            self._words[at] = _pairs(self.article.text[sentence.start : sentence.end])
        return self._words[at]


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(word, term) for word in words(text) if (term := term_of(word))]


@lru_cache(maxsize=256)
def _terms_of(text: str) -> tuple[str, ...]:
    return tuple(term for _, term in _pairs(text))


def _rarities(frequencies: Sequence[int], total: int) -> list[float]:
    # BM25's idf, as a share of the highest among these terms
    idf = [float(np.log1p((total - found + 0.5) / (found + 0.5))) for found in frequencies]
    top = max(idf, default=0.0) or 1.0
    return [value / top for value in idf]


def _is_predicate(question: Question, term: Term, inflected: set[str]) -> bool:
    # without a tagger: a word in -ed, or one whose form in -ed the evidence uses
    word = term.word.lower()
    if any(term.term in name for name in question.names) or len(word) < 3:
        return False
    return (word.endswith("ed") and len(word) > 4) or bool({f"{word}ed", f"{word}d", f"{word}{word[-1]}ed"} & inflected)


def _same_stock(one: str, other: str) -> bool:
    # Pakistan and Pakistani, Afghan and Afghanistan
    short, long = sorted((one, other), key=len)
    return len(short) >= DEMONYM_PREFIX and long.startswith(short) and len(long) - len(short) <= DEMONYM_PREFIX


@cache
def _synonyms() -> dict[str, frozenset[str]]:
    groups = lexicon()["synonyms"]
    assert isinstance(groups, list)
    found: dict[str, set[str]] = {}
    for group in groups:
        terms = {term_of(word) for word in group}
        for term in terms:
            found.setdefault(term, set()).update(terms)
    return {term: frozenset(others) for term, others in found.items()}


# --- the kind of thing asked for -----------------------------------------------------------------------------------

_DIGITS = r"\d[\d,.]*"
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}(?::\d\d)?\s*[ap]\.?m\b|\b(?:mid)?night\b|\bnoon\b", re.IGNORECASE)
_PLACED = re.compile(
    r"\b(?:in|at|near|from|to|across|outside|into|inside|over|of|for|off|around|towards?)\s+"
    r"(?:the\s+|downtown\s+|(?:north|south|east|west)(?:ern)?\s+|central\s+)*[A-Z]"
)
_CAPITAL = re.compile(r"(?<=[\w,;:—–-] )[“\"‘]?[A-Z][\w’'-]+|^[“\"‘]?[A-Z][\w’'-]+ [A-Z][\w’'-]+")
_ONE_OF = re.compile(r"\bone of\b", re.IGNORECASE)
_LANDMARK = re.compile(r"\b(?:before|after|since|following|until|ahead of|prior to)(?:\W+\w+){1,4}", re.IGNORECASE)
_UNCOUNTED_PLURALS = frozenset(
    ["people", "police", "men", "women", "children", "troops", "staff", "personnel", "crew", "cattle"]
)

NUMBER_REACH = 4
"""How many words may stand between a number and what it counts: "three heavily guarded Pakistani outposts"."""

VAGUE = 0.4
"""What a vague hint counts ("days before", "after") where a plain one ("Saturday", "because") counts 1."""


def fits_kind(question: Question, sentence: str, like: Callable[[str, str], float]) -> float:
    """How well ``sentence`` holds the kind of thing that ``question`` asks for: 0 not at all, 1 plainly."""
    match question.wants:
        case "number":
            return float(_counts(question.counted, sentence, like))
        case "measure":
            return float(_measures(question.units, sentence))
        case "time":
            return _tells_time(sentence) * (VAGUE if _is_only_a_landmark(question, sentence) else 1.0)
        case "place":
            return float(bool(_PLACED.search(sentence)))
        case "person":
            return float(_has_person(question, sentence))
        case "name":
            return float(_has_cue("naming", sentence))
        case "expansion":
            return float(
                any(
                    re.search(rf"\(\W*{re.escape(t.word)}\W*\)|\b{re.escape(t.word)}\s*\(", sentence)
                    for t in question.terms
                )
            )
        case "reason":
            return 1.0 if _has_cue("reason", sentence) else VAGUE * _has_cue("hint", sentence)
        case "statement":
            return float(bool(speaker(sentence)) or "“" in sentence or '"' in sentence)
        case _:
            return 1.0


def _tells_time(sentence: str) -> float:
    found = {word.lower().strip(".") for word in re.findall(r"[\w.]+", sentence)}
    if (
        _YEAR.search(sentence)
        or _CLOCK.search(sentence)
        or found & ((word_list("months") - {"may"}) | word_list("weekdays"))
        or re.search(r"\bMay \d", sentence)
    ):
        return 1.0
    return VAGUE if found & word_list("times") else 0.0


def _is_only_a_landmark(question: Question, sentence: str) -> bool:
    # "days before the fighting erupted" tells when something else was
    clauses = list(_LANDMARK.finditer(sentence))
    rest = _LANDMARK.sub(" ", sentence)
    return any(_touched(question, clause[0]) > _touched(question, rest) for clause in clauses)


def _touched(question: Question, text: str) -> int:
    found = {term for _, term in _pairs(text)}
    return sum(1 for term in question.terms if term.term in found or found & _synonyms().get(term.term, frozenset()))


def _counts(counted: str, sentence: str, like: Callable[[str, str], float]) -> bool:
    tokens = re.findall(rf"{_DIGITS}|[^\W\d_]+", _ONE_OF.sub("", sentence))
    wanted = term_of(words(counted)[0]) if words(counted) else ""
    for at, token in enumerate(tokens):
        if not (token[0].isdigit() or token.lower() in word_list("numbers")):
            continue
        if not wanted:
            return True
        for word in tokens[at + 1 : at + 2 + NUMBER_REACH]:
            term = term_of(word)
            if term == wanted:
                return True
            plural = word.lower().endswith("s") or word.lower() in _UNCOUNTED_PLURALS
            if plural and term and (term in _synonyms().get(wanted, ()) or like(counted, word) >= LIKE_FULL):
                return True
    return False


def _measures(units: tuple[str, ...], sentence: str) -> bool:
    number = rf"(?:{_DIGITS}|\b(?:{'|'.join(word_list('numbers'))}|a|an)\b)"
    if not units:
        return bool(re.search(number, sentence, re.IGNORECASE))
    for kind in units:
        if kind == "money" and re.search(r"[$€£¥₹]\s*\d", sentence):
            return True
        if kind == "share" and re.search(r"\d\s*%", sentence):
            return True
        names = "|".join(re.escape(unit) for unit in sorted(word_list("units", kind), key=len, reverse=True))
        if re.search(rf"{number}[\s-]*(?:\w+[\s-]+)?(?:{names})s?\b", sentence, re.IGNORECASE):
            return True
    return False


def _has_person(question: Question, sentence: str) -> bool:
    found = {word.lower() for word in re.findall(r"\w+", sentence)}
    if found & word_list("roles"):
        return True
    asked = {term for name in question.names for term in name}
    names = [word for match in _CAPITAL.finditer(sentence) for word in words(match[0])]
    return any(term_of(name) and term_of(name) not in asked for name in names)


def _has_cue(kind: str, sentence: str) -> bool:
    return any(re.search(rf"\b{re.escape(cue)}", sentence.lower()) for cue in word_list("cues", kind))
