"""Exports: JSON in the shapes that exports have, tables with a delimiter, and what is refused of them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from datetime import UTC, date, datetime

import pytest
from factories import json_lines, read_file, read_one, read_reading

from index import Article, Skip
from index.reading import Reading
from index.records import CSV_COLUMNS, JSON_NODES

MILL = {"title": "Mill burns in Tarn", "text": "A fire destroyed the old mill of Tarn. Nobody was hurt."}
HARBOUR = {"headline": "Harbour reopens", "body": "The harbour of Lund reopened on Monday."}


def articles(name, content) -> list[Article]:
    found = read_file(name, content)
    assert all(isinstance(item, Reading) for item in found), found
    return [item.article for item in found]


def reason(name, content) -> str:
    (skip,) = read_file(name, content)
    assert isinstance(skip, Skip)
    return skip.reason


# --- JSON ------------------------------------------------------------------------------------------------------


def test_a_json_object_is_one_article():
    content = json.dumps(
        {
            "headline": "Mill burns in Tarn",
            "content": "A fire destroyed the old mill of Tarn.",
            "publish_date": "2022-04-25T21:00:00+02:00",
            "modified": "2022-04-26",
            "publisher": {"name": "Tarn Gazette"},
            "byline": "Ida Holm and Olof Brandt",
            "link": "https://tarn.example/mill",
            "desk": "city",
        }
    )
    article = read_one("mill.json", content)
    assert (article.title, article.outlet, article.locator) == ("Mill burns in Tarn", "Tarn Gazette", "")
    assert article.text == "A fire destroyed the old mill of Tarn."
    assert article.authors == ("Ida Holm", "Olof Brandt")
    assert article.published_at == datetime(2022, 4, 25, 19, tzinfo=UTC)
    assert article.updated == date(2022, 4, 26)
    assert article.url == "https://tarn.example/mill"
    assert article.fields == {"desk": "city"}


@pytest.mark.parametrize(
    "export",
    [
        [MILL, HARBOUR],
        {"articles": [MILL, HARBOUR], "status": "ok", "totalResults": 2},
        {"data": {"items": [MILL, HARBOUR]}},
        {"data": [MILL, HARBOUR]},
        {"response": {"numFound": 2, "docs": [MILL, HARBOUR]}},
        {"hits": {"total": {"value": 2}, "hits": [{"_id": "1", "_source": MILL}, {"_id": "2", "_source": HARBOUR}]}},
    ],
    ids=["list", "articles", "data and items", "data", "response and docs", "hits and _source"],
)
def test_a_list_of_articles_is_found_where_exports_keep_it(export):
    found = articles("news.json", json.dumps(export))
    assert [article.title for article in found] == ["Mill burns in Tarn", "Harbour reopens"]
    assert [article.locator for article in found] == ["record 1", "record 2"]


def test_a_news_article_of_schema_org_is_read_with_its_publisher_and_authors():
    content = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebSite", "@id": "https://tarn.example/#site", "name": "tarn.example"},
            {"@type": "NewsMediaOrganization", "@id": "https://tarn.example/#us", "name": "Tarn Gazette"},
            {"@type": "Person", "@id": "#ida", "name": "Ida Holm"},
            {
                "@type": ["NewsArticle"],
                "headline": "Mill burns in Tarn",
                "articleBody": "A fire destroyed the old mill of Tarn.",
                "publisher": {"@id": "https://tarn.example/#us"},
                "author": [{"@id": "#ida"}],
                "mainEntityOfPage": {"@id": "https://tarn.example/mill"},
                "datePublished": "2022-04-25",
                "dateModified": "2022-04-26T08:00:00Z",
            },
        ],
    }
    (article,) = articles("page.json", json.dumps(content))
    assert (article.outlet, article.authors) == ("Tarn Gazette", ("Ida Holm",))
    assert (article.url, article.locator) == ("https://tarn.example/mill", "https://tarn.example/mill")
    assert (article.published, article.updated) == (date(2022, 4, 25), date(2022, 4, 26))


def test_a_body_in_html_becomes_text():
    row = {
        "title": {"rendered": "Mill &#8220;Olga&#8221; burns"},
        "content": {"rendered": "<p>A fire.</p>\n<p>A flood.</p>"},
    }
    article = read_one("post.json", json.dumps(row))
    assert article.title == "Mill “Olga” burns"
    assert [line for line in article.text.split("\n") if line] == ["A fire.", "A flood."]


def test_text_with_a_less_than_sign_is_no_html():
    text = "Prices rose by < 3 percent, and the firm <Tarn & Sons> was sold."
    assert read_one("a.json", json.dumps({"text": text})).text == text


def test_a_record_that_is_no_article_is_skipped_and_the_others_read():
    first, second, third = read_file("n.json", json.dumps([{"title": "No text"}, 7, MILL]))
    assert (first.locator, first.reason) == ("record 1", "no text")
    assert (second.locator, second.reason) == ("record 2", "not a JSON object")
    assert third.article.title == "Mill burns in Tarn"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (json_lines(MILL, HARBOUR), "not JSON (Extra data"),
        ('{"text": "cut', "not JSON"),
        ('{"version": 2, "settings": []}', "no list of articles: expected one by itself or under articles"),
        ("[1, 2]", "no list of articles"),
        ("[" * 100_000, "nested too deeply"),
        (b"\x00\x01\x02" * 100, "not text (binary data)"),
        ("", "empty"),
    ],
    ids=["JSON lines", "cut", "settings", "numbers", "nested", "NUL bytes", "empty"],
)
def test_json_that_holds_no_articles_is_a_skip_with_the_reason(content, expected):
    assert reason("a.json", content).startswith(expected)


def test_json_with_more_objects_than_memory_should_hold_is_refused_before_it_is_parsed():
    content = "[" + "{}," * JSON_NODES + "{}]"
    tracemalloc.start()
    try:
        (skip,) = read_file("a.json", content, limit=1 << 30)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert skip.reason.startswith("more than 1,500,000 objects and lists; save large exports as JSON lines")
    assert most < 10 * len(content)


def test_numbers_that_are_none_are_left_out():
    article = read_one("a.json", '{"text": "A fire.", "score": NaN, "rank": Infinity, "words": 2}')
    assert article.fields == {"words": 2}


# --- tables ----------------------------------------------------------------------------------------------------

FIRE = "A fire, they said.\nNobody was “hurt”; not one."
ROWS = [
    ["Title", "Body", "Publish Date", "Source", "Author", "URL", "Desk"],
    [
        "Mill burns",
        "A fire, they said.\nNobody was “hurt”; not one.",
        "2022-04-25",
        "Tarn Gazette",
        "Ida Holm",
        "",
        "city",
    ],
    ["Harbour reopens", "The harbour reopened.", "2022-04-26", "", "", "https://lund.example/harbour", ""],
]


def table(delimiter=",", rows=ROWS) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_row_of_a_table_is_an_article_whatever_parts_its_cells(delimiter):
    first, second = articles("news.csv", table(delimiter))
    assert first.text == FIRE
    assert (first.title, first.outlet, first.authors) == ("Mill burns", "Tarn Gazette", ("Ida Holm",))
    assert (first.published, first.fields) == (date(2022, 4, 25), {"Desk": "city"})
    assert (first.locator, second.locator) == ("row 2", "https://lund.example/harbour")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_in_its_encoding(encoding):
    first, _ = articles("news.tsv", table("\t").encode(encoding))
    assert first.text == FIRE


def test_a_line_in_another_encoding_does_not_spoil_the_table():
    content = table().encode() + "Café,Das Café schließt.,,,,,\r\n".encode("cp1252")
    *_, last = articles("news.csv", content)
    assert last.text == "Das Café schließt."


def test_a_table_that_names_no_text_is_a_skip_that_says_what_was_expected():
    assert reason("prices.csv", "date,price\n2022-04-25,7\n") == (
        "the first row names no column text, body, content or articleBody"
    )


def test_bad_rows_are_skipped_by_number_and_the_others_read():
    content = "title,text\nMill burns,A fire, they said.\nNo text,\n\nHarbour reopens,The harbour reopened.\n"
    cut, empty, good = read_file("n.csv", content)
    assert (cut.locator, cut.reason) == ("row 2", "3 cells in a table of 2 columns")
    assert (empty.locator, empty.reason) == ("row 3", "no text")
    assert good.article.text == "The harbour reopened."


def test_a_table_of_very_many_columns_is_refused():
    content = "text," + ",".join(f"c{number}" for number in range(100_000)) + "\nA fire.\n"
    assert reason("wide.csv", content) == f"more than {CSV_COLUMNS:,} columns"


def test_a_long_cell_is_read_and_one_without_end_is_a_skip():
    long = "A fire broke out. " * 20_000
    assert read_one("a.csv", f'text\n"{long}"\n').text == long
    (skip,) = read_file("a.csv", 'text\n"' + "A fire broke out.\n" * 400_000, limit=1 << 30)
    assert skip.reason.startswith("not a row of a table (field larger than field limit")


def test_nul_bytes_in_a_table_are_binary_data():
    assert reason("a.csv", b"text,title\n" + b"\0" * 500) == "not text (binary data)"


def test_a_packed_table_is_read():
    assert len(articles("news.csv.gz", gzip.compress(table().encode()))) == 2


# --- gzip ------------------------------------------------------------------------------------------------------


def test_gzip_members_one_after_the_other_are_one_file():
    packed = b"".join(gzip.compress(json_lines(row).encode()) for row in (MILL, HARBOUR))
    assert [article.title for article in articles("news.jsonl.gz", packed)] == ["Mill burns in Tarn", "Harbour reopens"]


def test_what_stands_before_the_cut_of_a_packed_file_is_read():
    packed = gzip.compress(json_lines(MILL).encode()) + gzip.compress(json_lines(HARBOUR).encode())[:-20]
    first, skip = read_file("news.jsonl.gz", packed)
    assert first.article.title == "Mill burns in Tarn"
    assert skip.reason.startswith("the gzip data is damaged")


@pytest.mark.parametrize("name", ["a.json.gz", "a.csv.gz", "a.jsonl.gz"])
def test_a_gzip_bomb_is_refused_before_it_fills_the_memory(name):
    packed = gzip.compress(b"text\n" + bytes(100_000_000), compresslevel=1)
    tracemalloc.start()
    try:
        found = read_file(name, packed, limit=4_000_000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert all(isinstance(item, Skip) for item in found)
    assert most < 40_000_000


def test_reading_a_record_says_where_each_fact_was_found():
    reading = read_reading("a.json", json.dumps({**MILL, "url": "https://tarn.example/2022/04/25/mill"}))
    assert reading.article.origins == {"title": "field", "url": "field", "outlet": "url", "published": "url"}


def test_a_record_nested_without_end_is_named_and_the_others_are_read():
    deep = "<ul><li>" * 60_000 + "deep"
    rows = [{"text": "A fire. It was put out."}, {"text": deep}, {"text": "A flood. It went away."}]
    found = read_file("a.jsonl", json_lines(*rows), 10_000_000)
    assert [type(item).__name__ for item in found] == ["Reading", "Skip", "Reading"]
    assert (found[1].locator, found[1].reason) == ("line 2", "nested too deeply")
