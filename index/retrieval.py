"""Finding passages: vectors and keywords, fused by rank, copies of one story as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.copies import shingles, words
from index.generations import Home, Snapshot
from index.types import Filters

DEPTH = 100
"""How many passages each side returns before they are fused."""

RANK_CONSTANT = 60
"""Reciprocal rank fusion: 1 / (60 + rank), as in Cormack, Clarke & Büttcher (SIGIR 2009)."""

COLLAPSE_DEPTH = 4
"""Times k: how far down the fused passages are compared with those above them."""

PASSAGE_SHINGLE_WORDS = 3
NEAR_COPY = 0.6
"""Share of the shorter passage's shingles that stand in the other where both say the same."""

AS_FULL = 0.75
"""Share of the fullest passage's shingles that a better copy must have to be shown in its place."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage by its number, its fused score, and its rank on each side (from 1; None: not returned there)."""

    passage: int
    score: float
    vector_rank: int | None
    keyword_rank: int | None


def retrieve(snapshot: Snapshot, query: str, vector: NDArray[np.float32], k: int, filters: Filters) -> list[Ranked]:
    """The ``k`` best passages for a query that pass ``filters``, best first; ties by number, so that runs agree.

    Args:
        snapshot: the generation to search.
        query: the question's words, for the keyword side.
        vector: its vector, unit length, shape (dimensions,), for the vector side.
        k: how many.
        filters: narrows both sides before they rank.
    """
    filters = snapshot.resolve(filters)
    depth = max(DEPTH, k)
    by_vector = [number for number, _ in snapshot.vectors.nearest(vector, depth, filters)]
    by_keyword = _by_keyword(snapshot, query, depth, filters)
    vector_ranks = {number: rank for rank, number in enumerate(by_vector, start=1)}
    keyword_ranks = {number: rank for rank, number in enumerate(by_keyword, start=1)}
    fused = [
        Ranked(
            number,
            sum(1 / (RANK_CONSTANT + ranks[number]) for ranks in (vector_ranks, keyword_ranks) if number in ranks),
            vector_ranks.get(number),
            keyword_ranks.get(number),
        )
        for number in vector_ranks.keys() | keyword_ranks.keys()
    ]
    fused.sort(key=lambda ranked: (-ranked.score, ranked.passage))
    return fused[:k]


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


def _say_the_same(one: set[str], other: set[str]) -> bool:
    shorter = min(len(one), len(other))
    return shorter > 0 and len(one & other) >= NEAR_COPY * shorter


def _is_better(one: set[str], quality: int, other: set[str], other_quality: int) -> bool:
    if quality < other_quality:
        return len(one) >= AS_FULL * len(other)
    return len(other) < AS_FULL * len(one)


def _by_keyword(snapshot: Snapshot, query: str, depth: int, filters: Filters) -> list[int]:
    scores = snapshot.keywords.scores(query)
    mask = snapshot.mask(filters)
    if mask is not None:
        scores = np.where(mask, scores, 0)
    # a passage without any of the words is no result, however few there are
    found = np.flatnonzero(scores > 0)
    best = found[np.argsort(-scores[found], kind="stable")[:depth]]
    return [int(number) for number in snapshot.passages[best]]
