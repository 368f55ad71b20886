"""Nothing leaves the machine: no step of indexing, asking, searching or serving looks for a network."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = Path(__file__).parents[1] / "seeds"

WATCH = """
import json, os, socket, sys, threading

attempts = []
HERE = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None)

def watched(name, original, host_of):
    def call(*arguments, **named):
        host = host_of(*arguments, **named)
        if host in HERE:
            return original(*arguments, **named)
        attempts.append(f"{name} {host}")
        raise OSError("no network in this test")
    return call

def host_of_address(self, address, *_):
    return "localhost" if self.family == getattr(socket, "AF_UNIX", -1) else address[0]

for name in ("connect", "connect_ex"):
    setattr(socket.socket, name, watched(name, getattr(socket.socket, name), host_of_address))
socket.socket.sendto = watched("sendto", socket.socket.sendto, lambda self, _, *rest: host_of_address(self, rest[-1]))
for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, watched(name, getattr(socket, name), lambda host, *_, **__: host))
for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
    os.environ.pop(name, None)

def tell(**found):
    # who reports home does so in a thread of its own
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(3)
    seen = list(attempts)
    # what would be found if anything were tried
    for attempt, address in ((socket.create_connection, "a.invalid"), (socket.socket().connect, "192.0.2.1")):
        try:
            attempt((address, 80))
        except OSError:
            pass
    print("TOLD", json.dumps({**found, "attempts": seen, "proof": attempts[len(seen):]}))
"""

INDEX_AND_ASK = """
from index import Archive, IndexSettings
from assistant import Assistant, examine

report = Archive.open(sys.argv[1], IndexSettings(embedder=sys.argv[2])).sync()
assistant = Assistant.open(sys.argv[1])
answer = assistant.ask("How long is the Durand Line?")
declined = assistant.ask("How long is the Nile?")
hits = assistant.search("Durand Line")
checks = [check.state for check in examine(assistant.archive)]
tell(added=len(report.added), status=answer.status, declined=declined.status, hits=len(hits), checks=checks,
     embedder=assistant.archive.manifest().embedder)
"""

SERVE = """
from assistant import Assistant
from ui import web

app = web.build_app(Assistant.open(sys.argv[1], sync=True), 4)
tell(routes=len(app.routes))
"""

PROOF = ["getaddrinfo a.invalid", "connect 192.0.2.1"]


@pytest.fixture
def seeds(tmp_path):
    folder = tmp_path / "seeds"
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns(".byline"))
    return folder


def without_network():
    """The command before a command that gives it a machine without any network; nothing where that is not allowed."""
    cut = ["unshare", "--user", "--map-root-user", "--net"]
    try:
        allowed = subprocess.run([*cut, sys.executable, "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return []
    return cut if allowed else []


def watch(code, *arguments, folder, before=()):
    done = subprocess.run(
        [*before, sys.executable, "-c", WATCH + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.rpartition("TOLD ")[2])
    assert told.pop("proof") == PROOF
    return told


@pytest.mark.parametrize("embedder", ["fast", "deep"])
def test_indexing_asking_and_searching_look_for_no_network_and_need_none(seeds, tmp_path, embedder):
    told = watch(INDEX_AND_ASK, seeds, embedder, folder=tmp_path, before=without_network())
    assert told["attempts"] == []
    assert (told["added"], told["status"], told["declined"], told["embedder"]) == (1, "answered", "declined", embedder)
    assert told["hits"] >= 5
    assert set(told["checks"]) == {"ok"}


def test_the_web_chat_looks_for_no_network(seeds, tmp_path):
    told = watch(SERVE, seeds, folder=tmp_path)
    assert told["attempts"] == []
    assert told["routes"] > 0
