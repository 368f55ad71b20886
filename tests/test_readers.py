"""Files to articles: formats, encodings, dates, ids, and what is skipped with which reason."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from datetime import date, datetime

import pytest
from factories import HARBOUR, LIMIT, json_lines, read_articles, read_one
from hypothesis import example, given
from hypothesis import strategies as st

from index import Article, Skip
from index.dates import parse_date
from index.decoding import decode
from index.readers import format_of, formats
from index.reading import outlet_of


def reason(name, content):
    (skip,) = read_articles(name, content)
    assert isinstance(skip, Skip)
    return skip.reason


# --- plain text ------------------------------------------------------------------------------------------------


def test_the_first_line_of_plain_text_is_the_title():
    article = read_one("harbour.txt", HARBOUR)
    assert article.title == "Harbour of Lund reopens after storm"
    assert article.text == HARBOUR
    assert (article.path, article.locator, article.outlet, article.published) == ("harbour.txt", "", "", None)


def test_a_text_without_a_headline_is_called_by_its_file_name():
    article = read_one("2022/fire_in-tarn.final.txt", "A fire destroyed the old mill of Tarn. Nobody was hurt.\n")
    assert article.title == "fire in tarn"


def test_a_headline_that_asks_a_question_is_the_title():
    article = read_one("a.txt", "Who will pay for the bridge?\n\nThe council has not decided. It meets on Monday.\n")
    assert article.title == "Who will pay for the bridge?"


def test_author_and_date_are_read_from_the_head_of_plain_text():
    text = "Mill burns in Tarn\n\nBy Ida Holm and Olof Brandt\n\nPublished on 25 April 2022\n\nA fire broke out.\n"
    article = read_one("a.txt", text)
    assert article.authors == ("Ida Holm", "Olof Brandt")
    assert article.published == date(2022, 4, 25)


def test_a_date_deep_in_the_text_is_not_the_date_of_the_article():
    paragraphs = [f"This is paragraph number {number} of the report." for number in range(12)]
    text = "\n\n".join(["Mill burns in Tarn", *paragraphs, "25 April 2022"])
    assert read_one("a.txt", text).published is None


def test_an_outlet_is_taken_only_from_a_page_that_repeats_its_headline():
    whole_page = "Mill burns in Tarn\n\nTarn Gazette\n\nMill Burns in Tarn\n\nA fire destroyed the old mill.\n"
    pasted = "Mill burns in Tarn\n\nTarn Gazette\n\nA fire destroyed the old mill.\n"
    assert read_one("a.txt", whole_page).outlet == "Tarn Gazette"
    assert read_one("a.txt", pasted).outlet == ""


def test_the_owners_article_has_its_title_and_outlet(seed_article, seed_bytes):
    assert seed_article.title == "Afghan Taliban Launch Retaliatory Border Attacks After Pakistan Airstrikes"
    assert seed_article.outlet == "Times in Pakistan"
    assert seed_article.text == seed_bytes.decode()
    assert (seed_article.published, seed_article.authors, seed_article.url) == (None, (), "")


# --- Markdown --------------------------------------------------------------------------------------------------

FRONT = """---
title: "Mill burns in Tarn"
date: 2022-04-25
author: [Ida Holm, Olof Brandt]
source: Tarn Gazette
url: https://www.tarn-gazette.example/mill
desk: city
---

A fire destroyed the old mill of Tarn. Nobody was hurt.
"""


def test_front_matter_gives_the_fields_of_a_markdown_article():
    article = read_one("mill.md", FRONT)
    assert article.title == "Mill burns in Tarn"
    assert article.published == date(2022, 4, 25)
    assert article.authors == ("Ida Holm", "Olof Brandt")
    assert article.outlet == "Tarn Gazette"
    assert article.url == "https://www.tarn-gazette.example/mill"
    assert article.fields == {"desk": "city"}
    assert article.text == FRONT


def test_a_timestamp_in_front_matter_is_its_day():
    article = read_one("a.md", "---\ndate: 2022-04-25 23:30:00\n---\nA fire destroyed the mill.\n")
    assert article.published == date(2022, 4, 25)


def test_markdown_without_front_matter_takes_its_first_heading_as_title():
    assert read_one("a.md", "# Mill burns in Tarn\n\nA fire destroyed the mill.\n").title == "Mill burns in Tarn"


def test_front_matter_without_a_title_leaves_it_to_the_first_heading():
    article = read_one("a.md", "---\ndesk: city\n---\n\n## Mill burns in Tarn\n\nA fire destroyed the mill.\n")
    assert article.title == "Mill burns in Tarn"


def test_empty_front_matter_is_no_fault():
    assert read_one("a.md", "---\n# nothing yet\n---\nMill burns in Tarn\n\nA fire.\n").title == "Mill burns in Tarn"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("---\ntitle: [unclosed\n---\nA fire.\n", "the front matter is not YAML"),
        ("---\ndate: 2022-13-45\n---\nA fire.\n", "the front matter has a value that is none"),
        ("---\n- one\n- two\n---\nA fire.\n", "the front matter is not a list of fields"),
        ("---\ntitle: Mill burns\n---\n\n", "no text after the front matter"),
    ],
)
def test_front_matter_that_cannot_be_read_is_a_skip_with_the_reason(content, expected):
    assert reason("a.md", content).startswith(expected)


# --- JSON lines ------------------------------------------------------------------------------------------------


def test_each_line_of_json_lines_is_an_article():
    content = json_lines(
        {
            "text": "A fire destroyed the mill. Nobody was hurt.",
            "headline": "Mill burns",
            "publisher": {"name": "Tarn Gazette"},
            "authors": [{"name": "Ida Holm"}, {"name": "Ida Holm"}, {"name": "Olof Brandt"}],
            "published_at": "2022-04-25T21:00:00+02:00",
            "link": "https://tarn.example/mill",
            "section": "city",
            "word_count": 8,
        },
        {"text": "The harbour reopened.", "title": "Harbour reopens"},
    )
    first, second = read_articles("news.jsonl", content)
    assert (first.title, first.outlet, first.authors) == ("Mill burns", "Tarn Gazette", ("Ida Holm", "Olof Brandt"))
    assert (first.published, first.url) == (date(2022, 4, 25), "https://tarn.example/mill")
    assert first.fields == {"section": "city", "word_count": 8}
    assert (first.locator, second.locator) == ("https://tarn.example/mill", "line 2")
    assert second.title == "Harbour reopens"


def test_an_article_without_a_title_is_called_by_its_first_words():
    text = (
        "TARN —\n\nA fire destroyed the old paper mill of Tarn on Tuesday night, and nobody knows how it began or who \
saw it first, said the brigade."
    )
    (article,) = read_articles("news.jsonl", json_lines({"text": text}))
    assert article.title.startswith("A fire destroyed the old paper mill of Tarn on Tuesday night")
    assert article.title.endswith(" …") and len(article.title) <= 122


def test_a_url_names_the_outlet_where_no_field_does():
    (article,) = read_articles(
        "n.jsonl", json_lines({"text": "A fire.", "url": "https://www.tarn-gazette.example/a?b=1"})
    )
    assert article.outlet == "tarn-gazette.example"


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://edition.news.example/a", "news.example"),
        ("http://m.News.example:8080/", "news.example"),
        ("news.example/a", ""),
        ("http://[bad", ""),
        ("", ""),
    ],
)
def test_the_outlet_of_a_url_is_its_host_without_www(url, outlet):
    assert outlet_of(url) == outlet


def test_the_second_article_of_a_url_is_told_apart_by_its_number():
    url = "https://tarn.example/live"
    found = read_articles("n.jsonl", json_lines({"text": "First report.", "url": url}, {"text": "Second.", "url": url}))
    assert [article.locator for article in found] == [url, f"{url} (2)"]
    assert found[0].id != found[1].id


def test_bad_lines_are_skipped_by_number_and_the_others_read():
    content = "\n".join(
        [
            json.dumps({"text": "A fire destroyed the mill."}),
            "{not json",
            "",
            json.dumps(["a", "list"]),
            json.dumps({"title": "No text"}),
            json.dumps({"text": "   "}),
            json.dumps({"text": 7}),
            json.dumps({"text": "The harbour reopened."}),
        ]
    )
    found = read_articles("n.jsonl", content)
    assert [item.locator for item in found] == ["line 1", "line 2", "line 4", "line 5", "line 6", "line 7", "line 8"]
    skips = [item for item in found if isinstance(item, Skip)]
    assert [skip.reason.split(" (")[0] for skip in skips] == [
        "not JSON",
        "not a JSON object",
        "no text",
        "no text",
        "no text",
    ]
    assert str(skips[1]) == "n.jsonl (line 4): not a JSON object"


def test_windows_line_ends_in_json_lines_are_no_fault():
    content = json_lines({"text": "A fire."}, {"text": "A flood."}).replace("\n", "\r\n")
    assert [article.text for article in read_articles("n.jsonl", content)] == ["A fire.", "A flood."]


def test_a_line_separator_within_json_does_not_end_the_line():
    content = json.dumps({"text": "A fire.\u2028A flood."}, ensure_ascii=False)
    assert read_one("n.jsonl", content).text == "A fire.\u2028A flood."


def test_lone_surrogates_become_replacement_characters():
    (article,) = read_articles("n.jsonl", '{"text": "A fire \\ud83d here.", "title": "Mill \\udc00 burns"}')
    assert article.text == "A fire \ufffd here."
    assert article.title == "Mill \ufffd burns"
    assert article.text.encode()


@pytest.mark.parametrize(
    ("line", "authors", "day"),
    [
        ("By Ida Holm 25 April 2022", ("Ida Holm",), date(2022, 4, 25)),
        ("By Ida Holm and Olof Brandt | April 25, 2022", ("Ida Holm", "Olof Brandt"), date(2022, 4, 25)),
        ("By Ida Holm, 2022-04-25", ("Ida Holm",), date(2022, 4, 25)),
        ("By Ida Holm, Lund", ("Ida Holm", "Lund"), None),
        ("By 25 April 2022 all was over", (), None),
        ("By Vika 12 boats were lost", (), None),
    ],
)
def test_a_byline_may_hold_the_day_too(line, authors, day):
    article = read_one("a.txt", f"Harbour reopens\n\n{line}\n\nThe harbour reopened. Nobody was hurt.\n")
    assert (article.authors, article.published) == (authors, day)


# --- gzip, size, endings ---------------------------------------------------------------------------------------


def test_gzipped_files_are_read_as_what_they_hold():
    assert read_one("harbour.txt.gz", gzip.compress(HARBOUR.encode())).text == HARBOUR
    found = read_articles("n.jsonl.gz", gzip.compress(json_lines({"text": "A fire."}, {"text": "A flood."}).encode()))
    assert [article.text for article in found] == ["A fire.", "A flood."]


@pytest.mark.parametrize("harm", ["cut", "garbage", "flip"])
def test_damaged_gzip_data_is_a_skip(harm):
    packed = gzip.compress(HARBOUR.encode() * 50)
    damaged = {
        "cut": packed[: len(packed) // 2],
        "garbage": b"no gzip at all",
        "flip": packed[:40] + bytes([packed[40] ^ 0xFF]) + packed[41:],
    }[harm]
    assert reason("harbour.txt.gz", damaged).startswith("the gzip data is damaged")


def test_a_file_that_unpacks_beyond_the_limit_is_a_skip_and_not_unpacked_whole():
    packed = gzip.compress(b"a fire " * 10_000_000, compresslevel=1)
    tracemalloc.start()
    try:
        (skip,) = read_articles("n.txt.gz", packed, LIMIT)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert skip.reason == "larger than the setting max_file_bytes (1,000,000 bytes)"
    assert most < 10 * LIMIT


def test_other_endings_are_skipped_by_name():
    assert reason("paper.doc", b"text") == "files ending in .doc are not read"
    assert reason("README", b"hello") == "files ending in nothing are not read"
    assert reason("news.tar.gz", b"") == "files ending in .tar.gz are not read"


def test_an_ending_is_known_whatever_its_case():
    assert format_of("NEWS.JSONL.GZ") == format_of("news.jsonl")
    assert read_one("A.TXT", HARBOUR).title == "Harbour of Lund reopens after storm"


def test_every_format_says_what_is_read_of_it():
    endings = [ending for format_ in formats() for ending in format_.endings]
    assert {".txt", ".md", ".markdown", ".jsonl", ".ndjson"} <= set(endings)
    assert len(endings) == len(set(endings))
    assert all(format_.name and format_.what.endswith(".") for format_ in formats())
    assert all(format_of(f"news{ending}") == format_ for format_ in formats() for ending in format_.endings)


# --- encodings -------------------------------------------------------------------------------------------------

ACCENTED = "Café “Åsa” reopens\n\nThe café’s owner — Åsa Öberg — said it cost £3. The naïve plan had failed. \
“Déjà vu,” she said. It’s the third café to reopen in Malmö this year.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_read_in_its_encoding_without_a_byte_order_mark(encoding):
    assert read_one("cafe.txt", ACCENTED.encode(encoding)).text == ACCENTED


def test_typographic_marks_of_windows_text_are_read():
    text = "Café reopens\n\n“It’s over,” the café’s owner said — at last. The repairs had taken a year…\n"
    assert read_one("cafe.txt", text.encode("cp1252")).text == text


def test_big_endian_utf_16_is_read():
    assert decode(b"\xfe\xff" + ACCENTED.encode("utf-16-be")) == ACCENTED


@pytest.mark.parametrize(
    "content",
    [bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n" + bytes(500), b"\xff\xfea", b"a\0" * 200],
    ids=["every byte", "picture", "half a character", "zeros"],
)
def test_binary_data_is_a_skip(content):
    assert reason("a.txt", content) == "not text (binary data)"


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_a_skip(content):
    assert reason("a.txt", content) == "empty"


@given(content=st.binary(max_size=300), name=st.sampled_from(["a.txt", "a.jsonl", "a.txt.gz"]))
@example(content=b"\x1c", name="a.txt")
@example(content=b"\xff\xfe\x00\xd8", name="a.txt")
def test_no_bytes_make_a_reader_raise(content, name):
    for item in read_articles(name, content):
        assert isinstance(item, Article | Skip)


@given(text=st.text(min_size=1, max_size=300))
def test_valid_utf_8_text_is_never_altered(text):
    found = read_articles("a.txt", text.encode())
    for item in found:
        if isinstance(item, Article):
            assert item.text == text.removeprefix("\ufeff")


# --- ids -------------------------------------------------------------------------------------------------------


def test_an_id_depends_on_content_and_not_on_place():
    one, other = read_one("a.txt", HARBOUR), read_one("sub/b.txt", HARBOUR)
    assert one.id == other.id
    assert len(one.id) == 16 and int(one.id, 16) >= 0
    assert read_one("a.txt", HARBOUR + "More.").id != one.id


def test_an_id_does_not_depend_on_the_line_or_on_the_order_of_fields():
    row = {"text": "A fire.", "title": "Mill burns", "desk": "city"}
    (alone,) = read_articles("a.jsonl", json_lines(row))
    _, second = read_articles("b.jsonl", json_lines({"text": "A flood."}, dict(reversed(row.items()))))
    assert alone.id == second.id


def test_an_id_tells_articles_with_other_fields_apart():
    ids = {
        read_one("a.jsonl", json_lines({"text": "A fire.", **fields})).id
        for fields in ({}, {"title": "Mill burns"}, {"desk": "city"}, {"desk": "wire"})
    }
    assert len(ids) == 4


def test_the_id_of_an_article_stays_what_it_was_when_it_was_first_indexed():
    assert read_one("a.jsonl", json_lines({"text": "A fire.", "title": "Mill burns"})).id == "fad24bca9992742a"


# --- dates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "2022-04-25",
        "2022-04-25T10:00:00Z",
        "20220425",
        "25/04/2022",
        "04/25/2022",
        "25.04.2022",
        "25 April 2022",
        "April 25, 2022",
        "Apr. 25, 2022",
        "Monday 25 April 2022 10:30",
        date(2022, 4, 25),
        datetime(2022, 4, 25, 23, 59),
    ],
)
def test_certain_dates_are_read(value):
    assert parse_date(value) == date(2022, 4, 25)


def test_a_date_that_reads_the_same_both_ways_is_certain():
    assert parse_date("04/04/2022") == date(2022, 4, 4)


@pytest.mark.parametrize(
    "value",
    [
        "03/04/2022",
        "3.4.2022",
        "2022",
        "April 2022",
        "25 April",
        "Tuesday",
        "31/02/2022",
        "April 31, 2022",
        "",
        2022,
        None,
    ],
)
def test_uncertain_dates_are_none(value):
    assert parse_date(value) is None


_PARTS = st.sampled_from(
    ["Jan", "april", "2022", "25", "10:30", "pm", "BST", "of", "th", ",", "/", "-", ".", "+02:00", "T", "99", "0", "x"]
)


@given(value=st.lists(_PARTS, max_size=8).map(" ".join) | st.text(max_size=60))
@pytest.mark.filterwarnings("ignore")
def test_no_text_makes_the_date_reader_raise(value):
    found = parse_date(value)
    assert found is None or isinstance(found, date)
