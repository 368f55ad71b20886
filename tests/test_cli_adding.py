"""The commands that bring articles into the folder and out of it, and what is shown while they work."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from factories import HARBOUR, MILL, SCHOOL, json_lines, story, write

from index import Archive
from ui import cli

SEEDS = Path(__file__).parents[1] / "seeds"
LONG = 60
"""Seconds within which something that happens has happened, on the slowest machine."""


pytestmark = pytest.mark.usefixtures("nobodys_settings")


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """An archive with its index; not to be changed."""
    folder = tmp_path_factory.mktemp("cli") / "news"
    write(folder, {"harbour.txt": HARBOUR, "two.jsonl": json_lines({"text": SCHOOL}, {"text": story(1)})})
    Archive.open(folder).sync()
    return folder


@pytest.fixture
def own(indexed, tmp_path):
    """A copy of it, to be changed."""
    return shutil.copytree(indexed, tmp_path / "news")


def started(*arguments, folder, **named):
    """A command that runs as a process of its own, from another folder."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "ui.cli", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SEEDS.parent), "PYTHONIOENCODING": "utf-8"},
        **named,
        # whoever runs the tests in the background has Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


# --- add -------------------------------------------------------------------------------------------------------------


def test_files_that_are_added_are_listed_with_their_ids_and_found(own, run, tmp_path):
    write(tmp_path, {"mill.txt": MILL})
    status, out, err = run("add", "--archive", own, tmp_path / "mill.txt")
    assert (status, err) == (0, "")
    assert re.fullmatch(r"[0-9a-f]{16}  undated     -  Old paper mill burns in Tarn\n", out)
    assert out.split()[0] in run("list", "--archive", own)[1]
    assert run("ask", "--archive", own, "Who owns the old paper mill of Tarn?")[0] == 0
    assert run("add", "--archive", own, tmp_path / "mill.txt") == (0, "there already: mill.txt\n", "")


def test_one_that_cannot_be_added_is_a_fault_and_the_others_are_added(own, run, tmp_path):
    write(tmp_path, {"mill.txt": MILL, "a.png": "x"})
    status, out, err = run("add", "--archive", own, tmp_path / "a.png", tmp_path / "mill.txt", own)
    assert status == cli.FAULT
    assert out.count("\n") == 1
    assert "mill burns" in out
    assert [line.startswith("byline: ") for line in err.splitlines()] == [True, True]
    assert "byline formats" in err
    assert "is a folder" in err


def test_a_file_that_gives_no_article_is_told_with_the_reason(own, run, tmp_path):
    write(tmp_path, {"empty.txt": " \n"})
    assert run("add", "--archive", own, tmp_path / "empty.txt") == (0, "skipped empty.txt: empty\n", "")


def test_text_from_standard_input_is_added_with_what_is_known_of_it(own, run):
    options = [
        "--title",
        "Mill burns",
        "--url",
        "https://tarn.example/a",
        "--outlet",
        "Tarn Echo",
        "--date",
        "2024-05-06",
    ]
    status, out, err = run("add", "--archive", own, "-", *options, text=MILL)
    assert (status, err) == (0, "")
    assert out.split("  ")[1:] == ["2024-05-06", "Tarn Echo", "Mill burns\n"]
    assert run("add", "--archive", own, "-", "--name", "mill 2", text=MILL)[0] == 0
    assert (own / "mill 2.txt").read_text() == MILL
    assert run("add", "--archive", own, "-", "--date", "yesterday", text=MILL)[0] == 2
    assert "There is nothing" in run("add", "--archive", own, "-", text="")[2]


def test_adding_without_a_sync_leaves_the_index_as_it_is(own, run, tmp_path):
    write(tmp_path, {"mill.txt": MILL})
    assert run("add", "--archive", own, "--no-sync", tmp_path / "mill.txt") == (0, "added mill.txt\n", "")
    assert "mill" not in run("list", "--archive", own)[1]
    assert run("index", own)[1].startswith("1 added")


def test_a_page_on_this_machine_is_not_fetched_and_the_setting_is_named(own, run):
    status, out, err = run("add", "--archive", own, "http://localhost:9/a")
    assert (status, out) == (cli.FAULT, "")
    assert "http://localhost:9/a" in err
    assert "fetch_private" in err


def test_what_was_added_stays_where_the_index_cannot_be_made(own, run, tmp_path):
    write(tmp_path, {"mill.txt": MILL})
    (own / ".byline" / "store.sqlite").write_bytes(b"this is no database at all, but long enough to look at")
    status, out, err = run("add", "--archive", own, tmp_path / "mill.txt")
    assert (status, out) == (cli.FAULT, "")
    assert f"mill.txt is in {own}, not indexed: " in err
    assert "Move it away" in err
    assert (own / "mill.txt").read_text() == MILL


def test_adding_a_file_loads_nothing_that_fetches(own, tmp_path):
    write(tmp_path, {"mill.txt": MILL})
    code = f"""
import sys
from ui.cli import main
main(["add", "--no-sync", "--archive", {str(own)!r}, {str(tmp_path / "mill.txt")!r}])
print("LOADED", *sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SEEDS.parent)
    assert not set(done.stdout.split()) & {"httpcore", "torch", "gradio", "chromadb"}


# --- remove ----------------------------------------------------------------------------------------------------------


def test_a_removed_article_says_where_it_went_and_comes_back_by_the_command_it_says(own, run):
    harbour = id_of(own, "Harbour")
    status, out, err = run("remove", "--archive", own, harbour[:8])
    assert (status, err) == (0, "")
    kept = own / ".removed" / "harbour.txt"
    lines = out.splitlines()
    assert lines[:2] == [
        f"removed {harbour}  Harbour of Lund reopens after storm",
        f"{own / 'harbour.txt'} is now {kept}",
    ]
    assert kept.read_text() == HARBOUR
    assert harbour not in run("list", "--archive", own)[1]
    assert lines[2] == f"To bring it back: byline remove --undo {harbour} --archive {own}"
    status, out, err = run(*lines[2].partition("byline ")[2].split())
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"brought back {harbour}  Harbour of Lund reopens after storm",
        f"{kept} is now {own / 'harbour.txt'}",
    ]
    assert harbour in run("list", "--archive", own)[1]


def test_a_removed_file_comes_back_by_being_added_too(own, run):
    harbour = id_of(own, "Harbour")
    run("remove", "--archive", own, harbour)
    assert run("add", "--archive", own, own / ".removed" / "harbour.txt")[1].startswith(harbour)


def test_a_file_with_several_articles_goes_only_if_that_is_said(own, run):
    school = id_of(own, "school")
    status, out, err = run("remove", "--archive", own, school)
    assert (status, out) == (cli.FAULT, "")
    assert "two.jsonl holds 2 articles" in err
    assert run("remove", "--archive", own, "--whole-file", school)[1].count("removed ") == 2
    assert run("list", "--archive", own)[1].count("\n") == 1
    assert run("remove", "--archive", own, "--undo", school)[0] == 0
    assert run("list", "--archive", own)[1].count("\n") == 3


def id_of(folder, title):
    (found,) = [article.id for article in Archive.open(folder).articles() if title in article.title]
    return found


# --- formats ---------------------------------------------------------------------------------------------------------


def test_every_format_is_listed_with_its_endings_its_limit_and_what_is_read(run):
    from index import formats

    status, out, err = run("formats")
    assert (status, err) == (0, "")
    rows = json.loads(run("formats", "--json")[1])
    assert len(rows) == len(formats()) > 2
    for format_, row in zip(formats(), rows, strict=True):
        assert row == {
            "name": format_.name,
            "endings": list(format_.endings),
            "gzip": format_.packed,
            "limit": format_.limit,
            "what": format_.what,
        }
        assert format_.what in out
        assert all(ending in out for ending in format_.endings)
        assert (f"{format_.endings[0]}.gz" in out) == format_.packed
    assert "At most 8 MB." in out
    assert "At most the setting max_file_bytes." in out


# --- watch -----------------------------------------------------------------------------------------------------------


class Lines:
    """The lines of a process that runs, as they come."""

    def __init__(self, stream):
        self._stream = stream

    def next(self):
        readable, _, _ = select.select([self._stream], [], [], LONG)
        assert readable, "nothing was said"
        return self._stream.readline().decode()


def test_watching_syncs_at_once_and_as_files_change_until_ctrl_c(own, tmp_path):
    with started("watch", own, folder=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) as process:
        out, err = Lines(process.stdout), Lines(process.stderr)
        try:
            assert re.match(r"\d\d:\d\d:\d\d  3 unchanged · 3 articles", out.next())
            write(own, {"mill.txt": MILL})
            assert "1 added, 3 unchanged · 4 articles" in out.next()
            write(own, {"empty.txt": ""})
            assert "1 skipped" in out.next()
            assert out.next() == "skipped empty.txt: empty\n"
            for name in ("harbour.txt", "two.jsonl"):
                (own / name).unlink()
            refused = err.next()
            assert refused.startswith("byline: 3 of 4 articles are gone")
            assert "--allow-removals" in refused
            write(own, {"harbour.txt": HARBOUR, "two.jsonl": json_lines({"text": SCHOOL}, {"text": story(1)})})
            assert "4 unchanged" in out.next()
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(LONG) == 0
        assert process.stdout.read() == b""
        assert process.stderr.read().decode() == f"byline: {cli.KEPT}\n"


def test_watching_waits_for_another_process_and_says_so_once(own, run, monkeypatch):
    """Two syncs are kept off, then the lock is free."""
    from index import ArchiveLocked

    real, kept_off = Archive.sync, iter(range(2))

    def sync(self, **options):
        for _ in kept_off:
            raise ArchiveLocked("It is being indexed by another process.")
        return real(self, **options)

    def changes(*_, **__):
        yield
        raise KeyboardInterrupt

    monkeypatch.setattr(Archive, "sync", sync)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr("index.changes", changes, raising=False)
    status, out, err = run("watch", own, "--poll")
    assert status == 0
    assert "3 unchanged" in out
    assert err == f"byline: It is being indexed by another process.\nbyline: {cli.KEPT}\n"


# --- while it works --------------------------------------------------------------------------------------------------


def terminal_output(*arguments, folder, until=None, then=None):
    """What a command writes to a terminal, and its exit status; ``then`` is done once ``until`` was written."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = started(*arguments, folder=folder, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    written = b""
    while select.select([ours], [], [], LONG)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # what Linux says at the end
            break
        if not piece:
            break
        written += piece
        if until and until in written:
            then(process)
            until = None
    os.close(ours)
    return process.wait(LONG), written.decode()


@pytest.fixture
def large(tmp_path):
    folder = tmp_path / "large"
    write(folder, {f"{number}.txt": story(number) for number in range(600)})
    return folder


def test_on_a_terminal_each_step_shows_what_is_done_the_rate_and_the_time_left(large, tmp_path):
    status, written = terminal_output("index", large, folder=tmp_path)
    assert status == 0
    frames = re.split(r"[\r\n]", written)
    pattern = r"(\w+) +\d+% .* ([\d.]+)\w?/([\d.]+)\w? ?(\w+), (\S+) ?(\w*)/s, ([\d:?]+) left"
    shown = [re.match(pattern, frame) for frame in frames]
    seen = {(match[1], match[4]) for match in shown if match}
    assert {step for step, _ in seen} >= {"reading", "splitting"}
    assert any(match and match[1] == "reading" and float(match[2]) > 0 and match[7] != "?" for match in shown)
    assert "loading the embedding model …" in written
    assert "600 added" in [frame for frame in frames if frame.strip()][-1]


def test_ctrl_c_stops_and_the_next_index_goes_on(large, tmp_path, run):
    status, written = terminal_output(
        "index", large, folder=tmp_path, until=b"reading", then=lambda process: process.send_signal(signal.SIGINT)
    )
    assert status == 130
    assert written.rstrip().endswith(f"byline: {cli.KEPT}")
    assert "Traceback" not in written
    assert run("index", large)[1].startswith("600 added")


@pytest.mark.parametrize("jobs", ["-1", "65"])
def test_how_many_processes_read_is_bounded(own, run, jobs):
    status, _, err = run("index", own, "--jobs", jobs)
    assert status == cli.FAULT
    assert "'jobs'" in err
    assert run("index", own, "--jobs", "2")[0] == 0
