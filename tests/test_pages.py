"""Saved web pages: the article found among what the site put around it, its facts, and pages meant to do harm."""

from __future__ import annotations

import functools
import http.server
import socket
import threading
from datetime import date, datetime

import page_templates
import pytest
from factories import chromium, read_file, read_one, read_reading, with_marks, write
from page_templates import HIDDEN_WORDS, KINDS, STORIES, our_lines, scores

from index import Archive, Skip
from index.reading import Reading

PAGE = page_templates.broadsheet(STORIES[0])[0]
BIG = 40_000_000


def test_prose_is_told_from_what_the_site_put_around_it_better_than_by_trafilatura_alone():
    found = scores()
    ours, alone = found["total"]
    assert len(found) == len(KINDS) + 1 >= 9
    assert ours.f1 >= 0.97 > alone.f1, page_templates.table(found)
    assert all(score.recall == 1 for score, _ in found.values()), page_templates.table(found)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_nobody_sees_is_not_in_the_text(kind):
    html, expected = kind(STORIES[1])
    text = read_one("a.html", html).text
    assert not [words for words in HIDDEN_WORDS if words in text]
    assert all(line in text for line in expected)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.place)
def test_linked_data_and_metadata_give_the_facts(story):
    article = read_one("a.html", page_templates.broadsheet(story)[0])
    day = date.fromisoformat(story.day)
    assert (article.title, article.outlet, article.authors) == (story.title, "The Norby Times", (story.author,))
    assert (article.published, article.updated) == (day, day)
    assert article.published_at == datetime.fromisoformat(f"{story.day}T09:30:00+02:00")
    assert article.updated_at == datetime.fromisoformat(f"{story.day}T18:00:00+02:00")
    assert article.url == f"https://norbytimes.example/{story.day}/{story.place.lower()}"
    assert set(article.origins.values()) == {"page metadata"}


def test_where_a_page_says_nothing_of_itself_its_text_gives_the_facts():
    article = read_one("a.html", page_templates.tables(STORIES[2])[0])
    assert (article.authors, article.published) == (("Alma Nilsson",), date(2022, 9, 17))
    assert (article.origins["authors"], article.origins["published"]) == ("text", "text")
    assert article.published_at is None


def test_the_posts_of_a_live_blog_are_kept_apart():
    story = STORIES[0]
    article = with_marks(read_reading("a.html", page_templates.live_blog(story)[0]))
    sections = [
        {line for line in story.prose for s in section.sentences if article.text[s.start : s.end] in line}
        for section in article.sections
    ]
    assert {story.prose[2], story.prose[3]} in sections
    assert {story.prose[4], story.prose[5]} in sections


LINKED = '{"@type": "NewsArticle", "headline": "Ferry sails", "datePublished": "2022-04-25T09:30:00Z"}'


@pytest.mark.parametrize(
    "data",
    [
        f"[{LINKED}]",
        f'{{"@context": "https://schema.org", "@graph": [{{"@type": "WebSite"}}, {LINKED}]}}',
        f"<!-- {LINKED} -->",
        LINKED.replace('"2022-', '"2022-', 1) + ";",
        LINKED.replace("Ferry sails", "Ferry\nsails"),
        LINKED[:-1],
    ],
    ids=["list", "graph", "comment", "semicolon", "line break", "cut"],
)
def test_linked_data_is_read_as_sites_write_it(data):
    html = f'<script type="application/ld+json">{data}</script><p>The ferry of Vika sails again. It was late.</p>'
    article = read_one("a.html", html)
    assert (article.title, article.published) == ("Ferry sails", date(2022, 4, 25))


def test_linked_data_of_another_article_does_not_count():
    other = '{"@type": "NewsArticle", "headline": "Other", "datePublished": "2001-01-01"}'
    data = f'<script type="application/ld+json">{{"@type": "ItemList", "itemListElement": [{other}]}}</script>'
    html = f"<title>Ferry sails</title>{data}<p>The ferry sails. It is late.</p>"
    article = read_one("a.html", html)
    assert (article.title, article.published) == ("Ferry sails", None)


def test_the_address_that_a_browser_noted_is_the_pages():
    comment = "<!-- saved from url=(0041)https://lundpost.example/a%2D%2Db/ferry?x=1 -->"
    article = read_one("a.html", f"<!DOCTYPE html>\n{comment}<html><p>The ferry sails. It is late.</p></html>")
    assert article.url == "https://lundpost.example/a--b/ferry?x=1"
    assert article.outlet == "lundpost.example"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//lundpost.example"]
)
def test_an_address_that_is_none_of_the_web_is_no_address(address):
    html = f'<link rel="canonical" href="{address}"><p>The ferry sails. It is late.</p>'
    assert read_one("a.html", html).url == ""


ENCODED = "<title>Café “Åsa”</title><p>Die Fähre läuft wieder aus — spät. Niemand fürchtete sich.</p>"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="windows-1252">', "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', "cp1252"),
        ('<meta charset="utf-8">', "utf-8"),
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("", "cp1252"),
        ('<meta charset="utf-8">', "cp1252"),
    ],
)
def test_a_page_is_read_in_its_encoding_whatever_it_declares(head, encoding):
    article = read_one("a.html", f"<html><head>{head}{ENCODED}</html>".encode(encoding))
    assert article.title == "Café “Åsa”"
    assert "Die Fähre läuft wieder aus — spät." in article.text


def test_a_japanese_page_is_read_in_its_encoding():
    text = "ルンドの港は月曜日に再開した。市長は喜んだ。"
    html = f'<meta charset="shift_jis"><title>港</title><p>{text}</p>'
    assert text in read_one("a.html", html.encode("shift_jis")).text


# --- saved by a browser -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saved_by_chromium(tmp_path_factory):
    """The address of a page that was served, and what Chromium saved of it."""
    from playwright.sync_api import sync_playwright

    root = tmp_path_factory.mktemp("site")
    (root / "story.html").write_text(PAGE.replace('<link rel="canonical"', '<link rel="nothing"'))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/story.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        session = page.context.new_cdp_session(page)
        content = session.send("Page.captureSnapshot", {"format": "mhtml"})["data"]
        browser.close()
    server.shutdown()
    return address, content


def test_a_page_that_chromium_saved_is_read_with_its_address(saved_by_chromium):
    address, content = saved_by_chromium
    reading = read_reading("story.mhtml", content)
    article = with_marks(reading)
    assert (article.url, article.title) == (address, STORIES[0].title)
    assert [article.text[span.start : span.end] for span in article.prose] == list(STORIES[0].prose)
    assert reading.saved is not None and reading.saved.tzinfo is not None


@pytest.mark.parametrize("name", ["a.mhtml", "a.mht"])
def test_what_is_no_saved_page_is_named(name):
    (skip,) = read_file(name, "just a text, no page at all")
    assert skip.reason == "no web page in it"


# --- meant to do harm -------------------------------------------------------------------------------------------------


def only(found):
    (item,) = found
    return item


def test_a_hundred_thousand_nested_elements_are_read_or_refused_with_the_reason():
    html = "<div>" * 100_000 + "<p>The ferry sails again. It was late.</p>" + "</div>" * 100_000
    item = only(read_file("a.html", html, BIG))
    assert isinstance(item, Reading) or item.reason
    if isinstance(item, Reading):
        assert "The ferry sails again." in item.article.text


def test_twenty_megabytes_of_page_are_refused_or_read():
    picture = f'<img src="data:image/png;base64,{"x" * 12_000_000}">'
    for much in (f"<!-- {'x' * 20_000_000} -->", f"<script>var a = '{'x' * 12_000_000}'</script>", picture):
        article = with_marks(only(read_file("a.html", PAGE.replace("</article>", f"{much}</article>"), BIG)))
        assert [article.text[span.start : span.end] for span in article.prose] == list(STORIES[0].prose)
    long = "<p>" + "The ferry sails again. " * 450_000 + "</p>"
    item = only(read_file("a.html", long, BIG))
    assert isinstance(item, Skip) and "characters that an article may have" in item.reason


@pytest.mark.parametrize(
    "html",
    [
        '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><p>The ferry &x; sails. It is late.</p></html>',
        '<!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><p>The ferry &b; sails. It is late.</p>',
    ],
)
@pytest.mark.parametrize("name", ["a.html", "a.xhtml"])
def test_entities_of_a_page_are_not_followed(html, name):
    text = read_one(name, html).text
    assert "root:" not in text and "lollol" not in text
    assert "It is late." in text


def test_zero_bytes_and_broken_markup_lose_no_paragraph():
    html = (
        "<html><p>The ferry\0 of Vika sails again.<p>It was <b>late<i>.</b></i><p <p>Nobody minded it at all."
        + "\n" * 99
    )
    text = read_one("a.html", html).text
    assert "sails again." in text and "It was late." in text and "Nobody minded it at all." in text


def test_a_page_without_text_is_named():
    assert only(read_file("a.html", "<html><script>var a = 1</script><body></body></html>")).reason == "no text"


def test_reading_a_page_opens_no_connection(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    remote = '<link rel="stylesheet" href="https://a.example/x.css"><img src="https://a.example/x.png">'
    assert our_lines(PAGE.replace("<main>", f"{remote}<main>").replace("<article>", f"{remote}<article>"))


def test_pages_are_indexed_with_their_prose_alone(folder, fast):
    write(folder, {f"{kind.__name__}.html": kind(STORIES[0])[0] for kind in KINDS})
    archive = Archive.open(folder)
    report = archive.sync()
    assert (len(report.added), report.skipped) == (len(KINDS), ())
    hits = archive.search("cookies newsletter sign up", 10)
    assert not [hit for hit in hits if "cookies" in hit.passage.text or "newsletter" in hit.passage.text]
