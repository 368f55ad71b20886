"""What the web chat does, as plain generators without gradio. Nothing of what a browser sends is trusted."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

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
    Writing,
)
from index import BylineError, Filters
from ui import render
from ui.filters import chips, read_filters
from ui.sources import Exchange, Talk, asked_before, exchange_of, panel
from ui.suggestions import follow_ups
from ui.tuning import tuned

log = logging.getLogger(__name__)


BUSY = "Too many questions are being answered: busy, try again."


class View(NamedTuple):
    """What the page shows: the chat's message and the panel, both HTML (None: the panel stays as it is), what the
    server keeps for this visitor, questions that suggest themselves, and with the last view the whole answer."""

    message: str
    panel: str | None
    talk: Talk
    suggestions: tuple[str, ...] = ()
    answer: Answer | None = None


class Lane:
    """A bounded number of answers that a language model writes at the same time; as many again wait for one."""

    def __init__(self, at_once: int) -> None:
        self._working = threading.Semaphore(at_once)
        self._most = 2 * at_once
        self._lock = threading.Lock()
        self.inside = 0
        """Answers that are written or wait."""

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place, waited for.

        Raises:
            BylineError: enough are waiting.
        """
        with self._lock:
            if self.inside >= self._most:
                raise BylineError(BUSY)
            self.inside += 1
        try:
            with self._working:
                yield
        finally:
            with self._lock:
                self.inside -= 1


def chat(assistant: Assistant, writing: Lane | None = None) -> Callable[..., Iterator[View]]:
    """The handler of the chat: a message in, views of the growing answer out.

    Of ``writing`` a place is taken for what a language model writes: it is not to keep those waiting who want quotes.

    Of the history that the browser sends along only its length is looked at: citations come from the archive alone,
    and what a follow-up leans on from the talk that the server kept.
    """

    def answer(
        message: str,
        history: object = None,
        talk: Talk = Talk(),  # noqa: B008 - frozen
        since: object = None,
        until: object = None,
        outlets: object = None,
        languages: object = None,
        authors: object = None,
        tuning: object = None,
    ) -> Iterator[View]:
        talk = talk.until(asked_before(history))
        key = secrets.token_hex(4)
        try:
            filters = read_filters(since, until, outlets, languages, authors)
            answering = tuned(assistant, tuning)
            with writing.place() if writing and answering.writes else nullcontext():
                yield from _views(answering, message, filters, talk, key)
        except BylineError as error:
            yield _fault(str(error), talk, key)
        except Exception:
            # the page must say that this is a fault and not an answer; what it was is for the log, not for the reader
            log.exception("the chat failed")
            yield _fault("The question could not be answered because of a fault. Run: byline doctor", talk, key)

    return answer


def forgetting(chat: Callable[..., Iterator[View]]) -> Callable[..., Iterator[tuple[View]]]:
    """``chat``, each view alone: nothing else is kept of its answers."""
    return lambda *asked: ((view,) for view in chat(*asked))


def clear() -> tuple[str, Talk]:
    """The panel without anything, and nothing remembered, when the conversation is cleared."""
    return panel(Talk()), Talk()


def _fault(message: str, talk: Talk, key: str) -> View:
    # it counts as a question that was asked, for the browser's history has it
    return View(render.fault_html(message), panel(talk), talk.then(Exchange(key, "", render.Section("", ""))))


def _views(assistant: Assistant, message: str, filters: Filters, talk: Talk, key: str) -> Iterator[View]:
    statements: list[Statement] = []
    searched = 0
    asked: str | None = None
    step = ""
    shown = chips(filters)
    turns = talk.turns
    for event in assistant.stream(message, filters or None, history=turns):
        match event:
            case Rewritten(asked=asked):
                yield _working(asked, shown, "Reading …", talk, key, message)
            case Searching(articles=searched):
                searching = f"Searching {render.count(searched, 'article')} …"
                yield _working(asked, shown, searching, talk, key, message)
            case PassagesFound(hits=hits, seconds=seconds):
                step = render.searched_text(hits, seconds, searched)
                yield _working(asked, shown, step, talk, key, message)
            case Writing(seconds=seconds) if not statements:
                # before the search it is a follow-up that is written out
                doing = f"{step} · writing, {seconds:.0f} s" if step else f"Reading …, {seconds:.0f} s"
                yield _working(asked, shown, doing, talk, key, message)
            case Stated() | Checking() | Writing():
                if isinstance(event, Stated):
                    statements.append(event.statement)
                    if assistant.model is None and len(statements) > 1:
                        # quotes come all at once: to show each costs the server more than to find it
                        continue
                partial = Answer(message, tuple(statements), (), (), searched)
                checking = isinstance(event, Checking)
                html = render.answer_html(
                    partial.numbered(), key, asked=asked, chips=shown, step=step, checking=checking
                )
                # who stops here has the sources of what was said so far
                yield View(html, None, talk.then(exchange_of(partial, key)))
            case Finished(answer=answer):
                declined = answer.status == "declined"
                talk = talk.then(exchange_of(answer, key))
                html = render.answer_html(
                    answer.numbered(),
                    key,
                    answer.reason,
                    declined=declined,
                    asked=answer.asked,
                    notes=answer.notes,
                    dropped=answer.dropped,
                    chips=shown,
                    step=step,
                    nearest=answer.nearest[: render.NEAREST] if declined else (),
                )
                yield View(html, panel(talk), talk, follow_ups(answer), answer)


def _working(asked: str | None, shown: tuple[str, ...], step: str, talk: Talk, key: str, message: str) -> View:
    begun = Exchange(key, message, render.Section("", ""))
    return View(f'<div class="byline-work">{render.work_html(asked, shown, step)}</div>', None, talk.then(begun))
