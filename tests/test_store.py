"""The SQLite file that everything else is built from."""

from __future__ import annotations

import sqlite3
from datetime import date

import numpy as np
import pytest
from factories import HARBOUR, MILL, SCHOOL, add_articles, json_lines, marked_article, read_file, with_marks

from index import FolderUnreadable, IndexDamaged, IndexOutdated, Skip
from index.store import SCHEMA_VERSION, Entry, FileState, Store

STATE = FileState("ab" * 32, (Skip("a.txt", "line 3", "no text"),))


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store.sqlite", create=True)
    yield opened
    opened.close()


@pytest.fixture
def docs(store, fast):
    return add_articles(store, [marked_article(HARBOUR), marked_article(MILL), marked_article(SCHOOL)], fast)


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
    (read,) = read_file("news.jsonl", json_lines(row))
    article = with_marks(read)
    (doc,) = add_articles(store, [article], fast)
    store.plan(1, [], [(article.path, article.locator, doc)], [], [])
    found = store.article(doc, 1)
    assert found == article
    assert found.published == date(2022, 4, 25) and found.fields == {"desk": {"name": "city", "pages": [1, 2]}}


def test_passages_come_back_by_number_with_their_place_in_the_article(store, docs):
    passages = list(store.indexed_passages(1))
    assert passages == []
    store.plan(1, [], [("a.txt", "", docs[0])], [], [])
    (indexed,) = store.indexed_passages(1)
    doc, passage = store.passage(indexed.passage)
    article = store.article(doc, 1)
    assert passage.id == f"{article.id}:0"
    assert article.text[passage.start : passage.end].replace("\n\n", " ") == passage.text
    assert indexed.keywords.splitlines() == [article.title, passage.heading, passage.text]


def test_generations_hold_what_was_planned_for_them(store, docs):
    store.plan(1, [], [("a.txt", "", docs[0]), ("b.txt", "", docs[1])], [], [("a.txt", STATE)])
    store.plan(2, [("a.txt", "")], [("a.txt", "", docs[2])], ["a.txt"], [("c.txt", STATE)])
    assert entries(store, 1) == [("a.txt", docs[0]), ("b.txt", docs[1])]
    assert entries(store, 2) == [("a.txt", docs[2]), ("b.txt", docs[1])]
    assert store.files(1) == {"a.txt": STATE}
    assert list(store.files(2)) == ["c.txt"]
    assert store.entries(0) == []


def test_what_was_planned_and_never_published_is_forgotten(store, docs):
    store.plan(1, [], [("a.txt", "", docs[0]), ("b.txt", "", docs[1])], [], [("a.txt", STATE)])
    before = store.entries(1), store.files(1)
    store.plan(2, [("a.txt", "")], [("a.txt", "", docs[2])], ["a.txt"], [("a.txt", STATE)])
    store.roll_back(1)
    assert (store.entries(1), store.files(1)) == before
    assert store.entries(2) == store.entries(1)


def test_a_plan_is_written_whole_or_not_at_all(store, docs):
    store.plan(1, [], [("a.txt", "", docs[0])], [], [])
    with pytest.raises(sqlite3.IntegrityError):
        store.plan(2, [("a.txt", "")], [("b.txt", "", docs[1]), ("c.txt", "", 999)], [], [])
    assert entries(store, 2) == [("a.txt", docs[0])]


def test_garbage_is_what_no_kept_generation_refers_to(store, docs, fast):
    store.plan(1, [], [("a.txt", "", docs[0]), ("b.txt", "", docs[1])], [], [("a.txt", STATE)])
    store.plan(2, [("a.txt", "")], [("c.txt", "", docs[2])], ["a.txt"], [("c.txt", STATE)])
    hashes = [passage.hash for passage in store.indexed_passages(1)]
    store.collect_garbage(1)
    assert entries(store, 1) == [("a.txt", docs[0]), ("b.txt", docs[1])]
    store.collect_garbage(2)
    assert entries(store, 2) == [("b.txt", docs[1]), ("c.txt", docs[2])]
    with pytest.raises(IndexDamaged, match="byline index"):
        store.article(docs[0], 1)
    with pytest.raises(IndexDamaged, match="lacks vectors"):
        store.vectors(hashes, fast.model_id)
    assert store.vectors([passage.hash for passage in store.indexed_passages(2)], fast.model_id).shape == (2, 256)


def test_vectors_come_back_in_the_order_asked_for(store, docs, fast):
    store.plan(1, [], [(f"{doc}.txt", "", doc) for doc in docs], [], [])
    passages = list(store.indexed_passages(1))
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


def test_a_document_is_found_by_article_and_recipe(store, docs):
    article = marked_article(HARBOUR)
    assert store.find_document(article.id, "recipe") == docs[0]
    assert store.find_document(article.id, "another recipe") is None
    assert store.find_document("f" * 16, "recipe") is None


def test_an_article_is_found_by_the_beginning_of_its_id_within_its_generation(store, docs):
    store.plan(1, [], [("a.txt", "", docs[0]), ("copy.txt", "", docs[0])], [], [])
    article_id = marked_article(HARBOUR).id
    assert store.find(article_id[:5], 1) == [(article_id, docs[0])]
    assert store.find("%", 1) == store.find("_" * 16, 1) == []
    assert store.find(article_id, 0) == []
    assert store.find(marked_article(MILL).id, 1) == []


def test_an_article_stands_at_its_first_place(store, docs):
    store.plan(1, [], [("b.txt", "", docs[0]), ("a.txt", "line 2", docs[0])], [], [])
    found = store.article(docs[0], 1)
    assert (found.path, found.locator) == ("a.txt", "line 2")
    assert store.entries(1) == [Entry("a.txt", "line 2", docs[0]), Entry("b.txt", "", docs[0])]
    assert len(list(store.indexed_passages(1))) == 1


def test_what_was_written_is_there_when_the_store_is_opened_again(tmp_path, store, docs):
    store.plan(1, [], [("a.txt", "", docs[0])], [], [("a.txt", STATE)])
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
