"""Readers of exports: records with fields, one article each."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator

from index.cleaning import mark, one_line, paragraphs
from index.decoding import decode
from index.reading import (
    ARTICLE_CHARACTERS,
    TEXT_FIELDS,
    TITLE_FIELDS,
    URL_FIELDS,
    File,
    Found,
    Unreadable,
    compose,
    name_of,
)
from index.sentences import split_sentences
from index.types import Skip

RECORD_BYTES = 32 * 1024 * 1024
"""Longest line of a file of records."""

TITLE_LENGTH = 120
"""Characters of the sentence that an article without a title is named after."""


def read_json_lines(file: File) -> Iterator[Found]:
    """One article a line, a JSON object: `text`, and `url`, `title`, `authors`, `published`, `outlet` where known."""
    used: set[str] = set()
    for number, line in enumerate(_lines(file), start=1):
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


def record(file: File, fields: dict[str, object], where: str, used: set[str]) -> Found:
    """The article of one record.

    Args:
        file: the file it stands in.
        fields: of the record, the text among them.
        where: its place in the file, for an article without a url.
        used: the locators of the file so far; the new one is added.
    """
    body = next((value for name in TEXT_FIELDS if isinstance(value := fields.get(name), str) and value.strip()), None)
    if body is None:
        return Skip(file.path, where, "no text")
    rest = {key: value for key, value in fields.items() if key not in TEXT_FIELDS}
    url = next((url for name in URL_FIELDS if (url := name_of(fields.get(name)))), "")
    # a url says which article it is when lines move; a second article of the same url is told apart by its place
    locator = url or where
    if locator in used:
        locator = next(name for count in itertools.count(2) if (name := f"{url or where} ({count})") not in used)
    used.add(locator)
    # one that is too long is refused below, and looking for its first sentence would take minutes and much memory
    titled = len(body) > ARTICLE_CHARACTERS or any(name_of(fields.get(name)) for name in TITLE_FIELDS)
    text_facts = {} if titled else {"title": _first_sentence(body)}
    try:
        return compose(file, body, [("field", rest), ("text", text_facts)], locator=locator)
    except Unreadable as error:
        return Skip(file.path, where, str(error))


def _lines(file: File) -> Iterator[bytes | None]:
    """The lines of a file; None for one that is too long, of which only so much is held."""
    reader = io.BufferedReader(file.stream)  # type: ignore[type-var]
    while line := reader.readline(RECORD_BYTES + 1):
        if len(line) <= RECORD_BYTES:
            yield line
            continue
        yield None
        while (rest := reader.readline(RECORD_BYTES)) and not rest.endswith(b"\n"):
            pass


def _first_sentence(body: str) -> str:
    prose = next((block for block in mark(body) if block.kind == "prose"), None)
    # a text without prose is named by what it begins with
    first = split_sentences(body, prose.start, prose.end)[0] if prose is not None else next(paragraphs(body))
    line = one_line(body[first.start : first.end])
    return line if len(line) <= TITLE_LENGTH else line[:TITLE_LENGTH].rsplit(" ", 1)[0] + " …"
