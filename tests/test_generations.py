"""What is served: whole generations, published in one step."""

from __future__ import annotations

import os
import shutil
from datetime import date

import numpy as np
import pytest
from factories import generation_of, json_lines, read_file, read_reading, story

from index import Filters, IndexDamaged, IndexMissing
from index.generations import CURRENT, Generations
from index.store import Store


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store.sqlite", create=True)
    yield opened
    opened.close()


@pytest.fixture
def built(tmp_path, store, fast):
    readings = [read_reading(f"{number}.txt", story(number)) for number in range(6)]
    generations, _ = generation_of(tmp_path, store, 1, readings, fast)
    return generations


def docs_in(store, generation):
    return [entry.doc for entry in store.entries(generation)]


def next_generation(generations, store, number, model_id):
    generations.build(store, number, "fast", model_id, "recipe")
    generations.publish(number)


def test_a_generation_holds_the_same_passages_on_every_side(built, store, fast):
    snapshot = built.open(1)
    numbers = [passage.passage for passage in store.indexed_passages(docs_in(store, 1))]
    assert snapshot.manifest.passages == len(numbers) == 6
    assert snapshot.manifest.articles == 6
    assert snapshot.passages.tolist() == numbers
    assert snapshot.keywords.size == len(numbers)
    near = snapshot.vectors.nearest(fast.embed_query("bridge"), 1000, Filters())
    assert sorted(number for number, _ in near) == numbers


def test_each_passage_is_nearest_to_its_own_vector(built, store, fast):
    snapshot = built.open(1)
    passages = list(store.indexed_passages(docs_in(store, 1)))
    vectors = store.vectors([passage.hash for passage in passages], fast.model_id)
    for passage, vector in zip(passages, vectors, strict=True):
        ((number, similarity),) = snapshot.vectors.nearest(vector, 1, Filters())
        assert number == passage.passage
        assert similarity == pytest.approx(1, abs=1e-5)


def test_a_question_without_a_known_word_is_near_to_nothing(built):
    assert built.open(1).vectors.nearest(np.zeros(256, np.float32), 5, Filters()) == []


def test_a_generation_is_served_only_once_it_is_published(tmp_path, store, built, fast):
    store.plan(2, [("0.txt", "")], [], ["0.txt"], [])
    manifest = built.build(store, 2, "fast", fast.model_id, "recipe")
    assert (built.current(), manifest.articles) == (1, 5)
    built.publish(2)
    assert built.current() == Generations(tmp_path).current() == 2
    assert built.open(1).manifest.articles == 6


def test_the_manifest_says_how_the_generation_was_made(built, fast):
    manifest = built.manifest(1)
    assert (manifest.generation, manifest.embedder, manifest.model_id) == (1, "fast", fast.model_id)
    assert manifest.recipe == "recipe"


def test_an_empty_generation_can_be_searched(tmp_path, store, built, fast):
    store.plan(2, [(f"{number}.txt", "") for number in range(6)], [], [], [])
    next_generation(built, store, 2, fast.model_id)
    snapshot = built.open(2)
    assert (snapshot.manifest.articles, snapshot.manifest.passages) == (0, 0)
    assert snapshot.vectors.nearest(np.ones(256, np.float32), 5, Filters()) == []
    assert snapshot.keywords.scores("bridge").tolist() == []


@pytest.mark.parametrize("content", [None, "", "gen-", "nonsense", "gen-x1\n", "\0" * 10])
def test_a_pointer_that_points_nowhere_is_no_index(tmp_path, built, content):
    pointer = tmp_path / CURRENT
    pointer.unlink() if content is None else pointer.write_text(content)
    assert built.current() == 0
    with pytest.raises(IndexMissing):
        built.manifest(built.current())


def test_where_there_is_no_folder_there_is_no_generation(tmp_path):
    (tmp_path / "file").write_text("")
    assert Generations(tmp_path / "nowhere").current() == 0
    assert Generations(tmp_path / "file").current() == 0


def test_every_file_that_is_cut_short_is_noticed(tmp_path, built):
    folder = tmp_path / "gen-000001"
    files = built.manifest(1).files
    assert {name.split("/")[1] for name in files if "/" in name} == {"chroma", "keywords", "rows.npz"}
    assert {name.split("/")[0] for name in files} == {"base", "stories.json"}
    for name, (size, _) in files.items():
        kept = (folder / name).read_bytes()
        os.truncate(folder / name, size + 1)
        with pytest.raises(IndexDamaged, match=f"{name} has the wrong size"):
            built.manifest(1)
        (folder / name).unlink()
        with pytest.raises(IndexDamaged, match=name):
            built.manifest(1)
        (folder / name).write_bytes(kept)
    assert built.open(1).manifest.articles == 6


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"generation": 1}', "null"])
def test_a_manifest_that_is_none_is_damage(tmp_path, built, content):
    (tmp_path / "gen-000001" / "manifest.json").write_text(content)
    with pytest.raises(IndexDamaged, match="gen-000001"):
        built.manifest(1)


@pytest.mark.parametrize(
    "name", ["stories.json", "base/rows.npz", "base/keywords/params.index.json", "base/keywords/indptr.csc.index.npy"]
)
def test_a_file_of_the_right_size_that_does_not_load_is_damage(tmp_path, built, name):
    path = tmp_path / "gen-000001" / name
    path.write_bytes(b"\xff" * path.stat().st_size)
    built.manifest(1)
    with pytest.raises(IndexDamaged, match="gen-000001"):
        built.open(1)


@pytest.mark.parametrize("harm", ["missing", "garbage"])
def test_a_database_of_vectors_that_does_not_open_is_damage(tmp_path, built, harm):
    path = tmp_path / "gen-000001" / "base" / "chroma" / "chroma.sqlite3"
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(b"garbage " * 1000)
    with pytest.raises(IndexDamaged, match="gen-000001"):
        built.open(1)


def test_the_current_generation_and_the_one_before_it_are_kept(tmp_path, store, built, fast):
    for number in (2, 3, 4):
        next_generation(built, store, number, fast.model_id)
    built.build(store, 5, "fast", fast.model_id, "recipe")
    (tmp_path / ".building-000006").mkdir()
    assert built.tidy() == 3
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["gen-000003", "gen-000004"]
    assert built.open(4).manifest.generation == 4


def test_what_a_killed_build_left_behind_is_built_over(tmp_path, store, built, fast):
    for leftover in (".building-000002", "gen-000002"):
        shutil.copytree(tmp_path / "gen-000001", tmp_path / leftover)
        (tmp_path / leftover / "base" / "rows.npz").write_text("half")
    (tmp_path / f".{CURRENT}").write_text("gen-0000")
    next_generation(built, store, 2, fast.model_id)
    assert built.current() == 2
    assert built.open(2).manifest.articles == 6
    assert not (tmp_path / ".building-000002").exists()


def test_the_size_is_that_of_all_files(tmp_path, built):
    before = built.size()
    (tmp_path / "more").write_bytes(b"x" * 1000)
    assert built.size() == before + 1000


DATED = [
    ("2022-04-25", "Lund Post"),
    ("2022-04-26", "Tarn Gazette"),
    ("", "Lund Post"),
    ("2022-05-01", ""),
    ("", ""),
]

FILTERS = [
    (Filters(since=date(2022, 4, 26)), [1, 3]),
    (Filters(until=date(2022, 4, 26)), [0, 1]),
    (Filters(date(2022, 4, 26), date(2022, 4, 26)), [1]),
    (Filters(date(2022, 5, 2), date(2022, 4, 1)), []),
    (Filters(date.min, date.max), [0, 1, 3]),
    (Filters(outlets=frozenset({"Lund Post"})), [0, 2]),
    (Filters(outlets=frozenset({"Lund Post", "Tarn Gazette", "Nobody's"})), [0, 1, 2]),
    (Filters(outlets=frozenset({"Nobody's"})), []),
    (Filters(since=date(2022, 4, 1), outlets=frozenset({"Lund Post"})), [0]),
    (Filters(outlets=frozenset({""})), [3, 4]),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_both_sides_of_a_snapshot_agree_on_what_passes_a_filter(tmp_path, store, fast, filters, expected):
    rows = [
        {
            "title": f"Number {number}",
            "text": f"The bridge of Norby was mended {number} times.",
            "date": day,
            "outlet": outlet,
        }
        for number, (day, outlet) in enumerate(DATED)
    ]
    generations, _ = generation_of(tmp_path, store, 1, read_file("news.jsonl", json_lines(*rows)), fast)
    snapshot = generations.open(1)
    assert snapshot.mask(Filters()) is None
    passes = snapshot.mask(filters)
    assert np.flatnonzero(passes).tolist() == expected
    near = snapshot.vectors.nearest(fast.embed_query("the bridge of Norby"), 10, filters)
    assert sorted(number for number, _ in near) == snapshot.passages[passes].tolist()
