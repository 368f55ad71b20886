"""What the web chat does, as plain generators without gradio. Nothing of what a browser sends is trusted."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator

from assistant import Answer, Assistant, Finished, PassagesFound, Searching, Stated, Statement
from index import BylineError
from ui import render

log = logging.getLogger(__name__)

SECTIONS = 20
"""Answers whose sources stay in the panel, newest first."""

Sections = tuple[render.Section, ...]
"""The panel's sections, kept by the server for each visitor."""

View = tuple[str, str, Sections]
"""What the page shows: the chat's message and the panel, both HTML, and the sections to be kept."""


def chat(assistant: Assistant) -> Callable[[str, object, Sections], Iterator[View]]:
    """The handler of the chat: a message in, views of the growing answer out.

    The history that the browser sends along is not looked at: citations come from the archive alone.
    """

    def answer(message: str, _history: object = None, sections: Sections = ()) -> Iterator[View]:
        try:
            yield from _views(assistant, message, sections)
        except BylineError as error:
            yield render.fault_html(str(error)), render.panel_html(sections), sections
        except Exception:
            # the page must say that this is a fault and not an answer; what it was is for the log, not for the reader
            log.exception("the chat failed")
            fault = render.fault_html("The question could not be answered because of a fault. Run: byline doctor")
            yield fault, render.panel_html(sections), sections

    return answer


def clear() -> tuple[str, Sections]:
    """The panel without anything, when the conversation is cleared."""
    return render.panel_html(()), ()


def _views(assistant: Assistant, message: str, sections: Sections) -> Iterator[View]:
    key = secrets.token_hex(4)
    statements: list[Statement] = []
    searched = 0
    panel = render.panel_html(sections)
    for event in assistant.stream(message):
        match event:
            case Searching(articles=searched):
                yield render.note_html("Searching …"), panel, sections
            case PassagesFound(hits=hits, seconds=seconds):
                panel = render.panel_html(sections, render.searched_text(hits, seconds, searched))
                yield render.note_html("Reading …"), panel, sections
            case Stated(statement=statement):
                statements.append(statement)
                partial = Answer(message, tuple(statements), (), (), searched)
                yield render.answer_html(partial.numbered(), key), panel, sections
            case Finished(answer=answer):
                declined = answer.status == "declined"
                sections = (render.section(answer, key), *sections)[:SECTIONS]
                message_html = render.answer_html(
                    answer.numbered(), key, answer.reason, declined=declined, notes=answer.notes
                )
                yield message_html, render.panel_html(sections), sections
