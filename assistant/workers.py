"""Answering by processes (:mod:`assistant.worker`), so that questions take all processors: Python alone uses one.

Whoever asks waits for a process that is free, first come first served; a process that died is started anew, and the
question that it had is asked again unless something of its answer was told already.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from assistant.errors import AnsweringBroken
from assistant.settings import AssistantSettings
from assistant.types import Event, Searching
from assistant.wire import Unpacker, receive, send
from assistant.worker import Asked, Failed, Opening
from index import Archive, Filters

log = logging.getLogger(__name__)

SILENCE = 120.0
"""Seconds without a word after which a process that has a question is held for stuck and killed; the slowest question
to a cross-encoder takes a few."""

START_SECONDS = 120.0
"""Within which a process has started, on the slowest machine; two seconds are usual."""

TRIES = 2
"""Processes that a question is given to, at most, where they die of it before they say anything."""

STARTS = 3
"""Times in a row that a process dies before its first answer, after which it is not started again."""

# -P: nothing is imported from the folder that the user stands in. Libraries' own threads would only take the processor
# from the process beside it
_START = (
    "import os, sys; os.environ.update(TOKENIZERS_PARALLELISM='false', OPENBLAS_NUM_THREADS='1', OMP_NUM_THREADS='1'); "
    "sys.path.insert(0, sys.argv.pop(1)); from assistant.worker import main; main()"
)


class _Died(Exception):
    pass


class _Task:
    """A question that is waiting for a process, or at one, and what was told of it."""

    def __init__(self, asked: Asked) -> None:
        self.asked = pickle.dumps(asked, pickle.HIGHEST_PROTOCOL)
        self.tries = 0
        self.searching = False
        self.begun = False
        self.given_up = threading.Event()
        self._told: queue.SimpleQueue[Event | Exception | None] = queue.SimpleQueue()

    def tell(self, event: Event) -> None:
        """Tell of an event; of the beginning but once, if the question goes to a second process."""
        if isinstance(event, Searching):
            if self.searching:
                return
            self.searching = True
        else:
            self.begun = True
        self._told.put(event)

    def end(self, fault: Exception | None = None) -> None:
        self._told.put(fault)

    def events(self) -> Iterator[Event]:
        while (told := self._told.get()) is not None:
            if isinstance(told, Exception):
                raise told
            yield told


class _Process:
    """One process. ``heard`` is when it last said something while it has a question (monotonic seconds), else None."""

    def __init__(self, opening: Opening) -> None:
        """Start it.

        Raises:
            _Died: it does not start.
        """
        root = str(Path(__file__).parents[1])
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, root], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.heard: float | None = time.monotonic()
        clock = threading.Timer(START_SECONDS, self.process.kill)
        clock.daemon = True
        clock.start()
        try:
            self._send(pickle.dumps(opening, pickle.HIGHEST_PROTOCOL))
            self._receive()
        except _Died:
            self.end()
            raise
        finally:
            clock.cancel()
        self.heard = None

    def answer(self, asked: bytes) -> Iterator[Event]:
        """The events of one question.

        Raises:
            _Died: it ended before it was done.
            BylineError, RuntimeError: what it raised; it goes on with the next question.
        """
        unpacker = Unpacker()
        self._send(asked)
        fault: Exception | None = None
        while (told := unpacker.unpack(self._receive())) is not None:
            if isinstance(told, Failed):
                fault = RuntimeError(f"a process that answers failed:\n{told.traceback}")
            elif type(told) is tuple:
                kind, message = told
                fault = kind(message)
            else:
                yield told
        self.heard = None
        if fault is not None:
            raise fault

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _send(self, content: bytes) -> None:
        assert self.process.stdin is not None
        self.heard = time.monotonic()
        with contextlib.suppress(OSError, ValueError):  # it is gone, which is found out when its answer is waited for
            send(self.process.stdin, content)

    def _receive(self) -> bytes:
        assert self.process.stdout is not None
        try:
            message = receive(self.process.stdout)
        except (OSError, ValueError):
            message = None
        if message is None:
            raise _Died
        self.heard = time.monotonic()
        return message


class Workers:
    """Processes that answer by quoting from one archive. To be started, and closed in the end."""

    def __init__(self, archive: Archive, settings: AssistantSettings, count: int) -> None:
        """Args: archive: where they look. settings: how they answer unless asked otherwise. count: how many."""
        self._opening = Opening(archive.folder.absolute(), archive.settings, settings)
        self._count = count
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._processes: set[_Process] = set()
        self._serving = 0
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._started = threading.Event()

    @property
    def ready(self) -> bool:
        """Whether questions may be asked: a process has started, and not all were given up."""
        return self._started.is_set() and self._serving > 0 and not self._closed.is_set()

    @property
    def processes(self) -> list[int]:
        """The ids of the processes that are there."""
        with self._lock:
            return [one.process.pid for one in self._processes]

    def start(self) -> None:
        """Begin to start the processes; until they are :attr:`ready`, questions are to be answered otherwise."""
        self._serving = self._count
        for _ in range(self._count):
            threading.Thread(target=self._serve, name="byline-worker", daemon=True).start()
        threading.Thread(target=self._watch, name="byline-workers", daemon=True).start()

    def close(self) -> None:
        """Kill the processes and start no other."""
        self._closed.set()
        self._tasks.put(None)
        with self._lock:
            ending = list(self._processes)
        for process in ending:
            process.end()

    def stream(
        self, settings: AssistantSettings, question: str, filters: Filters | None, as_of: date
    ) -> Iterator[Event]:
        """What comes of a question that stands by itself, as :meth:`assistant.Assistant.stream` tells of it.

        Closing the iterator lets go of a question that waits; one that is worked on is answered to nobody.

        Raises:
            AnsweringBroken: the process that answered died, or there is none any more.
            BylineError: what the process raised.
        """
        task = _Task(Asked(settings, question, filters, as_of))
        self._tasks.put(task)
        try:
            yield from task.events()
        finally:
            task.given_up.set()

    def _serve(self) -> None:
        """Start a process, hand it question after question, and start another when it dies."""
        deaths = 0
        while not self._closed.is_set() and deaths < STARTS:
            try:
                process = _Process(self._opening)
            except _Died:
                deaths += 1
                continue
            with self._lock:
                self._processes.add(process)
            self._started.set()
            try:
                while (task := self._tasks.get()) is not None:
                    if not task.given_up.is_set():
                        self._answer(process, task)
                        deaths = 0
                self._tasks.put(None)  # for the other threads
            except _Died:
                deaths += 1
                log.warning("A process that answers ended (process %s); another takes its place.", process.process.pid)
            finally:
                with self._lock:
                    self._processes.discard(process)
                process.end()
        with self._lock:
            self._serving -= 1
            last = not self._serving
        if not self._closed.is_set():
            log.error("A process that answers does not start any more. Run: byline doctor")
        if last:
            self._refuse_all()

    def _answer(self, process: _Process, task: _Task) -> None:
        task.tries += 1
        try:
            for event in process.answer(task.asked):
                task.tell(event)
            task.end()
        except _Died:
            # what was shown is not to be shown twice
            if task.begun or task.tries >= TRIES or self._closed.is_set():
                task.end(
                    AnsweringBroken("The process that answered this question ended before it was done. Ask again.")
                )
            else:
                self._tasks.put(task)
            raise
        except Exception as error:  # noqa: BLE001 - handed to the one that asked, which raises it
            task.end(error)

    def _refuse_all(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                task = self._tasks.get_nowait()
                if task is not None:
                    task.end(AnsweringBroken("The processes that answer have ended. Start the server again."))

    def _watch(self) -> None:
        while not self._closed.wait(1.0):
            with self._lock:
                processes = list(self._processes)
            for process in processes:
                heard = process.heard
                if heard is not None and time.monotonic() - heard > SILENCE:
                    process.process.kill()
