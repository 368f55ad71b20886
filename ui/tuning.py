"""Settings that a visitor changes for themselves: the assistant that answers with them, and the page that lists all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assistant import Assistant, AssistantSettings, reach_model
from index import Table
from ui.render import fault_html, note_html

CHANGEABLE = ("passages", "statements", "answer_when", "writer")
"""Those that a visitor may change for the questions that they ask, under the names of the settings file."""

QUOTE: str = AssistantSettings.model_fields["writer"].default
"""The writer that needs no model."""

KEPT = 32
"""Assistants with other settings that are kept, for all visitors together."""

_tuned: dict[tuple[int, tuple[object, ...]], Assistant] = {}


def bounds(name: str) -> tuple[int, int]:
    """The least and the largest value of one of ``CHANGEABLE`` that is a number."""
    schema = AssistantSettings.model_json_schema()["properties"][name]
    return schema["minimum"], schema["maximum"]


def tuned(assistant: Assistant, tuning: object) -> Assistant:
    """The assistant that answers with a visitor's settings, over the same archive.

    Args:
        assistant: who answers otherwise.
        tuning: the values of ``CHANGEABLE`` in their order, as a browser sent them; those that are not sent, or all
            where it is None, stay as they are.

    Raises:
        SettingsError: a value is out of bounds.
    """
    if tuning is None:
        return assistant
    values = dict(assistant.settings)
    if not isinstance(tuning, tuple) or len(tuning) > len(CHANGEABLE):
        return assistant
    values.update(zip(CHANGEABLE, tuning, strict=False))
    settings = AssistantSettings.parse(values)
    if settings.writer not in writers(assistant.settings):
        return assistant  # no page offers it: a browser is not to choose what is asked on the user's behalf
    if settings == assistant.settings:
        return assistant
    key = id(assistant), tuple(getattr(settings, name) for name in CHANGEABLE)
    known = _tuned.get(key)
    if known is None or known.archive is not assistant.archive:
        while len(_tuned) >= KEPT:
            _tuned.pop(next(iter(_tuned)), None)
        known = _tuned[key] = assistant.with_settings(settings)
    return known


def quoting(assistant: Assistant) -> Assistant:
    """The assistant that answers by quotes alone, over the same archive; the same one where that is what it does."""
    if not assistant.writes:
        return assistant
    return tuned(assistant, (*(getattr(assistant.settings, name) for name in CHANGEABLE[:-1]), QUOTE))


def writers(settings: AssistantSettings) -> list[str]:
    """The writers that a visitor may choose from: the one that is set, and the one that needs no model."""
    return list(dict.fromkeys([settings.writer, QUOTE]))


def model_html(assistant: Assistant) -> str:
    """Whether the language model that is set answers, and after how long; it is sent a short question for it."""
    check = reach_model(assistant)
    if check.state == "fault":
        return fault_html(f"{check.found}. {check.remedy}".strip())
    return note_html(". ".join(part for part in (check.found, check.remedy) if part))


class Shown(NamedTuple):
    """A setting as it is shown: its name in the settings file, its value, where that comes from, and what it is."""

    name: str
    value: str
    origin: str
    meaning: str


def shown_settings(tables: Sequence[Table], origins: Mapping[str, str]) -> list[Shown]:
    """All settings of ``tables``; ``origins`` says where those come from that are not what they are by default."""
    return [
        Shown(name, _in_words(value), origins.get(name, "default"), type(table).model_fields[name].description or "")
        for table in tables
        for name, value in table
    ]


def _in_words(value: object) -> str:
    if value is None:
        return "unset"
    return str(value).lower() if isinstance(value, bool) else str(value)
