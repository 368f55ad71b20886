"""Retrieval side by side in one run: the usual parts put together, and Byline, with the same embedding model.

    make bench-quality NEWSBENCH=folder                            newsbench's first six weeks, the fast vectors
    make bench-quality NEWSBENCH=folder WEEKS=all MODEL=minilm     all of it, all-MiniLM-L6-v2 itself

NEWSBENCH is newsbench's folder; nothing of it is kept but its figures. What is measured, by its own score.py:

    recall@k     questions with the right choice named in the first k passages
    gold@k       of the questions whose own article is known, those with it in the first k passages
    a question   median time from question to passages, one after another, warm
    index        time from the articles to being able to ask, without importing libraries and loading the model
    characters   mean length of a passage: a longer one names more, and costs whoever reads it more

Byline is given the file of articles as it is (with their days) and asked on the day of the question; the others have
titles and texts. Its two rows differ in the setting `recency`, without which neither days nor the question's day count.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from index import Archive, IndexSettings, open_embedder
from tests.benchmarks.assemblies import ASSEMBLIES, DEPTH, Found, News, Retriever

MODELS = {"fast": "fast", "minilm": "deep"}
"""What a model is called here, and what the setting ``embedder`` calls it."""

FIRST_WEEKS = 6
CUTS = (1, 5, 10)
RANKED = [f"{figure}@{cut}" for figure in ("recall", "gold") for cut in CUTS]

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("newsbench", type=Path, help="newsbench's folder")
    parser.add_argument("--weeks", default=str(FIRST_WEEKS), help="how many of its weeks, from the first; or all")
    parser.add_argument("--model", choices=MODELS, default="fast", help="what every system embeds with")
    parser.add_argument("--out", type=Path, help="folder to write quality.md and quality.json to")
    options = parser.parse_args()
    weeks, questions, articles = read(options.newsbench, options.weeks)
    about = f"{len(articles):,} articles, {len(questions)} questions of {len(weeks)} weeks, model {options.model}"
    print(about, flush=True)
    score = load_score(options.newsbench)
    rows = []
    for name, retriever, seconds in systems(articles, MODELS[options.model]):
        predictions, median = ask(retriever, questions)
        figures = score.score(predictions, weeks)
        lengths = [len(passage["text"]) for one in predictions for passage in one["passages"]]
        rows.append(
            {
                "system": name,
                **{cut: figures[cut] for cut in RANKED},
                "a question, ms": round(1000 * median, 1),
                "index, s": round(seconds, 1),
                "characters": round(statistics.mean(lengths)),
            }
        )
        print(", ".join(f"{key} {value}" for key, value in rows[-1].items()), file=sys.stderr)
    print(as_markdown(rows), end="")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        run = {"model": options.model, "weeks": weeks, "articles": len(articles), "questions": len(questions)}
        (options.out / "quality.json").write_text(json.dumps({**run, "systems": rows}, indent=2), encoding="utf-8")
        (options.out / "quality.md").write_text(f"{about}\n\n{as_markdown(rows)}", encoding="utf-8")


def read(newsbench: Path, weeks: str) -> tuple[list[str], list[Row], list[Row]]:
    """The weeks that are chosen, their questions and their articles."""
    questions, rows = (list(lines_of(newsbench / f"{name}.jsonl.gz")) for name in ("questions", "articles"))
    every = sorted({question["week"] for question in questions})
    chosen = every if weeks == "all" else every[: int(weeks)]
    return (
        chosen,
        [question for question in questions if question["week"] in chosen],
        [row for row in rows if set(row["weeks"]) & set(chosen)],
    )


def lines_of(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def systems(articles: Sequence[Row], embedder_name: str) -> Iterator[tuple[str, Retriever, float]]:
    """Each system, indexed, and how many seconds that took; each is gone when the next one comes."""
    embedder = open_embedder(embedder_name)
    embedder.embed_query("loaded before anything is timed")
    news = [News(row["url"], row["title"], row["text"]) for row in articles]
    for name, assemble in ASSEMBLIES.items():
        with tempfile.TemporaryDirectory() as folder:
            # libraries are imported, and set themselves up, at their first article
            assemble(news[:1], embedder, Path(folder, "first"))
            began = time.perf_counter()
            yield name, assemble(news, embedder, Path(folder, "all")), time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        began, archive = time.perf_counter(), byline(articles, embedder_name, Path(folder))
        archive.sync()
        seconds = time.perf_counter() - began
        for name, recency in (("Byline, recency off", False), ("Byline", True)):
            settings = archive.settings.model_copy(update={"recency": recency})
            yield name, searching(Archive.open(folder, settings)), seconds


def byline(articles: Sequence[Row], embedder_name: str, folder: Path) -> Archive:
    """The archive of these articles, not indexed yet."""
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in articles)
    return Archive.open(folder, IndexSettings(embedder=embedder_name))


def searching(archive: Archive) -> Retriever:
    def search(question: str, day: date) -> list[Found]:
        return [Found(hit.article.url, hit.passage.text) for hit in archive.search(question, DEPTH, None, day)]

    return search


def ask(retriever: Retriever, questions: Sequence[Row]) -> tuple[list[Row], float]:
    """What was retrieved for each question, in newsbench's form, and the median of the seconds it took."""
    predictions, times = [], []
    retriever(questions[0]["question"], date.fromisoformat(questions[0]["date"]))  # warm
    for question in questions:
        day = date.fromisoformat(question["date"])
        began = time.perf_counter()
        found = retriever(question["question"], day)
        times.append(time.perf_counter() - began)
        passages = [asdict(one) for one in found]
        predictions.append(
            {"id": question["id"], "answer": "", "abstained": True, "citations": [], "passages": passages}
        )
    return predictions, statistics.median(times)


def as_markdown(rows: Sequence[Row]) -> str:
    """A table, a row a system."""
    heads = list(rows[0])
    lines = [heads, ["---", *("--:" for _ in heads[1:])]]
    lines += [[f"{row[head]:.3f}" if head in RANKED else f"{row[head]}" for head in heads] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def load_score(newsbench: Path) -> ModuleType:
    """newsbench's own ``score.py``."""
    spec = importlib.util.spec_from_file_location("newsbench_score", newsbench / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
