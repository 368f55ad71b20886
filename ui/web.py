"""The web chat's layout and server. Decides nothing; what it does is in :mod:`ui.handlers`."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

# gradio reads it on import, and would otherwise report to its makers
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from assistant import Assistant, ConversationStore
from index import BylineError
from ui import api, guard, handlers, render
from ui.history import VERDICTS, History
from ui.logins import Logins
from ui.places import Places
from ui.sidebar import Sidebar, add_exports

FIRST_PORT, PORTS = 7860, 100

HEADERS = {
    # gradio's page has inline scripts and templates; nothing may load from, or be sent to, anywhere else
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'self'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"]


def build_page(assistant: Assistant, chats: int, history: History | None = None) -> gr.Blocks:
    """The page: the chat, and beside it the panel of sources.

    Args:
        assistant: who answers.
        chats: how many questions are answered at the same time.
        history: where conversations are kept; None: nowhere.
    """
    with gr.Blocks(title="Byline", fill_height=True, analytics_enabled=False) as page:
        gr.HTML('<header class="byline-title"><h1>Byline</h1><p>Every sentence quotes an article.</p></header>')
        panel = gr.HTML(render.panel_html(()), elem_id="byline-panel", render=False)
        sections, turns = gr.State(()), gr.State(())
        sidebar = Sidebar(history) if history else None
        kept = sidebar.kept if sidebar else []
        answering = handlers.chat(assistant)
        with gr.Row(elem_id="byline-columns", equal_height=False):
            with gr.Column(scale=3, min_width=320):
                chat = gr.ChatInterface(
                    history.keeping(answering) if history else answering,
                    chatbot=gr.Chatbot(
                        label="Conversation",
                        show_label=False,
                        elem_id="byline-chat",
                        height="calc(100dvh - 16rem)",
                        min_height=240,
                        latex_delimiters=[],
                        allow_tags=False,
                        sanitize_html=True,
                        buttons=[],
                        feedback_options=tuple(VERDICTS) if history else None,
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
                    ),
                    additional_inputs=[sections, turns, *kept],
                    additional_outputs=[panel, sections, turns, *kept],
                    analytics_enabled=False,
                    flagging_mode="never",
                    concurrency_limit=chats,
                    api_visibility="private",
                    fill_height=False,
                )
            with gr.Column(scale=2, min_width=320):
                panel.render()  # type: ignore[no-untyped-call]
        chat.chatbot.clear(handlers.clear, None, [panel, sections, turns], api_visibility="private")
        if sidebar:
            sidebar.connect(page, chat, [panel, sections, turns])
    assert isinstance(page, gr.Blocks)
    return page


def build_app(
    assistant: Assistant,
    chats: int,
    *,
    local: bool = True,
    store: ConversationStore | None = None,
    logins: Logins | None = None,
    path: str = "",
) -> FastAPI:
    """The whole web application.

    Args:
        assistant: who answers.
        chats: how many questions are answered at the same time.
        local: whether it is reached from this machine alone; then other host names are refused, so that no web page
            can reach it through a name that it points here (DNS rebinding).
        store: where conversations are kept; None: nowhere.
        logins: who may come in; None: everybody.
        path: what it is served under, such as /byline.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    # the last one added is the first that a request meets
    if logins:
        app.add_middleware(guard.LoginRequired, logins=logins, path=path)
    app.add_middleware(guard.SameOrigin)
    if local:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOCAL_NAMES, www_redirect=False)
    if path:
        app.add_middleware(guard.Below, path=path)
    app.add_middleware(guard.FixedHeaders, headers=HEADERS)
    app.add_api_route("/healthz", lambda: {"status": "ok"}, include_in_schema=False)
    app.state.places = Places(chats)
    app.mount("/api", api.build_api(assistant, app.state.places, path))
    history = History(assistant, store) if store else None
    if history:
        add_exports(app, history)
    page = build_page(assistant, chats, history)
    page.queue(max_size=chats * 8, api_open=False)
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
        max_file_size=0,
        css_paths=[Path(str(files("ui") / "static" / name)) for name in ("chat.css", "sidebar.css")],
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
    store: ConversationStore | None = None,
    logins: Logins | None = None,
    path: str = "",
) -> None:
    """Serve the web chat until interrupted.

    Args:
        assistant: who answers.
        host: address to listen on.
        port: port to listen on; 0: the first free one from 7860 on.
        chats: how many questions are answered at the same time.
        ready: called with the page's address once it can be opened.
        store: where conversations are kept; None: nowhere.
        logins: who may come in; None: everybody.
        path: what a proxy serves it under, such as /byline.

    Raises:
        BylineError: the address cannot be listened on.
    """
    listener = _listen(host, port)
    local = host in ("127.0.0.1", "localhost", "::1")
    shown = f"[{host}]" if ":" in host else host
    app = build_app(assistant, chats, local=local, store=store, logins=logins, path=path)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5))
    ready(f"http://{shown}:{listener.getsockname()[1]}{path}/")
    with listener:
        server.run(sockets=[listener])


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
