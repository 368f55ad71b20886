"""What the web chat does, as plain generators without gradio. Nothing of what a browser sends is trusted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from assistant import Answer, Assistant, Finished, PassagesFound, Searching, Stated, Statement
from index import BylineError
from ui import render

log = logging.getLogger(__name__)

View = tuple[str, str]
"""What the page shows: the chat's message and the panel beside it, both HTML."""


def chat(assistant: Assistant) -> Callable[[str, object], Iterator[View]]:
    """The handler of the chat: a message in, views of the growing answer out.

    The history that the browser sends along is not looked at: citations come from the archive alone.
    """

    def answer(message: str, _history: object = None) -> Iterator[View]:
        try:
            yield from _views(assistant, message)
        except BylineError as error:
            yield render.fault_html(str(error)), render.empty_panel_html()
        except Exception:
            # the page must say that this is a fault and not an answer; what it was is for the log, not for the reader
            log.exception("the chat failed")
            yield (
                render.fault_html("The question could not be answered because of a fault. Run: byline doctor"),
                render.empty_panel_html(),
            )

    return answer


def _views(assistant: Assistant, message: str) -> Iterator[View]:
    statements: list[Statement] = []
    searched = 0
    panel = render.empty_panel_html()
    for event in assistant.stream(message):
        match event:
            case Searching(articles=searched):
                yield '<p class="byline-note">Searching …</p>', panel
            case PassagesFound(hits=hits, seconds=seconds):
                panel = render.hits_html(hits, seconds, searched)
                yield '<p class="byline-note">Reading …</p>', panel
            case Stated(statement=statement):
                statements.append(statement)
                partial = Answer(message, tuple(statements), (), (), searched)
                yield render.answer_html(partial.numbered()), panel
            case Finished(answer=answer):
                declined = answer.status == "declined"
                yield render.answer_html(answer.numbered(), answer.reason, declined=declined), render.panel_html(answer)
