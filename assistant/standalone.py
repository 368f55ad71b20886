"""A follow-up as a language model writes it out, used only where nothing in it is the model's own.

The model is asked where the built-in rewriting (:mod:`assistant.followups`) finds a follow-up, and never otherwise. Its
question is read by the search and by the model that writes, and it is shown to the reader, so it is checked like
anything that a model says: every word of it, names, numbers and days above all, stands in the follow-up or in the
conversation, or only joins them; it asks what the follow-up asks and loses no word of it; it is one question, and no
order. What fails this is not mended: the built-in rewriting serves, and a note says why.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from assistant.errors import ModelError
from assistant.followups import is_question, stands_alone
from assistant.instructions import instructs, is_instruction
from assistant.mentions import names_in
from assistant.models import WAITING, Model
from assistant.parsing import Drafting
from assistant.prompting import standalone_prompt
from assistant.questions import INTERROGATIVE
from assistant.types import Note, Turn, Writing
from index import term_of

TOKENS = 96
"""Tokens that a model may say; the longest question that is taken has about half as many."""

SHARE = 0.25
"""Of the time that a model may take for an answer: the search has not begun by then."""

BACK = 3
"""Turns that a model is given: as many as the built-in rewriting looks back."""

SHOWN = 3
"""Statements of each turn that it is given."""

LONGEST = 40
"""Words of a question that is taken: the longest follow-up has 24, and what it leans on is named in the rest."""

_WORD = re.compile(r"\d[\d.,]*\d|[^\W_]+(?:['’.-][^\W_]+)*")
_ADDRESS = re.compile(r"://|\]\(|\bwww\.", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_CUT_SHORT = re.compile(r"\b(?:what|how) about\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|no|never|none|nobody|nothing|without|neither|nor)\b|n['’]t\b", re.IGNORECASE)
# what points, in place of which a thing is named
_POINTING = frozenset("happen one exact realli thing now then".split())
_SAME = {"whom": "who", "whose": "who", "which": "what"}


@dataclass(frozen=True, slots=True)
class Standalone:
    """The question that is asked in place of a follow-up, and what the reader should know of how it came about."""

    asked: str
    notes: tuple[Note, ...] = ()


def written_out(
    model: Model, question: str, asked: str, history: Sequence[Turn]
) -> Generator[Writing, None, Standalone]:
    """What ``model`` makes of a follow-up, checked; ``asked``, the built-in rewriting, where it fails or nothing
    passes. Writing is told several times a second meanwhile; closing the generator stops the model.

    Args:
        model: what is asked.
        question: the follow-up.
        asked: the same as the built-in rewriting has it.
        history: the turns before it, oldest first; at least one.
    """
    turns = [_exchange(turn) for turn in history[-BACK:]]
    try:
        said = yield from _said(model, question, turns)
    except ModelError as error:
        return Standalone(asked, (Note("reading", f"{error} The follow-up was written out without it."),))
    fault = flaw(said, question, turns)
    if fault:
        told = f"The model wrote the follow-up out, but {fault}. It was written out without the model."
        return Standalone(asked, (Note("reading", told),))
    return Standalone(said)


def flaw(said: str, question: str, turns: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Why a model's question cannot be asked in place of a follow-up, in none of its words; ``""`` if it can.

    Args:
        said: what the model wrote, one sentence without markup; ``""`` where it wrote anything else.
        question: the follow-up.
        turns: for each turn what was asked and the sentences that were shown.
    """
    if not said:
        return "not as one question"
    if len(said.split()) > LONGEST:
        return "as too long a question"
    if not is_question(said) or is_instruction(said):
        return "not as one question"
    material = " \n ".join([question, *(text for asked, shown in turns for text in (asked, *shown))])
    if not _is_made_of(said, material):
        return "with something that nobody spoke of"
    if not _asks_the_same(said, question):
        return "it asks something else"
    if not stands_alone(said):
        return "it still leans on what was said before"
    return ""


def _exchange(turn: Turn) -> tuple[str, Sequence[str]]:
    """What was asked in a turn, and its first statements; what an article says that speaks to a machine is left out."""
    shown = [
        statement.text
        for statement in turn.answer.statements
        if not any(instructs(citation.article) for citation in statement.citations)
    ]
    # a turn's question may name a headline: "the second one"
    asked = turn.answer.question if is_instruction(turn.question) else turn.question
    return asked, shown[:SHOWN]


def _said(model: Model, question: str, turns: Sequence[tuple[str, Sequence[str]]]) -> Generator[Writing, None, str]:
    """The one sentence that the model says; ``""`` where it says none, or more than one."""
    prompt = standalone_prompt(question, turns, model.window - TOKENS)
    drafting = Drafting()
    drafts = []
    tail = ""
    began = told = time.monotonic()
    with closing(model.write(prompt, SHARE * model.seconds, TOKENS)) as pieces:
        for piece in pieces:
            # where a reader can stop it
            if time.monotonic() - told >= WAITING:
                told = time.monotonic()
                yield Writing(told - began)
            drafts += drafting.feed(piece)
            tail = tail[-3:] + piece
            if drafting.ended or len(drafts) > 1 or _ADDRESS.search(tail):
                return ""
    drafts += drafting.close()
    return drafts[0].text.strip("“”\"' ") if len(drafts) == 1 and not drafts[0].numbers else ""


def _is_made_of(said: str, material: str) -> bool:
    """Whether every word and every name of ``said`` stands in ``material``, or is one that only joins others."""
    known = _words(material)
    exact = {word.casefold() for word in known}
    terms = {term_of(word) for word in known}
    for at, word in enumerate(_words(said)):
        is_plain = word.islower() or at == 0
        joins = is_plain and not word[0].isdigit() and term_of(word) in ("", *terms)
        if word.casefold() not in exact and not joins:
            return False
    flat = f" {' '.join(known).casefold()} "
    return all(f" {' '.join(_words(name.text)).casefold()} " in flat for name in names_in(said))


def _asks_the_same(said: str, question: str) -> bool:
    """Whether nothing of a follow-up is lost: its words that are more than pointers, what it asks for, and "not"."""
    wanted = {term_of(word) for word in _words(question)} - {""} - _POINTING
    if not wanted <= {term_of(word) for word in _words(said)}:
        return False
    if bool(_NOT.search(question)) != bool(_NOT.search(said)):
        return False
    asking = [] if _CUT_SHORT.search(question) else _asking(question)
    said_asking = _asking(said)
    # what is cut short asks as the turn before did: "And in Lund?"
    return not asking or (set(asking) <= set(said_asking) and said_asking[0] in asking)


def _asking(text: str) -> list[str]:
    return [_SAME.get(word.lower(), word.lower()) for word in INTERROGATIVE.findall(text)]


def _words(text: str) -> list[str]:
    return [_POSSESSIVE.sub("", word) for word in _WORD.findall(text)]
