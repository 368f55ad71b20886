"""How answers are that a language model writes, beside the quotes, and what the checking costs in time.

    python -m tests.benchmarks.writing ARCHIVE QUESTIONS --writer llama-cpp/FILE.gguf [--limit N] [--window N]

An independent check looks for the numbers and names of each written sentence in the sentences that it cites: it knows
nothing of the checker. ``right`` is as `byline evaluate` has it: the right answer is named and no wrong one.
"""

from __future__ import annotations

import argparse
import re
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from assistant import Answer, Assistant, AssistantSettings, Case, Finished, Stated, Statement, read_cases
from assistant.evaluation import named
from assistant.models import Model, Prompt


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--writer", required=True)
    parser.add_argument("--url")
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--window", type=int, default=8192)
    parser.add_argument("--tokens", type=int, default=200)
    options = parser.parse_args()
    quoting = Assistant.open(options.archive)
    model = {"writer": options.writer, "model_url": options.url, "model_window": options.window}
    writing = Assistant(quoting.archive, AssistantSettings.parse({**model, "model_tokens": options.tokens}))
    cases = read_cases(options.questions)[: options.limit]
    answers = [_timed(writing, case) for case in cases]
    _tell(answers)
    quoted = [quoting.ask(case.question, as_of=case.asked_on) for case in cases]
    for name, given in (("quotes", quoted), ("written", [answer for answer, *_ in answers])):
        right = sum(_is_right(answer, case) for answer, case in zip(given, cases, strict=True))
        print(f"{name}: {right} of {len(cases)} right")
    _tell_of_the_bare_model(writing.model)


def unsupported(statement: Statement) -> set[str]:
    """The numbers and names of a written sentence that no sentence has which it cites."""
    around = " ".join(
        citation.article.text[sentence.start : sentence.end]
        for citation in statement.citations
        for sentence in citation.article.sentences
        if sentence.start < citation.end and citation.start < sentence.end
    )
    return _facts(statement.text) - _facts(f"- {around}")


def _facts(text: str) -> set[str]:
    # the first word is capitalised whatever it is
    return set(re.findall(r"\d[\d.,]*\d|\d", text)) | set(re.findall(r"(?<=\s)[A-Z]\w+", text))


def _is_right(answer: Answer, case: Case) -> bool:
    text = " ".join(statement.text for statement in answer.statements)
    wrong = [choice for choice in case.choices if choice not in case.answers]
    return bool(named(text, case.answers)) and not named(text, wrong)


def _tell_of_the_bare_model(model: Model | None) -> None:
    assert model is not None
    began, first, pieces = time.perf_counter(), 0.0, 0
    for piece in model.write(Prompt("You tell stories.", "Tell a story about a harbour."), tokens=64):
        if piece and not first:
            first = time.perf_counter()
        pieces += bool(piece)
    rate = (pieces - 1) / max(1e-9, time.perf_counter() - first)
    print(
        f"the bare model, asked in one line: first words after {first - began:.1f} s, then {rate:.1f} tokens a second"
    )


def _timed(assistant: Assistant, case: Case) -> tuple[Answer, float, float]:
    """An answer, and after how many seconds its first statement and its end came."""
    began = time.perf_counter()
    first = 0.0
    for event in assistant.stream(case.question, as_of=case.asked_on):
        if isinstance(event, Stated) and not first:
            first = time.perf_counter() - began
        if isinstance(event, Finished):
            return event.answer, first, time.perf_counter() - began
    raise AssertionError("a stream ends with Finished")


def _tell(answers: Sequence[tuple[Answer, float, float]]) -> None:
    stated = [statement for answer, *_ in answers for statement in answer.statements]
    written = [one for one in stated if one.text != " ".join(one.citations[0].quote.split())]
    broken = [one for one in written if unsupported(one)]
    answered = [(first, whole) for answer, first, whole in answers if answer.statements]
    print(f"{len(answers)} asked, {len(answered)} answered, {len(stated)} statements, {len(written)} of them written")
    print(f"{len(broken)} written statements with a number or a name that their source has not")
    print(f"{sum(len(answer.dropped) for answer, *_ in answers)} sentences dropped")
    if answered:
        first, whole = (statistics.median(times) for times in zip(*answered, strict=True))
        print(f"first statement after {first:.1f} s, all after {whole:.1f} s (medians)")


if __name__ == "__main__":
    main()
