"""Conversations that are kept: what comes back, what does not, and what is never shown as verified."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from datetime import date

import pytest
from factories import HARBOUR, MILL, SCHOOL, write

from assistant import (
    Assistant,
    Conversation,
    ConversationMissing,
    ConversationStore,
    ConversationsUnreadable,
    Turn,
    feedback_cases,
    made_with,
    read_cases,
)
from index import Archive, Filters

COST = "How much did the work at the harbour of Lund cost?"
MILL_OWNER = "Who owns the old paper mill of Tarn?"
NOTHING = "How long is the Nile?"


@pytest.fixture(scope="module")
def villages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept") / "articles"
    write(folder, {"harbour.txt": HARBOUR, "mill.txt": MILL, "school.txt": SCHOOL})
    return Assistant.open(folder, sync=True)


@pytest.fixture
def own(villages, tmp_path):
    """An archive of one's own, to be changed."""
    return Assistant.open(shutil.copytree(villages.archive.folder, tmp_path / "own"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "conversations.sqlite"


@pytest.fixture
def store(villages, path):
    return ConversationStore(path, villages.archive)


def keep(store, assistant, *questions, conversation_id="", **more):
    """Ask and keep questions as one conversation; returns its id and the answers' keys."""
    keys = []
    for question in questions:
        conversation_id, key = store.keep(assistant.ask(question), conversation_id, **more)
        keys.append(key)
    return conversation_id, keys


def everything_in(path):
    return b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())


# --- what comes back -------------------------------------------------------------------------------------------------


def test_an_answer_comes_back_as_it_was_given(villages, store):
    for question in (COST, NOTHING, "How many articles do you have?", "What is new?"):
        answer = villages.ask(question)
        id_, _ = store.keep(answer)
        (kept,) = store.answers(id_)
        assert kept.answer == answer, question
        assert kept.status == answer.status
        assert kept.changed == ()


def test_a_quote_comes_back_with_its_article_and_its_offsets(villages, store):
    id_, _ = keep(store, villages, COST)
    (kept,) = store.answers(id_)
    article = villages.archive.article(kept.citations[0].reference.id)
    for citation in kept.citations:
        assert citation.citation.quote == citation.quote == article.text[citation.start : citation.end]
    assert kept.citations[0].reference.title == "Harbour of Lund reopens after storm"


def test_what_it_was_asked_with_comes_back(villages, store):
    filters = Filters(
        date(2020, 1, 1),
        date(2026, 1, 31),
        frozenset(["The Ferry", "Old & New"]),
        frozenset(["de"]),
        frozenset(["Ann"]),
    )
    made = made_with(villages)
    id_, _ = keep(store, villages, COST, filters=filters, as_of=date(2026, 1, 31), made_with=made)
    (kept,) = store.answers(id_)
    assert (kept.filters, kept.as_of) == (filters, date(2026, 1, 31))
    assert kept.made_with == json.loads(json.dumps(made))
    assert kept.made_with["contents"]


def test_a_follow_up_leans_on_a_conversation_that_is_taken_up_again(villages, store):
    conversation = Conversation(villages)
    id_, _ = store.keep(conversation.ask("Who owns the old paper mill of Tarn?"))
    turns = [Turn(kept.answer) for kept in store.answers(id_)]
    again = Conversation(villages, turns=turns)
    question = "What did he want to turn it into?"
    assert again.ask(question) == conversation.ask(question)
    assert again.turns[-1].answer.asked


def test_follow_ups_keep_what_they_were_written_out_as(villages, store):
    conversation = Conversation(villages)
    id_, _ = store.keep(conversation.ask(MILL_OWNER))
    store.keep(conversation.ask("What did he want to turn it into?"), id_)
    _, kept = store.answers(id_)
    assert kept.question == "What did he want to turn it into?"
    assert kept.standalone == kept.answer.asked != kept.question


# --- what has changed since ------------------------------------------------------------------------------------------


def test_a_citation_of_an_article_that_changed_is_never_verified(own, path):
    store = ConversationStore(path, own.archive)
    id_, _ = keep(store, own, COST, MILL_OWNER)
    (own.archive.folder / "harbour.txt").write_text(HARBOUR.replace("2.4 million", "3.1 million"))
    own.archive.sync()
    harbour, mill = store.answers(id_)
    assert [citation.citation for citation in harbour.citations] == [None] * len(harbour.citations)
    assert harbour.changed == harbour.statements != ()
    assert harbour.answer.statements == ()
    assert "2.4 million" in harbour.citations[0].quote
    assert not any("2.4 million" in hit.passage.text for hit in harbour.nearest)
    assert mill.changed == ()
    assert mill.answer.statements


def test_a_citation_of_an_article_that_is_gone_is_never_verified(own, path):
    store = ConversationStore(path, own.archive)
    id_, _ = keep(store, own, COST)
    (own.archive.folder / "harbour.txt").unlink()
    own.archive.sync(allow_removals=True)
    (kept,) = store.answers(id_)
    assert kept.changed == kept.statements != ()
    assert kept.answer.statements == ()
    assert kept.status == "answered"


@pytest.mark.parametrize("what", ["quote", "start", "end"])
def test_a_record_that_was_tampered_with_is_not_verified(villages, store, path, what):
    id_, _ = keep(store, villages, COST)
    with sqlite3.connect(path) as connection:
        (text,) = connection.execute("SELECT answer FROM turns").fetchone()
        record = json.loads(text)
        changes = {"quote": "The work cost nothing at all.", "start": 3, "end": 10**9}
        record["citations"][0][what] = changes[what]
        connection.execute("UPDATE turns SET answer = ?", (json.dumps(record),))
    (kept,) = store.answers(id_)
    assert kept.citations[0].citation is None
    assert kept.statements[0] in kept.changed
    assert all(c.quote == c.article.text[c.start : c.end] for c in kept.answer.citations)


def test_without_an_index_nothing_is_read_back_and_the_error_says_what_to_run(own, path):
    store = ConversationStore(path, own.archive)
    id_, _ = keep(store, own, COST)
    own.archive.close()
    shutil.rmtree(own.archive.folder / ".byline")
    with pytest.raises(Exception, match=r"has no index yet\. Run: byline index"):
        ConversationStore(path, Archive.open(own.archive.folder)).answers(id_)


# --- the list --------------------------------------------------------------------------------------------------------


def test_conversations_are_listed_by_when_they_were_last_added_to(villages, store):
    first, _ = keep(store, villages, COST)
    second, _ = keep(store, villages, MILL_OWNER)
    assert [one.id for one in store.conversations()] == [second, first]
    keep(store, villages, NOTHING, conversation_id=first)
    listed = store.conversations()
    assert [one.id for one in listed] == [first, second]
    assert [(one.title, one.turns) for one in listed] == [(COST, 2), (MILL_OWNER, 1)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("harbour", [COST]),
        ("HARB lund", [COST]),
        ("million crowns", [COST]),
        ("owner", [MILL_OWNER]),
        ("Brandt", [MILL_OWNER]),
        ("paper mill burns", [MILL_OWNER]),
        ("zanzibar", []),
        ("harbour Brandt", []),
        ("", [MILL_OWNER, COST]),
        ('"*( OR NEAR - ^', []),
        ("%", [MILL_OWNER, COST]),
    ],
)
def test_words_of_questions_sentences_and_titles_find_a_conversation(villages, store, words, found):
    keep(store, villages, COST)
    keep(store, villages, MILL_OWNER)
    assert [one.title for one in store.search(words)] == found


def test_a_conversation_is_renamed_and_found_by_its_new_title(villages, store):
    id_, _ = keep(store, villages, COST)
    assert store.rename(id_, "  Storm\n damage\x1b[2J\ud800 ") == "Storm damage [2J"
    assert [one.title for one in store.search("storm DAMAGE")] == ["Storm damage [2J"]
    assert store.rename(id_, " \n") == "Storm damage [2J"
    assert len(store.rename(id_, "long " * 1000)) <= 120


def test_an_id_is_found_by_its_beginning_only_where_a_person_types_it(villages, store):
    id_, _ = keep(store, villages, COST)
    assert store.find(id_[:6]).id == id_
    for beginning in ("", "zz", "*", "[0-9]", f"{id_}0"):
        with pytest.raises(ConversationMissing, match="byline conversations"):
            store.find(beginning)
    for guess in (id_[:31], f"{id_[:-1]}*", "%", "", f"{id_} OR 1"):
        with pytest.raises(ConversationMissing):
            store.answers(guess)


def test_ids_and_keys_are_long_and_never_alike(villages, store):
    answer = villages.ask(COST)
    made = [store.keep(answer) for _ in range(20)]
    ids, keys = {id_ for id_, _ in made}, {key for _, key in made}
    assert len(ids) == len(keys) == 20
    assert {len(id_) for id_ in ids} == {32}


def test_another_archive_s_conversations_and_another_owner_s_are_not_to_be_had(villages, own, store, path):
    id_, (key,) = keep(store, villages, COST)
    for other in (ConversationStore(path, own.archive), ConversationStore(path, villages.archive, "alma")):
        assert other.conversations() == other.search("harbour") == ()
        assert other.answers_with_feedback() == ()
        for attempt, *arguments in (
            (other.answers, id_),
            (other.find, id_),
            (other.rename, id_, "mine"),
            (other.delete, id_),
            (other.delete_answer, id_, key),
            (other.give_feedback, id_, key, "wrong"),
            (other.keep, villages.ask(COST), id_),
        ):
            with pytest.raises(ConversationMissing):
                attempt(*arguments)
    assert [one.title for one in store.conversations()] == [COST]


# --- deleting --------------------------------------------------------------------------------------------------------


def test_nothing_of_a_deleted_conversation_is_left_in_the_file(villages, store, path):
    question = "Is there a xylozanthium quarry at the harbour of Lund?"
    id_, (key,) = keep(store, villages, question)
    other, _ = keep(store, villages, MILL_OWNER)
    store.give_feedback(id_, key, "wrong", "qworblefeedback")
    assert b"xylozanthium" in everything_in(path)
    store.delete(id_)
    assert [one.id for one in store.conversations()] == [other]
    with pytest.raises(ConversationMissing):
        store.answers(id_)
    for word in (b"xylozanthium", b"qworblefeedback", id_.encode(), key.encode()):
        assert word not in everything_in(path)
    assert [one.id for one in store.search("Brandt")] == [other]
    store.delete(other)
    for word in (b"Brandt", b"brandt", b"mill"):
        assert word not in everything_in(path)


def test_one_answer_is_deleted_and_the_conversation_with_its_last(villages, store):
    id_, (first, second) = keep(store, villages, COST, MILL_OWNER)
    store.delete_answer(id_, second)
    assert [kept.key for kept in store.answers(id_)] == [first]
    assert store.search("Brandt") == ()
    with pytest.raises(ConversationMissing):
        store.delete_answer(id_, second)
    store.delete_answer(id_, first)
    assert store.conversations() == ()


# --- feedback --------------------------------------------------------------------------------------------------------


def test_feedback_is_a_file_of_questions_that_evaluate_reads(own, path):
    rows = [{"title": "Harbour", "url": "https://lund.example/harbour", "text": HARBOUR}]
    (own.archive.folder / "more.jsonl").write_text(json.dumps(rows[0]))
    (own.archive.folder / "harbour.txt").unlink()
    own.archive.sync(allow_removals=True)
    store = ConversationStore(path, own.archive)
    id_, keys = keep(store, own, COST, NOTHING, COST, COST, COST, COST, NOTHING, as_of=date(2026, 1, 31))
    verdicts = ["right", "right", "wrong", "wrong source", "outdated", None, "wrong"]
    for key, verdict in zip(keys, verdicts, strict=True):
        store.give_feedback(id_, key, "right", "first")
        store.give_feedback(id_, key, verdict, 'because\x1b| , " of this')
    rows = feedback_cases(store.answers_with_feedback())
    cases = {case.id: case for case in read_cases("".join(json.dumps(row) + "\n" for row in rows).encode())}
    told = {row["id"]: row for row in rows}
    assert cases.keys() == {key for key, verdict in zip(keys, verdicts, strict=True) if verdict}
    right, declined, wrong, source, outdated, _, missed = (cases.get(key) for key in keys)
    assert right.question == COST
    assert right.asked_on == date(2026, 1, 31)
    assert right.gold_urls == ("https://lund.example/harbour",)
    assert any("2.4 million" in answer for answer in right.answers)
    assert (declined.answerable, declined.answers) == (False, ())
    for case in (wrong, source, outdated, missed):
        assert (case.answers, case.gold_urls, case.answerable) == ((), (), True)
    assert "excluded_urls" not in told[keys[2]]
    for key in keys[3:5]:
        assert told[key]["excluded_urls"] == ["https://lund.example/harbour"]
    assert told[keys[2]]["note"] == 'because | , " of this'


def test_a_note_stays_with_its_verdict_until_something_else_is_said(villages, store):
    id_, (key,) = keep(store, villages, COST)

    def said(*given):
        store.give_feedback(id_, key, *given)
        (kept,) = store.answers(id_)
        return kept.feedback and (kept.feedback.verdict, kept.feedback.note)

    assert said("wrong", "because") == ("wrong", "because")
    assert said("wrong") == ("wrong", "because")
    assert said("wrong", "") == ("wrong", "")
    assert said("wrong", "again") == ("wrong", "again")
    assert said("outdated") == ("outdated", "")
    assert said(None) is None


def test_no_other_verdict_and_no_other_conversation_s_answer_is_taken(villages, store):
    id_, (key,) = keep(store, villages, COST)
    other, _ = keep(store, villages, MILL_OWNER)
    with pytest.raises(ValueError, match="no verdict"):
        store.give_feedback(id_, key, "splendid")
    with pytest.raises(ConversationMissing):
        store.give_feedback(other, key, "right")
    assert store.answers_with_feedback() == ()


# --- the file --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="no such permissions")
def test_nobody_else_may_read_the_file(villages, path):
    path.parent.mkdir()
    path.touch(mode=0o644)
    store = ConversationStore(path, villages.archive)
    keep(store, villages, COST)
    files = list(path.parent.iterdir())
    assert path in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_file_that_is_no_database_gives_an_error_with_its_name_and_the_command(villages, path):
    path.parent.mkdir()
    path.write_bytes(b"something else " * 1000)
    with pytest.raises(ConversationsUnreadable, match="damaged") as refused:
        ConversationStore(path, villages.archive)
    assert f"mv {path} {path}.old" in str(refused.value)
    assert path.read_bytes().startswith(b"something else")


def test_a_later_byline_s_file_is_left_alone(villages, store, path):
    keep(store, villages, COST)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(ConversationsUnreadable, match="later Byline") as refused:
        ConversationStore(path, villages.archive)
    assert f"mv {path} {path}.old" in str(refused.value)


def test_another_program_s_database_is_left_alone(villages, path):
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(ConversationsUnreadable, match="something else"):
        ConversationStore(path, villages.archive)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


@pytest.mark.parametrize("record", ["{", "[]", "{}", '{"articles": 7}', "null"])
def test_a_damaged_turn_is_an_error_and_no_answer(villages, store, path, record):
    id_, _ = keep(store, villages, COST)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE turns SET answer = ?", (record,))
    with pytest.raises(ConversationsUnreadable, match="damaged") as refused:
        store.answers(id_)
    assert str(path) in str(refused.value)


def test_a_place_that_cannot_be_written_is_named(villages, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConversationsUnreadable, match="setting `conversations_file`") as refused:
        ConversationStore(tmp_path / "file" / "c.sqlite", villages.archive)
    assert str(tmp_path / "file") in str(refused.value)


def test_threads_keep_side_by_side(villages, path):
    answer = villages.ask(COST)
    stores = [ConversationStore(path, villages.archive) for _ in range(2)]
    id_, _ = stores[0].keep(answer)
    threads = [
        threading.Thread(target=lambda at=at: [stores[at % 2].keep(answer, id_) for _ in range(10)]) for at in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores[1].answers(id_)) == 61


PROCESS = """
import sys
from assistant import Answer, ConversationStore
from index import Archive

store = ConversationStore(sys.argv[1], Archive.open(sys.argv[2]))
for at in range(20):
    store.keep(Answer(f"Question {at}?", (), (), (), 0))
"""


def test_processes_make_the_file_and_keep_side_by_side(villages, path):
    folder = villages.archive.folder
    running = [subprocess.Popen([sys.executable, "-c", PROCESS, path, folder]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(ConversationStore(path, villages.archive).conversations()) == 60
