"""Settings of the assistant: one table of name, default, bounds and help. Unknown names are refused."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from index import Table

AnswerWhen = Literal["bold", "balanced", "careful"]
"""How sure the archive must be before it answers."""


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
