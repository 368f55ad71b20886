"""`byline evaluate`: what it prints, writes and refuses."""

import io
import json
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from index import Archive
from ui import cli

SEEDS = Path(__file__).parents[1] / "seeds"
LENGTH = {"id": "length", "question": "How long is the Durand Line?", "answers": ["2,600-kilometer"]}
NILE = {"id": "nile", "question": "How long is the Nile?"}


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    """A copy of the seeds with its index; not to be changed."""
    folder = tmp_path_factory.mktemp("evaluating") / "seeds"
    shutil.copytree(SEEDS, folder, ignore=shutil.ignore_patterns(".byline"))
    Archive.open(folder).sync()
    return folder


@pytest.fixture
def beside(seeds, tmp_path, monkeypatch, nobodys_settings):
    """A folder to stand in, with files of questions, and nobody's settings."""
    monkeypatch.setenv("BYLINE_ARCHIVE", str(seeds))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.jsonl").write_text(json.dumps(LENGTH) + "\n" + json.dumps({"question": "Who visited India?"}))
    (tmp_path / "nothing.jsonl").touch()
    (tmp_path / "no.jsonl").write_text(json.dumps(NILE))
    return tmp_path


@pytest.fixture
def run(capsys, monkeypatch):
    def of(*arguments, text=None):
        if text is not None:
            monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        capsys.readouterr()
        status = cli.main(["evaluate", *map(str, arguments)])
        return status, *capsys.readouterr()

    return of


def test_figures_go_to_standard_output_predictions_and_the_report_to_their_files(run, beside):
    status, out, err = run("q.jsonl", "--unanswerable", "no.jsonl", "--out", "p.jsonl", "--report", "r.html")
    assert (status, err) == (cli.ANSWERED, "")
    assert out.startswith("3 questions: 1 with a known answer, 1 to be declined, 1 without either\n")
    assert "right             1.000" in out
    assert "declined_rightly  1.000" in out
    assert "Where the losses lie" not in out
    assert [json.loads(line)["id"] for line in Path("p.jsonl").read_text().splitlines()] == ["length", "2", "nile"]
    page = Path("r.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "How long is the Nile?" in page


def test_questions_come_from_standard_input_and_the_figures_as_json(run, beside):
    status, out, err = run("-", "--json", text=json.dumps([LENGTH, {**NILE, "answerable": False}]))
    assert (status, err) == (cli.ANSWERED, "")
    told = json.loads(out)
    assert told["figures"]["right"] == told["figures"]["declined_rightly"] == 1.0
    assert not any(lost["count"] for lost in told["losses"].values())


def test_a_limit_is_of_each_file(run, beside):
    assert run("q.jsonl", "--unanswerable", "no.jsonl", "--limit", 1)[1].startswith("2 questions: 1 with")


def test_a_loss_is_told_and_is_no_fault(run, beside):
    status, out, _ = run("-", text=json.dumps({**LENGTH, "answers": ["9,999"]}))
    assert status == cli.ANSWERED
    assert "    1  1.000  answer in no passage: " in out


def test_the_command_that_a_refusal_names_starts_anew(run, beside, monkeypatch):
    assert run("q.jsonl", "--out", "p.jsonl")[0] == cli.ANSWERED
    before = Path("p.jsonl").read_bytes()
    monkeypatch.setenv("BYLINE_STATEMENTS", "1")
    status, out, err = run("q.jsonl", "--out", "p.jsonl", "--limit", 1)
    assert (status, out) == (cli.FAULT, "")
    assert "statements was 3, and is 1" in err
    command = shlex.split(err.partition(" Run: ")[2])
    assert command == ["byline", "evaluate", "q.jsonl", "--out", "p-2.jsonl", "--limit", "1"]
    assert run(*command[2:])[0] == cli.ANSWERED
    assert Path("p.jsonl").read_bytes() == before
    assert Path("p-2.jsonl").is_file()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["q.jsonl", "--out", "q.jsonl"], "holds the questions"),
        (["q.jsonl", "--unanswerable", "no.jsonl", "--report", "no.jsonl"], "holds the questions"),
        (["q.jsonl", "--out", "nowhere/p.jsonl"], "Make it first"),
        (["q.jsonl", "--out", "{seeds}/p.jsonl"], "read as an article"),
        (["q.jsonl", "--report", "{seeds}/r.html"], "read as an article"),
        (["q.jsonl", "--out", "x", "--report", "x"], "Choose another"),
        (["gone.jsonl"], "gone.jsonl"),
        (["nothing.jsonl"], "no question"),
    ],
)
def test_what_would_harm_or_be_in_vain_is_refused_before_anything_is_asked(run, beside, seeds, arguments, part):
    before = {path: path.read_bytes() for path in beside.iterdir()}
    status, out, err = run(*(argument.format(seeds=seeds) for argument in arguments))
    assert (status, out) == (cli.FAULT, "")
    assert err.startswith("byline: ")
    assert err.count("\n") == 1
    assert part in err
    assert {path: path.read_bytes() for path in beside.iterdir()} == before


def test_what_is_hidden_within_the_archive_is_no_article_and_may_be_written(run, beside, seeds):
    place = seeds / ".byline" / "p.jsonl"
    assert run("q.jsonl", "--out", place)[0] == cli.ANSWERED
    place.unlink()


@pytest.mark.parametrize(("options", "part"), [(["--out", "p.jsonl"], "p.jsonl has what"), ([], "nothing is kept")])
def test_stopping_says_what_is_kept(run, beside, monkeypatch, options, part):
    import assistant

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(assistant, "evaluate", stop)
    status, out, err = run("q.jsonl", *options)
    assert (status, out) == (cli.STOPPED, "")
    assert part in err
