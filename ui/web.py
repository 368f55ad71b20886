"""The web chat's layout and server. Decides nothing; what it does is in :mod:`ui.handlers`."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, get_args

# gradio reads it on import, and would otherwise report to its makers
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
import uvicorn
from fastapi import FastAPI, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from assistant import AnswerWhen, Assistant, AssistantSettings, ConversationStore
from index import BylineError
from ui import api, assets, guard, handlers, render, sources, tables
from ui.archive_tab import LONGEST_SEARCH, ORDERS, Shelf
from ui.early import EarlyLook
from ui.history import VERDICTS, History
from ui.logins import Logins
from ui.places import Places
from ui.sidebar import Sidebar, add_account, add_exports, user_of
from ui.sources import Talk
from ui.tuning import CHANGEABLE, Shown, bounds, model_html, writers
from ui.wiring import LOCAL

FIRST_PORT, PORTS = 7860, 100

WRITING = 4
"""Answers that a language model writes at the same time, unless told otherwise."""

HEADERS = {
    # gradio's page has inline scripts and templates; nothing may load from, or be sent to, anywhere else
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'self'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"]

STATIC = files("ui") / "static"

QUEUE_SECONDS = 0.01
"""How often gradio's queue looks whether a question waits; its own 0.001 keeps a processor at work for nothing."""

QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""How events are handled that nobody waits for in a queue."""


_postprocess = gr.Chatbot.postprocess


def _as_typed(chatbot: gr.Chatbot, value: Any) -> Any:
    """Questions as they were typed: gradio would show the Markdown and the images in them."""
    shown = _postprocess(chatbot, value)
    for message in shown.root:
        for part in message.content if message.role == "user" else ():
            if hasattr(part, "text"):
                part.text = render.unread(part.text)
    return shown


# gradio makes other instances for a visitor, and would write a stub file beside the module of a subclass
gr.Chatbot.postprocess = _as_typed  # type: ignore[method-assign, assignment]


class _Refresh(NamedTuple):
    """A function of the page with its inputs and outputs, to be called after several events."""

    function: Callable[..., Any]
    inputs: list[Any]
    outputs: list[Any]


def build_page(
    assistant: Assistant,
    chats: int,
    *,
    writing: int = WRITING,
    history: History | None = None,
    settings: Sequence[Shown] = (),
    managed: bool = True,
    accounts: bool = False,
) -> gr.Blocks:
    """The page: the chat beside its sources, the archive, and the settings.

    Args:
        assistant: who answers.
        chats: how many questions are answered at the same time.
        writing: how many besides, by a language model.
        history: where conversations are kept; None: nowhere.
        settings: what the page of settings lists.
        managed: whether the page adds, removes and syncs articles.
        accounts: whether people log in: then it says who has, and lets them out.
    """
    shelf = Shelf(assistant.archive)
    with gr.Blocks(title="Byline", fill_height=True, analytics_enabled=False) as page:
        _html('<a class="byline-skip" href="#byline-question">Skip to the question</a>')
        _html('<header class="byline-title"><h1>Byline</h1><p>Every sentence quotes an article.</p></header>')
        if accounts:
            add_account(page)
        sidebar = Sidebar(history) if history else None
        with gr.Tabs(elem_id="byline-tabs"):
            chat_tab, archive_tab = gr.Tab("Chat"), gr.Tab("Archive")
            with gr.Tab("Settings"):
                tuned = _settings(page, assistant, settings)
        with chat_tab:
            filters = _chat(page, assistant, shelf, chats, writing, tuned, history, sidebar)
        with archive_tab:
            _archive(archive_tab, shelf, filters, managed=managed)
    assert isinstance(page, gr.Blocks)
    return page


def _chat(
    page: gr.Blocks,
    assistant: Assistant,
    shelf: Shelf,
    chats: int,
    writing: int,
    tuned: Sequence[gr.components.Component],
    history: History | None,
    sidebar: Sidebar | None,
) -> _Refresh:
    """The chat with its filters and sources; returns what brings the filters up to date with the archive."""
    talk = gr.State(Talk())
    respond = handlers.chat(assistant, handlers.Lane(writing))
    known = sidebar.kept if sidebar else []

    def answer(message: str, said: object, request: gr.Request, talk: Talk, *more: Any) -> Iterator[tuple[Any, ...]]:
        theirs = history.of(user_of(request.request)) if history else None
        keeping = theirs.keeping(respond) if theirs else handlers.forgetting(respond)
        low, high = len(chosen), len(chosen) + len(tuned)
        for view, *keeps in keeping(render.typed(message), said, talk, *more[:low], more[low:high], *more[high:]):
            shown = gr.ChatMessage(view.message, options=[{"value": question} for question in view.suggestions])
            yield shown, gr.skip() if view.panel is None else view.panel, view.talk, *keeps

    panel = _html(sources.panel(Talk()), elem_id="byline-panel", named="panel", render=False)
    with gr.Row(elem_id="byline-columns", equal_height=False):
        with gr.Column(scale=3, min_width=300):
            with gr.Accordion("Filters", open=False, elem_id="byline-filters") as drawer:
                days = _html(named="days")
                with gr.Row():
                    since, until = (
                        gr.Textbox(label=name, placeholder="2026-01-31", max_length=10, min_width=110)
                        for name in ("First day", "Last day")
                    )
                    outlets, languages, authors = (
                        gr.Dropdown([], multiselect=True, label=name, elem_id=f"byline-{name.lower()}", scale=2)
                        for name in ("Outlets", "Languages", "Authors")
                    )
                    none = gr.Button("Clear filters", size="sm", min_width=110)
            chosen: list[Any] = [since, until, outlets, languages, authors]
            chat = gr.ChatInterface(
                answer,
                chatbot=gr.Chatbot(
                    label="Conversation",
                    show_label=False,
                    elem_id="byline-chat",
                    height="calc(100dvh - 17rem)",
                    min_height=240,
                    latex_delimiters=[],
                    allow_tags=False,
                    sanitize_html=True,
                    buttons=[],
                    feedback_options=tuple(VERDICTS) if sidebar else None,
                    placeholder="Ask about the articles.",
                ),
                textbox=gr.Textbox(
                    placeholder="Ask about the articles …",
                    label="Question",
                    show_label=False,
                    autofocus=True,
                    submit_btn=True,
                    stop_btn=True,
                    max_lines=8,
                    max_length=assistant.settings.question_characters,
                    elem_id="byline-question",
                ),
                additional_inputs=[talk, *chosen, *tuned, *known],
                additional_outputs=[panel, talk, *known],
                # those that are shown come when the page is opened, from the archive as it is then
                examples=[["What is new?"]],
                run_examples_on_click=True,
                cache_examples=False,
                editable=True,
                analytics_enabled=False,
                flagging_mode="never",
                # those who write, and wait to, take none of the places of those who want quotes
                concurrency_limit=chats + 2 * writing,
                show_progress="hidden",
                api_visibility="private",
                fill_height=False,
            )
        with gr.Column(scale=2, min_width=300, elem_id="byline-beside"):
            panel.render()  # type: ignore[no-untyped-call]

    def opened(kept: Talk, event: gr.EventData) -> str:
        return sources.panel_for(assistant.archive, kept, _said(event))

    def period(event: gr.EventData) -> tuple[str, str]:
        return shelf.period(_said(event).get("at"))

    def filtered(*chosen: Any) -> tuple[Any, ...]:
        html, choices, label = shelf.filtered(*chosen)
        # what cannot be told apart is not offered, unless it is chosen still
        fields = [
            gr.update(choices=list(offered), visible=len(offered) > 1 or bool(named))
            for offered, named in zip(choices, chosen[2:], strict=True)
        ]
        return html, *fields, gr.update(label=label)

    def examples() -> Any:
        return gr.update(examples=[{"text": question} for question in shelf.examples()])

    refresh = _Refresh(filtered, chosen, [days, outlets, languages, authors, drawer])
    panel.select(opened, talk, panel, **QUICK)
    days.select(period, None, [since, until], **QUICK)
    for field in chosen:
        field.change(*refresh, **QUICK)
    none.click(lambda: (None, None, [], [], []), None, chosen, **QUICK)
    chat.chatbot.clear(handlers.clear, None, [panel, talk], **QUICK)
    if sidebar:
        sidebar.connect(page, chat, [panel, talk])
    drawer.expand(*refresh, **QUICK)
    page.load(examples, None, chat.chatbot, **QUICK)
    return refresh


def _archive(tab: gr.Tab, shelf: Shelf, filters: _Refresh, *, managed: bool) -> None:
    """The articles, one of them to be read, and what adds, removes and syncs them; listed when ``tab`` is opened."""
    at, removed = gr.State(1), gr.State("")
    with gr.Row(equal_height=False, elem_id="byline-archive"):
        with gr.Column(scale=3, min_width=300):
            with gr.Row():
                search = gr.Textbox(label="Search titles, outlets and files", max_length=LONGEST_SEARCH, scale=3)
                order = gr.Dropdown(list(ORDERS), value=ORDERS[0], label="Sorted by", min_width=180)
            table = _html(elem_id="byline-table", named="table")
        with gr.Column(scale=2, min_width=300):
            with gr.Column(visible=managed, elem_id="byline-adding"):
                files = gr.File(label="Add files", file_count="multiple", type="filepath", height=130)
                with gr.Row():
                    address = gr.Textbox(label="Add a page by its address", placeholder="https://…", scale=3)
                    fetch = gr.Button("Add", min_width=80, scale=1)
                with gr.Row():
                    sync = gr.Button("Sync with the folder", min_width=120)
                    undo = gr.Button("Undo the removal", min_width=120, visible=False)
            outcome = _html(elem_id="byline-outcome", named="removal")
            reader = _html(elem_id="byline-reader", named="reader")
            statistics = _html(elem_id="byline-statistics")

    def turned(words: object, by: object, event: gr.EventData) -> tuple[str, int]:
        page_ = _said(event).get("page")
        return shelf.table(words, by, int(page_) if isinstance(page_, str) and page_.isdecimal() else 1)

    def opened(event: gr.EventData) -> str:
        return shelf.article(_said(event), removable=managed)

    def removing(event: gr.EventData) -> Iterator[tuple[str, str, Any, str]]:
        for html, article_id in shelf.remove(_said(event).get("article")):
            yield html, article_id, gr.update(visible=bool(article_id)), ""

    def restoring(article_id: str) -> Iterator[tuple[str, str, Any]]:
        for html in shelf.restore(article_id):
            yield html, "", gr.update(visible=False)

    def shown(words: object, by: object, page_: object) -> tuple[str, int, str]:
        return *shelf.table(words, by, page_), shelf.statistics()

    listed = _Refresh(shown, [search, order, at], [table, at, statistics])
    for field in (search, order):
        field.change(shelf.table, [search, order], [table, at], trigger_mode="always_last", **QUICK)
    table.select(turned, [search, order], [table, at], **QUICK)
    reader.select(opened, None, reader, **QUICK)
    tab.select(*listed, **QUICK)
    if not managed:
        return
    slow: dict[str, Any] = {
        "concurrency_limit": 1,
        "concurrency_id": "archive",
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    changes = (
        files.upload(shelf.add_files, files, outcome, **slow).then(lambda: None, None, files, **QUICK),
        fetch.click(shelf.add_page, address, outcome, **slow),
        address.submit(shelf.add_page, address, outcome, **slow),
        sync.click(shelf.sync, None, outcome, **slow),
        outcome.select(removing, None, [outcome, removed, undo, reader], **slow),
        undo.click(restoring, removed, [outcome, removed, undo], **slow),
    )
    for change in changes:
        change.then(*listed, **QUICK).then(*filters, **QUICK)


def _settings(page: gr.Blocks, assistant: Assistant, settings: Sequence[Shown]) -> list[gr.components.Component]:
    """The settings; returns the fields of those that a visitor may change, in the order of ``CHANGEABLE``."""
    _html("<h2>For this visit</h2>" + render.note_html("What is changed here holds until the page is left."))
    fields: list[gr.components.Component] = []
    now = assistant.settings
    with gr.Row(elem_id="byline-tuning"):
        for name in CHANGEABLE:
            about = AssistantSettings.model_fields[name].description
            if name == "writer":
                choices = writers(now)
                fields.append(gr.Radio(choices, value=now.writer, label=name, info=about, visible=len(choices) > 1))
            elif name == "answer_when":
                fields.append(gr.Radio(list(get_args(AnswerWhen)), value=now.answer_when, label=name, info=about))
            else:
                low, high = bounds(name)
                fields.append(
                    gr.Number(getattr(now, name), minimum=low, maximum=high, precision=0, label=name, info=about)
                )
    _html("<h2>The writer</h2>" + render.note_html(f"writer: {now.writer}"))
    if assistant.model:
        # only when it is asked for: a hosted model takes money for each question
        try_it = gr.Button("Ask the model whether it is there", size="sm", elem_id="byline-try")
        reached = _html(elem_id="byline-reached")
        waiting = render.note_html("The model is asked …")
        # beside the chat's places, so that a slow model keeps nobody waiting for an answer
        try_it.click(lambda: waiting, None, reached, **QUICK).then(
            lambda: model_html(assistant),
            None,
            reached,
            concurrency_limit=1,
            concurrency_id="model",
            show_progress="hidden",
            api_visibility="private",
        )
    else:
        _html(render.note_html("It quotes, and needs no language model."))
    _html("<h2>The look</h2>" + render.note_html("Kept in this browser."))
    with gr.Row():
        theme = gr.Radio(["system", "light", "dark"], value="system", label="theme")
        size = gr.Radio(["small", "normal", "large"], value="normal", label="text size")
    _html(
        "<h2>All settings</h2>"
        + render.note_html("They are changed in the settings file or the environment; see byline --help.")
        + tables.settings_html(settings)
    )
    theme.input(None, theme, None, js="(theme) => { window.byline.look({ theme }); return []; }")
    size.input(None, size, None, js="(text) => { window.byline.look({ text }); return []; }")
    kept = "() => [window.byline.stored().theme || 'system', window.byline.stored().text || 'normal']"
    page.load(None, None, [theme, size], js=kept)
    return fields


def _html(value: str = "", *, named: str = "", **more: Any) -> gr.HTML:
    """HTML in the page's own look; ``named`` is the name under which clicks reach it as ``select``."""
    script = f'window.byline.connect("{named}", element, trigger, watch)' if named else None
    return gr.HTML(value, js_on_load=script, apply_default_css=False, **more)


def _said(event: gr.EventData) -> Mapping[str, object]:
    """What a browser says was clicked; any browser may say anything."""
    data = event._data
    return data if isinstance(data, dict) else {}


def build_app(
    assistant: Assistant,
    chats: int,
    *,
    writing: int = WRITING,
    local: bool = True,
    store: ConversationStore | None = None,
    logins: Logins | None = None,
    path: str = "",
    settings: Sequence[Shown] = (),
) -> FastAPI:
    """The whole web application.

    Args:
        assistant: who answers.
        chats: how many questions are answered at the same time.
        writing: how many besides, by a language model.
        local: whether it is reached from this machine alone; then other host names are refused, so that no web page
            can reach it through a name that it points here (DNS rebinding). Otherwise the page changes no archive.
        store: where conversations are kept; None: nowhere.
        logins: who may come in; None: everybody.
        path: what it is served under, such as /byline.
        settings: what the page of settings lists.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    # the last one added is the first that a request meets
    # within what compresses and keeps the page
    app.add_middleware(EarlyLook)
    app.add_middleware(assets.KeptFiles)
    if logins:
        app.add_middleware(guard.LoginRequired, logins=logins, path=path)
    app.add_middleware(guard.SameOrigin)
    if local:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_NAMES, www_redirect=False)
    if path:
        app.add_middleware(guard.Below, path=path)
    app.add_middleware(guard.FixedHeaders, headers=HEADERS)
    icon = (STATIC / "icon.svg").read_bytes()
    app.add_api_route("/favicon.ico", lambda: Response(icon, media_type="image/svg+xml"), include_in_schema=False)
    app.add_api_route("/healthz", lambda: {"status": "ok"}, include_in_schema=False)
    app.state.places = Places(chats)
    app.mount("/api", api.build_api(assistant, app.state.places, path, Places(writing)))
    history = History(assistant, store) if store else None
    if history:
        add_exports(app, history)
    page = build_page(
        assistant, chats, writing=writing, history=history, settings=settings, managed=local, accounts=bool(logins)
    )
    page.queue(max_size=chats * 8, api_open=False)
    page._queue.sleep_when_free = QUEUE_SECONDS
    # gr.Progress, which nothing here uses, is asked for as often
    page._queue.progress_update_sleep_when_free = 1.0
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="",
        root_path=path or None,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        # without a way to add articles nothing is uploaded
        max_file_size=assistant.archive.settings.max_file_bytes if local else 0,
        css_paths=[Path(str(STATIC / name)) for name in ("chat.css", "sidebar.css")],
        head=f"<script>{(STATIC / 'page.js').read_text(encoding='utf-8')}</script>",
        theme=gr.themes.Base(
            font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"], primary_hue="blue"
        ),
    )
    return mounted


def serve(
    assistant: Assistant,
    host: str,
    port: int,
    chats: int,
    ready: Callable[[str], None],
    *,
    writing: int = WRITING,
    store: ConversationStore | None = None,
    logins: Logins | None = None,
    path: str = "",
    settings: Sequence[Shown] = (),
) -> None:
    """Serve the web chat until interrupted.

    Args:
        assistant: who answers.
        host: address to listen on.
        port: port to listen on; 0: the first free one from 7860 on.
        chats: how many questions are answered at the same time.
        writing: how many besides, by a language model.
        ready: called with the page's address once it can be opened.
        store: where conversations are kept; None: nowhere.
        logins: who may come in; None: everybody.
        path: what a proxy serves it under, such as /byline.
        settings: what the page of settings lists.

    Raises:
        BylineError: the address cannot be listened on.
    """
    listener = _listen(host, port)
    local = host in LOCAL
    shown = f"[{host}]" if ":" in host else host
    app = build_app(
        assistant, chats, writing=writing, local=local, store=store, logins=logins, path=path, settings=settings
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5))
    # pages that are still open when it ends are cut off; that is no fault
    logging.getLogger("uvicorn.error").addFilter(lambda _: not server.should_exit)
    ready(f"http://{shown}:{listener.getsockname()[1]}{path}/")
    if assistant.workers:
        assistant.workers.start()
    # whoever opened the page reads it first, and then need not wait for what the first question loads
    threading.Thread(target=_prepare, args=(assistant,), name="byline-prepare", daemon=True).start()
    try:
        with listener:
            server.run(sockets=[listener])
    finally:
        if assistant.workers:
            assistant.workers.close()


def _prepare(assistant: Assistant) -> None:
    with suppress(BylineError):  # what is wrong with the archive is told to whoever asks
        assistant.warm_up()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in [port] if port else range(FIRST_PORT, FIRST_PORT + PORTS):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
        except OSError as error:
            listener.close()
            reason = error.strerror or str(error)
            continue
        return listener
    where = str(port) if port else f"{FIRST_PORT} to {FIRST_PORT + PORTS - 1}"
    raise BylineError(f"The web chat cannot listen on {host}, port {where} ({reason}). Choose another with --port.")
