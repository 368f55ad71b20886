"""The command line: what it prints, where, and with which exit status."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from factories import json_lines, write

from ui import cli

SEEDS = Path(__file__).parents[1] / "seeds"
SEED = SEEDS / "000_fab766fd3869f66f.txt"
LENGTH = "How long is the Durand Line?"
NOTHING = "How long is the Nile?"


pytestmark = pytest.mark.usefixtures("nobodys_settings")


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """A copy of the seeds with its index; not to be changed."""
    from index import Archive

    folder = tmp_path_factory.mktemp("cli") / "seeds"
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns(".byline"))
    Archive.open(folder).sync()
    return folder


@pytest.fixture
def own(indexed, tmp_path):
    """A copy of the seeds with its index, to be changed."""
    return shutil.copytree(indexed, tmp_path / "seeds")


def process(*arguments, folder, text=None, **environment):
    """Run a command as a process of its own, from another folder."""
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *map(str, arguments)],
        input=text,
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        check=False,
    )


def assert_fault(result, *parts):
    """Nothing on standard output, one line on standard error that holds ``parts``, and the status of a fault."""
    status, out, err = result
    assert status == cli.FAULT, err
    assert out == ""
    assert err.startswith("byline: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for part in parts:
        assert part in err


def controls(text):
    return [character for character in text if unicodedata.category(character) == "Cc" and character != "\n"]


# --- what is imported ------------------------------------------------------------------------------------------------

HEAVY = {"torch", "gradio", "chromadb", "sentence_transformers", "transformers", "llama_index.core"}
LOADED = """
import sys
from ui.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print("LOADED", *sys.modules)
"""


def loaded(folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *map(str, arguments)], capture_output=True, text=True, cwd=folder, check=True
    )
    return set(done.stdout.rpartition("LOADED ")[2].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["ask", "--help"]])
def test_help_loads_nothing_that_takes_time(tmp_path, arguments):
    found = loaded(tmp_path, *arguments)
    assert "argparse" in found
    assert not found & (HEAVY | {"numpy", "pydantic", "bm25s", "tqdm"})


def test_a_list_loads_no_model_no_vectors_and_no_web_page(indexed, tmp_path):
    assert not loaded(tmp_path, "list", "--archive", indexed) & HEAVY


def test_an_answer_with_the_fast_vectors_loads_no_torch_and_no_web_page(indexed, tmp_path):
    found = loaded(tmp_path, "ask", "--archive", indexed, LENGTH)
    assert "chromadb" in found
    assert not found & (HEAVY - {"chromadb"})


# --- as a process of its own -----------------------------------------------------------------------------------------


def test_a_folder_is_indexed_and_asked_from_another_folder(tmp_path):
    folder = tmp_path / "seeds"
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns(".byline"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    first = process("index", folder, folder=elsewhere)
    again = process("index", "../seeds", folder=elsewhere)
    asked = process("ask", "--archive", "../seeds", LENGTH, folder=elsewhere)
    declined = process("ask", "--archive", folder, NOTHING, folder=elsewhere)
    fault = process("ask", "--archive", elsewhere, LENGTH, folder=elsewhere)
    usage = process("ask", folder=elsewhere)
    assert [done.returncode for done in (first, again, asked, declined, fault, usage)] == [0, 0, 0, 3, 1, 2]
    assert [done.stderr for done in (first, again, asked, declined)] == [b""] * 4
    assert [done.stdout for done in (fault, usage)] == [b""] * 2
    assert first.stdout.decode().startswith("1 added · 1 article, ")
    assert again.stdout.decode().startswith("1 unchanged · 1 article, ")
    assert "2,600-kilometer" in asked.stdout.decode()
    assert "The archive does not say" in declined.stdout.decode()
    assert list(elsewhere.iterdir()) == []


def test_the_question_may_come_from_standard_input(indexed, tmp_path):
    done = process("ask", "--archive", indexed, "-", folder=tmp_path, text=f"{LENGTH}\n".encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert "2,600-kilometer" in done.stdout.decode()


def test_a_question_of_a_million_characters_is_refused_in_a_line(indexed, tmp_path):
    done = process("ask", "--archive", indexed, "-", folder=tmp_path, text=b"long " * 200_000)
    assert_fault((done.returncode, done.stdout.decode(), done.stderr.decode()), "longer than")


def test_bytes_in_a_question_that_are_no_text_break_nothing(indexed, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", "ask", "--archive", indexed, b"Who is \xff\xfe?"],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, b"")
    assert done.stdout.decode()


@pytest.mark.parametrize("command", [["list"], ["ask", LENGTH], ["show", "--json", "cd69"], ["--help"]])
def test_output_that_nobody_reads_is_no_fault(indexed, tmp_path, command):
    reading, writing = os.pipe()
    os.close(reading)
    archive = [] if command == ["--help"] else ["--archive", str(indexed)]
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", *command, *archive],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_while_another_process_indexes_a_second_one_waits_for_nobody_and_questions_are_answered(own, run):
    hold = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", hold, own / ".byline" / "lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        assert_fault(run("index", own), "being indexed by another process", "byline index")
        assert run("ask", "--archive", own, LENGTH)[0] == 0
        other.stdin.close()
    assert run("index", own)[0] == 0


# --- answers and lists -----------------------------------------------------------------------------------------------


def test_an_answer_goes_to_standard_output_and_nothing_to_standard_error(indexed, run):
    status, out, err = run("ask", "--archive", indexed, LENGTH)
    assert (status, err) == (0, "")
    assert out.splitlines()[0].endswith("[1]")
    assert "Sources\n[1] " in out


def test_words_of_a_question_need_no_quotation_marks(indexed, run):
    assert run("ask", "--archive", indexed, *LENGTH.split()) == run("ask", "--archive", indexed, LENGTH)


def test_a_declined_answer_has_a_status_of_its_own_and_is_printed_like_an_answer(indexed, run):
    status, out, err = run("ask", "--archive", indexed, NOTHING)
    assert (status, err) == (cli.DECLINED, "")
    assert out.startswith("The archive does not say")
    assert "Nearest passages" in out


def test_a_partial_answer_counts_as_answered(indexed, run):
    status, out, _ = run(
        "ask", "--archive", indexed, "--json", "How long is the Durand Line and who won the World Cup?"
    )
    assert (status, json.loads(out)["status"]) == (0, "partly answered")


def test_a_chat_answers_in_turn_and_shows_how_a_follow_up_was_understood(indexed, run):
    status, out, err = run("chat", indexed, text=f"{LENGTH}\n\nWho drew it?\nWho visited India?\nexit\n{NOTHING}\n")
    assert (status, err) == (cli.ANSWERED, "")
    assert "2,600-kilometer" in out.partition("Asked: ")[0]
    assert re.findall("^Asked: (.*)$", out, re.MULTILINE) == ["Who drew the Durand Line?"]
    assert "visited India" in out
    assert "Nile" not in out


def test_a_chat_goes_on_after_a_question_that_cannot_be_read_and_ends_with_its_input(indexed, run):
    status, out, err = run("chat", indexed, text=f"{'x' * 20_000}\n{LENGTH}")
    assert status == cli.ANSWERED
    assert "2,600-kilometer" in out
    assert re.fullmatch("byline: The question is longer than .*\n", err)


def test_a_chat_keeps_to_the_filters_and_names_a_faulty_index(own, run):
    status, out, _ = run("chat", own, "--outlet", "No Such Outlet", text=f"{LENGTH}\n")
    assert status == cli.ANSWERED
    assert "2,600-kilometer" not in out
    shutil.rmtree(own / ".byline" / "gen-000001" / "base" / "keywords")
    assert_fault(run("chat", own, text=f"{LENGTH}\n"), "damaged", f"Run: byline index {own}")


def test_a_chat_at_a_terminal_asks_and_ends_with_ctrl_d(indexed, tmp_path):
    pty = pytest.importorskip("pty", reason="there are no such terminals here")
    typed, screen = pty.openpty()
    command = [sys.executable, "-m", "ui.cli", "chat", str(indexed)]
    with subprocess.Popen(command, stdin=screen, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as chat:
        os.write(typed, f"{LENGTH}\n".encode() + b"\x04")
        out, err = chat.communicate(timeout=60)
    os.close(typed)
    os.close(screen)
    assert chat.returncode == cli.ANSWERED
    assert "2,600-kilometer" in out.decode()
    assert "To end: exit, or Ctrl-D." in err.decode()


def test_every_quote_of_an_answer_as_json_is_the_article_at_its_offsets(indexed, run):
    for question in (LENGTH, "Who visited India?", "What did Ahmad Rashid say and who is Faisal Khan?"):
        status, out, err = run("ask", "--archive", indexed, "--json", question)
        answer = json.loads(out)
        assert (status, err, answer["status"]) == (0, "", "answered")
        assert answer["citations"]
        for citation in answer["citations"]:
            article = json.loads(run("show", "--archive", indexed, "--json", citation["article"]["id"])[1])
            assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
            assert any(
                sentence == {"start": citation["start"], "end": citation["end"]} for sentence in article["sentences"]
            )
        for statement in answer["statements"]:
            quotes = [answer["citations"][number - 1]["quote"] for number in statement["citations"]]
            assert statement["text"] in [" ".join(quote.split()) for quote in quotes]


def test_an_article_as_json_is_the_file_as_it_is_with_its_blocks(indexed, run):
    (seed,) = SEEDS.glob("*.txt")
    article = json.loads(run("show", "--archive", indexed, "--json", "cd69")[1])
    assert article["text"] == seed.read_bytes().decode()
    assert [block["kind"] for block in article["blocks"]].count("prose") > 10


def test_an_article_is_shown_with_labels_for_what_is_not_prose(indexed, run):
    status, out, err = run("show", "--archive", indexed, "cd69")
    assert (status, err) == (0, "")
    assert re.search(r"^ +│ Heavy gunfire erupted", out, re.MULTILINE)
    assert re.search(r"^ +furniture │ Post a Comment", out, re.MULTILINE)


def test_passages_are_found_best_first_and_as_many_as_asked_for(indexed, run):
    status, out, err = run("search", "--archive", indexed, "-k", "3", "--json", "Durand", "Line")
    hits = json.loads(out)
    assert (status, err, len(hits)) == (0, "", 3)
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    assert "Durand Line" in hits[0]["text"]
    assert run("search", "--archive", indexed, "-k", "2", "Durand Line")[1].count("characters") == 2


def test_a_search_that_finds_nothing_says_so_with_the_status_of_a_declined_answer(indexed, run):
    assert run("search", "--archive", indexed, "--outlet", "Nobody", "Durand") == (3, "No passage fits.\n", "")


@pytest.fixture
def dated(tmp_path, run):
    folder = tmp_path / "dated"
    texts = {"Post": "The Ostra mill closed in spring.", "Echo": "The Ostra mill reopened in summer."}
    rows = [
        {"title": f"Mill {outlet}", "text": f"{text} Nobody knows why.", "outlet": outlet, "date": f"2024-0{month}-15"}
        for month, (outlet, text) in enumerate(texts.items(), start=3)
    ]
    write(folder, {"mill.jsonl": json_lines(*rows)})
    assert run("index", folder)[0] == 0
    return folder


@pytest.mark.parametrize(
    ("options", "outlets"),
    [
        ([], {"Post", "Echo"}),
        (["--since", "2024-04-15"], {"Echo"}),
        (["--until", "2024-03-15"], {"Post"}),
        (["--since", "2024-03-16", "--until", "2024-04-14"], set()),
        (["--outlet", "Post"], {"Post"}),
        (["--outlet", "Post", "--outlet", "Echo"], {"Post", "Echo"}),
        (["--outlet", "Post", "--since", "2024-04-01"], set()),
    ],
)
def test_filters_keep_to_days_and_outlets(dated, run, options, outlets):
    status, out, _ = run("search", "--archive", dated, "--json", *options, "Ostra mill")
    assert {hit["article"]["outlet"] for hit in json.loads(out)} == outlets
    assert status == (0 if outlets else 3)
    answer = json.loads(run("ask", "--archive", dated, "--json", *options, "What happened to the Ostra mill?")[1])
    assert {hit["article"]["outlet"] for hit in answer["nearest"]} == outlets


def test_articles_are_listed_a_line_each(dated, run):
    status, out, err = run("list", "--archive", dated)
    assert (status, err) == (0, "")
    assert [line.split("  ")[1:] for line in out.splitlines()] == [
        ["2024-03-15", "Post", "Mill Post"],
        ["2024-04-15", "Echo", "Mill Echo"],
    ]
    listed = json.loads(run("list", "--archive", dated, "--json")[1])
    assert [(article["outlet"], article["published"]) for article in listed] == [
        ("Post", "2024-03-15"),
        ("Echo", "2024-04-15"),
    ]


def test_a_report_as_json_names_what_was_added_and_what_was_skipped(tmp_path, run, seed_bytes):
    write(tmp_path / "news", {"seed.txt": seed_bytes, "empty.txt": "", "page.pdf": b"%PDF"})
    status, out, err = run("index", tmp_path / "news", "--json")
    report = json.loads(out)
    assert (status, err) == (0, "")
    assert [article["path"] for article in report["added"]] == ["seed.txt"]
    assert {skip["path"] for skip in report["skipped"]} == {"empty.txt", "page.pdf"}


def test_the_doctor_finds_a_fresh_archive_well(indexed, run):
    status, out, err = run("doctor", indexed)
    assert (status, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == ["ok"] * 5
    assert {check["state"] for check in json.loads(run("doctor", indexed, "--json")[1])} == {"ok"}


def test_the_doctor_finds_a_folder_that_was_never_indexed_ill_and_says_what_to_run(tmp_path, run):
    status, out, err = run("doctor", tmp_path)
    assert (status, err) == (cli.FAULT, "")
    assert re.search(r"^fault +index: .*Run: byline index", out, re.MULTILINE)
    checks = json.loads(run("doctor", tmp_path, "--json")[1])
    assert [check["name"] for check in checks if check["state"] == "fault"] == ["index"]


def test_the_version_is_the_one_that_is_installed(run):
    from importlib.metadata import version

    assert run("--version") == (0, f"byline {version('byline')}\n", "")


# --- faults ----------------------------------------------------------------------------------------------------------


def evaluating(folder):
    """`byline evaluate` with a file of questions that lies beside the folder."""
    questions = folder.parent / "questions.jsonl"
    questions.write_text(json.dumps({"question": LENGTH}))
    return ["evaluate", "--archive", folder, questions]


COMMANDS = {
    "index": lambda folder: ["index", folder],
    "ask": lambda folder: ["ask", "--archive", folder, LENGTH],
    "chat": lambda folder: ["chat", folder],
    "evaluate": evaluating,
    "search": lambda folder: ["search", "--archive", folder, "Durand"],
    "list": lambda folder: ["list", "--archive", folder],
    "history": lambda folder: ["history", "--archive", folder, "cd69"],
    "show": lambda folder: ["show", "--archive", folder, "cd69"],
    "serve": lambda folder: ["serve", folder],
    "mcp": lambda folder: ["mcp", folder],
    "doctor": lambda folder: ["doctor", folder],
    "add": lambda folder: ["add", "--archive", folder, SEED],
    "remove": lambda folder: ["remove", "--archive", folder, "cd69"],
    "watch": lambda folder: ["watch", folder],
}
READING = [name for name in COMMANDS if name not in ("index", "doctor", "add", "watch")]


def test_every_command_is_tried_with_folders_that_are_not_as_they_should_be():
    (commands,) = [a for a in cli.build_parser()._actions if isinstance(a, argparse._SubParsersAction)]
    assert COMMANDS.keys() | {"formats", "password", "conversations"} == commands.choices.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_does_not_exist_is_named(tmp_path, run, command):
    assert_fault(run(*COMMANDS[command](tmp_path / "none")), str(tmp_path / "none"), "does not exist")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_in_place_of_a_folder_is_named(tmp_path, run, command):
    (tmp_path / "a.txt").write_text("Text.")
    assert_fault(run(*COMMANDS[command](tmp_path / "a.txt")), "a.txt is a file, not a folder")


@pytest.mark.parametrize("command", [name for name in READING if name != "list"])
def test_a_folder_that_was_never_indexed_gets_the_command(tmp_path, run, command):
    assert_fault(run(*COMMANDS[command](tmp_path)), "has no index yet", f"Run: byline index {tmp_path}")


def test_an_empty_folder_is_no_archive(tmp_path, run):
    status, _, err = run("index", tmp_path)
    assert status == cli.FAULT
    assert "holds no article that can be read" in err
    assert_fault(run(*COMMANDS["ask"](tmp_path)), "has no index yet")


def break_rows(index):
    (index / "gen-000001" / "base" / "rows.npz").write_bytes(b"x")


def break_manifest(index):
    (index / "gen-000001" / "manifest.json").write_text("{")


def lose_vectors(index):
    shutil.rmtree(index / "gen-000001" / "base" / "chroma")


def lose_keywords(index):
    shutil.rmtree(index / "gen-000001" / "base" / "keywords")


def point_nowhere(index):
    (index / "CURRENT").write_text("gen-000009\n")


DAMAGES = [break_rows, break_manifest, lose_vectors, lose_keywords, point_nowhere]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_a_fault_with_the_command_that_mends_it(own, run, damage):
    damage(own / ".byline")
    for command in ("ask", "search", "show", "list"):
        assert_fault(run(*COMMANDS[command](own)), "damaged", f"Run: byline index {own}")
    status, out, _ = run("doctor", own)
    assert status == cli.FAULT
    assert re.search(r"^fault +index: ", out, re.MULTILINE)
    assert run("index", own)[0] == 0
    assert run(*COMMANDS["ask"](own))[0] == 0
    assert run("doctor", own)[0] == 0


@pytest.mark.parametrize(
    "command", [name for name in COMMANDS if name not in ("doctor", "serve", "mcp", "add", "watch")]
)
def test_a_store_that_is_none_is_a_fault_that_names_the_file(own, run, command):
    (own / ".byline" / "store.sqlite").write_bytes(b"this is no database at all, but long enough to look at")
    said = run(*COMMANDS[command](own), text=f"{LENGTH}\n")  # a chat looks into it when it is asked something
    assert_fault(said, "store.sqlite", "Move it away", "byline index")


@pytest.mark.parametrize("question", ["", " \t\n "])
def test_an_empty_question_is_a_fault(indexed, run, question):
    assert_fault(run("ask", "--archive", indexed, question), "The question is empty")
    assert_fault(run("ask", "--archive", indexed, "-", text=question), "The question is empty")
    assert_fault(run("search", "--archive", indexed, question), "The question is empty")


@pytest.mark.parametrize(
    "question", ["\x00\x07\x1b[31m", "\x9b2J\x7f", "\ud800\udfff", "How many \x1b[31mred\x07 mills?"]
)
def test_a_question_of_odd_characters_is_declined_and_none_of_them_is_printed(indexed, run, question):
    status, out, err = run("ask", "--archive", indexed, "-", text=question)
    assert (status, err) == (cli.DECLINED, "")
    assert controls(out) == []
    status, out, err = run("ask", "--archive", indexed, "--json", "-", text=question)
    assert (status, err, json.loads(out)["status"]) == (cli.DECLINED, "", "declined")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["--nonsense"],
        ["ask"],
        ["show"],
        ["ask", "--since", "yesterday", "x"],
        ["ask", "--until", "2026-02-30", "x"],
        ["search", "-k", "many", "x"],
        ["serve", "--port", "many"],
        ["list", "extra"],
        ["chat", "one", "two"],
    ],
)
def test_wrong_usage_has_a_status_of_its_own(run, arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: byline")
    assert arguments[2:3] != ["yesterday"] or "is not a day such as" in err


@pytest.mark.parametrize("k", ["0", "-1"])
def test_no_passages_at_all_cannot_be_asked_for(indexed, run, k):
    status, out, err = run("search", "--archive", indexed, f"-k{k}", "Durand")
    assert (status in (1, 2), out) == (True, "")
    assert "-k" in err


def test_an_unknown_embedder_is_named_with_those_there_are(own, run):
    assert_fault(run("index", own, "--embedder", "no-such-model"), "'no-such-model'", "`fast`", "`deep`")
    # the index that was there is not touched
    assert run("ask", "--archive", own, LENGTH)[0] == 0


def test_a_folder_that_holds_no_model_is_no_embedder(own, run, tmp_path):
    (tmp_path / "model").mkdir()
    assert_fault(run("index", own, "--embedder", tmp_path / "model"), str(tmp_path / "model"), "does not load")


def test_a_setting_that_asks_for_another_embedder_gets_the_command_that_switches(indexed, run, monkeypatch):
    monkeypatch.setenv("BYLINE_EMBEDDER", "deep")
    assert_fault(run("ask", "--archive", indexed, LENGTH), "--embedder deep")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("passages = ", ["cannot be read"]),
        ("pasages = 3", ["'pasages'", "passages"]),
        ("passages = 0", ["'passages'"]),
        ("passages = 1000", ["'passages'"]),
        ("statements = 'many'", ["'statements'"]),
    ],
)
def test_wrong_settings_in_the_file_are_named(indexed, run, nobodys_settings, text, parts):
    nobodys_settings.write_text(text)
    for command in COMMANDS.values():
        assert_fault(run(*command(indexed)), *parts)


@pytest.mark.parametrize(("name", "value"), [("PASSAGES", "0"), ("REMOVAL_LIMIT", "2"), ("PORT", "http")])
def test_wrong_settings_in_the_environment_are_named(indexed, run, monkeypatch, name, value):
    monkeypatch.setenv(f"BYLINE_{name}", value)
    assert_fault(run("list", "--archive", indexed), f"'{name.lower()}'", value)


def test_wrong_settings_given_as_options_are_named(indexed, run):
    assert_fault(run("serve", indexed, "--port", "99999"), "'port'", "99999")
    assert_fault(run("serve", indexed, "--host", "999.1.1.1"), "999.1.1.1", "--port")


def test_the_setting_names_the_folder_where_a_command_does_not(indexed, run, nobodys_settings, monkeypatch, tmp_path):
    nobodys_settings.write_text(f'archive = "{indexed.as_posix()}"\n')
    assert run("list")[0] == run("ask", LENGTH)[0] == run("doctor")[0] == 0
    monkeypatch.setenv("BYLINE_ARCHIVE", str(tmp_path))
    assert_fault(run("ask", LENGTH), "has no index yet")
    assert run("ask", "--archive", indexed, LENGTH)[0] == 0


def test_removing_most_of_the_articles_must_be_said(own, run):
    for path in own.glob("*.txt"):
        path.unlink()
    assert_fault(run("index", own), "--allow-removals", "nothing was changed")
    assert run("ask", "--archive", own, LENGTH)[0] == 0


@pytest.mark.parametrize("prefix", ["zz", ""])
def test_an_id_that_no_article_has_is_named(indexed, run, prefix):
    assert_fault(run("show", "--archive", indexed, prefix), repr(prefix), "byline list")


def test_characters_that_steer_a_terminal_are_not_printed(tmp_path, run):
    steer = "\x1b[31m\x1b]0;owned\x07\x9b2J"
    row = {
        "title": f"The {steer} tower",
        "text": f"The tower of Vika leans {steer} by four degrees. The council will have it looked at.",
        "outlet": f"Post{steer}",
        "url": f"https://example.com/{steer}",
        "authors": [f"Ann{steer}"],
    }
    folder = tmp_path / "news"
    write(folder, {"tower.jsonl": json_lines(row), "bad\x1b[31m.pdf": "x"})
    outputs = [
        run("index", folder),
        run("list", "--archive", folder),
        run("search", "--archive", folder, "tower"),
        run("ask", "--archive", folder, "Where is the tower that leans?"),
        run("ask", "--archive", folder, NOTHING),
    ]
    (article,) = json.loads(run("list", "--archive", folder, "--json")[1])
    outputs.append(run("show", "--archive", folder, article["id"]))
    assert [status for status, _, _ in outputs] == [0, 0, 0, 0, 3, 0]
    for _, out, err in outputs:
        assert controls(out) == []
        assert err == ""
    assert "[31m" in outputs[1][1]


def test_a_terminal_without_unicode_gets_escapes(indexed, tmp_path):
    done = process("ask", "--archive", indexed, LENGTH, folder=tmp_path, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"frontier\\u2014commonly" in done.stdout


def test_a_question_that_is_not_utf_8_is_declined(indexed, tmp_path):
    done = process(
        "ask", "--archive", indexed, "-", folder=tmp_path, text=b"\xff\xfe what", PYTHONIOENCODING="utf-8:strict"
    )
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr


def test_closed_standard_output_is_no_fault(indexed, tmp_path):
    command = f"exec '{sys.executable}' -m ui.cli list --archive '{indexed}' >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_how_many_passages_is_checked_as_usage(indexed, tmp_path):
    done = process("search", "--archive", indexed, "-k", "0", "border", folder=tmp_path)
    assert done.returncode == 2


def test_a_store_damaged_within_is_named_with_the_way_out(indexed, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(indexed, folder)
    store = folder / ".byline" / "store.sqlite"
    content = store.read_bytes()
    store.write_bytes(content[:4096] + b"\x55" * (len(content) - 4096))
    for command in (["list", "--archive"], ["doctor"]):
        done = process(*command, folder, folder=tmp_path)
        assert done.returncode == 1
        assert b"Traceback" not in done.stderr
        assert b"Move it away, and index again" in done.stdout + done.stderr
    store.write_bytes(b"")
    done = process("list", "--archive", folder, folder=tmp_path)
    assert done.returncode == 1
    store.unlink()
    done = process("list", "--archive", folder, folder=tmp_path)
    assert (done.returncode, b"is missing. Run: byline index" in done.stderr) == (1, True)


def test_listing_a_folder_that_was_never_indexed_names_the_command(tmp_path):
    done = process("list", "--archive", tmp_path, folder=tmp_path)
    assert done.returncode == 1
    assert b"has no index yet. Run: byline index" in done.stderr


def test_a_folder_whose_name_is_not_utf_8_is_refused(tmp_path):
    folder = os.fsencode(tmp_path) + b"/n\xff"
    os.mkdir(folder)
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", "index", folder], capture_output=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    assert b"is not UTF-8. Rename it." in done.stderr
