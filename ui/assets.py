"""What is the same for everybody is made, compressed and hashed once, and kept: gradio's files, and its page.

Gradio compresses each file anew for each request, sends its page as it is, and lets browsers ask again for every file
each time that the page is opened. Plain ASGI around the application, within the login.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections import OrderedDict
from typing import NamedTuple

import brotli
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_KEPT = 32_000_000
"""Bytes that are kept; all files of gradio, compressed, are a quarter of it."""
SMALLEST = 500
"""Bytes from which on compressing saves more than it costs."""
BROTLI_QUALITY = 5
"""Nine takes ten times as long for one hundredth less (gradio's files of a page)."""

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

NEGOTIATED = (b"accept-encoding", b"if-none-match", b"if-modified-since")
TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")


class _Kept(NamedTuple):
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    tag: str


class KeptFiles:
    """Answers from what is kept, and keeps what the application answers."""

    def __init__(self, app: ASGIApp) -> None:
        """Args: app: what answers."""
        self._app = app
        self._kept: OrderedDict[tuple[object, ...], _Kept] = OrderedDict()
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lifetime = _lifetime(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if lifetime is None or "range" in (headers := Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        coding = next((name for name in ("br", "gzip") if name in headers.get("accept-encoding", "")), "")
        # the page names the address that it was asked under, by these
        asked_under = () if scope["path"] != "/" else _asked_under(scope, headers)
        key = (scope["path"], coding, *asked_under)
        kept = self._kept.get(key)
        if kept is None:
            kept = await self._made(scope, receive, send, coding, lifetime)
            if kept is None:
                return
            self._keep(key, kept)
        else:
            self._kept.move_to_end(key)
        same = kept.tag in headers.get("if-none-match", "")
        length = [] if same else [(b"content-length", str(len(kept.body)).encode())]
        await send({"type": "http.response.start", "status": 304 if same else 200, "headers": [*kept.headers, *length]})
        await send({"type": "http.response.body", "body": b"" if same else kept.body})

    async def _made(self, scope: Scope, receive: Receive, send: Send, coding: str, lifetime: str) -> _Kept | None:
        """What the application answers, compressed; None where it is no plain answer, which is then sent as it is."""
        plain = [pair for pair in scope["headers"] if pair[0] not in NEGOTIATED]
        start: Message = {}
        body = b""

        async def collected(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                if message["status"] == 200:
                    return
            elif start["status"] == 200:
                body += message.get("body", b"")
                return
            await send(message)

        # no extension: the answer comes as a start and a body
        await self._app({**scope, "headers": plain, "extensions": {}}, receive, collected)
        if start.get("status") != 200:
            return None
        media = Headers(raw=start["headers"]).get("content-type", "")
        headers = [(b"content-type", media.encode("latin-1")), (b"cache-control", lifetime.encode())]
        if media.startswith(TEXT) and len(body) >= SMALLEST:
            headers.append((b"vary", b"Accept-Encoding"))
            if coding:
                body = brotli.compress(body, quality=BROTLI_QUALITY) if coding == "br" else gzip.compress(body, mtime=0)
                headers.append((b"content-encoding", coding.encode()))
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers.append((b"etag", tag.encode()))
        return _Kept(tuple(headers), body, tag)

    def _keep(self, key: tuple[object, ...], kept: _Kept) -> None:
        before = self._kept.pop(key, None)  # made twice at the same time
        self._kept[key] = kept
        self._size += len(kept.body) - (len(before.body) if before else 0)
        while self._size > MOST_KEPT:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body)


def _lifetime(scope: Scope) -> str | None:
    """How long browsers may keep what is asked for without asking again; None: it is not kept here either."""
    path = scope["path"]
    # the names have a hash of what is in the files, as has the address of the theme
    if path.startswith("/assets/") or (path == "/theme.css" and scope["query_string"].startswith(b"v=")):
        return FOREVER
    if path.startswith("/static/") or path == "/favicon.ico":
        return ASK_AGAIN
    # which conversation is shown is a matter of the browser's
    same_page = path == "/" and re.fullmatch(rb"(conversation=[^&]*)?", scope["query_string"])
    return ASK_AGAIN if same_page else None


def _asked_under(scope: Scope, headers: Headers) -> tuple[object, ...]:
    # all that gradio makes its own address of: what it answers to one header must be shown to nobody without it
    names = ("host", "x-forwarded-host", "x-forwarded-proto", "x-gradio-server")
    return (scope["scheme"], scope.get("root_path", ""), *(headers.get(name) for name in names))
