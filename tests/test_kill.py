"""`kill -9` at random moments of indexing leaves the old index or the new one, and the next run completes it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROUNDS = 50


def test_indexing_survives_being_killed_at_any_moment(folder):
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("killing.py")), str(folder), str(ROUNDS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    tally = json.loads(done.stdout.splitlines()[-1])
    assert tally["rounds"] == ROUNDS
    killed = tally["killed"]
    # a kill that comes after the end of the run proves nothing
    assert sum(killed.values()) >= 35, (
        f"{sum(killed.values())} of {ROUNDS} kills came before the run had ended: {tally}"
    )
    assert killed["started"] >= 5 and killed["publishing"] >= 10 and killed["published"] >= 3, tally
    assert tally["found"]["old"] >= 10 and tally["found"]["new"] >= 3, tally
