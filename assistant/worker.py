"""A process that answers questions from one archive by quoting, beside the one that serves (:mod:`assistant.workers`).

It takes questions from standard input and tells of its work on standard output (:mod:`assistant.wire`). Where nobody
asks any more, it ends by itself.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import traceback
from contextlib import closing, suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from assistant.assistant import Assistant
from assistant.settings import AssistantSettings
from assistant.wire import Packer, receive, send
from index import Archive, BylineError, Filters, IndexSettings

SETTINGS_KEPT = 8
"""Settings of visitors for which what answers is kept."""


class Opening(NamedTuple):
    """The first message: the archive to answer from, and how."""

    folder: Path
    index_settings: IndexSettings
    settings: AssistantSettings


class Asked(NamedTuple):
    """Each further message: a question that stands by itself."""

    settings: AssistantSettings
    question: str
    filters: Filters | None
    as_of: date


class Failed(NamedTuple):
    """What was not foreseen, for the log."""

    traceback: str


def main() -> None:
    """Answer until standard input ends. To each question: its events or a fault, then None."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    questions = os.fdopen(os.dup(0), "rb")
    told = os.fdopen(os.dup(1), "wb")
    # what libraries print must not come between the messages
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    first = receive(questions)
    if first is None:
        return
    opening: Opening = pickle.loads(first)  # noqa: S301 - of the process that started this one
    assistant = Assistant(Archive.open(opening.folder, opening.index_settings), opening.settings)
    of_settings = lru_cache(SETTINGS_KEPT)(
        lambda settings: assistant.with_settings(AssistantSettings(**dict(settings)))
    )
    with suppress(BylineError):  # what is wrong with the archive is told to whoever asks
        assistant.warm_up()
    _spare_collecting()
    send(told, Packer().pack("ready"))
    while (message := receive(questions)) is not None:
        asked: Asked = pickle.loads(message)  # noqa: S301
        packer = Packer()
        try:
            answering = of_settings(tuple(asked.settings))
            with closing(answering.stream(asked.question, asked.filters, asked.as_of)) as events:  # type: ignore[type-var]
                for event in events:
                    send(told, packer.pack(event))
        except BylineError as error:
            send(told, packer.pack((type(error), str(error))))
        except BrokenPipeError:
            return
        except Exception as error:  # noqa: BLE001 - whoever asked raises it, and the next question is answered
            send(told, packer.pack(Failed("".join(traceback.format_exception(error)))))
        send(told, packer.pack(None))


def _spare_collecting() -> None:
    """Have the collector leave alone what is there by now, the libraries, and look less often at what a question makes:
    a tenth of its processor time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


if __name__ == "__main__":
    main()
