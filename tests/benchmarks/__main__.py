"""How long indexing and asking take, how much memory and disk, on an archive of one's own or on invented news.

    make bench                       on 2,000 invented articles
    make bench ARCHIVE=~/articles    on a folder of articles, which is only read

How well passages are found, beside other libraries, is measured by tests/benchmarks/quality.py.

Every figure is of a whole process, as a user runs it. What the deep embedder costs is given as a ratio to the model
alone on the same passages, measured in turn in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.claims import measure_claims

sys.path.insert(0, str(Path(__file__).parents[1]))

INVENTED_ARTICLES = 2000
QUERIES = 200
DEEP_ARTICLES = 40
DEEP_ROUNDS = 3

_MODEL_ALONE = """
import json, sys, time
from index.embedding import DEEP, open_embedder
texts = json.load(open(sys.argv[1]))
began = time.perf_counter()
embedder = open_embedder(DEEP)
embedder.embed_documents(texts)
print(time.perf_counter() - began)
"""

_ASK = """
import json, sys, time
from pathlib import Path
from assistant import Assistant
from index import IndexSettings
folder, index_dir, questions = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3]))
byline = Assistant.open(folder, IndexSettings(index_dir=Path(index_dir)))
byline.ask(questions[0])
times = {"search": [], "ask": []}
for question in questions:
    for name, run in (("search", byline.search), ("ask", byline.ask)):
        began = time.perf_counter()
        run(question)
        times[name].append(time.perf_counter() - began)
print(json.dumps(times))
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("archive", nargs="?", type=Path, help="a folder of articles; it is only read")
    parser.add_argument("--labelled", type=Path, metavar="PATH", help="newsbench's articles: measure prose alone")
    parser.add_argument("--no-deep", action="store_true", help="leave out the deep embedder")
    parser.add_argument("--pages", action="store_true", help="measure prose on invented web pages alone")
    parser.add_argument("--claims", action="store_true", help="measure the checking of written sentences alone")
    options = parser.parse_args()
    if options.claims:
        measure_claims("held_out")
        measure_claims("fresh")
        return
    if options.pages:
        from tests.benchmarks.prose import measure_pages

        measure_pages()
        return
    if options.labelled:
        from tests.benchmarks.prose import measure_prose

        measure_prose(options.labelled)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.archive or invent(Path(scratch) / "articles", INVENTED_ARTICLES)
        measure_indexing(folder.resolve(), Path(scratch))
        measure_asking(folder.resolve(), Path(scratch))
        measure_facts(folder.resolve(), Path(scratch))
        measure_claims("held_out")
        measure_claims("fresh")
        measure_one_more(folder.resolve(), Path(scratch))
        if not options.no_deep:
            measure_deep(folder.resolve(), Path(scratch))


def measure_indexing(folder: Path, scratch: Path) -> None:
    """From nothing (not even the distilled vectors), and again with nothing changed."""
    for name in ("from nothing, distilling the fast vectors too", "again, with nothing changed"):
        wall, peak, report = index(folder, scratch / "index", BYLINE_CACHE_DIR=str(scratch / "cache"))
        steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in report["seconds"].items())
        print(f"index {name}: {wall:.1f} s ({steps}), peak memory {peak / 1e6:.0f} MB")
    size = sum(path.stat().st_size for path in (scratch / "index").rglob("*") if path.is_file())
    print(f"  {report['articles']:,} articles, {report['passages']:,} passages, index {size / 1e6:.0f} MB on disk")


def measure_asking(folder: Path, scratch: Path) -> None:
    """Search and ask, warm, with the titles of articles as questions."""
    listed = run(["-m", "ui.cli", "list", "--json", "--archive", str(folder)], BYLINE_INDEX_DIR=str(scratch / "index"))
    titles = [article["title"] for article in json.loads(listed)]
    questions = scratch / "questions.json"
    questions.write_text(json.dumps(titles[:: max(1, len(titles) // QUERIES)][:QUERIES]))
    times = json.loads(run(["-c", _ASK, str(folder), str(scratch / "index"), str(questions)]))
    for name, seconds in times.items():
        cuts = statistics.quantiles(seconds, n=20)
        print(f"{name}: p50 {cuts[9] * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms over {len(seconds)} questions")


def measure_facts(folder: Path, scratch: Path) -> None:
    """Where the facts of the articles come from, and how many stand in a story with others."""
    from index import Archive, IndexSettings

    archive = Archive.open(folder, IndexSettings(index_dir=scratch / "index"))
    articles = [archive.article(ref.id) for ref in archive.articles()]
    for fact in ("title", "outlet", "url", "authors", "published", "updated", "language"):
        origins = Counter(
            (article.language if fact == "language" else article.origins.get(fact, "?"))
            for article in articles
            if getattr(article, fact)
        )
        shares = ", ".join(f"{origin} {count / len(articles):.1%}" for origin, count in origins.most_common(5))
        print(f"{fact}: {shares or 'none'}; unknown {1 - origins.total() / len(articles):.1%}")
    stories = [story for story in archive.stories() if len(story) > 1]
    print(f"stories in several articles: {len(stories)}, with {sum(map(len, stories))} articles")


def measure_one_more(folder: Path, scratch: Path) -> None:
    """One article more, from its file being there to its being found, as a whole process and without starting up."""
    from index import Archive, IndexSettings

    grown = scratch / "grown"
    shutil.copytree(folder, grown, ignore=shutil.ignore_patterns(".byline"))
    for number in range(3):
        (grown / f"one more {number}.txt").write_text(f"Ferry\n\nThe zwq{number}fgh ferry sails again. It was late.\n")
        wall, _, report = index(grown, scratch / "index", BYLINE_CACHE_DIR=str(scratch / "cache"))
        steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in report["seconds"].items())
        print(
            f"one article more: {wall:.1f} s, of them {sum(report['seconds'].values()):.1f} after starting up ({steps})"
        )
        archive = Archive.open(grown, IndexSettings(index_dir=scratch / "index"))
        assert f"zwq{number}fgh" in archive.search(f"zwq{number}fgh ferry", 1)[0].passage.text


def measure_deep(folder: Path, scratch: Path) -> None:
    """A whole sync with the deep embedder against the model alone on the same passages, in turn."""
    from index import Archive, IndexSettings
    from index.store import Store

    sample = scratch / "sample"
    sample.mkdir()
    archive = Archive.open(folder, IndexSettings(index_dir=scratch / "index"))
    with (sample / "sample.jsonl").open("w") as file:
        for ref in archive.articles()[:DEEP_ARTICLES]:
            article = archive.article(ref.id)
            file.write(json.dumps({"title": article.title, "text": article.text, "url": article.url}) + "\n")
    ratios = []
    for round_ in range(DEEP_ROUNDS):
        index_dir = scratch / f"deep-{round_}"
        wall, _, _ = index(sample, index_dir, BYLINE_EMBEDDER="deep")
        store = Store(index_dir / "store.sqlite")
        passages = [text for _, text in store.missing_vectors({e.doc for e in store.entries(1)}, "no such model")]
        store.close()
        texts = scratch / "texts.json"
        texts.write_text(json.dumps(passages))
        began = time.perf_counter()
        run(["-c", _MODEL_ALONE, str(texts)])
        alone = time.perf_counter() - began
        ratios.append(wall / alone)
        print(f"deep: sync {wall:.1f} s, model alone {alone:.1f} s, ratio {ratios[-1]:.3f}, {len(passages)} passages")
    print(f"deep: median ratio {statistics.median(ratios):.3f}")


def index(folder: Path, index_dir: Path, **environment: str) -> tuple[float, int, dict]:
    """Run `byline index`: (wall seconds, peak resident bytes, its report)."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "ui.cli", "index", "--json", str(folder)]
    variables = {**os.environ, "BYLINE_INDEX_DIR": str(index_dir), **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=variables) as process:
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"byline index failed with exit status {process.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - began, usage.ru_maxrss * scale, json.loads(printed)


def run(arguments: Sequence[str], **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    return done.stdout


def invent(folder: Path, count: int) -> Path:
    """A folder of invented news, the same each time."""
    from factories import story

    folder.mkdir()
    for number in range(count):
        paragraphs = "\n\n".join(story(number * 7 + part, note=f"Part {part} of {number}.") for part in range(4))
        (folder / f"{number:05}.txt").write_text(paragraphs)
    return folder


if __name__ == "__main__":
    main()
