"""Passages in, checked answers out. Knows nothing of Chroma or gradio."""

from __future__ import annotations

from assistant.about import language_name
from assistant.assistant import Assistant
from assistant.cases import Case, read_cases
from assistant.conversation import Conversation, remembered
from assistant.conversation_store import ConversationStore, KeptConversation, new_key
from assistant.doctor import Finding, examine, reach_model
from assistant.errors import (
    AnsweringBroken,
    CasesUnreadable,
    ConversationMissing,
    ConversationsUnreadable,
    ModelError,
    PredictionsRefused,
    QuestionError,
    WriterUnavailable,
)
from assistant.evaluation import Evaluation, Loss, Lost, Result, TradeOff, evaluate
from assistant.feedback import feedback_cases
from assistant.kept import Feedback, KeptAnswer, KeptCitation, KeptStatement, Reference, Verdict
from assistant.predictions import Prediction, Quoted, Retrieved, made_with
from assistant.settings import AnswerWhen, AssistantSettings
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
from assistant.workers import Workers

__all__ = [
    "Answer",
    "AnswerWhen",
    "AnsweringBroken",
    "Assistant",
    "AssistantSettings",
    "Case",
    "CasesUnreadable",
    "Checking",
    "Citation",
    "Conversation",
    "ConversationMissing",
    "ConversationStore",
    "ConversationsUnreadable",
    "Dropped",
    "Evaluation",
    "Event",
    "Feedback",
    "Finding",
    "Finished",
    "Gap",
    "KeptAnswer",
    "KeptCitation",
    "KeptConversation",
    "KeptStatement",
    "Loss",
    "Lost",
    "ModelError",
    "Note",
    "PassagesFound",
    "Prediction",
    "PredictionsRefused",
    "QuestionError",
    "Quoted",
    "Reference",
    "Result",
    "Retrieved",
    "Rewritten",
    "Searching",
    "Stated",
    "Statement",
    "Status",
    "TradeOff",
    "Turn",
    "Verdict",
    "Workers",
    "WriterUnavailable",
    "Writing",
    "evaluate",
    "examine",
    "feedback_cases",
    "language_name",
    "made_with",
    "new_key",
    "reach_model",
    "read_cases",
    "remembered",
]
