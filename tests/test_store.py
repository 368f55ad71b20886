"""The SQLite file that everything else is built from."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest
from factories import HARBOUR, MILL, SCHOOL, add_articles, json_lines, read_one, read_reading, with_marks

from index import FolderUnreadable, IndexDamaged, IndexOutdated, Skip
from index.store import SCHEMA_VERSION, Entry, FileState, Store

TEXTS = (HARBOUR, MILL, SCHOOL)
STATE = FileState("ab" * 32, (Skip("a.txt", "line 3", "no text"),))


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store.sqlite", create=True)
    yield opened
    opened.close()


@pytest.fixture
def docs(store, fast):
    places = add_articles(store, [read_reading(f"{at}.txt", text) for at, text in enumerate(TEXTS)], fast)
    return [doc for _, doc in places.values()]


@pytest.fixture
def at(store, docs):
    """Makes the entry of an article, by the number of its document, at a place."""
    rows = {
        doc: store.find_article(read_one("a.txt", text).id, "reading") for doc, text in zip(docs, TEXTS, strict=True)
    }
    return lambda path, doc, locator="": Entry(path, locator, doc, rows[doc])


def entries(store, generation):
    return [(entry.path, entry.doc) for entry in store.entries(generation)]


def test_an_article_comes_back_as_it_was_written(store, fast):
    row = {
        "text": HARBOUR,
        "title": "Harbour “reopens”",
        "authors": ["Ida Holm", "Olof Brandt"],
        "outlet": "Lund Post",
        "url": "https://lund.example/a",
        "date": "2022-04-25",
        "desk": {"name": "city", "pages": [1, 2]},
    }
    article = with_marks(read_reading("news.jsonl", json_lines(row)))
    (((path, locator), (number, doc)),) = add_articles(
        store, [read_reading("news.jsonl", json_lines(row))], fast
    ).items()
    store.plan(1, [], [Entry(path, locator, doc, number)], [], [])
    found = store.article(doc, 1)
    assert found == article
    assert found.published == date(2022, 4, 25) and found.fields == {"desk": {"name": "city", "pages": [1, 2]}}


def test_passages_come_back_by_number_with_their_place_in_the_article(store, docs, at):
    assert list(store.indexed_passages([])) == list(store.indexed_passages([999])) == []
    store.plan(1, [], [at("a.txt", docs[0])], [], [])
    (indexed,) = store.indexed_passages(docs[:1])
    doc, passage = store.passage(indexed.passage)
    assert doc == indexed.doc == docs[0]
    article = store.article(doc, 1)
    assert passage.id == f"{article.id}:0"
    assert article.text[passage.start : passage.end].replace("\n\n", " ") == passage.text
    assert indexed.keywords.splitlines() == [article.title, passage.heading, passage.text]


def test_generations_hold_what_was_planned_for_them(store, docs, at):
    store.plan(1, [], [at("a.txt", docs[0]), at("b.txt", docs[1])], [], [("a.txt", STATE)])
    store.plan(2, [("a.txt", "")], [at("a.txt", docs[2])], ["a.txt"], [("c.txt", STATE)])
    assert entries(store, 1) == [("a.txt", docs[0]), ("b.txt", docs[1])]
    assert entries(store, 2) == [("a.txt", docs[2]), ("b.txt", docs[1])]
    assert store.files(1) == {"a.txt": STATE}
    assert list(store.files(2)) == ["c.txt"]
    assert store.entries(0) == []


def test_what_was_planned_and_never_published_is_forgotten(store, docs, at):
    store.plan(1, [], [at("a.txt", docs[0]), at("b.txt", docs[1])], [], [("a.txt", STATE)])
    before = store.entries(1), store.files(1)
    store.plan(2, [("a.txt", "")], [at("a.txt", docs[2])], ["a.txt"], [("a.txt", STATE)])
    store.roll_back(1)
    assert (store.entries(1), store.files(1)) == before
    assert store.entries(2) == store.entries(1)


def test_a_plan_is_written_whole_or_not_at_all(store, docs, at):
    store.plan(1, [], [at("a.txt", docs[0])], [], [])
    with pytest.raises(sqlite3.IntegrityError):
        store.plan(2, [("a.txt", "")], [at("b.txt", docs[1]), Entry("c.txt", "", 999, 1)], [], [])
    assert entries(store, 2) == [("a.txt", docs[0])]


def test_garbage_is_what_no_kept_generation_refers_to(store, docs, at, fast):
    store.plan(1, [], [at("a.txt", docs[0]), at("b.txt", docs[1])], [], [("a.txt", STATE)])
    store.plan(2, [("a.txt", "")], [at("c.txt", docs[2])], ["a.txt"], [("c.txt", STATE)])
    hashes = [passage.hash for passage in store.indexed_passages(docs[:2])]
    store.collect_garbage(1)
    assert entries(store, 1) == [("a.txt", docs[0]), ("b.txt", docs[1])]
    store.collect_garbage(2)
    assert entries(store, 2) == [("b.txt", docs[1]), ("c.txt", docs[2])]
    with pytest.raises(IndexDamaged, match="byline index"):
        store.article(docs[0], 1)
    with pytest.raises(IndexDamaged, match="lacks vectors"):
        store.vectors(hashes, fast.model_id)
    assert store.vectors([passage.hash for passage in store.indexed_passages(docs)], fast.model_id).shape == (2, 256)


def test_vectors_come_back_in_the_order_asked_for(store, docs, fast):
    passages = list(store.indexed_passages(docs))
    hashes = [passage.hash for passage in passages]
    there, back = store.vectors(hashes, fast.model_id), store.vectors(hashes[::-1], fast.model_id)
    assert there.dtype == np.float32
    assert np.array_equal(there, back[::-1])
    assert store.vectors([], fast.model_id).shape[0] == 0


def test_only_passages_without_a_vector_by_this_model_are_missing(store, docs, fast):
    assert store.missing_vectors(docs, fast.model_id) == []
    missing = store.missing_vectors(docs, "another model")
    assert len(missing) == 3
    assert all(text.startswith(("Harbour", "Old paper", "Village")) for _, text in missing)
    store.add_vectors("another model", [missing[0][0]], np.ones((1, 4), np.float32))
    assert {hash_ for hash_, _ in store.missing_vectors(docs, "another model")} == {hash_ for hash_, _ in missing[1:]}
    assert store.missing_vectors([], "another model") == []


def test_an_article_is_found_by_id_and_the_version_of_its_reading(store, docs):
    article_id = read_one("a.txt", HARBOUR).id
    row = store.find_article(article_id, "reading")
    assert store.unindexed_article(row).id == article_id
    assert store.find_article(article_id, "another reading") is None
    assert store.find_article("f" * 16, "reading") is None


def test_a_document_is_found_by_article_and_recipe(store, docs):
    row = store.find_article(read_one("a.txt", HARBOUR).id, "reading")
    assert store.find_documents([(row, "recipe")]) == {row: docs[0]}
    assert store.find_documents([(row, "another recipe"), (999, "recipe")]) == {}


def test_an_article_is_found_by_the_beginning_of_its_id_within_its_generation(store, docs, at):
    store.plan(1, [], [at("a.txt", docs[0]), at("copy.txt", docs[0])], [], [])
    article_id = read_one("a.txt", HARBOUR).id
    assert store.find(article_id[:5], 1) == [(article_id, docs[0])]
    assert store.find("%", 1) == store.find("_" * 16, 1) == []
    assert store.find(article_id, 0) == []
    assert store.find(read_one("a.txt", MILL).id, 1) == []


def test_an_article_stands_at_its_first_place(store, docs, at):
    store.plan(1, [], [at("b.txt", docs[0]), at("a.txt", docs[0], "line 2")], [], [])
    found = store.article(docs[0], 1)
    assert (found.path, found.locator) == ("a.txt", "line 2")
    assert store.entries(1) == [at("a.txt", docs[0], "line 2"), at("b.txt", docs[0])]
    assert len(list(store.indexed_passages([docs[0], docs[0]]))) == 1


def test_what_was_written_is_there_when_the_store_is_opened_again(tmp_path, store, docs, at):
    store.plan(1, [], [at("a.txt", docs[0])], [], [("a.txt", STATE)])
    other = Store(tmp_path / "store.sqlite")
    assert other.entries(1) == store.entries(1) and other.files(1) == store.files(1)
    other.close()


def test_a_missing_store_is_not_made_for_a_reader(tmp_path):
    with pytest.raises(FolderUnreadable, match=r"missing\.sqlite"):
        Store(tmp_path / "missing.sqlite")
    assert not (tmp_path / "missing.sqlite").exists()


def test_a_folder_with_odd_characters_holds_a_store(tmp_path):
    path = tmp_path / "what? #1 100%20 å" / "store.sqlite"
    path.parent.mkdir()
    Store(path, create=True).close()
    reopened = Store(path)
    assert reopened.entries(1) == []
    reopened.close()


def test_a_file_that_is_no_store_is_named(tmp_path):
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"not a database at all " * 100)
    with pytest.raises(IndexDamaged, match=f"{path} is not an index of Byline's.*Move it away"):
        Store(path)


def test_a_store_of_a_later_byline_is_left_alone(tmp_path):
    path = tmp_path / "store.sqlite"
    Store(path, create=True).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(IndexOutdated, match="later Byline"):
            Store(path, create=create)
    assert path.read_bytes() == before


def test_threads_that_ask_at_the_same_time_each_get_what_they_asked_for(store, docs):
    def ask(doc):
        return {tuple(store.headlines([doc])) for _ in range(200)}

    with ThreadPoolExecutor(len(docs)) as threads:
        assert list(threads.map(ask, docs)) == [{(doc,)} for doc in docs]


def test_reading_waits_for_nobody_who_writes(store, docs):
    with Store(store.path).transaction():
        assert store.headlines(docs).keys() == set(docs)
