"""Finding passages: what a score is made of, filters, time, copies of one story as one, neighbours joined."""

from __future__ import annotations

from datetime import date

import pytest
from factories import generation_of, json_lines, read_file, write

from index import Archive, Filters, IndexSettings
from index.retrieval import (
    COLLAPSE_DEPTH,
    DEPTH,
    JOINED,
    KEYWORD,
    LEAD,
    OF_ONE_ARTICLE,
    RECENCY,
    TITLE,
    VECTOR,
    Home,
    Ranked,
    collapse,
    join,
    retrieve,
)
from index.store import Store
from index.types import ScoreParts

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
    def __init__(self, snapshot, embedder, headlines):
        self.snapshot, self.embedder, self.headlines = snapshot, embedder, headlines
        self.numbers = snapshot.passages.tolist()

    def __call__(self, query, k=10, filters=None, as_of=None):
        vector = self.embedder.embed_query(query)
        return retrieve(self.snapshot, query, vector, k, filters or Filters(), self.headlines, as_of)

    def parts(self, *arguments, **named):
        """What the score of each passage is made of, by its row."""
        return {self.numbers.index(ranked.passage): ranked.parts for ranked in self(*arguments, **named)}

    def rows(self, *arguments, **named):
        return [self.numbers.index(ranked.passage) for ranked in self(*arguments, **named)]


def searcher(folder, embedder, rows):
    store = Store(folder / "store.sqlite", create=True)
    content = json_lines(*[{"title": t, "text": x, "date": d, "outlet": o} for t, x, d, o in rows])
    generations, _ = generation_of(folder, store, 1, read_file("news.jsonl", content), embedder)
    return Searcher(generations.open(1), embedder, store.headlines)


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


def test_a_score_is_what_its_parts_say(find):
    found = find("the harbour of Vika and the mill of Tarn", as_of=date(2022, 5, 2))
    for ranked in found:
        parts = ranked.parts
        assert ranked.score == (parts.keyword + parts.vector + parts.title + parts.lead) * (1 + parts.recency)
    assert [ranked.score for ranked in found] == sorted((ranked.score for ranked in found), reverse=True)


def test_the_best_of_a_search_in_words_and_in_meaning_has_their_whole_weight(find):
    for question in ("the harbour of Vika", "teachers"):
        parts = find.parts(question).values()
        assert max(part.keyword for part in parts) == pytest.approx(KEYWORD)
        assert max(part.vector for part in parts) == pytest.approx(VECTOR, rel=1e-4)
        assert min(part.vector for part in parts) >= 0


def test_a_headline_counts_by_the_share_of_the_question_that_stands_in_it(find):
    parts = find.parts("mill burns")
    assert parts[1].title == pytest.approx(TITLE)
    assert {part.title for row, part in parts.items() if row != 1} == {0}
    assert 0 < find.parts("mill sold")[1].title < TITLE
    # the outlet stands beside it
    assert find.parts("What does the Tarn Gazette say of a mill?")[1].title > find.parts("a mill")[0].title


def test_a_passage_found_by_words_alone_has_its_likeness_too(find_in_many):
    found = find_in_many("teacher retired", k=2 * DEPTH)
    assert all(ranked.parts.vector > 0 for ranked in found if ranked.vector_rank is None)


def test_what_opens_its_article_counts_for_more(tmp_path, fast):
    text = "\n\n".join(f"{'#' * 2} Part {n}\n\nThe ferry of Vika sailed at noon." for n in range(3))
    (*_, parts) = (searcher(tmp_path, fast, [("Ferry", text, "", "")]).parts("ferry of Vika"),)
    assert [parts[row].lead for row in sorted(parts)] == [LEAD, 0, 0]


def test_nearness_to_the_day_raises_a_score_and_no_day_none(find):
    question = "the lighthouse of Elvra won a prize"
    plain, dated = find.parts(question), find.parts(question, as_of=date(2022, 5, 2))
    assert {part.recency for part in plain.values()} == {0}
    assert dated[5].recency == pytest.approx(RECENCY)
    assert dated[4].recency == 0
    assert find.rows(question)[:2] == [4, 5]
    assert find.rows(question, as_of=date(2022, 5, 2))[:2] == [5, 4]


def test_what_is_near_the_day_is_found_among_many_that_have_the_words_better(tmp_path, fast):
    rows = [("Old", f"Boats, boats and boats, number {number}.", "2012-05-01", "") for number in range(2 * DEPTH)]
    rows.append(("New", "Some boats came back to the harbour of Lund.", "2022-05-01", ""))
    find = searcher(tmp_path, fast, rows)
    assert 2 * DEPTH not in find.rows("boats", k=DEPTH)
    best = find("boats", as_of=date(2022, 5, 2))[0]
    assert (find.numbers.index(best.passage), best.vector_rank, best.keyword_rank) == (2 * DEPTH, None, None)


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


# --- copies ----------------------------------------------------------------------------------------------------------

WIRE = (
    "The harbour of Lund reopened on Monday after divers cleared eleven sunken boats from its entrance. "
    "The work cost 2.4 million crowns, which the port and the town will share."
)
ADDED = "In Tarn the fishermen's union asked for the same help, as three of its own boats lie at the bottom of the bay."


class Shelf:
    """Passages by number, in the order in which they were found: (article, story, quality, text)."""

    def __init__(self, *passages):
        self.passages = passages
        self.ranked = [
            Ranked(number, ScoreParts(1 / (60 + number)), number + 1, None) for number in range(len(passages))
        ]
        self.read = []

    def text_of(self, number):
        self.read.append(number)
        return self.passages[number][3]

    def __call__(self, k=10):
        return collapse(self.ranked, k, lambda number: Home(*self.passages[number][:3]), self.text_of)

    def shown(self, k=10):
        return [ranked.passage for ranked in self(k)]


def test_what_copies_of_a_story_have_in_common_counts_once_with_the_score_of_the_first():
    shelf = Shelf((1, 1, 1, WIRE), (2, 2, 0, "The paper mill of Tarn burned on Tuesday."), (3, 1, 2, WIRE.upper()))
    assert shelf() == shelf.ranked[:2]


def test_the_best_copy_is_shown_with_the_score_and_ranks_of_the_first():
    shelf = Shelf((1, 1, 2, WIRE), (2, 1, 0, f"LUND (Wire) — {WIRE}"), (3, 1, 1, WIRE))
    (hit,) = shelf()
    assert (hit.passage, hit.score, hit.vector_rank) == (1, shelf.ranked[0].score, 1)


def test_a_paragraph_that_only_one_copy_has_stays():
    assert Shelf((1, 1, 0, WIRE), (2, 1, 1, WIRE), (2, 1, 1, ADDED)).shown() == [0, 2]


def test_a_better_copy_is_not_shown_where_it_leaves_out_much_of_what_another_has():
    first, second = WIRE.split(". ", 1)
    assert Shelf((1, 1, 1, f"{WIRE} {ADDED}"), (2, 1, 0, f"{first}.")).shown() == [0]
    # and the fuller one is shown, though it was found later and is of a worse copy
    assert Shelf((2, 1, 0, second), (1, 1, 1, f"{second} {ADDED}")).shown() == [1]


def test_passages_of_one_article_are_all_its_own():
    assert Shelf((1, 1, 0, WIRE), (1, 1, 0, WIRE)).shown() == [0, 1]
    # also where the copy that is shown for another has both
    assert Shelf((2, 1, 1, WIRE), (1, 1, 0, WIRE), (1, 1, 0, ADDED)).shown() == [1, 2]


def test_the_same_words_in_another_story_are_another_voice():
    shelf = Shelf((1, 1, 0, WIRE), (2, 2, 0, WIRE))
    assert shelf.shown() == [0, 1]
    assert shelf.read == []


def test_passages_below_take_the_places_of_copies():
    rows = [(number, 0, number, WIRE) for number in range(6)]
    rows += [(number, number, 0, f"Story {number} of the mill.") for number in range(10, 14)]
    assert Shelf(*rows).shown(3) == [0, 6, 7]
    # and only where so many copies stand above that the usual depth does not do
    rows = [(number, 0, number, WIRE) for number in range(40)] + rows[6:]
    assert Shelf(*rows).shown(3) == [0, 40, 41]


def test_no_more_is_compared_than_may_be_shown():
    shelf = Shelf(*[(number, 1, number, f"{ADDED} {number} {'x' * number} {WIRE}"[number:]) for number in range(50)])
    shelf(1)
    assert max(shelf.read) < COLLAPSE_DEPTH


def test_one_passage_alone_or_none_is_returned_as_it_is():
    assert Shelf().shown() == []
    assert Shelf((1, 1, 0, "")).shown() == [0]
    assert Shelf((1, 1, 0, ""), (2, 1, 1, "")).shown() == [0, 1]


# --- neighbours ------------------------------------------------------------------------------------------------------


def joined(passages, k=10):
    """The runs of passages that hits are made of; a passage's article is its tens, and tens never adjoin."""
    ranked = [Ranked(number, ScoreParts(1 / (60 + at)), None, None) for at, number in enumerate(passages)]
    hits = join(ranked, k, lambda n: Home(n // 10, n // 10, 0), lambda one, other: other == one + 1 and other % 10)
    assert [best.passage for best, _ in hits] == [next(n for n in passages if n in run) for _, run in hits]
    return [run for _, run in hits]


def test_passages_that_follow_each_other_are_one_hit_at_the_place_of_the_best():
    assert joined([12, 30, 13, 40, 11]) == [[11, 12, 13], [30], [40]]
    assert joined([12, 30, 14]) == [[12], [30], [14]]
    assert joined([19, 20]) == [[19], [20]]


def test_a_hit_has_no_more_than_so_many_passages():
    runs = joined([13, 14, 12, 15, 11, 16])
    assert max(map(len, runs)) == JOINED < 6
    assert sorted(number for run in runs for number in run) == [11, 12, 13, 14, 15, 16]


def test_one_article_does_not_crowd_out_the_others():
    many = [11, 13, 15, 17]
    assert joined([*many, 30, 40]) == [[11], [13], [30], [40], [15], [17]]
    assert len([run for run in joined([*many, 30, 40], k=4) if run[0] < 20]) == OF_ONE_ARTICLE
    # and fills what they leave
    assert joined(many) == [[11], [13], [15], [17]]
    assert joined([], 3) == []


@pytest.fixture
def long_report(folder):
    """Two sections of several passages each, on one matter, and the archive that holds them."""
    parts = [
        "\n\n".join(
            f"The harbour of Lund saw {number} boats on day {number} of the {name} feast, and the mayor counted them."
            for number in range(1, 16)
        )
        for name in ("spring", "autumn")
    ]
    write(folder, {"report.md": f"# Boats\n\n## Spring\n\n{parts[0]}\n\n## Autumn\n\n{parts[1]}\n"})
    archive = Archive.open(folder, IndexSettings(passage_tokens=96))
    archive.sync()
    return archive


def test_joined_passages_are_a_stretch_of_whole_sentences_of_one_section(long_report):
    hits = long_report.search("boats in the harbour of Lund", k=20)
    assert any("-" in hit.passage.id.rpartition(":")[2] for hit in hits)
    for hit in hits:
        passage = hit.passage
        sentences = hit.article.sentences_between(passage.start, passage.end)
        assert (sentences[0].start, sentences[-1].end) == (passage.start, passage.end)
        assert passage.text == " ".join(hit.article.text[s.start : s.end] for s in sentences)
        assert len({"spring" in hit.article.text[s.start : s.end] for s in sentences}) == 1
    starts = [hit.passage.start for hit in hits]
    assert len(set(starts)) == len(starts)


def test_the_setting_switches_the_day_off(folder):
    write(
        folder,
        {"news.jsonl": json_lines(*[{"title": t, "text": x, "date": d, "outlet": o} for t, x, d, o in ROWS[-2:]])},
    )
    Archive.open(folder).sync()
    found = {}
    for recency in (True, False):
        archive = Archive.open(folder, IndexSettings(recency=recency))
        found[recency] = archive.search("Which lighthouse won a prize?", as_of=date(2022, 5, 3))[0].parts.recency
    assert found[True] > 0.9 * RECENCY
    assert found[False] == 0


def test_a_question_is_asked_today_unless_it_says_when(folder):
    write(folder, {"new.jsonl": json_lines({"title": "Mill", "text": "The mill burned.", "date": str(date.today())})})
    archive = Archive.open(folder)
    archive.sync()
    assert archive.search("What burned?")[0].parts.recency == pytest.approx(RECENCY)
    assert archive.search("What burned?", as_of=date(2019, 1, 1))[0].parts.recency == 0
