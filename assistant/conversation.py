"""A conversation: questions asked in turn, and what is answered from the turns before instead of by a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from assistant.attribution import is_bare_quotation
from assistant.followups import FollowUp, Wants
from assistant.instructions import is_bidden
from assistant.types import Answer, Citation, Event, Finished, Gap, Judgement, Note, Rewritten, Stated, Statement, Turn
from assistant.writers import before, leans, state
from index import Filters, Span

if TYPE_CHECKING:
    from assistant.assistant import Assistant

TURNS = 5
"""Turns that a conversation remembers, each with the passages found; a follow-up looks back at fewer."""


class Conversation:
    """Questions asked in turn, each after those before it. For one person: not to be shared by threads."""

    def __init__(
        self,
        assistant: Assistant,
        filters: Filters | None = None,
        as_of: date | None = None,
        turns: Sequence[Turn] = (),
    ) -> None:
        """Args: assistant: who answers. filters, as_of: of every question, as for :meth:`Assistant.ask`. turns: those
        of a conversation that goes on, oldest first."""
        self._assistant = assistant
        self._filters = filters
        self._as_of = as_of
        self._turns: tuple[Turn, ...] = tuple(turns)[-TURNS:]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The last turns, oldest first, at most ``TURNS`` of them."""
        return self._turns

    def ask(self, question: str) -> Answer:
        """Answer a question or a follow-up, and remember it.

        Raises:
            As :meth:`Assistant.ask`; nothing is remembered then.
        """
        answer = self._assistant.ask(question, self._filters, self._as_of, self._turns)
        self._turns = remembered(self._turns, answer)
        return answer

    def clear(self) -> None:
        """Forget every turn."""
        self._turns = ()


def remembered(turns: Sequence[Turn], answer: Answer) -> tuple[Turn, ...]:
    """``turns`` with one more, the oldest forgotten beyond ``TURNS``."""
    return (*turns, Turn(answer))[-TURNS:]


def rewritten(question: str, asked: str, events: Iterator[Event], notes: Sequence[Note] = ()) -> Iterator[Event]:
    """What is told while a standalone question is answered in place of ``question``; ``notes`` tell of that."""
    yield Rewritten(question, asked)
    for event in events:
        if isinstance(event, Finished):
            answer = event.answer
            event = Finished(replace(answer, question=question, asked=asked, notes=(*notes, *answer.notes)))
        yield event


def from_turns(question: str, meant: FollowUp, history: Sequence[Turn], most: int) -> Iterator[Event]:
    """Answer what asks about the turns of ``history`` themselves: Rewritten, Stated…, Finished, without a search.

    Every statement is one of theirs, or another sentence of an article that they cite.

    Args:
        question: as it was asked.
        meant: how it was understood.
        history: the turns, oldest first; at least one.
        most: how many statements, at most, go on with an article.
    """
    last = next((turn.answer for turn in reversed(history) if turn.answer.statements), history[-1].answer)
    yield Rewritten(question, meant.asked)
    statements: Sequence[Statement] = ()
    if meant.wants == "speaker":
        statements = attributed(last)
    elif meant.wants == "more":
        statements = going_on(last, history, most)
    for statement in statements:
        yield Stated(statement)
    reason = _missing(meant.wants, statements)
    gaps = (Gap(question, reason),) if reason else ()
    judgements = (Judgement(question, last.confidence if statements else 0.0),)
    yield Finished(
        Answer(question, tuple(statements), gaps, last.nearest, last.searched, judgements, asked=meant.asked)
    )


def _missing(wants: Wants, statements: Sequence[Statement]) -> str:
    if wants == "missing":
        return "The last answer has no such part."
    if not statements:
        return "The articles of the last answer say nothing more." if wants == "more" else "Nothing was quoted yet."
    if wants == "speaker" and not any(statement.speaker for statement in statements):
        return "The article names nobody who said this: they are its own words."
    return ""


def attributed(answer: Answer) -> tuple[Statement, ...]:
    """An answer's statements that have a speaker, each after the sentence that names them; all of it where none has."""
    found: list[Statement] = []
    for statement in answer.statements:
        beside = None if statement.speaker else _naming(statement.citations[0])
        if statement.speaker or beside is not None:
            found += [one for one in (beside, statement) if one is not None and one not in found]
    return tuple(found) or answer.statements


def _naming(citation: Citation) -> Statement | None:
    """The sentence beside a citation that says whose words it holds, if it leans on one."""
    article, own = citation.article, Span(citation.start, citation.end)
    earlier = before(article, own)
    if earlier is not None and (leans(citation.quote) or is_bare_quotation(citation.quote)):
        stated = state(article, earlier)
        if stated.speaker:
            return stated
    return None


def going_on(last: Answer, history: Sequence[Turn], most: int) -> tuple[Statement, ...]:
    """What the articles of an answer say next that no turn has quoted: ``most`` sentences."""
    told = {(citation.article.id, citation.start) for turn in history for citation in turn.answer.citations}
    found: list[Statement] = []
    for article in dict.fromkeys(citation.article for citation in last.citations):
        start = max(citation.start for citation in last.citations if citation.article == article)
        for sentence in article.sentences:
            unsaid = sentence.start > start and (article.id, sentence.start) not in told
            if len(found) < most and unsaid and not is_bidden(article, sentence):
                found.append(state(article, sentence))
    return tuple(found)
