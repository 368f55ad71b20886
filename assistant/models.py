"""The language model that a setting names, behind llama-index's LLM interface: a prompt in, its words as they come.

The only room that knows llama-index's classes for models, and httpx. Their asynchronous side is what is used, in a
thread of its own with its own event loop: a read that waits for the next word can be cancelled at once, which closes
the connection, which ends the work in the server. A blocking read cannot be woken from another thread, and what
llama-index's synchronous streams do when they are left depends on the vendor. The connection is httpx's, made here:
it follows no redirect, so that no article reaches another host than the one that was named, and asks no proxy for a
server on this machine.

A GGUF file is run by llama.cpp's own server within this process, on a port of the loopback that only a random key
opens, so that it is read and stopped in the same way as any other. It looks whether it was left only between two
batches of tokens, so it is given small ones (:data:`BATCH`): stopping ends the reading of a long prompt as well.
"""

from __future__ import annotations

import asyncio
import queue
import secrets
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from assistant.errors import ModelError, WriterUnavailable
from assistant.settings import QUOTE, AssistantSettings
from index import SettingsError

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

OLLAMA_URL = "http://127.0.0.1:11434"
"""Where Ollama listens unless ``model_url`` says otherwise."""

CONNECT_SECONDS = 5.0
"""A server that has not taken the connection by then is not there."""

WAITING = 0.2
"""Seconds without a word after which a stream says so, so that whoever reads it can stop."""

LEAVE_SECONDS = 0.5
"""How long a stopped request may take to close its connection before it is left to its thread."""

BATCH = 64
"""Tokens of a prompt that the server in this process reads at once. By itself it takes 2048 and cannot be stopped until
they are read: left in a prompt of 1,600 it read all of them, on a busy machine for a minute."""

MOST_CHARACTERS = 200_000
"""Characters after which a model is not listened to any more."""

_WORDS = {
    400: "does not take the request: its context may be smaller than the setting model_window says",
    401: "does not take the key of the environment variable BYLINE_MODEL_KEY",
    403: "does not take the key of the environment variable BYLINE_MODEL_KEY",
    404: "does not know the model or the address",
    413: "does not take so long a request: make the setting model_window smaller",
    429: "has too many requests",
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked: ``system`` says how to work, ``user`` what with."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Probe:
    """How a model answered a greeting: seconds to its first words, and to the end of ``characters`` of them."""

    first: float
    seconds: float
    characters: int


class Model:
    """One language model. Safe to use from several threads; each request has a connection of its own.

    Neither its ``repr`` nor any of its errors holds the key.
    """

    def __init__(self, settings: AssistantSettings, key: SecretStr | None = None) -> None:
        """Args:
        settings: ``writer`` names the model.
        key: what the server asks for; without one the system's keyring is asked, where ``keyring`` is installed.

        Raises:
            SettingsError: ``model_url`` or ``model`` is missing, or no address of a server.
            WriterUnavailable: a package that this writer needs is not installed, or the file is not there.
        """
        self.window = settings.model_window
        self.longest = settings.model_tokens
        self.seconds = settings.model_seconds
        self._kind, _, self._which = settings.writer.partition("/")
        # what the reader is told of; a file's folder is nothing to them
        self.name = f"llama-cpp/{Path(self._which).name}" if self._kind == "llama-cpp" else settings.writer
        self._url = _checked_url(settings.model_url)
        self._key = key
        self._serving: _Serving | None = None
        if self._kind == "openai-like":
            self._which = settings.model or "default"
            if not self._url:
                raise SettingsError(
                    "The writer openai-like needs the setting 'model_url', as http://127.0.0.1:8080/v1."
                )
        elif self._kind == "llama-cpp":
            self._serving = _Serving(Path(self._which).expanduser(), settings.model_window)
        self._make: Callable[[httpx.AsyncClient], LLM] = {
            "openai-like": self._openai_like,
            "llama-cpp": self._llama_cpp,
            "ollama": self._ollama,
            "openai": self._openai,
            "anthropic": self._anthropic,
        }[self._kind]
        _needs(self._kind)

    def __repr__(self) -> str:
        return f"<Model {self.name}>"

    def write(self, prompt: Prompt, seconds: float | None = None, tokens: int | None = None) -> Generator[str]:
        """What the model says, piece by piece; ``""`` wherever it has said nothing for :data:`WAITING` seconds.

        Closing the iterator closes the connection, so that the server stops as well.

        Args:
            prompt: what it is asked.
            seconds: how long all of it may take; the setting ``model_seconds`` unless given.
            tokens: how many it may say; the setting ``model_tokens`` unless given.

        Raises:
            ModelError: it cannot be reached, refuses, fails, breaks off or takes too long.
        """
        allowed = self.seconds if seconds is None else seconds
        said: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        loop = asyncio.new_event_loop()
        task = loop.create_task(self._pump(prompt, allowed, tokens or self.longest, said))
        thread = threading.Thread(target=_run, args=(loop, task), name="byline-model", daemon=True)
        thread.start()
        try:
            while True:
                try:
                    piece = said.get(timeout=WAITING)
                except queue.Empty:
                    yield ""
                    continue
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    # from None: what a library says of a request may hold its headers
                    raise self._error(piece) from None
                yield piece
        finally:
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(task.cancel)
            thread.join(LEAVE_SECONDS)

    def probe(self, seconds: float) -> Probe:
        """Whether the model answers, and how fast.

        Raises:
            ModelError: as :meth:`write`.
        """
        began = time.perf_counter()
        first, characters = 0.0, 0
        for piece in self.write(Prompt("You answer in one short sentence.", "Say that you are ready."), seconds, 24):
            if piece and not characters:
                first = time.perf_counter() - began
            characters += len(piece)
        return Probe(first, time.perf_counter() - began, characters)

    async def _pump(
        self, prompt: Prompt, seconds: float, tokens: int, said: queue.SimpleQueue[str | BaseException | None]
    ) -> None:
        try:
            async with asyncio.timeout(seconds), self._client(seconds) as client:
                left = MOST_CHARACTERS
                async with aclosing(self._pieces(prompt, tokens, client)) as pieces:
                    async for piece in pieces:
                        said.put(piece[:left])
                        left -= len(piece)
                        if left <= 0:
                            break
            said.put(None)
        except Exception as error:  # noqa: BLE001 - handed to the reader, who says what it means
            said.put(error)

    async def _pieces(self, prompt: Prompt, tokens: int, client: httpx.AsyncClient) -> AsyncGenerator[str, None]:
        from llama_index.core.llms import ChatMessage

        messages = [ChatMessage(role="system", content=prompt.system), ChatMessage(role="user", content=prompt.user)]
        if self._serving:
            await asyncio.to_thread(self._serving.start)
        llm = self._make(client)
        # Ollama has no such argument: it takes it with its other options
        limit = {} if self._kind == "ollama" else {"max_tokens": tokens}
        if self._kind == "ollama":
            llm.additional_kwargs["num_predict"] = tokens  # type: ignore[attr-defined]
        async for response in await llm.astream_chat(messages, **limit):
            if response.delta:
                yield response.delta

    def _client(self, seconds: float) -> httpx.AsyncClient:
        local = not self._url or (urlsplit(self._url).hostname or "") in ("127.0.0.1", "::1", "localhost")
        return httpx.AsyncClient(
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            follow_redirects=False,
            # of the environment, proxies: a company's for what is outside, none for this machine
            trust_env=not local,
        )

    def _secret(self) -> str:
        """The key, or ``""``."""
        if self._key is not None:
            return self._key.get_secret_value()
        return _from_keyring(urlsplit(self._url).netloc or self._kind)

    def _openai_like(self, client: httpx.AsyncClient) -> LLM:
        # a key is always given: without one the library would send the one that it finds for its own vendor
        return self._compatible(client, self._which, self._url, self._secret() or "none")

    def _llama_cpp(self, client: httpx.AsyncClient) -> LLM:
        assert self._serving is not None
        return self._compatible(client, "gguf", f"{self._serving.start()}/v1", self._serving.key)

    def _compatible(self, client: httpx.AsyncClient, model: str, url: str, key: str) -> LLM:
        from llama_index.llms.openai_like import OpenAILike

        made: LLM = OpenAILike(
            model=model,
            api_base=url,
            api_key=key,
            is_chat_model=True,
            context_window=self.window,
            temperature=0.0,
            max_retries=0,
            timeout=self.seconds,
            async_http_client=client,
        )
        return made

    def _ollama(self, client: httpx.AsyncClient) -> LLM:
        from llama_index.llms.ollama import Ollama
        from ollama import AsyncClient

        url = self._url or OLLAMA_URL
        secret = self._secret()
        served = AsyncClient(
            host=url,
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            timeout=client.timeout,
            follow_redirects=False,
            trust_env=client.trust_env,
        )
        made: LLM = Ollama(
            model=self._which,
            base_url=url,
            temperature=0.0,
            # told, not asked for: what Ollama takes by itself cuts a long prompt without a word
            context_window=self.window,
            request_timeout=self.seconds,
            async_client=served,
        )
        return made

    def _openai(self, client: httpx.AsyncClient) -> LLM:
        from llama_index.llms.openai import OpenAI

        made: LLM = OpenAI(
            model=self._which,
            api_key=self._secret() or None,
            api_base=self._url or None,
            temperature=0.0,
            max_retries=0,
            timeout=self.seconds,
            async_http_client=client,
        )
        return made

    def _anthropic(self, client: httpx.AsyncClient) -> LLM:
        vendor = import_module("llama_index.llms.anthropic")
        made: Any = vendor.Anthropic(
            model=self._which,
            api_key=self._secret() or None,
            base_url=self._url or None,
            temperature=0.0,
            max_retries=0,
            timeout=self.seconds,
        )
        # it takes no client, and its own follows redirects with the key in a header of its own name
        made._aclient = made._aclient.with_options(http_client=client)
        if not (made._aclient.api_key or made._aclient.auth_token):
            raise self._keyless()
        return cast("LLM", made)

    def _error(self, error: BaseException) -> ModelError:
        """What went wrong, from the kind of error alone: its text may repeat the request, and the key in it."""
        where = f"The model {self.name}"
        if isinstance(error, ModelError):
            return error
        status = getattr(error, "status_code", None)
        if isinstance(status, int) and status > 0:
            return ModelError(f"{where} {_WORDS.get(status, 'fails')} (HTTP {status}).")
        causes = [type(cause).__name__ for cause in _chain(error)]
        if any("Timeout" in cause and "Connect" not in cause for cause in causes):
            return ModelError(f"{where} did not finish in time (setting model_seconds).")
        if {"RemoteProtocolError", "ReadError", "IncompleteRead"} & {*causes}:
            return ModelError(f"{where} broke off.")
        if {"ConnectError", "ConnectTimeout", "ConnectionError", "APIConnectionError"} & {*causes}:
            return ModelError(f"{where} cannot be reached{self._place()}.")
        if causes[0] == "OpenAIError":  # of a client that was given no key
            return self._keyless()
        return ModelError(f"{where} fails ({type(error).__name__}).")

    def _keyless(self) -> ModelError:
        return ModelError(f"The model {self.name} asks for a key: set the environment variable BYLINE_MODEL_KEY.")

    def _place(self) -> str:
        url = self._url or {"ollama": OLLAMA_URL}.get(self._kind, "")
        return f" at {urlsplit(url).netloc}" if url else ""


class _Serving:
    """llama.cpp's server in this process, started when first needed and kept as long as the model."""

    def __init__(self, file: Path, window: int) -> None:
        if not file.is_file():
            raise WriterUnavailable(f'There is no model {file}. Name a GGUF file: writer = "llama-cpp/FILE.gguf".')
        self._file = file
        self._window = window
        self.key = secrets.token_urlsafe(24)
        self._lock = threading.Lock()
        self._server: Any = None

    def start(self) -> str:
        """The server's address; the first call loads the model."""
        with self._lock:
            if self._server is None:
                llama = import_module("xllamacpp")
                params = llama.CommonParams()
                params.model.path = str(self._file)
                params.n_ctx = self._window
                params.n_batch = params.n_ubatch = BATCH
                params.port = 0
                params.hostnames = ["127.0.0.1"]
                params.api_keys = [self.key]
                params.cors_origins = ""
                params.ui = params.endpoint_slots = False
                params.offline = True
                params.verbosity = 0
                params.warmup = False
                try:
                    self._server = llama.Server(params)
                except RuntimeError as error:
                    raise ModelError(f"The model {self._file} does not load; it may be no GGUF file.") from error
            return str(self._server.listening_address)


def open_model(settings: AssistantSettings, key: SecretStr | None = None) -> Model | None:
    """The model that the setting ``writer`` names; None for ``quote``.

    Raises:
        SettingsError, WriterUnavailable: as :class:`Model`.
    """
    return None if settings.writer == QUOTE else Model(settings, key)


_PACKAGES: dict[str, tuple[str, str]] = {
    "llama-cpp": ("xllamacpp", "byline[llama-cpp]"),
    "anthropic": ("llama_index.llms.anthropic", "byline[anthropic]"),
}


def _needs(kind: str) -> None:
    module, extra = _PACKAGES.get(kind, ("", ""))
    if module and find_spec(module) is None:
        raise WriterUnavailable(f"The writer {kind} needs a package that is not installed. Run: pip install '{extra}'")


def _checked_url(url: str | None) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or "@" in url or any(character.isspace() for character in url):
        # the address itself is not repeated: a user's name and password may stand in it
        raise SettingsError("Setting 'model_url': not the address of a server, as http://127.0.0.1:8080/v1, without "
                            "user name or password.")  # fmt: skip
    return url.rstrip("/")


def _from_keyring(account: str) -> str:
    if find_spec("keyring") is None:
        return ""
    keyring = import_module("keyring")
    try:
        return keyring.get_password("byline", account) or ""
    except keyring.errors.KeyringError as error:
        raise ModelError(f"The system's keyring cannot be read ({type(error).__name__}).") from None


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    try:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


def _chain(error: BaseException) -> Sequence[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found
