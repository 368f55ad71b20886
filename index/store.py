"""The truth: articles, passages and vectors in one SQLite file. Everything else is built from it.

Which articles belong to which generation is kept as intervals, as databases keep versions of rows: an entry is part
of generation g where ``since <= g < until``. A sync writes the next generation's entries in one transaction; until its
number is published nobody reads them, and :meth:`Store.roll_back` forgets them if it never was.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.dates import DateOrder
from index.errors import FolderUnreadable, IndexDamaged, IndexOutdated
from index.language import language_of
from index.passages import Draft, embedded_text
from index.types import Article, ArticleRef, Block, BlockKind, Origin, Passage, Skip, Span

SCHEMA_VERSION = 2
FOREVER = 2**62

_SCHEMA = """
CREATE TABLE articles (       -- an article as one version of the readers reads it; never changed once written
    article INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice
    article_id TEXT NOT NULL,
    reading TEXT NOT NULL,    -- which version of the readers
    facts TEXT NOT NULL,      -- JSON: title, outlet, url, authors, published, …, fields, origins, either, order
    text TEXT NOT NULL,
    blocks BLOB NOT NULL,     -- int32 (n, 3): start, end, kind, before the archive's other articles were looked at
    sentences BLOB NOT NULL,  -- int32 (n, 2): start, end
    lines BLOB NOT NULL,      -- uint64 (blocks,): hashes of its paragraphs
    signature BLOB NOT NULL,  -- uint32 (128,): MinHash of its prose
    words INTEGER NOT NULL,   -- of its prose
    seen TEXT NOT NULL,       -- when it was first read, ISO 8601 UTC
    UNIQUE (article_id, reading)
);
CREATE TABLE readings (       -- what a file held, so that it is not read again
    reading_id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    reading TEXT NOT NULL,
    skips TEXT NOT NULL,      -- JSON: [[locator, reason], ...]
    UNIQUE (path, sha256, reading)
);
CREATE TABLE read_articles (
    reading_id INTEGER NOT NULL REFERENCES readings ON DELETE CASCADE,
    locator TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles,
    PRIMARY KEY (reading_id, locator)
) WITHOUT ROWID;
CREATE INDEX read_articles_of_article ON read_articles (article);
CREATE TABLE documents (      -- an article as it is indexed, marked and split by one recipe; never changed once written
    doc INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: segments go by it
    article INTEGER NOT NULL REFERENCES articles,
    recipe TEXT NOT NULL,     -- of the archive, and what its other articles tell of this one
    published TEXT,           -- its day, also where the outlet's other dates settled it
    opening TEXT NOT NULL,    -- what each of its passages is embedded after: its title
    blocks BLOB NOT NULL,     -- as in articles, with what recurs in its outlet taken for furniture
    sentences BLOB NOT NULL,
    UNIQUE (article, recipe)
);
CREATE TABLE passages (
    passage INTEGER PRIMARY KEY AUTOINCREMENT,
    doc INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    heading TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX passages_of_doc ON passages (doc, ordinal);
CREATE INDEX passages_by_hash ON passages (hash);
CREATE TABLE IF NOT EXISTS vectors (  -- float32, by what was embedded and the model that did it
    hash BLOB NOT NULL,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (hash, model) -- with rowids: without, a page of the tree holds no more than one vector
);
CREATE TABLE entries (        -- which article stood where in the folder, in which generations
    path TEXT NOT NULL,
    locator TEXT NOT NULL,
    doc INTEGER NOT NULL REFERENCES documents,
    earlier INTEGER NOT NULL, -- 1: a later version of the article stands elsewhere; it is not searched
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (path, locator, since)
) WITHOUT ROWID;
CREATE INDEX entries_of_doc ON entries (doc);
CREATE TABLE versions (       -- what articles said before they changed
    version INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL,
    path TEXT NOT NULL,
    locator TEXT NOT NULL,
    address TEXT NOT NULL,    -- its url, folded; "" without one
    became TEXT NOT NULL,     -- the id of the article that it went on as
    facts TEXT NOT NULL,
    published TEXT,
    text TEXT NOT NULL,
    blocks BLOB NOT NULL,
    sentences BLOB NOT NULL,
    seen TEXT NOT NULL,
    since INTEGER NOT NULL    -- the generation in which it was not current any more
);
CREATE INDEX versions_by_successor ON versions (became);
CREATE INDEX versions_by_address ON versions (address);
CREATE TABLE IF NOT EXISTS remembered ( -- what outlives a lost generation, such as the embedder's name
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE files (          -- what was read, so that what has not changed is not read again
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    skips TEXT NOT NULL,      -- JSON: [[locator, reason], ...]
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (path, since)
) WITHOUT ROWID;
"""

_BEFORE = ("documents", "passages", "entries", "files")
"""Tables of an older schema that are made anew; the vectors, which cost most to make, are kept."""

_KINDS: tuple[BlockKind, ...] = ("prose", "heading", "title", "caption", "furniture", "divider")
_ALIVE = "since <= :generation AND :generation < until"
_WANTED = "(SELECT value FROM json_each(:wanted))"
"""The rows that a query names, given with it: a table that threads share would be filled by one and read by another,
and filling it would wait for whoever writes to the file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands where in the folder. ``earlier``: a later version of the article stands elsewhere."""

    path: str
    locator: str
    doc: int
    article: int
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was when it was last read."""

    sha256: str
    skips: tuple[Skip, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What a file held when it was read: its articles by their locator, and what of it could not be read."""

    articles: dict[str, int]
    skips: tuple[Skip, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """An article as it is compared with others, without its text.

    ``either`` is the day of publication as (day first, month first) where it could be two; ``lines`` are the hashes of
    its paragraphs, uint64 of shape (blocks,); ``signature`` the MinHash of its prose, uint32 of shape (128,);
    ``words`` the length of its prose.
    """

    article: int
    article_id: str
    title: str
    outlet: str
    url: str
    published: date | None
    updated: date | None
    saved: str
    either: tuple[date, date] | None
    order: DateOrder | None
    lines: NDArray[np.uint64]
    signature: NDArray[np.uint32]
    words: int


@dataclass(frozen=True, slots=True)
class OldVersion:
    """An article as it was before it changed, with when it was first read."""

    article: Article
    seen: datetime


class Voice(NamedTuple):
    """In what language an article speaks, and who wrote it."""

    language: str
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """What the derived indexes need of a passage."""

    passage: int
    doc: int
    hash: bytes
    keywords: str
    outlet: str
    published: date | None


class Store:
    """The SQLite file of one archive. One connection, shared between threads under a lock."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the file; with ``create``, make it where it is missing.

        Raises:
            FolderUnreadable: the file cannot be opened or made.
            IndexDamaged: it is not a store.
            IndexOutdated: it is one of another Byline; an earlier one's is renewed with ``create``.
        """
        self.path = path
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                path if create else f"{path.resolve().as_uri()}?mode=rw",
                uri=not create,
                check_same_thread=False,
                isolation_level=None,
                timeout=60,
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("PRAGMA foreign_keys=ON")
            self._migrate(create)
        except sqlite3.OperationalError as error:
            raise FolderUnreadable(f"The index file {path} cannot be opened ({error}).") from error
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(
                f"{path} is not an index of Byline's ({error}). Move it away, and index again."
            ) from error

    def _migrate(self, create: bool) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version == SCHEMA_VERSION:
            return
        if version > SCHEMA_VERSION:
            raise IndexOutdated(
                f"{self.path} was made by a later Byline. Update Byline, or move the file away and re-index."
            )
        if not create and version:
            raise IndexOutdated(f"{self.path} was made by an earlier Byline.")
        if not create:
            raise IndexDamaged(f"{self.path} holds no index (schema {version}). Move it away, and index again.")
        self._connection.execute("PRAGMA foreign_keys=OFF")
        # one statement at a time: executescript would commit between them
        with self.transaction():
            for table in _BEFORE if version else ():
                self._connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _SCHEMA.split(";\n"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        self._connection.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within is kept, or nothing of it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _rows(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock, closing(self._connection.execute(sql, parameters)) as cursor:
            return cursor.fetchall()

    # --- writing -----------------------------------------------------------------------------------------------

    def find_article(self, article_id: str, reading: str) -> int | None:
        """The row of an article as this version of the readers read it, or None."""
        rows = self._rows("SELECT article FROM articles WHERE article_id = ? AND reading = ?", (article_id, reading))
        return int(rows[0][0]) if rows else None

    def add_article(self, message: Mapping[str, Any], reading: str, seen: datetime) -> int:
        """Write an article as a worker tells of it (:func:`index.worker.article_message`); returns its row.

        To be called within a transaction. An article that is there already, in other files too, is written once.
        """
        found = self.find_article(message["id"], reading)
        if found is not None:
            return found
        # told here and not by the worker: the model takes longer to load than a thousand articles take
        language = language_of(message["sample"])
        facts = {**message["facts"], "language": language, "either": message["either"], "order": message["order"]}
        kinds = {kind: at for at, kind in enumerate(_KINDS)}
        blocks = np.array([(start, end, kinds[kind]) for start, end, kind in message["blocks"]], np.int32)
        row = self._connection.execute(
            "INSERT INTO articles (article_id, reading, facts, text, blocks, sentences, lines, signature, words, seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                message["id"],
                reading,
                json.dumps(facts, allow_nan=False),
                message["text"],
                blocks.tobytes(),
                np.array(message["sentences"], np.int32).tobytes(),
                b64decode(message["lines"]),
                b64decode(message["signature"]),
                message["words"],
                seen.isoformat(timespec="seconds"),
            ),
        ).lastrowid
        assert row is not None
        return row

    def hold(self, path: str, sha256: str, reading: str, held: Held) -> None:
        """Remember what a file held; to be called within a transaction."""
        self._connection.execute(
            "DELETE FROM readings WHERE path = ? AND sha256 = ? AND reading = ?", (path, sha256, reading)
        )
        row = self._connection.execute(
            "INSERT INTO readings (path, sha256, reading, skips) VALUES (?, ?, ?, ?)",
            (path, sha256, reading, _skips_text(held.skips)),
        ).lastrowid
        self._connection.executemany(
            "INSERT INTO read_articles (reading_id, locator, article) VALUES (?, ?, ?)",
            [(row, locator, article) for locator, article in held.articles.items()],
        )

    def held(self, reading: str) -> dict[tuple[str, str], Held]:
        """What files held, by path and SHA-256, as this version of the readers read them."""
        found = {
            int(row): (str(path), str(sha256), Held({}, _skips_of(str(path), str(skips))))
            for row, path, sha256, skips in self._rows(
                "SELECT reading_id, path, sha256, skips FROM readings WHERE reading = ?", (reading,)
            )
        }
        for row, locator, article in self._rows(
            "SELECT reading_id, locator, article FROM read_articles JOIN readings USING (reading_id) WHERE reading = ?"
            " ORDER BY reading_id, locator",
            (reading,),
        ):
            found[row][2].articles[str(locator)] = int(article)
        return {(path, sha256): held for path, sha256, held in found.values()}

    def find_documents(self, recipes: Iterable[tuple[int, str]]) -> dict[int, int]:
        """The documents of articles by their rows, each as its recipe made it, as far as there are any."""
        with self._lock:
            found = {}
            for article, recipe in recipes:
                row = self._connection.execute(
                    "SELECT doc FROM documents WHERE article = ? AND recipe = ?", (article, recipe)
                ).fetchone()
                if row is not None:
                    found[article] = int(row[0])
            return found

    def add_document(self, row: int, article: Article, recipe: str, opening: str, drafts: Sequence[Draft]) -> int:
        """Write an article as it is indexed, and its passages; to be called within a transaction.

        Args:
            row: of the article.
            article: with the blocks and sentences, and the day, that this recipe gives it.
            recipe: what made it.
            opening: what each passage is embedded after.
            drafts: its passages.
        """
        doc = self._connection.execute(
            "INSERT INTO documents (article, recipe, published, opening, blocks, sentences) VALUES (?, ?, ?, ?, ?, ?)",
            (
                row,
                recipe,
                article.published and article.published.isoformat(),
                opening,
                np.array([(b.start, b.end, _KINDS.index(b.kind)) for b in article.blocks], np.int32).tobytes(),
                np.array([(s.start, s.end) for s in article.sentences], np.int32).tobytes(),
            ),
        ).lastrowid
        assert doc is not None
        self._connection.executemany(
            'INSERT INTO passages (doc, ordinal, start, "end", text, heading, tokens, hash)'
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(doc, ordinal, d.start, d.end, d.text, d.heading, d.tokens, d.hash) for ordinal, d in enumerate(drafts)],
        )
        return doc

    def roll_back(self, generation: int) -> None:
        """Forget what was planned for generations after ``generation``; documents and vectors made for them stay."""
        with self.transaction():
            for table in ("entries", "files"):
                self._connection.execute(f"DELETE FROM {table} WHERE since > ?", (generation,))
                self._connection.execute(f"UPDATE {table} SET until = ? WHERE until > ?", (FOREVER, generation))
            if generation:
                self._connection.execute("DELETE FROM versions WHERE since > ?", (generation,))
            else:  # the pointer to the current generation is lost, and the counting begins anew
                self._connection.execute("UPDATE versions SET since = 0")

    def plan(
        self,
        generation: int,
        ended_entries: Iterable[tuple[str, str]],
        new_entries: Iterable[Entry],
        ended_files: Iterable[str],
        new_files: Iterable[tuple[str, FileState]],
        replaced: Iterable[tuple[str, str, str, str]] = (),
    ) -> None:
        """Write what ``generation`` changes against the one before it, in one transaction.

        Args:
            generation: the number of the generation to come.
            ended_entries: (path, locator) of entries that are not part of it any more.
            new_entries: those that begin with it.
            ended_files: paths of files that are gone or were read anew.
            new_files: files as they were read.
            replaced: (path, locator, folded url, id of its successor) of ended entries whose article goes on in
                another version; what it said is kept.
        """
        with self.transaction():
            execute = self._connection.executemany
            execute(
                "INSERT INTO versions"
                " (article_id, path, locator, address, became, facts, published, text, blocks, sentences, seen, since)"
                " SELECT a.article_id, e.path, e.locator, ?, ?, a.facts, d.published, a.text, d.blocks, d.sentences,"
                " a.seen, ? FROM entries e JOIN documents d USING (doc) JOIN articles a USING (article)"
                " WHERE e.path = ? AND e.locator = ? AND e.until = ?",
                [(address, became, generation, path, locator, FOREVER) for path, locator, address, became in replaced],
            )
            execute(
                "UPDATE entries SET until = ? WHERE path = ? AND locator = ? AND until = ?",
                [(generation, path, locator, FOREVER) for path, locator in ended_entries],
            )
            execute(
                "INSERT INTO entries (path, locator, doc, earlier, since, until) VALUES (?, ?, ?, ?, ?, ?)",
                [(e.path, e.locator, e.doc, e.earlier, generation, FOREVER) for e in new_entries],
            )
            execute(
                "UPDATE files SET until = ? WHERE path = ? AND until = ?",
                [(generation, path, FOREVER) for path in ended_files],
            )
            execute(
                "INSERT INTO files (path, sha256, skips, since, until) VALUES (?, ?, ?, ?, ?)",
                [(path, state.sha256, _skips_text(state.skips), generation, FOREVER) for path, state in new_files],
            )

    def remember(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        with self.transaction():
            self._connection.execute("INSERT OR REPLACE INTO remembered (name, value) VALUES (?, ?)", (name, value))

    def remembered(self, name: str) -> str | None:
        """The value kept under a name, or None."""
        rows = self._rows("SELECT value FROM remembered WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def missing_vectors(self, docs: Iterable[int], model: str) -> list[tuple[bytes, str]]:
        """(hash, text to embed) of the passages of ``docs`` that have no vector by ``model`` yet, each hash once."""
        rows = self._rows(
            "SELECT p.hash, d.opening, min(p.text) FROM passages p JOIN documents d USING (doc)"
            f" WHERE p.doc IN {_WANTED} AND NOT EXISTS"
            " (SELECT 1 FROM vectors v WHERE v.hash = p.hash AND v.model = :model) GROUP BY p.hash"
            # equal lengths side by side: a batch is padded to its longest; longest first, so that estimates err long
            " ORDER BY length(d.opening) + length(min(p.text)) DESC",
            {"model": model, "wanted": _numbers(docs)},
        )
        return [(bytes(row[0]), embedded_text(str(row[1]), str(row[2]))) for row in rows]

    def add_vectors(self, model: str, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep the vectors of passages, rows of ``vectors`` in the order of ``hashes``, in one transaction."""
        with self.transaction():
            self._connection.executemany(
                "INSERT OR IGNORE INTO vectors (hash, model, vector) VALUES (?, ?, ?)",
                [(hash_, model, vector.tobytes()) for hash_, vector in zip(hashes, vectors, strict=True)],
            )

    def collect_garbage(self, oldest: int) -> None:
        """Delete what no generation from ``oldest`` on refers to. Old versions of articles stay."""
        with self.transaction():
            for table in ("entries", "files"):
                self._connection.execute(f"DELETE FROM {table} WHERE until <= ?", (oldest,))
            gone = self._connection.execute(
                "DELETE FROM documents WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.doc = documents.doc)"
            ).rowcount
            self._connection.execute(
                "DELETE FROM readings WHERE NOT EXISTS"
                " (SELECT 1 FROM files f WHERE f.path = readings.path AND f.sha256 = readings.sha256)"
            )
            self._connection.execute(
                "DELETE FROM articles WHERE"
                " NOT EXISTS (SELECT 1 FROM documents d WHERE d.article = articles.article)"
                " AND NOT EXISTS (SELECT 1 FROM read_articles r WHERE r.article = articles.article)"
            )
            if gone:
                self._connection.execute(
                    "DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM passages p WHERE p.hash = vectors.hash)"
                )

    # --- reading -----------------------------------------------------------------------------------------------

    def entries(self, generation: int) -> list[Entry]:
        """What stood where in ``generation``, by path and locator."""
        rows = self._rows(
            "SELECT path, locator, doc, article, earlier FROM entries JOIN documents USING (doc)"
            f" WHERE {_ALIVE} ORDER BY path, locator",
            {"generation": generation},
        )
        return [Entry(path, locator, doc, article, bool(earlier)) for path, locator, doc, article, earlier in rows]

    def refs(self, generation: int) -> dict[tuple[str, str], ArticleRef]:
        """The articles of ``generation`` by path and locator, without their texts; earlier versions are left out."""
        rows = self._rows(
            f"SELECT {_REF}, path, locator FROM entries JOIN documents d USING (doc) JOIN articles a USING (article)"
            f" WHERE {_ALIVE} AND NOT earlier ORDER BY path, locator",
            {"generation": generation},
        )
        return {(str(row[3]), str(row[4])): _ref(row) for row in rows}

    def ref(self, doc: int, path: str, locator: str) -> ArticleRef:
        """An article by its document, named as standing at this place."""
        rows = self._rows(
            f"SELECT {_REF}, ?, ? FROM documents d JOIN articles a USING (article) WHERE doc = ?", (path, locator, doc)
        )
        return _ref(rows[0])

    def refs_of(self, docs: Iterable[int], generation: int) -> dict[int, ArticleRef]:
        """Articles by their documents, as they stand in ``generation``."""
        rows = self._rows(
            f"SELECT {_REF}, min(path), locator, doc FROM entries JOIN documents d USING (doc)"
            f" JOIN articles a USING (article) WHERE doc IN {_WANTED} AND {_ALIVE} GROUP BY doc",
            {"generation": generation, "wanted": _numbers(docs)},
        )
        return {int(row[5]): _ref(row[:5]) for row in rows}

    def headlines(self, docs: Iterable[int]) -> dict[int, str]:
        """The opening and the outlet of articles by their documents, in one line."""
        rows = self._rows(
            "SELECT doc, opening, json_extract(facts, '$.outlet') FROM documents JOIN articles USING (article)"
            f" WHERE doc IN {_WANTED}",
            {"wanted": _numbers(docs)},
        )
        return {int(doc): f"{opening} {outlet}" for doc, opening, outlet in rows}

    def voices(self, docs: Iterable[int]) -> dict[int, Voice]:
        """Language and authors of articles by their documents."""
        rows = self._rows(
            "SELECT doc, json_extract(facts, '$.language'), json_extract(facts, '$.authors')"
            f" FROM documents JOIN articles USING (article) WHERE doc IN {_WANTED}",
            {"wanted": _numbers(docs)},
        )
        return {int(doc): Voice(str(language), tuple(json.loads(authors))) for doc, language, authors in rows}

    def sketches(self, articles: Iterable[int]) -> dict[int, Sketch]:
        """Articles by their rows, as they are compared with others."""
        rows = self._rows(
            f"SELECT article, article_id, facts, lines, signature, words FROM articles WHERE article IN {_WANTED}"
            " ORDER BY article",
            {"wanted": _numbers(articles)},
        )
        return {int(row[0]): _sketch(row) for row in rows}

    def find(self, prefix: str, generation: int) -> list[tuple[str, int]]:
        """(id, doc) of the articles of ``generation`` whose id begins with ``prefix``; two at most."""
        rows = self._rows(
            "SELECT DISTINCT article_id, doc FROM articles JOIN documents USING (article) JOIN entries USING (doc)"
            f" WHERE substr(article_id, 1, length(:prefix)) = :prefix AND {_ALIVE} AND NOT earlier"
            " ORDER BY article_id LIMIT 2",
            {"prefix": prefix, "generation": generation},
        )
        return [(str(article_id), int(doc)) for article_id, doc in rows]

    def files(self, generation: int) -> dict[str, FileState]:
        """The files of ``generation`` as they were read."""
        rows = self._rows(f"SELECT path, sha256, skips FROM files WHERE {_ALIVE}", {"generation": generation})
        return {str(path): FileState(str(sha256), _skips_of(str(path), str(skips))) for path, sha256, skips in rows}

    def count_passages(self, docs: Iterable[int]) -> int:
        """How many passages ``docs`` have."""
        rows = self._rows(f"SELECT count(*) FROM passages WHERE doc IN {_WANTED}", {"wanted": _numbers(docs)})
        return int(rows[0][0])

    def docs_without_passages(self, docs: Iterable[int]) -> set[int]:
        """Those of ``docs`` that hold no prose."""
        rows = self._rows(
            "SELECT value FROM json_each(:wanted) WHERE value NOT IN (SELECT doc FROM passages)",
            {"wanted": _numbers(docs)},
        )
        return {int(row[0]) for row in rows}

    def indexed_passages(self, docs: Iterable[int]) -> Iterator[IndexedPassage]:
        """The passages of ``docs``, in the order of their numbers."""
        rows = self._rows(
            "SELECT p.passage, p.doc, p.hash, p.heading, d.opening, p.text,"
            " json_extract(a.facts, '$.outlet'), d.published"
            " FROM passages p JOIN documents d USING (doc) JOIN articles a USING (article)"
            f" WHERE p.doc IN {_WANTED} ORDER BY p.passage",
            {"wanted": _numbers(docs)},
        )
        for passage, doc, hash_, heading, opening, text, outlet, published in rows:
            yield IndexedPassage(
                int(passage), int(doc), bytes(hash_), f"{opening}\n{heading}\n{text}", str(outlet), _day(published)
            )

    def texts(self, passages: Iterable[int]) -> list[tuple[str, str]]:
        """What passages of these numbers say: (opening of the article and heading, text)."""
        rows = self._rows(
            "SELECT d.opening, p.heading, p.text FROM passages p JOIN documents d USING (doc)"
            f" WHERE p.passage IN {_WANTED} ORDER BY p.passage",
            {"wanted": _numbers(passages)},
        )
        return [(f"{opening}\n{heading}", str(text)) for opening, heading, text in rows]

    def vectors(self, hashes: Sequence[bytes], model: str) -> NDArray[np.float32]:
        """The vectors of ``hashes`` by ``model``: shape (hashes, dimensions).

        Raises:
            IndexDamaged: one of them is not there.
        """
        with self._lock:
            found = []
            for hash_ in hashes:
                row = self._connection.execute(
                    "SELECT vector FROM vectors WHERE hash = ? AND model = ?", (hash_, model)
                ).fetchone()
                if row is None:
                    raise IndexDamaged(f"{self.path} lacks vectors that it should hold. Run `byline index` again.")
                found.append(row[0])
        return (
            np.frombuffer(b"".join(found), np.float32).reshape(len(found), -1)
            if found
            else np.zeros((0, 0), np.float32)
        )

    def article(self, doc: int, generation: int) -> Article:
        """The article of a document, at its first place in ``generation``.

        Raises:
            IndexDamaged: it is not there.
        """
        rows = self._rows(
            "SELECT article_id, facts, published, text, d.blocks, d.sentences, path, locator"
            " FROM entries JOIN documents d USING (doc) JOIN articles a USING (article)"
            f" WHERE doc = :doc AND {_ALIVE} ORDER BY path, locator LIMIT 1",
            {"doc": doc, "generation": generation},
        )
        if not rows:
            raise IndexDamaged(f"{self.path} lacks an article that it should hold. Run `byline index` again.")
        return _article(rows[0])

    def unindexed_article(self, row: int) -> Article:
        """An article by its row, as it was read: its blocks before the archive's other articles were looked at."""
        rows = self._rows(
            "SELECT article_id, facts, json_extract(facts, '$.published'), text, blocks, sentences, '', ''"
            " FROM articles WHERE article = ?",
            (row,),
        )
        return _article(rows[0])

    def prose(self, row: int) -> str:
        """The prose of an article by its row, as it was read."""
        article = self.unindexed_article(row)
        return "\n".join(article.text[span.start : span.end] for span in article.prose)

    def seen(self, doc: int) -> datetime:
        """When the article of a document was first read."""
        rows = self._rows("SELECT seen FROM documents JOIN articles USING (article) WHERE doc = ?", (doc,))
        return datetime.fromisoformat(str(rows[0][0]))

    def old_versions(self, article_id: str, address: str, generation: int) -> list[OldVersion]:
        """What the article of this id, or whatever has this folded url, said before; the oldest first.

        Places tell nothing of an article's past: files are renamed, and the lines of a file move.
        """
        rows = self._rows(
            "WITH RECURSIVE past (id) AS (SELECT :id UNION SELECT article_id FROM versions JOIN past ON became = id"
            " WHERE since <= :generation)"
            " SELECT article_id, facts, published, text, blocks, sentences, path, locator, seen FROM versions"
            " WHERE (became IN (SELECT id FROM past) OR (address = :address AND address != ''))"
            " AND since <= :generation ORDER BY seen, version",
            {"id": article_id, "address": address, "generation": generation},
        )
        return [OldVersion(_article(row[:8]), datetime.fromisoformat(str(row[8]))) for row in rows]

    def earlier_docs(self, generation: int) -> dict[int, str]:
        """The urls of articles of which a later version stands elsewhere in the folder, by their documents."""
        rows = self._rows(
            "SELECT doc, json_extract(facts, '$.url') FROM entries JOIN documents USING (doc)"
            f" JOIN articles USING (article) WHERE {_ALIVE} AND earlier",
            {"generation": generation},
        )
        return {int(doc): str(url) for doc, url in rows}

    def passage(self, number: int) -> tuple[int, Passage]:
        """A passage by its number: (its document, the passage).

        Raises:
            IndexDamaged: it is not there.
        """
        rows = self._rows(
            'SELECT p.doc, a.article_id, p.ordinal, p.start, p."end", p.text, p.heading, p.tokens'
            " FROM passages p JOIN documents USING (doc) JOIN articles a USING (article) WHERE p.passage = ?",
            (number,),
        )
        if not rows:
            raise IndexDamaged(f"{self.path} lacks a passage that it should hold. Run `byline index` again.")
        doc, article_id, ordinal, start, end, text, heading, tokens = rows[0]
        return int(doc), Passage(
            id=f"{article_id}:{ordinal}",
            article_id=str(article_id),
            ordinal=int(ordinal),
            start=int(start),
            end=int(end),
            text=str(text),
            heading=str(heading),
            tokens=int(tokens),
        )


def is_sound_sqlite(path: Path) -> bool:
    """Whether a file is an SQLite database without damage that a quick check finds."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.Error:
        return False


_REF = "a.article_id, a.facts, d.published"


def _numbers(rows: Iterable[int]) -> str:
    return json.dumps([int(row) for row in rows])


def _ref(row: tuple[Any, ...]) -> ArticleRef:
    article_id, facts_text, published, path, locator = row
    facts = json.loads(facts_text)
    return ArticleRef(
        str(article_id),
        facts["title"],
        facts["outlet"],
        _day(published),
        str(path),
        str(locator),
        facts["language"],
        facts["url"],
        tuple(facts["authors"]),
    )


def _article(row: tuple[Any, ...]) -> Article:
    article_id, facts_text, published, text, blocks, sentences, path, locator = row
    facts = json.loads(str(facts_text))
    settled: dict[str, Origin] = {"published": "outlet's dates"} if published and not facts["published"] else {}
    return Article(
        id=str(article_id),
        title=facts["title"],
        text=str(text),
        outlet=facts["outlet"],
        url=facts["url"],
        authors=tuple(facts["authors"]),
        published=_day(published),
        published_at=_instant(facts["published_at"]),
        updated=_day(facts["updated"]),
        updated_at=_instant(facts["updated_at"]),
        saved=_instant(facts["saved"]),
        language=facts["language"],
        path=str(path),
        locator=str(locator),
        fields=facts["fields"],
        origins={**facts["origins"], **settled},
        blocks=tuple(
            Block(start, end, _KINDS[kind])
            for start, end, kind in np.frombuffer(blocks, np.int32).reshape(-1, 3).tolist()
        ),
        sentences=tuple(Span(start, end) for start, end in np.frombuffer(sentences, np.int32).reshape(-1, 2).tolist()),
    )


def _sketch(row: tuple[Any, ...]) -> Sketch:
    article, article_id, facts_text, lines, signature, words = row
    facts = json.loads(str(facts_text))
    either = facts["either"]
    return Sketch(
        article=int(article),
        article_id=str(article_id),
        title=facts["title"],
        outlet=facts["outlet"],
        url=facts["url"],
        published=_day(facts["published"]),
        updated=_day(facts["updated"]),
        saved=facts["saved"] or "",
        either=either and (date.fromisoformat(either[0]), date.fromisoformat(either[1])),
        order=facts["order"],
        lines=np.frombuffer(lines, np.uint64),
        signature=np.frombuffer(signature, np.uint32),
        words=int(words),
    )


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


def _instant(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def _skips_text(skips: Iterable[Skip]) -> str:
    return json.dumps([[skip.locator, skip.reason] for skip in skips])


def _skips_of(path: str, text: str) -> tuple[Skip, ...]:
    return tuple(Skip(path, *skip) for skip in json.loads(text))
