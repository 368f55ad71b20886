"""What stands before every route: headers, the address it is served under, foreign pages refused, and the login.

Plain ASGI, each around the whole application, so that no route can be forgotten and no stream is held up.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.logins import SESSION_SECONDS, Logins, TooManyLogins

OPEN = ("/healthz", "/favicon.ico")
"""What needs no login: they tell that the server runs, and nothing else. A browser asks for the icon also at the top of
the host, where it sends no login of a path below."""

COOKIE = "byline-session"
MOST_FORM = 4096
"""Bytes of a login form."""


class FixedHeaders:
    """Headers of every response; what a response says itself goes before."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        """Args: app: what answers. headers: name and value of each."""
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class Below:
    """Serves under a path such as /byline, whether a proxy in front cuts it off or not."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        """Args: app: what answers. path: without a slash at its end."""
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if path == self._path or path.startswith(f"{self._path}/"):
            rest = path[len(self._path) :] or "/"
            scope = {**scope, "path": rest, "raw_path": rest.encode("utf-8", "replace")}
        await self._app(scope, receive, send)


class SameOrigin:
    """Refuses what another web page asks for in the name of whoever looks at it."""

    def __init__(self, app: ASGIApp) -> None:
        """Args: app: what answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and _is_foreign(Headers(scope=scope)):
            await _refuse(scope, receive, send, _fault(403, "Another web page may not ask here."))
        else:
            await self._app(scope, receive, send)


def _is_foreign(headers: Headers) -> bool:
    # a proxy tells which name it was asked under; a foreign page cannot say so without asking first, which is refused
    names = {headers.get("host"), headers.get("x-forwarded-host")} - {None}
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc not in names
    return headers.get("sec-fetch-site") in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate"


class LoginRequired:
    """Lets in who has logged in: programs by HTTP Basic, browsers by a form and a cookie."""

    def __init__(self, app: ASGIApp, logins: Logins, path: str = "") -> None:
        """Args: app: what answers. logins: who may come in. path: what the application is served under."""
        self._app = app
        self._logins = logins
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or (scope["type"] == "http" and scope["path"] in OPEN):
            await self._app(scope, receive, send)
            return
        try:
            response = await self._refusal(scope, receive)
        except TooManyLogins as error:
            response = self._refused(scope, 429, "Too many wrong logins. Try again in a while.")
            response.headers["Retry-After"] = str(math.ceil(error.seconds))
        if response is None:
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, response)

    async def _refusal(self, scope: Scope, receive: Receive) -> Response | None:
        """What is answered instead of the application; None: it answers."""
        headers = Headers(scope=scope)
        token = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        asked = (scope.get("method"), scope["path"])
        if asked == ("POST", "/login"):
            return await self._log_in(scope, receive)
        user = self._logins.user_of(token)
        if user is None and (given := _basic(headers.get("authorization", ""))):
            name, password = given
            if await self._logins.check(name, password, _address(scope)):
                user = name
            else:
                return self._refused(scope, 401, "The login is wrong.")
        if user is None:
            return self._refused(scope, 401, "Log in first.")
        if asked == ("POST", "/logout"):
            self._logins.end_session(token)
            return self._sent_home({"value": "", "max_age": 0}, scope)
        scope.setdefault("state", {})["user"] = user
        return None

    async def _log_in(self, scope: Scope, receive: Receive) -> Response:
        body = b""
        async for chunk in Request(scope, receive).stream():
            body += chunk
            if len(body) > MOST_FORM:
                return self._refused(scope, 413, "The login is too long.")
        try:
            fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8)
        except ValueError:
            fields = {}
        user, password = (fields.get(name, [""])[0] for name in ("user", "password"))
        if not await self._logins.check(user, password, _address(scope)):
            return self._refused(scope, 401, "The login is wrong.")
        return self._sent_home({"value": self._logins.begin_session(user), "max_age": int(SESSION_SECONDS)}, scope)

    def _sent_home(self, cookie: Mapping[str, Any], scope: Scope) -> Response:
        response = RedirectResponse(f"{self._path}/", 303)
        response.set_cookie(
            COOKIE, path=f"{self._path}/", secure=scope["scheme"] == "https", httponly=True, samesite="lax", **cookie
        )
        return response

    def _refused(self, scope: Scope, status: int, message: str) -> Response:
        headers = Headers(scope=scope)
        if "text/html" in headers.get("accept", ""):
            page = files("ui").joinpath("static", "login.html").read_text(encoding="utf-8")
            wrong = "" if message == "Log in first." else escape(message)
            page = page.replace("{{action}}", escape(f"{self._path}/login")).replace("{{message}}", wrong)
            # without a referrer, a browser does not say either where a form comes from
            # to a person the form is an answer; a browser would tell its console of a fault
            status = 200 if status == 401 and headers.get("sec-fetch-mode") == "navigate" else status
            return HTMLResponse(page, status, {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"})
        response = _fault(status, message)
        if status == 401 and "sec-fetch-mode" not in headers:  # a browser would open a window of its own
            response.headers["WWW-Authenticate"] = 'Basic realm="Byline", charset="UTF-8"'
        return response


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if colon else None


def _address(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""


def _fault(status: int, message: str) -> Response:
    return JSONResponse({"error": {"kind": "Refused", "message": message, "command": None}}, status)


async def _refuse(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
    else:
        await response(scope, receive, send)


class BodyLimit:
    """Refuses requests with longer bodies, before they are read or as soon as they are too long."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """Args: app: what answers. most: bytes."""
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told) > self._most:
            response = _fault(413, f"The request is longer than the {self._most:,} bytes that are read. Shorten it.")
            await response(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                # whoever sends without telling how much is cut off
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, counted, send)
