"""The registry of formats: which files are read, by which reader, within which limits.

A reader is a generator from a :class:`~index.reading.File` to articles and skips, in a module of its own that is
imported when the first file of its format comes.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from io import RawIOBase
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from index.types import Skip

if TYPE_CHECKING:
    from index.reading import Found

READERS_VERSION = 2
"""Part of what an index remembers of its making; to be raised when any reader's rules change."""

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """A format: the endings of its files, what is read of them, and the limits.

    ``limit`` is the most bytes of a file, after unpacking; None: the setting ``max_file_bytes`` alone, for files that
    hold many articles and are read one by one. ``reader`` is "module:function". ``packed`` says whether a file may also
    be gzipped (``.gz``).
    """

    name: str
    endings: tuple[str, ...]
    what: str
    limit: int | None
    reader: str
    packed: bool = True


FORMATS = (
    Format(
        "plain text",
        (".txt",),
        "One article; its first line is the title, outlet, author and date are looked for below it.",
        8 * MB,
        "index.plain:read_text",
    ),
    Format(
        "Markdown",
        (".md", ".markdown"),
        "One article; its YAML front matter gives the fields, else the first heading is the title.",
        8 * MB,
        "index.plain:read_markdown",
    ),
    Format(
        "web page",
        (".html", ".htm", ".xhtml"),
        "One article; the page's metadata give the facts, its structure tells the article from the site around it.",
        32 * MB,
        "index.pages:read_page",
    ),
    Format(
        "saved page",
        (".mht", ".mhtml"),
        "One article: the page of an MHTML file as browsers save it, with the address that it was saved from.",
        32 * MB,
        "index.pages:read_mhtml",
    ),
    Format(
        "JSON lines",
        (".jsonl", ".ndjson"),
        "One article a line, a JSON object with fields such as title, text, date, source and url.",
        None,
        "index.records:read_json_lines",
    ),
    Format(
        "JSON",
        (".json",),
        "An article or a list of them, with the same fields or as schema.org's NewsArticle.",
        48 * MB,
        "index.records:read_json",
    ),
    Format(
        "CSV",
        (".csv", ".tsv"),
        "One article a row; the first row names the columns by the same fields.",
        None,
        "index.records:read_csv",
    ),
    Format(
        "PDF",
        (".pdf",),
        "One article of 300 pages at most, column by column; not a scan, and not one that asks for a password.",
        64 * MB,
        "index.documents:read_pdf",
        packed=False,
    ),
    Format(
        "Word document",
        (".docx",),
        "One article, of 24 MB of XML at most: paragraphs, headings, lists, tables and notes.",
        64 * MB,
        "index.documents:read_docx",
        packed=False,
    ),
    Format(
        "mail",
        (".eml",),
        "One article, the text of a newsletter; its subject is the title, its sender the outlet.",
        100 * MB,
        "index.mail:read_mail",
    ),
    Format(
        "web archive",
        (".warc",),
        "One article a web page of 20 MB at most that was fetched with success.",
        None,
        "index.webarchives:read_warc",
    ),
    Format(
        "feed",
        (".rss", ".atom", ".xml"),
        "One article an entry of RSS or Atom that holds its full text; an entry with a summary only is skipped.",
        32 * MB,
        "index.feeds:read_feed",
    ),
)

_BY_ENDING = {ending: format_ for format_ in FORMATS for ending in format_.endings}


def formats() -> tuple[Format, ...]:
    """The formats that are read."""
    return FORMATS


def format_of(name: str) -> Format | None:
    """The format of a file by the ending of its name: ``news.jsonl.gz`` is JSON lines; None where it is not read."""
    path = PurePosixPath(name.lower())
    whole = _BY_ENDING.get(path.suffix)
    if path.suffix == ".gz":
        inner = _BY_ENDING.get(PurePosixPath(path.stem).suffix)
        return inner if inner is not None and inner.packed else None
    return whole


def refused(relative: str, size: int, limit: int) -> Skip | None:
    """Why a file of so many bytes is not read, as far as its name and its size tell; None where it is."""
    format_ = format_of(relative)
    if format_ is None:
        path = PurePosixPath(relative.lower())
        ending = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
        return Skip(relative, "", f"files ending in {ending or 'nothing'} are not read")
    most, reason = _limit(format_, limit)
    return Skip(relative, "", reason) if size > most else None


def _limit(format_: Format, limit: int) -> tuple[int, str]:
    """The most bytes of a file, and the reason why one of more is not read."""
    if format_.limit is None or limit < format_.limit:
        return limit, f"larger than the setting max_file_bytes ({limit:,} bytes)"
    return format_.limit, f"larger than {format_.name} may be ({format_.limit:,} bytes)"


def read(relative: str, stream: BinaryIO, limit: int, modified: datetime | None = None) -> Iterator[Found]:
    """The articles of one file, and a Skip for each part of it that cannot be read. Raises nothing for what it holds.

    Args:
        relative: its path within the folder of articles, with ``/``.
        stream: its bytes, as they are on disk.
        limit: the most bytes that it may hold after unpacking, whatever its format.
        modified: when it was last written, timezone-aware.
    """
    from index.reading import File, Unreadable

    skip = refused(relative, 0, limit)
    format_ = format_of(relative)
    if skip is not None or format_ is None:
        assert skip is not None
        yield skip
        return
    most, too_large = _limit(format_, limit)
    unpacked: BinaryIO = stream
    if relative.lower().endswith(".gz"):
        unpacked = gzip.GzipFile(fileobj=stream)  # type: ignore[assignment]
    bounded = _Bounded(unpacked, most, too_large)
    empty = True
    try:
        for found in _reader(format_)(File(relative, bounded, modified)):  # type: ignore[arg-type]
            empty = False
            yield found
        if empty:
            yield Skip(relative, "", "holds no article")
    except Unreadable as error:
        yield Skip(relative, "", str(error))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield Skip(relative, "", f"the gzip data is damaged ({error})")
    except OSError:
        raise  # the disk, not what the file holds
    except MemoryError:
        yield Skip(relative, "", "takes more memory than a reader may have")
    except RecursionError:
        yield Skip(relative, "", "nested too deeply")
    except Exception as error:  # noqa: BLE001 - ten libraries read these files, each with its own words for damage
        yield Skip(relative, "", f"damaged: {type(error).__name__}: {' '.join(str(error).split())[:120]}")


def _reader(format_: Format) -> Callable[..., Iterator[Found]]:
    module, _, function = format_.reader.partition(":")
    found: Callable[..., Iterator[Found]] = getattr(import_module(module), function)
    return found


class _Bounded(RawIOBase):
    """A stream of which no more than ``limit`` bytes are read."""

    def __init__(self, stream: BinaryIO, limit: int, reason: str) -> None:
        self._stream, self._limit, self._reason, self._seen = stream, limit, reason, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        # one piece at a time: of gzip data that is cut, what stands before the cut is read
        read = getattr(self._stream, "read1", self._stream.read)
        piece = read(min(len(view), 1 << 20))
        self._seen += len(piece)
        if self._seen > self._limit:
            from index.reading import Unreadable

            raise Unreadable(self._reason)
        view[: len(piece)] = piece
        return len(piece)
