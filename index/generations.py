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
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged, IndexMissing
from index.store import Store, is_sound_sqlite
from index.types import Filters
from index.vectors import VectorIndex, day_number

if TYPE_CHECKING:
    from index.keywords import KeywordIndex

CURRENT = "CURRENT"
KEPT = 2
"""Generations kept on disk: the current one, and the one before it for whoever still reads it."""

_MANIFEST, _ROWS, _CHROMA, _KEYWORDS = "manifest.json", "rows.npz", "chroma", "keywords"
_BUILDING = ".building-"
_NAME = re.compile(r"gen-(\d{6,})")


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a generation was made. ``files`` gives the size in bytes and the CRC-32 of its files, to notice damage.

    Chroma's SQLite file may be written on opening (it notes when it was last maintained), so it is not among them.
    """

    generation: int
    embedder: str
    model_id: str
    recipe: str
    articles: int
    passages: int
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
            IndexDamaged: its files are missing or of the wrong size.
        """
        if not generation:
            raise IndexMissing(f"There is no index in {self.folder}.")
        folder = self._folder(generation)
        try:
            manifest = Manifest(**json.loads((folder / _MANIFEST).read_text()))
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
            return is_sound_sqlite(folder / _CHROMA / "chroma.sqlite3") and all(
                _checksum(folder / name) == checksum for name, (_, checksum) in manifest.files.items()
            )
        except (IndexMissing, IndexDamaged, OSError):
            return False

    def build(self, store: Store, generation: int, embedder: str, model_id: str, recipe: str) -> Manifest:
        """Build ``generation`` from the store, brought to disk, not yet published."""
        from index.keywords import KeywordIndex

        passages = list(store.indexed_passages(generation))
        building = self.folder / f"{_BUILDING}{generation:06d}"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        numbers = [passage.passage for passage in passages]
        outlets = [passage.outlet for passage in passages]
        days = [day_number(passage.published) for passage in passages]
        vectors = store.vectors([passage.hash for passage in passages], model_id)
        with ThreadPoolExecutor(1) as other:
            # Chroma works outside Python's lock: the keyword index costs no time of its own
            chroma = other.submit(VectorIndex.build, building / _CHROMA, numbers, vectors, outlets, days)
            KeywordIndex.build(passage.keywords for passage in passages).save(building / _KEYWORDS)
            chroma.result()
        names = sorted(set(outlets))
        np.savez(
            building / _ROWS,
            passages=np.array(numbers, np.int64),
            docs=np.array([passage.doc for passage in passages], np.int64),
            days=np.array(days, np.int32),
            outlets=np.array([names.index(outlet) for outlet in outlets], np.int32),
            outlet_names=np.array(names, dtype=np.str_),
        )
        files = {
            path.relative_to(building).as_posix(): (path.stat().st_size, _checksum(path))
            for path in sorted(building.rglob("*"))
            if path.is_file() and path.suffix != ".sqlite3"
        }
        articles = len({ref.id for ref in store.refs(generation).values()})
        manifest = Manifest(generation, embedder, model_id, recipe, articles, len(passages), files)
        (building / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
        _to_disk(building)
        shutil.rmtree(self._folder(generation), ignore_errors=True)
        building.rename(self._folder(generation))
        _sync_folder(self.folder)
        return manifest

    def publish(self, generation: int) -> None:
        """Make ``generation`` the current one, in one step."""
        pointer = self.folder / f".{CURRENT}"
        with pointer.open("w") as file:
            file.write(f"gen-{generation:06d}\n")
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self.folder / CURRENT)
        _sync_folder(self.folder)

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
        """Bytes of the whole index on disk."""
        total = 0
        for path in self.folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # a sync may be tidying up
                total += path.stat().st_size if path.is_file() else 0
        return total

    def open(self, generation: int) -> Snapshot:
        """Open ``generation`` for searching.

        Raises:
            IndexMissing, IndexDamaged: as :meth:`manifest`.
        """
        return Snapshot(self._folder(generation), self.manifest(generation))

    def _folder(self, generation: int) -> Path:
        return self.folder / f"gen-{generation:06d}"


class Snapshot:
    """One generation opened for searching. Never changes; safe to use from several threads."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        from index.keywords import KeywordIndex

        self.manifest = manifest
        try:
            with np.load(folder / _ROWS, allow_pickle=False) as rows:
                self.passages: NDArray[np.int64] = rows["passages"]
                self.docs: NDArray[np.int64] = rows["docs"]
                self._days: NDArray[np.int32] = rows["days"]
                self._outlets: NDArray[np.int32] = rows["outlets"]
                self._outlet_names: list[str] = rows["outlet_names"].tolist()
            self.keywords: KeywordIndex = KeywordIndex.load(folder / _KEYWORDS, len(self.passages))
            self.vectors = VectorIndex(folder / _CHROMA)
        except Exception as error:  # three libraries read these files, each with its own words for damage
            raise IndexDamaged(f"The index in {folder} is damaged ({error}).") from error

    def resolve(self, filters: Filters) -> Filters:
        """``filters`` with the names of outlets as the articles have them, whatever the case they are given in."""
        wanted = {name.casefold() for name in filters.outlets}
        found = frozenset(name for name in self._outlet_names if name.casefold() in wanted)
        return replace(filters, outlets=found or filters.outlets)

    def mask(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Which passages pass ``filters``, shape (passages,); None where all do."""
        if not filters:
            return None
        passes = np.ones(len(self.passages), bool)
        if filters.since or filters.until:
            passes &= self._days >= max(1, day_number(filters.since))
        if filters.until:
            passes &= self._days <= day_number(filters.until)
        if filters.outlets:
            wanted = [at for at, name in enumerate(self._outlet_names) if name in filters.outlets]
            passes &= np.isin(self._outlets, wanted)
        return passes


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
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # where folders cannot be opened, and need not be
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
