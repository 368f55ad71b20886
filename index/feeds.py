"""Reader of feeds: RSS and Atom that carry their articles whole.

The only module that imports feedparser. It is given a stream of bytes, never a string, which it would take for an
address or a path, and no document type: no entity can be declared, and what stands in the file is all that is read.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXParseException
from xml.sax.saxutils import escape

import feedparser

from index.cleaning import one_line
from index.markup import fragment, source_of
from index.reading import ARTICLE_CHARACTERS, File, Found, Unreadable, compose
from index.records import first_sentence
from index.types import Block, Skip

SUMMARY_WORDS = 100
"""A description of so many words that is not cut off is an article. WordPress cuts its summaries at 55 words, and those
of newspapers are a paragraph; feeds older than `content:encoded` carry whole articles there."""

FEED_NODES = 1_500_000
"""Most tags of a feed, which is read whole, and most references. feedparser takes some 15 µs for an element, and of a
feed that is damaged up to 100 bytes for a reference."""

ROOTS = ("rss", "rdf", "feed", "channel")
"""First elements of RSS 0.9x and 2.0, RSS 1.0, Atom, and RSS without its envelope."""

_HTML = ("text/html", "application/xhtml+xml")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_DOCTYPE = re.compile(
    r"""<!DOCTYPE(?:[^\[\]<>"']|"[^"]*"|'[^']*')*+"""
    r"""(?:\[(?:[^\]"'<]|"[^"]*"|'[^']*'|<!--.*?-->|<\?.*?\?>|<(?!!--|\?))*+\]\s*+)?+>""",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY = re.compile(r"<!ENTITY\s++(?!%)", re.IGNORECASE)
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_AMPERSAND = re.compile(r"&(?:(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,40});)?")
_NOT_OF_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CUT = re.compile(
    r"(?:…|\.\.\.|\[more\])[\s\])»›→.…]*\Z|(?:^|…|\.\.\.|\])\s*(?:continue reading|read more)\b.{0,150}\Z",
    re.IGNORECASE | re.MULTILINE,
)
_NOTICE = re.compile(r"The post .{1,400} (?:appeared first|first appeared) on .{1,200}")
_RFC_822 = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{2,4}\s+\d{1,2}:")


def read_feed(file: File) -> Iterator[Found]:
    """One article an entry that holds its text, by its link; an entry that holds a summary only is skipped.

    The text is `content:encoded` or Atom's `content`, else a description of :data:`SUMMARY_WORDS` or more. A feed that
    is not well-formed gives the entries that can be told, and a skip that says that there may be more.
    """
    text = source_of(file.content())
    at, root = _root_of(text)
    if root not in ROOTS:
        raise Unreadable(f"not a feed: its first element is <{root[:40]}>" if root else "not a feed: it holds no XML")
    if max(text.count("<", at), text.count("&", at)) > FEED_NODES:
        raise Unreadable(f"more than {FEED_NODES:,} tags or references")
    lines = text.count("\n", 0, at)
    content = f'<?xml version="1.0" encoding="utf-8"?>{_well_formed(text[at:])}'.encode()
    del text
    # what it would resolve and sanitise is told from the text by index.markup, as for pages
    feed = feedparser.parse(io.BytesIO(content), resolve_relative_uris=False, sanitize_html=False)
    del content
    reader = _Reader(file, feed, is_atom=root == "feed")
    for number, entry in enumerate(feed.entries, start=1):
        yield reader.read(entry, f"entry {number}")
    if feed.bozo:
        yield Skip(
            file.path,
            "",
            f"not well-formed XML ({_fault(feed.bozo_exception, lines)}): what stands after it may be missing",
        )
    elif not feed.entries:
        raise Unreadable("a feed without entries")


class _Reader:
    """The entries of one feed to articles."""

    def __init__(self, file: File, feed: Any, *, is_atom: bool) -> None:
        self._file, self._is_atom = file, is_atom
        self._has_content = bool({"content", "xhtml"} & feed.namespaces.keys())
        self._has_modified = "dcterms" in feed.namespaces
        self._link = _value(feed.feed, "link")
        self._title = _title(feed.feed)
        self._authors = _authors(feed.feed, is_atom=True) if is_atom else []
        self._used: set[str] = set()
        self._taken: dict[str, int] = {}

    def read(self, entry: dict[str, Any], place: str) -> Found:
        url = self._url(entry)
        name = url or _value(entry, "id") or place
        try:
            text, hints = self._text(entry)
            if not text.strip():
                return Skip(self._file.path, name, "no text")
            facts = self._facts(entry, url)
            # one that is too long is refused below, and looking for its first sentence would take minutes
            if "title" not in facts and len(text) <= ARTICLE_CHARACTERS:
                layers = [("field", facts), ("text", {"title": first_sentence(text)})]
            else:
                layers = [("field", facts)]
            locator = self._free(name)
            return compose(self._file, text, layers, locator=locator, hints=hints)  # type: ignore[arg-type]
        except Unreadable as error:
            return Skip(self._file.path, name, str(error))

    def _text(self, entry: dict[str, Any]) -> tuple[str, Sequence[Block]]:
        """The text of an entry and hints; ``""`` where it has none.

        Raises:
            Unreadable: it has a summary only, or is nested too deeply.
        """
        contents = [content for content in _values(entry, "content") if self._is_whole(content)]
        others = [content for content in _values(entry, "content") if not self._is_whole(content)]
        for detail in sorted(contents, key=_length, reverse=True):
            text, hints = _plain(detail)
            if text.strip():
                return text, hints
        text, hints = _plain(max([*others, _detail(entry, "summary_detail")], key=_length))
        words = len(text.split())
        if words and (words < SUMMARY_WORDS or _CUT.search(text.rstrip()[-300:])):
            raise Unreadable(f"only a summary ({words} words)")
        return text, hints

    def _is_whole(self, content: dict[str, Any]) -> bool:
        # feedparser also calls the second description of an entry its content, such as that of a picture
        return self._is_atom or (self._has_content and content.get("type") in _HTML)

    def _facts(self, entry: dict[str, Any], url: str) -> dict[str, object]:
        published = _value(entry, "published") or _value(entry, "created")
        updated = _value(entry, "updated")
        if not published and not self._is_atom and not self._has_modified:
            published, updated = updated, ""  # dc:date, the only date of RSS 1.0
        source = _detail(entry, "source")
        facts: dict[str, object] = {
            "title": _title(entry),
            "outlet": _title(source) or self._title,
            "authors": _authors(entry, is_atom=self._is_atom) or _authors(source, is_atom=True) or self._authors,
            "published": _moment(published),
            "updated": _moment(updated),
            "url": url,
        }
        guid = _value(entry, "id")
        tags = [tag.get("label") or tag.get("term") for tag in _values(entry, "tags")]
        facts |= {"id": guid if guid != url else "", "categories": [html.unescape(tag) for tag in tags if tag]}
        return {name: value for name, value in facts.items() if value}

    def _url(self, entry: dict[str, Any]) -> str:
        # FeedBurner links to itself, and keeps the address of the article here
        link = _value(entry, "feedburner_origlink") or _value(entry, "link")
        try:
            url = urljoin(self._link, link) if link else ""
        except ValueError:
            return ""
        return url if url.startswith(("http://", "https://")) else ""

    def _free(self, name: str) -> str:
        locator = name
        while locator in self._used:
            self._taken[name] = self._taken.get(name, 1) + 1
            locator = f"{name} ({self._taken[name]})"
        self._used.add(locator)
        return locator


def _root_of(text: str) -> tuple[int, str]:
    """Where the first element of a document begins, and its name in lower case; ``""`` where there is none.

    Raises:
        Unreadable: what stands before it declares entities, or does not end.
    """
    at = text.find("<")
    while at >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
        elif text.startswith("<?", at):
            end = text.find("?>", at + 2)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            match = _DOCTYPE.match(text, at)
            if match is None:
                raise Unreadable("not a feed: its document type is not well-formed")
            # without its declaration an entity would be missing from the text, and with it could be anything
            if _ENTITY.search(match[0]):
                raise Unreadable("declares entities, which no feed needs")
            end = match.end()
        elif match := _ELEMENT.match(text, at):
            return at, match[1].lower()
        else:
            end = at + 1
        at = text.find("<", end) if end >= 0 else -1
    return -1, ""


def _well_formed(text: str) -> str:
    """XML with what feeds most often have wrong put right: bare ampersands, HTML's entities, control characters."""
    text = _NOT_OF_XML.sub("", text)
    parts = []
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", start)) >= 0:
        parts += [_AMPERSAND.sub(_reference, text[at:start]), text[start:end]]
        at = end
    # where a section is not closed, all that follows is left as it is
    parts.append(text[at:] if start >= 0 else _AMPERSAND.sub(_reference, text[at:]))
    return "".join(parts)


def _reference(match: re.Match[str]) -> str:
    if match[1] is None:
        return "&amp;"
    if match[1] in ("amp", "lt", "gt", "quot", "apos"):
        return match[0]
    return escape(_NOT_OF_XML.sub("", html.unescape(match[0])), {'"': "&quot;"})


def _fault(error: Exception, lines: int) -> str:
    """What was wrong, and in which line of the file, before whose first element stand so many."""
    if isinstance(error, SAXParseException):
        return f"{error.getMessage()}, line {(error.getLineNumber() or 1) + lines}"
    return one_line(str(error))[:100]


def _value(fields: dict[str, Any], name: str) -> str:
    # feedparser's own look-up gives one date for another
    value = dict.get(fields, name)
    return value.strip() if isinstance(value, str) else ""


def _values(fields: dict[str, Any], name: str) -> list[Any]:
    value = dict.get(fields, name)
    return value if isinstance(value, list) else []


def _detail(fields: dict[str, Any], name: str) -> dict[str, Any]:
    value = dict.get(fields, name)
    return value if isinstance(value, dict) else {}


def _length(detail: dict[str, Any]) -> int:
    return len(_value(detail, "value")) if str(detail.get("type")) in (*_HTML, "text/plain") else 0


def _plain(detail: dict[str, Any]) -> tuple[str, Sequence[Block]]:
    """The text of HTML or of plain text, and hints; ``""`` of anything else."""
    if not _length(detail):
        return "", ()
    text = _value(detail, "value")
    hints: Sequence[Block] = ()
    if detail["type"] in _HTML:
        text, hints = fragment(text) if _TAG.search(text) else (html.unescape(text), ())
    return text, _with_notice(text, hints)


def _with_notice(text: str, hints: Sequence[Block]) -> Sequence[Block]:
    """``hints``, and the last line where WordPress says there whose feed it was."""
    end = len(text.rstrip())
    start = text.rfind("\n", 0, end) + 1
    if end - start > 700 or not _NOTICE.fullmatch(text, start, end):
        return hints
    return [*(hint for hint in hints if hint.end <= start), Block(start, end, "furniture")]


def _title(fields: dict[str, Any]) -> str:
    title = _value(fields, "title")
    if _detail(fields, "title_detail").get("type") in _HTML:
        title = html.unescape(_TAG.sub("", title))
    return one_line(title)


def _authors(fields: dict[str, Any], *, is_atom: bool) -> str | list[str]:
    """The names of the authors: as one line where RSS gives them so, else one by one."""
    details = [detail for detail in _values(fields, "authors") if detail.get("name")]
    every = [detail["name"] for detail in details]
    if is_atom:
        return every
    # of "holm@tarn.example (Ida Holm)" feedparser takes "ple (Ida Holm" for the name
    names = [detail["name"] for detail in details if "email" not in detail]
    if not names and "@" in (given := _value(fields, "author")):
        name = parseaddr(given)[0]
        return every if "@" in name else name
    return names[0] if len(names) == 1 else names


def _moment(value: str) -> datetime | str:
    """A date of RFC 822, with its names of zones and years of two digits; any other as it is written."""
    if _RFC_822.match(value):
        try:
            return parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError):
            pass
    return value
