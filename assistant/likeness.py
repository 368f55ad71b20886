"""How alike words and sentences are in meaning, by the embedder's vectors."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index import Embedder

LIKE, LIKE_FULL = 0.36, 0.60
"""Cosine of two words' vectors from which one speaks of the other, and from which it fully does. Of 4,000 random pairs
of news words 1 % reach 0.30 and 0.5 % 0.35; "length" and "kilometer" have 0.40, "places" and "locations" 0.80. On a
quarter of newsbench 0.36 answered as many rightly as 0.30 did, and declined 0.91 of the unanswerable against 0.85."""

DEMONYM_PREFIX = 5
"""Letters that "Pakistan" and "Pakistani" must share at least to be of one stock."""

KEPT = 50_000
"""Vectors of words that are kept: 50 MB at 256 dimensions."""


class _Kept(NamedTuple):
    """Vectors, and at which row of them each word's stands. Rows are added, and none is changed."""

    rows: dict[str, int]
    vectors: NDArray[np.float32]


class Likeness:
    """Vectors of words, each made once. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        """Args: embedder: the fast one, whatever the archive is indexed with; its vectors have length 1."""
        self.embedder = embedder
        self._kept = _Kept({}, embedder.embed_documents([]))
        self._lock = threading.Lock()

    def vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of words or names, unit length, shape (words, dimensions)."""
        if not words:
            return self.embedder.embed_documents([])
        kept = self._kept
        if not kept.rows.keys() >= set(words):
            kept = self._with(list(dict.fromkeys(words)))
        found: NDArray[np.float32] = kept.vectors[[kept.rows[word] for word in words]]
        return found

    def _with(self, words: list[str]) -> _Kept:
        with self._lock:
            rows, vectors = self._kept
            new = [word for word in words if word not in rows]
            if len(rows) + len(new) > KEPT:
                rows, new = {}, words
            if not rows or len(rows) + len(new) > len(vectors):
                # twice the room, so that each is copied but a few times; another thread may be reading the old ones,
                # which are left to it
                room = np.empty((2 * (len(rows) + len(new)), vectors.shape[1]), np.float32)
                room[: len(rows)] = vectors[: len(rows)]
                rows, vectors = dict(rows), room
            vectors[len(rows) : len(rows) + len(new)] = self.embedder.embed_documents(new)
            rows.update(zip(new, range(len(rows), len(rows) + len(new)), strict=True))
            self._kept = _Kept(rows, vectors)
            return self._kept

    def cosines(self, words: Sequence[str], others: Sequence[str]) -> NDArray[np.float32]:
        """The cosine of each word and each of the others, shape (words, others)."""
        return cosines(self.vectors(words)[:, None], self.vectors(others))

    def of(self, one: str, other: str) -> float:
        """The cosine of two words' vectors, -1 to 1."""
        return float(self.cosines([one.lower()], [other.lower()])[0, 0])


def cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """The products of unit vectors along the last axis, which is left out; the others are broadcast.

    Not the matrix product: for a few hundred rows it wakes the threads of BLAS, which wait spinning for more. Two
    thirds of a question's processor time went there.
    """
    found: NDArray[np.float32] = np.vecdot(one, other)
    return found


def same_stock(one: str, other: str) -> bool:
    """Whether two terms are of one stock: Pakistan and Pakistani, Afghan and Afghanistan."""
    short, long = sorted((one, other), key=len)
    return len(short) >= DEMONYM_PREFIX and long.startswith(short) and len(long) - len(short) <= DEMONYM_PREFIX
