"""The archive's page without a browser: its table, filters, adding, removing and syncing."""

import re
from datetime import date
from itertools import pairwise

import pytest
from factories import HARBOUR, MILL, json_lines, story, write

from index import Archive, ArticleRef, Filters
from ui import filters, suggestions, tuning
from ui.archive_tab import PAGE, Shelf
from ui.wiring import load_settings


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Sixty articles of three outlets, the first two of them one story, one with markup for a title."""
    folder = tmp_path_factory.mktemp("shelf")
    rows = [
        {
            "title": f"Story number {number:02} of the town" if number else "Prices <5 & “quoted” again",
            "text": story(number if number != 1 else 0),
            "source": f"The {'Elvra Post' if number % 3 else 'Norby Times'}",
            "date": f"2024-0{1 + number // 28}-{1 + number % 28:02}",
        }
        for number in range(60)
    ]
    write(folder, {"news.jsonl": json_lines(*rows), "mill.txt": MILL})
    archive = Archive.open(folder)
    archive.sync()
    return Shelf(archive)


def titles(html):
    return re.findall(r'data-article="\w+">(.*?)</button>', html)


def last(steps):
    *_, step = steps
    return step


def test_the_table_is_paged_and_newest_first(shelf):
    html, page = shelf.table("", "newest first", 1)
    assert page == 1
    assert len(titles(html)) == PAGE
    assert titles(html)[0] == "Story number 59 of the town"
    assert "Page 1 of 2" in html
    html, page = shelf.table("", "newest first", 2)
    assert len(titles(html)) == 61 - PAGE
    assert titles(html)[-1] == "Old paper mill burns in Tarn"


@pytest.mark.parametrize(
    ("search", "order", "page"), [(None, None, None), (7, ["x"], -3), ("", "__class__", 10**9), ("", "title", True)]
)
def test_whatever_a_browser_asks_of_the_table_there_is_a_page(shelf, search, order, page):
    html, shown = shelf.table(search, order, page)
    assert shown in (1, 2)
    assert "byline-fault" not in html


def test_the_table_is_searched_by_all_words_and_shows_markup_as_text(shelf):
    html, _ = shelf.table("QUOTED prices", "title", 1)
    assert titles(html) == ["Prices &lt;5 &amp; “quoted” again"]
    assert "1 of 61 articles" in html


def test_copies_are_counted_and_sorted_by(shelf):
    html, _ = shelf.table("", "most copies", 1)
    assert re.findall(r"<td>(\d*)</td></tr>", html)[:3] == ["1", "1", ""]


def test_an_article_in_which_nothing_can_be_quoted_says_so(folder):
    write(folder, {"mill.txt": MILL, "empty.json": '{"title": "Pictures of the fair", "text": "Share this"}'})
    archive = Archive.open(folder)
    archive.sync()
    html, _ = Shelf(archive).table("", "title", 1)
    assert titles(html) == ["Old paper mill burns in Tarn", "Pictures of the fair"]
    assert re.findall(r"<td>(searched|no prose)</td>", html) == ["searched", "no prose"]


def test_an_article_is_read_with_what_is_not_prose_told_apart(shelf):
    wanted = next(row.ref for row in shelf.holdings().rows if row.ref.path == "mill.txt")
    html = shelf.article({"article": wanted.id}, removable=True)
    assert "Nobody was hurt, the fire brigade said." in html
    assert "Remove from the archive" in html
    assert "Remove" not in shelf.article({"article": wanted.id}, removable=False)


@pytest.mark.parametrize("said", [{}, {"article": ""}, {"article": "../../etc"}, {"article": ["x"]}, {"article": None}])
def test_an_article_that_there_is_not_is_a_fault(shelf, said):
    html = shelf.article(said, removable=True)
    assert "No article has the id" in html
    assert "byline-fault" in html


def test_statistics_count_every_article(shelf):
    html = shelf.statistics()
    assert "61 articles, 2 outlets" in html
    assert ">40<" in html
    assert ">20<" in html


def test_a_column_of_the_histogram_gives_its_days(shelf):
    periods = shelf.holdings().periods
    assert sum(period.articles for period in periods) == 60
    number = next(at for at, period in enumerate(periods) if period.first <= date(2024, 2, 14) <= period.last)
    assert shelf.period(str(number)) == (periods[number].first.isoformat(), periods[number].last.isoformat())
    assert shelf.period("999") == shelf.period("-1") == shelf.period(None) == ("", "")


def test_filters_are_named_and_tell_their_columns_apart(shelf):
    html, choices, label = shelf.filtered("2024-01-01", "2024-01-01", ["The Norby Times"])
    assert label == "Filters: 1 January 2024, The Norby Times"
    assert choices.outlets == (("The Elvra Post (40)", "The Elvra Post"), ("The Norby Times (20)", "The Norby Times"))
    assert html.count("byline-apart") == 1
    assert "byline-fault" in shelf.filtered("2024-02-01", "2024-01-01", None)[0]


@pytest.mark.parametrize(
    ("days", "columns"), [(1, 1), (40, 40), (300, 44), (1200, 41), (40_000, 111)], ids=lambda value: str(value)
)
def test_the_columns_of_a_histogram_are_days_weeks_months_or_years(days, columns):
    first = date(1900, 1, 1)
    refs = [ArticleRef(str(at), "", "", date.fromordinal(first.toordinal() + at), "") for at in (0, days - 1)]
    found = filters.periods(refs)
    assert abs(len(found) - columns) <= 2
    assert sum(period.articles for period in found) == 2 or days == 1
    assert all(one.last.toordinal() + 1 == other.first.toordinal() for one, other in pairwise(found))
    assert found[-1].last == refs[-1].published


def test_an_archive_without_days_has_no_histogram():
    assert "No article of the archive has a date." in filters.histogram_html(filters.periods([]), Filters())


def test_examples_ask_of_the_newest_headlines_and_are_answered(shelf):
    asked = shelf.examples()
    assert asked[0] == "What is new?"
    assert asked[1] == "Summarise “Story number 59 of the town”"
    assert suggestions.examples([]) == []


# --- changing --------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(folder):
    write(folder, {"mill.txt": MILL})
    archive = Archive.open(folder)
    archive.sync()
    return Shelf(archive)


def test_an_upload_is_copied_indexed_and_cleared_away(small, tmp_path):
    upload = tmp_path / "harbour.txt"
    upload.write_text(HARBOUR)
    steps = list(small.add_files([str(upload)]))
    assert any("byline-progress" in step for step in steps)
    assert "Added: harbour.txt" in steps[-1]
    assert "1 added" in steps[-1]
    assert not upload.exists()
    assert titles(small.table("harbour", "title", 1)[0]) == ["Harbour of Lund reopens after storm"]


def test_what_is_no_article_is_refused_with_the_reason_and_cleared_away(small, tmp_path):
    upload = tmp_path / "<b>.exe"
    upload.write_bytes(b"MZ\x00")
    (step,) = small.add_files([str(upload)])
    assert "byline-refused" in step
    assert "&lt;b&gt;.exe" in step
    assert not upload.exists()


@pytest.mark.parametrize("address", ["", None, "javascript:alert(1)", "file:///etc/passwd", "example.com"])
def test_only_a_web_address_is_fetched(small, address):
    (step,) = small.add_page(address)
    assert "is no web address" in step


def test_a_page_of_this_machine_is_not_fetched(small):
    step = last(small.add_page("http://127.0.0.1:9/secret"))
    assert "byline-refused" in step
    assert "private network" in step


def test_an_article_is_removed_and_brought_back(small):
    article_id = small.holdings().rows[0].ref.id
    html, removed = last(small.remove(article_id))
    assert removed == article_id
    assert "1 removed" in html
    assert small.holdings().rows == ()
    assert "1 added" in last(small.restore(removed))
    assert len(small.holdings().rows) == 1


@pytest.mark.parametrize("said", [None, "", "ffffffffffffffff", ["x"]])
def test_removing_what_there_is_not_is_a_fault_and_nothing_to_undo(small, said):
    html, removed = last(small.remove(said))
    assert "byline-fault" in html
    assert removed == ""
    assert "byline-fault" in last(small.restore("ffffffffffffffff"))


def test_a_sync_tells_what_was_skipped_and_why(small):
    write(small.archive.folder, {"broken.json": "{"})
    html = last(small.sync())
    assert "1 skipped" in html
    assert "broken.json: " in html


def test_a_sync_that_cannot_be_is_a_fault(small):
    with small.archive._writing():
        html = last(small.sync())
    assert "byline-fault" in html
    assert "is being indexed by another process" in html


# --- settings --------------------------------------------------------------------------------------------------------


def test_each_setting_is_shown_with_where_it_comes_from(tmp_path):
    file = tmp_path / "byline.toml"
    file.write_text("passages = 7\nstatements = 2\n")
    settings = load_settings(
        {"port": 8000, "host": None}, {"BYLINE_SETTINGS": str(file), "BYLINE_STATEMENTS": "4", "BYLINE_JOBS": ""}
    )
    tables = [settings.assistant, settings.index, settings.serve]
    shown = {one.name: (one.value, one.origin) for one in tuning.shown_settings(tables, settings.origins)}
    assert shown["passages"] == ("7", f"the file {file}")
    assert shown["statements"] == ("4", "the environment, BYLINE_STATEMENTS")
    assert shown["port"] == ("8000", "the command line")
    assert shown["host"] == ("127.0.0.1", "default")
    assert shown["jobs"] == ("0", "default")
    assert shown["reranker"] == ("unset", "default")
    assert shown["poll"] == ("false", "default")


def test_no_more_assistants_are_kept_than_so_many(seed_assistant):
    for number in range(1, 50):
        assert tuning.tuned(seed_assistant, (number, 3, "balanced")).settings.passages == number
    assert len(tuning._tuned) <= tuning.KEPT
    assert tuning.tuned(seed_assistant, None) is tuning.tuned(seed_assistant, (10, 3, "balanced")) is seed_assistant
