"""Passages in, checked answers out. Knows nothing of Chroma or gradio."""

from __future__ import annotations

from assistant.assistant import Assistant
from assistant.cases import Case, read_cases
from assistant.conversation import Conversation, remembered
from assistant.doctor import Check, examine
from assistant.errors import CasesUnreadable, ModelError, PredictionsRefused, QuestionError, WriterUnavailable
from assistant.evaluation import Evaluation, Loss, Lost, Result, TradeOff, evaluate
from assistant.predictions import Prediction, Quoted, Retrieved
from assistant.settings import AssistantSettings
from assistant.types import (
    Answer,
    Checking,
    Citation,
    Dropped,
    Event,
    Finished,
    Gap,
    Note,
    PassagesFound,
    Rewritten,
    Searching,
    Stated,
    Statement,
    Status,
    Turn,
    Writing,
)

__all__ = [
    "Answer",
    "Assistant",
    "AssistantSettings",
    "Case",
    "CasesUnreadable",
    "Check",
    "Checking",
    "Citation",
    "Conversation",
    "Dropped",
    "Evaluation",
    "Event",
    "Finished",
    "Gap",
    "Loss",
    "Lost",
    "ModelError",
    "Note",
    "PassagesFound",
    "Prediction",
    "PredictionsRefused",
    "QuestionError",
    "Quoted",
    "Result",
    "Retrieved",
    "Rewritten",
    "Searching",
    "Stated",
    "Statement",
    "Status",
    "TradeOff",
    "Turn",
    "WriterUnavailable",
    "Writing",
    "evaluate",
    "examine",
    "read_cases",
    "remembered",
]
