"""Files to articles: one reader a format, in one registry. Readers never raise for what a file holds.

What a reader gives is an :class:`Article` without marks (no blocks, no sentences), or a :class:`Skip` with the reason.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import yaml
from charset_normalizer import from_bytes
from dateutil import parser as dateparser

from index.cleaning import one_line, paragraphs, reads_as_sentences, same_line
from index.types import Article, Skip, Span

READERS_VERSION = 1
"""Part of what an index remembers of its making; to be raised when any rule here changes."""

TITLE_CHARACTERS = 300
FIELD_DEPTH = 20

WESTERN = 0.1
"""Share of bytes beyond ASCII up to which text that is not Unicode is taken for Windows-1252, if it can be."""

OUTLET_WORDS = 6
HEAD_LINES = 8

_TITLE_FIELDS = ("title", "headline")
_TEXT_FIELDS = ("text",)
_URL_FIELDS = ("url", "link")
_OUTLET_FIELDS = ("outlet", "source", "publisher", "site_name")
_AUTHOR_FIELDS = ("authors", "author", "byline")
_DATE_FIELDS = ("published", "date", "published_at", "datePublished")

_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDED_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_NUMERIC_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")
_BYLINE = re.compile(r"by\s+(?P<names>[A-Z].{2,100})", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?P<yaml>.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_WWW = re.compile(r"^(?:www\d?|m|mobile|amp|edition)\.")

Found = Article | Skip


def formats() -> dict[str, str]:
    """The formats that are read: file name ending to what is read of it. Each may also be gzipped (``.gz``)."""
    return {ending: reader.__doc__ or "" for ending, reader in _READERS.items()}


def ending_of(name: str) -> str:
    """The ending that decides the format, without ``.gz``: ``news.jsonl.gz`` gives ``.jsonl``."""
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.suffix == ".gz" else path.suffix


def unknown_format(relative: str) -> Skip:
    """The skip of a file whose ending no reader knows."""
    return Skip(relative, "", f"files ending in {ending_of(relative) or 'nothing'} are not read")


def too_large(relative: str, limit: int) -> Skip:
    """The skip of a file that holds more than ``limit`` bytes."""
    return Skip(relative, "", f"larger than the setting max_file_bytes ({limit:,} bytes)")


def read(path: Path, relative: str, content: bytes, limit: int) -> Iterator[Found]:
    """The articles of one file, and a Skip for each part of it that cannot be read.

    Args:
        path: the file, for its name only.
        relative: its path within the folder of articles, with ``/``.
        content: its bytes.
        limit: the most bytes it may hold after unpacking.
    """
    reader = _READERS.get(ending_of(path.name))
    if reader is None:
        yield unknown_format(relative)
        return
    if path.name.lower().endswith(".gz"):
        try:
            with gzip.open(io.BytesIO(content)) as unpacked:
                content = unpacked.read(limit + 1)
        except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
            yield Skip(relative, "", f"the gzip data is damaged ({error})")
            return
    if len(content) > limit:
        yield too_large(relative, limit)
        return
    text = decode(content)
    if text is None:
        yield Skip(relative, "", "not text (binary data)")
    elif not text.strip():
        yield Skip(relative, "", "empty")
    else:
        yield from reader(relative, text)


def decode(content: bytes) -> str | None:
    """The text of ``content``: UTF-8, UTF-16 or UTF-32 with a byte order mark, else the likeliest legacy encoding.

    Returns None for binary data. A byte order mark is not part of the text.
    """
    for mark, encoding in ((b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in content:
            return None
        if _is_western(content):
            return content.decode("cp1252")
        best = from_bytes(content[: 1024 * 1024]).best()
        if best is None:
            return None
        try:
            return content.decode(best.encoding)
        except UnicodeDecodeError:
            return content.decode(best.encoding, errors="replace")
    return None if text.count("\0") > len(text) // 100 else text


def _is_western(content: bytes) -> bool:
    # a little of it beyond ASCII, all of it in the encoding that the Western web used: guesses by letter frequency
    # take such texts for Baltic or Japanese ones
    beyond = sum(byte > 0x7F for byte in content)
    if beyond > len(content) * WESTERN:
        return False
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def parse_date(value: object) -> date | None:
    """A day from a field or a line of text, or None where it is not certain.

    ISO 8601, and dates with the month in words, are read. "03/04/2022" may be two days and is not; "25/04/2022" is.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not 6 <= len(value.strip()) <= 60:
        return None
    value = value.strip()
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        pass
    numeric = _NUMERIC_DATE.search(value)
    if numeric:
        first, second, year = (int(part) for part in numeric.groups())
        if first > 12 or second > 12 or first == second:
            try:
                return date(year, min(first, second), max(first, second))
            except ValueError:
                return None
        return None
    if not _WORDED_MONTH.search(value) or not re.search(r"\b\d{4}\b", value) or not re.search(r"\b\d{1,2}\b", value):
        return None
    try:
        return dateparser.parse(value, fuzzy=False).date()
    except (ValueError, OverflowError):
        return None


def _article(
    relative: str, locator: str, text: str, fields: Mapping[str, object], fallback: Mapping[str, object]
) -> Article:
    text = _SURROGATE.sub("\ufffd", text)
    plain = plain_data(fields)
    assert isinstance(plain, dict)
    fields = {key: value for key, value in plain.items() if value is not None}
    used: set[str] = set()

    def take(names: tuple[str, ...]) -> object:
        for name in names:
            if fields.get(name):
                used.add(name)
                return fields[name]
        return None

    url = _clean(take(_URL_FIELDS))
    title = _clean(take(_TITLE_FIELDS)) or _clean(fallback.get("title"))
    outlet = _name(take(_OUTLET_FIELDS)) or _clean(fallback.get("outlet")) or outlet_of(url)
    authors = _authors(take(_AUTHOR_FIELDS)) or _authors(fallback.get("authors"))
    published = parse_date(take(_DATE_FIELDS)) or parse_date(fallback.get("published"))
    identity = json.dumps([fields, text], sort_keys=True, ensure_ascii=True, allow_nan=False)
    return Article(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        title=title[:TITLE_CHARACTERS],
        text=text,
        outlet=outlet,
        url=url,
        authors=authors,
        published=published,
        path=relative,
        locator=locator,
        fields={key: value for key, value in fields.items() if key not in used and key not in _TEXT_FIELDS},
    )


def plain_data(value: object, depth: int = 0) -> object:
    """``value`` as plain JSON: text keys, days as text, nothing that is no number, nothing deeper than 20 levels.

    YAML and Python's JSON know more than that (dates as keys, lists that hold themselves, NaN), and none of it can be
    compared or kept.
    """
    if depth > FIELD_DEPTH:
        return None
    if isinstance(value, Mapping):
        return {_SURROGATE.sub("\ufffd", str(key)): plain_data(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain_data(item, depth + 1) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int)):
        return value
    return _SURROGATE.sub("\ufffd", str(value))


def outlet_of(url: str) -> str:
    """The host of a url without ``www.``, as the outlet's name; ``""`` where there is none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return _WWW.sub("", host)


def _clean(value: object) -> str:
    return one_line(_SURROGATE.sub("\ufffd", value)) if isinstance(value, str) else ""


def _name(value: object) -> str:
    if isinstance(value, Mapping):
        return _clean(value.get("name") or value.get("title"))
    return _clean(value)


def _authors(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = re.split(r",\s*|\s+and\s+|;\s*", value)
    if not isinstance(value, (list, tuple)):
        return ()
    names = [_name(name) for name in value]
    return tuple(dict.fromkeys(name for name in names if name))


def read_text(relative: str, text: str) -> Iterator[Found]:
    """Plain text: one article; its first line is the title, outlet, author and date are looked for below it."""
    yield _article(relative, "", text, {}, _facts_of_head(text, relative))


def read_markdown(relative: str, text: str) -> Iterator[Found]:
    """Markdown: one article; its YAML front matter gives the fields, else the first heading is the title."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        yield from read_text(relative, text)
        return
    try:
        fields = yaml.safe_load(match["yaml"])
    except yaml.YAMLError as error:
        yield Skip(relative, "", f"the front matter is not YAML ({one_line(str(error))[:120]})")
        return
    except Exception as error:  # noqa: BLE001 - PyYAML lets through whatever its converters meet: 2022-13-45, [[[[…
        yield Skip(relative, "", f"the front matter has a value that is none ({one_line(str(error))[:120]})")
        return
    if fields is None:
        fields = {}
    if not isinstance(fields, dict):
        yield Skip(relative, "", "the front matter is not a list of fields")
        return
    if not text[match.end() :].strip():
        yield Skip(relative, "", "no text after the front matter")
        return
    yield _article(relative, "", text, fields, _facts_of_head(text[match.end() :], relative))


def read_json_lines(relative: str, text: str) -> Iterator[Found]:
    """One article a line, a JSON object: `text`, and `url`, `title`, `authors`, `published`, `outlet` where known."""
    used: set[str] = set()
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"line {number}"
        try:
            fields = json.loads(line, parse_constant=lambda _: None)
        except (ValueError, RecursionError) as error:
            yield Skip(relative, where, f"not JSON ({error})")
            continue
        if not isinstance(fields, dict):
            yield Skip(relative, where, "not a JSON object")
            continue
        body = fields.get("text")
        if not isinstance(body, str) or not body.strip():
            yield Skip(relative, where, "no text")
            continue
        rest = {key: value for key, value in fields.items() if key != "text"}
        url = _clean(fields.get("url") or fields.get("link"))
        # a url says which article it is when lines move; a second article of the same url is told apart by its place
        locator = url or where
        if locator in used:
            locator = next(name for count in itertools.count(2) if (name := f"{url or where} ({count})") not in used)
        used.add(locator)
        yield _article(relative, locator, body, rest, {"title": _first_sentence(body)})


def front_matter(article: Article) -> tuple[Span, ...]:
    """Where the YAML front matter of a Markdown article stands, as its fields rather than its prose."""
    if ending_of(article.path) not in (".md", ".markdown"):
        return ()
    match = _FRONT_MATTER.match(article.text)
    return (Span(0, match.end()),) if match else ()


def _first_sentence(text: str) -> str:
    lines = [line for line in (one_line(line) for line in text.split("\n")) if line][:HEAD_LINES]
    # a dateline alone ("CNN —") names nothing
    line = next((line for line in lines if len(line.split()) > 4), lines[0])
    return line if len(line) <= 120 else line[:120].rsplit(" ", 1)[0] + " …"


def _facts_of_head(text: str, relative: str) -> dict[str, object]:
    lines = [
        one_line(text[span.start : span.end]) for _, span in zip(range(HEAD_LINES + 8), paragraphs(text), strict=False)
    ]
    first = re.sub(r"^#{1,6}\s+", "", lines[0])
    if len(first) > TITLE_CHARACTERS or (first.endswith(".") and reads_as_sentences(first)):
        return {"title": PurePosixPath(relative).name.split(".")[0].replace("_", " ").replace("-", " ")}
    facts: dict[str, object] = {"title": first}
    head: list[str] = []
    for line in lines[1:HEAD_LINES]:
        if len(line) > TITLE_CHARACTERS or same_line(line, first):
            break
        head.append(line)
    # only a page saved whole repeats its headline; without that, a short line below the title is part of the article
    whole_page = any(same_line(line, first) for line in lines[1:])
    for line in head:
        byline = _BYLINE.fullmatch(line)
        day = parse_date(re.sub(r"^(?:published|updated|posted)(?: on)?:?\s*", "", line, flags=re.IGNORECASE))
        if byline and "authors" not in facts and not reads_as_sentences(line):
            facts["authors"] = byline["names"]
        elif day and "published" not in facts:
            facts["published"] = day
        elif whole_page and "outlet" not in facts and _could_be_outlet(line):
            facts["outlet"] = line
    return facts


def _could_be_outlet(line: str) -> bool:
    return (
        len(line.split()) <= OUTLET_WORDS
        and not reads_as_sentences(line)
        and line[:1].isupper()
        and not any(character.isdigit() for character in line)
    )


_READERS: dict[str, Callable[[str, str], Iterator[Found]]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
}
