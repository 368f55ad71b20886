"""Scripted servers that speak the protocols of OpenAI, Ollama and Anthropic over a real socket: what a model may say,
and all that may go wrong.

A script is a function of the request that gives what happens, step by step: pieces of text, and the steps below.
"""

from __future__ import annotations

import json
import re
import select
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain

LONGEST = 30
"""Seconds after which a server that nobody leaves stops by itself."""


@dataclass(frozen=True)
class Refuse:
    """Answer with a status instead of a stream."""

    status: int
    body: str = '{"error": {"message": "no"}}'
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Pause:
    """Say nothing for so long; ends when the client leaves."""

    seconds: float


@dataclass(frozen=True)
class Disconnect:
    """Close the connection in the middle of the stream."""


@dataclass(frozen=True)
class Raw:
    """Send these bytes as they are."""

    data: bytes


Step = str | Refuse | Pause | Disconnect | Raw
Script = Callable[[dict], Iterable[Step]]


class Left(Exception):
    """The client has closed the connection."""


class Cut(Exception):
    """The script has closed the connection."""


class ModelServer:
    """Serves a script on the loopback; a context manager.

    ``requests`` are the bodies received, ``headers`` theirs, ``paths`` the paths asked for. ``left`` is set as soon as
    a client closes its connection before its stream has ended.
    """

    def __init__(self, script: Script | str) -> None:
        self.script: Script = (lambda _: [script]) if isinstance(script, str) else script
        self.requests: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.left = threading.Event()
        self.said = 0

    def __enter__(self) -> ModelServer:
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                served.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def prompt(self, at: int = -1) -> str:
        """What a request asked, all its messages."""
        return "\n".join(message["content"] for message in self.requests[at]["messages"])

    def passages(self, at: int = -1) -> dict[int, str]:
        """The passages of a request, by number."""
        material = re.search(r"<passages \w+>\n(.*?)\n</passages", self.requests[at]["messages"][1]["content"], re.S)
        found = re.findall(r"^\[(\d+)\] [^\n]*\n(.*?)(?=^\[\d+\] |\Z)", material[1], re.M | re.S)
        return {int(number): text.strip() for number, text in found}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        self.paths.append(request.path)
        steps = iter(self.script(body))
        first = next(steps, "")
        request.close_connection = True
        if isinstance(first, Refuse):
            data = first.body.encode()
            request.send_response(first.status)
            for name, value in (*first.headers, ("Content-Type", "application/json"), ("Content-Length", len(data))):
                request.send_header(name, str(value))
            request.end_headers()
            request.wfile.write(data)
            return
        request.send_response(200)
        request.send_header("Content-Type", self.content_type)
        request.send_header("Connection", "close")
        request.end_headers()
        try:
            self._begin(request)
            for step in chain((first,), steps):
                self._do(request, step)
            self._end(request)
        except (Left, BrokenPipeError, ConnectionResetError):
            self.left.set()
        except Cut:
            pass

    def _do(self, request: BaseHTTPRequestHandler, step: Step) -> None:
        if isinstance(step, Pause):
            until = time.monotonic() + step.seconds
            while (wait := until - time.monotonic()) > 0:
                readable, _, _ = select.select([request.connection], [], [], min(wait, 0.05))
                if readable and not request.connection.recv(1):
                    raise Left
        elif isinstance(step, Disconnect):
            raise Cut
        elif isinstance(step, Raw):
            request.wfile.write(step.data)
        elif step:
            self._say(request, step)
            self.said += len(step)

    content_type = "text/event-stream"

    def _begin(self, request: BaseHTTPRequestHandler) -> None:
        self._send_chunk(request, {"role": "assistant", "content": ""})

    def _say(self, request: BaseHTTPRequestHandler, text: str) -> None:
        self._send_chunk(request, {"content": text})

    def _end(self, request: BaseHTTPRequestHandler) -> None:
        self._send_chunk(request, {}, "stop")
        request.wfile.write(b"data: [DONE]\n\n")

    def _send_chunk(self, request: BaseHTTPRequestHandler, delta: dict[str, str], ending: str | None = None) -> None:
        chunk = {
            "id": "scripted",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": "scripted",
            "choices": [{"index": 0, "delta": delta, "finish_reason": ending}],
        }
        request.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        request.wfile.flush()


class OllamaServer(ModelServer):
    """Speaks Ollama's protocol: a line of JSON for each piece."""

    content_type = "application/x-ndjson"

    @property
    def url(self) -> str:
        return super().url.removesuffix("/v1")

    def _begin(self, request: BaseHTTPRequestHandler) -> None:
        pass

    def _say(self, request: BaseHTTPRequestHandler, text: str, done: bool = False) -> None:
        message = {"role": "assistant", "content": text}
        line = {"model": "scripted", "created_at": "2024-06-13T09:00:00Z", "message": message, "done": done}
        request.wfile.write(f"{json.dumps(line)}\n".encode())
        request.wfile.flush()

    def _end(self, request: BaseHTTPRequestHandler) -> None:
        self._say(request, "", done=True)


class AnthropicServer(ModelServer):
    """Speaks Anthropic's protocol: named events around one block of text."""

    @property
    def url(self) -> str:
        return super().url.removesuffix("/v1")

    def _begin(self, request: BaseHTTPRequestHandler) -> None:
        message = {"id": "scripted", "type": "message", "role": "assistant", "content": [], "model": "scripted"}
        rest = {"stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}
        self._send(request, {"type": "message_start", "message": message | rest})
        block = {"type": "text", "text": ""}
        self._send(request, {"type": "content_block_start", "index": 0, "content_block": block})

    def _say(self, request: BaseHTTPRequestHandler, text: str) -> None:
        delta = {"type": "text_delta", "text": text}
        self._send(request, {"type": "content_block_delta", "index": 0, "delta": delta})

    def _end(self, request: BaseHTTPRequestHandler) -> None:
        self._send(request, {"type": "content_block_stop", "index": 0})
        ending = {"stop_reason": "end_turn", "stop_sequence": None}
        self._send(request, {"type": "message_delta", "delta": ending, "usage": {"output_tokens": 2}})
        self._send(request, {"type": "message_stop"})

    def _send(self, request: BaseHTTPRequestHandler, event: dict) -> None:
        request.wfile.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
        request.wfile.flush()


def endless(sentence: str) -> Script:
    """Says ``sentence`` over and over, with its number changed, until the client leaves."""

    def script(_: dict) -> Iterable[Step]:
        until = time.monotonic() + LONGEST
        number = 0
        while time.monotonic() < until:
            number += 1
            yield sentence.format(number=number)

    return script


def word_by_word(text: str, seconds: float = 0.0) -> Script:
    """Says ``text`` a word at a time, with a pause after each."""

    def script(_: dict) -> Iterable[Step]:
        for word in re.findall(r"\s*\S+", text):
            yield word
            if seconds:
                yield Pause(seconds)

    return script


def in_turn(*scripts: Script | str) -> Script:
    """The first request gets the first script, and so on; the last one serves all that follow."""
    left = list(scripts)

    def script(request: dict) -> Iterable[Step]:
        chosen = left.pop(0) if len(left) > 1 else left[0]
        return [chosen] if isinstance(chosen, str) else chosen(request)

    return script
