"""A page as a site would serve it, with what is true of it: what the templates in tests/page_*.py give."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from html import escape

SUMMER = timezone(timedelta(hours=2))
PUBLISHED = datetime(2024, 5, 16, 7, 42, tzinfo=SUMMER)
UPDATED = datetime(2024, 5, 16, 23, 5, 30, tzinfo=SUMMER)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reader should find out about a page. A fact that the page does not tell is empty.

    ``origins`` says for every fact where it is to be found.
    """

    title: str
    outlet: str
    authors: tuple[str, ...]
    published: datetime | date | None
    updated: datetime | date | None
    url: str
    origins: dict[str, str]


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page and its labels, each an exact line of text.

    ``prose`` are the article's own paragraphs, in order. ``either`` are lines that one may or may not call prose
    (the headline, the standfirst, headings): they count neither for nor against. ``hidden`` is text of which a reader
    of the page sees nothing. Every other line is the site's.
    """

    html: str
    prose: tuple[str, ...]
    either: tuple[str, ...]
    hidden: tuple[str, ...]
    facts: Facts


def every_origin(facts: Iterable[str], origin: str = "page metadata", **others: str) -> dict[str, str]:
    """The same origin for all of ``facts``, but for those that are given another."""
    return {**dict.fromkeys(facts, origin), **others}


ALL_FACTS = ("title", "outlet", "authors", "published", "updated", "url")


def tagged(tag: str, lines: Iterable[str], attributes: str = "") -> str:
    """Each line as an element, on a line of its own."""
    opened = f"{tag} {attributes}" if attributes else tag
    return "\n".join(f"<{opened}>{escape(line, quote=False)}</{tag}>" for line in lines)


def linked_data(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def names(authors: tuple[str, ...]) -> str:
    """Authors as a byline has them."""
    return " and ".join(authors)


def links(lines: Iterable[str], attributes: str = "") -> str:
    """A list of links, such as a site puts around its articles."""
    items = "".join(f'<li><a href="/x/{n}">{escape(line)}</a></li>' for n, line in enumerate(lines))
    return f"<ul {attributes}>{items}</ul>"
