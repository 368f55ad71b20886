"""The web chat's kept conversations, without gradio: what the page calls to keep, list, bring back and judge.

What a browser says is an id at most, and an id leads to this archive's and this owner's conversations alone.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote

from assistant import (
    Answer,
    Assistant,
    ConversationMissing,
    ConversationStore,
    KeptAnswer,
    Verdict,
    made_with,
    new_key,
)
from index import BylineError, Filters
from ui import handlers, render, transcripts
from ui.filters import read_filters
from ui.sources import Talk, exchange_of, panel

log = logging.getLogger(__name__)

LISTED = 100
"""Conversations in the page's list, at most; searching finds the others."""

VERDICTS: dict[str, Verdict] = {
    "Right": "right",
    "Wrong": "wrong",
    "Wrong source": "wrong source",
    "Outdated": "outdated",
}
"""What the page offers to say of an answer."""

_ANSWER = re.compile(r'id="answer-([0-9a-f]{16})"')

Keys = tuple[str, ...]
"""The keys of the answers on a visitor's page, oldest first."""

Chat = Callable[..., Iterator[handlers.View]]
"""What :func:`ui.handlers.chat` gives: message, history, talk, filters and tuning in, and views out."""


class Restored(NamedTuple):
    """A conversation as the page shows it again: its id, the chat's messages, the panel, what the server keeps of it,
    the answers' keys, and what was said of each."""

    id: str
    messages: list[dict[str, str]]
    panel: str
    talk: Talk
    keys: Keys
    verdicts: list[str | None]


class History:
    """The conversations about one archive, as the page uses them. May be shared by threads."""

    def __init__(self, assistant: Assistant, store: ConversationStore) -> None:
        """Args: assistant: who answers. store: where conversations are kept, of whomever."""
        self._assistant = assistant
        self._store = store

    def of(self, owner: str) -> History:
        """The conversations of who logs in by this name; ``""``: of everybody, where nobody does."""
        return History(self._assistant, self._store.of(owner))

    def keeping(self, chat: Chat) -> Callable[..., Iterator[tuple[handlers.View, str, Keys]]]:
        """``chat``, which besides keeps each finished answer.

        It takes the conversation's id (``""`` for a new one) and the keys of its answers after what ``chat`` takes, and
        gives them with each view. The last view's message has the answer's anchor and the link to it.
        """

        def answer(
            message: str,
            history: object = None,
            talk: Talk = Talk(),  # noqa: B008 - frozen
            since: object = None,
            until: object = None,
            outlets: object = None,
            languages: object = None,
            authors: object = None,
            tuning: object = None,
            conversation: str = "",
            keys: Keys = (),
        ) -> Iterator[tuple[handlers.View, str, Keys]]:
            chosen = since, until, outlets, languages, authors
            view: handlers.View | None = None
            for view in chat(message, history, talk, *chosen, tuning):
                yield view, conversation, keys
            if view is not None and view.answer is not None:
                filters = read_filters(*chosen) or None
                shown, conversation, key = self.keep(view.answer, view.message, conversation, filters)
                yield view._replace(message=shown, panel=None), conversation, (*keys, key)

        return answer

    def keep(
        self,
        answer: Answer,
        shown: str,
        conversation: str = "",
        filters: Filters | None = None,
        as_of: date | None = None,
    ) -> tuple[str, str, str]:
        """Keep an answer. What cannot be kept is shown all the same, and says so.

        Args:
            answer: what was answered.
            shown: its message on the page.
            conversation: the conversation that goes on, ``""`` for a new one.
            filters: what it was asked with.
            as_of: the day that it was asked as on.

        Returns:
            The message with the answer's anchor and the link to it, the conversation's id, and the answer's key.
        """
        key = new_key()
        try:
            more: dict[str, Any] = {
                "filters": filters,
                "as_of": as_of,
                "made_with": made_with(self._assistant),
                "key": key,
            }
            try:
                conversation, _ = self._store.keep(answer, conversation, **more)
            except ConversationMissing:  # deleted meanwhile, in another window or in the terminal
                conversation, _ = self._store.keep(answer, **more)
        except BylineError as error:
            log.warning("an answer was not kept: %s", error)
            return f"<div>{shown}{render.note_html(f'This answer is not kept. {error}')}</div>", conversation, ""
        return _anchored(shown, conversation, key), conversation, key

    def restored(self, conversation: str) -> Restored:
        """A conversation as it stands in the archive of now.

        Raises:
            ConversationMissing: there is none with this id.
            BylineError: it cannot be read or verified.
        """
        answers = self._store.answers(conversation)
        messages: list[dict[str, str]] = []
        talk = Talk()
        for kept in answers:
            messages.append({"role": "user", "content": kept.question})
            messages.append({"role": "assistant", "content": _anchored(_message(kept), conversation, kept.key)})
            talk = talk.then(exchange_of(kept.answer, kept.key)._replace(section=_section(kept)))
        said = {verdict: name for name, verdict in VERDICTS.items()}
        verdicts = [said[kept.feedback.verdict] if kept.feedback else None for kept in answers]
        keys = tuple(kept.key for kept in answers)
        return Restored(conversation, messages, panel(talk), talk, keys, verdicts)

    def taken_back(self, conversation: str, keys: Keys, messages: object, at: object) -> Keys:
        """Delete the answers from one question on, which is asked otherwise or not at all; returns the keys left.

        Args:
            conversation: the conversation's id.
            keys: the keys of the answers that this page kept or brought back. No other answer is deleted, such as one
                that another window added.
            messages: the chat's messages as the browser sends them; only the keys in them are looked at.
            at: the question's place among them.
        """
        if not isinstance(messages, list) or not isinstance(at, int) or at < 0:
            return keys
        left = set(_ANSWER.findall(str(messages[:at])))
        for key in keys:
            if key not in left:
                try:
                    self._store.delete_answer(conversation, key)
                except ConversationMissing:
                    log.debug("an answer was gone already")
        return tuple(key for key in keys if key in left)

    def choices(self, words: str = "") -> list[tuple[str, str]]:
        """Title with the day, and id, of the conversations that have ``words``, of all without, newest first."""
        return [
            (f"{one.title} · {transcripts.day_text(one.changed)}", one.id) for one in self._store.search(words, LISTED)
        ]

    def title(self, conversation: str) -> str:
        """What a conversation is called; ``""`` where there is none."""
        try:
            return self._store.conversation(conversation).title if conversation else ""
        except ConversationMissing:
            return ""

    def rename(self, conversation: str, title: str) -> str:
        """Give a conversation another title; returns it as it is kept.

        Raises:
            ConversationMissing: there is none with this id.
        """
        return self._store.rename(conversation, title)

    def delete(self, conversation: str) -> None:
        """Delete a conversation for good; one that is gone already is no fault."""
        try:
            self._store.delete(conversation)
        except ConversationMissing:
            log.debug("a conversation was gone already")

    def judge(self, conversation: str, message: object, said: object, note: str | None = None) -> str:
        """Keep what was said of the answer in a message of the page; returns the answer's key, ``""`` where the message
        holds no answer that is kept.

        Args:
            conversation: the conversation's id.
            message: the message as the browser sends it, or the key itself; only the key in it is looked at.
            said: one of ``VERDICTS``; anything else takes back what was said.
            note: why; None: nothing new is said of that.
        """
        found = _ANSWER.search(str(message))
        key = found[1] if found else str(message)
        try:
            self._store.give_feedback(conversation, key, VERDICTS.get(str(said)), note)
        except ConversationMissing:
            return ""
        return key

    def export(self, conversation: str, format_: str) -> transcripts.Export:
        """A conversation as a file.

        Raises:
            ConversationMissing: there is none with this id.
            KeyError: there is no such format.
        """
        return transcripts.export(
            format_,
            self._store.conversation(conversation),
            self._store.answers(conversation),
            self._assistant.archive.folder.name,
        )


def links_html(conversation: str) -> str:
    """The links under which a conversation is fetched as a file; nothing where there is none."""
    if not conversation:
        return ""
    names = {"md": "Markdown", "html": "HTML", "json": "JSON"}
    links = " · ".join(
        f'<a href="conversations/{quote(conversation, safe="")}.{format_}" download>{name}</a>'
        for format_, name in names.items()
    )
    return f'<p class="byline-note">Save as {links}</p>'


def _anchored(shown: str, conversation: str, key: str) -> str:
    # one block without an empty line, as the message itself: Markdown would end the block there
    link = f'<p class="byline-link"><a href="?conversation={conversation}#answer-{key}">Link to this answer</a></p>'
    return f'<div id="answer-{key}">{shown}{link}</div>'


def _message(kept: KeptAnswer) -> str:
    answer, changed = kept.answer, transcripts.changed_html(kept)
    if kept.statements and not answer.statements:
        return changed
    shown = render.answer_html(
        answer.numbered(),
        kept.key,
        answer.reason,
        declined=answer.status == "declined",
        asked=answer.asked,
        notes=answer.notes,
    )
    return shown + changed


def _section(kept: KeptAnswer) -> render.Section:
    section = render.section(kept.answer, kept.key)
    if kept.statements and not kept.answer.statements:
        return section._replace(body=render.note_html("What this answer quoted has changed since."))
    return section
