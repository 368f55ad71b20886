"""Reader of web archives: the pages that a crawler or a browser recorded as WARC."""

from __future__ import annotations

import gzip
import io
import itertools
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import brotli
from warcio.archiveiterator import WARCIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from index.dates import Moment, parse_moment
from index.reading import File, Found, Reading, Unreadable, outlet_of
from index.types import Skip

PAGE_BYTES = 20 * 1024 * 1024
"""Largest page that is read, as it was sent and unpacked."""

PAGES = ("text/html", "application/xhtml+xml")

PIECE = 1 << 16

_DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error)


class _Records(WARCIterator):  # type: ignore[misc]
    INC_RECORD = ""  # what warcio would print about a damaged record; err_count tells it too


class _Torn:
    """A stream that ends where it is damaged, and keeps what was wrong there."""

    def __init__(self, stream: io.BufferedReader[Any]) -> None:
        self._stream = stream
        self.fault = ""

    def read(self, size: int = -1) -> bytes:
        if self.fault:
            return b""
        try:
            return self._stream.read1(size)
        except _DAMAGE as error:
            self.fault = f"the gzip data is damaged ({error})"
            return b""


def read_warc(file: File) -> Iterator[Found]:
    """The articles of the pages of a web archive, by address; of a damaged one those before the damage.

    A page is a response with status 200 and a content type of :data:`PAGES`. Records of other kinds (requests,
    metadata, revisits that repeat no content) are no articles and are passed over.
    """
    reader = io.BufferedReader(file.stream)  # type: ignore[type-var]
    start = reader.peek(5)[:5]
    if start[:2] == b"\x1f\x8b":
        raise Unreadable("gzipped: such a web archive is called .warc.gz")
    if start != b"WARC/":
        raise Unreadable("not a web archive: it does not begin with WARC/" if start else "empty")
    stream = _Torn(reader)
    records = _Records(stream)
    used: set[str] = set()
    try:
        for record in records:
            if _is_page(record):
                yield from _articles(file, record, used)
            records.read_to_end()
            if record.raw_stream.limit or records.err_count:
                stream.fault = stream.fault or "a record is not as long as it says"
                break
        if records.next_line:  # where a record begins; warcio takes one that is cut in its head for the end
            stream.fault = stream.fault or "cut off at the head of a record"
    except (ArchiveLoadFailed, *_DAMAGE, ValueError, AttributeError) as error:
        # warcio's parser has no error of its own for a record cut in its head
        stream.fault = stream.fault or f"not a record of a web archive ({' '.join(str(error).split())[:100]})"
    if stream.fault:
        yield Skip(file.path, "", f"{stream.fault}; what stands before it was read")


def _is_page(record: Any) -> bool:
    if record.rec_type != "response" or record.http_headers is None:
        return False
    kind = (record.http_headers.get_header("Content-Type") or "").partition(";")[0].strip().casefold()
    return record.http_headers.get_statuscode() == "200" and kind in PAGES


def _articles(file: File, record: Any, used: set[str]) -> Iterator[Found]:
    from index.pages import read_page

    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    # a page may be archived again and again
    locator = next(name for n in itertools.count(1) if (name := url if n == 1 else f"{url} ({n})") not in used)
    used.add(locator)
    saved = _instant(record.rec_headers.get_header("WARC-Date"))
    try:
        for found in read_page(File.of(file.path, _content(record), saved)):
            yield replace(found, locator=locator) if isinstance(found, Skip) else _placed(found, url, locator, saved)
    except Unreadable as error:
        yield Skip(file.path, locator, str(error))


def _placed(reading: Reading, url: str, locator: str, saved: datetime | None) -> Reading:
    article = replace(reading.article, locator=locator)
    origins = dict(article.origins)
    if not article.url:
        article = replace(article, url=url)
        origins["url"] = "field"
    if not article.outlet and (outlet := outlet_of(url)):
        article = replace(article, outlet=outlet)
        origins["outlet"] = "url"
    return replace(reading, article=replace(article, origins=origins), saved=saved or reading.saved)


def _instant(value: str | None) -> datetime | None:
    found = parse_moment(value)
    return found.at if isinstance(found, Moment) else None


def _content(record: Any) -> bytes:
    """The page of a record, no longer chunked or packed.

    Raises:
        Unreadable: it is larger than :data:`PAGE_BYTES`, or packed in a way that is not known.
    """
    headers = record.http_headers
    content = _at_most(iter(lambda: record.raw_stream.read(PIECE), b""))
    if record.raw_stream.limit:
        raise Unreadable("cut off before the end of the page")
    if (headers.get_header("Transfer-Encoding") or "").casefold() == "chunked":
        content = ChunkedDataReader(io.BytesIO(content)).read()
    packings = [name.strip().casefold() for name in (headers.get_header("Content-Encoding") or "").split(",")]
    for packing in reversed([name for name in packings if name not in ("", "identity")]):
        if packing not in _UNPACKERS:
            raise Unreadable(f"packed as {packing[:20]}, which is not read")
        try:
            content = _at_most(_UNPACKERS[packing](content))
        except (zlib.error, brotli.error):
            # crawlers unpack some pages and leave the header as it was
            if content.lstrip()[:1] != b"<":
                raise Unreadable(f"damaged: its {packing} data cannot be unpacked") from None
    return content


def _at_most(pieces: Iterator[bytes]) -> bytes:
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > PAGE_BYTES:
            raise Unreadable(f"a page larger than {PAGE_BYTES:,} bytes")
    return bytes(content)


def _gunzipped(content: bytes) -> Iterator[bytes]:
    return _inflated(content, zlib.MAX_WBITS | 32)


def _deflated(content: bytes) -> Iterator[bytes]:
    # "deflate" was meant with zlib's header, and some servers send it without
    with_header = len(content) > 1 and content[0] & 0x0F == 8 and int.from_bytes(content[:2], "big") % 31 == 0
    return _inflated(content, zlib.MAX_WBITS if with_header else -zlib.MAX_WBITS)


def _inflated(content: bytes, window: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(window)
    while content and not unpacker.eof:
        yield unpacker.decompress(content, PIECE)
        content = unpacker.unconsumed_tail


def _unbrotlied(content: bytes) -> Iterator[bytes]:
    unpacker = brotli.Decompressor()
    piece = unpacker.process(content, output_buffer_limit=PIECE)
    while piece:
        yield piece
        piece = b"" if unpacker.is_finished() else unpacker.process(b"", output_buffer_limit=PIECE)


_UNPACKERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _deflated,
    "br": _unbrotlied,
}
