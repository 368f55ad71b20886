"""Readers of exports: records with fields, one article each."""

from __future__ import annotations

import csv
import html
import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from index.cleaning import mark, one_line, paragraphs
from index.decoding import decode, encoding_of
from index.reading import (
    ARTICLE_CHARACTERS,
    AUTHOR_FIELDS,
    OUTLET_FIELDS,
    PUBLISHED_FIELDS,
    TEXT_FIELDS,
    TITLE_FIELDS,
    UPDATED_FIELDS,
    URL_FIELDS,
    File,
    Found,
    Unreadable,
    compose,
    name_of,
)
from index.sentences import split_sentences
from index.types import Block, Skip

RECORD_BYTES = 32 * 1024 * 1024
"""Longest line of a file of records."""

TITLE_LENGTH = 120
"""Characters of the sentence that an article without a title is named after."""
JSON_NODES = 1_500_000
"""Most objects and lists of a JSON file, which is read whole: Python takes up to 232 bytes for each."""

CSV_COLUMNS = 1_000

LIST_FIELDS = ("articles", "items", "results", "docs", "documents", "posts", "entries", "stories", "news", "records")
"""Under which name an export keeps its list of articles."""

ENVELOPES = ("data", "response", "hits", "result", "content")
"""What exports put around such a list, or use as its name."""

ENVELOPE_DEPTH = 4
HEAD_BYTES = 1024 * 1024

_FIELDS = {
    name.casefold(): name
    for names in (
        TITLE_FIELDS,
        TEXT_FIELDS,
        URL_FIELDS,
        OUTLET_FIELDS,
        AUTHOR_FIELDS,
        PUBLISHED_FIELDS,
        UPDATED_FIELDS,
    )
    for name in names
}
_MARKUP = re.compile(r"<(?:p|br|div|span|a|h[1-6]|ul|ol|li|blockquote|figure|section|article|em|strong)\b[^<>]*>", re.I)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


def read_json_lines(file: File) -> Iterator[Found]:
    """One article a line, a JSON object: `text`, and `url`, `title`, `authors`, `published`, `outlet` where known."""
    used: set[str] = set()
    for number, line in enumerate(_lines(io.BufferedReader(file.stream)), start=1):  # type: ignore[type-var]
        where = f"line {number}"
        if line is None:
            yield Skip(file.path, where, f"a line longer than {RECORD_BYTES:,} bytes")
            continue
        text = decode(line)
        if text is None:
            if number == 1:
                raise Unreadable("not text (binary data)")
            yield Skip(file.path, where, "not text (binary data)")
            continue
        if not text.strip():
            continue
        try:
            fields = json.loads(text, parse_constant=lambda _: None)
        except (ValueError, RecursionError) as error:
            yield Skip(file.path, where, f"not JSON ({error})")
            continue
        if not isinstance(fields, dict):
            yield Skip(file.path, where, "not a JSON object")
            continue
        yield record(file, fields, where, used)


def read_json(file: File) -> Iterator[Found]:
    """An article, or a list of them, as news exports and search engines write it, or schema.org's NewsArticle.

    The list may stand by itself or under one of :data:`LIST_FIELDS`, within one of :data:`ENVELOPES` or without.
    """
    text = file.text()
    if text.count("{") + text.count("[") > JSON_NODES:
        raise Unreadable(f"more than {JSON_NODES:,} objects and lists; save large exports as JSON lines (.jsonl)")
    try:
        value = json.loads(text, parse_constant=lambda _: None)
    except ValueError as error:
        raise Unreadable(f"not JSON ({error}); a file with one object a line ends in .jsonl") from error
    del text
    if isinstance(value, dict) and _body(value):
        yield record(file, value, "", set())
        return
    items = _articles_within(value)
    if items is None:
        raise Unreadable(
            f"no list of articles: expected one by itself or under {', '.join(LIST_FIELDS)} or {', '.join(ENVELOPES)}"
        )
    used: set[str] = set()
    for number, item in enumerate(items, start=1):
        if isinstance(item, dict):
            yield record(file, item, f"record {number}", used)
        else:
            yield Skip(file.path, f"record {number}", "not a JSON object")


def read_csv(file: File) -> Iterator[Found]:
    """One article a row; the first row names the columns, the text among them."""
    # the longest cell that csv takes is a setting of the process: 128 KiB unless told, less than a long report
    csv.field_size_limit(ARTICLE_CHARACTERS)
    lines = _csv_lines(file)
    header = next((line for line in lines if line.strip() and not line.startswith("sep=")), "")
    if not header:
        raise Unreadable("empty")
    delimiter, names = _columns(header)
    if len(names) > CSV_COLUMNS:
        raise Unreadable(f"more than {CSV_COLUMNS:,} columns")
    if not set(names) & set(TEXT_FIELDS):
        raise Unreadable(f"the first row names no column {', '.join(TEXT_FIELDS[:-1])} or {TEXT_FIELDS[-1]}")
    used: set[str] = set()
    rows = csv.reader(lines, delimiter=delimiter)
    for number in itertools.count(2):
        where = f"row {number}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            # a quotation mark that is not closed takes in all that follows; where the next row begins is lost
            yield Skip(file.path, where, f"not a row of a table ({error}); what stands after it was not read")
            return
        if not any(cell.strip() for cell in row):
            continue
        if any(cell.strip() for cell in row[len(names) :]):
            # a delimiter in a text without quotation marks would cut the text short
            yield Skip(file.path, where, f"{len(row)} cells in a table of {len(names)} columns")
            continue
        fields = {name: cell for name, cell in zip(names, row, strict=False) if name and cell.strip()}
        yield record(file, fields, where, used)


def record(file: File, fields: Mapping[str, object], where: str, used: set[str]) -> Found:
    """The article of one record.

    Args:
        file: the file it stands in.
        fields: of the record, the text among them.
        where: its place in the file, for an article without a url; ``""`` where the file holds no other.
        used: the locators of the file so far; the new one is added.
    """
    body = _body(fields)
    if not body:
        return Skip(file.path, where, "no text")
    try:
        text, hints = _plain(body)
    except Unreadable as error:
        return Skip(file.path, where, str(error))
    if not text.strip():
        return Skip(file.path, where, "no text")
    rest = {key: _shown(value) for key, value in fields.items() if key not in TEXT_FIELDS}
    if not any(rest.get(name) for name in URL_FIELDS) and (page := _address(rest.get("mainEntityOfPage"))):
        rest["url"] = page
    for name in TITLE_FIELDS:
        if isinstance(title := rest.get(name), str):
            rest[name] = html.unescape(_TAG.sub("", title))
    url = next((url for name in URL_FIELDS if (url := name_of(rest.get(name)))), "")
    # a url says which article it is when lines move; a second article of the same url is told apart by its place
    locator = (url or where) if where else ""
    if locator in used:
        locator = next(name for count in itertools.count(2) if (name := f"{url or where} ({count})") not in used)
    used.add(locator)
    # one that is too long is refused below, and looking for its first sentence would take minutes and much memory
    titled = len(text) > ARTICLE_CHARACTERS or any(name_of(fields.get(name)) for name in TITLE_FIELDS)
    text_facts = {} if titled else {"title": first_sentence(text)}
    try:
        layers = [("field", rest), ("text", text_facts)]
        return compose(file, text, layers, locator=locator, hints=hints)  # type: ignore[arg-type]
    except Unreadable as error:
        return Skip(file.path, where, str(error))


def _body(fields: Mapping[str, object]) -> str:
    bodies = (_shown(fields.get(name)) for name in TEXT_FIELDS)
    return next((body for body in bodies if isinstance(body, str) and body.strip()), "")


def _shown(value: object) -> object:
    # WordPress wraps what it shows: {"title": {"rendered": "…"}}
    return value["rendered"] if isinstance(value, dict) and isinstance(value.get("rendered"), str) else value


def _plain(body: str) -> tuple[str, Sequence[Block]]:
    if not _MARKUP.search(body):
        return body, ()
    from index.markup import fragment

    return fragment(body)


def _address(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else ""


def _articles_within(value: object, depth: int = 0) -> list[object] | None:
    """The records of an export; None where it holds no list of any."""
    if isinstance(value, list):
        if not any(isinstance(item, dict) for item in value):
            return None
        return [item["_source"] if isinstance(item, dict) and "_source" in item else item for item in value]
    if not isinstance(value, dict) or depth > ENVELOPE_DEPTH:
        return None
    if isinstance(graph := value.get("@graph"), list):
        return _articles_of_graph(graph)
    if _body(value):
        return [value]
    for name in (*LIST_FIELDS, *ENVELOPES):
        if name in value and (found := _articles_within(value[name], depth + 1)) is not None:
            return found
    return None


def _articles_of_graph(graph: list[object]) -> list[object]:
    """The articles of a schema.org graph, in which publisher and author may be named by their ``@id`` alone."""
    nodes = [node for node in graph if isinstance(node, dict)]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}

    def resolved(value: object) -> object:
        if isinstance(value, list):
            return [resolved(item) for item in value]
        return (
            by_id.get(value["@id"], value) if isinstance(value, dict) and isinstance(value.get("@id"), str) else value
        )

    named = (*OUTLET_FIELDS, *AUTHOR_FIELDS)
    return [
        {name: resolved(value) if name in named else value for name, value in node.items()}
        for node in nodes
        # the site, its pages and its authors stand in the graph too
        if _body(node) or "Article" in str(node.get("@type"))
    ]


def _columns(header: str) -> tuple[str, list[str]]:
    """The delimiter of a table, and the names of its columns as fields are called here."""
    read = [(delimiter, next(csv.reader([header], delimiter=delimiter), [])) for delimiter in ",;\t|"]
    named = [(delimiter, [_FIELDS.get(_folded(cell), cell.strip()) for cell in cells]) for delimiter, cells in read]
    return max(named, key=lambda table: sum(name in _FIELDS.values() for name in table[1]))


def _folded(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().casefold())


def _csv_lines(file: File) -> Iterator[str]:
    """The lines of a table as text; its first part tells the encoding of what is not UTF-8."""
    reader = io.BufferedReader(file.stream, HEAD_BYTES)  # type: ignore[type-var]
    head = reader.peek()
    # what was read so far may end within a line
    encoding = encoding_of(head[: head.rfind(b"\n") + 1] or head)
    if encoding in ("utf-16", "utf-32"):
        yield from io.TextIOWrapper(reader, encoding, errors="replace", newline="")
        return
    if encoding is None or head.count(b"\0") > len(head) // 100:
        raise Unreadable("not text (binary data)")
    legacy = encoding_of(b"".join(line for line in head.splitlines(keepends=True)[:-1] if not _is_utf_8(line)))
    if legacy == "utf-8-sig":  # of no line at all
        legacy = "cp1252"
    for number, line in enumerate(_lines(reader)):
        if line is None:
            raise Unreadable(f"a line longer than {RECORD_BYTES:,} bytes")
        try:
            yield line.decode("utf-8-sig" if number == 0 else "utf-8")
        except UnicodeDecodeError:
            yield line.decode(legacy or "cp1252", errors="replace")


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines(reader: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a file; None for one that is too long, of which only so much is held."""
    while line := reader.readline(RECORD_BYTES + 1):
        if len(line) <= RECORD_BYTES:
            yield line
            continue
        yield None
        while (rest := reader.readline(RECORD_BYTES)) and not rest.endswith(b"\n"):
            pass


def first_sentence(body: str) -> str:
    """What an article without a title is called: the first sentence of its prose, or as much of it as a title holds."""
    prose = next((block for block in mark(body) if block.kind == "prose"), None)
    # a text without prose is named by what it begins with
    first = split_sentences(body, prose.start, prose.end)[0] if prose is not None else next(paragraphs(body))
    line = one_line(body[first.start : first.end])
    return line if len(line) <= TITLE_LENGTH else line[:TITLE_LENGTH].rsplit(" ", 1)[0] + " …"
