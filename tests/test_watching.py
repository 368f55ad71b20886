"""Watching a folder: told of what settled, and of nothing else. Real files, and the system's own watcher."""

from __future__ import annotations

import os
import queue
import shutil
import threading
from pathlib import Path

import pytest
from factories import HARBOUR, MILL, write

from index import changes
from index.watching import is_ignored

LONG = 30
"""Seconds within which something that happens has happened, on the slowest machine."""


@pytest.fixture(autouse=True)
def soon_quiet(monkeypatch):
    monkeypatch.setattr("index.watching.QUIET_MS", 100)
    monkeypatch.setattr("index.watching.POLL_MS", 100)


class Watch:
    """A folder being watched in a thread; each yield is put into ``told``."""

    def __init__(self, folder, **options):
        self.told = queue.Queue()
        self._folder = folder
        threading.Thread(target=self._run, args=(options,), daemon=True).start()
        self.wait()  # the first yield: from now on nothing is missed

    def _run(self, options):
        for _ in changes(self._folder, self._folder / ".byline", **options):
            self.told.put(None)

    def wait(self):
        self.told.get(timeout=LONG)

    def is_quiet_until(self, path):
        """Whether nothing is told of before what happens to ``path`` now."""
        before = self.told.qsize()
        write(path.parent, {path.name: HARBOUR})
        self.wait()
        return before == 0


@pytest.mark.parametrize("poll", [False, True])
def test_files_that_come_change_and_go_are_told_of(folder, poll):
    watch = Watch(folder, poll=poll)
    write(folder, {"a.txt": HARBOUR})
    watch.wait()
    write(folder, {"a.txt": HARBOUR + MILL})
    os.utime(folder / "a.txt", (1, 1))  # whoever looks every second sees times to the second
    watch.wait()
    (folder / "a.txt").unlink()
    watch.wait()


def test_folders_that_come_and_go_are_told_of_with_what_is_in_them(folder, tmp_path):
    watch = Watch(folder)
    write(tmp_path, {"2024/05/a.txt": HARBOUR})
    (tmp_path / "2024").rename(folder / "2024")
    watch.wait()
    write(folder, {"2024/05/b.txt": MILL})
    watch.wait()
    (folder / "2024").rename(tmp_path / "away")
    watch.wait()


def test_what_comes_close_together_is_told_of_once(folder):
    watch = Watch(folder)
    for number in range(200):
        write(folder, {f"{number}.txt": HARBOUR})
    watch.wait()
    # another change, so that a second telling of the first ones would have come before it
    assert watch.is_quiet_until(folder / "last.txt")


def test_what_changes_while_the_caller_is_busy_is_told_of_afterwards(folder):
    found = changes(folder, folder / ".byline")
    next(found)
    write(folder, {"a.txt": HARBOUR})
    next(found)
    found.close()


def test_the_index_hidden_files_and_files_that_are_being_written_are_not_told_of(folder):
    watch = Watch(folder)
    write(folder, {".byline/store.sqlite": "x", ".hidden.txt": "x", "page.html.crdownload": "x", "~$a.docx": "x"})
    assert watch.is_quiet_until(folder / "a.txt")


def test_a_folder_that_is_named_through_a_link_is_watched(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    watch = Watch(tmp_path / "link")
    write(folder, {"a.txt": HARBOUR})
    watch.wait()


def test_a_folder_that_goes_away_is_told_of_and_again_when_it_is_back(folder, tmp_path):
    watch = Watch(folder)
    shutil.move(folder, tmp_path / "away")
    watch.wait()
    shutil.move(tmp_path / "away", folder)
    watch.wait()
    write(folder, {"a.txt": HARBOUR})
    watch.wait()


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        ("a.txt", False),
        ("2024/a.txt", False),
        ("2024", False),
        (".hidden/a.txt", True),
        ("2024/.a.txt.swp", True),
        (".byline-adding-12", True),
        ("a.txt~", True),
        ("~$report.docx", True),
        ("#a.txt#", True),
        ("page.html.part", True),
        ("page.HTML.CRDOWNLOAD", True),
        ("a.tmp", True),
        ("template.txt", False),
    ],
)
def test_names_of_files_that_are_being_written_are_known(name, ignored):
    assert is_ignored(Path(name.replace("/", os.sep))) == ignored
