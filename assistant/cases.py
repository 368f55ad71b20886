"""Questions with what is expected of their answers, read from JSON lines, a JSON array or CSV, gzipped too."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.errors import CasesUnreadable

FILE_BYTES = 64 * 1024 * 1024
"""Largest file of questions, unpacked: some 100,000 of them."""

CELL_SEPARATOR = "|"
"""What stands between several answers, choices or addresses in one cell of a table."""

_SPACE = re.compile(r"\s*")
_GZIP = b"\x1f\x8b"
_YES, _NO = frozenset(["true", "yes", "1"]), frozenset(["false", "no", "0"])


@dataclass(frozen=True, slots=True)
class Case:
    """A question to evaluate with, and what is expected of the answer, as far as it is known.

    ``answers`` are wordings of the right answer, any of which will do. ``choices`` are the right and wrong answers
    among which it is told whether an answer is right; without them only what is right is known. ``gold_urls`` are
    addresses of articles that answer. ``asked_on`` is the day the question is asked. ``answerable`` says whether the
    archive is thought to answer at all; a question that it does not answer should be declined.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    gold_urls: tuple[str, ...] = ()
    asked_on: date | None = None
    answerable: bool = True


def read_cases(source: str | os.PathLike[str] | bytes, *, answerable: bool = True) -> list[Case]:
    """The questions of a file, in order.

    A row has ``question`` and, if wanted, ``id`` (else its number), ``answers``, ``choices``, ``gold_urls`` (each one
    or several), ``date`` (2026-01-31) and ``answerable``; other fields are left alone. A table names them in its first
    row, and separates several values in a cell by ``|``.

    Args:
        source: the file, or what it holds.
        answerable: what the questions are taken for; where it is False, nothing that a row says makes it otherwise.

    Raises:
        CasesUnreadable: it is no such file, or a row is wrong; the message names the line.
        OSError: the file cannot be opened.
    """
    name = "standard input" if isinstance(source, bytes) else str(source)
    text = _text(source, name)
    cases: list[Case] = []
    lines: dict[str, int] = {}
    try:
        for number, (line, row) in enumerate(_rows(text), start=1):
            where = f"{name}, line {line}"
            # numbers of two files are not to meet
            case = _case(row, where, f"{number}" if answerable else f"unanswerable-{number}", answerable)
            if case.id in lines:
                raise CasesUnreadable(f"{where}: the id {case.id!r} stands in line {lines[case.id]} already.")
            lines[case.id] = line
            cases.append(case)
    except _Malformed as error:
        raise CasesUnreadable(f"{name}, line {error.line}: {error.reason}.") from None
    if not cases:
        raise CasesUnreadable(f"{name} holds no question.")
    return cases


class _Malformed(Exception):
    """A line is not of the format of the file."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line, self.reason = line, reason


def _text(source: str | os.PathLike[str] | bytes, name: str) -> str:
    if isinstance(source, bytes):
        content = source
    else:
        with Path(source).open("rb") as file:
            content = file.read(FILE_BYTES + 1)
    if content.startswith(_GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                content = packed.read(FILE_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise CasesUnreadable(f"{name} cannot be unpacked ({error}).") from error
    if len(content) > FILE_BYTES:
        raise CasesUnreadable(f"{name} is larger than the {FILE_BYTES // 1024**2} MB that are read. Split it.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CasesUnreadable(f"{name}, line {line}: not UTF-8. Save the file in that encoding.") from None


def _rows(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    match text.lstrip()[:1]:
        case "[":
            return _of_array(text)
        case "{":
            return _of_lines(text)
        case _:
            return _of_table(text)


def _of_lines(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    # not splitlines: a line separator may stand within a string of JSON
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _Malformed(number, f"not JSON ({_reason(error)}); each line holds one question") from None
            yield number, _object(value, number)


def _of_array(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    decoder, line, counted = json.JSONDecoder(), 1, 0
    at = _next(text, text.index("[") + 1)
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise _Malformed(line, f"not JSON ({_reason(error)})") from None
        yield line, _object(value, line)
        at = _next(text, end)
        if text[at : at + 1] == ",":
            at = _next(text, at + 1)
        elif text[at : at + 1] != "]":
            raise _Malformed(line + text.count("\n", counted, at), "a comma or ] is missing after a question")
    if text[at + 1 :].strip():
        raise _Malformed(line, "something stands behind the list of questions")


def _next(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


def _object(value: object, line: int) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _Malformed(line, 'not a JSON object such as {"question": "…"}')
    return value


def _of_table(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    head = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    line = 1
    try:
        for row in rows:
            began, line = line, rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not names:
                names = [cell.strip().lower() for cell in row]
                if "question" not in names:
                    raise _Malformed(began, "the first row names no column question, and this is no JSON either")
                continue
            if len(row) > len(names):
                raise _Malformed(began, f"{len(row)} cells, where the first row names {len(names)}")
            yield began, {name: _cell(name, cell) for name, cell in zip(names, row, strict=False) if cell.strip()}
    except csv.Error as error:
        raise _Malformed(line, f"not a row of a table ({error})") from None


def _cell(name: str, cell: str) -> object:
    if name in ("answers", "choices", "gold_urls"):
        return [part.strip() for part in cell.split(CELL_SEPARATOR) if part.strip()]
    if name == "answerable":
        word = cell.strip().lower()
        return True if word in _YES else False if word in _NO else cell
    return cell.strip()


def _case(row: Mapping[str, object], where: str, number: str, answerable: bool) -> Case:
    question, asked_on = row.get("question"), None
    if not isinstance(question, str) or not question.strip():
        raise CasesUnreadable(f"{where}: `question` must be a text that is not empty.")
    if (day := row.get("date")) not in (None, ""):
        try:
            asked_on = date.fromisoformat(day if isinstance(day, str) else "")
        except ValueError:
            raise CasesUnreadable(f"{where}: `date` must be a day such as 2026-01-31, not {day!r}.") from None
    said = row.get("answerable")
    if said not in (None, True, False):
        raise CasesUnreadable(f"{where}: `answerable` must be true or false, not {said!r}.")
    given = row.get("id")
    if given is not None and (isinstance(given, bool) or not isinstance(given, str | int) or given == ""):
        raise CasesUnreadable(f"{where}: `id` must be a text or a number.")
    answers, choices, gold_urls = (_texts(row, name, where) for name in ("answers", "choices", "gold_urls"))
    if choices and (odd := [answer for answer in answers if answer not in choices]):
        raise CasesUnreadable(f"{where}: the answer {odd[0]!r} is not among the `choices`.")
    return Case(
        number if given is None else str(given),
        question.strip(),
        answers,
        choices,
        gold_urls,
        asked_on,
        answerable and (said is None or bool(said)),
    )


def _texts(row: Mapping[str, object], name: str, where: str) -> tuple[str, ...]:
    value = row.get(name)
    if value is None:
        return ()
    values = value if isinstance(value, list) else [value]
    if any(isinstance(one, bool) or not isinstance(one, str | int | float) for one in values):
        raise CasesUnreadable(f"{where}: `{name}` must be a text or a list of texts.")
    return tuple(str(one) for one in values)
