"""An index made by the Byline before this one is named as such, and renewed by a sync without embedding it again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from factories import HARBOUR, MILL, SCHOOL, marked_article, write

from index import Archive, FolderUnreadable, IndexOutdated
from index.passages import split_articles
from index.store import SCHEMA_VERSION, Store
from ui import cli

SCHEMA_1 = """
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY, article_id TEXT NOT NULL, recipe TEXT NOT NULL, facts TEXT NOT NULL, text TEXT NOT NULL,
    opening TEXT NOT NULL, blocks BLOB NOT NULL, sentences BLOB NOT NULL, UNIQUE (article_id, recipe)
);
CREATE TABLE passages (
    passage INTEGER PRIMARY KEY, doc INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, heading TEXT NOT NULL, tokens INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX passages_of_doc ON passages (doc, ordinal);
CREATE INDEX passages_by_hash ON passages (hash);
CREATE TABLE vectors (hash BLOB NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (hash, model));
CREATE TABLE entries (
    path TEXT NOT NULL, locator TEXT NOT NULL, doc INTEGER NOT NULL REFERENCES documents, since INTEGER NOT NULL,
    until INTEGER NOT NULL, PRIMARY KEY (path, locator, since)
) WITHOUT ROWID;
CREATE INDEX entries_of_doc ON entries (doc);
CREATE TABLE remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    path TEXT NOT NULL, sha256 TEXT NOT NULL, skips TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (path, since)
) WITHOUT ROWID;
PRAGMA user_version = 1;
"""
"""As the first Byline made it."""

ARTICLES = {"harbour.txt": HARBOUR, "mill.txt": MILL}


def write_index(folder, embedder):
    """What that Byline left: a store, and a generation of one segment."""
    index_dir = folder / ".byline"
    generation = index_dir / "gen-000007"
    (generation / "chroma").mkdir(parents=True)
    with closing(sqlite3.connect(index_dir / "store.sqlite")) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(SCHEMA_1)
        for doc, (name, text) in enumerate(ARTICLES.items(), start=1):
            article = marked_article(text, name)
            facts = {"title": article.title, "outlet": "", "url": "", "authors": [], "published": None, "fields": {}}
            kinds = ("prose", "heading", "title", "caption", "furniture")
            blocks = np.array([(b.start, b.end, kinds.index(b.kind)) for b in article.blocks], np.int32).tobytes()
            sentences = np.array([(s.start, s.end) for s in article.sentences], np.int32).tobytes()
            ((opening, drafts),) = split_articles([article], embedder, 256)
            connection.execute(
                "INSERT INTO documents VALUES (?, ?, 'recipe 1', ?, ?, ?, ?, ?)",
                (doc, article.id, json.dumps(facts), text, opening, blocks, sentences),
            )
            for ordinal, draft in enumerate(drafts):
                vector = embedder.embed_documents([f"{opening}\n{draft.text}"])[0]
                connection.execute(
                    'INSERT INTO passages (doc, ordinal, start, "end", text, heading, tokens, hash)'
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (doc, ordinal, draft.start, draft.end, draft.text, draft.heading, draft.tokens, draft.hash),
                )
                connection.execute(
                    "INSERT INTO vectors VALUES (?, ?, ?)", (draft.hash, embedder.model_id, vector.tobytes())
                )
            connection.execute("INSERT INTO entries VALUES (?, '', ?, 1, ?)", (name, doc, 2**62))
            sha256 = hashlib.sha256(text.encode()).hexdigest()
            connection.execute("INSERT INTO files VALUES (?, ?, '[]', 1, ?)", (name, sha256, 2**62))
        connection.execute("INSERT INTO remembered VALUES ('embedder', 'fast')")
    manifest = {
        "generation": 7,
        "embedder": "fast",
        "model_id": embedder.model_id,
        "recipe": "recipe 1",
        "articles": 2,
        "passages": 2,
        "files": {},
    }
    (generation / "manifest.json").write_text(json.dumps(manifest))
    np.savez(generation / "rows.npz", passages=np.array([1, 2]))
    (index_dir / "CURRENT").write_text("gen-000007\n")


@pytest.fixture
def old(folder, fast):
    write(folder, ARTICLES)
    write_index(folder, fast)
    return folder


def test_a_store_of_an_earlier_byline_is_left_alone_by_readers(old):
    path = old / ".byline" / "store.sqlite"
    before = path.read_bytes()
    with pytest.raises(IndexOutdated, match="made by an earlier Byline"):
        Store(path)
    assert path.read_bytes() == before


def test_readers_name_the_command_that_renews_it(old, capsys):
    reader = Archive.open(old)
    for use in (
        lambda: reader.search("mill"),
        reader.articles,
        reader.pending,
        reader.stories,
        lambda: reader.history("ab"),
    ):
        with pytest.raises(IndexOutdated, match=f"made by an earlier Byline.* Run: byline index {old}"):
            use()
    assert cli.main(["search", "--archive", str(old), "mill"]) == cli.FAULT
    told = capsys.readouterr().err
    assert "made by an earlier Byline" in told
    assert f"Run: byline index {old}" in told


def test_a_sync_renews_it_and_keeps_its_vectors(old):
    report = Archive.open(old).sync()
    assert (report.articles, report.embedded, report.published) == (2, 0, True)
    assert report.generation > 7
    archive = Archive.open(old)
    assert archive.search("paper mill")[0].article.text == MILL
    assert archive.manifest().embedder == "fast"
    assert archive.sync().published is False
    with closing(sqlite3.connect(old / ".byline" / "store.sqlite")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_only_what_is_new_is_embedded(old):
    write(old, {"school.txt": SCHOOL})
    report = Archive.open(old).sync()
    assert (report.articles, report.embedded) == (3, 1)


def test_a_renewal_that_is_interrupted_begins_again(old, monkeypatch):
    path = old / ".byline" / "store.sqlite"
    monkeypatch.setattr("index.store._SCHEMA", "CREATE TABLE articles (article);\nCREATE TABLE nonsense (;\n")
    with pytest.raises(FolderUnreadable):
        Store(path, create=True)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (2,)
    monkeypatch.undo()
    assert Archive.open(old).sync().embedded == 0
