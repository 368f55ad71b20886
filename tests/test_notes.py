"""What Byline says itself beside an answer: shown on every surface, escaped, and never as a quote."""

import json

from assistant import Answer, Citation, Gap, Note, Statement
from index import Article
from ui import handlers, render

ARTICLE = Article(id="a1", title="Harbour", text="The harbour opened. Ships came.")
FIRST = Statement("The harbour opened.", (Citation(ARTICLE, 0, 19),), heading="What <b>opened</b>?")
SECOND = Statement("Ships came.", (Citation(ARTICLE, 20, 31),), heading="Who\x1b[31m came?")
NOTES = (Note("reading", "Read as: “<script>\x1b[2J”"),)
ANSWER = Answer("q", (FIRST, SECOND), (), (), 1, (), NOTES)
ABOUT = Answer("hello", (), (), (), 1, (), (Note("archive", "Hello."), Note("archive", "It holds 1 article.")))


def test_an_answer_is_about_the_archive_only_where_nothing_else_is_said():
    assert ABOUT.status == "about"
    assert ABOUT.text == "Hello. It holds 1 article."
    assert Answer("q", (), (), (), 1, (), NOTES).status == "declined"
    assert Answer("q", (), (Gap("q", "No."),), (), 1, (), ABOUT.notes).status == "declined"
    assert Answer("q", (FIRST,), (), (), 1, (), ABOUT.notes).status == "answered"


def test_the_text_of_an_answer_is_what_articles_say():
    assert ANSWER.text == "The harbour opened. [1] Ships came. [2]"


def test_in_the_terminal_notes_come_first_and_headings_above_what_stands_under_them():
    lines = render.answer_text(ANSWER).splitlines()
    assert lines[:7] == [
        "Read as: “<script>[2J”",
        "",
        "What <b>opened</b>?",
        "The harbour opened. [1]",
        "",
        "Who[31m came?",
        "Ships came. [2]",
    ]
    assert render.answer_text(ABOUT) == "Hello.\nIt holds 1 article."
    declined = Answer("q", (), (Gap("q", "No."),), (), 1, (), NOTES)
    assert render.answer_text(declined).splitlines() == [NOTES[0].text.replace("\x1b", ""), "", "No."]


def test_on_the_page_notes_and_headings_are_escaped():
    html = render.answer_html(ANSWER.numbered(), "k", notes=ANSWER.notes)
    assert "<script" not in html
    assert "<b>" not in html
    assert html.index("Read as") < html.index("What &lt;b&gt;opened") < html.index("The harbour opened.")
    assert html.count("byline-part") == 2


def test_a_heading_stands_once_above_all_that_it_heads():
    same = Answer("q", (FIRST, Statement("Ships came.", SECOND.citations, heading=FIRST.heading)), (), (), 1)
    assert render.answer_html(same.numbered(), "k").count("byline-part") == 1
    assert render.answer_text(same).count("opened</b>?") == 1


def test_the_panel_says_that_nothing_was_looked_for():
    body = render.section(ABOUT, "k").body
    assert "about the archive" in body
    assert "comes near" not in body


def test_json_tells_notes_and_headings():
    told = json.loads(render.json_text(render.answer_json(ANSWER)))
    assert told["notes"] == [{"kind": "reading", "text": NOTES[0].text}]
    assert [statement["heading"] for statement in told["statements"]] == [FIRST.heading, SECOND.heading]
    assert render.answer_json(ABOUT)["status"] == "about"


def test_the_command_and_the_page_answer_small_talk(run, nobodys_settings, village_assistant):
    status, out, err = run("ask", "hello", "-a", village_assistant.archive.folder)
    assert status == 0
    assert out.startswith("Hello.\nThe archive holds 7 articles")
    assert err == ""
    html, *_ = list(handlers.chat(village_assistant)("hello"))[-1]
    assert "The archive holds 7 articles" in html
    assert "byline-declined" not in html
