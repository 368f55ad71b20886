"""What the web chat does, as plain generators without gradio. Nothing of what a browser sends is trusted."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator

from assistant import (
    Answer,
    Assistant,
    Checking,
    Finished,
    PassagesFound,
    Rewritten,
    Searching,
    Stated,
    Statement,
    Turn,
    Writing,
    remembered,
)
from index import BylineError
from ui import render

log = logging.getLogger(__name__)

SECTIONS = 20
"""Answers whose sources stay in the panel, newest first."""

Sections = tuple[render.Section, ...]
"""The panel's sections, kept by the server for each visitor."""

Turns = tuple[Turn, ...]
"""The turns that a follow-up leans on, kept by the server for each visitor."""

View = tuple[str, str, Sections, Turns]
"""What the page shows: the chat's message and the panel, both HTML, and the sections and turns to be kept."""


def chat(assistant: Assistant) -> Callable[[str, object, Sections, Turns], Iterator[View]]:
    """The handler of the chat: a message in, views of the growing answer out.

    The history that the browser sends along is not looked at: citations come from the archive alone, and what a
    follow-up leans on from the turns that the server kept.
    """

    def answer(message: str, _history: object = None, sections: Sections = (), turns: Turns = ()) -> Iterator[View]:
        try:
            yield from _views(assistant, message, sections, turns)
        except BylineError as error:
            yield render.fault_html(str(error)), render.panel_html(sections), sections, turns
        except Exception:
            # the page must say that this is a fault and not an answer; what it was is for the log, not for the reader
            log.exception("the chat failed")
            fault = render.fault_html("The question could not be answered because of a fault. Run: byline doctor")
            yield fault, render.panel_html(sections), sections, turns

    return answer


def clear() -> tuple[str, Sections, Turns]:
    """The panel without anything, and nothing remembered, when the conversation is cleared."""
    return render.panel_html(()), (), ()


def _views(assistant: Assistant, message: str, sections: Sections, turns: Turns) -> Iterator[View]:
    key = secrets.token_hex(4)
    statements: list[Statement] = []
    searched = 0
    asked: str | None = None
    panel = render.panel_html(sections)
    for event in assistant.stream(message, history=turns):
        match event:
            case Rewritten(asked=asked):
                yield render.note_html(render.asked_text(asked)), panel, sections, turns
            case Searching(articles=searched):
                yield render.note_html("Searching …"), panel, sections, turns
            case PassagesFound(hits=hits, seconds=seconds):
                panel = render.panel_html(sections, render.searched_text(hits, seconds, searched))
                yield render.note_html("Reading …"), panel, sections, turns
            case Writing(seconds=seconds) if not statements:
                yield render.note_html(f"Writing … {seconds:.0f} s"), panel, sections, turns
            case Stated() | Checking() | Writing():
                if isinstance(event, Stated):
                    statements.append(event.statement)
                partial = Answer(message, tuple(statements), (), (), searched)
                checking = isinstance(event, Checking)
                shown = render.answer_html(partial.numbered(), key, asked=asked, checking=checking)
                yield shown, panel, sections, turns
            case Finished(answer=answer):
                declined = answer.status == "declined"
                sections = (render.section(answer, key), *sections)[:SECTIONS]
                turns = remembered(turns, answer)
                message_html = render.answer_html(
                    answer.numbered(),
                    key,
                    answer.reason,
                    declined=declined,
                    asked=answer.asked,
                    notes=answer.notes,
                    dropped=answer.dropped,
                )
                yield message_html, render.panel_html(sections), sections, turns
