"""How many questions are worked on at once, and how many wait. Those beyond are told to come again."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
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
    """A bounded number of threads, and a bounded number of tasks that wait for one. Used from one event loop.

    Those who wait take turns: one with many questions waits with all but the first until the others had one each.
    """

    def __init__(self, at_once: int) -> None:
        """Args: at_once: tasks worked on at the same time; eight times as many may wait."""
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="byline-api")
        self._most = at_once * (1 + WAITING)
        self._free = at_once
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self.taken = 0
        """Tasks that are worked on or wait."""

    async def call(self, work: Callable[[], _T], asker: str = "") -> _T:
        """What ``work`` returns, done in a thread, for ``asker``.

        Raises:
            Busy: there is no place, not even to wait.
        """
        with self._place(asker) as turn:
            await turn
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def stream(self, work: Callable[[], Iterator[_T]], asker: str = "") -> AsyncGenerator[_T | None]:
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

        with self._place(asker) as turn:
            while not turn.done():
                await asyncio.wait([turn], timeout=SILENCE)
                if not turn.done():
                    yield STILL_THERE
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
    def _place(self, asker: str) -> Iterator[asyncio.Future[None]]:
        """A place, and what is done once it is ``asker``'s turn."""
        if self.taken >= self._most:
            raise Busy
        self.taken += 1
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(asker, deque()).append(turn)
        self._free_for_next()
        try:
            yield turn
        finally:
            self.taken -= 1
            if turn.done() and not turn.cancelled():
                self._free += 1
                self._free_for_next()
            turn.cancel()

    def _free_for_next(self) -> None:
        while self._free and self._waiting:
            asker, turns = self._waiting.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._waiting[asker] = turns  # behind all others
            if not turn.done():  # whoever left does not want it any more
                self._free -= 1
                turn.set_result(None)

    def close(self) -> None:
        """Let nothing more begin."""
        self._threads.shutdown(wait=False, cancel_futures=True)
