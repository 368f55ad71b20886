"""Reader of mail: a newsletter as a mail program saves it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from email import policy
from email.errors import HeaderParseError
from email.feedparser import BytesFeedParser
from email.headerregistry import Address
from email.message import EmailMessage
from typing import BinaryIO

from index.cleaning import one_line
from index.decoding import decode
from index.reading import File, Found, Unreadable, compose
from index.types import Block

PARTS = 30
"""Most parts with parts of their own in a message; a newsletter has two."""

MESSAGE_BYTES = 16 * 1024 * 1024
"""Longest message without its attachments. Parsing takes about eight times as much memory."""

LINE_BYTES = 1024 * 1024
HEAD_BYTES = 64 * 1024

NOTICE_CHARACTERS = 400
"""A longer paragraph is no notice of the mailing list, whatever it says."""

FULLER = 0.8
"""Share of the plain text's words that the HTML must have to be taken for the whole message."""

_FILE = re.compile(rb"^content-type:\s*+(?!text/|multipart/|message/)", re.MULTILINE)
_BASE64 = re.compile(rb"^content-transfer-encoding:\s*base64", re.MULTILINE)
_BOUNDARY = re.compile(rb"\bboundary\s*=", re.IGNORECASE)
_LINE = re.compile(r"[^\n]+")
_NOTICE = re.compile(
    r"\b(?:view|read|open|see)\b.{0,40}\b(?:in|on)\s+(?:your|a|the)?\s*(?:web\s*)?(?:browser|web)\b"
    r"|\bunsubscribe\b|\b(?:manage|update|change)\b.{0,30}\b(?:preferences|subscriptions?|profile)\b"
    r"|\byou\s*(?:are|['’]re|were)\s+(?:receiving|getting|subscribed|sent)\b|\byou\s+received\s+this\b"
    r"|\bforward(?:ed)?\b.{0,30}\b(?:to\s+a\s+friend|this\s+e-?mail)\b|\badd\s+us\s+to\s+your\s+address\s+book\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://\S+")


def read_mail(file: File) -> Iterator[Found]:
    """One article: the text of the message, by its subject, sender and date. Attachments are left alone."""
    parser = BytesFeedParser(policy=policy.default)
    size = parts = 0
    for line in _without_attachments(io.BufferedReader(file.stream)):  # type: ignore[type-var]
        size += len(line)
        parts += bool(_BOUNDARY.search(line))
        if size > MESSAGE_BYTES:
            raise Unreadable(f"larger than {MESSAGE_BYTES:,} bytes without its attachments")
        if parts > PARTS:
            raise Unreadable(f"more than {PARTS} parts within parts")
        parser.feed(line)
    message = parser.close()
    assert isinstance(message, EmailMessage)
    if not message.keys():
        raise Unreadable("not a mail: it has no headers")
    plain, pages = _bodies(message)
    text, hints = _text_of(plain, pages)
    if not text.strip():
        raise Unreadable("no text")
    yield compose(file, text, [("page metadata", _facts(message))], hints=_with_notices(text, hints))


def _without_attachments(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a message but for the data of its pictures and other files, which would fill the memory."""
    head: bytes | None = b""
    file_data = False
    while line := stream.readline(LINE_BYTES):
        if head is not None:
            head += line.lower() if len(head) < HEAD_BYTES else b""
            if not line.strip():
                file_data = bool(_FILE.search(head) and _BASE64.search(head))
                head = None
        elif line.startswith(b"--"):
            head, file_data = b"", False
        if not file_data or not line.strip():
            yield line


def _bodies(message: EmailMessage) -> tuple[list[str], list[str]]:
    """What of a message is shown: its parts of plain text, and those of HTML."""
    plain: list[str] = []
    pages: list[str] = []
    for part in message.walk():
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html") or part.get_content_disposition() == "attachment":
            continue
        text = _decoded(part).replace("\r\n", "\n")
        if kind == "text/html":
            pages.append(text)
        else:
            plain.append(_unflowed(text, part) if part.get_param("format") == "flowed" else text)
    return plain, pages


def _decoded(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset()
    if charset:
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            pass  # mail programs name encodings that they did not use
    return decode(content) or ""


def _unflowed(text: str, part: EmailMessage) -> str:
    """Text whose soft line breaks end in a space (RFC 3676) with its paragraphs in one line each."""
    join = "" if str(part.get_param("delsp")).casefold() == "yes" else " "
    lines: list[str] = []
    open_line = False
    for line in text.split("\n"):
        line = line.removeprefix(" ")
        soft = line.endswith(" ") and line != "-- "
        content = line[:-1] + join if soft else line
        if open_line:
            lines[-1] += content
        else:
            lines.append(content)
        open_line = soft
    return "\n".join(lines)


def _text_of(plain: list[str], pages: list[str]) -> tuple[str, Sequence[Block]]:
    text = "\n\n".join(plain)
    if pages:
        from index.markup import fragment

        found = fragment(pages[0] if len(pages) == 1 else "\n".join(f"<div>{page}</div>" for page in pages))
        if _words(found[0]) >= FULLER * _words(text):
            return found
    return text, ()


def _words(text: str) -> int:
    return len(_ADDRESS.sub("", text).split())


def _facts(message: EmailMessage) -> dict[str, object]:
    senders = getattr(_header(message, "From"), "addresses", ())
    sender: Address | None = senders[0] if senders else None
    return {
        "title": one_line(str(_header(message, "Subject") or "")),
        "outlet": one_line(sender.display_name) or sender.domain if sender else "",
        "date": getattr(_header(message, "Date"), "datetime", None),
    }


def _header(message: EmailMessage, name: str) -> object:
    try:
        return message.get(name)
    except (ValueError, LookupError, AttributeError, TypeError, HeaderParseError):
        return None  # Python's parser of addresses stumbles over some that are malformed


def _with_notices(text: str, hints: Sequence[Block]) -> list[Block]:
    """``hints``, and the lines between them that are the mailing list's own."""
    found = list(hints)
    for match in _LINE.finditer(text):
        start, end = match.span()
        short = end - start <= NOTICE_CHARACTERS and _NOTICE.search(match[0])
        if short and not any(hint.start < end and start < hint.end for hint in hints):
            found.append(Block(start, end, "furniture"))
    return sorted(found, key=lambda block: block.start)
