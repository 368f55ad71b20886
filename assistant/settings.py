"""Settings of the assistant: one table of name, default, bounds and help. Unknown names are refused."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from index import Table

AnswerWhen = Literal["bold", "balanced", "careful"]
"""How sure the archive must be before it answers."""

Phrasing = Literal["close", "free"]
"""How far a language model's sentence may be from the words of its passages."""

QUOTE = "quote"
"""The writer that needs no model."""

_HOSTED = ("openai/", "anthropic/")
_WRITER = re.compile(r"quote|openai-like|(?:ollama|openai|anthropic|llama-cpp)/\S.*")


class AssistantSettings(Table):
    """How questions are answered."""

    passages: int = Field(default=10, ge=1, le=100, description="passages retrieved for a question")
    evidence_tokens: int = Field(
        default=6000, ge=500, le=1_000_000, description="budget of the passages a writer reads, in cl100k_base tokens"
    )
    statements: int = Field(
        default=3,
        ge=1,
        le=10,
        description="sentences that answer a question, at most; one that another leans on comes with it",
    )
    answer_when: AnswerWhen = Field(
        default="balanced",
        description="how sure it must be to answer: bold answers more, careful declines more, balanced is in between",
    )
    question_characters: int = Field(default=10_000, ge=100, le=100_000, description="longest question that is read")
    writer: str = Field(
        default=QUOTE,
        description="what writes: `quote` (the articles' own sentences), `ollama/MODEL`, `openai-like` (any such "
        "server), `llama-cpp/FILE.gguf`, `openai/MODEL`, `anthropic/MODEL`",
    )
    model: str | None = Field(
        default=None, description="the model that `openai-like` asks for; unset: the one that the server has"
    )
    model_url: str | None = Field(
        default=None, description="address of the model's server, as `http://127.0.0.1:8080/v1`; unset: the usual one"
    )
    model_seconds: float = Field(
        default=60.0, ge=1.0, le=3600.0, description="longest time that a model may take for an answer"
    )
    model_window: int = Field(
        default=8192, ge=2048, le=10_000_000, description="tokens that the model reads and writes at once, at most"
    )
    model_tokens: int = Field(
        default=800, ge=32, le=100_000, description="tokens that the model may write, its thinking included"
    )
    phrasing: Phrasing | None = Field(
        default=None,
        description="how a model may put it: close (shortened, in the words and the order of one or two sentences) or "
        "free (in any words that the checker passes); unset: free for hosted models, close for others, which may be "
        "small and invent",
    )
    entailment: str | None = Field(
        default=None,
        description="an entailment model (NLI) that judges written sentences as well: a cross-encoder's folder or hub "
        "name; unset: none",
    )

    def quoting(self) -> AssistantSettings:
        """The same settings, without a language model."""
        return self.model_copy(update={"writer": QUOTE})

    @property
    def may_rephrase(self) -> bool:
        """Whether a model's sentences may leave the words of the passages."""
        return (self.phrasing or ("free" if self.writer.startswith(_HOSTED) else "close")) == "free"

    @field_validator("writer")
    @classmethod
    def _known_writer(cls, value: str) -> str:
        if not _WRITER.fullmatch(value):
            raise ValueError("there is no such writer; write quote, openai-like, ollama/MODEL or llama-cpp/FILE.gguf")
        return value
