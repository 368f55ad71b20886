"""Feeds: RSS and Atom with whole articles, as sites and readers of feeds save them."""

from __future__ import annotations

import gzip
import socket
from datetime import UTC, date, datetime

import pytest
from factories import LIMIT, read_file, with_marks, write

from index import Archive, Skip
from index.reading import Reading

SENTENCE = "The ferry of Vika sailed again on Monday, and the harbour master of Lund was pleased about it. "
STORY = (
    f"<p>{SENTENCE * 3}</p><p>It had been &#8220;a long winter&#8221;, she said.</p><ul><li>First ferry: 7:00</li></ul>"
)

WORDPRESS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Lund Post</title><link>https://lundpost.example</link><description>News</description>
<item><title>Ferry sails &amp; sails again</title><link>https://lundpost.example/ferry</link>
<dc:creator>Ida Holm</dc:creator>
<pubDate>Mon, 25 Apr 2022 23:30:00 +0200</pubDate><guid isPermaLink="false">https://lundpost.example/?p=7</guid>
<description><![CDATA[The ferry sails again. [&#8230;]]]></description>
<content:encoded><![CDATA[{STORY}]]></content:encoded></item>
<item><title>Mill burns</title><link>https://lundpost.example/mill</link>
<description>The mill of Tarn burned on Tuesday.</description></item>
<item><title>Long description</title><guid>tag:lundpost.example,2022:9</guid>
<description>{SENTENCE * 8}</description></item>
<item><title>Nothing</title><link>https://lundpost.example/nothing</link></item>
</channel></rss>"""

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Tarn Gazette</title><id>urn:tarn</id>
<updated>2022-05-02T08:00:00Z</updated>
<entry><title type="html">Bridge &lt;em&gt;closed&lt;/em&gt;</title><id>urn:tarn:1</id>
<link rel="alternate" href="https://tarn.example/bridge"/><author><name>Olof Brandt</name></author>
<author><name>Alma Reyes</name></author><published>2022-05-01T10:00:00+02:00</published>
<updated>2022-05-02T09:00:00+02:00</updated><summary>Short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>{SENTENCE}</p><p>Second paragraph here.</p></div></content>
</entry>
</feed>"""

RDF = f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel rdf:about="https://ostra.example/"><title>Ostra News</title><link>https://ostra.example/</link></channel>
<item rdf:about="https://ostra.example/school"><title>School hires</title><link>https://ostra.example/school</link>
<dc:date>2022-06-03</dc:date><content:encoded>{SENTENCE}</content:encoded></item></rdf:RDF>"""


def articles(name, content):
    return [found.article for found in read_file(name, content) if isinstance(found, Reading)]


def reasons(name, content):
    return [(skip.locator, skip.reason) for skip in read_file(name, content) if isinstance(skip, Skip)]


def test_an_entry_with_its_whole_text_is_an_article_with_the_feeds_facts():
    ferry, long = articles("news.rss", WORDPRESS)
    assert (ferry.title, ferry.outlet, ferry.authors) == ("Ferry sails & sails again", "Lund Post", ("Ida Holm",))
    assert (ferry.url, ferry.locator) == ("https://lundpost.example/ferry",) * 2
    assert ferry.published_at == datetime(2022, 4, 25, 21, 30, tzinfo=UTC)
    assert ferry.text.split("\n\n")[1:] == ["It had been “a long winter”, she said.", "First ferry: 7:00"]
    assert set(ferry.origins.values()) == {"field"}
    assert (long.title, long.locator) == ("Long description", "tag:lundpost.example,2022:9")


def test_the_text_of_an_entry_is_its_prose():
    reading, *_ = read_file("news.rss", WORDPRESS)
    article = with_marks(reading)
    assert [block.kind for block in article.blocks][:2] == ["prose", "prose"]


def test_an_entry_with_a_summary_alone_is_named():
    assert reasons("news.rss", WORDPRESS) == [
        ("entry 2", "only a summary, not the article"),
        ("entry 4", "no text"),
    ]


@pytest.mark.parametrize("name", ["news.atom", "news.xml", "news.xml.gz"])
def test_atom_is_read_whatever_its_ending(name):
    (bridge,) = articles(name, gzip.compress(ATOM.encode()) if name.endswith(".gz") else ATOM)
    assert (bridge.title, bridge.outlet) == ("Bridge closed", "Tarn Gazette")
    assert bridge.authors == ("Olof Brandt", "Alma Reyes")
    assert (bridge.published, bridge.updated) == (date(2022, 5, 1), date(2022, 5, 2))
    assert bridge.text == f"{SENTENCE.strip()}\n\nSecond paragraph here."


def test_rss_1_0_is_read():
    (school,) = articles("news.rss", RDF)
    assert (school.title, school.published, school.text.strip()) == ("School hires", date(2022, 6, 3), SENTENCE.strip())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252", "iso-8859-1"])
def test_a_feed_is_read_in_its_encoding(encoding):
    declared = encoding.removesuffix("-sig")
    content = RDF.replace('version="1.0"', f'version="1.0" encoding="{declared}"', 1).replace("Ostra", "Östra")
    (school,) = articles("news.rss", content.encode(encoding))
    assert school.outlet == "Östra News"


def test_two_entries_of_one_address_are_told_apart():
    item = f"<item><link>https://a.example/x</link><description>{SENTENCE * 8}</description></item>"
    found = articles("a.rss", f'<rss version="2.0"><channel>{item}{item}</channel></rss>')
    assert [article.locator for article in found] == ["https://a.example/x", "https://a.example/x (2)"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<html><body><p>A page.</p></body></html>", "XML, but no RSS or Atom feed"),
        ("<sitemap><url>https://a.example</url></sitemap>", "XML, but no RSS or Atom feed"),
        ('<rss version="2.0"><channel><title>Empty</title></channel></rss>', "a feed without entries"),
        ("  \n", "empty"),
        ("/etc/passwd", "XML, but no RSS or Atom feed"),
        ("https://a.example/feed", "XML, but no RSS or Atom feed"),
    ],
)
def test_what_is_no_feed_is_named(content, reason):
    assert reasons("a.xml", content) == [("", reason)]


def test_of_a_broken_feed_what_could_be_read_is_kept_and_the_damage_named():
    broken = WORDPRESS[: WORDPRESS.index("<item><title>Long")] + "<item><title>Cut"
    assert [article.title for article in articles("a.rss", broken)] == ["Ferry sails & sails again"]
    assert reasons("a.rss", broken)[-1][1].startswith("damaged (")


def test_no_entity_reads_another_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of Vika")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    content = WORDPRESS.replace("<rss ", f"{doctype}<rss ", 1).replace("long winter", "&x;")
    for encoding in ("utf-8", "utf-16"):
        (skip,) = read_file("a.rss", content.replace("UTF-8", encoding).encode(encoding))
        assert skip.reason == "declares entities of its own, which no feed needs"


def test_entities_that_grow_are_refused():
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    item = "<item><description>&a9;</description></item>"
    doctype = f'<!DOCTYPE rss [<!ENTITY a0 "lol">{levels}]>'
    content = f'<?xml version="1.0"?>{doctype}<rss version="2.0"><channel>{item}</channel></rss>'
    assert reasons("a.rss", content) == [("", "declares entities of its own, which no feed needs")]


def test_an_entry_nested_without_end_harms_no_other():
    deep = "<div>" * 50_000 + "deep" + "</div>" * 50_000
    item = f"<item><title>Deep</title><description><![CDATA[{deep}]]></description></item>"
    content = WORDPRESS.replace("<item><title>Mill", f"{item}<item><title>Mill", 1)
    found = read_file("a.rss", content, 10 * LIMIT)
    assert [f.article.title for f in found if isinstance(f, Reading)] == [
        "Ferry sails & sails again",
        "Long description",
    ]


def test_many_empty_entries_are_bounded():
    content = f'<rss version="2.0"><channel>{"<item/>" * 30_000}</channel></rss>'
    found = reasons("a.rss", content)
    assert found[-1] == ("entry 20001", "more than 20,000 entries; the rest was not read")
    assert len(found) == 20_001


def test_reading_a_feed_opens_no_connection(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    enclosure = (
        '<enclosure url="https://a.example/a.mp3" length="1" type="audio/mpeg"/><link>https://a.example/a</link>'
    )
    assert articles("a.rss", WORDPRESS.replace("<dc:creator>", f"{enclosure}<dc:creator>", 1))


def test_a_feed_is_indexed_with_its_skips_reported(folder, fast):
    write(folder, {"news.rss": WORDPRESS, "news.atom": ATOM})
    report = Archive.open(folder).sync()
    assert {ref.title for ref in report.added} == {"Ferry sails & sails again", "Long description", "Bridge closed"}
    assert [str(skip) for skip in report.skipped] == [
        "news.rss (entry 2): only a summary, not the article",
        "news.rss (entry 4): no text",
    ]
