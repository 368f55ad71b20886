"""`byline conversations`, and what `byline chat` keeps."""

import json
import re
import shutil
from pathlib import Path

import pytest

from ui import cli

SEEDS = Path(__file__).parents[1] / "seeds"
LENGTH = "How long is the Durand Line?"
FOLLOW_UP = "Who drew it?"
VISIT = "Who visited India?"


@pytest.fixture(autouse=True)
def file(nobodys_settings, tmp_path, monkeypatch):
    """Where the conversations of a test are kept."""
    place = tmp_path / "kept" / "conversations.sqlite"
    monkeypatch.setenv("BYLINE_CONVERSATIONS_FILE", str(place))
    return place


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    from index import Archive

    folder = tmp_path_factory.mktemp("conversations") / "seeds"
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns(".byline"))
    Archive.open(folder).sync()
    return folder


@pytest.fixture
def conversations(run, indexed):
    def of(*arguments):
        return run("conversations", *arguments, "--archive", indexed)

    return of


def ids(conversations):
    _, out, _ = conversations("--json")
    return [one["id"] for one in json.loads(out)]


def test_a_chat_is_kept_listed_and_shown(run, indexed, conversations):
    run("chat", indexed, text=f"{LENGTH}\n{FOLLOW_UP}\n")
    status, out, _ = conversations()
    assert status == cli.ANSWERED
    (id_,) = ids(conversations)
    assert re.fullmatch(rf"{id_[:8]}  \d+ \w+ \d{{4}}, \d\d:\d\d  2 questions  {re.escape(LENGTH)}\n", out)
    status, out, _ = conversations("show", id_[:8])
    assert status == cli.ANSWERED
    assert f"> {LENGTH}\n" in out
    assert "2,600-kilometer" in out
    assert "Asked: Who drew the Durand Line?" in out
    assert "characters 2212–2424" in out


def test_a_chat_goes_on_with_the_last_conversation_or_with_the_one_that_is_named(run, indexed, conversations):
    run("chat", indexed, text=f"{LENGTH}\n")
    run("chat", indexed, text=f"{VISIT}\n")
    last, first = ids(conversations)
    status, out, err = run("chat", indexed, "--continue", first[:10], text=f"{FOLLOW_UP}\n")
    assert status == cli.ANSWERED
    assert "Asked: Who drew the Durand Line?" in out
    assert f"Going on with: {LENGTH}" in err
    assert ids(conversations) == [first, last]
    _, out, _ = run("chat", indexed, "--continue", text="How long is it?\n")
    assert "Durand Line" in out.splitlines()[0]
    assert ids(conversations) == [first, last]
    _, out, _ = conversations()
    assert "3 questions" in out.splitlines()[0]


def test_a_chat_that_is_not_to_be_kept_is_not(run, indexed, conversations, file, monkeypatch):
    run("chat", indexed, "--no-keep", text=f"{LENGTH}\n")
    assert not file.exists()
    monkeypatch.setenv("BYLINE_KEEP_CONVERSATIONS", "false")
    run("chat", indexed, text=f"{LENGTH}\n")
    assert not file.exists()
    monkeypatch.delenv("BYLINE_KEEP_CONVERSATIONS")
    run("chat", indexed, text=f"{LENGTH}\n")
    _, out, _ = run("chat", indexed, "--no-keep", "--continue", text=f"{FOLLOW_UP}\n")
    assert "Asked: Who drew the Durand Line?" in out
    _, out, _ = conversations()
    assert "1 question " in out


def test_there_is_nothing_to_go_on_with_at_first(run, indexed):
    status, out, err = run("chat", indexed, "--continue", text=f"{LENGTH}\n")
    assert (status, out) == (cli.FAULT, "")
    assert "Leave out --continue" in err


@pytest.mark.parametrize("format_", ["md", "html", "json"])
def test_a_conversation_is_exported(run, indexed, conversations, format_):
    run("chat", indexed, text=f"{LENGTH}\n")
    (id_,) = ids(conversations)
    status, out, err = conversations("export", id_[:8], "--format", format_)
    assert (status, err) == (cli.ANSWERED, "")
    assert "cd693d8993c3e3a3" in out
    assert out.startswith({"md": "# How long", "html": "<!doctype html>", "json": "{"}[format_])


def test_a_conversation_is_renamed_found_and_deleted(run, indexed, conversations, file):
    run("chat", indexed, text=f"{LENGTH}\n")
    run("chat", indexed, text=f"{VISIT}\n")
    last, first = ids(conversations)
    assert conversations("rename", first[:8], "The", "Line")[:2] == (cli.ANSWERED, "The Line\n")
    assert conversations("search", "durand")[1].endswith("  The Line\n")
    assert [one["id"] for one in json.loads(conversations("search", "the", "line", "--json")[1])] == [first]
    assert conversations("search", "zanzibar")[:2] == (cli.DECLINED, "")
    assert conversations("delete", first[:8])[:2] == (cli.ANSWERED, "deleted The Line\n")
    assert ids(conversations) == [last]
    assert b"Durand Line?" not in file.read_bytes()


@pytest.mark.parametrize("action", ["show", "export", "delete"])
def test_an_id_that_is_none_is_a_fault_that_says_where_ids_are(conversations, action):
    status, out, err = conversations(action, "abcdef")
    assert (status, out) == (cli.FAULT, "")
    assert err == "byline: No conversation has the id 'abcdef'. `byline conversations` shows the ids.\n"


def test_an_empty_list_says_that_it_is_one(conversations):
    assert conversations() == (cli.ANSWERED, "", "byline: no such conversation is kept\n")
    assert conversations("--json")[:2] == (cli.ANSWERED, "[]\n")


def test_feedback_becomes_questions_that_evaluate_asks(run, indexed, conversations, file, tmp_path):
    from assistant import ConversationStore
    from index import Archive

    assert conversations("feedback")[0] == cli.DECLINED
    run("chat", indexed, text=f"{LENGTH}\nHow long is the Nile?\n")
    store = ConversationStore(file, Archive.open(indexed))
    (id_,) = ids(conversations)
    for answer in store.answers(id_):
        store.give_feedback(id_, answer.key, "right")
    out = tmp_path / "cases.jsonl"
    assert conversations("feedback", "--out", out) == (cli.ANSWERED, "", "")
    assert conversations("feedback")[1] == out.read_text()
    status, evaluated, _ = run("evaluate", out, "--archive", indexed, "--json")
    figures = json.loads(evaluated)
    assert status == cli.ANSWERED
    assert (figures["questions"], figures["scored"], figures["unanswerable"]) == (2, 1, 1)
    assert figures["figures"]["right"] == 1.0
    status, _, err = conversations("feedback", "--out", indexed / "cases.jsonl")
    assert status == cli.FAULT
    assert "would be read as an article" in err


def test_a_damaged_file_is_a_fault_with_its_name_and_the_command(run, indexed, conversations, file):
    file.parent.mkdir()
    file.write_bytes(b"nothing of Byline's" * 500)
    for result in (conversations(), run("chat", indexed, text=f"{LENGTH}\n"), run("serve", indexed)):
        status, out, err = result
        assert (status, out) == (cli.FAULT, "")
        assert str(file) in err
        assert f"mv {file}" in err
    assert run("chat", indexed, "--no-keep", text=f"{LENGTH}\n")[0] == cli.ANSWERED


def test_the_options_of_a_list_stand_before_or_behind_its_action(run, indexed):
    run("chat", indexed, text=f"{LENGTH}\n")
    before = run("conversations", "--archive", indexed, "--json", "search", "durand")
    behind = run("conversations", "search", "durand", "--archive", indexed, "--json")
    assert before == behind
    assert len(json.loads(before[1])) == 1
