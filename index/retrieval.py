"""Finding passages: by keywords, vectors, headlines and time, copies of one story as one, neighbours joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.copies import shingles, words
from index.generations import Home, Snapshot
from index.keywords import rarity, terms
from index.recency import asked_about, nearness, without_these_days
from index.types import Filters, ScoreParts

DEPTH = 100
"""How many passages each way of finding them gives at least."""

KEYWORD, VECTOR, TITLE, LEAD = 1.0, 0.6, 0.4, 0.15
RECENCY = 0.5
"""What a passage scores at most: for the question's words in it, for its meaning, for the share of the question's words
(by their rarity) in its headline, and for opening its article; and by which share more it scores at most where its
article is near to the time asked about. BM25 and cosine similarity are divided by the best of the search.

Set by hand on newsbench's 21 weeks, where they matter little: the best of a grid of 400 on 20 weeks, asked the
questions of the week left out, gives recall@1 0.517, recall@5 0.619 and the question's own article among the first
five in 0.886 of cases; vector and title 0.5 each, before neighbours are joined, 0.524, 0.621 and 0.876. These do a
little better in most figures with and without recency.

Recency multiplies because a passage that
has little to do with the question should not rise by its date; the more of it, the harder old articles are to find for
a question that does not name their time (0.90 among the first five of a search for four words of one of their
sentences, 0.93 without it, 0.83 at 0.8)."""

COLLAPSE_DEPTH = 4
"""Times k: how far down the ranked passages are compared with those above them."""

PASSAGE_SHINGLE_WORDS = 3
NEAR_COPY = 0.6
"""Share of the shorter passage's shingles that stand in the other where both say the same."""

AS_FULL = 0.75
"""Share of the fullest passage's shingles that a better copy must have to be shown in its place."""

JOINED = 4
"""So many passages that follow each other are one hit, at most."""

OF_ONE_ARTICLE = 2
"""Hits of one article that come before those of others further down."""

_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage by its number, what its score is made of, and its rank on each side (from 1; None: not found there)."""

    passage: int
    parts: ScoreParts
    vector_rank: int | None
    keyword_rank: int | None

    @property
    def score(self) -> float:
        return self.parts.score


def retrieve(
    snapshot: Snapshot,
    query: str,
    vector: NDArray[np.float32],
    k: int,
    filters: Filters,
    headlines: Callable[[Iterable[int]], Mapping[int, str]],
    as_of: date | None = None,
) -> list[Ranked]:
    """The ``k`` best passages for a query that pass ``filters``, best first; ties by number, so that runs agree.

    Args:
        snapshot: the generation to search.
        query: the question's words.
        vector: its vector, unit length, shape (dimensions,).
        k: how many.
        filters: narrows the search before anything is ranked.
        headlines: the title and outlet of documents.
        as_of: the day of the question; None: time counts for nothing.
    """
    filters = snapshot.resolve(filters)
    depth = max(DEPTH, k)
    by_vector = dict(snapshot.vectors.nearest(vector, depth, filters))
    wanted = without_these_days(query)
    by_keyword = snapshot.keywords.scores(wanted)
    mask = snapshot.mask(filters)
    if mask is not None:
        by_keyword = np.where(mask, by_keyword, 0)
    by_keyword = by_keyword / max(float(by_keyword.max(initial=0)), _NOTHING)
    near = nearness(snapshot.days, asked_about(query, as_of), as_of) if as_of else np.zeros(len(by_keyword), np.float32)
    in_order = _best(by_keyword, depth)
    # what the question's words alone would leave below, but its date would not
    in_time = _best(by_keyword * (1 + RECENCY * near), depth)
    numbers = list(dict.fromkeys([*by_vector, *snapshot.passages[np.concatenate([in_order, in_time])].tolist()]))
    positions = snapshot.positions(numbers)
    docs = snapshot.docs[positions].tolist()
    unknown = [number for number in numbers if number not in by_vector]
    similar = {**by_vector, **snapshot.vectors.similarities(unknown, vector)}
    nearest = max(similar.values(), default=0.0)
    titles = _headline_shares(snapshot, wanted, snapshot.headline_terms(docs, headlines))
    vector_ranks = {number: rank for rank, number in enumerate(by_vector, start=1)}
    keyword_ranks = {number: rank for rank, number in enumerate(snapshot.passages[in_order].tolist(), start=1)}
    ranked = [
        Ranked(
            number,
            ScoreParts(
                keyword=KEYWORD * float(by_keyword[at]),
                vector=VECTOR * max(0.0, similar.get(number, 0.0)) / max(nearest, _NOTHING),
                title=TITLE * titles[doc],
                lead=LEAD * float(snapshot.leads[at]),
                recency=RECENCY * float(near[at]),
            ),
            vector_ranks.get(number),
            keyword_ranks.get(number),
        )
        for number, at, doc in zip(numbers, positions.tolist(), docs, strict=True)
    ]
    ranked.sort(key=lambda one: (-one.score, one.passage))
    return ranked[:k]


def _best(scores: NDArray[np.float32], depth: int) -> NDArray[np.int64]:
    # a passage without any of the words is no result, however few there are
    found = np.flatnonzero(scores > 0)
    return found[np.argsort(-scores[found], kind="stable")[:depth]]


def _headline_shares(snapshot: Snapshot, query: str, headlines: Mapping[int, frozenset[str]]) -> dict[int, float]:
    asked = list(dict.fromkeys(terms(query)))
    size = snapshot.keywords.size
    weights = {
        term: rarity(size, count)
        for term, count in zip(asked, snapshot.keywords.document_frequency(asked), strict=True)
    }
    total = sum(weights.values())
    return {
        doc: sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0
        for doc, held in headlines.items()
    }


def collapse(
    ranked: Sequence[Ranked], k: int, home_of: Callable[[int], Home], text_of: Callable[[int], str]
) -> list[Ranked]:
    """The ``k`` best passages, where those that copies of one story have in common count once, best first.

    A passage of another copy of a story that says what one above it says is not listed beside it. Of such passages the
    one of the best copy is shown, with the score and the ranks of the first, unless it leaves out much of what another
    has. What only one copy says (a paragraph it added) stays, and so does everything that one article says.

    Args:
        ranked: passages that pass the filters, best first; at least ``COLLAPSE_DEPTH * k`` of them where there are.
        k: how many.
        home_of: where the passage of a number stands.
        text_of: its text; asked only for passages of stories that several articles tell.
    """
    texts: dict[int, set[str]] = {}

    def said(passage: int) -> set[str]:
        if passage not in texts:
            texts[passage] = shingles(words(text_of(passage)), PASSAGE_SHINGLE_WORDS)
        return texts[passage]

    hits: list[Ranked] = []
    shown: list[int] = []
    of_story: dict[int, list[int]] = {}
    for depth, candidate in enumerate(ranked):
        if depth >= COLLAPSE_DEPTH * k and len(hits) >= k:
            break
        passage = candidate.passage
        home = home_of(passage)
        of_same_story = of_story.setdefault(home.story, [])
        for at in of_same_story:
            other = home_of(shown[at])
            if other.article == home.article or not _say_the_same(said(passage), said(shown[at])):
                continue
            first = said(hits[at].passage)
            covers_first = len(said(passage) & first) >= NEAR_COPY * len(first)
            if covers_first and _is_better(said(passage), home.quality, said(shown[at]), other.quality):
                shown[at] = passage
            break
        else:
            of_same_story.append(len(hits))
            hits.append(candidate)
            shown.append(passage)
    return [replace(hit, passage=passage) for hit, passage in zip(hits[:k], shown, strict=False)]


def join(
    ranked: Sequence[Ranked], k: int, home_of: Callable[[int], Home], adjoin: Callable[[int, int], bool]
) -> list[tuple[Ranked, list[int]]]:
    """The ``k`` best hits, best first: each a passage as it was ranked, and the passages it is shown with, in order.

    Passages that follow each other are one hit, at the place of the best of them. Of one article no more than
    :data:`OF_ONE_ARTICLE` hits come before those of other articles.

    Args:
        ranked: best first; at least ``JOINED * k`` of them where there are.
        k: how many.
        home_of: where the passage of a number stands.
        adjoin: whether the second of two passages follows the first within one section of one article.
    """
    hits: list[tuple[Ranked, list[int]]] = []
    more: list[tuple[Ranked, list[int]]] = []
    of_article: dict[int, list[list[int]]] = {}
    for one in ranked:
        runs = of_article.setdefault(home_of(one.passage).article, [])
        for run in runs:
            if len(run) < JOINED and adjoin(run[-1], one.passage):
                run.append(one.passage)
                break
            if len(run) < JOINED and adjoin(one.passage, run[0]):
                run.insert(0, one.passage)
                break
        else:
            run = [one.passage]
            (hits if len(runs) < OF_ONE_ARTICLE else more).append((one, run))
            runs.append(run)
    return [*hits, *more][:k]


def _say_the_same(one: set[str], other: set[str]) -> bool:
    shorter = min(len(one), len(other))
    return shorter > 0 and len(one & other) >= NEAR_COPY * shorter


def _is_better(one: set[str], quality: int, other: set[str], other_quality: int) -> bool:
    if quality < other_quality:
        return len(one) >= AS_FULL * len(other)
    return len(other) < AS_FULL * len(one)
