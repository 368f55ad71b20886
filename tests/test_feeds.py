"""Feeds as blogs, newspapers and agencies write them: which entries are articles, and what is refused of them."""

from __future__ import annotations

import gzip
import socket
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from factories import read_articles, read_file, read_one, read_reading, with_marks, write

from index import Archive, Article, Skip
from index.feeds import FEED_NODES, SUMMARY_WORDS
from index.reading import Reading

HARBOUR = (
    "The harbour of Lund reopened on Monday after divers cleared eleven sunken boats from its entrance.",
    "“We feared that the winter catch was lost,” Mayor Alma Reyes said. The work had cost 2.4 million crowns.",
)
MILL = (
    "A fire destroyed the old paper mill of Tarn on Tuesday night. Nobody was hurt, the fire brigade said.",
    "The mill had stood empty since 1998. Its owner wanted to turn it into a museum.",
)
LONG = tuple(
    f"On day {day} of its session the council of Vika spoke about the ferry, which {day * 7 + 20} people use each day."
    for day in range(1, 8)
)
SUMMARY = "The harbour of Lund has reopened. Divers had cleared its entrance."

BLOG = f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
	xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:wfw="http://wellformedweb.org/CommentAPI/"
	xmlns:dc="http://purl.org/dc/elements/1.1/"
	xmlns:atom="http://www.w3.org/2005/Atom"
	xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
	xmlns:slash="http://purl.org/rss/1.0/modules/slash/"
	>
<channel>
	<title>The Lund Courier</title>
	<atom:link href="https://lund.example/feed/" rel="self" type="application/rss+xml" />
	<link>https://lund.example</link>
	<description>News &#38; views from the harbour</description>
	<lastBuildDate>Tue, 26 Apr 2022 08:00:00 +0000</lastBuildDate>
	<language>en-US</language>
	<generator>https://wordpress.org/?v=6.4.3</generator>
<image>
	<url>https://lund.example/icon.png</url>
	<title>Lund icon</title>
	<link>https://lund.example</link>
</image>
	<item>
		<title>Harbour of Lund reopens &#8211; at last</title>
		<link>https://lund.example/2022/04/harbour/</link>
		<comments>https://lund.example/2022/04/harbour/#comments</comments>
		<dc:creator><![CDATA[Ida Holm]]></dc:creator>
		<pubDate>Mon, 25 Apr 2022 23:30:00 -0500</pubDate>
		<category><![CDATA[City]]></category>
		<category><![CDATA[Sea &amp; ships]]></category>
		<guid isPermaLink="false">https://lund.example/?p=41</guid>
		<description><![CDATA[<p>{SUMMARY} [&#8230;]</p>
<p>The post <a href="https://lund.example/2022/04/harbour/">Harbour</a> appeared first on <a>Courier</a>.</p>
]]></description>
		<content:encoded><![CDATA[<p>{HARBOUR[0]}</p>
<figure class="wp-block-image"><img src="boat.jpg"/><figcaption>A boat. Photo: Mina Karlsson</figcaption></figure>
<h2>A costly winter</h2>
<p>{HARBOUR[1]}</p>
<script>alert("not text")</script>
<p>The post <a href="https://lund.example/2022/04/harbour/">Harbour of Lund reopens</a> appeared first on \
<a href="https://lund.example">The Lund Courier</a>.</p>
]]></content:encoded>
		<wfw:commentRss>https://lund.example/2022/04/harbour/feed/</wfw:commentRss>
		<slash:comments>3</slash:comments>
	</item>
	<item>
		<title>Old paper mill burns</title>
		<link>https://lund.example/2022/04/mill/</link>
		<dc:creator><![CDATA[Olof Brandt and Mina Karlsson]]></dc:creator>
		<pubDate>Tue, 26 Apr 2022 07:15:00 EST</pubDate>
		<guid isPermaLink="false">https://lund.example/?p=42</guid>
		<description><![CDATA[A fire.]]></description>
		<content:encoded><![CDATA[<p>{MILL[0]}</p><p>{MILL[1]}</p>]]></content:encoded>
	</item>
</channel>
</rss>
"""

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <title type="html">Tarn &amp;amp; Vika Echo</title>
  <link rel="self" href="https://tarn.example/feed.atom"/>
  <link rel="alternate" type="text/html" href="https://tarn.example/"/>
  <updated>2022-04-27T09:00:00Z</updated>
  <author><name>The newsroom</name></author>
  <id>urn:uuid:60a76c80</id>
  <entry>
    <title>Mill burns in Tarn</title>
    <link rel="alternate" type="text/html" href="https://tarn.example/mill"/>
    <id>tag:tarn.example,2022:1</id>
    <published>2022-04-26T21:00:00+02:00</published>
    <updated>2022-04-27T10:30:00+02:00</updated>
    <author><name>Ida Holm</name><email>ida@tarn.example</email></author>
    <author><name>Olof Brandt</name></author>
    <category term="fire" label="Fires"/>
    <summary>A fire.</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{MILL[0]}</p><p>{MILL[1]}</p></div></content>
  </entry>
  <entry>
    <title type="html">Harbour &lt;em&gt;reopens&lt;/em&gt;</title>
    <link href="https://tarn.example/harbour"/>
    <id>tag:tarn.example,2022:2</id>
    <updated>2022-04-25T08:00:00Z</updated>
    <content type="html">&lt;p&gt;{HARBOUR[0]}&lt;/p&gt;&lt;p&gt;{HARBOUR[1]}&lt;/p&gt;</content>
  </entry>
  <entry>
    <title>In figures</title>
    <id>tag:tarn.example,2022:3</id>
    <published>2022-04-24T08:00:00Z</published>
    <updated>2022-04-24T08:00:00Z</updated>
    <content type="text">{MILL[0]}

Of the rooms, 3 &lt; 5 were saved.</content>
  </entry>
</feed>
"""

AGENCY = f"""<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel rdf:about="https://vika.example/"><title>Vika Wire</title><link>https://vika.example/</link>
<description>All of it</description>
<items><rdf:Seq><rdf:li rdf:resource="https://vika.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://vika.example/1"><title>Ferry to be kept</title><link>https://vika.example/1</link>
<dc:date>2004-03-02T23:15:00+09:00</dc:date><dc:creator>Ida Holm</dc:creator>
<dc:creator>Olof Brandt</dc:creator>
<content:encoded><![CDATA[<p>{LONG[0]}</p><p>{LONG[1]}</p>]]></content:encoded></item>
</rdf:RDF>
"""


def rss(*items: str, head: str = "", more: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{head}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>Lund Courier</title><link>https://lund.example/</link>{more}{''.join(items)}</channel></rss>"
    )


def item(body: str = f"<p>{HARBOUR[0]}</p>", link: str = "https://lund.example/1", more: str = "") -> str:
    return (
        f"<item><title>Harbour reopens</title><link>{link}</link>{more}"
        f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
    )


def described(text: str, more: str = "") -> str:
    return (
        f"<item><title>Ferry</title><link>https://lund.example/2</link><description>{text}</description>{more}</item>"
    )


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def articles(content, name="news.rss") -> list[Article]:
    found = read_articles(name, content)
    assert all(isinstance(article, Article) for article in found), found
    return found


def reason(content, name="news.xml") -> str:
    (skip,) = read_file(name, content)
    assert isinstance(skip, Skip)
    return skip.reason


# --- what feeds hold -------------------------------------------------------------------------------------------------


def test_each_post_of_a_blog_is_an_article_with_its_facts():
    harbour, mill = articles(BLOG)
    assert (harbour.title, harbour.outlet) == ("Harbour of Lund reopens – at last", "The Lund Courier")
    assert harbour.url == harbour.locator == "https://lund.example/2022/04/harbour/"
    assert (harbour.authors, mill.authors) == (("Ida Holm",), ("Olof Brandt", "Mina Karlsson"))
    assert harbour.published == date(2022, 4, 25)  # as the feed writes it, not as it was in Greenwich
    assert harbour.published_at == datetime(2022, 4, 25, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert mill.published_at == datetime(2022, 4, 26, 12, 15, tzinfo=UTC)
    assert harbour.updated is None
    assert set(harbour.origins.values()) == {"field"}
    assert harbour.fields == {"id": "https://lund.example/?p=41", "categories": ["City", "Sea & ships"]}
    assert lines(mill.text) == list(MILL)


def test_the_structure_of_a_post_tells_captions_headings_and_the_notice_of_the_feed():
    reading = read_file("news.rss", BLOG)[0]
    article = with_marks(reading)
    assert "not text" not in article.text
    kinds = {article.text[block.start : block.end]: block.kind for block in article.blocks}
    assert kinds["A costly winter"] == "heading"
    assert kinds["A boat. Photo: Mina Karlsson"] == "caption"
    assert kinds["The post Harbour of Lund reopens appeared first on The Lund Courier."] == "furniture"
    assert [article.text[span.start : span.end] for span in article.prose] == list(HARBOUR)


def test_an_atom_feed_gives_xhtml_html_and_plain_text():
    mill, harbour, figures = articles(ATOM, "tarn.atom")
    assert (mill.title, mill.outlet, mill.locator) == (
        "Mill burns in Tarn",
        "Tarn & Vika Echo",
        "https://tarn.example/mill",
    )
    assert mill.authors == ("Ida Holm", "Olof Brandt")
    assert mill.published_at == datetime(2022, 4, 26, 19, tzinfo=UTC)
    assert (mill.updated, mill.updated_at) == (date(2022, 4, 27), datetime(2022, 4, 27, 8, 30, tzinfo=UTC))
    assert mill.fields == {"id": "tag:tarn.example,2022:1", "categories": ["Fires"]}
    assert (lines(mill.text), lines(harbour.text)) == (list(MILL), list(HARBOUR))
    assert harbour.title == "Harbour reopens"
    assert figures.text == f"{MILL[0]}\n\nOf the rooms, 3 < 5 were saved."
    assert figures.locator == "tag:tarn.example,2022:3"


def test_what_an_atom_entry_does_not_say_its_feed_does_and_an_update_is_no_publication():
    harbour = articles(ATOM, "tarn.atom")[1]
    assert harbour.authors == ("The newsroom",)
    assert (harbour.published, harbour.updated) == (None, date(2022, 4, 25))


def test_rss_1_keeps_its_date_and_authors_in_dublin_core():
    (article,) = articles(AGENCY, "vika.xml")
    assert (article.title, article.outlet, article.authors) == (
        "Ferry to be kept",
        "Vika Wire",
        ("Ida Holm", "Olof Brandt"),
    )
    assert (article.published, article.updated) == (date(2004, 3, 2), None)
    assert article.published_at == datetime(2004, 3, 2, 14, 15, tzinfo=UTC)
    assert lines(article.text) == list(LONG[:2])


def test_rss_0_91_with_netscape_s_document_type_and_html_s_entities_is_read_whole():
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.example/rss.dtd">'
    )
    text = " ".join(LONG)
    content = (
        f'<?xml version="1.0" encoding="iso-8859-1"?>\n<!-- by hand > -->\n{doctype}\n<rss version="0.91"><channel>'
        f"<title>Vika Wire</title><item><title>Caf&eacute; &amp; ferry</title><link>https://vika.example/?a=1&b=2</link>"
        f"<description>The caf&eacute; of &#197;sa &ndash; na\xefve.&nbsp;{text}</description></item></channel></rss>"
    )
    (article,) = articles(content.encode("latin-1"), "vika.xml")
    assert article.title == "Café & ferry"
    assert article.text == f"The café of Åsa – naïve.\xa0{text}"
    assert article.url == "https://vika.example/?a=1&b=2"


def test_html_s_entities_in_a_document_type_are_not_fetched_and_their_letters_known():
    doctype = '<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC "Latin 1" "http://tarn.example/lat1.ent"> %HTMLlat1; ]>'
    (article,) = articles(rss(item(more="<category>caf&eacute;</category>"), head=doctype))
    assert article.fields == {"categories": ["café"]}


def test_a_description_is_an_article_when_it_is_long_and_whole():
    text = " ".join(LONG)
    assert len(text.split()) >= SUMMARY_WORDS
    assert read_one("a.rss", rss(described(text))).text == text
    assert lines(read_one("a.rss", rss(described(f"<![CDATA[<p>{text}</p><p>{MILL[0]}</p>]]>"))).text) == [
        text,
        MILL[0],
    ]


@pytest.mark.parametrize(
    "text",
    [
        SUMMARY,
        " ".join(LONG) + " The captain […]",
        " ".join(LONG) + " The captain ...",
        "<![CDATA[<p>" + " ".join(LONG) + "</p><p><a>Continue reading Ferry to be kept →</a></p>]]>",
        "<![CDATA[<p>" + " ".join(LONG) + " … <a>Read more</a></p>]]>",
    ],
)
def test_a_description_that_is_short_or_cut_off_is_only_a_summary(text):
    article, skip = read_articles("news.rss", rss(item(), described(text)))
    assert isinstance(article, Article)
    assert skip.locator == "https://lund.example/2"
    assert skip.reason.startswith("only a summary (")


def test_the_description_of_a_picture_is_not_taken_for_the_article():
    caption = "<media:content url='a.jpg'><media:description>The ferry at noon.</media:description></media:content>"
    assert reason(rss(described(SUMMARY, caption))).startswith("only a summary")
    text = " ".join(LONG)
    assert read_one("a.rss", rss(described(text, caption))).text == text


@pytest.mark.parametrize(
    "author, names",
    [
        ("<author>holm@lund.example (Ida Holm)</author>", ("Ida Holm",)),
        ("<author>Ida Holm &lt;holm@lund.online&gt;</author>", ("Ida Holm",)),
        ("<author>holm@lund.example</author>", ()),
        ("<author>Ida Holm, Olof Brandt</author>", ("Ida Holm", "Olof Brandt")),
        ("<author>news@lund.example (News)</author><dc:creator>Ida Holm</dc:creator>", ("Ida Holm",)),
        ("", ()),
    ],
)
def test_the_authors_of_rss_are_names_without_their_addresses(author, names):
    declared = author.replace("<dc:creator>", '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">')
    assert read_one("a.rss", rss(item(more=declared))).authors == names


def test_the_source_of_an_entry_is_its_outlet():
    source = '<source url="https://tarn.example/feed">Tarn Echo</source>'
    assert [a.outlet for a in articles(rss(item(more=source), item(link="/2")))] == ["Tarn Echo", "Lund Courier"]


def test_an_address_within_the_site_is_completed_and_any_other_kind_left_out():
    found = articles(rss(item(link="/2022/a?b=1&amp;c=2"), item(link="javascript:alert(1)"), item(link="http://[x/")))
    assert [article.url for article in found] == ["https://lund.example/2022/a?b=1&c=2", "", ""]
    assert [article.locator for article in found[1:]] == ["entry 2", "entry 3"]


def test_a_second_entry_of_the_same_address_is_told_apart():
    found = articles(rss(*[item(f"<p>{line}</p>") for line in LONG[:3]]))
    assert [article.locator for article in found] == [f"https://lund.example/1{n}" for n in ("", " (2)", " (3)")]
    assert len({article.id for article in found}) == 3


def test_an_entry_without_a_title_is_called_by_its_first_sentence():
    content = rss(item(f"<p>{MILL[0]}</p>").replace("<title>Harbour reopens</title>", ""))
    article = read_one("a.rss", content)
    assert article.title == "A fire destroyed the old paper mill of Tarn on Tuesday night."
    assert article.origins["title"] == "text"


def test_dates_of_rss_may_have_two_digits_for_the_year_and_are_not_guessed():
    def published(text):
        return read_one("a.rss", rss(item(more=f"<pubDate>{text}</pubDate>"))).published

    assert published("Sat, 07 Sep 02 00:00:01 GMT") == date(2002, 9, 7)
    assert published("2022-04-25") == date(2022, 4, 25)
    assert published("03/04/2022 10:00") is None
    assert published("Mon, 99 Apr 2022 99:00:00 GMT") is None


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "declared, encoding",
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("windows-1252", "cp1252"),
        ("iso-8859-1", "cp1252"),
        ("windows-1251", "utf-8"),
        ("no-such-encoding", "cp1252"),
    ],
)
def test_a_feed_is_read_in_its_own_encoding(declared, encoding):
    content = rss(item(f"<p>“Café Åsa” – {HARBOUR[0]}</p>"), more="<description>“Åäö”</description>")
    content = content.replace('version="1.0"', f'version="1.0" encoding="{declared}"', 1)
    assert lines(read_one("a.xml", content.encode(encoding)).text) == [f"“Café Åsa” – {HARBOUR[0]}"]


def test_a_feed_may_be_gzipped():
    assert len(articles(gzip.compress(BLOG.encode()), "blog.rss.gz")) == 2
    assert len(articles(gzip.compress(ATOM.encode()), "blog.atom.gz")) == 3


# --- damage ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", ["Arts & Crafts", "A&B", "&nosuch;", "&#0;", "&#xD800;", "&#99999999999;", "\x01\x0b"]
)
def test_an_ampersand_or_a_character_that_xml_does_not_allow_loses_nothing(wrong):
    found = articles(rss(item(), more=f"<category>{wrong}</category>") + "<!-- & -->")
    assert [lines(article.text) for article in found] == [[HARBOUR[0]]]


def test_a_feed_that_was_cut_gives_the_whole_entries_and_says_so():
    cut = BLOG[: BLOG.index("The mill had stood empty")]
    harbour, mill, skip = read_articles("news.rss", cut)
    assert isinstance(harbour, Article)
    assert HARBOUR[1] in harbour.text
    assert isinstance(mill, Skip)
    assert skip.locator == ""
    assert skip.reason.startswith("not well-formed XML (")
    line = cut.count("\n", 0, cut.rindex("<![CDATA[")) + 1
    assert f"line {line})" in skip.reason


def test_entries_after_a_wrong_tag_are_read_and_the_damage_told():
    content = rss(item(more="<b>"), item(f"<p>{MILL[0]}</p>", link="https://lund.example/2"))
    *found, skip = read_articles("news.rss", content)
    assert [lines(article.text) for article in found] == [[HARBOUR[0]], [MILL[0]]]
    assert "mismatched tag" in skip.reason


@pytest.mark.parametrize(
    "content, expected",
    [
        ('<?xml version="1.0"?><urlset><url>a</url></urlset>', "not a feed: its first element is <urlset>"),
        ("<!DOCTYPE html><html><body><p>News</p></body></html>", "not a feed: its first element is <html>"),
        ("The harbour reopened.", "not a feed: it holds no XML"),
        ("<!-- <rss>", "not a feed: it holds no XML"),
        ('<!DOCTYPE rss [<!ELEMENT a "', "not a feed: its document type is not well-formed"),
        (rss(), "a feed without entries"),
        (rss("<item/>"), "no text"),
        ("", "empty"),
        (b"\0\1\2" * 50, "not text (binary data)"),
    ],
)
def test_what_is_no_feed_or_holds_nothing_is_told(content, expected):
    assert reason(content) == expected


# --- hostile feeds ---------------------------------------------------------------------------------------------------


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_arguments):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "socket", refuse)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_whatever_they_stand_for(offline, tmp_path, encoding):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    refusal = "declares entities, which no feed needs"
    for entity in (f'x SYSTEM "{secret.as_uri()}"', 'x SYSTEM "http://tarn.example/x"', 'x "y"', '\n  x  "<b>y</b>"'):
        head = f"<!DOCTYPE rss [ <!-- ]> --><!ENTITY {entity}> ]>"
        assert reason(rss(item("<p>a</p>", more="<category>&x;</category>"), head=head).encode(encoding)) == refusal
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE lolz [<!ENTITY l0 "lol">{laughs}]>'
    assert reason(rss(item(more="<category>&l9;</category>"), head=head).encode(encoding)) == refusal


def test_a_document_type_that_hides_from_the_reader_declares_nothing(offline, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    declaration = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY y "laughing">]>'
    external = f'<!DOCTYPE rss [<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p; ]>'
    uses = item(more="<category>&x;&y;</category>")
    second = rss(uses, head="<!DOCTYPE rss>" + declaration)
    within = rss(declaration, uses)
    for content in (second, within, rss(uses, head=external)):
        found = repr(read_file("a.xml", content))
        assert "the secret words" not in found
        assert "laughing" not in found.replace('y "laughing"', "")


@pytest.mark.parametrize("name", ["/etc/passwd", "file:///etc/passwd", "http://tarn.example/feed.xml"])
def test_a_file_that_holds_an_address_alone_is_no_feed(offline, name):
    assert reason(name) == "not a feed: it holds no XML"


def test_what_a_feed_points_at_is_not_fetched(offline):
    head = '<?xml-stylesheet href="http://tarn.example/a.xsl"?><!DOCTYPE rss SYSTEM "http://tarn.example/a.dtd">'
    body = (
        f'<p>{HARBOUR[0]}</p><img src="http://tarn.example/a.jpg"><link rel="stylesheet" href="http://tarn.example/">'
    )
    more = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="http://tarn.example/a"/>'
    assert lines(read_one("a.rss", rss(item(body, more=more), head=head)).text) == [HARBOUR[0]]


def test_a_hundred_thousand_empty_entries_are_each_skipped():
    content = rss("<item/>" * 100_000, item()).encode()
    found = read_file("a.rss", content, limit=1 << 30)
    assert len(found) == 100_001
    assert {skip.reason for skip in found[:-1]} == {"no text"}
    assert isinstance(found[-1], Reading)


def test_an_entry_nested_too_deeply_does_not_take_the_others_with_it():
    deep = "<blockquote>" * 200_000
    skip, reading = read_file("a.rss", rss(item(deep + HARBOUR[0], link="/a"), item()), limit=1 << 30)
    assert (skip.locator, skip.reason) == ("https://lund.example/a", "nested too deeply")
    assert lines(reading.article.text) == [HARBOUR[0]]


def test_more_tags_than_a_feed_may_have_are_refused():
    (skip,) = read_file("a.rss", rss("<a/>" * FEED_NODES), limit=1 << 30)
    assert skip.reason == f"more than {FEED_NODES:,} tags or references"


def test_one_entry_that_is_too_long_does_not_take_the_others_with_it():
    skip, reading = read_file("a.rss", rss(item("word " * 500_000, link="/a"), item()), limit=1 << 30)
    assert "longer than the 2,000,000 characters" in skip.reason
    assert isinstance(reading, Reading)


def test_elements_named_like_the_parser_s_own_lose_no_entry():
    own = "".join(f"<{name}>x</{name}><{name} a='b'/>" for name in ("title_detail", "authors", "tags", "source_detail"))
    for name in ("summary_detail", "content", "authors", "links", "source", "id", "published"):
        own += f"<{name} value='x'>x</{name}>"
    assert isinstance(read_file("a.rss", rss(item(more=own)))[0], Reading)


def test_markup_within_an_article_stays_text():
    text = read_reading(
        "a.rss", rss(item("<p>He wrote &lt;script&gt;alert(1)&lt;/script&gt; on the wall.</p>"))
    ).article.text
    assert text.strip() == "He wrote <script>alert(1)</script> on the wall."


# --- the archive -----------------------------------------------------------------------------------------------------


def test_an_archive_holds_the_articles_of_a_feed_and_names_the_rest(folder):
    write(folder, {"blog.rss": BLOG, "news.xml": rss(described(SUMMARY)), "map.xml": "<urlset/>"})
    archive = Archive.open(folder)
    report = archive.sync()
    assert {(ref.path, ref.locator) for ref in report.added} == {
        ("blog.rss", "https://lund.example/2022/04/harbour/"),
        ("blog.rss", "https://lund.example/2022/04/mill/"),
    }
    assert [(skip.path, skip.reason) for skip in report.skipped] == [
        ("map.xml", "not a feed: its first element is <urlset>"),
        ("news.xml", "only a summary (11 words)"),
    ]
    (hit, *_) = archive.search("Who repaired the harbour of Lund?", k=1)
    assert hit.article.outlet == "The Lund Courier"
