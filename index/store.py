"""The truth: articles, passages and vectors in one SQLite file. Everything else is built from it.

Which articles belong to which generation is kept as intervals, as databases keep versions of rows: an entry is part
of generation g where ``since <= g < until``. A sync writes the next generation's entries in one transaction; until its
number is published nobody reads them, and :meth:`Store.roll_back` forgets them if it never was.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import FolderUnreadable, IndexDamaged, IndexOutdated
from index.passages import Draft, embedded_text
from index.types import Article, ArticleRef, Block, BlockKind, Passage, Skip, Span

SCHEMA_VERSION = 1
FOREVER = 2**62

_SCHEMA = """
CREATE TABLE documents (      -- an article, marked and split by one recipe; never changed once written
    doc INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL,
    recipe TEXT NOT NULL,
    facts TEXT NOT NULL,      -- JSON: title, outlet, url, authors, published, fields
    text TEXT NOT NULL,
    opening TEXT NOT NULL,    -- what each of its passages is embedded after: its title
    blocks BLOB NOT NULL,     -- int32 (n, 3): start, end, kind
    sentences BLOB NOT NULL,  -- int32 (n, 2): start, end
    UNIQUE (article_id, recipe)
);
CREATE TABLE passages (
    passage INTEGER PRIMARY KEY,
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
CREATE TABLE vectors (        -- float32, by what was embedded and the model that did it
    hash BLOB NOT NULL,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (hash, model) -- with rowids: without, a page of the tree holds no more than one vector
);
CREATE TABLE entries (        -- which article stood where in the folder, in which generations
    path TEXT NOT NULL,
    locator TEXT NOT NULL,
    doc INTEGER NOT NULL REFERENCES documents,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (path, locator, since)
) WITHOUT ROWID;
CREATE INDEX entries_of_doc ON entries (doc);
CREATE TABLE remembered (     -- what outlives a lost generation, such as the embedder's name
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

_KINDS: tuple[BlockKind, ...] = ("prose", "heading", "title", "caption", "furniture", "divider")
_ALIVE = "since <= :generation AND :generation < until"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands where in the folder."""

    path: str
    locator: str
    doc: int


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as it was when it was last read."""

    sha256: str
    skips: tuple[Skip, ...]


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
            IndexOutdated: it is one of a later Byline.
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
        if not create:
            raise IndexDamaged(f"{self.path} holds no index (schema {version}). Move it away, and index again.")
        # one statement at a time: executescript would commit between them
        with self.transaction():
            for statement in _SCHEMA.split(";\n"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

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

    def find_document(self, article_id: str, recipe: str) -> int | None:
        """The document of an article as this recipe made it, or None."""
        rows = self._rows("SELECT doc FROM documents WHERE article_id = ? AND recipe = ?", (article_id, recipe))
        return int(rows[0][0]) if rows else None

    def add_document(self, article: Article, recipe: str, opening: str, drafts: Sequence[Draft]) -> int:
        """Write an article and its passages; to be called within a transaction. Returns its number."""
        facts = {
            "title": article.title,
            "outlet": article.outlet,
            "url": article.url,
            "authors": article.authors,
            "published": article.published and article.published.isoformat(),
            "fields": article.fields,
        }
        blocks = np.array([(b.start, b.end, _KINDS.index(b.kind)) for b in article.blocks], np.int32)
        sentences = np.array([(s.start, s.end) for s in article.sentences], np.int32)
        doc = self._connection.execute(
            "INSERT INTO documents (article_id, recipe, facts, text, opening, blocks, sentences)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                article.id,
                recipe,
                json.dumps(facts, allow_nan=False),
                article.text,
                opening,
                blocks.tobytes(),
                sentences.tobytes(),
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

    def plan(
        self,
        generation: int,
        ended_entries: Iterable[tuple[str, str]],
        new_entries: Iterable[tuple[str, str, int]],
        ended_files: Iterable[str],
        new_files: Iterable[tuple[str, FileState]],
    ) -> None:
        """Write what ``generation`` changes against the one before it, in one transaction.

        Args:
            generation: the number of the generation to come.
            ended_entries: (path, locator) of entries that are not part of it any more.
            new_entries: (path, locator, doc) of those that begin with it.
            ended_files: paths of files that are gone or were read anew.
            new_files: files as they were read.
        """
        with self.transaction():
            execute = self._connection.executemany
            execute(
                "UPDATE entries SET until = ? WHERE path = ? AND locator = ? AND until = ?",
                [(generation, path, locator, FOREVER) for path, locator in ended_entries],
            )
            execute(
                "INSERT INTO entries (path, locator, doc, since, until) VALUES (?, ?, ?, ?, ?)",
                [(path, locator, doc, generation, FOREVER) for path, locator, doc in new_entries],
            )
            execute(
                "UPDATE files SET until = ? WHERE path = ? AND until = ?",
                [(generation, path, FOREVER) for path in ended_files],
            )
            execute(
                "INSERT INTO files (path, sha256, skips, since, until) VALUES (?, ?, ?, ?, ?)",
                [
                    (path, state.sha256, json.dumps([[s.locator, s.reason] for s in state.skips]), generation, FOREVER)
                    for path, state in new_files
                ],
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
        self._collect(docs)
        rows = self._rows(
            "SELECT p.hash, d.opening, min(p.text) FROM passages p JOIN documents d USING (doc)"
            " WHERE p.doc IN temp.wanted AND NOT EXISTS"
            " (SELECT 1 FROM vectors v WHERE v.hash = p.hash AND v.model = ?) GROUP BY p.hash"
            # equal lengths side by side: a batch is padded to its longest; longest first, so that estimates err long
            " ORDER BY length(d.opening) + length(min(p.text)) DESC",
            (model,),
        )
        return [(bytes(row[0]), embedded_text(str(row[1]), str(row[2]))) for row in rows]

    def add_vectors(self, model: str, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep the vectors of passages, rows of ``vectors`` in the order of ``hashes``, in one transaction."""
        with self.transaction():
            self._connection.executemany(
                "INSERT OR IGNORE INTO vectors (hash, model, vector) VALUES (?, ?, ?)",
                [(hash_, model, vector.tobytes()) for hash_, vector in zip(hashes, vectors, strict=True)],
            )

    def _collect(self, docs: Iterable[int]) -> None:
        with self._lock:
            self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (doc INTEGER PRIMARY KEY)")
            with self.transaction():
                self._connection.execute("DELETE FROM temp.wanted")
                self._connection.executemany("INSERT OR IGNORE INTO temp.wanted VALUES (?)", [(doc,) for doc in docs])

    def collect_garbage(self, oldest: int) -> None:
        """Delete what no generation from ``oldest`` on refers to."""
        with self.transaction():
            for table in ("entries", "files"):
                self._connection.execute(f"DELETE FROM {table} WHERE until <= ?", (oldest,))
            gone = self._connection.execute(
                "DELETE FROM documents WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.doc = documents.doc)"
            ).rowcount
            if gone:
                self._connection.execute(
                    "DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM passages p WHERE p.hash = vectors.hash)"
                )

    # --- reading -----------------------------------------------------------------------------------------------

    def entries(self, generation: int) -> list[Entry]:
        """What stood where in ``generation``, by path and locator."""
        rows = self._rows(
            f"SELECT path, locator, doc FROM entries WHERE {_ALIVE} ORDER BY path, locator", {"generation": generation}
        )
        return [Entry(*row) for row in rows]

    def refs(self, generation: int) -> dict[tuple[str, str], ArticleRef]:
        """The articles of ``generation`` by path and locator, without their texts."""
        rows = self._rows(
            f"SELECT article_id, facts, path, locator FROM entries JOIN documents USING (doc) WHERE {_ALIVE}"
            " ORDER BY path, locator",
            {"generation": generation},
        )
        return {(str(row[2]), str(row[3])): _ref(row) for row in rows}

    def ref(self, doc: int, path: str, locator: str) -> ArticleRef:
        """An article by its document, named as standing at this place."""
        rows = self._rows("SELECT article_id, facts, ?, ? FROM documents WHERE doc = ?", (path, locator, doc))
        return _ref(rows[0])

    def find(self, prefix: str, generation: int) -> list[tuple[str, int]]:
        """(id, doc) of the articles of ``generation`` whose id begins with ``prefix``; two at most."""
        rows = self._rows(
            "SELECT DISTINCT article_id, doc FROM documents JOIN entries USING (doc)"
            f" WHERE substr(article_id, 1, length(:prefix)) = :prefix AND {_ALIVE} ORDER BY article_id LIMIT 2",
            {"prefix": prefix, "generation": generation},
        )
        return [(str(article_id), int(doc)) for article_id, doc in rows]

    def files(self, generation: int) -> dict[str, FileState]:
        """The files of ``generation`` as they were read."""
        rows = self._rows(f"SELECT path, sha256, skips FROM files WHERE {_ALIVE}", {"generation": generation})
        return {
            str(path): FileState(str(sha256), tuple(Skip(str(path), *skip) for skip in json.loads(str(skips))))
            for path, sha256, skips in rows
        }

    def indexed_passages(self, generation: int) -> Iterator[IndexedPassage]:
        """The passages of ``generation``, in the order of their numbers."""
        rows = self._rows(
            "SELECT p.passage, p.doc, p.hash, p.heading, d.opening, p.text,"
            " json_extract(d.facts, '$.outlet'), json_extract(d.facts, '$.published')"
            " FROM passages p JOIN documents d USING (doc)"
            f" WHERE p.doc IN (SELECT doc FROM entries WHERE {_ALIVE}) ORDER BY p.passage",
            {"generation": generation},
        )
        for passage, doc, hash_, heading, opening, text, outlet, published in rows:
            yield IndexedPassage(
                int(passage),
                int(doc),
                bytes(hash_),
                f"{opening}\n{heading}\n{text}",
                str(outlet),
                date.fromisoformat(str(published)) if published else None,
            )

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
            "SELECT article_id, facts, text, blocks, sentences, path, locator FROM documents JOIN entries USING (doc)"
            f" WHERE doc = :doc AND {_ALIVE} ORDER BY path, locator LIMIT 1",
            {"doc": doc, "generation": generation},
        )
        if not rows:
            raise IndexDamaged(f"{self.path} lacks an article that it should hold. Run `byline index` again.")
        article_id, facts_text, text, blocks, sentences, path, locator = rows[0]
        facts = json.loads(str(facts_text))
        return Article(
            id=str(article_id),
            title=facts["title"],
            text=str(text),
            outlet=facts["outlet"],
            url=facts["url"],
            authors=tuple(facts["authors"]),
            published=date.fromisoformat(facts["published"]) if facts["published"] else None,
            path=str(path),
            locator=str(locator),
            fields=facts["fields"],
            blocks=tuple(
                Block(start, end, _KINDS[kind])
                for start, end, kind in np.frombuffer(blocks, np.int32).reshape(-1, 3).tolist()
            ),
            sentences=tuple(
                Span(start, end) for start, end in np.frombuffer(sentences, np.int32).reshape(-1, 2).tolist()
            ),
        )

    def passage(self, number: int) -> tuple[int, Passage]:
        """A passage by its number: (its document, the passage).

        Raises:
            IndexDamaged: it is not there.
        """
        rows = self._rows(
            'SELECT p.doc, d.article_id, p.ordinal, p.start, p."end", p.text, p.heading, p.tokens'
            " FROM passages p JOIN documents d USING (doc) WHERE p.passage = ?",
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


def _ref(row: tuple[Any, ...]) -> ArticleRef:
    article_id, facts_text, path, locator = (str(value) for value in row)
    facts = json.loads(facts_text)
    published = date.fromisoformat(facts["published"]) if facts["published"] else None
    return ArticleRef(article_id, facts["title"], facts["outlet"], published, path, locator)
