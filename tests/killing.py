"""Kills indexing at random moments and looks at what is left of the index.

A process of its own, run by ``test_kill``: it imports what is slow to import and loads the model, and then forks a
child for every indexing run and for every look at the result. It never opens a Chroma client or an SQLite file itself,
so each child begins like a fresh process, without the seconds that one takes.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# threads of the tokenizers would not survive the fork
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import chromadb  # noqa: F401
import llama_index.core.node_parser  # noqa: F401
import model2vec  # noqa: F401
from factories import json_lines, read_articles, story, write
from tqdm import tqdm

import index.archive
import index.retrieval
from index import Archive, Article, Filters, IndexMissing, open_embedder
from index.generations import CURRENT, Generations

STAGES = STARTED, PUBLISHING, PUBLISHED, DONE = "started", "publishing", "published", "done"

STRETCHES = (
    (STARTED, DONE),
    (STARTED, PUBLISHING),
    (STARTED, DONE),
    (PUBLISHING, DONE),
    (PUBLISHED, DONE),
)
"""Of the whole run, and of its parts that are too short to be hit often, in turn: a kill comes at any moment of it."""

FRESH_EVERY = 7
"""One in so many rounds begins without an index."""

COMMAND_EVERY = 10
"""One in so many rounds is completed by the command itself, which takes seconds to start."""

QUERIES = ("What was closed after an inspector found cracks?", "the ferry of Vika", "number 31 Ida Holm", "ash rain")

OLD, NEW, FAULT = 10, 11, 12

Files = dict[str, str]
Expected = dict[tuple[str, str], tuple[str, str]]


def state_a() -> Files:
    texts = {f"{number}.txt": story(number) for number in range(25)}
    texts["wire.jsonl"] = json_lines(*[{"title": f"Wire {n}", "text": story(n)} for n in range(40, 46)])
    return texts


def state_b() -> Files:
    texts = state_a()
    for number in range(3, 25, 5):
        del texts[f"{number}.txt"]
    for number in range(0, 25, 4):
        texts[f"{number}.txt"] = story(number, "Ash rained on it last week.")
    texts |= {f"new/{number}.txt": story(number) for number in range(30, 36)}
    texts["wire.jsonl"] = json_lines(*[{"title": f"Wire {n}", "text": story(n)} for n in range(42, 48)])
    return texts


def expected(files: Files) -> Expected:
    """Place to (id, text) of each article that these files hold."""
    found = [item for name, text in files.items() for item in read_articles(name, text)]
    assert all(isinstance(item, Article) for item in found)
    return {(article.path, article.locator): (article.id, article.text) for article in found}


def put(folder: Path, files: Files) -> None:
    for path in folder.iterdir():
        if not path.name.startswith("."):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    write(folder, files)


# --- what the children do --------------------------------------------------------------------------------------


def fork(work: Callable[[], int]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = FAULT
    try:
        status = work()
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def run(work: Callable[[], int]) -> int:
    _, status = os.waitpid(fork(work), 0)
    return os.waitstatus_to_exitcode(status)


def sync(folder: Path, pipe: int | None = None) -> int:
    def tell(step: str, done: int, total: int) -> None:
        if pipe is not None and step == "building the search index":
            os.write(pipe, b"p")

    Archive.open(folder).sync(allow_removals=True, progress=tell)
    if pipe is not None:
        # giving back the memory that was forked takes as long as what comes after the new pointer
        os.write(pipe, b"d")
    return 0


def complete_by_command(folder: Path) -> int:
    code = "import sys; from ui.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "index", str(folder), "--allow-removals"]
    return subprocess.run(command, check=False, stdout=sys.stderr).returncode


def look(folder: Path, old: Expected | None, new: Expected) -> int:
    """Whether the archive is in the old state or in the new one; anything else raises."""
    archive = Archive.open(folder)
    try:
        manifest = archive.manifest()
    except IndexMissing:
        if old is None:
            return OLD
        raise
    found = {}
    for ref in archive.articles():
        article = archive.article(ref.id)
        found[ref.path, ref.locator] = (ref.id, article.text)
    assert found in (old, new), f"a mix: {sorted(found)}"
    texts = {place: text for place, (_, text) in found.items()}

    for query in QUERIES:
        hits = archive.search(query, k=1000)
        assert hits
        for hit in hits:
            text = texts[hit.article.path, hit.article.locator]
            assert hit.article.text == text
            assert text[hit.passage.start : hit.passage.end].split() == hit.passage.text.split()

    snapshot = Generations(archive.index_dir).open(manifest.generation)
    numbers = snapshot.passages.tolist()
    near = snapshot.vectors.nearest(index.archive.open_embedder("fast").embed_query(QUERIES[0]), 10_000, Filters())
    assert sorted(number for number, _ in near) == numbers
    assert len(snapshot.keywords.scores(QUERIES[0])) == manifest.passages == len(numbers)
    assert manifest.articles == len(found)
    return OLD if found == old else NEW


def look_at_finished(folder: Path, new: Expected) -> int:
    archive = Archive.open(folder)
    assert archive.pending() == ""
    assert not list(archive.index_dir.glob(".building-*"))
    assert not (archive.index_dir / "writer").exists()
    return look(folder, None, new)


# --- what the parent does --------------------------------------------------------------------------------------


@dataclass
class Run:
    """One indexing run: when it came to each stage, in seconds of the clock, and whether it was killed."""

    stages: dict[str, float]
    killed: bool

    def length(self, stretch: tuple[str, str]) -> float:
        return self.stages[stretch[1]] - self.stages[stretch[0]]


def index_and_kill(folder: Path, stage: str = "", after: float = 0.0) -> Run:
    """Index in a child, and kill it so many seconds after it came to ``stage``; without one it runs to its end."""
    pointer = folder / index.archive.INDEX_FOLDER / CURRENT
    old_pointer = pointer.read_bytes() if pointer.exists() else b""
    reading, writing = os.pipe()
    stages = {STARTED: time.perf_counter()}
    pid = fork(lambda: sync(folder, writing))
    os.close(writing)
    while DONE not in stages:
        now = time.perf_counter()
        told = os.read(reading, 2) if select.select([reading], [], [], 0.0002)[0] else b""
        for byte, name in ((b"p", PUBLISHING), (b"d", DONE)):
            if byte in told:
                stages[name] = now
        if PUBLISHED not in stages and pointer.exists() and pointer.read_bytes() != old_pointer:
            stages[PUBLISHED] = now
        if DONE not in stages and stage in stages and now >= stages[stage] + after:
            os.kill(pid, signal.SIGKILL)
            break
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            break
    _, status = os.waitpid(pid, 0)
    os.close(reading)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), f"indexing ended with {code}"
    return Run(stages, code != 0)


def kill_many(folder: Path, rounds: int) -> dict[str, object]:
    """Index back and forth between two states, kill each run, and let the next one complete it."""
    files = [state_a(), state_b()]
    states = [expected(texts) for texts in files]
    whole = []
    for turn in range(4):
        put(folder, files[turn % 2])
        whole.append(index_and_kill(folder))
    lengths = {stretch: min(run.length(stretch) for run in whole) for stretch in STRETCHES}

    chance = random.Random(2022)
    killed: Counter[str] = Counter()
    found: Counter[str] = Counter()
    now = 1
    for turn in range(rounds):
        old, new = now, 1 - now
        fresh = turn % FRESH_EVERY == FRESH_EVERY - 1
        if fresh:
            shutil.rmtree(folder / index.archive.INDEX_FOLDER)
        put(folder, files[new])
        stretch = STRETCHES[turn % len(STRETCHES)]
        after = chance.uniform(0, 1.1 * lengths[stretch])
        done = index_and_kill(folder, stretch[0], after)
        where = f"round {turn}, to be killed {after:.4f} s after {stretch[0]}, came to {done.stages}"
        if done.killed:
            killed[max(done.stages, key=STAGES.index)] += 1
        elif done.stages.keys() >= set(stretch):
            # the machine has become faster, so the next kills come sooner
            lengths[stretch] = min(lengths[stretch], done.length(stretch))

        before = None if fresh else states[old]
        left = run(lambda before=before, new=new: look(folder, before, states[new]))
        if left not in (OLD, NEW):
            sys.exit(f"{where}: what is left is neither the old state nor the new one")
        found["old" if left == OLD else "new"] += 1
        complete = complete_by_command if turn % COMMAND_EVERY == 3 else sync
        if run(lambda complete=complete: complete(folder)) != 0:
            sys.exit(f"{where}: the next indexing run failed")
        if run(lambda new=new: look_at_finished(folder, states[new])) != NEW:
            sys.exit(f"{where}: the next indexing run did not complete the index")
        now = new
    seconds = {f"{begin} to {end}": round(length, 4) for (begin, end), length in lengths.items()}
    return {"rounds": rounds, "killed": killed, "found": found, "seconds": seconds}


def main() -> None:
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    # bm25s uses tqdm, whose lock is shared with forked children: one killed while it holds it would stop all others
    tqdm.set_lock(threading.RLock())
    tqdm.monitor_interval = 0
    model = open_embedder("fast")
    model.embed_documents(["loads what is loaded at the first use"])
    # the children share what the parent has loaded
    index.archive.open_embedder = lambda *_: model
    print(json.dumps(kill_many(folder, rounds)))


if __name__ == "__main__":
    main()
