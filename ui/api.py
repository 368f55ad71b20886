"""The HTTP API: questions, searches and articles as JSON. Nothing of what a client sends is trusted."""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import date
from functools import partial
from importlib.metadata import version
from importlib.resources import files
from typing import Annotated, Any, Literal, TypeVar

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response, StreamingResponse

from assistant import (
    Answer,
    Assistant,
    Event,
    Finished,
    PassagesFound,
    QuestionError,
    Rewritten,
    Searching,
    Stated,
    Statement,
    Turn,
    remembered,
)
from index import (
    ArchiveLocked,
    ArticleMissing,
    BylineError,
    Filters,
    IndexDamaged,
    IndexMissing,
    IndexOutdated,
)
from ui import reference, render, shapes
from ui.guard import BodyLimit
from ui.handlers import BUSY
from ui.places import Busy, Places
from ui.tuning import quoting

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_Events = AsyncGenerator[tuple[str, dict[str, object]] | None]

MOST_BYTES = 2 * 1024 * 1024
"""Longest request: a question of the longest setting, every character of it as an escape."""

MOST_HITS = 100
MOST_ARTICLES = 1000
MOST_NAMES = 100
MOST_TURNS = 20

ANSWERS = 300
"""Answers that follow-ups may lean on, the last ones of everybody; each holds the passages found."""

BUSY_SECONDS = 5
"""When a client that found no place may come again."""

UNEXPLAINED = "This could not be answered because of a fault. Run: byline doctor"

_STATUSES: Mapping[type[BylineError], int] = {
    QuestionError: 422,
    ArticleMissing: 404,
    IndexMissing: 503,
    IndexOutdated: 503,
    IndexDamaged: 503,
    ArchiveLocked: 503,
}
"""What a fault's status is where it is not 500."""

# no browser takes for markup what holds none of these
_INERT = {sign: f"\\u{ord(sign):04x}" for sign in "<>&"}

_PLAIN_PAGE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
}

Name = Annotated[str, Field(max_length=300)]

Languages = Annotated[
    list[Name], Query(max_length=MOST_NAMES, description="only this language, by its ISO 639-1 code; may be repeated")
]
Authors = Annotated[
    list[Name], Query(max_length=MOST_NAMES, description="only this author, by the whole name; may be repeated")
]


class Question(BaseModel):
    """A question, and what it is asked of."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(description="the question, or a follow-up")
    since: date | None = Field(default=None, description="only articles of this day or later")
    until: date | None = Field(default=None, description="only articles of this day or earlier")
    outlets: list[Name] = Field(default=[], max_length=MOST_NAMES, description="only articles of these outlets")
    languages: list[Name] = Field(
        default=[], max_length=MOST_NAMES, description="only articles in these languages, by their ISO 639-1 codes"
    )
    authors: list[Name] = Field(
        default=[], max_length=MOST_NAMES, description="only articles by these authors, by their whole names"
    )
    as_of: date | None = Field(default=None, description="the day on which it is asked; today unless given")
    writer: Literal["quote"] | None = Field(
        default=None, description="`quote`: answered by quotes, whatever writer is set; it waits for no language model"
    )
    history: list[Annotated[str, Field(max_length=100)]] = Field(
        default=[],
        max_length=MOST_TURNS,
        description="ids of the answers before, oldest first, that a follow-up leans on",
    )


class AnswerForgotten(BylineError):
    """An answer that a follow-up would lean on is not kept any more."""


class Answers:
    """The last answers by an id that cannot be guessed. What a client says that was answered is no answer."""

    def __init__(self, most: int = ANSWERS) -> None:
        """Args: most: how many are kept; the one used longest ago goes first."""
        self._most = most
        self._kept: OrderedDict[str, tuple[str, Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, answer: Answer, owner: str = "") -> str:
        """The id under which it is kept, for who asked."""
        id_ = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[id_] = owner, answer
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return id_

    def turns(self, ids: Sequence[str], owner: str = "") -> tuple[Turn, ...]:
        """The answers of these ids as the turns of a conversation of who asked.

        Raises:
            AnswerForgotten: one of them is not kept.
        """
        turns: tuple[Turn, ...] = ()
        with self._lock:
            for id_ in ids:
                whose, answer = self._kept.get(id_, ("", None))
                if answer is None or whose != owner:
                    raise AnswerForgotten(
                        "An answer that the history names is not kept any more. Ask again without it, as a question "
                        "that stands by itself."
                    )
                self._kept.move_to_end(id_)
                turns = remembered(turns, answer)
        return turns


def json_bytes(value: object) -> bytes:
    """``value`` as JSON on one line, in ASCII, without a character that could begin markup."""
    text = json.dumps(value, default=str, separators=(",", ":"))
    # one after the other takes a fiftieth of translate's time
    for sign, escaped in _INERT.items():
        text = text.replace(sign, escaped)
    return text.encode("ascii")


def events_json(
    events: Iterator[Event], kept: Callable[[Answer], str] = lambda _: ""
) -> Iterator[tuple[str, dict[str, object]]]:
    """The name and the data of each event of :meth:`assistant.Assistant.stream`.

    Args:
        events: what is told of.
        kept: keeps an answer and gives its id.
    """
    statements: list[Statement] = []
    cited = 0
    for event in events:
        match event:
            case Rewritten(question=question, asked=asked):
                yield "rewritten", {"question": question, "asked": asked}
            case Searching(question=question, articles=articles):
                yield "searching", {"question": question, "articles": articles}
            case PassagesFound(hits=hits, seconds=seconds):
                yield "passages_found", {"hits": [render.hit_json(hit) for hit in hits], "seconds": seconds}
            case Stated(statement=statement):
                statements.append(statement)
                told = render.answer_json(Answer("", tuple(statements), (), (), 0))
                citations = told["citations"]
                assert isinstance(citations, list)
                assert isinstance(told["statements"], list)
                yield "stated", {"statement": told["statements"][-1], "citations": citations[cited:]}
                cited = len(citations)
            case Finished(answer=answer):
                yield "finished", {"id": kept(answer), **render.answer_json(answer)}


def fault_json(error: BylineError) -> dict[str, object]:
    """A fault as plain data: its kind, what it says, and the command that mends it if there is one."""
    message = str(error)
    _, run, command = message.rpartition("Run: ")
    return {"error": {"kind": type(error).__name__, "message": message, "command": command if run else None}}


def _fault(error: BylineError) -> Response:
    status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 500)
    return _json(fault_json(error), 410 if isinstance(error, AnswerForgotten) else status)


def _busy() -> Response:
    fault = {"kind": "Busy", "message": BUSY, "command": None}
    return _json({"error": fault}, 503, {"Retry-After": str(BUSY_SECONDS)})


def _json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    all_headers = {"Cache-Control": "no-store", **_PLAIN_PAGE, **(headers or {})}
    return Response(json_bytes(value), status, all_headers, "application/json")


def build_api(assistant: Assistant, places: Places, path: str = "", writing: Places | None = None) -> FastAPI:
    """The API, to be mounted at ``/api``.

    Args:
        assistant: who answers.
        places: where it is worked on.
        path: what the application is served under.
        writing: where it is worked on what a language model writes, so that nobody else waits for it; None: ``places``.
    """
    api = FastAPI(
        title="Byline",
        version=version("byline"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    api.add_middleware(BodyLimit, most=MOST_BYTES)
    answers = Answers()
    archive = assistant.archive
    writing = writing or places
    faults = shapes.faults(422, 500, 503)

    async def done(work: Callable[[], _T], request: Request, places: Places = places) -> _T:
        try:
            return await places.call(work, _asker(request))
        except (BylineError, Busy):
            raise
        except Exception:
            # what it was is for the log, not for the client
            log.exception("a request failed")
            raise BylineError(UNEXPLAINED) from None

    @api.post("/ask", responses=shapes.ask_responses() | shapes.faults(410, 422, 500, 503))
    async def ask(asked: Question, request: Request) -> Response:
        """Answer a question from the articles.

        As server-sent events, one a step; with `Accept: application/json` as one answer. An answer that is declined is
        an answer too, with the status 200. The id of an answer may stand in the history of the next question.
        """
        owner = str(getattr(request.state, "user", ""))
        turns = answers.turns(asked.history, owner)
        filters = Filters(
            asked.since, asked.until, *(frozenset(names) for names in (asked.outlets, asked.languages, asked.authors))
        )

        answering = quoting(assistant) if asked.writer else assistant
        room = writing if answering.writes else places

        def work() -> Iterator[tuple[str, dict[str, object]]]:
            return events_json(
                answering.stream(asked.question, filters, asked.as_of, turns), partial(answers.keep, owner=owner)
            )

        if _wants_json(request.headers.get("accept", "")):
            last = await done(lambda: list(work())[-1], request, room)
            return _json(last[1])
        events = _with_faults(room.stream(work, _asker(request)))
        first = await anext(events)  # until here, a fault has a status of its own
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **_PLAIN_PAGE}
        return StreamingResponse(_sent(first, events), headers=headers, media_type="text/event-stream")

    @api.get("/search", responses=shapes.search_responses() | faults)
    async def search(
        request: Request,
        q: Annotated[str, Query(description="a question, or words")],
        k: Annotated[int, Query(ge=1, le=MOST_HITS, description="how many passages")] = 10,
        since: Annotated[date | None, Query(description="only articles of this day or later")] = None,
        until: Annotated[date | None, Query(description="only articles of this day or earlier")] = None,
        outlet: Annotated[
            list[Name], Query(max_length=MOST_NAMES, description="only this outlet; may be repeated")
        ] = [],  # noqa: B006 - FastAPI copies it
        language: Languages = [],  # noqa: B006
        author: Authors = [],  # noqa: B006
        as_of: Annotated[date | None, Query(description="the day on which it is asked; today unless given")] = None,
    ) -> Response:
        """Find passages, best first."""
        filters = Filters(since, until, frozenset(outlet), frozenset(language), frozenset(author))
        hits = await done(lambda: assistant.search(q, k, filters, as_of), request)
        return _json({"query": q, "hits": [render.hit_json(hit) for hit in hits]})

    @api.get("/articles", responses=shapes.articles_responses() | faults)
    async def articles(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MOST_ARTICLES, description="how many articles")] = 100,
        offset: Annotated[int, Query(ge=0, le=10**9, description="how many to leave out before them")] = 0,
        since: Annotated[date | None, Query(description="only articles of this day or later")] = None,
        until: Annotated[date | None, Query(description="only articles of this day or earlier")] = None,
        outlet: Annotated[
            list[Name], Query(max_length=MOST_NAMES, description="only this outlet; may be repeated")
        ] = [],  # noqa: B006
        language: Languages = [],  # noqa: B006
        author: Authors = [],  # noqa: B006
    ) -> Response:
        """List the articles, by the path of their files."""

        filters = Filters(since, until, frozenset(outlet), frozenset(language), frozenset(author))

        def listed() -> list[dict[str, object]]:
            return [render.ref_json(ref) for ref in archive.articles() if filters.passes(ref)]

        found = await done(listed, request)
        return _json({"total": len(found), "articles": found[offset : offset + limit]})

    @api.get("/articles/{article_id}", responses=shapes.article_responses() | shapes.faults(404, 422, 500, 503))
    async def article(article_id: str, request: Request) -> Response:
        """An article with its text, by its id or the beginning of it."""
        return _json(await done(lambda: render.full_article_json(archive.article(article_id[:100])), request))

    @api.get("/openapi.json", include_in_schema=False)
    async def document() -> Response:
        return _json(described)

    @api.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(reference.page(described, _style()), headers=_PLAIN_PAGE)

    described = describe(api, path)

    @api.exception_handler(BylineError)
    async def mendable(_: Request, error: Exception) -> Response:
        assert isinstance(error, BylineError)
        return _fault(error)

    @api.exception_handler(Busy)
    async def busy(_: Request, __: Exception) -> Response:
        return _busy()

    @api.exception_handler(RequestValidationError)
    async def wrong(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "request"
        message = f"{where}: {first['msg']}. {path}/api/docs says what is read."
        return _json({"error": {"kind": "RequestWrong", "message": message, "command": None}}, 422)

    @api.exception_handler(HTTPException)
    async def no_such(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        message = f"{error.detail}. {path}/api/docs says what there is."
        fault = {"kind": "RequestWrong", "message": message, "command": None}
        return _json({"error": fault}, error.status_code, error.headers)

    return api


def describe(api: FastAPI, path: str = "") -> dict[str, Any]:
    """The OpenAPI document of the API, served under ``path``."""
    document = get_openapi(
        title="Byline",
        version=version("byline"),
        summary="Answers from a folder of news articles; every sentence quotes one, exactly.",
        description=files("ui").joinpath("static", "api.md").read_text(encoding="utf-8"),
        routes=api.routes,
        servers=[{"url": f"{path}/api"}],
    )
    # an event's data is within a stream, where OpenAPI does not look
    _, events = models_json_schema(
        [(shape, "serialization") for shape in shapes.EVENTS.values()], ref_template="#/components/schemas/{model}"
    )
    document["components"]["schemas"] |= events["$defs"]
    document["paths"]["/healthz"] = {
        "servers": [{"url": path or "/"}],
        "get": {
            "summary": "Health",
            "description": "Tells that the server runs, and nothing else; needs no login.",
            "responses": {"200": {"description": 'The server runs: `{"status": "ok"}`'}},
        },
    }
    return document


def _asker(request: Request) -> str:
    """Whose turn it is when several wait: whoever asks from one machine counts as one."""
    return request.client.host if request.client else ""


def _style() -> str:
    return files("ui").joinpath("static", "reference.css").read_text(encoding="utf-8")


def _wants_json(accept: str) -> bool:
    return "application/json" in accept and "text/event-stream" not in accept


async def _with_faults(events: _Events) -> _Events:
    """The events; a fault after the first is one too, since the status is sent by then."""
    begun = False
    try:
        async with aclosing(events):
            async for event in events:
                yield event
                begun = True
    except (BylineError, Busy) as error:
        if not begun or isinstance(error, Busy):
            raise
        yield "fault", fault_json(error)
    except Exception:
        log.exception("an answer failed")
        fault = BylineError(UNEXPLAINED)
        if not begun:
            raise fault from None
        yield "fault", fault_json(fault)


async def _sent(first: tuple[str, dict[str, object]] | None, events: _Events) -> AsyncIterator[bytes]:
    async with aclosing(events):
        yield _event(first)
        async for event in events:
            yield _event(event)


def _event(event: tuple[str, dict[str, object]] | None) -> bytes:
    if event is None:
        return b": still there\n\n"
    name, data = event
    return b"event: " + name.encode() + b"\ndata: " + json_bytes(data) + b"\n\n"
