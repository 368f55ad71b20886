"""Finding passages: vectors and keywords, fused by rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.generations import Snapshot
from index.types import Filters

DEPTH = 100
"""How many passages each side returns before they are fused."""

RANK_CONSTANT = 60
"""Reciprocal rank fusion: 1 / (60 + rank), as in Cormack, Clarke & Büttcher (SIGIR 2009)."""


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


def _by_keyword(snapshot: Snapshot, query: str, depth: int, filters: Filters) -> list[int]:
    scores = snapshot.keywords.scores(query)
    mask = snapshot.mask(filters)
    if mask is not None:
        scores = np.where(mask, scores, 0)
    # a passage without any of the words is no result, however few there are
    found = np.flatnonzero(scores > 0)
    best = found[np.argsort(-scores[found], kind="stable")[:depth]]
    return [int(number) for number in snapshot.passages[best]]
