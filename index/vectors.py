"""The vector side of retrieval: a Chroma collection (cosine) over the passages of one generation.

Chroma rewrites its files in place and does not survive being killed while it does, so a collection is built once, in a
folder that nobody reads yet, and never written again (see :mod:`index.generations`).
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged
from index.types import Filters

COLLECTION = "passages"

EF_SEARCH = 200
"""hnswlib's beam at query time. With it, 200 queries over 35,000 clustered vectors all gave the exact 20 nearest."""

EF_CONSTRUCTION, MAX_NEIGHBORS = 100, 16

FEWEST_UNWRITTEN = 2
"""The least number of rows that Chroma keeps in its log before it writes them to the vector index's files."""


def day_number(day: date | None) -> int:
    """A day as a whole number, for Chroma cannot compare dates; 0 is no date."""
    return day.toordinal() if day else 0


class VectorIndex:
    """A collection opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Args: folder: what :meth:`build` wrote, complete and never written again."""
        self._client = _client(folder)
        # the client is shared by whoever still searches an old generation, so it closes when the last one lets go
        weakref.finalize(self, self._client.close)
        self._collection = self._client.get_collection(COLLECTION, embedding_function=None)

    @staticmethod
    def build(
        folder: Path, ids: Sequence[int], vectors: NDArray[np.float32], outlets: Sequence[str], days: Sequence[int]
    ) -> None:
        """Write a collection into ``folder`` and close it.

        Args:
            folder: made here.
            ids: the number of each passage.
            vectors: float32, shape (passages, dimensions), rows of unit length.
            outlets: of each passage's article, for filters.
            days: of each passage's article, by :func:`day_number`.
        """
        client = _client(folder)
        try:
            step = client.get_max_batch_size()
            collection = client.create_collection(
                COLLECTION,
                embedding_function=None,
                configuration={
                    "hnsw": {
                        "space": "cosine",
                        "ef_search": EF_SEARCH,
                        "ef_construction": EF_CONSTRUCTION,
                        "max_neighbors": MAX_NEIGHBORS,
                        # all of them, so that the last row writes the index to its files; rows left in the log would
                        # be written there by every reader, in place
                        "sync_threshold": max(FEWEST_UNWRITTEN, len(ids)),
                        "batch_size": max(FEWEST_UNWRITTEN, min(len(ids), step)),
                    }
                },
            )
            for low in range(0, len(ids), step):
                high = low + step
                collection.add(
                    ids=[str(number) for number in ids[low:high]],
                    embeddings=vectors[low:high],
                    metadatas=[
                        {"outlet": outlet, "day": day}
                        for outlet, day in zip(outlets[low:high], days[low:high], strict=True)
                    ],
                )
            if 0 < len(ids) < FEWEST_UNWRITTEN:
                collection.update(ids=[str(ids[0])], embeddings=vectors[:1])
        finally:
            client.close()

    @cached_property
    def _count(self) -> int:
        return int(self._collection.count())  # Chroma reads all ids for it, every time

    def nearest(self, vector: NDArray[np.float32], k: int, filters: Filters) -> list[tuple[int, float]]:
        """(number, cosine similarity) of the ``k`` passages nearest to ``vector`` that pass ``filters``, best first.

        Raises:
            IndexDamaged: Chroma cannot read its files.
        """
        from chromadb.errors import ChromaError

        try:
            count = self._count
            if not count or not vector.any():
                return []
            found = self._collection.query(
                query_embeddings=vector[None, :], n_results=min(k, count), where=_where(filters), include=["distances"]
            )
        except ChromaError as error:
            raise IndexDamaged(f"The vectors of the index cannot be searched ({error}).") from error
        distances = found["distances"]
        assert distances is not None
        return [(int(id_), 1.0 - distance) for id_, distance in zip(found["ids"][0], distances[0], strict=True)]

    def similarities(self, numbers: Sequence[int], vector: NDArray[np.float32]) -> dict[int, float]:
        """The cosine similarity to ``vector`` of the passages of these numbers; of those that are here.

        Raises:
            IndexDamaged: Chroma cannot read its files.
        """
        from chromadb.errors import ChromaError

        if not numbers:
            return {}
        try:
            found = self._collection.get(ids=[str(number) for number in numbers], include=["embeddings"])
        except ChromaError as error:
            raise IndexDamaged(f"The vectors of the index cannot be read ({error}).") from error
        if not found["ids"]:
            return {}
        # not the matrix product, whose threads wait spinning
        similar = np.vecdot(np.asarray(found["embeddings"], np.float32), vector)
        return {int(id_): float(value) for id_, value in zip(found["ids"], similar, strict=True)}


def _where(filters: Filters) -> Any:
    clauses: list[dict[str, Any]] = []
    if filters.since or filters.until:
        clauses.append({"day": {"$gte": max(1, day_number(filters.since))}})
    if filters.until:
        clauses.append({"day": {"$lte": day_number(filters.until)}})
    if filters.outlets:
        clauses.append({"outlet": {"$in": sorted(filters.outlets)}})
    if len(clauses) > 1:
        return {"$and": clauses}
    return clauses[0] if clauses else None


def _client(folder: Path) -> Any:  # chromadb's own type lacks close()
    with warnings.catch_warnings():
        # chromadb 1.5 warns of its own use of deprecated pydantic on import
        warnings.simplefilter("ignore", DeprecationWarning)
        import chromadb
        from chromadb.config import Settings

    # a .env file in whatever folder the user stands must not change settings
    settings = Settings(_env_file=None, anonymized_telemetry=False, is_persistent=True)  # type: ignore[call-arg]
    return chromadb.PersistentClient(str(folder), settings=settings)
