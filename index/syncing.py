"""Making an index match its folder: read what is new, settle what only the whole archive can tell, embed, publish."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from index.cleaning import CLEANING_VERSION
from index.copies import SIGNATURE_VERSION
from index.embedding import FAST, Embedder
from index.errors import RemovalsRefused
from index.generations import Generations, Manifest
from index.keywords import KEYWORDS_VERSION
from index.passages import PASSAGES_VERSION, split_articles
from index.readers import READERS_VERSION, refused
from index.recurring import LINES_VERSION
from index.scanning import Scan, scan
from index.settings import IndexSettings
from index.settling import Place, Settled, settle
from index.store import Entry, FileState, Held, Sketch, Store
from index.types import ArticleRef, Skip, SyncReport
from index.versions import canonical_url
from index.workers import Job, Message, Workers

WRITE_BATCH = 200
"""Articles that are written, and later split, together; what is written is not read again after an interruption."""

EMBED_BATCH = 512
"""Passages embedded and written together; what is written is not embedded again after an interruption."""

HASH_BYTES = 1 << 20

EMBEDDER = "embedder"
"""The name under which the store remembers what the archive is embedded with."""

MOST_JOBS = 8
"""Readers that run side by side where the setting ``jobs`` leaves it open."""

FILES_A_READER, BYTES_A_READER = 16, 1024 * 1024
"""With so many files more, or so many bytes, it is worth to start another reader."""

Progress = Callable[[str, int, int], None]
"""Called with the step's name, what is done of it, and all there is to do (0: not known).

The step "reading" is counted in bytes, "splitting" in articles, "embedding" in passages.
"""


@dataclass(frozen=True)
class _Known:
    """The current generation, read once: entries and articles by place, and files as they were read."""

    generation: int
    entries: dict[Place, Entry]
    refs: dict[Place, ArticleRef]
    files: dict[str, FileState]


@dataclass(frozen=True)
class _Present:
    """The generation to come: entries by place, articles that are searched, and earlier versions of them, by place.

    ``successors`` says where an article of the generation before goes on in another version: at its own place, or
    elsewhere under its url.
    """

    entries: dict[Place, Entry]
    refs: dict[Place, ArticleRef]
    earlier: dict[Place, ArticleRef]
    successors: dict[Place, Place]


@dataclass
class _Changes:
    """What the folder holds now: rows of articles by place, and files as they were read."""

    articles: dict[Place, int] = field(default_factory=dict)
    files: dict[str, FileState] = field(default_factory=dict)


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file, hexadecimal; what is appended meanwhile is left out.

    Raises:
        OSError: it cannot be read.
    """
    found = hashlib.sha256()
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        while piece := file.read(min(left, HASH_BYTES)):
            found.update(piece)
            left -= len(piece)
    return found.hexdigest()


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
        with clock.step("read"):
            found = scan(self.folder, self.index_dir)
            known = _Known(
                current,
                {(entry.path, entry.locator): entry for entry in store.entries(current)},
                store.refs(current),
                store.files(current),
            )
            changes = self._read(found, known)
        is_current = manifest is not None and manifest.recipe == recipe
        articles = {place: entry.article for place, entry in known.entries.items()}
        same = is_current and articles == changes.articles and known.files == changes.files
        settled = None
        entries = known.entries
        if not same:
            with clock.step("settle"):
                sketches = store.sketches(changes.articles.values())
                settled = settle(sketches, changes.articles, store.prose)
                entries = self._split(changes, settled, sketches, recipe, embedder)
        present = self._present(known, entries)
        report = self._report(known, present, changes, found)
        if not allow_removals:
            gone = {ref.id for ref in report.removed} - set(expected_removals)
            self._refuse_removals(len(gone), len({ref.id for ref in known.refs.values()}), found)
        docs = {entry.doc for entry in entries.values() if not entry.earlier}
        embedded = 0
        if not same:
            with clock.step("embed"):
                embedded = self._embed(docs, embedder)
        # a folder without one article is no archive yet
        published = settled is not None and bool(docs or current)
        if settled is not None and published:
            with clock.step("publish"):
                self.tell("building the search index", 0, 0)
                manifest = self._publish(
                    known, present, changes, settled, embedder, recipe, onto=current if is_current else 0
                )
        return replace(
            report,
            articles=manifest.articles if manifest else 0,
            passages=manifest.passages if manifest else 0,
            embedded=embedded,
            generation=self.generations.current(),
            published=published,
            seconds=clock.seconds,
        )

    def _usable_manifest(self, current: int) -> Manifest | None:
        # a damaged generation is built anew from the store
        return self.generations.manifest(current) if self.generations.is_sound(current) else None

    # --- reading -----------------------------------------------------------------------------------------------

    def _read(self, found: Scan, known: _Known) -> _Changes:
        changes = _Changes()
        reading = _reading_recipe()
        held = {**self.store.held(reading), **self.store.held(self._within_limits(reading))}
        jobs: list[Job] = []
        hashes: dict[str, str] = {}
        for relative, path in found.files.items():
            try:
                size = path.stat().st_size
                skip = refused(relative, size, self.settings.max_file_bytes)
                if skip is not None:
                    found.skips.append(skip)
                    continue
                hashes[relative] = fingerprint(path)
            except OSError as error:
                self._unreadable(found, relative, error.strerror or str(error))
                continue
            before = held.get((relative, hashes[relative]))
            if before is None:
                jobs.append(Job(relative, path, self.settings.max_file_bytes, size))
            else:
                self._take(changes, relative, hashes[relative], before)
        self._read_new(jobs, hashes, reading, found, changes)
        for relative in known.files.keys() - changes.files.keys():
            if found.is_unreadable(relative):
                changes.files[relative] = known.files[relative]
                changes.articles.update(
                    {place: entry.article for place, entry in known.entries.items() if place[0] == relative}
                )
        return changes

    def _read_new(
        self, jobs: Sequence[Job], hashes: Mapping[str, str], reading: str, found: Scan, changes: _Changes
    ) -> None:
        total, before = sum(job.size for job in jobs), 0
        # a reader takes half a second to start
        worth = 1 + len(jobs) // FILES_A_READER + total // BYTES_A_READER
        count = self.settings.jobs or min(worth, os.cpu_count() or 1, MOST_JOBS)
        workers = Workers(min(count, len(jobs)), self.settings.reader_mb * 1024**2, self.settings.reader_seconds)
        seen = datetime.now(UTC)
        messages: list[Message] = []
        held = Held({}, ())
        trouble = ""
        if jobs:
            self.tell("reading", 0, total)
        with closing(workers):
            for at, message in workers.read(jobs):
                job = jobs[at]
                if message is None:
                    self._write(messages, held, reading, seen)
                    if trouble:
                        self._unreadable(found, job.relative, trouble)
                    else:
                        limited = self._within_limits(reading) if held.skips else reading
                        with self.store.transaction():
                            self.store.hold(job.relative, hashes[job.relative], limited, held)
                        self._take(changes, job.relative, hashes[job.relative], held)
                    before += job.size
                    held, trouble = Held({}, ()), ""
                    continue
                self.tell("reading", min(total, before + message.get("at", job.size)), total)
                if "article" in message:
                    messages.append(message["article"])
                elif "skip" in message:
                    held = replace(held, skips=(*held.skips, Skip(job.relative, *message["skip"])))
                elif "unreadable" in message:
                    trouble = message["unreadable"]
                elif message["end"]["sha256"] not in ("", hashes[job.relative]):
                    trouble = "it changes while it is read"
                if len(messages) >= WRITE_BATCH:
                    self._write(messages, held, reading, seen)
        if jobs:
            self.tell("reading", total, total)

    def _within_limits(self, reading: str) -> str:
        """Part of what is remembered of files that could not be read whole: with other limits they may be."""
        settings = self.settings
        return f"{reading}, {settings.max_file_bytes} bytes, {settings.reader_mb} MB, {settings.reader_seconds:g} s"

    def _write(self, messages: list[Message], held: Held, reading: str, seen: datetime) -> None:
        with self.store.transaction():
            for message in messages:
                held.articles[message["locator"]] = self.store.add_article(message, reading, seen)
        messages.clear()

    def _take(self, changes: _Changes, relative: str, sha256: str, held: Held) -> None:
        changes.files[relative] = FileState(sha256, held.skips)
        changes.articles.update({(relative, locator): row for locator, row in held.articles.items()})

    def _unreadable(self, found: Scan, relative: str, why: str) -> None:
        found.skips.append(Skip(relative, "", f"cannot be read ({why})"))
        found.unreadable.append(relative)

    # --- splitting ---------------------------------------------------------------------------------------------

    def _split(
        self, changes: _Changes, settled: Settled, sketches: Mapping[int, Sketch], recipe: str, embedder: Embedder
    ) -> dict[Place, Entry]:
        recipes = {row: f"{recipe}{settled.told(row)}" for row in dict.fromkeys(changes.articles.values())}
        docs = self.store.find_documents(recipes.items())
        missing = [row for row in recipes if row not in docs]
        for low in range(0, len(missing), WRITE_BATCH):
            self.tell("splitting", low, len(missing))
            rows = missing[low : low + WRITE_BATCH]
            articles = [settled.applied(row, self.store.unindexed_article(row), sketches[row].lines) for row in rows]
            drafts = split_articles(articles, embedder, self.settings.passage_tokens)
            with self.store.transaction():
                for row, article, (opening, drafts_of) in zip(rows, articles, drafts, strict=True):
                    docs[row] = self.store.add_document(row, article, recipes[row], opening, drafts_of)
        if missing:
            self.tell("splitting", len(missing), len(missing))
        return {
            (path, locator): Entry(path, locator, docs[row], row, (path, locator) in settled.earlier)
            for (path, locator), row in sorted(changes.articles.items())
        }

    # --- reporting ---------------------------------------------------------------------------------------------

    def _present(self, known: _Known, entries: dict[Place, Entry]) -> _Present:
        named = {place: self._ref(known, place, entry) for place, entry in entries.items()}
        refs = {place: ref for place, ref in named.items() if not entries[place].earlier}
        earlier = {place: ref for place, ref in named.items() if entries[place].earlier}
        return _Present(entries, refs, earlier, _successors(known, refs))

    def _ref(self, known: _Known, place: Place, entry: Entry) -> ArticleRef:
        if place in known.refs and known.entries[place].doc == entry.doc:
            return known.refs[place]
        return self.store.ref(entry.doc, *place)

    def _report(self, known: _Known, present: _Present, changes: _Changes, found: Scan) -> SyncReport:
        old_ids = {ref.id for ref in known.refs.values()}
        first: dict[str, Place] = {}
        twice: list[Skip] = []
        for place, ref in present.refs.items():
            if first.setdefault(ref.id, place) != place:
                path, locator = first[ref.id]
                twice.append(Skip(*place, f"the same article as {path}{f' ({locator})' if locator else ''}"))
        followed = set(present.successors.values())
        new = [(place, ref) for place, ref in present.refs.items() if ref.id not in old_ids and first[ref.id] == place]
        # an article that only moved is neither new nor gone, wherever it stands now
        gone = {
            ref.id: ref
            for place, ref in known.refs.items()
            if ref.id not in first and place not in present.successors and place not in present.earlier
        }
        empty = self.store.docs_without_passages(entry.doc for entry in present.entries.values())
        skips = [*found.skips, *(skip for state in changes.files.values() for skip in state.skips), *twice]
        return SyncReport(
            added=tuple(ref for place, ref in new if place not in followed),
            changed=tuple(ref for place, ref in new if place in followed),
            removed=tuple(gone.values()),
            skipped=tuple(sorted(skips, key=lambda skip: skip.path)),
            earlier=tuple(present.earlier.values()),
            without_prose=tuple(ref for place, ref in present.refs.items() if present.entries[place].doc in empty),
            unchanged=len(first) - len(new),
            articles=0,
            passages=0,
            embedded=0,
            generation=0,
            published=False,
            seconds={},
        )

    def _refuse_removals(self, gone: int, before: int, found: Scan) -> None:
        if gone <= self.settings.removal_limit * before:
            return
        empty = "" if found.files else f" {self.folder} is empty: is the disk there?"
        raise RemovalsRefused(
            f"{gone} of {before} articles are gone from {self.folder}, more than {self.settings.removal_limit:.0%}; "
            f"nothing was changed.{empty} If they are meant to go, run: {self.command('--allow-removals')}"
        )

    # --- publishing --------------------------------------------------------------------------------------------

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

    def _replaced(self, known: _Known, present: _Present) -> list[tuple[str, str, str, str]]:
        """Which articles stand nowhere any more but go on in another version: place, folded url, id of that version."""
        standing = {entry.article for entry in present.entries.values()}
        latest = {address: ref.id for ref in present.refs.values() if (address := canonical_url(ref.url))}
        found = []
        for place, entry in known.entries.items():
            if entry.article in standing:
                continue
            ref = known.refs.get(place) or self.store.ref(entry.doc, *place)
            address = canonical_url(ref.url)
            if place in present.successors:
                found.append((*place, address, present.refs[present.successors[place]].id))
            elif entry.earlier and address in latest:
                found.append((*place, address, latest[address]))
        return found

    def _publish(
        self,
        known: _Known,
        present: _Present,
        changes: _Changes,
        settled: Settled,
        embedder: Embedder,
        recipe: str,
        onto: int,
    ) -> Manifest:
        store = self.store
        generation = known.generation + 1
        entries = present.entries
        store.plan(
            generation,
            [place for place, entry in known.entries.items() if entries.get(place) != entry],
            [entry for place, entry in entries.items() if known.entries.get(place) != entry],
            [path for path, state in known.files.items() if changes.files.get(path) != state],
            [(path, state) for path, state in changes.files.items() if known.files.get(path) != state],
            self._replaced(known, present),
        )
        doc_of = {entry.article: entry.doc for entry in entries.values()}
        stories = [tuple(doc_of[row] for row in story) for story in settled.stories]
        manifest = self.generations.build(store, generation, embedder.name, embedder.model_id, recipe, stories, onto)
        store.remember(EMBEDDER, embedder.name)
        self.generations.publish(generation)
        store.collect_garbage(self.generations.tidy())
        return manifest


def _successors(known: _Known, refs: Mapping[Place, ArticleRef]) -> dict[Place, Place]:
    ids = {ref.id for ref in refs.values()}
    old_ids = {ref.id for ref in known.refs.values()}
    new = {place: ref for place, ref in refs.items() if ref.id not in old_ids}
    by_address = {address: place for place, ref in new.items() if (address := canonical_url(ref.url))}
    successors = {}
    for place, ref in known.refs.items():
        if ref.id in ids:
            continue
        address = canonical_url(ref.url)
        if place in new:
            successors[place] = place
        elif address in by_address:
            successors[place] = by_address[address]
    return successors


def _reading_recipe() -> str:
    return (
        f"readers {READERS_VERSION}, cleaning {CLEANING_VERSION}, lines {LINES_VERSION}, "
        f"signatures {SIGNATURE_VERSION}, sentencex {version('sentencex')}"
    )


def _recipe(embedder: Embedder, settings: IndexSettings) -> str:
    return (
        f"{_reading_recipe()}, passages {PASSAGES_VERSION} of {settings.passage_tokens} tokens, "
        f"keywords {KEYWORDS_VERSION}, {embedder.model_id}"
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
