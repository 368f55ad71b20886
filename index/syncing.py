"""Making an index match its folder: read what is new, embed what has no vector, publish the next generation."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from index.cleaning import CLEANING_VERSION, mark
from index.embedding import FAST, Embedder
from index.errors import RemovalsRefused
from index.generations import Generations, Manifest
from index.keywords import KEYWORDS_VERSION
from index.passages import PASSAGES_VERSION, split_articles
from index.readers import READERS_VERSION, format_of, read, unknown_format
from index.reading import Reading
from index.scanning import Scan, scan
from index.sentences import split_sentences
from index.settings import IndexSettings
from index.store import FileState, Store
from index.types import Article, ArticleRef, Skip, SyncReport

READ_BATCH = 200
"""Articles that are split and written together."""

EMBED_BATCH = 512
"""Passages embedded and written together; what is written is not embedded again after an interruption."""

EMBEDDER = "embedder"
"""The name under which the store remembers what the archive is embedded with."""

Progress = Callable[[str, int, int], None]
"""Called with the step's name, what is done of it, and all there is to do (0: not known)."""


@dataclass(frozen=True)
class _Known:
    """The current generation, read once: documents and articles by path and locator, and files as they were read."""

    generation: int
    entries: dict[tuple[str, str], int]
    refs: dict[tuple[str, str], ArticleRef]
    files: dict[str, FileState]


@dataclass
class _Changes:
    """What the folder holds now: documents by path and locator, and files as they were read.

    ``ids`` gives the article of each document.
    """

    entries: dict[tuple[str, str], int] = field(default_factory=dict)
    files: dict[str, FileState] = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)


def content_of(relative: str, path: Path, settings: IndexSettings) -> bytes | Skip:
    """The bytes of a file that is to be read, or why it is not.

    Raises:
        OSError: the file cannot be read.
    """
    if format_of(relative) is None:
        return unknown_format(relative)
    with path.open("rb") as file:
        content = file.read(settings.max_file_bytes + 1)
    if len(content) > settings.max_file_bytes:
        return Skip(relative, "", "too large")
    return content


@dataclass
class Sync:
    """One sync of one archive, by the one process that writes to it.

    ``open_embedder`` gives an embedding model by its name, ``command`` the command line that syncs this archive with
    further options, ``tell`` is told of the progress.
    """

    folder: Path
    index_dir: Path
    settings: IndexSettings
    store: Store
    generations: Generations
    open_embedder: Callable[[str], Embedder]
    command: Callable[..., str]
    tell: Progress

    def run(self, allow_removals: bool, expected_removals: Collection[str] = ()) -> SyncReport:
        """Do it; see :meth:`index.Archive.sync`."""
        clock = _Clock()
        store = self.store
        current = self.generations.current()
        store.roll_back(current)
        manifest = self._usable_manifest(current)
        with clock.step("model"):
            self.tell("loading the embedding model", 0, 0)
            name = self.settings.embedder or store.remembered(EMBEDDER) or FAST
            embedder = self.open_embedder(name)
            recipe = _recipe(embedder, self.settings)
        is_current = manifest is not None and manifest.recipe == recipe
        with clock.step("read"):
            found = scan(self.folder, self.index_dir)
            known = _Known(
                current,
                {(entry.path, entry.locator): entry.doc for entry in store.entries(current)},
                store.refs(current),
                store.files(current),
            )
            changes = self._read(found, known, embedder, recipe, is_current)
        report = self._compare(known, changes, found)
        self._refuse_removals(
            report, len({ref.id for ref in known.refs.values()}), found, allow_removals, expected_removals
        )
        docs = set(changes.entries.values())
        with clock.step("embed"):
            # what is published by this recipe has its vectors
            done = set(known.entries.values()) if is_current else set()
            embedded = self._embed(docs - done, embedder)
        same = is_current and known.entries == changes.entries and known.files == changes.files
        # a folder without one article is no archive yet
        published = not same and bool(docs or current)
        if published:
            with clock.step("publish"):
                self.tell("building the search index", 0, 0)
                manifest = self._publish(known, changes, embedder, recipe)
        return replace(
            report,
            articles=len({changes.ids[doc] for doc in docs}),
            passages=manifest.passages if manifest else 0,
            embedded=embedded,
            generation=self.generations.current(),
            published=published,
            seconds=clock.seconds,
        )

    def _usable_manifest(self, current: int) -> Manifest | None:
        # a damaged generation is built anew from the store
        return self.generations.manifest(current) if self.generations.is_sound(current) else None

    def _read(self, found: Scan, known: _Known, embedder: Embedder, recipe: str, is_current: bool) -> _Changes:
        by_path: dict[str, dict[tuple[str, str], int]] = {}
        for place, doc in known.entries.items():
            by_path.setdefault(place[0], {})[place] = doc
        changes = _Changes(ids={doc: known.refs[place].id for place, doc in known.entries.items()})
        waiting: list[Article] = []

        def keep(path: str) -> None:
            changes.files[path] = known.files[path]
            changes.entries.update(by_path.get(path, {}))

        def write_waiting() -> None:
            for article, doc in zip(waiting, self._documents(waiting, embedder, recipe), strict=True):
                changes.entries[article.path, article.locator] = doc
                changes.ids[doc] = article.id
            waiting.clear()

        for done, (relative, path) in enumerate(found.files.items()):
            self.tell("reading", done, len(found.files))
            try:
                content = content_of(relative, path, self.settings)
            except OSError as error:
                found.skips.append(Skip(relative, "", f"cannot be read ({error.strerror or error})"))
                found.unreadable.append(relative)
                continue
            if isinstance(content, Skip):
                found.skips.append(content)
                continue
            sha256 = hashlib.sha256(content).hexdigest()
            state = known.files.get(relative)
            if state is not None and state.sha256 == sha256 and is_current:
                keep(relative)
                continue
            skips = []
            for item in read(relative, BytesIO(content), self.settings.max_file_bytes):
                if isinstance(item, Skip):
                    skips.append(item)
                    continue
                waiting.append(_marked(item))
                if len(waiting) >= READ_BATCH:
                    write_waiting()
                    self.tell("reading", done, len(found.files))
            changes.files[relative] = FileState(sha256, tuple(skips))
        write_waiting()
        for relative in known.files.keys() - changes.files.keys():
            if found.is_unreadable(relative):
                keep(relative)
        return changes

    def _documents(self, articles: Sequence[Article], embedder: Embedder, recipe: str) -> list[int]:
        found = {article.id: self.store.find_document(article.id, recipe) for article in articles}
        if not articles:  # counting nothing would still load the model
            return []
        new = list({article.id: article for article in articles if found[article.id] is None}.values())
        drafts = split_articles(new, embedder, self.settings.passage_tokens)
        with self.store.transaction():
            for article, (opening, drafts_of) in zip(new, drafts, strict=True):
                found[article.id] = self.store.add_document(article, recipe, opening, drafts_of)
        return [doc for article in articles if (doc := found[article.id]) is not None]

    def _compare(self, known: _Known, changes: _Changes, found: Scan) -> SyncReport:
        old_ids = {ref.id for ref in known.refs.values()}
        new_ids = {changes.ids[doc] for doc in changes.entries.values()}
        # an article that only moved is neither new nor gone, wherever it stands now
        gone = {place: ref for place, ref in known.refs.items() if ref.id not in new_ids}
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
            ref = self.store.ref(doc, path, locator)
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

    def _refuse_removals(
        self, report: SyncReport, before: int, found: Scan, allowed: bool, expected: Collection[str]
    ) -> None:
        gone = len({ref.id for ref in report.removed} - set(expected))
        if allowed or gone <= self.settings.removal_limit * before:
            return
        empty = "" if found.files else f" {self.folder} is empty: is the disk there?"
        raise RemovalsRefused(
            f"{gone} of {before} articles are gone from {self.folder}, more than {self.settings.removal_limit:.0%}; "
            f"nothing was changed.{empty} If they are meant to go, run: {self.command('--allow-removals')}"
        )

    def _embed(self, docs: Iterable[int], embedder: Embedder) -> int:
        missing = self.store.missing_vectors(docs, embedder.model_id)
        for low in range(0, len(missing), EMBED_BATCH):
            self.tell("embedding", low, len(missing))
            batch = missing[low : low + EMBED_BATCH]
            vectors = embedder.embed_documents([text for _, text in batch])
            self.store.add_vectors(embedder.model_id, [hash_ for hash_, _ in batch], vectors)
        if missing:
            self.tell("embedding", len(missing), len(missing))
        return len(missing)

    def _publish(self, known: _Known, changes: _Changes, embedder: Embedder, recipe: str) -> Manifest:
        store = self.store
        generation = known.generation + 1
        store.plan(
            generation,
            [place for place, doc in known.entries.items() if changes.entries.get(place) != doc],
            [(*place, doc) for place, doc in changes.entries.items() if known.entries.get(place) != doc],
            [path for path, state in known.files.items() if changes.files.get(path) != state],
            [(path, state) for path, state in changes.files.items() if known.files.get(path) != state],
        )
        manifest = self.generations.build(store, generation, embedder.name, embedder.model_id, recipe)
        store.remember(EMBEDDER, embedder.name)
        self.generations.publish(generation)
        store.collect_garbage(self.generations.tidy())
        return manifest


def _marked(reading: Reading) -> Article:
    article = reading.article
    blocks = mark(article.text, article.title, reading.hints)
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
