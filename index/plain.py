"""Readers of plain text and of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from index.cleaning import one_line, paragraphs, reads_as_sentences, same_line
from index.dates import parse_moment
from index.reading import TITLE_CHARACTERS, File, Found, Unreadable, compose
from index.types import Block

OUTLET_WORDS = 6
HEAD_LINES = 8

# "By Ida Holm", also with the day on the same line: "By Ida Holm | 25 April 2022"
_BYLINE = re.compile(
    r"by\s+(?P<names>[^\W\d_][^\d|•·]{2,100}?)\s*(?:[|•·,–—-]\s*)?"
    r"(?P<day>(?:(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+)*"
    r"\d.{4,40})?",
    re.IGNORECASE,
)
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?P<yaml>.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_PUBLISHED = re.compile(r"^(?:published|updated|posted)(?: on)?:?\s*", re.IGNORECASE)


def read_text(file: File) -> Iterator[Found]:
    """One article; its first line is the title, outlet, author and date are looked for below it."""
    text = file.text()
    yield compose(file, text, [("text", facts_of_head(text))])


def read_markdown(file: File) -> Iterator[Found]:
    """One article; its YAML front matter gives the fields, else the first heading is the title."""
    text = file.text()
    match = _FRONT_MATTER.match(text)
    if match is None:
        yield compose(file, text, [("text", facts_of_head(text))])
        return
    try:
        fields = yaml.safe_load(match["yaml"])
    except yaml.YAMLError as error:
        raise Unreadable(f"the front matter is not YAML ({one_line(str(error))[:120]})") from error
    except Exception as error:  # PyYAML lets through whatever its converters meet: 2022-13-45, [[[[…
        raise Unreadable(f"the front matter has a value that is none ({one_line(str(error))[:120]})") from error
    if fields is None:
        fields = {}
    if not isinstance(fields, dict):
        raise Unreadable("the front matter is not a list of fields")
    if not text[match.end() :].strip():
        raise Unreadable("no text after the front matter")
    hints = [Block(0, match.end(), "furniture")]
    yield compose(file, text, [("field", fields), ("text", facts_of_head(text[match.end() :]))], hints=hints)


def facts_of_head(text: str) -> dict[str, object]:
    """What the first lines of a text say: title, and outlet, authors and day where they stand below it."""
    lines = [
        one_line(text[span.start : span.end]) for _, span in zip(range(HEAD_LINES + 8), paragraphs(text), strict=False)
    ]
    first = re.sub(r"^#{1,6}\s+", "", lines[0])
    if len(first) > TITLE_CHARACTERS or (first.endswith(".") and reads_as_sentences(first)):
        return {}
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
        day = _PUBLISHED.sub("", line)
        dated = bool(byline and byline["day"] and parse_moment(byline["day"]))
        if byline and "authors" not in facts and not reads_as_sentences(line) and (dated or not byline["day"]):
            facts["authors"] = byline["names"]
            if dated:
                facts.setdefault("published", byline["day"])
        elif "published" not in facts and parse_moment(day):
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
