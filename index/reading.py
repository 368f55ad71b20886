"""What every reader of a format works with: the file, the article put together from what was found, and refusals."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import urlsplit

from index.cleaning import one_line
from index.dates import DateOrder, EitherDay, Moment, date_order, parse_moment
from index.decoding import decode, without_surrogates
from index.types import Article, Block, Origin, Skip

ARTICLE_CHARACTERS = 2_000_000
"""Longest article that is read: some 700 pages. One so long is read, split and embedded in about 20 s."""

TITLE_CHARACTERS = 300
FIELD_DEPTH = 20
FIELD_VALUES = 100_000

TITLE_FIELDS = ("title", "headline")
TEXT_FIELDS = ("text", "body", "content", "articleBody")
URL_FIELDS = ("url", "link")
OUTLET_FIELDS = ("outlet", "source", "publisher", "site_name")
AUTHOR_FIELDS = ("authors", "author", "byline")
PUBLISHED_FIELDS = ("published", "date", "published_at", "publish_date", "datePublished")
UPDATED_FIELDS = ("updated", "updated_at", "modified", "dateModified")

_WWW = re.compile(r"^(?:www\d?|m|mobile|amp|edition)\.")
_URL_DATE = re.compile(r"/(\d{4})[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/-]|$)")


class Unreadable(Exception):
    """Why a file, or a part of one, gives no article; the reason is shown to the user."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to be read.

    ``path`` is relative to the folder of articles, with ``/``. ``stream`` gives its bytes, unpacked if it was gzipped;
    reading more of them than the format's limit raises :class:`Unreadable`. ``modified`` (timezone-aware) is when it
    was last written.
    """

    path: str
    stream: BinaryIO
    modified: datetime | None = None

    @classmethod
    def of(cls, path: str, content: bytes, modified: datetime | None = None) -> File:
        """A file with this content: a part of another, such as a page within a web archive."""
        return cls(path, BytesIO(content), modified)

    def content(self) -> bytes:
        """All its bytes."""
        return self.stream.read()

    def text(self) -> str:
        """All of it as text.

        Raises:
            Unreadable: it is binary, or empty.
        """
        text = decode(self.content())
        if text is None:
            raise Unreadable("not text (binary data)")
        if not text.strip():
            raise Unreadable("empty")
        return text


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as a reader gives it, not marked yet, and what only its file can tell.

    ``hints`` are stretches of the text of which the file itself says what they are (a page's navigation, a figure's
    caption, a document's heading), in order, not overlapping. ``either`` is the day of publication where the date could
    be two, ``order`` how its other dates are written. ``saved`` is when the file, or the record of it, was written.
    """

    article: Article
    hints: tuple[Block, ...] = ()
    either: EitherDay | None = None
    order: DateOrder | None = None
    saved: datetime | None = None


Found = Reading | Skip


def compose(
    file: File,
    text: str,
    layers: Sequence[tuple[Origin, Mapping[str, object]]],
    *,
    locator: str = "",
    hints: Sequence[Block] = (),
    saved: datetime | None = None,
) -> Reading:
    """An article from its text and what was found out about it.

    Args:
        file: the file it stands in.
        text: its text, kept as it is.
        layers: facts by where they come from, the most trusted first; each names them as exports do (``headline`` and
            ``title``, ``datePublished`` and ``date``, …). The first layer that gives a fact decides. The fields of the
            layer "field" that are no facts here are kept in :attr:`Article.fields`.
        locator: which article of the file it is, where there are several.
        hints: see :class:`Reading`.
        saved: when this record of it was written, where the file says so; else the file's own time.

    Raises:
        Unreadable: there is no text, or too much.
    """
    text = without_surrogates(text)
    if not text.strip():
        raise Unreadable("no text")
    if len(text) > ARTICLE_CHARACTERS:
        raise Unreadable(f"longer than the {ARTICLE_CHARACTERS:,} characters that an article may have")
    facts = _Facts([(origin, _plain_fields(fields)) for origin, fields in layers])
    url = facts.text("url", URL_FIELDS)
    title = facts.text("title", TITLE_FIELDS) or _name_of(file.path)
    facts.origins.setdefault("title", "file name")
    outlet = facts.text("outlet", OUTLET_FIELDS)
    if not outlet and (outlet := outlet_of(url)):
        facts.origins["outlet"] = "url"
    authors = facts.authors()
    published = facts.moment("published", PUBLISHED_FIELDS)
    if published is None and (published := _moment_of_url(url)):
        facts.origins["published"] = "url"
    updated = facts.moment("updated", UPDATED_FIELDS)
    own = next((fields for origin, fields in facts.layers if origin == "field"), {})
    # two outlets may publish the same text: what their pages say of themselves tells them apart
    page = next((fields for origin, fields in facts.layers if origin == "page metadata"), {})
    identity = json.dumps([{**page, **own}, text], sort_keys=True, ensure_ascii=True, allow_nan=False)
    day, instant = _parts(published)
    day_updated, instant_updated = _parts(updated)
    article = Article(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        title=title[:TITLE_CHARACTERS],
        text=text,
        outlet=outlet,
        url=url,
        authors=authors,
        published=day,
        published_at=instant,
        updated=day_updated,
        updated_at=instant_updated,
        path=file.path,
        locator=locator,
        fields={key: value for key, value in own.items() if key not in facts.used and key not in TEXT_FIELDS},
        origins=facts.origins,
    )
    either = published if isinstance(published, EitherDay) else None
    return Reading(article, tuple(hints), either, facts.order(), saved or file.modified)


class _Facts:
    """Layers of fields, and where each fact was found."""

    def __init__(self, layers: list[tuple[Origin, dict[str, object]]]) -> None:
        self.layers = layers
        self.origins: dict[str, Origin] = {}
        self.used: set[str] = set()

    def _values(self, names: tuple[str, ...]) -> Iterator[tuple[Origin, object]]:
        for origin, fields in self.layers:
            for name in names:
                if fields.get(name):
                    if origin == "field":
                        self.used.add(name)
                    yield origin, fields[name]
                    break

    def text(self, fact: str, names: tuple[str, ...]) -> str:
        for origin, value in self._values(names):
            if found := name_of(value):
                self.origins[fact] = origin
                return found
        return ""

    def authors(self) -> tuple[str, ...]:
        for origin, value in self._values(AUTHOR_FIELDS):
            if found := author_names(value):
                self.origins["authors"] = origin
                return found
        return ()

    def moment(self, fact: str, names: tuple[str, ...]) -> Moment | EitherDay | None:
        either = None
        for origin, value in self._values(names):
            found = parse_moment(value)
            if isinstance(found, Moment):
                self.origins[fact] = origin
                return found
            either = either or found
        return either

    def order(self) -> DateOrder | None:
        values = [value for names in (PUBLISHED_FIELDS, UPDATED_FIELDS) for _, value in self._values(names)]
        return next((order for value in values if (order := date_order(value))), None)


def _plain_fields(fields: Mapping[str, object]) -> dict[str, object]:
    plain = plain_data(fields)
    assert isinstance(plain, dict)
    return {key: value for key, value in plain.items() if value is not None}


def plain_data(value: object) -> object:
    """``value`` as plain JSON: text keys, days as text, nothing that is no number, nothing deeper than 20 levels.

    YAML and Python's JSON know more than that (dates as keys, lists that hold themselves, NaN), and none of it can be
    compared or kept.

    Raises:
        Unreadable: there is too much of it, such as YAML that refers to its parts again and again.
    """
    left = FIELD_VALUES

    def plain(value: object, depth: int) -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise Unreadable(f"more than {FIELD_VALUES:,} values in its fields")
        if depth > FIELD_DEPTH:
            return None
        if isinstance(value, Mapping):
            return {without_surrogates(str(key)): plain(item, depth + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple, set)):
            return [plain(item, depth + 1) for item in value]
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, (datetime, date)):
            return value.isoformat()
        if value is None or isinstance(value, (bool, int)):
            return value
        return without_surrogates(str(value))

    return plain(value, 0)


def outlet_of(url: str) -> str:
    """The host of a url without ``www.``, as the outlet's name; ``""`` where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return _WWW.sub("", host)


def name_of(value: object) -> str:
    """The name that a field gives: text, or a thing with a ``name`` or ``title``, on one line."""
    if isinstance(value, Mapping):
        value = value.get("name") or value.get("title")
    return one_line(without_surrogates(value)) if isinstance(value, str) else ""


def author_names(value: object) -> tuple[str, ...]:
    """The names that a field of authors gives, each once: a list, one thing with a name, or a line of text."""
    if isinstance(value, str):
        value = re.split(r",\s*|\s+and\s+|;\s*", value)
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(dict.fromkeys(name for item in value if (name := name_of(item))))


def _parts(found: Moment | EitherDay | None) -> tuple[date | None, datetime | None]:
    return (found.day, found.at) if isinstance(found, Moment) else (None, None)


def _name_of(path: str) -> str:
    return PurePosixPath(path).name.split(".")[0].replace("_", " ").replace("-", " ").strip() or path


def _moment_of_url(url: str) -> Moment | None:
    match = _URL_DATE.search(urlsplit(url).path) if outlet_of(url) else None
    if match is None:
        return None
    found = parse_moment(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}")
    return found if isinstance(found, Moment) else None
