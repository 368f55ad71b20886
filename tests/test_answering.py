"""Answering by processes beside the server: the same answers, whatever becomes of a process; and whose turn it is."""

import asyncio
import os
import signal
import threading
import time
from contextlib import closing

import pytest
from factories import HARBOUR, MILL, write
from model_server import ModelServer, Pause
from serving import served

from assistant import Assistant, AssistantSettings, Finished, Searching, Stated, Workers
from assistant.wire import Packer, Unpacker
from index import Archive, IndexMissing
from ui import handlers
from ui.handlers import BUSY, Lane
from ui.places import Places
from ui.wiring import load_settings, open_workers

OWNER = "Who owns the old paper mill of Tarn?"
COST = "How much did the work in the harbour of Lund cost?"


def started(assistant, count=1):
    """The assistant with processes that are ready."""
    assistant.workers = Workers(assistant.archive, assistant.settings, count)
    assistant.workers.start()
    while len(assistant.workers.processes) < count:
        time.sleep(0.02)
    return assistant


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("answering")
    write(folder, {"mill.txt": MILL, "harbour.txt": HARBOUR})
    return Assistant.open(folder, sync=True)


@pytest.fixture(scope="module")
def helped(alone):
    assistant = started(Assistant(alone.archive))
    yield assistant
    assistant.workers.close()


def kill(assistant):
    (process,) = assistant.workers.processes
    os.kill(process, signal.SIGKILL)
    return process


@pytest.mark.parametrize("question", [OWNER, COST, "Who is the king of Norway?", "How many articles are there?"])
def test_a_process_tells_the_same_as_the_assistant_itself(alone, helped, question):
    here, there = (
        [event for event in who.stream(question) if isinstance(event, Searching | Stated | Finished)]
        for who in (alone, helped)
    )
    assert there == here
    for citation in there[-1].answer.citations:
        assert citation.quote == alone.archive.article(citation.article.id).text[citation.start : citation.end]


def test_a_follow_up_is_understood_where_the_conversation_is(alone, helped):
    from assistant import Turn

    turns = (Turn(helped.ask(OWNER)),)
    follow_up = helped.ask("What does he want to turn it into?", history=turns)
    assert follow_up.asked == alone.ask("What does he want to turn it into?", history=turns).asked is not None
    assert follow_up.status == "answered"


def test_an_article_comes_once_however_often_it_is_told_of(alone):
    answer = alone.ask(OWNER)
    packer, unpacker = Packer(), Unpacker()
    first, second = packer.pack(answer.nearest), packer.pack(answer)
    assert unpacker.unpack(first) == answer.nearest
    assert unpacker.unpack(second) == answer
    assert answer.nearest[0].article.text.encode() in first
    assert answer.nearest[0].article.text.encode() not in second


def test_visitors_have_the_settings_they_chose(helped):
    fewer = helped.with_settings(AssistantSettings(statements=1, passages=1))
    assert len(fewer.ask(OWNER).nearest) == 1 < len(helped.ask(OWNER).nearest)


def test_a_process_that_was_killed_is_replaced_and_its_question_answered(helped):
    gone = kill(helped)
    assert helped.ask(OWNER).status == "answered"
    (there,) = helped.workers.processes
    assert there != gone


def test_a_question_that_nobody_waits_for_any_more_keeps_nobody_waiting(helped):
    with closing(helped.stream(OWNER)) as events:
        assert isinstance(next(events), Searching)
    assert helped.ask(COST).status == "answered"


def test_what_is_wrong_with_the_archive_is_told_in_the_same_words(folder):
    write(folder, {"mill.txt": MILL})
    archive = Archive.open(folder)
    archive.sync()
    assistant = started(Assistant(archive))
    try:
        write(folder, {"harbour.txt": HARBOUR})
        archive.sync()
        assert "2.4 million" in assistant.ask(COST).text  # what is new is found by a process that was there before
        (archive.index_dir / "CURRENT").unlink()
        with pytest.raises(IndexMissing) as there:
            assistant.ask(OWNER)
        with pytest.raises(IndexMissing) as here:
            Assistant(archive).ask(OWNER)
        assert str(there.value) == str(here.value)
    finally:
        assistant.workers.close()


def test_after_its_processes_the_assistant_answers_itself(alone):
    assistant = Assistant(alone.archive)
    assistant.workers = Workers(alone.archive, alone.settings, 1)  # not started
    assert assistant.ask(OWNER) == alone.ask(OWNER)


@pytest.mark.parametrize(("given", "count"), [({}, 0), ({"host": "0.0.0.0"}, os.cpu_count()), ({"workers": 3}, 3)])
def test_one_person_needs_no_processes_and_others_one_for_each_processor(alone, given, count, nobodys_settings):
    workers = open_workers(load_settings(given), alone)
    assert (workers._count if workers else 0) == count


def test_over_the_api_the_processes_answer_as_well(helped, alone):
    with served(helped) as with_processes, served(alone) as without:
        there, here = (server.ask(OWNER).json for server in (with_processes, without))
        assert there.pop("id") != here.pop("id")
        assert there == here
        # the answer is kept where the conversation is
        first = with_processes.ask(OWNER).json["id"]
        assert with_processes.ask("What does he want to turn it into?", history=[first]).json["asked"]


# --- whose turn it is -------------------------------------------------------------------------------------------


def test_who_asks_much_waits_for_those_who_ask_little():
    async def order():
        places, done, go = Places(1), [], threading.Event()

        async def ask(who, name):
            await places.call(lambda: go.wait(60), who)
            done.append(name)

        asking = [asyncio.create_task(ask("much", f"much {number}")) for number in range(4)]
        await asyncio.sleep(0)
        asking += [asyncio.create_task(ask("little", "little")), asyncio.create_task(ask("other", "other"))]
        await asyncio.sleep(0)
        asking[2].cancel()  # who leaves while waiting takes nobody's turn
        go.set()
        await asyncio.gather(*asking, return_exceptions=True)
        assert (places.taken, places._free) == (0, 1)
        places.close()
        return done

    assert asyncio.run(order()) == ["much 0", "much 1", "little", "other", "much 3"]


@pytest.fixture
def stuck():
    """An assistant whose model says nothing, and the server that plays it."""
    with ModelServer(lambda _: [Pause(30)]) as server:
        yield server


def writing(alone, server):
    settings = {"writer": "openai-like", "model_url": server.url, "model_seconds": 30.0}
    return Assistant(alone.archive, AssistantSettings.parse(settings))


def test_a_slow_model_keeps_nobody_waiting_who_wants_quotes(alone, stuck):
    with served(writing(alone, stuck), chats=1, writing=1) as server:
        told = []
        threads = [threading.Thread(target=lambda: told.append(server.ask(OWNER)), daemon=True) for _ in range(3)]
        for thread in threads:
            thread.start()
        while not stuck.requests:
            time.sleep(0.01)
        for _ in range(2):
            quoted = server.ask(OWNER, writer="quote")
            assert (quoted.status, quoted.json["status"]) == (200, "answered")
        assert "Olof Brandt" in quoted.json["text"]
        assert told == []  # the model's are where they were
        assert len(stuck.requests) == 1


def test_on_the_page_a_slow_model_keeps_nobody_waiting_who_wants_quotes(alone, stuck):
    assistant = writing(alone, stuck)
    chat = handlers.chat(assistant, Lane(1))
    quoting = (*(getattr(assistant.settings, name) for name in ("passages", "statements", "answer_when")), "quote")
    with closing(chat(OWNER)) as slow:
        while not stuck.requests:
            next(slow)
        *_, last = chat(OWNER, tuning=quoting)
        assert "Olof Brandt" in last.message


def test_a_browser_cannot_choose_a_writer_that_is_not_set(alone):
    *_, last = handlers.chat(alone)(OWNER, tuning=(10, 3, "balanced", "ollama/other"))
    assert "Olof Brandt" in last.message


def test_more_who_wait_for_the_model_than_there_is_room_for_are_told_that_it_is_busy(alone, stuck):
    lane = Lane(1)
    with lane.place():
        waiting = threading.Thread(target=lambda: lane.place().__enter__(), daemon=True)
        waiting.start()
        while lane.inside < 2:
            time.sleep(0.01)
        *_, last = handlers.chat(writing(alone, stuck), lane)(OWNER)
        assert BUSY in last.message
    waiting.join()


def test_warming_up_asks_no_language_model(seed_assistant):
    with ModelServer("The news.") as server:
        settings = AssistantSettings.parse({"writer": "openai-like", "model_url": server.url})
        Assistant(seed_assistant.archive, settings).warm_up()
        assert server.requests == []
