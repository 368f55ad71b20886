"""Bringing what was written to disk, so that it is there after a power cut too."""

from __future__ import annotations

import os
from pathlib import Path


def folder_to_disk(folder: Path) -> None:
    """Bring the names in a folder to disk."""
    if os.name == "nt":  # where folders cannot be opened, and need not be
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
