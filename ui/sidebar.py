"""The sidebar of the web chat: its kept conversations. Layout and wiring; what they do is in :mod:`ui.history`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request, Response

from assistant import ConversationMissing
from index import BylineError
from ui import handlers, render
from ui.history import VERDICTS, History, links_html

GONE = "This conversation is not kept here any more."

# out of the queue, whose line of events would be opened anew for each
_HIDDEN: dict[str, Any] = {"queue": False, "api_visibility": "private", "show_progress": "hidden"}


class Sidebar:
    """The conversations beside the chat. Made before the chat, so that the chat can take :attr:`kept`, what is known of
    the conversation on the page; then :meth:`connect` ties the two together."""

    def __init__(self, history: History) -> None:
        """Lay it out, within the page that is being built."""
        self._history = history
        with gr.Sidebar(open=False, elem_id="byline-conversations", width=300):
            self.new = gr.Button("New conversation", size="sm")
            self.words = gr.Textbox(label="Search conversations", max_lines=1, elem_id="byline-search")
            self.list = gr.Radio(label="Conversations", choices=[], elem_id="byline-list")
            self.note = gr.HTML("")
            with gr.Column(visible=False) as self.tools:
                self.title = gr.Textbox(label="Title", max_lines=1, max_length=120, submit_btn="Rename")
                self.links = gr.HTML("")
                self.delete = gr.Button("Delete …", size="sm")
                with gr.Column(visible=False) as self.confirmation:
                    gr.HTML('<p class="byline-note">Delete this conversation for good?</p>')
                    with gr.Row():
                        self.confirm = gr.Button("Delete", variant="stop", size="sm", min_width=80)
                        self.spare = gr.Button("Keep", size="sm", min_width=80)
            with gr.Column(visible=False) as self.reasons:
                self.reason = gr.Textbox(
                    label="Why? (optional)", max_lines=1, submit_btn="Save", elem_id="byline-reason"
                )
            # the browser holds the id, for the page's address; the server takes it for no more than an id
            self.conversation = gr.Textbox(visible="hidden", max_lines=1, elem_id="byline-conversation")
            self._keys = gr.State(())
            self._judged = gr.State(("", ""))
        self.kept: list[gr.components.Component] = [self.conversation, self._keys]

    def connect(self, page: gr.Blocks, chat: gr.ChatInterface, beside: Sequence[gr.components.Component]) -> None:
        """Bring conversations back into the chat and its panel, and take what is said of answers.

        Args:
            page: the page.
            chat: the chat, whose handler keeps as :meth:`ui.history.History.keeping` does, and whose last additional
                inputs and outputs are :attr:`kept`.
            beside: panel and talk, which a conversation brings with it.
        """
        shown = [chat.chatbot, chat.chatbot_state, chat.chatbot_value, *beside, *self.kept, self.note]
        script = (files("ui") / "static" / "address.js").read_text(encoding="utf-8").strip().split("\n\n")
        from_address, to_address, to_answer = script
        about = [self.conversation, self.words]
        tools = [self.list, self.title, self.links, self.tools, self.confirmation, self.reasons]
        restored = page.load(self._from_address, self.conversation, shown, js=from_address, **_HIDDEN)
        # the list is there too where the address names no conversation, which is no change
        restored.then(self._tools, about, tools, **_HIDDEN).then(None, None, None, js=to_answer)
        self.conversation.change(self._tools, about, tools, **_HIDDEN)
        self.conversation.change(None, self.conversation, None, js=to_address)
        self.list.input(self._restored, self.list, shown, **_HIDDEN)
        self.words.change(self._listed, self.words, self.list, **_HIDDEN)
        self.new.click(_nothing, None, shown, **_HIDDEN)
        chat.chatbot.clear(lambda: ("", ()), None, self.kept, **_HIDDEN)
        again = (
            (chat.chatbot.undo, self._undone),
            (chat.chatbot.retry, self._retried),
            (chat.chatbot.edit, self._edited),
        )
        for event, asked_again in again:
            # done before the question is asked again, for that goes through the queue
            event(asked_again, [*self.kept, chat.chatbot], self._keys, **_HIDDEN)
        self.title.submit(
            self._renamed, [self.conversation, self.title, self.words], [self.title, self.list, self.note], **_HIDDEN
        )
        self.delete.click(lambda: gr.update(visible=True), None, self.confirmation, **_HIDDEN)
        self.spare.click(lambda: gr.update(visible=False), None, self.confirmation, **_HIDDEN)
        self.confirm.click(self._deleted, self.conversation, shown, **_HIDDEN)
        chat.chatbot.like(self._judge, self.conversation, [self._judged, self.reasons], **_HIDDEN)
        self.reason.submit(
            self._explain,
            [self.conversation, self._judged, self.reason],
            [self.reasons, self.reason, self.note],
            **_HIDDEN,
        )

    def _of(self, request: gr.Request) -> History:
        return self._history.of(user_of(request.request))

    def _from_address(self, conversation: str, request: gr.Request) -> tuple[Any, ...]:
        return self._restored(conversation, request) if conversation else _nothing()

    def _restored(self, conversation: str, request: gr.Request) -> tuple[Any, ...]:
        try:
            back = self._of(request).restored(conversation)
        except ConversationMissing:
            return (*_nothing()[:-1], render.note_html(GONE))
        except BylineError as error:
            return (*_nothing()[:-1], render.fault_html(str(error)))
        chatbot = gr.update(value=back.messages, feedback_value=back.verdicts)
        messages = back.messages
        return chatbot, messages, messages, back.panel, back.talk, back.id, back.keys, ""

    def _undone(self, conversation: str, keys: Any, messages: Any, at: gr.UndoData, request: gr.Request) -> Any:
        return self._of(request).taken_back(conversation, keys, messages, at.index)

    def _retried(self, conversation: str, keys: Any, messages: Any, at: gr.RetryData, request: gr.Request) -> Any:
        return self._of(request).taken_back(conversation, keys, messages, at.index)

    def _edited(self, conversation: str, keys: Any, messages: Any, at: gr.EditData, request: gr.Request) -> Any:
        return self._of(request).taken_back(conversation, keys, messages, at.index)

    def _listed(self, words: str, request: gr.Request) -> Any:
        return gr.update(choices=self._of(request).choices(words))

    def _tools(self, conversation: str, words: str, request: gr.Request) -> tuple[Any, ...]:
        choices = self._of(request).choices(words)
        listed = gr.update(choices=choices, value=conversation if conversation in [id_ for _, id_ in choices] else None)
        hidden = gr.update(visible=False)
        title = self._of(request).title(conversation)
        return listed, title, links_html(conversation), gr.update(visible=bool(title)), hidden, hidden

    def _renamed(self, conversation: str, title: str, words: str, request: gr.Request) -> tuple[Any, ...]:
        try:
            named = self._of(request).rename(conversation, title)
        except ConversationMissing:
            return gr.skip(), self._listed(words, request), render.note_html(GONE)
        return named, gr.update(choices=self._of(request).choices(words), value=conversation), ""

    def _deleted(self, conversation: str, request: gr.Request) -> tuple[Any, ...]:
        self._of(request).delete(conversation)
        return _nothing()

    def _judge(self, conversation: str, said: gr.LikeData, request: gr.Request) -> tuple[Any, ...]:
        verdict = next((name for name in VERDICTS if name == said.liked), "")
        key = self._of(request).judge(conversation, said.value, verdict)
        return (key, verdict), gr.update(visible=bool(key and verdict))

    def _explain(self, conversation: str, judged: tuple[str, str], reason: str, request: gr.Request) -> tuple[Any, ...]:
        self._of(request).judge(conversation, judged[0], judged[1], reason)
        return gr.update(visible=False), "", render.note_html("Noted.")


def user_of(request: Request | None) -> str:
    """Who has logged in, as :class:`ui.guard.LoginRequired` tells; ``""`` where nobody does."""
    return str(getattr(request.state, "user", "")) if request else ""


def _nothing() -> tuple[Any, ...]:
    panel, talk = handlers.clear()
    return [], [], [], panel, talk, "", (), ""


def add_account(page: gr.Blocks) -> None:
    """Say who has logged in, and offer to log out: the session ends on the server, and the page is left for good."""
    with gr.Row(elem_id="byline-account"):
        name = gr.HTML("", elem_id="byline-user")
        leave = gr.Button("Log out", size="sm", min_width=80, scale=0)

    def named(request: gr.Request) -> str:
        return render.note_html(user_of(request.request))

    page.load(named, None, name, **_HIDDEN)
    leave.click(None, None, None, js=(files("ui") / "static" / "logout.js").read_text(encoding="utf-8"))


def add_exports(app: FastAPI, history: History) -> None:
    """Serve conversations as files, under ``/conversations/ID.FORMAT``; each is saved and never shown as a page."""

    @app.get("/conversations/{conversation}.{format_}")
    def exported(conversation: str, format_: str, request: Request) -> Response:
        try:
            file = history.of(user_of(request)).export(conversation, format_)
        except (ConversationMissing, KeyError):
            return Response("There is no such conversation.", status_code=404, media_type="text/plain")
        return Response(
            file.text,
            media_type=file.media_type,
            headers={"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "no-store"},
        )
