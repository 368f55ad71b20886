"""The vector side of retrieval: a Chroma collection (cosine) over the passages of one generation.

Chroma rewrites its files in place and does not survive being killed while it does, so a collection is built once, in a
folder that nobody reads yet, and never written again (see :mod:`index.generations`).
"""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged

COLLECTION = "passages"

EF_SEARCH = 200
"""hnswlib's beam at query time. With it, 200 queries over 35,000 clustered vectors all gave the exact 20 nearest."""

EXACT = 500
"""So many passages are all compared where a search is narrowed to them: of few, hnswlib's graph leads past some."""

EF_CONSTRUCTION, MAX_NEIGHBORS = 100, 16

FEWEST_UNWRITTEN = 2
"""The least number of rows that Chroma keeps in its log before it writes them to the vector index's files."""


class VectorIndex:
    """A collection opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Args: folder: what :meth:`build` wrote, complete and never written again."""
        self._client = _client(folder)
        # the client is shared by whoever still searches an old generation, so it closes when the last one lets go
        weakref.finalize(self, self._client.close)
        self._collection = self._client.get_collection(COLLECTION, embedding_function=None)

    @staticmethod
    def build(folder: Path, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Write a collection into ``folder`` and close it.

        Args:
            folder: made here.
            ids: the number of each passage.
            vectors: float32, shape (passages, dimensions), rows of unit length.
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
                )
            if 0 < len(ids) < FEWEST_UNWRITTEN:
                collection.update(ids=[str(ids[0])], embeddings=vectors[:1])
        finally:
            client.close()

    @cached_property
    def _count(self) -> int:
        return int(self._collection.count())  # Chroma reads all ids for it, every time

    def nearest(
        self, vector: NDArray[np.float32], k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """(number, cosine similarity) of the ``k`` passages nearest to ``vector``, best first.

        ``among`` are the numbers of those that it is looked for among, in the search itself; None: all.

        Raises:
            IndexDamaged: Chroma cannot read its files.
        """
        from chromadb.errors import ChromaError

        try:
            count = self._count
            if not count or not vector.any():
                return []
            if among is not None and len(among) <= EXACT:
                found = self.similarities(among, vector)
                return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
            result = self._collection.query(
                query_embeddings=vector[None, :],
                n_results=min(k, count),
                # as names: a condition on what Chroma keeps of each passage takes ten times as long
                ids=None if among is None or len(among) == count else [str(number) for number in among],
                include=["distances"],
            )
        except ChromaError as error:
            raise IndexDamaged(f"The vectors of the index cannot be searched ({error}).") from error
        distances = result["distances"]
        assert distances is not None
        return [(int(id_), 1.0 - distance) for id_, distance in zip(result["ids"][0], distances[0], strict=True)]

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


def _client(folder: Path) -> Any:  # chromadb's own type lacks close()
    with warnings.catch_warnings():
        # chromadb 1.5 warns of its own use of deprecated pydantic on import
        warnings.simplefilter("ignore", DeprecationWarning)
        import chromadb
        from chromadb.config import Settings

    # a .env file in whatever folder the user stands must not change settings
    settings = Settings(_env_file=None, anonymized_telemetry=False, is_persistent=True)  # type: ignore[call-arg]
    return chromadb.PersistentClient(str(folder), settings=settings)
