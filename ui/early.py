"""The look that a visitor chose, before the first frame: gradio adds what it is given of scripts once it runs."""

from __future__ import annotations

from importlib.resources import files

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class EarlyLook:
    """Puts a short script into the page itself, as it is served."""

    def __init__(self, app: ASGIApp) -> None:
        """Args: app: what answers."""
        self._app = app
        script = files("ui").joinpath("static", "early.js").read_text(encoding="utf-8")
        self._script = f"<script>{script}</script></head>".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope.get("method") != "GET" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        begun: Message | None = None
        body = b""

        async def with_script(message: Message) -> None:
            nonlocal begun, body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                    begun = message
                    return
            if begun is None or message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                body = body.replace(b"</head>", self._script, 1)
                MutableHeaders(scope=begun)["content-length"] = str(len(body))
                await send(begun)
                await send({**message, "body": body})

        await self._app(scope, receive, with_script)
