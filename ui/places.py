"""How many questions are worked on at once, and how many wait. Those beyond are told to come again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")

WAITING = 8
"""Questions that wait for each one that is worked on."""

SILENCE = 15.0
"""Seconds after which a stream says that it is still there, so that nothing between takes it for dead."""

STILL_THERE = None
"""What a stream says in silence."""


class Busy(Exception):
    """Everything is taken, and enough are waiting. A later try may find a place."""


class Places:
    """A bounded number of threads, and a bounded number of tasks that wait for one. Used from one event loop."""

    def __init__(self, at_once: int) -> None:
        """Args: at_once: tasks worked on at the same time; eight times as many may wait."""
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="byline-api")
        self._most = at_once * (1 + WAITING)
        self.taken = 0
        """Tasks that are worked on or wait."""

    async def call(self, work: Callable[[], _T]) -> _T:
        """What ``work`` returns, done in a thread.

        Raises:
            Busy: there is no place, not even to wait.
        """
        with self._place():
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def stream(self, work: Callable[[], Iterator[_T]]) -> AsyncGenerator[_T | None]:
        """What the iterator of ``work`` gives, stepped in one thread; ``STILL_THERE`` in between where that takes long.

        Once it is closed, the iterator is given up after the step that it is at.

        Raises:
            Busy: there is no place, not even to wait.
            What the iterator raises.
        """
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[tuple[_T] | Exception | None] = asyncio.Queue()
        given_up = threading.Event()

        def tell(what: tuple[_T] | Exception | None) -> None:
            if not given_up.is_set():
                loop.call_soon_threadsafe(told.put_nowait, what)

        def step() -> None:
            try:
                if not given_up.is_set():
                    for one in work():
                        tell((one,))
                        if given_up.is_set():
                            return
                tell(None)
            except Exception as error:  # noqa: BLE001 - handed to the one that waits, which raises it
                tell(error)

        with self._place():
            done = loop.run_in_executor(self._threads, step)
            try:
                while True:
                    try:
                        what = await asyncio.wait_for(told.get(), SILENCE)
                    except TimeoutError:
                        yield STILL_THERE
                        continue
                    if what is None:
                        return
                    if isinstance(what, Exception):
                        raise what
                    yield what[0]
            finally:
                given_up.set()
                done.cancel()  # where it has not begun

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self.taken >= self._most:
            raise Busy
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    def close(self) -> None:
        """Let nothing more begin."""
        self._threads.shutdown(wait=False, cancel_futures=True)
