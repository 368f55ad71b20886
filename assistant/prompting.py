"""What a language model is asked: the prose of ``prompts/``, the passages as numbered material, the question.

The passages stand between two marks with a random word, so that no article can close them and go on as if it were the
prompt. Passages that speak to a machine are left out beforehand (see :mod:`assistant.instructions`).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from assistant.models import Prompt
from assistant.parsing import plain
from assistant.types import Citation
from index import Article, count_tokens

MARGIN = 1.25
"""A model's own tokenizer may make so many times the tokens that tiktoken's cl100k_base makes of a text. Of 80 passages
of English news the vocabulary of SmolLM2, a small one, makes 1.05 times as many; the rest is for other languages."""

SHORTEST = 200
"""Tokens of passages that are always given, however small the window is."""

_QUESTION = 2_000
"""Characters of a question that a model reads."""


def answer_prompt(question: str, passages: Sequence[Sequence[Citation]]) -> Prompt:
    """Asks for an answer to ``question`` from ``passages``, which are numbered from 1; each is runs of an article."""
    material = _material(enumerate_from_one(passages))
    return Prompt(prose("answer"), f"{material}\n\nQuestion: {_line(question[:_QUESTION])}")


def rewrite_prompt(sentence: str, reason: str, passages: Sequence[tuple[int, Sequence[Citation]]]) -> Prompt:
    """Asks for ``sentence`` once more, given what is wrong with it and the numbered passages that it may cite."""
    told = f"The sentence: {_line(sentence)}\nWhat is wrong with it: {_line(reason)}"
    return Prompt(prose("rewrite"), f"{_material(passages)}\n\n{told}")


def fitting(
    question: str, passages: Sequence[Sequence[Citation]], window: int, answer: int
) -> Sequence[Sequence[Citation]]:
    """The first of ``passages`` that fit, with the prompt, into a model's ``window`` beside ``answer`` tokens."""
    left = (window - answer) / MARGIN - count_tokens(prose("answer")) - count_tokens(question[:_QUESTION]) - SHORTEST
    for number, runs in enumerate(passages):
        left -= count_tokens(_passage(number, runs))
        if left < 0 and number:
            return passages[:number]
    return passages


def enumerate_from_one(passages: Sequence[Sequence[Citation]]) -> list[tuple[int, Sequence[Citation]]]:
    """Each passage with its number, as a model knows it."""
    return list(enumerate(passages, start=1))


@cache
def prose(name: str) -> str:
    """The prose file ``prompts/NAME.md``."""
    return (files("assistant") / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()


def _material(passages: Sequence[tuple[int, Sequence[Citation]]]) -> str:
    word = secrets.token_hex(8)
    body = "\n".join(_passage(number, runs) for number, runs in passages)
    return f"<passages {word}>\n{body}\n</passages {word}>"


def _passage(number: int, runs: Sequence[Citation]) -> str:
    text = ""
    for before, run in zip((None, *runs), runs, strict=False):
        left_out = before is not None and bool(run.article.text[before.end : run.start].strip())
        text += f"{' […] ' if left_out else ' ' if before else ''}{_line(run.quote)}"
    return f"[{number}] {_facts(runs[0].article)}\n{text}"


def _facts(article: Article) -> str:
    day = article.published
    facts = [_line(article.outlet)[:80], f"{day.day} {day:%B %Y}" if day else ""]
    return ", ".join(fact for fact in facts if fact) or "outlet and day unknown"


def _line(text: str) -> str:
    """One line without markup or anything that cannot be seen."""
    return " ".join(plain(text).split())
