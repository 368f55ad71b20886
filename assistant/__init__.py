"""Passages in, checked answers out. Knows nothing of Chroma or gradio."""

from __future__ import annotations

from assistant.assistant import Assistant
from assistant.cases import Case, read_cases
from assistant.conversation import Conversation, remembered
from assistant.doctor import Check, examine
from assistant.errors import CasesUnreadable, PredictionsRefused, QuestionError
from assistant.evaluation import Evaluation, Loss, Lost, Result, TradeOff, evaluate
from assistant.predictions import Prediction, Quoted, Retrieved
from assistant.settings import AnswerWhen, AssistantSettings
from assistant.types import (
    Answer,
    Citation,
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
)

__all__ = [
    "Answer",
    "AnswerWhen",
    "Assistant",
    "AssistantSettings",
    "Case",
    "CasesUnreadable",
    "Check",
    "Citation",
    "Conversation",
    "Evaluation",
    "Event",
    "Finished",
    "Gap",
    "Loss",
    "Lost",
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
    "evaluate",
    "examine",
    "read_cases",
    "remembered",
]
