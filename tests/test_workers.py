"""Files are read by processes of their own: whatever a file holds, it is named and the rest goes on."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from factories import HARBOUR, MILL, SCHOOL, json_lines, story, write

import index.syncing
from index import Archive, IndexSettings
from index.readers import format_of
from index.workers import Job, Workers

ROOT = Path(__file__).parents[1]
MB = 1024 * 1024
EXTRA = 512 * MB
"""Most memory that a reader may take beyond its own start."""

GOOD = {"harbour.txt": HARBOUR, "mill.txt": MILL, "zz/school.md": SCHOOL}
"""Articles before, between and behind the hostile files."""

TOO_LARGE = f"larger than plain text may be ({format_of('a.txt').limit:,} bytes)"
TOO_LONG = "longer than the 2,000,000 characters that an article may have"
A_LINE_TOO_LONG = "a line longer than 33,554,432 bytes"
SENTENCE = "The ferry of Vika stopped in a gale on Sunday, and its passengers slept on board. "

JAPANESE = (
    "ルンド港が再開\n\n"
    "ルンドの港は月曜日に再開した。ダイバーが入り口から十一隻の沈んだ船を取り除いた後のことである。"
    "市長のアルマ・レイエスは、作業に二百四十万クローナかかったと述べた。\n"
)
WESTERN = "Café “Åsa” reopens\n\n“It’s over,” the café’s owner said — at last. The repairs had taken a year.\n"

WATCHED = """
import json, resource, sys
from pathlib import Path
from index import Archive, IndexSettings
from index.workers import Job, Workers

violations = []

def refuse(event, arguments):
    if event == "pickle.find_class" or event in (
        "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"
    ):
        violations.append(f"{event} {arguments}")
        raise RuntimeError(f"{event} during ingestion")

def peak():
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024

sys.addaudithook(refuse)
workers = Workers(1, 512 * 1024**2, 60)
started = [message for _, message in workers.read([Job("mill.txt", Path(sys.argv[1], "mill.txt"), 10**6, 1)])]
workers.close()
start = peak()
archive = Archive.open(sys.argv[1], IndexSettings(jobs=int(sys.argv[2])))
report = archive.sync()
seen = list(violations)
# the hook would have found it
import pickle, socket
for attempt in (lambda: pickle.loads(b"cos\\nsystem\\n."), lambda: socket.create_connection(("192.0.2.1", 80))):
    try:
        attempt()
    except RuntimeError:
        pass
print(json.dumps({
    "skipped": [[skip.path, skip.locator, skip.reason] for skip in report.skipped],
    "articles": {
        f"{ref.path} {ref.locator}".strip(): [ref.title, str(ref.published), archive.article(ref.id).text[:5000]]
        for ref in archive.articles()
    },
    "violations": seen,
    "proof": len(violations) - len(seen),
    "start": start,
    "peak": peak(),
}))
"""


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def endless_lines(path: Path, *lengths: int) -> None:
    """Records whose text is so long, between two that are not."""
    first, last = ({"title": title, "text": f"{SENTENCE} {path.name}."} for title in ("Before", "After"))
    with path.open("wb") as file:
        file.write(json_lines(first).encode())
        for length in lengths:
            file.write(b'{"text": "')
            for _ in range(length // MB):
                file.write((SENTENCE * (MB // len(SENTENCE) + 1)).encode()[:MB])
            file.write(b'"}\n')
        file.write(json_lines(last).encode())


def bomb(content: bytes, times: int) -> bytes:
    """What unpacks to ``times`` times the content."""
    return gzip.compress(content, 9) * times


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, fast):
    """A folder of hostile files, synced once under watch: what was reported, and what was indexed."""
    folder = tmp_path_factory.mktemp("hostile") / "articles"
    write(folder, GOOD)

    # larger or longer than anything that is read
    sparse(folder / "large.txt", 200 * MB)
    endless_lines(folder / "large.jsonl", 50 * MB, 50 * MB, 50 * MB, 50 * MB)
    write(folder, {"line.txt": SENTENCE.encode() * (50 * MB // len(SENTENCE) + 1)})
    write(folder, {"long.txt": SENTENCE * (5 * MB // len(SENTENCE))})
    endless_lines(folder / "long.jsonl", 28 * MB)
    write(folder, {"bomb.txt.gz": bomb(b"a" * 8 * MB, 40), "bomb.jsonl.gz": bomb((b" " * MB + b"\n") * 8, 40)})
    write(folder, {"bomb of lines.jsonl.gz": bomb(b'{"text": "' + b"a " * 20 * MB, 4)})

    # nothing to read, or not as text
    write(folder, {"empty.txt": b"", "blank.txt": b" \n\t\r\n" * 1000, "empty.jsonl": b"", "blank.jsonl": b"\n \n"})
    write(folder, {"zeros.txt": bytes(5000), "zeros.jsonl": bytes(5000)})
    write(folder, {"one zero.txt": f"Ferry stops\n\n{SENTENCE * 20}\0{SENTENCE}\n"})
    write(folder, {"zeros.jsonl.gz": gzip.compress(bytes(100 * MB), 1)})

    # encodings
    write(
        folder,
        {
            "utf-8.txt": WESTERN + "\nA second café.\n",
            "mark.txt": f"\ufeff{WESTERN}\nA third café.\n".encode(),
            "utf-16.txt": f"{WESTERN}\nA fourth café.\n".encode("utf-16"),
            "windows.txt": f"{WESTERN}\nA fifth café.\n".encode("cp1252"),
            "japanese.txt": JAPANESE.encode("shift_jis"),
            "mixed.txt": f"Quay mended\n\n{WESTERN}".encode() + WESTERN.encode("cp1252") + JAPANESE.encode("shift_jis"),
            "half.txt": f"Half a character\n\n{JAPANESE}".encode()[:-3],
            "half.jsonl": json_lines({"title": "Whole", "text": SENTENCE}).encode() + b'{"text": "caf\xe9 \xff\xfe"}\n',
        },
    )

    # fields
    write(
        folder,
        {
            "list.md": "---\n- a list\n---\nThe mill burned.\n",
            "unclosed.md": "---\ntitle: [Mill\n---\nThe mill burned.\n",
            "day.md": "---\ndate: 2022-13-45\n---\nThe mill burned.\n",
            "laughs.md": "---\n"
            + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}x]\n" for n in range(1, 9)).replace("*a0, ", "x, ")
            + "---\nThe mill burned.\n",
            "deep.jsonl": '{"text": "The mill burned.", "a": ' + "[" * 100_000 + "]" * 100_000 + "}\n",
            "days.jsonl": json_lines(
                *[
                    {"title": f"Day {day}", "text": f"{SENTENCE} It was the day {day}.", "date": day}
                    for day in (
                        "0000-01-01",
                        "0001-01-01",
                        "9999-12-31",
                        "9999-12-31T23:59:59-12:00",
                        "99999-01-01",
                        "",
                    )
                ]
            ),
        },
    )

    # names
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text(SCHOOL)
    write(folder, {"n" * 251 + ".txt": story(1)})
    write(folder, {"a folder.txt/ferry.txt": story(2)})

    # what is no file, or not one of this folder
    os.mkfifo(folder / "pipe.txt")
    os.mknod(folder / "socket.txt", stat.S_IFSOCK | 0o600)
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "out.txt").symlink_to("/etc/hostname")
    (folder / "around").symlink_to(folder)
    write(folder, {"linked.txt": story(3)})
    os.link(folder / "linked.txt", folder / "z hard link.txt")

    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(folder), "2"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def reasons(hostile, name):
    """(locator, reason) of everything of a file that was not read."""
    return [(locator, reason) for path, locator, reason in hostile["skipped"] if path == name]


def reason(hostile, name):
    """The one reason why nothing of a file was read."""
    ((locator, told),) = reasons(hostile, name)
    assert (locator, titles(hostile, name)) == ("", [])
    return told


def titles(hostile, name):
    return [title for place, (title, _, _) in hostile["articles"].items() if place.startswith(name)]


def text(hostile, name):
    """The text of the article in a file of which nothing was skipped."""
    assert reasons(hostile, name) == []
    return hostile["articles"][name][2]


# --- the whole -------------------------------------------------------------------------------------------------


def test_the_other_articles_are_indexed(hostile):
    for name, content in GOOD.items():
        assert text(hostile, name) == content


def test_no_reader_takes_more_memory_than_it_may(hostile):
    assert 20 * MB < hostile["start"] < hostile["peak"] <= hostile["start"] + EXTRA


def test_nothing_is_unpickled_and_no_network_is_looked_for(hostile):
    assert hostile["violations"] == []
    assert hostile["proof"] == 2


def test_every_reason_is_in_words_and_short(hostile):
    for _, _, told in hostile["skipped"]:
        assert told[0].islower() and 5 <= len(told) < 200
        assert "Traceback" not in told and "broke down" not in told


# --- size ------------------------------------------------------------------------------------------------------


def test_200_mb_of_text_are_skipped(hostile):
    assert reason(hostile, "large.txt") == TOO_LARGE


def test_200_mb_of_endless_lines_are_skipped_line_by_line(hostile):
    assert reasons(hostile, "large.jsonl") == [(f"line {number}", A_LINE_TOO_LONG) for number in range(2, 6)]
    assert titles(hostile, "large.jsonl") == ["Before", "After"]


def test_one_line_of_50_mb_is_skipped(hostile):
    assert reason(hostile, "line.txt") == TOO_LARGE


def test_a_text_longer_than_an_article_may_be_is_skipped(hostile):
    assert reason(hostile, "long.txt") == TOO_LONG


def test_a_record_longer_than_an_article_may_be_is_skipped(hostile):
    assert reasons(hostile, "long.jsonl") == [("line 2", TOO_LONG)]
    assert titles(hostile, "long.jsonl") == ["Before", "After"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bomb.txt.gz", TOO_LARGE),
        ("bomb.jsonl.gz", "larger than the setting max_file_bytes (268,435,456 bytes)"),
    ],
)
def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit(hostile, name, told):
    assert reason(hostile, name) == told


def test_a_gzip_bomb_of_one_line_is_skipped(hostile):
    assert reasons(hostile, "bomb of lines.jsonl.gz") == [("line 1", A_LINE_TOO_LONG)]


# --- nothing to read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["empty.txt", "blank.txt"])
def test_a_file_without_text_is_empty(hostile, name):
    assert reason(hostile, name) == "empty"


@pytest.mark.parametrize("name", ["empty.jsonl", "blank.jsonl"])
def test_a_file_without_records_holds_no_article(hostile, name):
    assert reason(hostile, name) == "holds no article"


@pytest.mark.parametrize("name", ["zeros.txt", "zeros.jsonl"])
def test_a_file_of_nul_bytes_is_no_text(hostile, name):
    assert reason(hostile, name) == "not text (binary data)"


def test_a_line_of_nul_bytes_in_a_bomb_is_too_long(hostile):
    assert reasons(hostile, "zeros.jsonl.gz") == [("line 1", A_LINE_TOO_LONG)]


def test_a_stray_nul_byte_costs_no_article(hostile):
    assert text(hostile, "one zero.txt") == f"Ferry stops\n\n{SENTENCE * 20}\0{SENTENCE}\n"


# --- encodings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "which"),
    [("utf-8.txt", "second"), ("mark.txt", "third"), ("utf-16.txt", "fourth"), ("windows.txt", "fifth")],
)
def test_a_text_is_read_in_its_encoding(hostile, name, which):
    assert text(hostile, name) == f"{WESTERN}\nA {which} café.\n"


def test_japanese_of_before_unicode_is_read(hostile):
    assert text(hostile, "japanese.txt") == JAPANESE


def test_a_mixture_of_encodings_that_is_none_is_named(hostile):
    assert reason(hostile, "mixed.txt") == "not text (binary data)"


def test_a_text_cut_within_a_character_is_read(hostile):
    assert text(hostile, "half.txt") == f"Half a character\n\n{JAPANESE[:-2]}\ufffd"


def test_a_record_in_a_broken_encoding_costs_no_other(hostile):
    assert titles(hostile, "half.jsonl")[0] == "Whole"
    assert len(titles(hostile, "half.jsonl")) + len(reasons(hostile, "half.jsonl")) == 2


# --- fields ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("list.md", "the front matter is not a list of fields"),
        ("unclosed.md", "the front matter is not YAML"),
        ("day.md", "the front matter has a value that is none"),
    ],
)
def test_bad_front_matter_is_named(hostile, name, told):
    assert reason(hostile, name).startswith(told)


def test_front_matter_that_refers_to_itself_a_billion_times_is_named(hostile):
    assert reason(hostile, "laughs.md") == "more than 100,000 values in its fields"


def test_a_record_nested_too_deeply_is_named(hostile):
    assert [told.split(" (")[0] for _, told in reasons(hostile, "deep.jsonl")] == ["not JSON"]


def test_days_at_the_ends_of_time_are_no_days_and_no_fault(hostile):
    assert reasons(hostile, "days.jsonl") == []
    days = [day for place, (_, day, _) in hostile["articles"].items() if place.startswith("days.jsonl")]
    assert days == ["None"] * 6


# --- names, and what is no file --------------------------------------------------------------------------------


def test_a_name_that_is_not_utf_8_is_named(hostile):
    assert reason(hostile, "caf?.txt") == "the file's name is not UTF-8; rename it"


def test_a_name_of_255_bytes_is_read(hostile):
    assert text(hostile, "n" * 251 + ".txt") == story(1)


def test_a_folder_named_like_a_file_is_a_folder(hostile):
    assert text(hostile, "a folder.txt/ferry.txt") == story(2)


@pytest.mark.parametrize("name", ["pipe.txt", "socket.txt"])
def test_what_is_no_regular_file_is_not_opened(hostile, name):
    assert reason(hostile, name) == "not a regular file"


def test_a_loop_of_links_is_named(hostile):
    assert reason(hostile, "loop.txt").startswith("cannot be looked at (")
    assert reason(hostile, "around") == "a link to a folder; name that folder itself"


def test_a_link_out_of_the_folder_is_not_followed(hostile):
    assert reason(hostile, "out.txt") == "a link out of the folder"


def test_a_hard_link_is_the_same_article(hostile):
    assert text(hostile, "linked.txt") == story(3)
    assert reason(hostile, "z hard link.txt") == "the same article as linked.txt"


# --- while it is read ------------------------------------------------------------------------------------------


def skips(report):
    return {skip.path: skip.reason for skip in report.skipped}


def paths(refs):
    return sorted({ref.path for ref in refs})


def workers_of(parent: int) -> list[int]:
    """The worker processes of a process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            *_, ppid = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(ppid) == parent and b"index.worker" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def waits_until(is_so) -> bool:
    """Whether it becomes so; a machine may be slow, so the patience is long."""
    for _ in range(3000):
        if is_so():
            return True
        time.sleep(0.02)
    return False


def after_hashing(monkeypatch, name, change):
    """Change a file right after it was hashed, before a worker reads it."""
    really = index.syncing.fingerprint

    def fingerprint(path):
        found = really(path)
        if path.name == name:
            change(path)
        return found

    monkeypatch.setattr(index.syncing, "fingerprint", fingerprint)


@pytest.fixture
def archive(folder):
    write(folder, GOOD)
    return Archive.open(folder, IndexSettings(jobs=1))


def test_a_file_that_changes_while_it_is_read_is_read_by_the_next_sync(folder, archive, monkeypatch):
    write(folder, {"live.txt": story(1)})
    with monkeypatch.context() as patched:
        after_hashing(patched, "live.txt", lambda path: path.write_text(story(1, "More came in.")))
        report = archive.sync()
    assert skips(report) == {"live.txt": "cannot be read (it changes while it is read)"}
    assert paths(report.added) == sorted(GOOD)
    report = archive.sync()
    assert (paths(report.added), report.skipped) == (["live.txt"], ())
    assert archive.article(report.added[0].id).text == story(1, "More came in.")


def test_a_file_that_changes_while_it_is_read_again_keeps_its_article(folder, archive, monkeypatch):
    archive.sync()
    write(folder, {"mill.txt": MILL + "The fire is out.\n"})
    with monkeypatch.context() as patched:
        after_hashing(patched, "mill.txt", lambda path: path.write_text(MILL + "Half of a sen"))
        report = archive.sync()
    assert skips(report) == {"mill.txt": "cannot be read (it changes while it is read)"}
    assert (report.removed, report.changed, report.articles) == ((), (), 3)
    assert archive.search("old paper mill")[0].article.text == MILL


def test_a_file_that_grows_faster_than_it_is_read_is_read_as_it_was(folder, archive):
    live, grown = folder / "live.jsonl", []
    write(folder, {"live.jsonl": wire(40)})

    def grow(step, done, total):
        if step == "reading" and len(HARBOUR.encode()) < done < total and len(grown) < 5000:
            grown.append(2)
            with live.open("a") as file:
                file.write(wire(2, 1000 + 2 * len(grown)))

    report = archive.sync(progress=grow)
    assert 40 <= len(grown) < 50  # and not as long as it is read
    assert (report.articles, report.skipped) == (43, ())
    assert archive.sync().articles == 43 + sum(grown)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Path.unlink, "cannot be read (No such file or directory)"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read (Is a directory)"),
    ],
    ids=["deleted", "a folder"],
)
def test_a_file_that_cannot_be_opened_any_more_is_named(folder, archive, monkeypatch, change, told):
    write(folder, {"gone.txt": story(1)})
    after_hashing(monkeypatch, "gone.txt", change)
    report = archive.sync()
    assert skips(report) == {"gone.txt": told}
    assert paths(report.added) == sorted(GOOD)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_without_permission_is_named(folder, archive):
    write(folder, {"secret.txt": story(1)})
    (folder / "secret.txt").chmod(0)
    report = archive.sync()
    assert skips(report) == {"secret.txt": "cannot be read (Permission denied)"}
    assert paths(report.added) == sorted(GOOD)


def test_a_device_is_not_opened(folder, archive):
    try:
        os.mknod(folder / "zero.txt", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")
    report = archive.sync()
    assert skips(report) == {"zero.txt": "not a regular file"}
    assert paths(report.added) == sorted(GOOD)


def test_a_reader_that_hangs_is_killed_and_the_rest_goes_on(folder, monkeypatch):
    # opening a pipe that nobody writes to never ends
    write(folder, {**GOOD, "hangs.txt": story(1)})
    after_hashing(monkeypatch, "hangs.txt", lambda path: (path.unlink(), os.mkfifo(path)))
    archive = Archive.open(folder, IndexSettings(jobs=1, reader_seconds=4))
    report = archive.sync()
    assert skips(report) == {"hangs.txt": "takes longer than 4 s to read"}
    assert paths(report.added) == sorted(GOOD)
    assert workers_of(os.getpid()) == []


def test_a_reader_that_needs_too_much_memory_is_stopped_and_the_file_read_once_it_may_have_more(folder):
    rows = [{"title": "Small", "text": SENTENCE}, {"title": "Large", "text": SENTENCE, "scan": "x" * 25 * MB}]
    write(folder, {**GOOD, "large.jsonl": json_lines(*rows)})
    report = Archive.open(folder, IndexSettings(jobs=1, reader_mb=64)).sync()
    assert skips(report) == {"large.jsonl": "takes more memory than a reader may have"}
    assert paths(report.added) == sorted([*GOOD, "large.jsonl"])
    again = Archive.open(folder, IndexSettings(jobs=1, reader_mb=64)).sync()
    assert (skips(again), again.published, "embed" in again.seconds) == (skips(report), False, False)
    report = Archive.open(folder, IndexSettings(jobs=1, reader_mb=1024)).sync()
    assert ([ref.title for ref in report.added], report.skipped) == (["Large"], ())


def test_a_file_too_large_once_unpacked_is_read_once_the_setting_allows_it(folder):
    write(
        folder, {**GOOD, "wire.jsonl.gz": gzip.compress(json_lines({"title": "Wire", "text": story(1) * 9}).encode())}
    )
    report = Archive.open(folder, IndexSettings(max_file_bytes=2048)).sync()
    assert skips(report) == {"wire.jsonl.gz": "larger than the setting max_file_bytes (2,048 bytes)"}
    report = Archive.open(folder).sync()
    assert ([ref.title for ref in report.added], report.skipped) == (["Wire"], ())


def test_a_reader_that_is_killed_is_named_the_rest_goes_on_and_the_file_is_read_again(folder, archive):
    # more than waits between the worker and the one that asks: it is still at it when the first article is told of
    rows = [{"title": f"Wire {number}", "text": story(number)} for number in range(400)]
    write(folder, {"live.jsonl": json_lines(*rows)})
    killed = []

    def kill(step, done, total):
        if step == "reading" and not killed and done > len(HARBOUR.encode()):
            killed.extend(workers_of(os.getpid()))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    report = archive.sync(progress=kill)
    assert len(killed) == 1
    reason = "cannot be read (the reader broke down on it: signal 9, with at most 512 MB of memory)"
    assert skips(report) == {"live.jsonl": reason}
    assert paths(report.added) == sorted(GOOD)
    report = archive.sync()
    assert (report.articles, report.skipped) == (403, ())


def test_a_worker_has_no_network(tmp_path):
    code = (
        "import socket, sys; from index import worker; sys.addaudithook(worker._no_network)\n"
        "for attempt in (lambda: socket.create_connection(('127.0.0.1', 9)),"
        " lambda: socket.getaddrinfo('a.invalid', 1),"
        " lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))):\n"
        "    try:\n        attempt()\n    except PermissionError as error:\n        print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["a reader of files has no network"] * 3, done.stderr


def test_a_worker_unpickles_nothing():
    code = (
        "import pickle, sys\nfrom io import BytesIO\nseen = []\n"
        "sys.addaudithook(lambda event, found: seen.append(found) if event == 'pickle.find_class' else None)\n"
        "from index import worker\nfrom index.readers import read\n"
        "worker._load()\n"
        "for name in sys.argv[1:]:\n"
        "    for found in read(name, open(name, 'rb'), 10**7):\n        worker.article_message(found)\n"
        "print(len(seen))\npickle.loads(b'cos\\nsystem\\n.')\nprint(len(seen))\n"
    )
    seeds = sorted(str(path) for path in (ROOT / "seeds").glob("*.txt"))
    done = subprocess.run([sys.executable, "-c", code, *seeds], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["0", "1"], done.stderr


# --- stopping --------------------------------------------------------------------------------------------------


def wire(count, first=0):
    return json_lines(*[{"title": f"Wire {n}", "text": story(n)} for n in range(first, first + count)])


def rows_of_articles(folder):
    store = folder / ".byline" / "store.sqlite"
    if not store.exists():
        return 0
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute("SELECT count(*) FROM articles").fetchone()[0]
        except sqlite3.OperationalError:  # not made yet
            return 0


@pytest.fixture
def indexing(folder):
    """`byline index` while it reads the second of three new files."""
    write(folder, GOOD)
    Archive.open(folder).sync()
    write(folder, {"a.jsonl": wire(30), "n.jsonl": wire(900, 30), "z.jsonl": wire(30, 930)})
    started = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "index", str(folder), "--jobs", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # whoever runs the tests in the background has Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with started:
        # the first and a part of the second are written
        assert waits_until(lambda: rows_of_articles(folder) > 33 or started.poll() is not None)
        yield started
        if started.poll() is None:
            started.kill()


def test_ctrl_c_stops_with_what_was_served_before_and_leaves_no_worker(folder, indexing):
    workers = workers_of(indexing.pid)
    assert len(workers) == 1
    indexing.send_signal(signal.SIGINT)
    indexing.communicate()
    assert indexing.returncode == 130
    assert waits_until(lambda: not any(map(is_running, workers)))
    archive = Archive.open(folder)
    assert (archive.manifest().generation, paths(archive.articles())) == (1, sorted(GOOD))
    assert {hit.article.path for hit in archive.search("the council", k=100)} <= set(GOOD)
    read = rows_of_articles(folder)
    assert 33 < read < 963
    told = []
    report = archive.sync(progress=lambda *step: told.append(step))
    assert (report.articles, report.skipped) == (963, ())
    # the file that was read whole is not read again
    total = sum((folder / name).stat().st_size for name in ("n.jsonl", "z.jsonl"))
    assert {all_ for step, _, all_ in told if step == "reading"} == {total}


def test_a_process_that_is_killed_leaves_no_worker(folder, indexing):
    workers = workers_of(indexing.pid)
    assert len(workers) == 1
    indexing.kill()
    indexing.wait()
    assert waits_until(lambda: not any(map(is_running, workers)))
    assert Archive.open(folder).sync().articles == 963


def test_a_worker_that_hangs_ends_by_itself_when_nobody_can_kill_it(tmp_path):
    os.mkfifo(tmp_path / "hangs.txt")
    code = (
        "import sys, threading, time\nfrom pathlib import Path\nfrom index.workers import Job, Workers\n"
        "workers = Workers(1, 512 * 1024**2, 2)\n"
        "jobs = [Job(name, Path(sys.argv[1], name), 10**6, 1) for name in ('mill.txt', 'hangs.txt')]\n"
        "for at, message in workers.read(jobs):\n    print(at, message is None, flush=True)\n"
    )
    write(tmp_path, {"mill.txt": MILL})
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as asking:
        while asking.stdout.readline() != "0 True\n":
            assert asking.poll() is None
        workers = workers_of(asking.pid)
        assert len(workers) == 1
        asking.kill()
    assert waits_until(lambda: not any(map(is_running, workers)))


# --- side by side ----------------------------------------------------------------------------------------------


def test_messages_come_in_the_order_of_the_files_whoever_reads_them(tmp_path):
    names = [f"{number}.txt" for number in range(20)]
    write(tmp_path, {name: story(number) * (1 + 50 * (number % 5 == 0)) for number, name in enumerate(names)})
    with closing(Workers(3, EXTRA, 60)) as workers:
        found = list(workers.read([Job(name, tmp_path / name, MB, 1) for name in names]))
    assert [at for at, message in found if message is None] == list(range(20))
    assert [at for at, _ in found] == sorted(at for at, _ in found)
    read = [message["article"]["text"] for _, message in found if message and "article" in message]
    assert read == [(tmp_path / name).read_text() for name in names]


def test_any_number_of_readers_makes_the_same_archive(tmp_path):
    made = []
    for jobs in (1, 4):
        folder = tmp_path / str(jobs)
        write(folder, {**GOOD, "wire.jsonl": wire(60), "empty.txt": "", "bad.jsonl": "{\n"})
        write(folder, {f"{number}.txt": story(number) for number in range(100, 120)})
        archive = Archive.open(folder, IndexSettings(jobs=jobs))
        report = archive.sync()
        hits = archive.search("the council of Norby said what of the old paper mill", k=50)
        made.append(
            (
                archive.articles(),
                report.skipped,
                [(hit.passage, hit.article.id, hit.score, hit.vector_rank, hit.keyword_rank) for hit in hits],
                [[ref.id for ref in story_] for story_ in archive.stories()],
            )
        )
    assert made[0] == made[1]
    assert len(made[0][0]) == 83
