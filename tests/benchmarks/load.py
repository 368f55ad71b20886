"""Many people who ask at the same time: ``python -m tests.benchmarks.load ARCHIVE``.

A real server answers over its API, as it streams to anybody. Two ways of asking are measured: everybody at the same
instant, and people who read what they were told before they ask again (an exponential pause, 10 s in the mean, as in
the load tests of web sites). Reported are errors and the time from asking to the first sentence; the server and those
who ask share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assistant import read_cases
from index import Archive

WARMING = 20
"""Questions that are asked one after the other before: a server is not measured while it loads its index."""

STARTING = 10.0
"""Seconds that processes beside the server are given to start."""


@dataclass
class Measured:
    """What came of the questions: seconds to the first sentence (or the refusal) and to the end, and errors."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def line(self, name: str, seconds: float) -> str:
        def at(times: list[float]) -> str:
            return " ".join(f"p{q} {np.percentile(times, q):.2f}" for q in (50, 95, 100)) if times else "none"

        answered = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))
        errors = ", ".join(f"{count} × {error}" for error, count in self.errors.items()) or "0"
        return (
            f"{name:12} first sentence {at(self.first)} s · whole {at(self.whole)} s · "
            f"{len(self.whole) / seconds:.1f} questions/s · {answered} · errors: {errors}"
        )


async def ask(port: int, question: str, measured: Measured) -> None:
    """Ask over a connection of its own, and note when the first sentence and the end came."""
    body = json.dumps({"question": question}).encode()
    head = (
        f"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    start = time.perf_counter()
    first = None
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        writer.write(head.encode() + body)
        status = (await reader.readline()).split()
        if status[1:2] != [b"200"]:
            measured.errors[b" ".join(status[1:]).decode() or "no answer"] += 1
            return
        event = ""
        async for line in reader:
            if line.startswith(b"event: "):
                event = line[7:].strip().decode()
                if event in ("stated", "finished") and first is None:
                    first = time.perf_counter() - start
            elif line.startswith(b"data: ") and event == "finished":
                measured.statuses[json.loads(line[6:])["status"]] += 1
        writer.close()
    except OSError as error:
        measured.errors[type(error).__name__] += 1
        return
    if event != "finished" or first is None:
        measured.errors[f"ended with {event or 'nothing'}"] += 1
        return
    measured.first.append(first)
    measured.whole.append(time.perf_counter() - start)


def spent(server: int) -> list[tuple[str, float]]:
    """Processor seconds so far: of the server's process, of those that it started, of those who ask, and of other
    machines on the same hardware (stolen)."""
    ticks = os.sysconf("SC_CLK_TCK")
    own, children = 0.0, 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            fields = stat.read_text().rpartition(")")[2].split()
            seconds = (int(fields[11]) + int(fields[12])) / ticks
            own += seconds * (int(stat.parent.name) == server)
            children += seconds * (int(fields[1]) == server)
    stolen = int(Path("/proc/stat").read_text().split()[8]) / ticks
    return [("server", own), ("its processes", children), ("asking", time.process_time()), ("stolen", stolen)]


def spending(before: list[tuple[str, float]], after: list[tuple[str, float]]) -> str:
    """What was spent between two moments, in words."""
    parts = [f"{name} {late - early:.1f}" for (name, early), (_, late) in zip(before, after, strict=True)]
    return f"{'':12} processor seconds: {', '.join(parts)}"


async def at_once(port: int, questions: list[str], users: int) -> str:
    """Everybody asks at the same instant."""
    measured = Measured()
    start = time.perf_counter()
    await asyncio.gather(*(ask(port, questions[user % len(questions)], measured) for user in range(users)))
    return measured.line(f"{users} at once", time.perf_counter() - start)


ECHO = """
import sys, uvicorn
from fastapi import FastAPI, Request, Response
app = FastAPI()
@app.post("/api/ask")
async def echo(request: Request) -> Response:
    await request.body()
    finished = b'event: finished\\ndata: {"status": "echo", "text": "' + b"x" * SIZE + b'"}\\n\\n'
    return Response(finished, media_type="text/event-stream")
print("http://127.0.0.1:PORT/", flush=True)
uvicorn.run(app, port=PORT, log_level="error")
"""
"""A bare server of the same kind that answers nothing, as many bytes as a usual answer has."""

ECHO_BYTES = 49_000


def bare(questions: list[str], users: int) -> str:
    """Everybody asks a bare server at the same instant: what the machine and those who ask take of the time."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = ECHO.replace("PORT", str(port)).replace("SIZE", str(ECHO_BYTES))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as server:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.1)
            line = asyncio.run(at_once(port, questions, users))
        finally:
            server.terminate()
    return f"a bare server, {line}"


async def reading(port: int, questions: list[str], users: int, rounds: int, pause: float) -> str:
    """Everybody asks, reads, and asks again."""
    measured = Measured()
    chance = random.Random(4)

    async def user(own: list[str]) -> None:
        for question in own:
            await asyncio.sleep(chance.expovariate(1 / pause))
            await ask(port, question, measured)

    start = time.perf_counter()
    await asyncio.gather(*(user([chance.choice(questions) for _ in range(rounds)]) for _ in range(users)))
    return measured.line(f"{users} reading", time.perf_counter() - start)


def main() -> None:
    """Serve the archive, ask, and print a line for each way of asking."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path, help="a folder of articles that is indexed")
    parser.add_argument("--questions", type=Path, help="as for byline evaluate; without it, headlines are asked about")
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5, help="questions of each one who reads")
    parser.add_argument("--pause", type=float, default=10.0, help="seconds that one reads, in the mean")
    parser.add_argument("--workers", type=int, default=0, help="processes that answer beside the server")
    options = parser.parse_args()
    if options.questions:
        questions = [case.question for case in read_cases(options.questions)]
    else:
        questions = [f"What is known about {ref.title}?" for ref in Archive.open(options.archive).articles()]
    random.Random(3).shuffle(questions)
    server = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "serve", str(options.archive), "--workers", str(options.workers)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        match = re.search(r":(\d+)/", line)
        assert match, line
        port = int(match[1])
        time.sleep(STARTING if options.workers else 0)
        for question in questions[-WARMING:]:
            asyncio.run(ask(port, question, Measured()))
        print(bare(questions, options.users))
        for way in (
            at_once(port, questions, options.users),
            reading(port, questions, options.users, options.rounds, options.pause),
        ):
            before = spent(server.pid)
            print(asyncio.run(way))
            print(spending(before, spent(server.pid)))
    finally:
        server.terminate()
        server.wait(30)


if __name__ == "__main__":
    main()
