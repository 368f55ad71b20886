"""Reader of feeds: RSS and Atom that carry whole articles. The only module that imports feedparser."""

from __future__ import annotations

import itertools
import logging
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import feedparser

from index.markup import fragment
from index.reading import File, Found, Unreadable, compose
from index.types import Skip

FULL_TEXT_WORDS = 100
"""A description of fewer words is a summary: what stands below a headline in a list."""

ENTRIES = 20_000
"""Most entries of one feed; a year of a large newspaper has fewer."""

_HEAD_BYTES = 64 * 1024
# of a feed nothing is declared; what declares entities means to grow, or to read another file
_DECLARES = re.compile(rb"<!(?:ENTITY|ELEMENT|ATTLIST|NOTATION)|<!DOCTYPE[^>]*\[", re.IGNORECASE)
_CLOCK = re.compile(r"\d:\d")
_MARKUP = re.compile(r"<[a-z!/]|&[a-z#]\w*;", re.IGNORECASE)

logging.getLogger("feedparser").setLevel(logging.CRITICAL)


def read_feed(file: File) -> Iterator[Found]:
    """One article an entry that holds its whole text; entries with a summary alone are named."""
    content = file.content()
    if not content.strip():
        raise Unreadable("empty")
    if _declares_entities(content):
        raise Unreadable("declares entities of its own, which no feed needs")
    # feedparser takes bytes for a path where one exists, a stream never; what it would clean away is shown to nobody
    feed: Any = feedparser.parse(BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    if not feed.version and not feed.entries:
        raise Unreadable("XML, but no RSS or Atom feed")
    if not feed.entries:
        raise Unreadable("a feed without entries")
    used: set[str] = set()
    for number, entry in enumerate(feed.entries[:ENTRIES], start=1):
        yield _entry(file, feed.feed, feed.version, entry, f"entry {number}", used)
    if len(feed.entries) > ENTRIES:
        yield Skip(file.path, f"entry {ENTRIES + 1}", f"more than {ENTRIES:,} entries; the rest was not read")
    if feed.bozo and not isinstance(feed.bozo_exception, feedparser.CharacterEncodingOverride):
        reason = " ".join(str(feed.bozo_exception).split())[:120]
        yield Skip(file.path, "", f"damaged ({reason}); what could be read of it was")


def _declares_entities(content: bytes) -> bool:
    head = content[:_HEAD_BYTES]
    # in UTF-16 and UTF-32 every other bytes are zero
    return bool(_DECLARES.search(head) or _DECLARES.search(head.replace(b"\0", b"")))


def _entry(file: File, feed: Any, version: str, entry: Any, where: str, used: set[str]) -> Found:
    link, key = str(entry.get("link", "")), str(entry.get("link") or entry.get("id") or where)
    locator = next(name for n in itertools.count(1) if (name := key if n == 1 else f"{key} ({n})") not in used)
    used.add(locator)
    body = _body(entry)
    if not body:
        return Skip(file.path, where, "only a summary, not the article" if entry.get("summary") else "no text")
    source = entry.get("source") or {}
    facts = {
        "title": _plain(entry.get("title", "")),
        "url": link,
        "outlet": _plain(source.get("title", "") or feed.get("title", "")),
        "authors": [name for author in entry.get("authors", ()) if (name := _plain(author.get("name", "")))],
        # the one date of RSS 1.0, which feedparser calls "updated", says when an item was published
        "published": _when(entry, "published") or (_when(entry, "updated") if version.startswith("rss") else None),
        "updated": _when(entry, "updated"),
    }
    try:
        text, hints = fragment(body) if _MARKUP.search(body) else (body, ())
        return compose(file, text, [("field", facts)], locator=locator, hints=hints)
    except Unreadable as error:
        return Skip(file.path, where, str(error))


def _body(entry: Any) -> str:
    """The whole text of an entry: the longest of what it calls its content, or a description as long as an article."""
    contents = [str(part.get("value", "")) for part in entry.get("content", ())]
    longest = max(contents, key=len, default="")
    summary = str(entry.get("summary", ""))
    if len(_plain(longest)) >= len(_plain(summary)) and longest.strip():
        return longest
    return summary if len(_plain(summary).split()) >= FULL_TEXT_WORDS else ""


def _plain(markup: str) -> str:
    if not _MARKUP.search(markup):
        return markup.strip()
    try:
        return fragment(markup)[0]
    except Unreadable:
        return ""


def _when(entry: Any, fact: str) -> str | None:
    if fact not in entry:
        return None
    moment = entry.get(f"{fact}_parsed")
    if moment is None or not 1 <= moment.tm_year <= 9999 or not _CLOCK.search(str(entry[fact])):
        return str(entry[fact])
    # feedparser gives every time that it understands in UTC
    return datetime.fromtimestamp(timegm(moment), UTC).isoformat()
