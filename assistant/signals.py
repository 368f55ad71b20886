"""What tells, in a sentence, that it answers: signals that cost little, each a number.

They are what a reader would look for: whether the sentence speaks of what is asked, whether it holds something new of
the kind that is asked for, where it stands, and whether other articles say the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, fields
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.likeness import Likeness
from assistant.questions import Question, word_list, words_of
from index import SearchHit, Span, terms, words

_NAME = re.compile(
    r"[“\"‘']?[A-Z][\w’'.&-]*(?:\s+(?:(?:of|the|de|and|for|van|von|al|bin)\s+)?[A-Z][\w’'.&-]*)*",
)
_QUOTED = re.compile(r"[“\"‘']([A-Z0-9][^”\"’]{1,60})[”\"’']")

AGREEING = 5
"""New words of a sentence whose agreement is counted: the five that most others share."""

PLAIN_IDF = 6.0
"""From this rarity (BM25's idf: 1 of 400 passages) on, a word that others share counts fully as agreement."""

LONG = 400
"""Characters beyond which a sentence is not held for longer."""

_HEAD = 60
"""Characters in which the first word of a sentence is looked for."""

SHARPNESS = 6.0
"""How steeply the say of other sentences falls with how well they fit the question themselves."""


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of one sentence; all between 0 and 1 except cosines (-1 to 1).

    ``rank``: 1 / (1 + place of its passage). ``standing``: its passage's score as a share of the best one's.
    ``recency``: of its article, as search scored it. ``opening``: 1 / (1 + place of the sentence in its article).
    ``coverage``: share of the question's words, by weight, that it and its surroundings speak of. ``kind``: how well it
    holds the kind of thing asked for. ``asking``: share of the words of the sentence that asks. ``word``, ``name``:
    cosine of what is asked for ("which airline") and the nearest new capitalised word, and new name. ``counted``: it
    has a new number, and a number is asked for. ``titled``: it has something in quotation marks, and the title of a
    work is asked for. ``full_name``: it has a new name of two words. ``agreement``: how much its new words stand in the
    sentences of other articles that fit the question. ``numbers``: share of the question's numbers in it. ``length``:
    its characters as a share of :data:`LONG`, 1 at most.
    """

    rank: float
    standing: float
    recency: float
    opening: float
    coverage: float
    kind: float
    asking: float
    word: float
    name: float
    counted: float
    titled: float
    full_name: float
    agreement: float
    numbers: float
    length: float


NAMES = tuple(one.name for one in fields(Signals))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence to be weighed: its passage and that passage's place (from 0), its words, and how it was read.

    ``fit`` is how well it fits the question before other sentences are asked.
    """

    hit: SearchHit
    rank: int
    sentence: Span
    place: int
    words: Sequence[tuple[str, str]]
    coverage: float
    kind: float
    fit: float

    @property
    def text(self) -> str:
        return self.hit.article.text[self.sentence.start : self.sentence.end]


def signals(
    question: Question, candidates: Sequence[Candidate], rarity: Callable[[Sequence[str]], list[float]], like: Likeness
) -> list[Signals]:
    """The signals of sentences that were found for one question.

    Args:
        question: taken apart.
        candidates: its sentences.
        rarity: BM25's idf of terms.
        like: the vectors of words.
    """
    asked = set(terms(question.text))
    asking = set(terms(question.asking))
    numbers = {term for term in asked if term[0].isdigit()}
    best = max(candidate.hit.score for candidate in candidates) or 1.0
    names = [[name for _, name in new_names(candidate.text, asked)] for candidate in candidates]
    capitals = [_new_capitals(candidate, asked) for candidate in candidates]
    nearest_name = _nearest(question.focus, names, like)
    nearest_word = _nearest(question.focus, capitals, like)
    agreement = _agreement(candidates, asked, rarity)
    is_titled = bool({term for _, term in words_of(question.focus or question.asking)} & _title_terms())
    is_counted = question.wants in ("number", "measure")
    found = []
    for at, candidate in enumerate(candidates):
        own = {term for _, term in candidate.words}
        found.append(
            Signals(
                rank=1 / (1 + candidate.rank),
                standing=candidate.hit.score / best,
                recency=candidate.hit.parts.recency,
                opening=1 / (1 + candidate.place),
                coverage=candidate.coverage,
                kind=candidate.kind,
                asking=len(own & asking) / max(1, len(asking)),
                word=nearest_word[at],
                name=nearest_name[at],
                counted=float(is_counted and any(term[0].isdigit() for term in own - asked)),
                titled=float(is_titled and any(set(terms(one)) - asked for one in _QUOTED.findall(candidate.text))),
                full_name=float(any(" " in name for name in names[at])),
                agreement=agreement[at],
                numbers=len(numbers & own) / max(1, len(numbers)),
                length=min(1.0, len(candidate.text) / LONG),
            )
        )
    return found


def matrix(found: Sequence[Signals]) -> NDArray[np.float64]:
    """Signals as numbers, shape (sentences, :data:`NAMES`)."""
    return np.array([[getattr(one, name) for name in NAMES] for one in found], np.float64).reshape(
        len(found), len(NAMES)
    )


@cache
def _title_terms() -> frozenset[str]:
    return frozenset(term for word in word_list("titled") for term in terms(word))


def new_names(text: str, asked: Set[str]) -> list[tuple[int, str]]:
    """The names in a text that hold more than the terms ``asked``, each with where it begins."""
    return [(start, name) for start, name, held in _names(text) if not held <= asked]


@lru_cache(maxsize=4096)
def _names(text: str) -> tuple[tuple[int, str, frozenset[str]], ...]:
    found = []
    for match in _NAME.finditer(text):
        name = match[0].strip("“\"‘'")
        # the first word of a sentence is capitalised anyway
        if match.start() > 0 or " " in name:
            found.append((match.start() + match[0].index(name), name, _terms_of_name(name)))
    return tuple(found)


@lru_cache(maxsize=32_768)
def _terms_of_name(name: str) -> frozenset[str]:
    return frozenset(terms(name))


def _first_word(text: str) -> list[str]:
    head = text[:_HEAD].rpartition(" ")[0]
    # in capitals throughout, the whole text tells how words are read
    return (words(head) if not head.isupper() else [])[:1] or words(text)[:1]


def _new_capitals(candidate: Candidate, asked: set[str]) -> list[str]:
    first = _first_word(candidate.text)
    return [
        word.lower() for word, term in candidate.words if word[:1].isupper() and term not in asked and word not in first
    ]


def _nearest(focus: str, found: Sequence[Sequence[str]], like: Likeness) -> list[float]:
    every = list(dict.fromkeys(one for some in found for one in some))
    if not focus or not every:
        return [0.0] * len(found)
    near = dict(zip(every, like.cosines(every, [focus])[:, 0].tolist(), strict=True))
    return [max((near[one] for one in some), default=0.0) for some in found]


def _agreement(
    candidates: Sequence[Candidate], asked: set[str], rarity: Callable[[Sequence[str]], list[float]]
) -> list[float]:
    fits = np.array([candidate.fit for candidate in candidates])
    say = np.exp(SHARPNESS * (fits - fits.max()))
    new = [list(dict.fromkeys(term for _, term in one.words if term not in asked)) for one in candidates]
    terms_at = {term: at for at, term in enumerate(dict.fromkeys(term for some in new for term in some))}
    articles_at = {id_: at for at, id_ in enumerate(dict.fromkeys(one.hit.article.id for one in candidates))}
    # an article has as much say as its best sentence with the word, however often it says it
    said = np.zeros((len(articles_at), len(terms_at)))
    total = np.zeros(len(articles_at))
    places = [
        (articles_at[one.hit.article.id], [terms_at[term] for term in some])
        for one, some in zip(candidates, new, strict=True)
    ]
    for (article, held), weight in zip(places, say.tolist(), strict=True):
        said[article, held] = np.maximum(said[article, held], weight)
        total[article] = max(total[article], weight)
    telling = np.minimum(1.0, np.array(rarity(list(terms_at))) / PLAIN_IDF)
    # what others say of each word, shape (articles, terms)
    shared = telling * (said.sum(axis=0) - said) / total.sum()
    best = [np.sort(shared[article, held])[-AGREEING:] for article, held in places]
    return [float(some.mean()) if len(some) else 0.0 for some in best]
