"""The source panel: an article opened at the quoted words, whatever a browser says was clicked."""

import html
import re

import pytest
from factories import write
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant
from ui import handlers
from ui.sources import MOST, WHOLE, Talk, panel, panel_for, window

FERRY = """The ferry of Norby returns

By Ida Holm

The ferry of Norby sails again from Monday on, its owner said.

Repairs

A new engine cost 300,000 crowns.
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """An assistant over one article, and the talk after a question about it."""
    return ask_in(tmp_path_factory.mktemp("asked"))


def ask_in(folder):
    write(folder, {"ferry.txt": FERRY})
    assistant = Assistant.open(folder, sync=True)
    *_, view = handlers.chat(assistant)("When does the ferry of Norby sail again?", None, Talk())
    assert len(view.talk.exchanges[0].places) == 1
    return assistant, view.talk


def opened(assistant, talk, **more):
    return panel_for(assistant.archive, talk, {"key": talk.exchanges[0].key, "number": 1, **more})


def marked(shown):
    return [html.unescape(words) for words in re.findall(r"<mark[^>]*>(.*?)</mark>", shown)]


def test_the_whole_article_is_shown_around_the_quoted_words(asked):
    shown = opened(*asked)
    assert marked(shown) == ["The ferry of Norby sails again from Monday on, its owner said."]
    assert '<h3 dir="auto">Repairs</h3>' in shown
    assert "A new engine cost 300,000 crowns." in shown
    assert "Show more" not in shown
    assert "Source 1 of 1" in shown


def test_the_quote_is_copied_with_its_reference(asked):
    (reference,) = re.findall(r'data-copy="(.*?)"', opened(*asked))
    assert html.unescape(reference).startswith(
        "“The ferry of Norby sails again from Monday on, its owner said.” The ferry of Norby returns. saved "
    )


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"close": "1"},
        {"key": "0" * 8, "number": 1},
        {"number": 0},
        {"number": 2},
        {"number": -1},
        {"number": True},
        {"number": "1; drop"},
        {"number": "9" * 5000},
        {"number": [1]},
        {"key": ["x"], "number": 1},
        {"key": "../../etc/passwd", "number": 1},
    ],
)
def test_what_names_no_mark_of_this_visitor_leads_to_the_list(asked, said):
    assistant, talk = asked
    said = {"key": talk.exchanges[0].key, **said} if said.get("number") else said
    assert panel_for(assistant.archive, talk, said) == panel(talk)


def test_another_visitor_s_mark_leads_nowhere(asked):
    assistant, talk = asked
    shown = panel_for(assistant.archive, Talk(), {"key": talk.exchanges[0].key, "number": 1})
    assert shown == panel(Talk())


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_an_article_that_changed_since_is_not_passed_off_as_what_was_quoted(folder, change):
    assistant, talk = ask_in(folder)
    if change == "gone":
        (assistant.archive.folder / "ferry.txt").unlink()
    else:
        write(assistant.archive.folder, {"ferry.txt": FERRY.replace("Monday", "Friday")})
    write(assistant.archive.folder, {"other.txt": "Mill\n\nThe mill burned.\n"})
    assistant.archive.sync(allow_removals=True)
    shown = opened(assistant, talk)
    assert "has changed or left the archive since" in shown
    assert marked(shown) == ["The ferry of Norby sails again from Monday on, its owner said."]
    assert "Friday" not in shown


def test_a_huge_article_is_sent_in_parts(tmp_path):
    lines = [f"The council of Elvra spoke about item {number} of its budget for an hour.\n\n" for number in range(3600)]
    words = "The lighthouse of Elvra was lit again on Thursday."
    text = f"Notes of Elvra\n\n{''.join(lines[:1200])}{words}\n\n{''.join(lines[1200:])}"
    assert len(text) > MOST + WHOLE
    write(tmp_path, {"huge.txt": text})
    assistant = Assistant.open(tmp_path, sync=True)
    *_, view = handlers.chat(assistant)("When was the lighthouse of Elvra lit again?", None, Talk())
    shown = opened(assistant, view.talk)
    assert marked(shown) == [words]
    assert len(shown) < 2 * WHOLE
    (low, high), *_ = re.findall(r'data-low="(\d+)" data-high="(\d+)">Show more', shown)
    more = opened(assistant, view.talk, low=low, high=high)
    assert len(shown) < len(more) < 3 * WHOLE
    assert len(opened(assistant, view.talk, low="0", high="9" * 9)) < 2 * MOST


@given(
    st.integers(0, 3_000_000),
    st.integers(0, 3_000_000),
    st.integers(0, 3_000_000),
    st.none() | st.integers(-5, 4_000_000),
    st.none() | st.integers(-5, 4_000_000),
)
def test_what_is_shown_lies_within_the_article_and_is_never_too_much(length, one, other, low, high):
    start, end = sorted((min(one, length), min(other, length)))
    first, last = window(length, start, end, low, high)
    assert 0 <= first <= last <= length
    assert last - first <= max(MOST, WHOLE)
    if low is None:
        assert first <= start
        assert last >= min(end, start + 1)
