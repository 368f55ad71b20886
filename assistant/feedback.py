"""What people thought of answers, as questions to evaluate with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assistant.kept import KeptAnswer, KeptStatement


def feedback_cases(answers: Iterable[KeptAnswer]) -> list[dict[str, Any]]:
    """One row for each answer that somebody said something of, as :func:`assistant.read_cases` reads it.

    The question is the standalone one, ``date`` the day that it was asked for, or else on, and ``id`` the answer's key.

    - ``right``: ``answers`` are the words that were marked as answering, of a statement without marks its quotes;
      ``gold_urls`` are the addresses of the articles cited. If the answer was a declined one, declining was right:
      ``answerable`` is false.
    - ``wrong``: nothing is known of the right answer, so the row has none and is told of without being scored. Where
      the answer was a declined one, there should have been one: ``answerable`` is true.
    - ``wrong source``: the articles cited are not to be taken for those that answer: no ``gold_urls``, their addresses
      stand in ``excluded_urls``. Nor are the words taken from them, which may be right by chance.
    - ``outdated``: what was quoted was right of another day. As ``wrong source``: ``date`` is the day on which it was
      not any more.

    ``verdict``, ``note`` and ``excluded_urls`` are for people and other programs; evaluating leaves them alone.
    """
    return [_case(kept) for kept in answers if kept.feedback is not None]


def _case(kept: KeptAnswer) -> dict[str, Any]:
    assert kept.feedback is not None
    verdict = kept.feedback.verdict
    urls = list(dict.fromkeys(c.reference.url for c in kept.citations if c.reference.url))
    row: dict[str, Any] = {
        "id": kept.key,
        "question": kept.standalone,
        "date": (kept.as_of or kept.at.astimezone().date()).isoformat(),
        "answerable": not (verdict == "right" and kept.status == "declined"),
    }
    if verdict == "right":
        if wordings := list(dict.fromkeys(word for s in kept.statements for word in _wordings(kept, s))):
            row["answers"] = wordings
        if urls:
            row["gold_urls"] = urls
    elif verdict in ("wrong source", "outdated") and urls:
        row["excluded_urls"] = urls
    return {**row, "verdict": verdict, "note": kept.feedback.note}


def _wordings(kept: KeptAnswer, statement: KeptStatement) -> list[str]:
    if statement.marks:
        return [statement.text[mark.start : mark.end] for mark in statement.marks]
    return [kept.citations[number - 1].quote for number in statement.citations]
