"""Passages in, checked answers out. Knows nothing of Chroma or gradio."""

from __future__ import annotations

from assistant.assistant import Assistant
from assistant.doctor import Check, examine
from assistant.errors import QuestionError
from assistant.settings import AssistantSettings
from assistant.types import Answer, Citation, Event, Finished, Gap, PassagesFound, Searching, Stated, Statement, Status

__all__ = [
    "Answer",
    "Assistant",
    "AssistantSettings",
    "Check",
    "Citation",
    "Event",
    "Finished",
    "Gap",
    "PassagesFound",
    "QuestionError",
    "Searching",
    "Stated",
    "Statement",
    "Status",
    "examine",
]
