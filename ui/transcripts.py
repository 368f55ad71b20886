"""Kept conversations to read elsewhere: in the terminal, as Markdown, as a page that stands by itself, and as JSON.

All text of articles and of people is escaped here. Numbers in brackets count an answer's citations as it was given; one
whose article is gone or says something else now is marked as changed since, never shown as if it were verified.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from html import escape
from importlib.resources import files
from string import Template
from typing import NamedTuple

from assistant import KeptAnswer, KeptCitation, KeptConversation, KeptStatement, Reference, language_name
from ui.render import answer_text, asked_text, count, json_text, plain, web_address

CHANGED = "the article has changed since"

_FINGERPRINT = ("byline", "generation", "contents", "embedder", "writer")
"""What an answer was made with that is told outside of this machine: no setting that is a path of it."""

_MARKDOWN = re.compile(r"([\\`*_\[\]<>&#|~!$@]|(?<=\w):(?=//)|(?<=www)\.)", re.IGNORECASE)
_LIST = re.compile(r"^(\d*)([-+=.)])")


class Export(NamedTuple):
    """A conversation as a file: its name, its media type, and what it holds."""

    name: str
    media_type: str
    text: str


def export(format_: str, conversation: KeptConversation, answers: Sequence[KeptAnswer], archive: str) -> Export:
    """A conversation as a file.

    Args:
        format_: one of ``FORMATS``.
        conversation: which one.
        answers: its turns.
        archive: what the archive is called.

    Raises:
        KeyError: there is no such format.
    """
    media_type, written = FORMATS[format_]
    return Export(f"byline-{conversation.id[:8]}.{format_}", media_type, written(conversation, answers, archive))


# --- terminal --------------------------------------------------------------------------------------------------------


def list_text(conversations: Sequence[KeptConversation]) -> str:
    """Conversations in a list: the beginning of the id, when it was last added to, its questions, and the title."""
    return "\n".join(
        f"{one.id[:8]}  {_moment(one.changed)}  {count(one.turns, 'question')}  {plain(one.title)}"
        for one in conversations
    )


def day_text(moment: datetime) -> str:
    """The day of a moment, here."""
    return _day(moment.astimezone().date())


def conversation_text(conversation: KeptConversation, answers: Sequence[KeptAnswer]) -> str:
    """A conversation for the terminal: each question with its answer as far as it still holds, then what changed."""
    parts = [plain(conversation.title)]
    for kept in answers:
        lines = [f"> {plain(kept.question)}"]
        lines += [f"Narrowed to: {narrowed}"] if (narrowed := _narrowed(kept)) else []
        if kept.answer.statements or not kept.statements:
            lines.append(answer_text(kept.answer))
        lines += [
            f"{plain(statement.text)} ({_name(citation.reference)}: {CHANGED})"
            for statement, citation in _changed(kept)
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _changed(kept: KeptAnswer) -> Iterator[tuple[KeptStatement, KeptCitation]]:
    """The statements that do not hold any more, each with the first of its citations that changed."""
    for statement in kept.changed:
        cited = (kept.citations[number - 1] for number in statement.citations)
        yield statement, next(citation for citation in cited if citation.citation is None)


# --- HTML ------------------------------------------------------------------------------------------------------------


def changed_html(kept: KeptAnswer) -> str:
    """What of a kept answer does not hold any more, as one block without an empty line; ``""`` where all of it does."""
    lines = "".join(
        f"<p>{_text(statement.text)} <em>({_text(_name(citation.reference))}: {CHANGED})</em></p>"
        for statement, citation in _changed(kept)
    )
    return f'<div class="byline-changed">{lines}</div>' if lines else ""


def _page(conversation: KeptConversation, answers: Sequence[KeptAnswer], archive: str) -> str:
    template = Template((files("ui") / "static" / "conversation.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=_text(conversation.title),
        about=_text(_about(conversation, archive)),
        answers="\n".join(_answer_html(kept) for kept in answers),
    )


def _answer_html(kept: KeptAnswer) -> str:
    lines = [f'<section id="answer-{_text(kept.key)}">', f"<h2>{_text(kept.question)}</h2>"]
    lines += [f'<p class="quiet">{_text(line)}</p>' for line in _circumstances(kept)]
    heading = ""
    for statement in kept.statements:
        if statement.heading != heading:
            heading = statement.heading
            lines.append(f"<h3>{_text(heading)}</h3>")
        links = "".join(f' <a href="#{_anchor(kept, number)}">[{number}]</a>' for number in statement.citations)
        lines.append(f"<p>{_text(statement.text)}{links}{_changed_mark(kept, statement)}</p>")
    lines += [f'<p class="quiet">{_text(kept.reason)}</p>'] if kept.reason else []
    if kept.citations:
        lines.append("<ol>")
        for number, citation in enumerate(kept.citations, start=1):
            reference = citation.reference
            name, address = _text(_name(reference)), web_address(reference.url)
            if address:
                shown = escape(address, quote=True)
                name = f'<a href="{shown}" rel="noopener noreferrer">{name}</a> <span class="quiet">{shown}</span>'
            lines.append(
                f'<li id="{_anchor(kept, number)}">{name}<br><span class="quiet">{_text(_place(citation))}</span>'
                f"{_changed_flag(citation)}<blockquote>{_text(citation.quote)}</blockquote></li>"
            )
        lines.append("</ol>")
    return "\n".join([*lines, "</section>"])


def _anchor(kept: KeptAnswer, number: int) -> str:
    return _text(f"source-{kept.key}-{number}")


def _changed_mark(kept: KeptAnswer, statement: KeptStatement) -> str:
    return "" if kept.is_verified(statement) else f' <em class="changed">({CHANGED})</em>'


def _changed_flag(citation: KeptCitation) -> str:
    return "" if citation.citation else f' <em class="changed">{CHANGED}</em>'


def _text(text: str) -> str:
    return escape(plain(text), quote=True)


# --- Markdown --------------------------------------------------------------------------------------------------------


def _markdown(conversation: KeptConversation, answers: Sequence[KeptAnswer], archive: str) -> str:
    paragraphs = [f"# {_escaped(conversation.title)}", _escaped(_about(conversation, archive))]
    for kept in answers:
        paragraphs.append(f"## {_escaped(kept.question)}")
        paragraphs += [f"*{_escaped(line)}*" for line in _circumstances(kept)]
        heading = ""
        for statement in kept.statements:
            if statement.heading != heading:
                heading = statement.heading
                paragraphs.append(f"### {_escaped(heading)}")
            numbers = "".join(f"\\[{number}\\]" for number in statement.citations)
            changed = "" if kept.is_verified(statement) else f" *({CHANGED})*"
            paragraphs.append(f"{_escaped(statement.text)} {numbers}{changed}")
        paragraphs += [f"*{_escaped(kept.reason)}*"] if kept.reason else []
        paragraphs += [_source_markdown(number, citation) for number, citation in enumerate(kept.citations, start=1)]
    return "\n\n".join(paragraphs) + "\n"


def _source_markdown(number: int, citation: KeptCitation) -> str:
    address = web_address(citation.reference.url)
    # what would end the link, or begin markup, is written as the address may also have it
    link = f", <{address.replace('<', '%3C').replace('>', '%3E').replace(chr(92), '%5C')}>" if address else ""
    changed = "" if citation.citation else f" **{CHANGED}**"
    return (
        f"{number}. {_escaped(_name(citation.reference))}, {_escaped(_place(citation))}{link}{changed}\n\n"
        f"   > {_escaped(citation.quote)}"
    )


def _escaped(text: str) -> str:
    """``text`` on one line so that Markdown shows it as it is, links nothing, and lets no HTML through."""
    return _LIST.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", plain(text)))


# --- JSON ------------------------------------------------------------------------------------------------------------


def list_json(conversations: Sequence[KeptConversation]) -> list[dict[str, object]]:
    """Conversations as plain data."""
    return [
        {**asdict(one), "created": one.created.isoformat(), "changed": one.changed.isoformat()} for one in conversations
    ]


def conversation_json(conversation: KeptConversation, answers: Sequence[KeptAnswer], archive: str) -> dict[str, object]:
    """A conversation as plain data. Offsets count characters of the article's text, end exclusive."""
    (described,) = list_json([conversation])
    return {**described, "archive": archive, "answers": [_answer_json(kept) for kept in answers]}


def _answer_json(kept: KeptAnswer) -> dict[str, object]:
    return {
        "key": kept.key,
        "question": kept.question,
        "asked": kept.asked,
        "since": _iso(kept.filters.since),
        "until": _iso(kept.filters.until),
        "outlets": sorted(kept.filters.outlets),
        "languages": sorted(kept.filters.languages),
        "authors": sorted(kept.filters.authors),
        "as_of": _iso(kept.as_of),
        "at": kept.at.isoformat(),
        "status": kept.status,
        "reason": kept.reason,
        "statements": [{**asdict(statement), "verified": kept.is_verified(statement)} for statement in kept.statements],
        "citations": [
            {
                "number": number,
                "quote": citation.quote,
                "start": citation.start,
                "end": citation.end,
                "verified": citation.citation is not None,
                "article": {
                    "id": citation.reference.id,
                    "title": citation.reference.title,
                    "outlet": citation.reference.outlet,
                    "published": _iso(citation.reference.published),
                    "saved": _iso(citation.reference.saved),
                    "url": citation.reference.url,
                },
            }
            for number, citation in enumerate(kept.citations, start=1)
        ],
        "notes": [asdict(note) for note in kept.notes],
        "gaps": [asdict(gap) for gap in kept.gaps],
        "judgements": [asdict(judgement) for judgement in kept.judgements],
        "nearest": [
            {
                "id": hit.article.id,
                "title": hit.article.title,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "text": hit.passage.text,
            }
            for hit in kept.nearest
        ],
        "searched": kept.searched,
        "made_with": {name: kept.made_with[name] for name in _FINGERPRINT if name in kept.made_with},
        "feedback": {
            "verdict": kept.feedback.verdict,
            "note": kept.feedback.note,
            "at": kept.feedback.at.isoformat(),
        }
        if kept.feedback
        else None,
    }


def _json(conversation: KeptConversation, answers: Sequence[KeptAnswer], archive: str) -> str:
    return json_text(conversation_json(conversation, answers, archive)) + "\n"


FORMATS: Mapping[str, tuple[str, Callable[[KeptConversation, Sequence[KeptAnswer], str], str]]] = {
    "md": ("text/markdown; charset=utf-8", _markdown),
    "html": ("text/html; charset=utf-8", _page),
    "json": ("application/json", _json),
}
"""What a conversation is exported as: media type and writer of each format."""


# --- words -----------------------------------------------------------------------------------------------------------


def _about(conversation: KeptConversation, archive: str) -> str:
    return (
        f"A conversation with Byline about {archive}, {_moment(conversation.created)}. "
        "Every sentence quotes an article; the numbers name it."
    )


def _circumstances(kept: KeptAnswer) -> list[str]:
    lines = [asked_text(kept.asked)] if kept.asked else []
    lines += [f"Narrowed to: {narrowed}"] if (narrowed := _narrowed(kept)) else []
    return [*lines, *(note.text for note in kept.notes)]


def _narrowed(kept: KeptAnswer) -> str:
    filters = kept.filters
    parts = [f"from {_day(filters.since)}"] if filters.since else []
    parts += [f"until {_day(filters.until)}"] if filters.until else []
    parts += [plain(outlet) for outlet in sorted(filters.outlets)]
    parts += [f"in {plain(language_name(code))}" for code in sorted(filters.languages)]
    parts += [f"by {plain(author)}" for author in sorted(filters.authors)]
    parts += [f"as on {_day(kept.as_of)}"] if kept.as_of else []
    return " · ".join(parts)


def _name(reference: Reference) -> str:
    return plain(reference.title or reference.path)


def _place(citation: KeptCitation) -> str:
    reference = citation.reference
    day = _day(reference.published) if reference.published else ""
    if not day and reference.saved:
        day = f"saved {day_text(reference.saved)}"
    parts = (
        plain(reference.outlet),
        day,
        f"article {reference.id}",
        f"characters {citation.start}–{citation.end}",
    )
    return ", ".join(part for part in parts if part)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _moment(moment: datetime) -> str:
    return f"{day_text(moment)}, {moment.astimezone():%H:%M}"


def _iso(when: date | datetime | None) -> str | None:
    return when.isoformat() if when else None
