"""What lies in the folder of articles: which files may be read, and what is passed over and why."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import FolderUnreadable
from index.types import Skip


@dataclass
class Scan:
    """The files found, by their path relative to the folder, and what could not be looked at.

    ``unreadable`` are paths (of files, or of folders ending in ``/``) of which nothing is known now: what the archive
    holds of them is kept.
    """

    files: dict[str, Path] = field(default_factory=dict)
    skips: list[Skip] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def is_unreadable(self, relative: str) -> bool:
        """Whether nothing is known of what stands at this path."""
        return any(relative == path or (path.endswith("/") and relative.startswith(path)) for path in self.unreadable)


def scan(folder: Path, but: Path) -> Scan:
    """Look through ``folder``: regular files, hidden ones and the index itself (``but``) left out, in a stable order.

    Links are followed only to files within the folder.

    Raises:
        FolderUnreadable: the folder itself cannot be listed.
    """
    root = folder.resolve()
    found = Scan()

    def cannot_list(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise FolderUnreadable(f"The folder {folder} cannot be listed ({error.strerror}).") from error
        relative = Path(error.filename).relative_to(folder).as_posix()
        found.skips.append(Skip(relative, "", f"the folder cannot be listed ({error.strerror})"))
        found.unreadable.append(f"{relative}/")

    for path in _walk(folder, but.resolve(), cannot_list):
        relative = path.relative_to(folder).as_posix()
        try:
            relative.encode()
        except UnicodeEncodeError:
            relative = relative.encode("utf-8", "replace").decode()
            found.skips.append(Skip(relative, "", "the file's name is not UTF-8; rename it"))
            continue
        try:
            if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root):
                found.skips.append(Skip(relative, "", "a link out of the folder"))
                continue
            mode = path.stat().st_mode
        except (OSError, RuntimeError) as error:
            found.skips.append(Skip(relative, "", f"cannot be looked at ({getattr(error, 'strerror', None) or error})"))
            if getattr(error, "errno", None) not in (errno.ENOENT, errno.ELOOP):
                found.unreadable.append(relative)
            continue
        if stat.S_ISDIR(mode):
            found.skips.append(Skip(relative, "", "a link to a folder; name that folder itself"))
        elif stat.S_ISREG(mode):
            found.files[relative] = path
        else:
            found.skips.append(Skip(relative, "", "not a regular file"))
    return found


def _walk(folder: Path, but: Path, cannot_list: object) -> Iterator[Path]:
    for at, folders, files in os.walk(folder, onerror=cannot_list):  # type: ignore[arg-type]
        shown = sorted(name for name in folders if not name.startswith(".") and Path(at, name).resolve() != but)
        folders[:] = [name for name in shown if not Path(at, name).is_symlink()]
        yield from (Path(at, name) for name in shown if Path(at, name).is_symlink())
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(at, name)
