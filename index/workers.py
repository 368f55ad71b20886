"""Reading files by worker processes (:mod:`index.worker`), in order, within limits of memory and time."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ReadersBroken

AHEAD = 4
"""Files handed out for each worker before the first of them is taken: enough to keep it busy."""

HELD = 50
"""Messages of one file that wait to be taken; then its worker waits."""

START_SECONDS = 120.0
"""Within which a process has started, on the slowest machine; half a second is usual."""

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
        self.messages: queue.Queue[Message | Exception | None] = queue.Queue(HELD)


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
            worker.close()

    def read(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Message | None]]:
        """The messages about each file by its place in ``jobs``, in order; None after the last of a file.

        Raises:
            ReadersBroken: the processes do not start.
        """
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
                if isinstance(message, Exception):
                    raise message
                yield at, message
            yield at, None
            if at + ahead < len(tasks):
                self._tasks.put(tasks[at + ahead])

    def _serve(self, worker: _Worker) -> None:
        while (task := self._tasks.get()) is not None and not self._closed.is_set():
            try:
                for message in worker.read(task.job):
                    self._put(task, message)
            except Exception as error:  # noqa: BLE001 - raised again by whoever waits for the file
                self._put(task, error)
            self._put(task, None)

    def _put(self, task: _Task, message: Message | Exception | None) -> None:
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
        self._closed = False
        self._lock = threading.Lock()

    def close(self) -> None:
        """Kill the process and start no other."""
        with self._lock:
            self._closed = True
            self._end()

    def read(self, job: Job) -> Iterator[Message]:
        process = self._started()
        order = json.dumps({"file": str(job.path), "relative": job.relative, "limit": job.limit})
        assert process.stdin is not None
        with contextlib.suppress(OSError):  # it is gone, which is found out when its answer is waited for
            process.stdin.write(f"{order}\n".encode())
            process.stdin.flush()
        while True:
            message, late = self._answer(process, self._seconds)
            if message is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(DYING)
                with self._lock:
                    self._end()
                if late:
                    yield {"skip": ["", f"takes longer than {self._seconds:g} s to read"]}
                    yield {"end": {"sha256": ""}}
                else:
                    yield {"unreadable": self._breakdown(process.returncode)}
                return
            yield message
            if "end" in message or "unreadable" in message:
                if message.get("end", {}).get("retire"):
                    with self._lock:
                        self._end()
                return

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._process is not None:
                return self._process
            if self._closed:
                raise ReadersBroken("The reading of files was stopped.")
            root = str(Path(__file__).parents[1])
            # -P: nothing is imported from the folder that the user stands in, which may be the folder of articles
            self._process = process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, root, str(self._memory), str(self._seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        message, _ = self._answer(process, START_SECONDS)
        if message is None and not self._closed:
            assert process.stderr is not None
            said = process.stderr.read().decode(errors="replace").strip().splitlines()[-1:] or ["it says nothing"]
            raise ReadersBroken(
                f"The process that reads files does not start ({said[0]}). Run: pip install --force-reinstall byline"
            )
        return process

    def _answer(self, process: subprocess.Popen[bytes], seconds: float) -> tuple[Message | None, bool]:
        """The next message, or None where the process died; and whether that was for taking too long."""
        late = threading.Event()

        def kill() -> None:
            late.set()
            process.kill()

        clock = threading.Timer(seconds, kill)
        clock.daemon = True
        clock.start()
        assert process.stdout is not None
        try:
            head = process.stdout.read(4)
            content = process.stdout.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
            message = json.loads(content) if content else None
        except (OSError, ValueError):
            message = None
        finally:
            clock.cancel()
        return (message if isinstance(message, dict) else None), late.is_set()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stderr):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()

    def _breakdown(self, status: int | None) -> str:
        how = f"signal {-status}" if status is not None and status < 0 else f"status {status}"
        return f"the reader broke down on it: {how}, with at most {self._memory // 1024**2} MB of memory"
