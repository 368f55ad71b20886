"""Reading files by worker processes (:mod:`index.worker`), in order, within limits of memory and time."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AHEAD = 4
"""Files handed out for each worker before the first of them is taken: enough to keep it busy."""

HELD = 50
"""Messages of one file that wait to be taken; then its worker waits."""

DYING = 1.0
"""Seconds that a process that has closed its output may take to end, so that what it died of can be told."""

_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from index.worker import main; main()"


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be read: its path in the folder of articles, where it is, its bytes, and the most it may unpack to."""

    relative: str
    path: Path
    limit: int
    size: int


Message = dict[str, Any]
"""What a worker says of a file, see :mod:`index.worker`: ``article``, ``skip``, ``unreadable``, and last ``end``."""


class _Task:
    def __init__(self, job: Job) -> None:
        self.job = job
        self.messages: queue.Queue[Message | None] = queue.Queue(HELD)


class Workers:
    """So many processes that read files. Started when the first file comes; to be closed."""

    def __init__(self, jobs: int, memory: int, seconds: float) -> None:
        """Args: jobs: processes. memory: bytes that each may take. seconds: without a word before one is killed."""
        self._workers = [_Worker(memory, seconds) for _ in range(jobs)]
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._closed.set()
        for worker in self._workers:
            self._tasks.put(None)
            worker.kill()

    def read(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Message | None]]:
        """The messages about each file by its place in ``jobs``, in order; None after the last of a file."""
        if jobs and not self._threads:
            for worker in self._workers:
                self._threads.append(threading.Thread(target=self._serve, args=(worker,), daemon=True))
                self._threads[-1].start()
        tasks = [_Task(job) for job in jobs]
        ahead = AHEAD * len(self._workers)
        for task in tasks[:ahead]:
            self._tasks.put(task)
        for at, task in enumerate(tasks):
            while (message := task.messages.get()) is not None:
                yield at, message
            yield at, None
            if at + ahead < len(tasks):
                self._tasks.put(tasks[at + ahead])

    def _serve(self, worker: _Worker) -> None:
        while (task := self._tasks.get()) is not None:
            for message in worker.read(task.job):
                self._put(task, message)
            self._put(task, None)

    def _put(self, task: _Task, message: Message | None) -> None:
        while not self._closed.is_set():
            try:
                return task.messages.put(message, timeout=1)
            except queue.Full:
                continue


class _Worker:
    """One process, started anew whenever it died or was killed."""

    def __init__(self, memory: int, seconds: float) -> None:
        self._memory, self._seconds = memory, seconds
        self._process: subprocess.Popen[bytes] | None = None

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def read(self, job: Job) -> Iterator[Message]:
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        order = json.dumps({"file": str(job.path), "relative": job.relative, "limit": job.limit})
        try:
            process.stdin.write(f"{order}\n".encode())
            process.stdin.flush()
        except OSError:
            pass  # it is gone, which the reading below finds out
        while True:
            began = time.monotonic()
            clock = threading.Timer(self._seconds, process.kill)
            clock.daemon = True
            clock.start()
            try:
                message = self._receive(process)
            finally:
                clock.cancel()
            if message is None:
                late = time.monotonic() - began >= self._seconds
                with suppress(subprocess.TimeoutExpired):
                    process.wait(DYING)
                self.kill()
                self._process = None
                yield {"skip": ["", self._reason(process.returncode, late)]}
                yield {"end": {"sha256": "", "broke": not late}}
                return
            yield message
            if "end" in message or "unreadable" in message:
                if message.get("end", {}).get("retire"):
                    process.wait()
                    self._process = None
                return

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            root = str(Path(__file__).parents[1])
            # -P: nothing is imported from the folder that the user stands in, which may be the folder of articles
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, root, str(self._memory), str(self._seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    @staticmethod
    def _receive(process: subprocess.Popen[bytes]) -> Message | None:
        assert process.stdout is not None
        try:
            head = process.stdout.read(4)
            content = process.stdout.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
            message = json.loads(content) if content else None
        except (OSError, ValueError):
            return None
        return message if isinstance(message, dict) else None

    def _reason(self, status: int | None, late: bool) -> str:
        if late:
            return f"takes longer than {self._seconds:g} s to read"
        how = f"signal {-status}" if status is not None and status < 0 else f"status {status}"
        return f"the reader broke down on it ({how}, with at most {self._memory // 1024**2} MB of memory)"
