"""The front of the index: an archive is a folder of articles and the index that belongs to it."""

from __future__ import annotations

import hashlib
import os
import shlex
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout

from index.cleaning import CLEANING_VERSION, mark
from index.embedding import FAST, Embedder, open_embedder
from index.errors import (
    ArchiveLocked,
    ArticleMissing,
    FolderMissing,
    FolderUnreadable,
    IndexDamaged,
    IndexMissing,
    IndexOutdated,
    RemovalsRefused,
)
from index.generations import Generations, Manifest
from index.keywords import KEYWORDS_VERSION
from index.passages import PASSAGES_VERSION, split_articles
from index.readers import READERS_VERSION, ending_of, formats, front_matter, read
from index.scanning import Scan, scan
from index.sentences import split_sentences
from index.settings import IndexSettings
from index.store import FileState, Store
from index.types import Article, ArticleRef, Filters, SearchHit, Skip, SyncReport

if TYPE_CHECKING:
    from index.generations import Snapshot

INDEX_FOLDER = ".byline"

READ_BATCH = 200
"""Articles that are split and written together."""

EMBED_BATCH = 512
"""Passages embedded and written together; what is written is not embedded again after an interruption."""

Progress = Callable[[str, int, int], None]
"""Called with the step's name, what is done of it, and all there is to do (0: not known)."""

_T = TypeVar("_T")


@dataclass
class _Changes:
    """What the folder holds now against the current generation, before it is written."""

    entries: dict[tuple[str, str], int] = field(default_factory=dict)
    files: dict[str, FileState] = field(default_factory=dict)
    ended_files: list[str] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)


class Archive:
    """A folder of articles with its index. One may be shared by threads; several processes may read while one syncs."""

    def __init__(self, folder: Path, settings: IndexSettings) -> None:
        """Use :meth:`open`."""
        self.folder = folder
        self.settings = settings
        self.index_dir = settings.index_dir or folder / INDEX_FOLDER
        self._generations = Generations(self.index_dir)
        self._lock = threading.RLock()
        self._opened_store: Store | None = None
        self._opened: tuple[Snapshot, Embedder] | None = None
        self._embedders: dict[str, Embedder] = {}

    @classmethod
    def open(cls, folder: str | os.PathLike[str], settings: IndexSettings | None = None) -> Archive:
        """The archive of ``folder``; nothing is read or written yet.

        Raises:
            FolderMissing: there is no such folder.
        """
        path = Path(folder).expanduser()
        if not path.is_dir():
            what = "is a file, not a folder" if path.exists() else "does not exist"
            raise FolderMissing(f"The folder {path} {what}. Name the folder that holds your articles.")
        try:
            str(path.absolute()).encode()
        except UnicodeEncodeError:
            raise FolderUnreadable(f"The name of the folder {str(path)!a} is not UTF-8. Rename it.") from None
        return cls(path, settings or IndexSettings())

    # --- searching ---------------------------------------------------------------------------------------------

    def search(self, query: str, k: int = 10, filters: Filters | None = None) -> list[SearchHit]:
        """The ``k`` passages that fit ``query`` best, best first; fewer where fewer fit.

        Raises:
            IndexMissing, IndexOutdated, IndexDamaged: there is nothing to search; the message has the command.
            EmbedderError: the embedding model does not load.
        """
        from index.retrieval import retrieve

        def found(snapshot: Snapshot, embedder: Embedder) -> list[SearchHit]:
            hits = []
            articles: dict[int, Article] = {}
            ranked = retrieve(snapshot, query, embedder.embed_query(query), k, filters or Filters())
            for rank in ranked:
                doc, passage = self._store.passage(rank.passage)
                if doc not in articles:
                    articles[doc] = self._store.article(doc, snapshot.manifest.generation)
                hits.append(SearchHit(passage, articles[doc], rank.score, rank.vector_rank, rank.keyword_rank))
            return hits

        return self._with_snapshot(found)

    def document_frequencies(self, terms: Sequence[str]) -> tuple[list[int], int]:
        """In how many passages each term (see :func:`index.terms`) occurs, and how many passages there are."""
        return self._with_snapshot(
            lambda snapshot, _: (snapshot.keywords.document_frequency(terms), len(snapshot.passages))
        )

    def article(self, article_id: str) -> Article:
        """The article with this id, or whose id alone begins with it.

        Raises:
            ArticleMissing: there is none, or there are several.
        """

        def found(snapshot: Snapshot, _: Embedder) -> Article:
            generation = snapshot.manifest.generation
            matches = self._store.find(article_id, generation) if article_id else []
            if len({match for match, _ in matches}) != 1:
                what = "Several articles have ids that begin with" if matches else "No article has the id"
                raise ArticleMissing(f"{what} {article_id!r}. `byline list` shows the ids.")
            return self._store.article(matches[0][1], generation)

        return self._with_snapshot(found)

    def articles(self) -> list[ArticleRef]:
        """The articles of the archive, each once, by path."""
        manifest = self.manifest()
        with self._store_faults():
            refs = self._store.refs(manifest.generation)
        return list({ref.id: ref for ref in reversed(refs.values())}.values())[::-1]

    def manifest(self) -> Manifest:
        """How the current generation was made.

        Raises:
            IndexMissing: there is none.
            IndexDamaged: its files are missing or of the wrong size.
        """
        try:
            return self._generations.manifest(self._generations.current())
        except IndexMissing:
            raise IndexMissing(f"{self.folder} has no index yet. Run: {self.index_command()}") from None
        except IndexDamaged as error:
            raise IndexDamaged(f"{error} Run: {self.index_command()}") from error

    def pending(self) -> str:
        """What the next sync would find, in words: files that are new, changed or gone; ``""`` where there is nothing.

        Raises:
            IndexMissing, IndexDamaged: there is no usable index.
        """
        manifest = self.manifest()
        with self._store_faults():
            known = self._store.files(manifest.generation)
        found = scan(self.folder, self.index_dir)
        new = changed = 0
        for relative, path in found.files.items():
            try:
                content = self._content(relative, path)
            except OSError:
                continue
            if isinstance(content, Skip):
                continue
            if relative not in known:
                new += 1
            elif known[relative].sha256 != hashlib.sha256(content).hexdigest():
                changed += 1
        gone = sum(1 for path in known.keys() - found.files.keys() if not found.is_unreadable(path))
        counts = ((new, "new"), (changed, "changed"), (gone, "gone"))
        return ", ".join(f"{count} {'file' if count == 1 else 'files'} {name}" for count, name in counts if count)

    def size(self) -> int:
        """Bytes of the index on disk."""
        return self._generations.size()

    def index_command(self, *options: str) -> str:
        """The command that syncs this archive, to be shown to a person."""
        return shlex.join(["byline", "index", str(self.folder), *options])

    def close(self) -> None:
        """Let go of files; the archive opens them again when it is used."""
        with self._lock:
            self._opened = None
            if self._opened_store is not None:
                self._opened_store.close()
                self._opened_store = None

    @property
    def _store(self) -> Store:
        with self._lock:
            if self._opened_store is None:
                if not self._store_path.is_file():
                    raise IndexDamaged(f"{self._store_path} is missing. Run: {self.index_command()}")
                try:
                    self._opened_store = Store(self._store_path)
                except IndexDamaged as error:
                    raise IndexDamaged(f"{error} Move it away, then run: {self.index_command()}") from error
            return self._opened_store

    @property
    def _store_path(self) -> Path:
        return self.index_dir / "store.sqlite"

    @contextmanager
    def _store_faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if "disk is full" in str(error):
                raise FolderUnreadable(
                    f"There is no space left for {self._store_path}; what was served before is served still. "
                    f"Free some, then run: {self.index_command()}"
                ) from error
            raise IndexDamaged(
                f"{self._store_path} cannot be used ({error}). Move it away, then run: {self.index_command()}"
            ) from error

    def _with_snapshot(self, use: Callable[[Snapshot, Embedder], _T]) -> _T:
        with self._store_faults():
            snapshot, embedder = self._current()
            try:
                return use(snapshot, embedder)
            except Exception:
                # while it was in use, newer generations may have been published and this one deleted
                again, embedder = self._current()
                if again is snapshot:
                    raise
                return use(again, embedder)

    def _current(self) -> tuple[Snapshot, Embedder]:
        with self._lock:
            generation = self._generations.current()
            if self._opened is None or self._opened[0].manifest.generation != generation:
                manifest = self.manifest()
                embedder = self._embedder_for(manifest)
                try:
                    self._opened = self._generations.open(manifest.generation), embedder
                except IndexDamaged as error:
                    raise IndexDamaged(f"{error} Run: {self.index_command()}") from error
            return self._opened

    def _embedder_for(self, manifest: Manifest) -> Embedder:
        embedder = self._embedder(self.settings.embedder or manifest.embedder)
        if embedder.model_id != manifest.model_id:
            raise IndexOutdated(
                f"The index of {self.folder} was made with the embedder {manifest.embedder} ({manifest.model_id}), "
                f"not with {embedder.name} ({embedder.model_id}). "
                f"Run: {self.index_command('--embedder', embedder.name)}"
            )
        return embedder

    def _embedder(self, name: str) -> Embedder:
        with self._lock:
            if name not in self._embedders:
                self._embedders[name] = open_embedder(name, self.settings.cache_dir)
            return self._embedders[name]

    # --- syncing -----------------------------------------------------------------------------------------------

    def sync(self, *, allow_removals: bool = False, progress: Progress | None = None) -> SyncReport:
        """Make the index match the folder: add, change, remove, skip what has not changed.

        May be interrupted at any moment: the archive then serves what it served before, and the next sync goes on.

        Args:
            allow_removals: let more than the setting ``removal_limit`` of the articles go.
            progress: told what is being done.

        Raises:
            ArchiveLocked: another process is syncing this archive.
            RemovalsRefused: too many articles would go; nothing was changed.
            FolderUnreadable: the folder cannot be read or the index not written.
            EmbedderError: the embedding model does not load.
        """
        tell = progress or (lambda *_: None)
        with self._writing():
            clock = _Clock()
            store = Store(self._store_path, create=True)
            try:
                with self._store_faults():
                    return self._sync(store, allow_removals, tell, clock)
            finally:
                store.close()

    def _sync(self, store: Store, allow_removals: bool, tell: Progress, clock: _Clock) -> SyncReport:
        current = self._generations.current()
        store.roll_back(current)
        manifest = self._usable_manifest(current)
        with clock.step("model"):
            tell("loading the embedding model", 0, 0)
            embedder = self._embedder(self.settings.embedder or (manifest.embedder if manifest else FAST))
            recipe = _recipe(embedder, self.settings)
        is_current = manifest is not None and manifest.recipe == recipe
        with clock.step("read"):
            found = scan(self.folder, self.index_dir)
            changes = self._read(store, found, current, embedder, recipe, is_current, tell)
        before = store.refs(current)
        report = self._compare(store, before, changes, found)
        self._refuse_removals(report, len({ref.id for ref in before.values()}), found, allow_removals)
        docs = set(changes.entries.values())
        with clock.step("embed"):
            # what is published by this recipe has its vectors
            done = {entry.doc for entry in store.entries(current)} if is_current else set()
            embedded = self._embed(store, docs - done, embedder, tell)
        same = {(e.path, e.locator): e.doc for e in store.entries(current)} == changes.entries
        published = not (same and is_current and not changes.ended_files and store.files(current) == changes.files)
        if published and (docs or current):
            with clock.step("publish"):
                tell("building the search index", 0, 0)
                manifest = self._publish(store, current, changes, embedder, recipe)
        elif published:  # a folder without one article is no archive yet
            published = False
        return replace(
            report,
            articles=len({changes.ids[doc] for doc in docs}),
            passages=manifest.passages if manifest else 0,
            embedded=embedded,
            generation=self._generations.current(),
            published=published,
            seconds=clock.seconds,
        )

    def _usable_manifest(self, current: int) -> Manifest | None:
        if not current:
            return None
        try:
            return self._generations.manifest(current)
        except IndexDamaged:
            return None  # built anew from the store

    def _read(
        self, store: Store, found: Scan, current: int, embedder: Embedder, recipe: str, is_current: bool, tell: Progress
    ) -> _Changes:
        known_files = store.files(current)
        known_entries: dict[str, dict[str, int]] = {}
        ids: dict[int, str] = {}
        refs = store.refs(current)
        for entry in store.entries(current):
            known_entries.setdefault(entry.path, {})[entry.locator] = entry.doc
            ids[entry.doc] = refs[entry.path, entry.locator].id
        changes = _Changes(ids=ids)
        waiting: list[Article] = []

        def keep(path: str) -> None:
            changes.files[path] = known_files[path]
            changes.entries.update({(path, locator): doc for locator, doc in known_entries.get(path, {}).items()})

        def write_waiting() -> None:
            for article, doc in zip(waiting, self._documents(store, waiting, embedder, recipe), strict=True):
                changes.entries[article.path, article.locator] = doc
                changes.ids[doc] = article.id
            waiting.clear()

        for done, (relative, path) in enumerate(found.files.items()):
            tell("reading", done, len(found.files))
            try:
                content = self._content(relative, path)
            except OSError as error:
                found.skips.append(Skip(relative, "", f"cannot be read ({error.strerror or error})"))
                found.unreadable.append(relative)
                continue
            if isinstance(content, Skip):
                found.skips.append(content)
                continue
            sha256 = hashlib.sha256(content).hexdigest()
            known = known_files.get(relative)
            if known is not None and known.sha256 == sha256 and is_current:
                keep(relative)
                continue
            skips = []
            for item in read(path, relative, content, self.settings.max_file_bytes):
                if isinstance(item, Skip):
                    skips.append(item)
                    continue
                waiting.append(item)
                if len(waiting) >= READ_BATCH:
                    write_waiting()
                    tell("reading", done, len(found.files))
            changes.files[relative] = FileState(sha256, tuple(skips))
            if known is not None:
                changes.ended_files.append(relative)
        write_waiting()
        for relative in known_files.keys() - changes.files.keys():
            if found.is_unreadable(relative):
                keep(relative)
            else:
                changes.ended_files.append(relative)
        return changes

    def _content(self, relative: str, path: Path) -> bytes | Skip:
        ending = ending_of(path.name)
        if ending not in formats():
            return Skip(relative, "", f"files ending in {ending or 'nothing'} are not read")
        with path.open("rb") as file:
            content = file.read(self.settings.max_file_bytes + 1)
        if len(content) > self.settings.max_file_bytes:
            return Skip(
                relative, "", f"larger than the setting max_file_bytes ({self.settings.max_file_bytes:,} bytes)"
            )
        return content

    def _documents(self, store: Store, articles: Sequence[Article], embedder: Embedder, recipe: str) -> list[int]:
        found = {article.id: store.find_document(article.id, recipe) for article in articles}
        if not articles:  # counting nothing would still load the model
            return []
        new = list({article.id: article for article in articles if found[article.id] is None}.values())
        marked = [_marked(article) for article in new]
        drafts = split_articles(marked, embedder, self.settings.passage_tokens)
        with store.transaction():
            for article, (opening, drafts_of) in zip(marked, drafts, strict=True):
                found[article.id] = store.add_document(article, recipe, opening, drafts_of)
        return [doc for article in articles if (doc := found[article.id]) is not None]

    def _compare(
        self, store: Store, before: dict[tuple[str, str], ArticleRef], changes: _Changes, found: Scan
    ) -> SyncReport:
        old_ids = {ref.id for ref in before.values()}
        new_ids = {changes.ids[doc] for doc in changes.entries.values()}
        # an article that only moved is neither new nor gone, wherever it stands now
        gone = {place: ref for place, ref in before.items() if ref.id not in new_ids}
        added: list[ArticleRef] = []
        changed: list[ArticleRef] = []
        twice: list[Skip] = []
        seen: dict[str, str] = {}
        for (path, locator), doc in changes.entries.items():
            article_id = changes.ids[doc]
            if article_id in seen:
                twice.append(Skip(path, locator, f"the same article as {seen[article_id]}"))
                continue
            seen[article_id] = f"{path}{f' ({locator})' if locator else ''}"
            if article_id in old_ids:
                continue
            ref = store.ref(doc, path, locator)
            (changed if gone.pop((path, locator), None) else added).append(ref)
        removed = {ref.id: ref for ref in gone.values()}
        skips = [*found.skips, *(skip for state in changes.files.values() for skip in state.skips), *twice]
        return SyncReport(
            added=tuple(added),
            changed=tuple(changed),
            removed=tuple(removed.values()),
            skipped=tuple(sorted(skips, key=lambda skip: skip.path)),
            unchanged=len(new_ids) - len(added) - len(changed),
            articles=0,
            passages=0,
            embedded=0,
            generation=0,
            published=False,
            seconds={},
        )

    def _refuse_removals(self, report: SyncReport, before: int, found: Scan, allowed: bool) -> None:
        gone = len(report.removed)
        if allowed or gone <= self.settings.removal_limit * before:
            return
        empty = "" if found.files else f" {self.folder} is empty: is the disk there?"
        raise RemovalsRefused(
            f"{gone} of {before} articles are gone from {self.folder}, more than {self.settings.removal_limit:.0%}; "
            f"nothing was changed.{empty} If they are meant to go, run: {self.index_command('--allow-removals')}"
        )

    def _embed(self, store: Store, docs: Iterable[int], embedder: Embedder, tell: Progress) -> int:
        missing = store.missing_vectors(docs, embedder.model_id)
        for low in range(0, len(missing), EMBED_BATCH):
            tell("embedding", low, len(missing))
            batch = missing[low : low + EMBED_BATCH]
            vectors = embedder.embed_documents([text for _, text in batch])
            store.add_vectors(embedder.model_id, [hash_ for hash_, _ in batch], vectors)
        if missing:
            tell("embedding", len(missing), len(missing))
        return len(missing)

    def _publish(self, store: Store, current: int, changes: _Changes, embedder: Embedder, recipe: str) -> Manifest:
        generation = current + 1
        before = {(entry.path, entry.locator): entry.doc for entry in store.entries(current)}
        known_files = store.files(current)
        store.plan(
            generation,
            [place for place, doc in before.items() if changes.entries.get(place) != doc],
            [(*place, doc) for place, doc in changes.entries.items() if before.get(place) != doc],
            [path for path, state in known_files.items() if changes.files.get(path) != state],
            [(path, state) for path, state in changes.files.items() if known_files.get(path) != state],
        )
        manifest = self._generations.build(store, generation, embedder.name, embedder.model_id, recipe)
        self._generations.publish(generation)
        store.collect_garbage(self._generations.tidy())
        return manifest

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self.index_dir.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.index_dir / "lock", timeout=0)
            lock.acquire()
        except Timeout:
            raise ArchiveLocked(
                f"{self.folder} is being indexed by another process{self._writer()}. "
                f"Wait for it to end, then run: {self.index_command()}"
            ) from None
        except OSError as error:
            raise FolderUnreadable(
                f"The index cannot be written to {self.index_dir} ({error.strerror or error}). "
                "Make the folder writable, or choose another with the setting index_dir."
            ) from error
        try:
            (self.index_dir / "writer").write_text(str(os.getpid()))
            yield
        finally:
            (self.index_dir / "writer").unlink(missing_ok=True)
            lock.release()

    def _writer(self) -> str:
        try:
            return f" (process {int((self.index_dir / 'writer').read_text())})"
        except (OSError, ValueError):
            return ""


def _marked(article: Article) -> Article:
    blocks = mark(article.text, article.title, front_matter(article))
    sentences = tuple(
        sentence
        for block in blocks
        if block.kind == "prose"
        for sentence in split_sentences(article.text, block.start, block.end)
    )
    return replace(article, blocks=blocks, sentences=sentences)


def _recipe(embedder: Embedder, settings: IndexSettings) -> str:
    return (
        f"readers {READERS_VERSION}, cleaning {CLEANING_VERSION}, sentencex {version('sentencex')}, "
        f"passages {PASSAGES_VERSION} of {settings.passage_tokens} tokens, keywords {KEYWORDS_VERSION}, "
        f"{embedder.model_id}"
    )


class _Clock:
    """Wall time by step, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - began, 3)
