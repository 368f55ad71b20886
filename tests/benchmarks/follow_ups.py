"""How often a follow-up finds what the same question written out finds.

    python -m tests.benchmarks.follow_ups NEWSBENCH [--archive FOLDER] [--cases] [--writer WRITER] [--limit N]

NEWSBENCH is newsbench's folder; its articles are indexed into FOLDER (a temporary one unless given; one that is indexed
already is used as it is). The conversations are those of ``conversations.toml``: each turn is asked in order, with the
turns before it, on the day of newsbench's question. Printed is recall@5 (the share whose first five passages name a
right choice) of the last turn, of newsbench's question written out, and of the last turn asked without its
conversation; apart for the conversations that nothing was tuned on. Then how many of all of newsbench's questions,
asked after a conversation about something else, are left alone word for word, as they should be. With a WRITER it is
the language model that writes the follow-ups out, where what it writes passes the check; how often it does is printed
too. LIMIT is how many conversations of each part are held.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import shutil
import tempfile
import tomllib
from collections.abc import Generator
from datetime import date
from pathlib import Path
from types import ModuleType

from assistant import Assistant, AssistantSettings, Turn, Writing
from assistant.followups import resolve
from assistant.models import Model, open_model
from assistant.standalone import Standalone, written_out

FIRST = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("newsbench", type=Path)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--cases", action="store_true", help="print how each tuned follow-up was understood")
    parser.add_argument("--writer", default="quote", help="as the setting: llama-cpp/FILE.gguf")
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    # time enough on any machine: what is measured is what the model writes
    settings = AssistantSettings(writer=args.writer, model_seconds=600)
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.archive or Path(temporary)
        if not (folder / ".byline").exists():
            shutil.copy(args.newsbench / "articles.jsonl.gz", folder)
            byline = Assistant.open(folder, sync=True)
        else:
            byline = Assistant.open(folder)
        measure(byline, args.newsbench, args.cases, open_model(settings), args.limit)


def measure(byline: Assistant, newsbench: Path, cases: bool, model: Model | None, limit: int | None) -> None:
    """Print the figures."""
    score = _score(newsbench)
    with gzip.open(newsbench / "questions.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = {row["id"]: row for row in map(json.loads, lines)}
    conversations = tomllib.loads((Path(__file__).parent / "conversations.toml").read_text(encoding="utf-8"))
    histories: list[tuple[str, list[Turn]]] = []
    used: list[bool] = []

    def follow_up(question: str, history: list[Turn], row: dict) -> str:
        day = date.fromisoformat(row["date"])
        meant = resolve(question, history, lambda query: byline.archive.search(query, 1, None, day))
        if model is None or meant.asked == question or meant.is_exact:
            return meant.asked
        standalone = drained(written_out(model, question, meant.asked, history))
        used.append(not standalone.notes)
        if cases:
            print("  ", question, "|", meant.asked, "|", standalone.asked, "|", *(n.text for n in standalone.notes))
        return standalone.asked

    def finds(question: str, row: dict) -> bool:
        hits = byline.search(question, byline.settings.passages, None, date.fromisoformat(row["date"]))
        return any(score.names(hit.passage.text, row["answers"]) for hit in hits[:FIRST])

    for part, listed in conversations.items():
        listed = listed[:limit]
        used.clear()
        found = {"followed up": 0, "written out": 0, "without its conversation": 0}
        for conversation in listed:
            row = rows[conversation["question"]]
            *before, last = conversation["turns"]
            history: list[Turn] = []
            for question in before:
                history.append(Turn(byline.ask(question, None, date.fromisoformat(row["date"]), history)))
            histories.append((row["id"], history))
            asked = follow_up(last, history, row)
            results = [finds(asked, row), finds(row["question"], row), finds(last, row)]
            for name, right in zip(found, results, strict=True):
                found[name] += right
            if cases and part != "apart":
                print(
                    " ".join("+" if right else "-" for right in results),
                    row["id"],
                    [t.question for t in history],
                    "|",
                    asked,
                )
        shares = ", ".join(f"{name} {count / len(listed):.3f}" for name, count in found.items())
        print(f"{part}, {len(listed)} conversations: recall@{FIRST} {shares};", end=" ")
        print(f"followed up against written out {found['followed up'] / found['written out']:.3f}")
        if model is not None:
            print(f"  the model's question was used for {sum(used)} of {len(used)} follow-ups")
    if limit is not None:
        return
    alone = 0
    for at, row in enumerate(rows.values()):
        topic, history = histories[at % len(histories)]
        asked = follow_up(row["question"], history, row)
        same = asked == row["question"] or topic == row["id"]
        alone += same
        if cases and not same:
            print("  ", asked)
    print(f"another topic: {alone / len(rows):.3f} of {len(rows)} questions left alone")


def drained(writing: Generator[Writing, None, Standalone]) -> Standalone:
    """What comes of a generator once it has been read to its end."""
    while True:
        try:
            next(writing)
        except StopIteration as ended:
            found: Standalone = ended.value
            return found


def _score(newsbench: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("newsbench_score", newsbench / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
