"""Bytes to text: the encoding of what was saved, whoever saved it."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

DAMAGED = 0.02
"""Share of what lies beyond ASCII up to which bytes that are no UTF-8 are damage to a text that is: a download that
ended within a character, a stray byte. Text in another encoding has hardly a character that reads as UTF-8."""

WESTERN = 0.1
"""Share of bytes beyond ASCII up to which text that is not Unicode is taken for Windows-1252, if it can be."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def decode(content: bytes) -> str | None:
    """The text of ``content``: UTF-8, UTF-16 or UTF-32 with a byte order mark, else the likeliest legacy encoding.

    Returns None for binary data. A byte order mark is not part of the text.
    """
    encoding = encoding_of(content)
    if encoding is None:
        return None
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding in ("utf-16", "utf-32"):
            return None
        text = content.decode(encoding, errors="replace")
    return None if text.count("\0") > len(text) // 100 else text


def encoding_of(content: bytes) -> str | None:
    """The name of the encoding of ``content``, as :func:`decode` reads it; None for binary data."""
    for mark, encoding in ((b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in content:
            return None
        if _is_damaged_utf_8(content):
            return "utf-8-sig"
        if _is_western(content):
            return "cp1252"
        best = from_bytes(content[: 1024 * 1024]).best()
        return None if best is None else best.encoding
    return "utf-8-sig"


def without_surrogates(text: str) -> str:
    """``text`` with each lone surrogate, which no file or model takes, as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def _is_damaged_utf_8(content: bytes) -> bool:
    text = content.decode("utf-8", errors="replace")
    return text.count("\ufffd") <= DAMAGED * sum(not character.isascii() for character in text)


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
