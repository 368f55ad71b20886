"""How answers are that a language model writes, beside the quotes, and what the checking costs in time.

    python -m tests.benchmarks.writing ARCHIVE QUESTIONS... --writer openai-like --url URL --kept FILE --shown FILE

Each question is asked as the product asks it, and then again with other seeds at a higher temperature. An independent
check (``tests.benchmarks.facts``), which has nothing of the checker, looks for the facts of each in the sentences that
it cites. The file of shown sentences is for a person to read. What the model said is kept, so that a run that was
stopped goes on, and so that another way of checking is measured on the same words.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from assistant import Answer, Assistant, AssistantSettings, Case, Finished, Stated, Statement, read_cases
from assistant.evaluation import Evaluation, Result
from assistant.models import Model, Prompt
from assistant.predictions import made_with, predict
from assistant.prompting import prose
from assistant.types import Checking, Dropped
from tests.benchmarks.facts import Finding, broken, nearness

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

TEMPERATURE = 0.4
"""Of every asking but the first."""

_MARKS = re.compile(r"(?<=<passages )\w+|(?<=</passages )\w+")


@dataclass(frozen=True)
class Asked:
    """One asking: the answer, those of its statements that the model wrote, and after how many seconds came the first
    statement and the end."""

    case: Case
    sample: int
    answer: Answer
    written: tuple[Statement, ...]
    first: float
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--unanswerable", type=Path, help="questions that the archive does not answer")
    parser.add_argument("--writer", required=True)
    parser.add_argument("--url")
    parser.add_argument("--limit", type=int, help="questions of each file")
    parser.add_argument("--samples", type=int, default=4, help="how often each question is asked")
    parser.add_argument("--rewrites", type=int, default=1, help="for how many of those a sentence is written anew")
    parser.add_argument("--window", type=int, default=2048)
    parser.add_argument("--tokens", type=int, default=160)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--kept", type=Path, required=True, help="JSON lines of what the model said")
    parser.add_argument("--shown", type=Path, required=True, help="where the shown sentences are written")
    options = parser.parse_args()
    quoting = Assistant.open(options.archive)
    settings = AssistantSettings.parse(
        {
            "writer": options.writer,
            "model_url": options.url,
            "model_window": options.window,
            "model_tokens": options.tokens,
            "model_seconds": options.seconds,
        }
    )
    cases = [case for file in options.questions for case in read_cases(file)[: options.limit]]
    if options.unanswerable:
        cases += read_cases(options.unanswerable, answerable=False)[: options.limit]
    kept = Kept(options.kept)
    writers: list[Assistant] = []
    for sample in range(options.samples):
        writers.append(Assistant(quoting.archive, settings))
        writers[-1].model = KeptModel(settings, kept, sample, options.rewrites)
    quoted, rounds = [], [[] for _ in writers]
    with options.shown.open("w", encoding="utf-8") as shown:
        for case in cases:
            quoted.append(_ask(quoting, case, 0))
            # one after the other, so that the server reads a prompt once; what is declined is asked but once
            for sample, writing in enumerate(writers if quoted[-1].answer.statements else writers[:1]):
                rounds[sample].append(asked := _ask(writing, case, sample))
                for statement in asked.written:
                    shown.write(_for_a_person(asked, statement))
            shown.flush()
    _tell_of_quality("quotes", quoting, quoted)
    for made in rounds:
        of = {asked.case.id: asked for asked in made}
        whole = [of.get(asked.case.id, asked) for asked in quoted]
        _tell_of_quality(f"written, asking {made[0].sample + 1}", writers[0], whole)
    _tell_of_facts([asked for made in rounds for asked in made])
    _tell_of_times(quoted, rounds[0], kept)


class Kept:
    """What a model said to each prompt, in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self.said = {entry["key"]: entry for entry in map(json.loads, lines)}

    def add(self, entry: dict[str, object]) -> None:
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self.said[str(entry["key"])] = entry


class KeptModel(Model):
    """A model that is asked once for each prompt and ``sample``; sample 0 is asked as the product does."""

    def __init__(self, settings: AssistantSettings, kept: Kept, sample: int, rewrites: int) -> None:
        super().__init__(settings)
        self._kept = kept
        self._sample = sample
        self._rewrites = sample < rewrites

    def write(self, prompt: Prompt, seconds: float | None = None, tokens: int | None = None) -> Generator[str]:
        if prompt.system == prose("rewrite") and not self._rewrites:
            return
        # the random word of the marks would have the server read the same passages anew
        prompt = Prompt(prompt.system, _MARKS.sub("benchmark", prompt.user))
        key = hashlib.sha256(f"{self._sample} {tokens} {prompt}".encode()).hexdigest()[:24]
        if known := self._kept.said.get(key):
            yield str(known["text"])
            return
        began, first, pieces = time.perf_counter(), 0.0, []
        try:
            for piece in super().write(prompt, seconds, tokens):
                if piece:
                    first = first or time.perf_counter() - began
                    pieces.append(piece)
                yield piece
        except GeneratorExit:
            self._keep(key, pieces, first, time.perf_counter() - began)
            raise
        self._keep(key, pieces, first, time.perf_counter() - began)

    def _keep(self, key: str, pieces: Sequence[str], first: float, seconds: float) -> None:
        entry = {"key": key, "sample": self._sample, "text": "".join(pieces), "pieces": len(pieces)}
        self._kept.add({**entry, "first": first, "seconds": seconds})

    def _compatible(self, client: httpx.AsyncClient, model: str, url: str, key: str) -> LLM:
        llm = super()._compatible(client, model, url, key)
        if self._sample:
            llm.temperature = TEMPERATURE  # type: ignore[attr-defined]
            llm.additional_kwargs["seed"] = self._sample  # type: ignore[attr-defined]
        return llm


def _ask(assistant: Assistant, case: Case, sample: int) -> Asked:
    began = time.perf_counter()
    first, held = 0.0, False
    written: list[Statement] = []
    for event in assistant.stream(case.question, as_of=case.asked_on):
        if isinstance(event, Checking):
            held = True
        elif isinstance(event, Dropped):
            held = False
        elif isinstance(event, Stated):
            first = first or time.perf_counter() - began
            # what a model wrote has been on hold before
            written += [event.statement] * held
            held = False
        elif isinstance(event, Finished):
            return Asked(case, sample, event.answer, tuple(written), first, time.perf_counter() - began)
    raise AssertionError("a stream ends with Finished")


def _source(statement: Statement) -> str:
    """The sentences that a statement cites words of."""
    around = dict.fromkeys(
        citation.article.text[sentence.start : sentence.end]
        for citation in statement.citations
        for sentence in citation.article.sentences
        if sentence.start < citation.end and citation.start < sentence.end
    )
    return " ".join(" ".join(around).split())


def _findings(statement: Statement) -> list[Finding]:
    article = statement.citations[0].article
    return broken(statement.text, _source(statement), article.published)


def _for_a_person(asked: Asked, statement: Statement) -> str:
    found = "".join(f"\n! {finding.kind}: {finding.words}" for finding in _findings(statement))
    cited = "".join(f"\n  > {' '.join(citation.quote.split())}" for citation in statement.citations)
    near = nearness(statement.text, _source(statement))
    return (
        f"## {asked.case.id} asking {asked.sample + 1} ({near})\n? {asked.case.question}\n"
        f"- {statement.text}{cited}\n  in: {_source(statement)}{found}\n\n"
    )


def _tell_of_quality(name: str, assistant: Assistant, asked: Sequence[Asked]) -> None:
    made = made_with(assistant)
    results = tuple(
        Result(
            one.case,
            predict(one.case, one.answer, list(one.answer.nearest), one.seconds, made),
            tuple(c.article.text[c.start : c.end] == c.quote for c in one.answer.citations),
        )
        for one in asked
    )
    figures = Evaluation(results, made).figures
    scored = sum(result.is_scored for result in results)
    told = ", ".join(f"{figure} {figures[figure]}" for figure in ("right", "declined_rightly", "verbatim"))
    print(f"{name}: {told} (of {scored} questions whose answer is known, {len(results) - scored} others)")


def _tell_of_facts(asked: Sequence[Asked]) -> None:
    written = [statement for one in asked for statement in one.written]
    different = {(one.case.id, statement.text): statement for one in asked for statement in one.written}
    near = Counter(nearness(statement.text, _source(statement)) for statement in written)
    found = [finding for statement in different.values() for finding in _findings(statement)]
    dropped = sum(len(one.answer.dropped) for one in asked)
    print(f"{len(written)} sentences of the model were shown, {len(different)} different; {dropped} were dropped")
    print(f"  {', '.join(f'{count} {name}' for name, count in near.most_common())}")
    faulty = sum(bool(_findings(statement)) for statement in written)
    told = ", ".join(f"{count} {kind}" for kind, count in Counter(one.kind for one in found).most_common())
    print(f"  {faulty} break a fact by the independent check{f' ({told}, each sentence once)' if told else ''}")


def _tell_of_times(quoted: Sequence[Asked], asked: Sequence[Asked], kept: Kept) -> None:
    calls = [entry for entry in kept.said.values() if entry["sample"] == 0 and entry["pieces"]]
    rates = [(entry["pieces"] - 1) / (entry["seconds"] - entry["first"]) for entry in calls if entry["pieces"] > 8]
    if rates:
        print(f"the model: first words after {statistics.median(e['first'] for e in calls):.1f} s (median)")
        print(f"  then {statistics.median(rates):.1f} tokens a second while they are checked")
    for name, made in (("quotes", quoted), ("written", asked)):
        answered = [one for one in made if one.answer.statements and (name == "quotes" or one.written)]
        if answered:
            first, whole = (statistics.median(getattr(one, at) for one in answered) for at in ("first", "seconds"))
            print(f"{name}: first statement after {first:.1f} s, all after {whole:.1f} s (medians of {len(answered)})")


if __name__ == "__main__":
    main()
