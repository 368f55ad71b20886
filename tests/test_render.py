"""Answers as HTML and terminal text: everything of articles is escaped, and the marks are the quotes."""

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from factories import marked_article
from hypothesis import given
from hypothesis import strategies as st

from assistant import Answer, Citation, Gap, Note, Statement
from index import Article, ArticleRef, Block, Difference, Passage, SearchHit, Skip, Span, SyncReport, Version
from ui import render

TEXT = """Storm closes harbour

The harbour closed on Monday. Two boats sank, the port said. Nobody was hurt.

Divers will look for the boats on Friday. “We hope for calm weather,” said Mayor Alma Reyes.
"""


class Page(HTMLParser):
    """HTML taken apart: its tags with attributes, its text, and which of the text stands within a mark."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags = []
        self.text = ""
        self.quoted = []
        self.marks = []
        self._open = []
        self.feed(html)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "br":
            return
        self._open.append(tag)
        if tag == "mark":
            self.marks.append("")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "blockquote" in self._open:
            within = "mark" in self._open
            self.quoted += [(character, within) for character in data if not character.isspace()]
        if "mark" in self._open:
            self.marks[-1] += data
        self.text += data

    def comments(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_comment = handle_decl = handle_pi = unknown_decl = comments


def article_of(text=TEXT, **facts):
    return replace(marked_article(text), **facts)


def cite(article, words):
    start = article.text.index(words)
    return Citation(article, start, start + len(words))


def stated(article, *quotes):
    return tuple(Statement(" ".join(quote.split()), (cite(article, quote),)) for quote in quotes)


def hit_of(article, first=0, last=None, rank=1):
    sentences = article.sentences[first:last]
    start, end = sentences[0].start, sentences[-1].end
    passage = Passage(f"{article.id}:{first}", article.id, first, start, end, article.text[start:end], "A heading")
    return SearchHit(passage, article, 1 / (60 + rank), rank, None)


def answer_of(article, *quotes, hits=None, gaps=()):
    hits = (hit_of(article),) if hits is None else tuple(hits)
    return Answer("What happened?", stated(article, *quotes), tuple(gaps), hits, 7)


def panel(answer, key="k"):
    return render.panel_html([render.section(answer, key)])


def leading_out(page):
    """The links that do not lead to somewhere on the page itself."""
    return [found for tag, found in page.tags if tag == "a" and not found["href"].startswith("#source-k-")]


def plain_characters(text):
    return [c for c in text if unicodedata.category(c) != "Cc"]


# --- HTML ------------------------------------------------------------------------------------------------------------


def test_a_mark_covers_the_quote_and_nothing_else():
    article = article_of()
    page = Page(panel(answer_of(article, "Two boats sank, the port said.")))
    assert page.marks == ["Two boats sank, the port said."]
    assert "".join(character for character, _ in page.quoted).startswith("TheharbourclosedonMonday.Twoboats")


@given(st.data())
def test_every_character_is_marked_if_and_only_if_it_is_quoted(data):
    article = article_of()
    sentences = data.draw(st.lists(st.sampled_from(article.sentences), min_size=1, max_size=4, unique=True))
    quotes = [article.text[s.start : s.end] for s in sentences]
    hit = hit_of(article)
    page = Page(panel(answer_of(article, *quotes, hits=[hit])))
    expected = [
        (article.text[at], any(s.start <= at < s.end for s in sentences))
        for at in range(hit.passage.start, hit.passage.end)
        if not article.text[at].isspace()
    ]
    assert page.quoted == expected


def test_a_quote_with_line_breaks_is_marked_whole():
    wrapped = (
        "Storm closes harbour\n\nThe harbour of the town closed on Monday after two of the boats\n"
        "that lay at its entrance sank in the storm, as the port authority\nsaid in the evening. Nobody was hurt.\n"
    )
    article = article_of(wrapped)
    quote = article.text[article.sentences[0].start : article.sentences[0].end]
    assert quote.count("\n") == 2
    page = Page(panel(answer_of(article, quote)))
    assert [character for character, within in page.quoted if within] == [c for c in quote if not c.isspace()]
    assert "".join(page.marks[0].split()) == "".join(quote.split())


def test_marks_are_numbered_as_the_answer_numbers_them_and_its_links_lead_to_them():
    article = article_of()
    answer = answer_of(article, "Nobody was hurt.", "The harbour closed on Monday.")
    links = [at["href"] for tag, at in Page(render.answer_html(answer.numbered(), "k")).tags if tag == "a"]
    page = Page(panel(answer))
    anchors = {at["id"]: mark for (tag, at), mark in zip(_marks(page), page.marks, strict=True)}
    assert links == ["#source-k-1", "#source-k-2"]
    assert anchors == {"source-k-1": "Nobody was hurt.", "source-k-2": "The harbour closed on Monday."}


def _marks(page):
    return [(tag, attributes) for tag, attributes in page.tags if tag == "mark"]


def test_quotes_of_one_passage_are_shown_in_it_once_and_others_beside_it():
    article, other = article_of(), article_of("Mill burns\n\nThe mill burned on Tuesday. It was empty.\n")
    answer = Answer(
        "?",
        (
            *stated(article, "Nobody was hurt.", "Two boats sank, the port said."),
            *stated(other, "The mill burned on Tuesday."),
        ),
        (),
        (hit_of(article), hit_of(other)),
        2,
    )
    page = Page(panel(answer))
    assert sum(tag == "blockquote" for tag, _ in page.tags) == 2
    assert len(page.marks) == 3


def test_a_quote_outside_every_passage_is_shown_with_the_sentences_around_it():
    article = article_of()
    page = Page(panel(answer_of(article, "Nobody was hurt.", hits=[])))
    shown = "".join(character for character, _ in page.quoted)
    assert page.marks == ["Nobody was hurt."]
    assert shown.startswith("TheharbourclosedonMonday.")
    assert len(shown) > len("Nobodywashurt.")


HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> & \'"` </blockquote><!-- --> &lt;b&gt; {{x}} $x$'


@pytest.mark.parametrize("field", ["title", "outlet", "path"])
def test_markup_in_the_facts_of_an_article_is_shown_as_text(field):
    article = article_of(**{"title": "", field: HOSTILE})
    page = Page(panel(answer_of(article, "Nobody was hurt.")))
    assert HOSTILE in page.text
    assert not {"script", "img", "b"} & {tag for tag, _ in page.tags}


def test_markup_in_the_text_of_an_article_is_shown_as_text():
    article = article_of(f"Odd page\n\nThe page said {HOSTILE} on Monday. Nobody was hurt.\n")
    quote = article.text[article.sentences[0].start : article.sentences[0].end]
    answer = answer_of(article, quote, "Nobody was hurt.")
    for page in (Page(panel(answer)), Page(render.answer_html(answer.numbered(), "k"))):
        assert "<script>alert(1)</script>" in page.text
        assert not {"script", "img", "b"} & {tag for tag, _ in page.tags}


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30))
def test_no_text_whatever_makes_a_tag_or_an_attribute_of_its_own(title, middle, heading):
    text = f"A {middle} B."
    article = Article(
        "0" * 16, title, text, outlet=title, path="a.txt", url=title, blocks=(Block(0, len(text), "prose"),)
    )
    passage = Passage("0:0", article.id, 0, 0, len(text), text, heading)
    answer = Answer(
        "?", (Statement(text, (Citation(article, 0, len(text)),)),), (), (SearchHit(passage, article, 1, 1, 1),), 1
    )
    reason = Gap(title, middle).reason
    answered = render.answer_html(
        answer.numbered(), "k", reason, asked=title, chips=(middle,), step=title, nearest=answer.nearest
    )
    opened = (
        render.reader_bar(title, 1, 2, is_cited=True)
        + render.reader_head(article, middle)
        + render.article_html(article, 1, len(text) - 1, f"panel:{heading.replace(':', '')}:1", Span(0, len(text)))
        + render.gone_html(title, middle, title, text, heading)
    )
    html = panel(answer) + answered + opened + render.fault_html(middle)
    allowed = {
        "h2",
        "h3",
        "details",
        "summary",
        "div",
        "article",
        "header",
        "span",
        "p",
        "blockquote",
        "mark",
        "a",
        "strong",
        "br",
        *("q", "cite", "small", "ul", "li", "nav", "button", "h2"),
    }
    attributes = {"class", "id", "tabindex", "href", "aria-label", "target", "rel", "role", "open", "dir"}
    attributes |= {"type", "title", "disabled"} | {
        f"data-{name}" for name in ("to", "key", "number", "close", "copy", "low", "high")
    }
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= allowed
    assert {name for _, found in page.tags for name in found} <= attributes
    assert [c for c in html if unicodedata.category(c) == "Cc" and c not in "\t\n"] == []


def test_the_answer_is_one_block_that_a_markdown_renderer_passes_through():
    article = article_of(
        "Odd page\n\nOne line of it\n    stands apart on Monday and goes on for longer.\n\nNobody was hurt.\n"
    )
    quotes = [article.text[s.start : s.end] for s in article.sentences]
    html = render.answer_html(answer_of(article, *quotes).numbered(), "k", "Nothing\n\nis said.")
    assert "\n" not in html.replace("Nothing\n\nis said.", "")
    assert html.startswith("<div")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.com/",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com@evil.test/",
        "//example.com/",
        "/relative",
        "example.com",
        "https://",
        "https:///path",
        "https://exa mple.com/",
        "https://example.com/\x00",
        "https://[::1",
        "mailto:a@example.com",
        "",
    ],
)
def test_an_address_that_is_no_plain_web_address_is_not_linked(url):
    article = article_of(url=url)
    page = Page(panel(answer_of(article, "Nobody was hurt.")))
    assert render.web_address(url) == ""
    assert leading_out(page) == []
    assert leading_out(Page(render.reader_head(article))) == []


@pytest.mark.parametrize(
    "url", ["https://example.com/a?b=1&c=%22#d", "http://example.com:8080/", 'https://example.com/"onclick="alert(1)']
)
def test_a_web_address_is_linked_and_cannot_break_out_of_its_attribute(url):
    article = article_of(url=url)
    for html in (panel(answer_of(article, "Nobody was hurt.")), render.reader_head(article, "x")):
        (link,) = leading_out(Page(html))
        assert link["href"] == url
        assert (link["rel"], link["target"]) == ("noopener noreferrer", "_blank")
        assert "onclick" not in link


def test_control_characters_are_not_shown():
    text = "Odd page\n\nThe page said \x1b[31mred\x07 and \x9b31m on Monday. Nobody was hurt.\n"
    article = article_of(text, title="A\x1b]0;x\x07 title")
    quote = article.text[article.sentences[0].start : article.sentences[0].end]
    assert "\x1b" in quote
    html = panel(answer_of(article, quote)) + render.fault_html("x\x1b[31m")
    assert [c for c in html if unicodedata.category(c) == "Cc" and c != "\n"] == []
    assert "[31mred" in html


def test_a_declined_answer_looks_different_and_marks_nothing():
    article = article_of()
    hits = [hit_of(article, first, first + 1, rank) for rank, first in enumerate([0, 1, 2, 3, 4], start=1)]
    answered = answer_of(article, "Nobody was hurt.", hits=hits)
    declined = answer_of(article, hits=hits, gaps=[Gap("What happened?", "The archive does not say.")])
    page = Page(panel(declined))
    assert page.marks == []
    assert "None of the nearest passages answers." in page.text
    assert "None of" not in Page(panel(answered)).text
    assert sum(tag == "blockquote" for tag, _ in page.tags) == render.NEAREST < len(hits)
    shown = render.answer_html(declined.numbered(), "k", declined.reason, declined=True)
    assert "byline-declined" in shown
    assert "The archive does not say." in shown
    assert "byline-declined" not in render.answer_html(answered.numbered(), "k")


def test_a_declined_answer_without_any_passage_says_so():
    page = Page(panel(answer_of(article_of(), hits=[])))
    assert "No passage comes near" in page.text
    assert page.marks == []


def test_the_panel_keeps_each_answer_under_its_question_and_opens_the_newest():
    article = article_of()
    newest = replace(answer_of(article, "Nobody was hurt."), question="Was <b>anybody</b> hurt?")
    older = replace(answer_of(article, "The harbour closed on Monday."), question="When did it close?" + " so" * 100)
    page = Page(render.panel_html([render.section(newest, "2"), render.section(older, "1")]))
    assert [at for tag, at in page.tags if tag == "details"] == [
        {"class": "byline-sources", "open": None},
        {"class": "byline-sources"},
    ]
    assert "Was <b>anybody</b> hurt?" in page.text
    assert "When did it close? so" in page.text
    assert "so" * 100 not in page.text.replace(" ", "")
    assert [at["id"] for tag, at in page.tags if tag == "mark"] == ["source-2-1", "source-1-1"]


def test_the_panel_says_what_it_is_for_until_there_is_something_in_it():
    assert "are shown here" in Page(render.panel_html([])).text
    searching = Page(render.panel_html([], "Searched <1> article")).text
    assert "Searched <1> article" in searching
    assert "are shown here" not in searching


def test_a_partial_answer_shows_its_statements_and_its_gap():
    answer = answer_of(article_of(), "Nobody was hurt.", gaps=[Gap("Who paid?", "The archive does not say who paid.")])
    page = Page(render.answer_html(answer.numbered(), "k", answer.reason))
    assert page.text.startswith("Nobody was hurt.")
    assert page.text.endswith("The archive does not say who paid.")


def test_a_fault_looks_like_no_answer():
    html = render.fault_html("The <index> is damaged.")
    (outer, *_) = Page(html).tags
    assert outer == ("div", {"class": "byline-fault", "role": "alert"})
    assert "byline-answer" not in html
    assert "The <index> is damaged." in Page(html).text


def test_what_is_not_prose_within_a_passage_is_set_apart_and_not_marked():
    article = article_of(
        "Storm closes harbour\n\nThe harbour closed on Monday. Two boats sank.\n\nRead more: Ten storms of the year\n\n"
        "Nobody was hurt. Divers will look for the boats.\n"
    )
    hit = hit_of(article)
    page = Page(panel(answer_of(article, "Nobody was hurt.", hits=[hit])))
    apart = [attributes for tag, attributes in page.tags if attributes.get("class") == "byline-not-prose"]
    assert len(apart) == 1
    assert page.marks == ["Nobody was hurt."]
    assert "Readmore:" in "".join(character for character, _ in page.quoted)


# --- terminal --------------------------------------------------------------------------------------------------------


@given(st.text())
def test_plain_text_is_one_line_without_control_characters(text):
    plain = render.plain(text)
    assert len(plain.splitlines()) <= 1
    assert plain_characters(plain) == list(plain)
    assert plain == plain.strip()


def test_each_statement_is_one_line_with_its_number_and_each_source_names_its_offsets():
    article = article_of(TEXT.replace("Two boats sank, the port", "Two boats\nsank, the port"), title="A\ntitle\x1b[2J")
    quotes = [article.text[s.start : s.end] for s in article.sentences[:3]]
    answer = answer_of(article, *quotes)
    lines = render.answer_text(answer).split("\n")
    assert lines[: len(quotes)] == [f"{' '.join(quote.split())} [{n}]" for n, quote in enumerate(quotes, start=1)]
    assert "[1] A title[2J" in lines
    for citation in answer.citations:
        assert any(f"{article.id} · characters {citation.start}–{citation.end}" in line for line in lines)


def test_a_declined_answer_in_the_terminal_gives_the_reason_and_the_nearest_passages():
    article = article_of()
    hits = [hit_of(article, first, first + 1) for first in range(4)]
    text = render.answer_text(answer_of(article, hits=hits, gaps=[Gap("?", "The archive does not say.")]))
    assert text.startswith("The archive does not say.\n\nNearest passages\n")
    assert text.count(article.id) == 3
    assert "Sources" not in text


def test_what_a_follow_up_was_written_out_as_stands_above_the_answer_as_text():
    article = article_of()
    answer = replace(answer_of(article, "Nobody was hurt."), asked="Who is <b>hurt</b>\x1b[2J?")
    assert render.answer_text(answer).startswith("Asked: Who is <b>hurt</b>[2J?\n\nNobody was hurt. [1]\n")
    page = Page(render.answer_html(answer.numbered(), "k", asked=answer.asked))
    assert page.text.startswith("Asked: Who is <b>hurt</b>[2J?Nobody was hurt.")
    assert render.answer_json(answer)["asked"] == answer.asked
    declined = replace(answer_of(article, hits=[], gaps=[Gap("?", "The archive does not say.")]), asked="Why?")
    assert render.answer_text(declined) == "Asked: Why?\n\nThe archive does not say."
    assert "Asked" not in render.answer_text(answer_of(article, "Nobody was hurt."))


def test_an_article_in_the_terminal_has_a_line_for_each_paragraph_and_a_label_where_it_is_not_prose():
    article = article_of(f"{TEXT}\nPost a Comment\n", url="https://example.com/\x1b[2J", authors=("Ann", "Bo\x07"))
    text = render.article_text(article)
    lines = text.split("\n")[-len(article.blocks) :]
    assert [line.split("│")[0].strip() for line in lines] == [
        "" if block.kind == "prose" else block.kind for block in article.blocks
    ]
    assert {block.kind for block in article.blocks} >= {"prose", "title", "furniture"}
    assert plain_characters(text) == [c for c in text if c != "\n"]


def test_passages_in_the_terminal_are_clipped_and_none_is_said():
    article = article_of("Long story\n\n" + "The long road went on and on. " * 60 + "\n")
    text = render.hits_text([hit_of(article)])
    assert len(text.split("\n")) == 3
    assert text.endswith(" …")
    assert len(text) < 500
    assert render.hits_text([]) == "No passage fits."


def test_a_report_counts_and_lists_what_was_skipped_up_to_a_limit():
    skips = tuple(Skip(f"{n}\x1b.txt", "", "empty") for n in range(render.SKIPS_SHOWN + 5))
    report = SyncReport((), (), (), skips, (), (), 3, 3, 9, 0, 1, True, {"read": 0.25, "embed": 0.25})
    first, *rest = render.report_text(report).split("\n")
    assert first == "3 unchanged, 25 skipped · 3 articles, 9 passages · 0.5 s"
    assert rest[0] == "skipped 0.txt: empty"
    assert len(rest) == render.SKIPS_SHOWN + 1
    assert rest[-1].startswith("… and 5 more")


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_an_answer_as_json_holds_each_quote_with_its_offsets_and_what_each_statement_rests_on():
    article = article_of(outlet="The Post", url="https://example.com/")
    answer = answer_of(
        article, "Nobody was hurt.", "The harbour closed on Monday.", gaps=[Gap("Who paid?", "Not said.", ("paid",))]
    )
    data = json.loads(json.dumps(render.answer_json(answer)))
    assert data["status"] == "partly answered"
    assert [statement["citations"] for statement in data["statements"]] == [[1], [2]]
    for citation in data["citations"]:
        assert article.text[citation["start"] : citation["end"]] == citation["quote"]
        assert citation["article"]["id"] == article.id
    assert data["gaps"] == [{"question": "Who paid?", "reason": "Not said.", "missing": ["paid"]}]
    assert data["searched"] == 7


def test_a_report_says_what_changed_and_how_much_of_it_had_to_be_embedded():
    ref = ArticleRef("0" * 16, "Title", "", None, "a.txt")
    report = SyncReport((ref, ref), (ref,), (), (), (), (), 0, 3, 9, 5, 2, True, {"read": 0.25})
    assert render.report_text(report) == "2 added, 1 changed · 3 articles, 9 passages (5 embedded) · 0.2 s"


def test_a_source_is_made_for_each_stretch_with_the_numbers_of_its_quotes():
    article = article_of()
    first, second = cite(article, "Nobody was hurt."), cite(article, "Two boats sank, the port said.")
    (source,) = render.sources([first, second], [hit_of(article)])
    assert source.quotes == ((1, Span(first.start, first.end)), (2, Span(second.start, second.end)))


def test_wrapped_lines_run_on_and_paragraphs_stand_apart():
    text = "The harbour of Lund reopened on Monday after divers cleared\neleven boats.\n\nThe mayor was glad."
    blocks = (Block(0, 73, "prose"), Block(75, len(text), "prose"))
    article = Article("a1", "Harbour", text, blocks=blocks, sentences=(Span(0, 73), Span(75, len(text))))
    hit = SearchHit(Passage("a1:0", "a1", 0, 0, len(text), text), article, 1.0, 1, 1)
    citation = Citation(article, 0, 73)
    section = render.section(Answer("When?", (Statement("x", (citation,)),), (), (hit,), 1), "k")
    assert "divers cleared eleven boats.</mark><br><br>The mayor was glad." in section.body


def test_what_could_steer_a_terminal_is_escaped_in_json_and_left_out_of_text():
    steering = "one\rtwo\x85three \x9b31m \u202egnp.exe"
    assert render.plain(steering) == "one two three 31m gnp.exe"
    dumped = render.json_text({"title": steering})
    assert json.loads(dumped) == {"title": steering}
    assert not set(dumped) & set("\x85\x9b\u202e")


def test_one_is_not_counted_as_many():
    assert render.count(1, "article") == "1 article"
    assert render.count(1200, "article") == "1,200 articles"


# --- copies and versions ---------------------------------------------------------------------------------------------

COPIES = (
    ArticleRef("b" * 16, "Storm shuts harbour", "Tarn Gazette", date(2022, 4, 26), "b.txt"),
    ArticleRef("c" * 16, "Harbour <closed>", "Lund Post", date(2022, 4, 27), "c.txt", url="https://example.com/c"),
    ArticleRef("d" * 16, "Storm shuts harbour again", "Tarn Gazette", date(2022, 4, 28), "d.txt"),
    ArticleRef("e" * 16, "", "", None, "e.txt"),
)
ALSO = "also in: Tarn Gazette (26 April 2022), Harbour <closed> (27 April 2022), e.txt"


def test_a_source_names_each_other_outlet_once_and_its_own_outlet_s_copies_by_title():
    article = article_of(outlet="Lund Post", also_in=COPIES)
    assert render.also_in(article) == ALSO
    assert render.also_in(article_of()) == ""


def test_many_copies_are_counted_beyond_the_first():
    copies = tuple(replace(COPIES[0], id=str(n), outlet=f"Outlet {n}") for n in range(render.COPIES_SHOWN + 3))
    text = render.also_in(article_of(also_in=copies))
    assert text.endswith(", 3 more")
    assert text.count("Outlet") == render.COPIES_SHOWN


def test_an_answer_a_list_of_passages_and_an_article_say_where_else_the_story_stands():
    article = article_of(outlet="Lund Post", also_in=COPIES)
    answer = answer_of(article, "Nobody was hurt.")
    assert f"\n    {ALSO}" in render.answer_text(answer)
    assert f"\n     {ALSO}\n" in render.hits_text([hit_of(article)])
    assert f"\n{ALSO}\n" in render.article_text(article)
    assert "also in" not in render.answer_text(answer_of(article_of(), "Nobody was hurt."))


def test_the_panel_says_where_else_the_story_stands_as_text():
    page = Page(panel(answer_of(article_of(outlet="Lund Post", also_in=COPIES), "Nobody was hurt.")))
    assert ("p", {"class": "byline-also"}) in page.tags
    assert ALSO in page.text
    assert "byline-also" not in panel(answer_of(article_of(), "Nobody was hurt."))


def test_an_article_as_json_lists_its_copies_with_their_urls():
    data = json.loads(json.dumps(render.article_json(article_of(also_in=COPIES))))
    assert [copy["id"] for copy in data["also_in"]] == [copy.id for copy in COPIES]
    assert data["also_in"][1] == {
        "id": "c" * 16,
        "title": "Harbour <closed>",
        "outlet": "Lund Post",
        "published": "2022-04-27",
        "url": "https://example.com/c",
    }
    assert data["also_in"][3]["published"] is None


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"published": date(2022, 4, 26)}, "26 April 2022"),
        ({"published": date(2022, 4, 26), "updated": date(2022, 4, 26)}, "26 April 2022"),
        ({"published": date(2022, 4, 26), "updated": date(2022, 5, 1)}, "26 April 2022 · updated 1 May 2022"),
        ({"saved": datetime(2026, 11, 24, 12, tzinfo=UTC)}, "saved 24 November 2026"),
        ({"published": date(2022, 4, 26), "saved": datetime(2026, 11, 24, 12, tzinfo=UTC)}, "26 April 2022"),
        ({"updated": date(2022, 5, 1)}, "updated 1 May 2022"),
        ({"saved": datetime.max.replace(tzinfo=UTC)}, "saved 31 December 9999"),
        ({}, "outlet and date unknown"),
    ],
)
def test_a_source_has_the_day_it_was_published_or_else_saved_and_when_it_was_updated(facts, line):
    assert render.facts(Article("a1", "Harbour", "x", **facts)) == line


def test_stories_are_listed_with_most_copies_first_the_best_copy_above_the_others():
    alone = ArticleRef("f" * 16, "Mill burns\x1b[2J", "Tarn Gazette", date(2022, 5, 1), "f.txt")
    assert render.stories_text([(alone,), COPIES[:2], COPIES[1:4]]) == (
        f"{'c' * 16}  2022-04-27  Lund Post  Harbour <closed>\n"
        f"    {'d' * 16}  2022-04-28  Tarn Gazette  Storm shuts harbour again\n"
        f"    {'e' * 16}  undated     -  e.txt\n\n"
        f"{'b' * 16}  2022-04-26  Tarn Gazette  Storm shuts harbour\n"
        f"    {'c' * 16}  2022-04-27  Lund Post  Harbour <closed>\n\n"
        f"{'f' * 16}  2022-05-01  Tarn Gazette  Mill burns[2J"
    )
    assert render.stories_text([(alone,)]).count("\n") == 0
    assert render.stories_text([]) == "No article is here."


def versions_of(*changes):
    """An article's versions, newest first."""
    seen = datetime(2022, 4, 26, 12, 30, tzinfo=UTC).astimezone()
    return [
        Version(f"{number}" * 16, f"Title {number}", seen, None, date(2022, 4, 26), None, "a.txt", tuple(differences))
        for number, differences in enumerate(changes)
    ][::-1]


def test_a_history_says_when_what_changed_and_both_wordings_newest_first():
    text = render.history_text(
        versions_of(
            (),
            [
                Difference("changed", "title", "Two hurt", "Three hurt"),
                Difference("changed", "text", "Two were hurt.\x07", "Three were hurt."),
                Difference("added", "text", "", "The road is closed."),
                Difference("removed", "text", "It is open.", ""),
            ],
            (),
        )
    )
    newest, second, first = text.split("\n\n")
    when = f"26 April 2022, {datetime(2022, 4, 26, 12, 30, tzinfo=UTC).astimezone():%H:%M}"
    assert newest == f"{when} · Title 2 · {'2' * 16}\n  nothing that the article itself says"
    assert [line.split() for line in second.split("\n")[1:]] == [
        ["was", "title", "Two", "hurt"],
        ["now", "title", "Three", "hurt"],
        ["was", "Two", "were", "hurt."],
        ["now", "Three", "were", "hurt."],
        ["added", "The", "road", "is", "closed."],
        ["removed", "It", "is", "open."],
    ]
    assert first == f"{when} · Title 0 · {'0' * 16}\n  the first version seen"
    assert render.history_text([]) == "No version is known."


def test_a_history_fits_on_a_screen_and_still_shows_where_long_wordings_part():
    long = "The road through the valley was closed " * 30
    many = [Difference("added", "text", "", f"Sentence {n}.") for n in range(render.DIFFERENCES_SHOWN)]
    change = Difference("changed", "text", f"{long}for two days.", f"{long}for three days.")
    text = render.history_text(versions_of((), [change, *many]))
    lines = text.split("\n")
    assert lines[1].endswith("for two days.") and lines[2].endswith("for three days.")
    assert max(map(len, lines)) < render.WORDING + 40
    assert "  … and 1 more; --json lists them all" in lines
    assert len(json.loads(json.dumps(render.history_json(versions_of((), [change, *many]))))[0]["differences"]) == 13


def test_a_wording_that_only_grew_shows_what_it_grew_by():
    long = "The road through the valley was closed " * 30
    text = render.history_text(versions_of((), [Difference("changed", "text", long, f"{long}for two days.")]))
    assert text.split("\n")[2].endswith("for two days.")


def test_no_text_ends_the_block_of_html_that_it_stands_in():
    text = "Who?\n\n![x](http://192.0.2.1/x.png)\r\n\r\n# y"
    notes = [Note("read as", text)]
    html = render.answer_html([], "k", text, asked=text, notes=notes, chips=[text], step=text)
    assert not any(end in html + render.fault_html(text) for end in "\n\r\u2028")


@given(st.text())
def test_a_question_is_the_same_after_it_was_shown(text):
    assert render.typed(render.unread(text)) == text.replace("\u2060", "")


@pytest.mark.parametrize(
    "markup", ["<img src=x>", "![x](y)", "[x](y)", "[x]: //y", "http://x.example", "a@b.example", "&lt;"]
)
def test_a_question_shows_no_markup(markup):
    shown = render.unread(markup)
    for begins in ("<i", "![", "](", "]:", "://", "@b", "&l"):
        assert begins not in shown
