"""What is served: immutable folders built from the store, and the pointer that says which one is current.

A generation is built in a folder that nobody reads, brought to disk, renamed, and published by replacing the file
``CURRENT``. A process killed at any moment leaves the old one or the new one, never a mix.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.disk import folder_to_disk
from index.errors import IndexDamaged, IndexMissing, IndexOutdated
from index.segments import Keywords, Segment, Vectors, Voices, build_segment, docs_of, has_sound_database
from index.store import Store
from index.types import Filters

CURRENT = "CURRENT"
KEPT = 2
"""Generations kept on disk: the current one, and the one before it for whoever still reads it."""

BESIDE = 0.1
FEWEST_BESIDE = 2000
"""A second segment is built beside the base while it has, and while there has gone of the base, no more than this share
of the base's passages, or so many passages. Two thousand take a second."""

HEADLINES = 20_000
"""Headlines whose terms are kept: about 20 MB."""

_MANIFEST, _STORIES, _BASE, _RECENT = "manifest.json", "stories.json", "base", "recent"
_BUILDING = ".building-"
_NAME = re.compile(r"gen-(\d{6,})")


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a generation was made. ``files`` gives the size in bytes and the CRC-32 of its files, to notice damage.

    ``gone`` are documents of the base that are not part of this generation any more. Chroma's SQLite file may be
    written on opening (it notes when it was last maintained), so it is not among the files.
    """

    generation: int
    embedder: str
    model_id: str
    recipe: str
    articles: int
    passages: int
    segments: list[str]
    gone: list[int]
    files: dict[str, tuple[int, int]]


class Generations:
    """The folders of one archive's index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> int:
        """The number of the published generation; 0 where there is none."""
        try:
            name = (self.folder / CURRENT).read_bytes().strip()
        except (FileNotFoundError, NotADirectoryError):
            return 0
        match = _NAME.fullmatch(name.decode(errors="replace"))
        return int(match[1]) if match else 0

    def published(self) -> tuple[int, int, int]:
        """What changes whenever a generation is published, also by an index made anew: (number, inode, mtime in ns)."""
        try:
            state = (self.folder / CURRENT).stat()
        except OSError:
            return 0, 0, 0
        return self.current(), state.st_ino, state.st_mtime_ns

    def manifest(self, generation: int) -> Manifest:
        """How ``generation`` was made.

        Raises:
            IndexMissing: there is no such generation.
            IndexOutdated: an earlier Byline made it.
            IndexDamaged: its files are missing or of the wrong size.
        """
        if not generation:
            raise IndexMissing(f"There is no index in {self.folder}.")
        folder = self._folder(generation)
        try:
            told = json.loads((folder / _MANIFEST).read_text())
            if "recipe" in told and "segments" not in told:
                raise IndexOutdated(f"The index in {folder} was made by an earlier Byline.")
            manifest = Manifest(**told)
            wrong = [name for name, (size, _) in manifest.files.items() if (folder / name).stat().st_size != size]
        except (OSError, ValueError, TypeError) as error:
            raise IndexDamaged(f"The index in {folder} is damaged ({error}).") from error
        if wrong:
            raise IndexDamaged(f"The index in {folder} is damaged: {wrong[0]} has the wrong size.")
        return manifest

    def is_sound(self, generation: int) -> bool:
        """Whether every file of ``generation`` is as it was written; reads all of them."""
        try:
            manifest = self.manifest(generation)
            folder = self._folder(generation)
            return all(has_sound_database(folder / name) for name in manifest.segments) and all(
                _checksum(folder / name) == checksum for name, (_, checksum) in manifest.files.items()
            )
        except (IndexMissing, IndexOutdated, IndexDamaged, OSError):
            return False

    def build(
        self,
        store: Store,
        generation: int,
        embedder: str,
        model_id: str,
        recipe: str,
        stories: Sequence[Sequence[int]] = (),
        onto: int = 0,
    ) -> Manifest:
        """Build ``generation`` from the store, brought to disk, not yet published.

        Args:
            store: what it is built from.
            generation: its number.
            embedder: the name of the model that made the vectors.
            model_id: which model exactly.
            recipe: how its documents were made.
            stories: documents that are copies of one story, the best first.
            onto: a sound generation made by the same recipe, whose base serves this one too if little changed; 0: none.
        """
        building = self.folder / f"{_BUILDING}{generation:06d}"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        docs = {entry.doc for entry in store.entries(generation) if not entry.earlier}

        def add_segment(name: str, of: set[int]) -> None:
            passages = list(store.indexed_passages(of))
            build_segment(building / name, passages, store.vectors([passage.hash for passage in passages], model_id))

        in_base = docs_of(self._folder(onto) / _BASE) if onto else np.zeros(0, np.int64)
        gone = set(in_base.tolist()) - docs
        new = docs - set(in_base.tolist())
        enough = max(FEWEST_BESIDE, int(BESIDE * len(in_base)))
        segments = [_BASE]
        if onto and np.isin(in_base, list(gone)).sum() <= enough and store.count_passages(new) <= enough:
            _link(self._folder(onto) / _BASE, building / _BASE)
            if new:
                segments.append(_RECENT)
                add_segment(_RECENT, new)
        else:
            gone = set()
            add_segment(_BASE, docs)
        (building / _STORIES).write_text(json.dumps([list(story) for story in stories]))
        files = {
            path.relative_to(building).as_posix(): (path.stat().st_size, _checksum(path))
            for path in sorted(building.rglob("*"))
            if path.is_file() and path.suffix != ".sqlite3"
        }
        manifest = Manifest(
            generation,
            embedder,
            model_id,
            recipe,
            articles=len({ref.id for ref in store.refs(generation).values()}),
            passages=store.count_passages(docs),
            segments=segments,
            gone=sorted(gone),
            files=files,
        )
        (building / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
        _to_disk(building)
        shutil.rmtree(self._folder(generation), ignore_errors=True)
        building.rename(self._folder(generation))
        folder_to_disk(self.folder)
        return manifest

    def publish(self, generation: int) -> None:
        """Make ``generation`` the current one, in one step."""
        pointer = self.folder / f".{CURRENT}"
        with pointer.open("w") as file:
            file.write(f"gen-{generation:06d}\n")
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self.folder / CURRENT)
        folder_to_disk(self.folder)

    def tidy(self) -> int:
        """Delete generations older than those kept, and unfinished ones; returns the oldest number kept."""
        current = self.current()
        oldest = max(1, current - KEPT + 1)
        for folder in self.folder.glob("gen-*"):
            match = _NAME.fullmatch(folder.name)
            if match and not oldest <= int(match[1]) <= current:
                shutil.rmtree(folder, ignore_errors=True)
        for folder in self.folder.glob(f"{_BUILDING}*"):
            shutil.rmtree(folder, ignore_errors=True)
        return oldest

    def size(self) -> int:
        """Bytes of the whole index on disk; what two generations share counts once."""
        sizes: dict[tuple[int, int], int] = {}
        for path in self.folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # a sync may be tidying up
                state = path.stat()
                if stat.S_ISREG(state.st_mode):
                    sizes[state.st_dev, state.st_ino] = state.st_size
        return sum(sizes.values())

    def open(self, generation: int, voices: Voices = lambda _: {}) -> Snapshot:
        """Open ``generation`` for searching; ``voices`` tells languages and authors, without which none is known.

        Raises:
            IndexMissing, IndexOutdated, IndexDamaged: as :meth:`manifest`.
        """
        return Snapshot(self._folder(generation), self.manifest(generation), voices)

    def _folder(self, generation: int) -> Path:
        return self.folder / f"gen-{generation:06d}"


class Home(NamedTuple):
    """Where a passage stands: its article, the article's story, and its place among the story's copies (0: best)."""

    article: int
    story: int
    quality: int


class Snapshot:
    """One generation opened for searching. Never changes; safe to use from several threads.

    ``passages`` are the numbers of its passages, ``docs`` their documents, ``days`` the days of those as ordinals (0:
    no date) and ``leads`` whether they open them, all of shape (passages,); ``vectors`` and ``keywords`` search them.
    ``stories`` gives, for each document that has copies, the documents of its story, the best first.
    """

    def __init__(self, folder: Path, manifest: Manifest, voices: Voices) -> None:
        self.manifest = manifest
        try:
            self._segments = [Segment(folder / name, manifest.gone, voices) for name in manifest.segments]
            stories: list[list[int]] = json.loads((folder / _STORIES).read_text())
            self.stories = {doc: tuple(story) for story in stories for doc in story}
        except Exception as error:  # three libraries read these files, each with its own words for damage
            raise IndexDamaged(f"The index in {folder} is damaged ({error}).") from error
        self.passages: NDArray[np.int64] = np.concatenate([segment.passages for segment in self._segments])
        self.docs: NDArray[np.int64] = np.concatenate([segment.docs for segment in self._segments])
        self.days: NDArray[np.int32] = np.concatenate([segment.days for segment in self._segments])
        # a document stands whole in one segment, its passages in order
        self.leads: NDArray[np.bool_] = np.diff(self.docs, prepend=-1) != 0
        self._headlines: dict[int, frozenset[str]] = {}
        self._in_order = np.argsort(self.passages)
        self._numbers_in_order = self.passages[self._in_order]
        self.vectors = Vectors(self._segments)
        self.keywords = Keywords(self._segments)

    def home_of(self, passage: int) -> Home:
        """Where the passage of this number stands."""
        doc = int(self.docs[self.positions([passage])[0]])
        story = self.stories.get(doc, (doc,))
        return Home(doc, story[0], story.index(doc))

    def headline_terms(
        self, docs: Iterable[int], headlines: Callable[[Iterable[int]], Mapping[int, str]]
    ) -> dict[int, frozenset[str]]:
        """The terms of the headlines of documents, each told by ``headlines`` once as long as it is kept."""
        from index.keywords import terms

        known = self._headlines
        missing = {doc for doc in docs if doc not in known}
        if missing:
            if len(known) > HEADLINES:
                # another thread may be reading the old ones: they are left to it
                self._headlines = known = {doc: known[doc] for doc in docs if doc in known}
            known.update((doc, frozenset(terms(headline))) for doc, headline in headlines(missing).items())
        return {doc: known[doc] for doc in docs if doc in known}

    def positions(self, passages: Sequence[int]) -> NDArray[np.int64]:
        """Where passages of these numbers stand in the arrays, shape (passages,)."""
        found: NDArray[np.int64] = self._in_order[np.searchsorted(self._numbers_in_order, passages)]
        return found

    def resolve(self, filters: Filters) -> Filters:
        """``filters`` with the names of outlets as the articles have them, whatever the case they are given in."""
        wanted = {name.casefold() for name in filters.outlets}
        names = {name for segment in self._segments for name in segment.outlet_names}
        found = frozenset(name for name in names if name.casefold() in wanted)
        return replace(filters, outlets=found or filters.outlets)

    def mask(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Which passages pass ``filters``, shape (passages,); None where all do."""
        if not filters:
            return None
        return np.concatenate([segment.mask(filters) for segment in self._segments])


def _link(source: Path, target: Path) -> None:
    """A copy of a segment that shares its files, which never change, save the one that Chroma writes on opening."""

    def link(one: str, other: str) -> None:
        try:
            if not one.endswith(".sqlite3"):
                return os.link(one, other)
        except OSError:  # a file system without hard links
            pass
        shutil.copy2(one, other)

    shutil.copytree(source, target, copy_function=link)


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            checksum = zlib.crc32(chunk, checksum)
    return checksum


def _to_disk(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            folder_to_disk(path)
    folder_to_disk(folder)
