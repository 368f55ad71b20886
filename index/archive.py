"""The front of the index: an archive is a folder of articles and the index that belongs to it."""

from __future__ import annotations

import os
import shlex
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout

from index.embedding import Embedder, open_embedder
from index.errors import (
    ArchiveLocked,
    ArticleMissing,
    FolderMissing,
    FolderUnreadable,
    IndexDamaged,
    IndexMissing,
    IndexOutdated,
)
from index.generations import Generations, Manifest, Snapshot
from index.readers import refused
from index.scanning import scan
from index.settings import IndexSettings
from index.store import OldVersion, Store
from index.syncing import Progress, Sync, fingerprint
from index.types import (
    Article,
    ArticleRef,
    Difference,
    Filters,
    NearWord,
    Overview,
    Passage,
    SearchHit,
    SyncReport,
    Version,
)
from index.versions import canonical_url, differences

if TYPE_CHECKING:
    from index.adding import Addition, Removal, Source
    from index.reranking import Reranker

INDEX_FOLDER = ".byline"

ARTICLES_KEPT, PASSAGES_KEPT = 500, 2000
"""Articles and passages that are kept in memory, those read last: about 20 MB."""

SPELLINGS_READ = 12
"""Passages that are read to see how articles write a word of which the index keeps the stem."""

_T = TypeVar("_T")


class _Opened:
    """One generation opened for reading, with the store that holds its texts and the model that made its vectors."""

    def __init__(self, key: tuple[int, int, int], snapshot: Snapshot, embedder: Embedder, store: Store) -> None:
        self.key = key
        self.snapshot = snapshot
        self.embedder = embedder
        self.store = store
        # what a generation holds does not change. None of the two holds this object: its files are let go with it
        self.article = lru_cache(maxsize=ARTICLES_KEPT)(partial(_article, snapshot, store))
        self.passage = lru_cache(maxsize=PASSAGES_KEPT)(partial(_passage, store))

    @property
    def generation(self) -> int:
        return self.snapshot.manifest.generation


class Archive:
    """A folder of articles with its index. One may be shared by threads; several processes may read while one syncs."""

    def __init__(self, folder: Path, settings: IndexSettings) -> None:
        """Use :meth:`open`."""
        self.folder = folder
        self.settings = settings
        self.index_dir = settings.index_dir or folder / INDEX_FOLDER
        self._generations = Generations(self.index_dir)
        self._lock = threading.RLock()
        self._opened: _Opened | None = None
        self._overview: tuple[tuple[int, int, int], Overview] | None = None
        self._embedders: dict[str, Embedder] = {}
        self._reranker: Reranker | None = None

    @classmethod
    def open(cls, folder: str | os.PathLike[str], settings: IndexSettings | None = None) -> Archive:
        """The archive of ``folder``; nothing is read or written yet.

        Raises:
            FolderMissing: there is no such folder.
        """
        try:
            path = Path(folder).expanduser()
        except RuntimeError as error:  # ~nobody
            raise FolderMissing(f"The folder {folder} does not exist ({error}).") from error
        if not path.is_dir():
            what = "is a file, not a folder" if path.exists() else "does not exist"
            raise FolderMissing(f"The folder {path} {what}. Name the folder that holds your articles.")
        try:
            str(path.absolute()).encode()
        except UnicodeEncodeError:
            raise FolderUnreadable(f"The name of the folder {str(path)!a} is not UTF-8. Rename it.") from None
        return cls(path, settings or IndexSettings())

    # --- searching ---------------------------------------------------------------------------------------------

    def search(
        self, query: str, k: int = 10, filters: Filters | None = None, as_of: date | None = None
    ) -> list[SearchHit]:
        """The ``k`` passages that fit ``query`` best, best first; fewer where fewer fit.

        Args:
            query: a question, or words.
            k: how many.
            filters: what to look among.
            as_of: the day on which it is asked, today unless given; counts for nothing without the setting ``recency``.

        Raises:
            IndexMissing, IndexOutdated, IndexDamaged: there is nothing to search; the message has the command.
            EmbedderError: the embedding model does not load.
            RerankerError: the setting ``reranker`` names a cross-encoder that does not load.
        """
        from index.passages import follows, joined
        from index.retrieval import COLLAPSE_DEPTH, DEPTH, JOINED, collapse, join, retrieve

        # lone surrogates come from terminals with another encoding; no tokenizer takes them
        query = query.encode("utf-8", "replace").decode()

        day = (as_of or date.today()) if self.settings.recency else None
        wanted = max(k, self.settings.rerank_passages) if self.settings.reranker else k

        def found(opened: _Opened) -> list[SearchHit]:
            snapshot, store = opened.snapshot, opened.store
            article, passage = opened.article, opened.passage
            home_of = cache(snapshot.home_of)

            def adjoin(one: int, other: int) -> bool:
                doc = home_of(one).article
                return (
                    doc == home_of(other).article
                    # most do not, and their articles need not be read
                    and passage(other).ordinal == passage(one).ordinal + 1
                    and follows(passage(one), passage(other), article(doc))
                )

            vector = opened.embedder.embed_query(query)
            depth = max(DEPTH, COLLAPSE_DEPTH * wanted)
            ranked = retrieve(snapshot, query, vector, depth, filters or Filters(), store.headlines, day)
            distinct = collapse(ranked, JOINED * wanted, home_of, lambda number: passage(number).text)
            return [
                SearchHit(
                    joined([passage(number) for number in run]),
                    article(home_of(best.passage).article),
                    best.score,
                    best.vector_rank,
                    best.keyword_rank,
                    best.parts,
                )
                for best, run in join(distinct, wanted, home_of, adjoin)
            ]

        hits = self._with_snapshot(found)
        reranker = self.reranker()
        if reranker is None:
            return hits
        from index.reranking import rerank

        return rerank(reranker, query, hits, self.settings.rerank_passages)[:k]

    def document_frequencies(self, terms: Sequence[str]) -> tuple[list[int], int]:
        """In how many passages each term (see :func:`index.terms`) occurs, and how many passages there are."""
        return self._with_snapshot(
            lambda opened: (opened.snapshot.keywords.document_frequency(terms), len(opened.snapshot.passages))
        )

    def near_words(self, word: str, edits: int, beside: str = "") -> list[NearWord]:
        """Words of the archive that are no more than ``edits`` edits (1 or 2) away from one that it does not know.

        The nearest come first, then those in most passages; each as articles mostly write it. An edit inserts,
        deletes or replaces a letter, or swaps two neighbours.

        Args:
            word: what is not known.
            edits: how far away.
            beside: the words that it stands among, by which those meant are told from others that are as near.
        """
        from index.keywords import edits_between, term_of, words

        def found(opened: _Opened) -> list[NearWord]:
            snapshot = opened.snapshot
            keywords = snapshot.keywords
            fit = keywords.scores(beside)
            best_fit = max(float(fit.max(initial=0)), 1e-9)
            near: list[NearWord] = []
            for term in keywords.near_terms(word, edits):
                holding = keywords.holding(term)
                if not holding:  # what had the word has left the archive
                    continue
                texts = opened.store.texts(holding[:SPELLINGS_READ])
                # headlines give capitals to what is no name
                in_headlines, in_prose = (
                    Counter(one for text in side for one in words(text) if term_of(one) == term)
                    for side in zip(*texts, strict=True)
                )
                spellings = in_prose or in_headlines
                # of a stem's words the one meant is the nearest: "electoin" is no "elected"
                distances = {one: edits_between(word, one) for one in spellings}
                best = min(spellings, key=lambda one: (distances[one], -spellings[one], one), default=None)
                if best is not None and distances[best] <= edits:
                    fits = float(fit[snapshot.positions(holding)].max(initial=0)) / best_fit
                    near.append(NearWord(best, distances[best], len(holding), fits))
            return sorted(near, key=lambda one: (one.edits, -one.passages, one.word))

        return self._with_snapshot(found)

    def mentioning(self, text: str, filters: Filters | None = None) -> list[ArticleRef]:
        """The articles that have every word of ``text`` in one passage or its headline, each once, the newest first.

        Words are compared by their stems; where ``text`` has none that is searched for, there are no such articles.
        """
        from index.keywords import terms

        def found(opened: _Opened) -> list[ArticleRef]:
            snapshot = opened.snapshot
            holding = [set(snapshot.keywords.holding(term)) for term in dict.fromkeys(terms(text))]
            passages = sorted(set.intersection(*holding)) if holding else []
            at = snapshot.positions(passages)
            mask = snapshot.mask(snapshot.resolve(filters)) if filters else None
            docs = {int(snapshot.docs[place]) for place in at if mask is None or mask[place]}
            refs = {ref.id: ref for ref in opened.store.refs_of(docs, opened.generation).values()}
            return sorted(refs.values(), key=lambda ref: (ref.published or date.min, ref.id), reverse=True)

        return self._with_snapshot(found)

    def overview(self) -> Overview:
        """What the archive holds: how many articles, of which outlets, in which languages, from when to when."""

        def found(opened: _Opened) -> Overview:
            refs = list({ref.id: ref for ref in opened.store.refs(opened.generation).values()}.values())
            days = [ref.published for ref in refs if ref.published]
            outlets, languages = (Counter(getattr(ref, name) for ref in refs) for name in ("outlet", "language"))
            return Overview(
                len(refs),
                dict(outlets.most_common()),
                dict(languages.most_common()),
                min(days, default=None),
                max(days, default=None),
            )

        with self._lock:
            generation = self._generations.published()
            if self._overview is None or self._overview[0] != generation:
                self._overview = generation, self._with_snapshot(found)
            return self._overview[1]

    def article(self, article_id: str) -> Article:
        """The article with this id, or whose id alone begins with it.

        Raises:
            ArticleMissing: there is none, or there are several.
        """

        return self._with_snapshot(lambda opened: opened.article(_find(opened, article_id)))

    def history(self, article_id: str) -> list[Version]:
        """What this article said before, the newest version first, each with what changed in it against the one before.

        Earlier versions are what it said before its file changed, and those that stand or stood in other files under
        the same url.

        Raises:
            ArticleMissing: as :meth:`article`.
        """

        def found(opened: _Opened) -> list[Version]:
            doc = _find(opened, article_id)
            store, generation = opened.store, opened.generation
            article = opened.article(doc)
            address = canonical_url(article.url)
            elsewhere = [
                other for other, url in store.earlier_docs(generation).items() if canonical_url(url) == address != ""
            ]
            versions = [
                *store.old_versions(article.id, address, generation),
                *(OldVersion(store.article(other, generation), store.seen(other)) for other in elsewhere),
            ]
            versions.sort(key=lambda old: (old.article.updated or old.article.published or date.min, old.seen))
            versions.append(OldVersion(article, store.seen(doc)))
            changes = [(), *(differences(old.article, new.article) for old, new in pairwise(versions))]
            return [_version(*pair) for pair in zip(versions, changes, strict=True)][::-1]

        return self._with_snapshot(found)

    def stories(self) -> list[tuple[ArticleRef, ...]]:
        """The articles by story, the best copy of each first: those with most copies first, then by path."""

        def found(opened: _Opened) -> list[tuple[ArticleRef, ...]]:
            docs = {entry.doc for entry in opened.store.entries(opened.generation) if not entry.earlier}
            refs = opened.store.refs_of(docs, opened.generation)
            stories = {opened.snapshot.stories.get(doc, (doc,)) for doc in docs}
            groups = [tuple(refs[doc] for doc in story) for story in stories]
            return sorted(groups, key=lambda group: (-len(group), group[0].path, group[0].locator))

        return self._with_snapshot(found)

    def without_prose(self) -> frozenset[str]:
        """The ids of the articles in which nothing was found that could be quoted, so that no search finds them."""

        def found(opened: _Opened) -> frozenset[str]:
            docs = {entry.doc for entry in opened.store.entries(opened.generation) if not entry.earlier}
            empty = opened.store.refs_of(opened.store.docs_without_passages(docs), opened.generation)
            return frozenset(ref.id for ref in empty.values())

        return self._with_snapshot(found)

    def articles(self) -> list[ArticleRef]:
        """The articles of the archive, each once, by path."""
        manifest = self.manifest()
        articles: dict[str, ArticleRef] = {}
        with self._store_faults(), closing(self._open_store()) as store:
            for ref in store.refs(manifest.generation).values():
                articles.setdefault(ref.id, ref)
        return list(articles.values())

    def manifest(self) -> Manifest:
        """How the current generation was made.

        Raises:
            IndexMissing: there is none.
            IndexDamaged: its files are missing or of the wrong size.
        """
        try:
            with self._with_remedy():
                return self._generations.manifest(self._generations.current())
        except IndexMissing:
            raise IndexMissing(f"{self.folder} has no index yet. Run: {self.index_command()}") from None

    def pending(self) -> str:
        """What the next sync would find, in words: files that are new, changed or gone; ``""`` where there is nothing.

        Raises:
            IndexMissing, IndexDamaged: there is no usable index.
        """
        manifest = self.manifest()
        with self._store_faults(), closing(self._open_store()) as store:
            known = store.files(manifest.generation)
        found = scan(self.folder, self.index_dir)
        new = changed = 0
        for relative, path in found.files.items():
            try:
                if refused(relative, path.stat().st_size, self.settings.max_file_bytes):
                    continue
                if relative not in known:
                    new += 1
                elif known[relative].sha256 != fingerprint(path):
                    changed += 1
            except OSError:
                continue
        gone = sum(1 for path in known.keys() - found.files.keys() if not found.is_unreadable(path))
        counts = ((new, "new"), (changed, "changed"), (gone, "gone"))
        return ", ".join(f"{count} {'file' if count == 1 else 'files'} {name}" for count, name in counts if count)

    # --- what stands in the folder -----------------------------------------------------------------------------

    def add(
        self,
        *sources: Source,
        name: str = "",
        title: str = "",
        url: str = "",
        outlet: str = "",
        published: date | None = None,
    ) -> Addition:
        """Copy files, fetched pages and pasted text into the folder; :meth:`sync` then brings them into the index.

        Nothing is overwritten: a name that is taken gets a number, and a file with the same bytes is there already.

        Args:
            sources: each a path, an address (``https://…``) or, as bytes, what was pasted.
            name: what the file is to be called, for one source.
            title: of a pasted text; it is kept in front matter, like those that follow.
            url: where a pasted text or page comes from.
            outlet: of a pasted text.
            published: of a pasted text.

        Raises:
            SourceRefused: details were given for several sources.
            FolderUnreadable: the folder cannot be written to.
        """
        from index.adding import Details, add

        details = Details(name, title, url, outlet, published)
        return add(self.folder, self.index_dir, sources, self.settings, details)

    def remove(self, article_id: str, *, whole_file: bool = False) -> Removal:
        """Move the file of an article aside, into ``.removed/`` of the folder; its copies in the folder too.

        The index still has the article until :meth:`sync`, which is to be told of ``expected_removals``.

        Args:
            article_id: its id, or the beginning of it.
            whole_file: let the other articles of the same file go too.

        Raises:
            ArticleMissing: there is no such article, or its file is not there.
            RemovalsRefused: its file holds others too.
            ArchiveLocked: another process is syncing this archive.
        """
        from index.adding import remove

        with self._writing():
            return remove(self.folder, article_id, self._places(), whole_file=whole_file)

    def restore(self, article_id: str) -> Removal:
        """Move back what :meth:`remove` moved aside last for this article.

        Raises:
            ArticleMissing: nothing was.
            ArchiveLocked: another process is syncing this archive.
        """
        from index.adding import restore

        with self._writing():
            return restore(self.folder, article_id)

    def articles_at(self, paths: Collection[str]) -> list[ArticleRef]:
        """The articles that stand in these files, by path within the folder."""
        return [ref for (path, _), ref in self._places().items() if path in paths]

    def _places(self) -> dict[tuple[str, str], ArticleRef]:
        manifest = self.manifest()
        with self._store_faults(), closing(self._open_store()) as store:
            return store.refs(manifest.generation)

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

    def _open_store(self, *, create: bool = False) -> Store:
        with self._with_remedy():
            if not create and not self._store_path.is_file():
                raise IndexDamaged(f"{self._store_path} is missing.")
            return Store(self._store_path, create=create)

    @contextmanager
    def _with_remedy(self) -> Iterator[None]:
        try:
            yield
        except (IndexDamaged, IndexOutdated) as error:
            raise type(error)(f"{error} Run: {self.index_command()}") from error

    @property
    def _store_path(self) -> Path:
        return self.index_dir / "store.sqlite"

    @contextmanager
    def _store_faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            full = "no space is left" if "disk is full" in str(error) else str(error)
            raise FolderUnreadable(
                f"{self._store_path} cannot be read or written ({full}); what was served before is served still. "
                f"Mend that, then run: {self.index_command()}"
            ) from error
        except sqlite3.Error as error:
            raise IndexDamaged(
                f"{self._store_path} cannot be used ({error}). Move it away, and index again. "
                f"Run: {self.index_command()}"
            ) from error

    def _with_snapshot(self, use: Callable[[_Opened], _T]) -> _T:
        with self._store_faults():
            opened = self._current()
            try:
                return use(opened)
            except Exception:
                # while it was in use, newer generations may have been published and this one deleted
                again = self._current()
                if again is opened:
                    raise
                return use(again)

    def _current(self) -> _Opened:
        with self._lock:
            key = self._generations.published()
            if self._opened is None or self._opened.key != key:
                manifest = self.manifest()
                embedder = self._embedder_for(manifest)
                store = self._open_store()
                with self._with_remedy():
                    snapshot = self._generations.open(manifest.generation, store.voices)
                self._opened = _Opened(key, snapshot, embedder, store)
            return self._opened

    def _embedder_for(self, manifest: Manifest) -> Embedder:
        embedder = self.embedder(self.settings.embedder or manifest.embedder)
        if embedder.model_id != manifest.model_id:
            raise IndexOutdated(
                f"The index of {self.folder} was made with the embedder {manifest.embedder} ({manifest.model_id}), "
                f"not with {embedder.name} ({embedder.model_id}). "
                f"Run: {self.index_command('--embedder', embedder.name)}"
            )
        return embedder

    def embedder(self, name: str) -> Embedder:
        """The embedding model of this name, opened once.

        Raises:
            EmbedderError: it does not load.
        """
        with self._lock:
            if name not in self._embedders:
                self._embedders[name] = open_embedder(name, self.settings.cache_dir)
            return self._embedders[name]

    def reranker(self) -> Reranker | None:
        """The cross-encoder that the setting names, opened once; None where it names none.

        Raises:
            RerankerError: there is none of this name.
        """
        if not self.settings.reranker:
            return None
        from index.reranking import open_reranker

        with self._lock:
            if self._reranker is None:
                self._reranker = open_reranker(self.settings.reranker)
            return self._reranker

    # --- syncing -----------------------------------------------------------------------------------------------

    def sync(
        self,
        *,
        allow_removals: bool = False,
        expected_removals: Collection[str] = (),
        progress: Progress | None = None,
    ) -> SyncReport:
        """Make the index match the folder: add, change, remove, skip what has not changed.

        May be interrupted at any moment: the archive then serves what it served before, and the next sync goes on.

        Args:
            allow_removals: let more than the setting ``removal_limit`` of the articles go.
            expected_removals: ids of articles that are meant to go and do not count against that limit.
            progress: told what is being done.

        Raises:
            ArchiveLocked: another process is syncing this archive.
            RemovalsRefused: too many articles would go; nothing was changed.
            FolderUnreadable: the folder cannot be read or the index not written.
            EmbedderError: the embedding model does not load.
        """
        with self._writing(), closing(self._open_store(create=True)) as store, self._store_faults():
            sync = Sync(
                folder=self.folder,
                index_dir=self.index_dir,
                settings=self.settings,
                store=store,
                generations=self._generations,
                open_embedder=self.embedder,
                command=self.index_command,
                tell=progress or (lambda *_: None),
            )
            return sync.run(allow_removals, expected_removals)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if not self.folder.is_dir():
            raise FolderMissing(f"The folder {self.folder} is not there any more. Is the disk there?")
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
            raise self._unwritable(error) from error
        try:
            (self.index_dir / "writer").write_text(str(os.getpid()))
            yield
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            (self.index_dir / "writer").unlink(missing_ok=True)
            lock.release()

    def _unwritable(self, error: OSError) -> FolderUnreadable:
        return FolderUnreadable(
            f"The index cannot be written to {self.index_dir} ({error.strerror or error}). "
            "Make room or the folder writable, or choose another with the setting index_dir."
        )

    def _writer(self) -> str:
        try:
            return f" (process {int((self.index_dir / 'writer').read_text())})"
        except (OSError, ValueError):
            return ""


def _article(snapshot: Snapshot, store: Store, doc: int) -> Article:
    """The article of a document, with the copies of its story."""
    generation = snapshot.manifest.generation
    copies = [other for other in snapshot.stories.get(doc, ()) if other != doc]
    refs = store.refs_of(copies, generation) if copies else {}
    return replace(store.article(doc, generation), also_in=tuple(refs[other] for other in copies))


def _passage(store: Store, number: int) -> Passage:
    return store.passage(number)[1]


def _find(opened: _Opened, article_id: str) -> int:
    matches = opened.store.find(article_id, opened.generation) if article_id else []
    if len({match for match, _ in matches}) != 1:
        what = "Several articles have ids that begin with" if matches else "No article has the id"
        raise ArticleMissing(f"{what} {article_id!r}. `byline list` shows the ids.")
    return matches[0][1]


def _version(old: OldVersion, changes: tuple[Difference, ...]) -> Version:
    article = old.article
    return Version(
        article.id,
        article.title,
        old.seen,
        article.saved,
        article.published,
        article.updated,
        article.path,
        changes,
    )
