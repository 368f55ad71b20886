"""A small segment beside the base is searched like one that was built whole."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from factories import MILL, generation_of, json_lines, read_file, story, write

import index.generations
from index import Archive, Filters, IndexDamaged
from index.generations import Generations
from index.retrieval import retrieve
from index.store import Store

QUERIES = (
    "Which bridge was closed after an inspector found cracks?",
    "the ferry of Vika",
    "number 17 Ida Holm",
    "lost half of its roof",
    "harbour",
)
EVERYTHING = Filters()
LONG = " ".join(f"The mayor of Ask gave reason number {number} for the new tunnel." for number in range(12))


def row(number, note=""):
    return {
        "title": f"Story {number}",
        "text": story(number, note),
        "date": f"2022-04-{number % 28 + 1:02}" if number % 3 else "",
        "outlet": ("Lund Post", "Tarn Gazette", "Vika News")[number % 4 % 3],
        "url": f"https://news.example/{number}",
    }


BEFORE = [row(number) for number in range(24)]
AFTER = [
    *[row(number) for number in range(24) if number not in (3, 8, 15)],
    # one changed, new ones, one much longer and one much shorter than the others
    {**row(15), "text": story(15, "Ash rained on it.")},
    *[row(number) for number in range(40, 44)],
    {**row(50), "text": LONG},
    {**row(51), "text": "The ferry sank."},
]


def readings(rows):
    return read_file("news.jsonl", json_lines(*rows))


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "store.sqlite", create=True)
    yield opened
    opened.close()


class Built:
    """A generation that is searched, and what stands where in it."""

    def __init__(self, folder, generation, store):
        self.generations = Generations(folder)
        self.snapshot = self.generations.open(generation)
        self.manifest = self.snapshot.manifest
        passages = {number: store.passage(number)[1] for number in self.snapshot.passages.tolist()}
        self.text_of = {number: passage.text for number, passage in passages.items()}
        assert len(set(self.text_of.values())) == len(self.text_of)

    def near(self, vector, filters=EVERYTHING, k=1000):
        return {self.text_of[n]: similarity for n, similarity in self.snapshot.vectors.nearest(vector, k, filters)}

    def scores(self, query):
        scores = self.snapshot.keywords.scores(query)
        return {self.text_of[n]: score for n, score in zip(self.snapshot.passages.tolist(), scores, strict=True)}

    def retrieved(self, embedder, query, filters=EVERYTHING):
        ranked = retrieve(
            self.snapshot, query, embedder.embed_query(query), 1000, filters, lambda docs: dict.fromkeys(docs, "")
        )
        return {self.text_of[hit.passage]: (hit.vector_rank, hit.keyword_rank) for hit in ranked}


def built_from(folder, embedder, *states):
    """Generations of these articles, each onto the one before it; the last is opened."""
    store = Store(folder / "store.sqlite", create=True)
    for number, rows in enumerate(states, start=1):
        generation_of(folder, store, number, readings(rows), embedder, onto=number - 1)
    built = Built(folder, len(states), store)
    store.close()
    return built


@pytest.fixture(scope="module")
def beside(tmp_path_factory, fast):
    """After a change, with a base and a segment beside it."""
    return built_from(tmp_path_factory.mktemp("beside"), fast, BEFORE, AFTER)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, fast):
    """The same, built whole."""
    return built_from(tmp_path_factory.mktemp("whole"), fast, AFTER)


def test_it_has_a_base_and_what_came_since_and_passes_over_what_went(beside, whole):
    assert (beside.manifest.segments, len(beside.manifest.gone)) == (["base", "recent"], 3)
    assert (whole.manifest.segments, whole.manifest.gone) == (["base"], [])
    assert (beside.manifest.articles, beside.manifest.passages) == (whole.manifest.articles, whole.manifest.passages)
    assert set(beside.text_of.values()) == set(whole.text_of.values())
    assert len(beside.snapshot.passages) == len(beside.snapshot.docs) == beside.manifest.passages


@pytest.mark.parametrize("query", QUERIES)
def test_the_same_passages_are_as_near(beside, whole, fast, query):
    vector = fast.embed_query(query)
    assert beside.near(vector) == pytest.approx(whole.near(vector), abs=1e-6)
    assert list(beside.near(vector, k=5)) == list(whole.near(vector, k=5))


def test_words_score_the_same_where_nothing_went(tmp_path_factory, fast):
    after = [*BEFORE, *AFTER[-6:]]
    beside = built_from(tmp_path_factory.mktemp("grown"), fast, BEFORE, after)
    whole = built_from(tmp_path_factory.mktemp("grown whole"), fast, after)
    assert beside.manifest.segments == ["base", "recent"]
    for query in QUERIES:
        assert beside.scores(query) == pytest.approx(whole.scores(query), rel=1e-5)


@pytest.mark.parametrize("query", QUERIES)
def test_what_went_and_still_counts_moves_no_score_by_much(beside, whole, query):
    # three of twenty-seven passages too many in the statistics
    assert beside.scores(query) == pytest.approx(whole.scores(query), rel=0.15)


FILTERS = [
    Filters(),
    Filters(since=date(2022, 4, 10)),
    Filters(until=date(2022, 4, 16)),
    Filters(date(2022, 4, 13), date(2022, 4, 24), frozenset({"lund post", "Vika News"})),
    Filters(outlets=frozenset({"Nobody's"})),
]


@pytest.mark.parametrize("filters", FILTERS)
def test_filters_narrow_both_segments(beside, whole, fast, filters):
    query = "the council of Vika and the ferry of Norby, number 15"
    found = beside.retrieved(fast, query, filters)
    assert found.keys() == whole.retrieved(fast, query, filters).keys()
    if filters:
        passes = beside.snapshot.mask(beside.snapshot.resolve(filters))
        texts = {beside.text_of[number] for number in beside.snapshot.passages[passes].tolist()}
        assert set(found) == texts
    for side in (0, 1):
        ranks = sorted(ranks[side] for ranks in found.values() if ranks[side])
        assert ranks == list(range(1, len(ranks) + 1))


def test_what_went_is_never_found(beside, fast):
    for number in (3, 8):
        gone = f"day {number} of its session"
        near = beside.near(fast.embed_query(story(number)), k=3)
        assert len(near) == 3
        assert not any(gone in text for text in [*near, *beside.scores(story(number))])
    # what it changed into is
    near = beside.near(fast.embed_query(story(15)), k=3)
    assert [text for text in near if "day 15 of its session" in text] == [text for text in near if "Ash rained" in text]
    assert any("Ash rained" in text for text in near)


def test_as_many_are_found_as_are_asked_for_where_most_of_the_nearest_went(tmp_path, store, fast):
    rows = [{"title": f"Harbour {n}", "text": f"The harbour of Lund saw {n} boats in May."} for n in range(30)]
    rows += [row(number) for number in range(6)]
    generation_of(tmp_path, store, 1, readings(rows), fast)
    generation_of(tmp_path, store, 2, readings(rows[28:]), fast, onto=1)
    built = Built(tmp_path, 2, store)
    assert (built.manifest.segments, len(built.manifest.gone)) == (["base"], 28)
    near = built.near(fast.embed_query("boats in the harbour of Lund in May"), k=5)
    assert len(near) == 5
    assert set(list(near)[:2]) == {f"The harbour of Lund saw {n} boats in May." for n in (28, 29)}


def test_three_generations_onto_each_other_have_one_base_and_one_segment_beside_it(tmp_path, store, fast):
    generation_of(tmp_path, store, 1, readings(BEFORE), fast)
    generation_of(tmp_path, store, 2, readings([*BEFORE, row(40)]), fast, onto=1)
    generation_of(tmp_path, store, 3, readings([*BEFORE[1:], row(40), row(41)]), fast, onto=2)
    generation_of(tmp_path, store, 4, readings([*BEFORE[1:], row(41)]), fast, onto=3)
    sizes = []
    for number in (2, 3, 4):
        manifest = Generations(tmp_path).manifest(number)
        assert manifest.segments == ["base", "recent"]
        with np.load(tmp_path / f"gen-{number:06d}" / "recent" / "rows.npz") as rows:
            sizes.append((len(rows["passages"]), len(manifest.gone)))
    assert sizes == [(1, 0), (2, 1), (1, 1)]
    # an article that comes back is in the base still
    generation_of(tmp_path, store, 5, readings(BEFORE), fast, onto=4)
    manifest = Generations(tmp_path).manifest(5)
    assert (manifest.segments, manifest.gone, manifest.passages) == (["base"], [], 24)


@pytest.mark.parametrize(
    ("rows", "segments"),
    [
        ([*BEFORE, row(40), row(41)], ["base", "recent"]),
        ([*BEFORE, row(40), row(41), row(42)], ["base"]),
        (BEFORE[2:], ["base"]),
        (BEFORE[3:], ["base"]),
    ],
    ids=["a twelfth came", "an eighth came", "a twelfth went", "an eighth went"],
)
def test_the_base_is_built_anew_when_more_than_a_tenth_changed(tmp_path, store, fast, monkeypatch, rows, segments):
    monkeypatch.setattr(index.generations, "FEWEST_BESIDE", 0)
    generation_of(tmp_path, store, 1, readings(BEFORE), fast)
    base = tmp_path / "gen-000001" / "base" / "rows.npz"
    _, manifest = generation_of(tmp_path, store, 2, readings(rows), fast, onto=1)
    assert manifest.segments == segments
    kept = (tmp_path / "gen-000002" / "base" / "rows.npz").samefile(base)
    assert kept == (len(rows) in (26, 22))
    assert len(manifest.gone) == (2 if len(rows) == 22 else 0)
    assert len(Generations(tmp_path).open(2).passages) == manifest.passages == len(rows)


def content(folder: Path) -> dict[str, bytes]:
    """The files of a base, save the one that Chroma writes on opening."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".sqlite3"
    }


def test_a_base_that_two_generations_share_stays_as_it_was_whoever_is_served_from_it(tmp_path, store, fast):
    generation_of(tmp_path, store, 1, readings(BEFORE), fast)
    before = content(tmp_path / "gen-000001" / "base")
    generations, _ = generation_of(tmp_path, store, 2, readings([*BEFORE, row(40)]), fast, onto=1)
    shared = [
        name for name in before if (tmp_path / "gen-000002/base" / name).samefile(tmp_path / "gen-000001/base" / name)
    ]
    assert len(shared) == len(before) > 8
    served = [Built(tmp_path, number, store) for number in (1, 2)]
    for built in served:
        assert built.near(fast.embed_query(QUERIES[0]))
        assert built.retrieved(fast, QUERIES[1])
    del served
    for number in (1, 2):
        assert generations.is_sound(number)
        assert content(tmp_path / f"gen-{number:06d}" / "base") == before
    shutil.rmtree(tmp_path / "gen-000001")
    assert generations.is_sound(2)
    assert Built(tmp_path, 2, store).retrieved(fast, QUERIES[1])


def test_a_number_is_never_used_twice(folder):
    write(folder, {f"{number}.txt": story(number) for number in range(5)})
    archive = Archive.open(folder)
    archive.sync()
    write(folder, {"last.txt": "Harbour closed\n\nThe harbour of Lund closed on Friday. Nobody knows why.\n"})
    archive.sync()
    used = set(Generations(archive.index_dir).open(2).passages.tolist())
    (folder / "last.txt").unlink()
    archive.sync()
    archive.sync()
    # nothing of the base is left to tell the two apart but their numbers
    write(folder, {"other.txt": "Mill sold\n\nThe paper mill of Tarn was sold on Saturday. The buyer is a bank.\n"})
    assert archive.sync().embedded == 1
    snapshot = Generations(archive.index_dir).open(archive.manifest().generation)
    assert snapshot.manifest.segments == ["base", "recent"]
    assert max(snapshot.passages) > max(used)
    hits = archive.search("harbour of Lund closed on Friday", k=100)
    assert len(hits) == 6
    assert not any("harbour" in hit.passage.text or hit.article.path == "last.txt" for hit in hits)
    assert archive.search("Who bought the paper mill?")[0].article.path == "other.txt"


@pytest.mark.parametrize("harm", ["cut", "changed", "gone", "database"])
def test_damage_to_a_segment_beside_the_base_is_noticed(tmp_path, store, fast, harm):
    generation_of(tmp_path, store, 1, readings(BEFORE[:3]), fast)
    generations, _ = generation_of(tmp_path, store, 2, readings(BEFORE[:4]), fast, onto=1)
    assert generations.is_sound(2)
    recent = tmp_path / "gen-000002" / "recent"
    rows = recent / "rows.npz"
    if harm == "cut":
        rows.write_bytes(rows.read_bytes()[:-7])
    elif harm == "changed":
        rows.write_bytes(rows.read_bytes().replace(b"docs", b"dogs"))
    elif harm == "gone":
        shutil.rmtree(recent)
    else:
        (recent / "chroma" / "chroma.sqlite3").write_bytes(b"no database " * 500)
    assert not generations.is_sound(2)
    with pytest.raises(IndexDamaged):
        generations.open(2)
    assert generations.is_sound(1)


def test_a_damaged_segment_is_made_anew_without_embedding(folder):
    write(folder, {f"{number}.txt": story(number) for number in range(5)})
    Archive.open(folder).sync()
    write(folder, {"mill.txt": MILL})
    Archive.open(folder).sync()
    (folder / ".byline" / "gen-000002" / "recent" / "rows.npz").write_bytes(b"rows")
    with pytest.raises(IndexDamaged, match=f"Run: byline index {folder}"):
        Archive.open(folder).search("paper mill")
    report = Archive.open(folder).sync()
    assert (report.published, report.embedded, report.unchanged, report.articles) == (True, 0, 6, 6)
    assert Archive.open(folder).search("paper mill")[0].article.text == MILL
