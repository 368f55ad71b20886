"""Finding passages: vectors and keywords, narrowed by filters, fused by rank."""

from __future__ import annotations

from datetime import date

import pytest
from factories import generation_of, json_lines, read_file, with_marks

from index import Filters
from index.retrieval import DEPTH, RANK_CONSTANT, retrieve
from index.store import Store

ROWS = [
    (
        "Harbour reopens",
        "The harbour of Lund reopened on Monday. Divers had cleared the wrecks.",
        "2022-04-25",
        "Lund Post",
    ),
    ("Mill burns", "The paper mill of Tarn burned on Tuesday. Nobody was hurt.", "2022-04-26", "Tarn Gazette"),
    ("School hires", "The school of Ostra hired four teachers. Parents had voted for it.", "", "Lund Post"),
    (
        "Ferry stops",
        "The ferry to the harbour of Vika stopped in a gale. Boats are delayed.",
        "2022-05-01",
        "Vika News",
    ),
    ("Two of a kind", "The lighthouse of Elvra won a prize. Its keeper was pleased.", "", "Lund Post"),
    ("Two of a kind", "The lighthouse of Elvra won a prize. Its keeper was pleased.", "2022-05-02", "Vika News"),
]


class Searcher:
    def __init__(self, snapshot, embedder):
        self.snapshot, self.embedder = snapshot, embedder
        self.numbers = snapshot.passages.tolist()

    def __call__(self, query, k=10, filters=None):
        return retrieve(self.snapshot, query, self.embedder.embed_query(query), k, filters or Filters())

    def rows(self, *arguments, **named):
        return [self.numbers.index(ranked.passage) for ranked in self(*arguments, **named)]


def searcher(folder, embedder, rows):
    store = Store(folder / "store.sqlite", create=True)
    content = json_lines(*[{"title": t, "text": x, "date": d, "outlet": o} for t, x, d, o in rows])
    articles = [with_marks(article) for article in read_file("news.jsonl", content)]
    generations, _ = generation_of(folder, store, 1, articles, embedder)
    store.close()
    return Searcher(generations.open(1), embedder)


@pytest.fixture(scope="module")
def find(tmp_path_factory, fast):
    return searcher(tmp_path_factory.mktemp("small"), fast, ROWS)


@pytest.fixture(scope="module")
def find_in_many(tmp_path_factory, fast):
    """Far more passages of one outlet about the harbour than either side returns, and three of another outlet."""
    rows = [
        (f"Harbour day {number}", f"The harbour of Lund saw {number} boats on a day in May.", "2022-05-01", "Lund Post")
        for number in range(2 * DEPTH)
    ]
    rows += [
        ("School", f"Teacher number {number} of the harbour school retired.", "", "Tarn Gazette") for number in range(3)
    ]
    return searcher(tmp_path_factory.mktemp("many"), fast, rows)


def test_what_has_the_words_and_the_meaning_comes_first(find):
    assert find.rows("When did the harbour of Lund reopen?")[0] == 0
    assert find.rows("Who hired teachers?")[0] == 2


def test_a_score_is_the_sum_of_both_reciprocal_ranks(find):
    for ranked in find("the harbour of Vika and the mill of Tarn"):
        ranks = [rank for rank in (ranked.vector_rank, ranked.keyword_rank) if rank is not None]
        assert ranked.score == pytest.approx(sum(1 / (RANK_CONSTANT + rank) for rank in ranks))


def test_ranks_count_from_one_without_gaps(find):
    found = find("the harbour of Vika and the mill of Tarn", k=100)
    by_vector = sorted(ranked.vector_rank for ranked in found if ranked.vector_rank)
    by_keyword = sorted(ranked.keyword_rank for ranked in found if ranked.keyword_rank)
    assert by_vector == list(range(1, len(ROWS) + 1))
    assert by_keyword == list(range(1, len(by_keyword) + 1))


def test_a_passage_without_any_of_the_words_has_no_keyword_rank(find):
    found = {find.numbers.index(ranked.passage): ranked.keyword_rank for ranked in find("the mill and the teachers")}
    assert {row for row, rank in found.items() if rank} == {1, 2}
    assert {ranked.keyword_rank for ranked in find("volcano eruption")} == {None}


def test_a_question_of_stop_words_is_answered_by_vectors_alone(find):
    assert {ranked.keyword_rank for ranked in find("what is it about")} <= {None}


def test_an_empty_question_finds_nothing(find):
    assert find("") == []


def test_fewer_passages_are_the_first_of_more(find):
    everything = find("the harbour and the lighthouse", k=100)
    assert [find("the harbour and the lighthouse", k=k) for k in (1, 3)] == [everything[:1], everything[:3]]
    assert len(everything) == len(ROWS)


def test_ties_are_in_the_order_of_their_numbers_every_time(find):
    first = find("the lighthouse of Elvra won a prize")
    one, two = (next(r for r in first if r.passage == find.numbers[row]) for row in (4, 5))
    assert {one.vector_rank, two.vector_rank} == {one.keyword_rank, two.keyword_rank} == {1, 2}
    assert [ranked.passage for ranked in first[:2]] == [find.numbers[4], find.numbers[5]]
    assert all(find("the lighthouse of Elvra won a prize") == first for _ in range(5))


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        (Filters(since=date(2022, 4, 26)), {1, 3, 5}),
        (Filters(until=date(2022, 4, 26)), {0, 1}),
        (Filters(date(2022, 4, 25), date(2022, 5, 1)), {0, 1, 3}),
        (Filters(outlets=frozenset({"Lund Post"})), {0, 2, 4}),
        (Filters(until=date(2022, 5, 1), outlets=frozenset({"Lund Post", "Vika News"})), {0, 3}),
        (Filters(outlets=frozenset({"Nobody's"})), set()),
    ],
)
def test_both_sides_return_only_what_passes_the_filters(find, filters, passing):
    question = "harbour mill school ferry lighthouse"
    found = find(question, filters=filters)
    assert {find.numbers.index(ranked.passage) for ranked in found} == passing
    # each passage has a word of the question, so both sides have to return it
    assert all(ranked.vector_rank and ranked.keyword_rank for ranked in found)


def test_an_article_without_a_date_is_outside_every_range_of_days(find):
    for filters in (Filters(since=date.min), Filters(until=date.max), Filters(date.min, date.max)):
        assert not {2, 4} & set(find.rows("school teachers lighthouse", filters=filters))


def test_filters_narrow_before_the_best_are_taken(find_in_many):
    question = "boats in the harbour of Lund in May"
    rows = find_in_many.rows(question, filters=Filters(outlets=frozenset({"Tarn Gazette"})))
    assert sorted(rows) == [2 * DEPTH, 2 * DEPTH + 1, 2 * DEPTH + 2]
    assert not set(find_in_many.rows(question, k=DEPTH)) & set(rows)


def test_more_passages_than_the_usual_depth_can_be_asked_for(find_in_many):
    assert len(find_in_many("harbour", k=DEPTH + 50)) == DEPTH + 50
