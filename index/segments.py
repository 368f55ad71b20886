"""Parts of a generation: passages with their vectors, keywords and facts, built once and never changed.

A generation has a large segment, the base, and where articles came since that was built, a small one beside it. What
has gone since is passed over. So one article more costs a segment of one article, as in a log-structured merge tree
(O'Neil et al., Acta Informatica 1996) of two levels.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.store import IndexedPassage, Voice, is_sound_sqlite
from index.types import Filters, is_among
from index.vectors import VectorIndex

if TYPE_CHECKING:
    from index.keywords import KeywordIndex

_ROWS, _CHROMA, _KEYWORDS = "rows.npz", "chroma", "keywords"


Voices = Callable[[Iterable[int]], Mapping[int, Voice]]
"""What looks up languages and authors by documents. They are no part of a segment: few searches ask for them."""


def build_segment(folder: Path, passages: Sequence[IndexedPassage], vectors: NDArray[np.float32]) -> None:
    """Write a segment.

    Args:
        folder: made here.
        passages: in the order of their numbers.
        vectors: of each, float32, shape (passages, dimensions), unit length.
    """
    from index.keywords import KeywordIndex

    folder.mkdir(parents=True)
    numbers = [passage.passage for passage in passages]
    outlets = [passage.outlet for passage in passages]
    days = [day_number(passage.published) for passage in passages]
    with ThreadPoolExecutor(1) as other:
        # Chroma works outside Python's lock: the keyword index costs no time of its own
        chroma = other.submit(VectorIndex.build, folder / _CHROMA, numbers, vectors)
        KeywordIndex.build(passage.keywords for passage in passages).save(folder / _KEYWORDS)
        chroma.result()
    names, positions = np.unique(np.array(outlets, dtype=np.str_), return_inverse=True)
    np.savez(
        folder / _ROWS,
        passages=np.array(numbers, np.int64),
        docs=np.array([passage.doc for passage in passages], np.int64),
        days=np.array(days, np.int32),
        outlets=positions.astype(np.int32),
        outlet_names=names,
    )


def day_number(day: date | None) -> int:
    """A day as a whole number; 0 is no date."""
    return day.toordinal() if day else 0


def docs_of(folder: Path) -> NDArray[np.int64]:
    """The document of each passage of a segment, shape (passages,)."""
    with np.load(folder / _ROWS, allow_pickle=False) as rows:
        docs: NDArray[np.int64] = rows["docs"]
        return docs


def has_sound_database(folder: Path) -> bool:
    """Whether the one file of a segment that has no checksum, for Chroma writes into it on opening, is sound."""
    return is_sound_sqlite(folder / _CHROMA / "chroma.sqlite3")


class Segment:
    """A segment opened for searching. Never changes; safe to use from several threads."""

    def __init__(self, folder: Path, gone: Collection[int], voices: Voices) -> None:
        """Open it.

        Args:
            folder: what :func:`build_segment` wrote.
            gone: documents in it that are passed over.
            voices: looks up language and authors of the others.
        """
        from index.keywords import KeywordIndex

        with np.load(folder / _ROWS, allow_pickle=False) as rows:
            docs: NDArray[np.int64] = rows["docs"]
            self._alive = ~np.isin(docs, np.fromiter(gone, np.int64, len(gone)))
            numbers: NDArray[np.int64] = rows["passages"]
            self._numbers = numbers
            self.passages = numbers[self._alive]
            self.docs = docs[self._alive]
            self._gone = frozenset(numbers[~self._alive].tolist())
            self.days: NDArray[np.int32] = rows["days"][self._alive]
            self._outlets: NDArray[np.int32] = rows["outlets"][self._alive]
            self.outlet_names: list[str] = rows["outlet_names"].tolist()
        self.keywords: KeywordIndex = KeywordIndex.load(folder / _KEYWORDS)
        self._vectors = VectorIndex(folder / _CHROMA)
        self._look_up_voices = voices

    @cached_property
    def _voices(self) -> Mapping[int, Voice]:
        return self._look_up_voices(np.unique(self.docs).tolist())

    def nearest(self, vector: NDArray[np.float32], k: int, filters: Filters) -> list[tuple[int, float]]:
        """(number, cosine similarity) of the ``k`` passages nearest to ``vector`` that pass ``filters``, best first.

        Raises:
            IndexDamaged: Chroma cannot read its files.
        """
        if filters:
            return self._vectors.nearest(vector, k, self.passages[self.mask(filters)].tolist())
        wanted = k
        while True:
            found = self._vectors.nearest(vector, wanted)
            there = [pair for pair in found if pair[0] not in self._gone]
            if len(there) >= k or len(found) < wanted:
                return there[:k]
            wanted *= 2

    def similarities(self, numbers: Sequence[int], vector: NDArray[np.float32]) -> dict[int, float]:
        """The cosine similarity to ``vector`` of those of the passages that are in this segment.

        Raises:
            IndexDamaged: Chroma cannot read its files.
        """
        return self._vectors.similarities(numbers, vector)

    def scores(self, query: str, whole: Keywords) -> NDArray[np.float32]:
        """The BM25 score of each passage, shape (passages,), with the term statistics of the whole generation."""
        return self.keywords.scores(query, whole)[self._alive]

    def holding(self, term: str) -> list[int]:
        """The numbers of the passages in which a term occurs."""
        held = self.keywords.holding(term)
        found: list[int] = self._numbers[held[self._alive[held]]].tolist()
        return found

    def mask(self, filters: Filters) -> NDArray[np.bool_]:
        """Which passages pass ``filters``, shape (passages,)."""
        passes = np.ones(len(self.passages), bool)
        if filters.since or filters.until:
            passes &= self.days >= max(1, day_number(filters.since))
        if filters.until:
            passes &= self.days <= day_number(filters.until)
        if filters.outlets:
            wanted = [at for at, name in enumerate(self.outlet_names) if name in filters.outlets]
            passes &= np.isin(self._outlets, wanted)
        if filters.languages or filters.authors:
            docs = [
                doc
                for doc, voice in self._voices.items()
                if is_among(filters.languages, (voice.language,)) and is_among(filters.authors, voice.authors)
            ]
            passes &= np.isin(self.docs, docs)
        return passes


class Vectors:
    """The vector side of a generation: of all its segments."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments

    def nearest(self, vector: NDArray[np.float32], k: int, filters: Filters) -> list[tuple[int, float]]:
        """As :meth:`Segment.nearest`, of all segments."""
        found = [pair for segment in self._segments for pair in segment.nearest(vector, k, filters)]
        return sorted(found, key=lambda pair: -pair[1])[:k]

    def similarities(self, numbers: Sequence[int], vector: NDArray[np.float32]) -> dict[int, float]:
        """The cosine similarity of each of these passages to ``vector``, by its number."""
        return {
            number: value
            for segment in self._segments
            for number, value in segment.similarities(numbers, vector).items()
        }


class Keywords:
    """The keyword side of a generation: of all its segments, with the statistics of their terms together.

    Passages that have gone still count in the statistics until the base is built again; there are never many.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self.size = sum(segment.keywords.size for segment in segments)
        self.length = sum(segment.keywords.length for segment in segments)

    def scores(self, query: str) -> NDArray[np.float32]:
        """The BM25 score of each passage, shape (passages,); 0 where no term of the query occurs."""
        parts = [segment.scores(query, self) for segment in self._segments]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def document_frequency(self, terms: Sequence[str], /) -> list[int]:
        """In how many passages each term occurs."""
        counts = [segment.keywords.document_frequency(terms) for segment in self._segments]
        return [sum(of_term) for of_term in zip(*counts, strict=True)] if counts else [0] * len(terms)

    def near_terms(self, word: str, edits: int) -> list[str]:
        """As :meth:`index.keywords.KeywordIndex.near_terms`, of all segments."""
        return list(dict.fromkeys(term for part in self._segments for term in part.keywords.near_terms(word, edits)))

    def holding(self, term: str) -> list[int]:
        """The numbers of the passages in which a term occurs."""
        return [number for segment in self._segments for number in segment.holding(term)]
