"""Tells of changes in a folder of articles once they have settled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from watchfiles import Change, watch

from index.errors import FolderUnreadable
from index.scanning import scan

QUIET_MS = 500
"""Milliseconds without a change after which what changed has settled."""

POLL_MS = 1000
SETTLED_SECONDS = 10.0
"""A folder in which something changes all the time is looked at after so long all the same."""

_TEMPORARY = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".swp", "~")


def is_ignored(relative: Path) -> bool:
    """Whether a path within the folder is hidden, or is the name of a file that is still being written."""
    name = relative.name.lower()
    return (
        any(part.startswith(".") for part in relative.parts)
        or name.endswith(_TEMPORARY)
        or name.startswith(("~$", "#"))
    )


def changes(folder: Path, but: Path, *, poll: bool = False) -> Iterator[None]:
    """Yields at once, and then each time something in ``folder`` has changed and settled. Ends never.

    What changes between two yields is not missed, however long the caller takes. A folder that goes away (a disk that
    is taken out) is told of, and again when it is back.

    Args:
        folder: watched with all folders in it.
        but: the index, whose changes do not count.
        poll: look at the files every second; network disks do not tell of changes.

    Raises:
        FolderUnreadable: the system cannot watch so many folders; the message says what to do.
    """
    while True:
        if folder.is_dir():
            yield from _changes_of(folder.resolve(), but.resolve(), poll)
            yield None
        time.sleep(QUIET_MS / 1000)


def _changes_of(root: Path, but: Path, poll: bool) -> Iterator[None]:
    """The changes of a folder until it is another one, or none."""
    identity = _identity(root)
    # since when something changes; the first yield is for what was there before
    since: float | None = time.monotonic()
    for changed in (_polled if poll else _told)(root, but):
        if _identity(root) != identity:
            return
        if changed and since is None:
            since = time.monotonic()
        if since is not None and (not changed or time.monotonic() - since > SETTLED_SECONDS):
            since = None
            yield None


def _told(root: Path, but: Path) -> Iterator[bool]:
    """Whether something changed, every half second, as the system tells it."""

    def counts(_: Change, name: str) -> bool:
        path = Path(name)
        return path.is_relative_to(root) and not path.is_relative_to(but) and not is_ignored(path.relative_to(root))

    try:
        for found in watch(
            root,
            watch_filter=counts,
            step=QUIET_MS,
            rust_timeout=QUIET_MS,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            yield bool(found)
    except OSError as error:
        if root.is_dir():
            raise FolderUnreadable(
                f"{root} cannot be watched ({error}). Run again with --poll, which looks at the files every second."
            ) from error


def _polled(root: Path, but: Path) -> Iterator[bool]:
    """Whether something changed, every second, as the files show it (watchfiles' own polling knows no half seconds)."""
    before = _state(root, but)
    yield False
    while True:
        time.sleep(POLL_MS / 1000)
        now = _state(root, but)
        yield now != before
        before = now


def _state(root: Path, but: Path) -> dict[str, tuple[int, int, int]]:
    state = {}
    with suppress(FolderUnreadable):
        for relative, path in scan(root, but).files.items():
            with suppress(OSError):
                status = path.stat()
                if not is_ignored(Path(relative)):
                    state[relative] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return state


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
