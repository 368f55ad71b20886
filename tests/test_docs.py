"""The README tells the truth: everything there is stands in it, and what it shows is what happens."""

import argparse
import io
import json
import os
import re
import shlex
import shutil
import sys
import tomllib
from contextlib import redirect_stdout
from importlib.metadata import version
from itertools import dropwhile
from pathlib import Path

import pytest
from factories import read_file

import assistant
import index
from ui import cli
from ui.wiring import PREFIX, SETTINGS_FILE, TABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)[1]


def table(text):
    """The rows of a Markdown table, by cell, without its head."""
    rows = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in text.splitlines() if row.startswith("|")]
    return rows[2:]


def parsers():
    """The parser of the program and of each command."""
    top = cli.build_parser()
    (commands,) = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    return {"": top, **commands.choices}


def session():
    """The README's commands in the terminal, in order, each with the lines shown below it."""
    shown = []
    for block in blocks("console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                shown.append((line[2:], []))
            else:
                shown[-1][1].append(line)
    return shown


SESSION = session()


@pytest.fixture
def beside_seeds(tmp_path, monkeypatch):
    """A folder that holds a copy of the seeds without an index, to stand in."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds", ignore=shutil.ignore_patterns(".byline"))
    (tmp_path / "empty.toml").touch()
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv(f"{PREFIX}SETTINGS", str(tmp_path / "empty.toml"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- everything there is stands in it --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in parsers() if name])
def test_every_command_has_its_heading_and_an_example(name):
    assert f"### byline {name}\n" in README
    assert any(re.search(rf"\bbyline {name}\b", command) for command, _ in SESSION)


@pytest.mark.parametrize(
    ("command", "option"),
    [(name, option) for name, parser in parsers().items() for a in parser._actions for option in a.option_strings],
)
def test_every_option_is_told_of(command, option):
    assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", section("Commands")), f"byline {command} {option}"


def test_every_command_that_prints_json_is_named_and_no_other():
    (told,) = re.findall(r"`--json` prints JSON\. (.*?) have it\.", README)
    able = {name for name, parser in parsers().items() if "--json" in parser._option_string_actions}
    assert set(re.findall(r"`(\w+)`", told)) == able


def bounds_of(field):
    found = {end: getattr(mark, end) for mark in field.metadata for end in ("ge", "le") if hasattr(mark, end)}
    if len(found) == 2:
        return f"{found['ge']} to {found['le']}"
    return f"{found['ge']} or more" if found else ""


def as_written(value):
    """A value as the settings file has it, without quotation marks."""
    return str(value).lower() if isinstance(value, bool) else value


def test_every_setting_stands_in_the_table_with_its_default_its_bounds_and_its_meaning():
    expected = [
        [
            f"`{name}`",
            "unset" if field.default is None else f"`{as_written(field.default)}`",
            bounds_of(field),
            field.description,
        ]
        for settings in TABLES
        for name, field in settings.model_fields.items()
    ]
    assert table(section("Settings")) == expected


def test_where_settings_come_from_is_told():
    told = section("Settings")
    assert all(f"`{name}" in told for name in (SETTINGS_FILE, f"{PREFIX}SETTINGS", f"{PREFIX}PASSAGES=20"))


def test_the_example_of_a_settings_file_is_one(beside_seeds):
    from ui.wiring import load_settings

    (example,) = blocks("toml")
    (beside_seeds / "empty.toml").write_text(example)
    values = tomllib.loads(example)
    settings = load_settings()
    assert values
    assert (str(settings.serve.archive), settings.assistant.passages) == (values["archive"], values["passages"])


def test_every_format_stands_in_the_table_with_its_endings_what_is_read_and_its_limit():
    expected = [
        [
            f"{format_.name}{', gzipped too' if format_.packed else ''}",
            " ".join(f"`{ending}`" for ending in format_.endings),
            format_.what,
            f"{format_.limit // 1024**2} MB" if format_.limit else "`max_file_bytes`",
        ]
        for format_ in index.formats()
    ]
    assert table(section("Your own articles").partition("| field |")[0]) == expected


def test_every_name_of_a_field_that_is_told_of_is_read():
    values = {
        "title": "A title",
        "text": "The ferry sails. It is late.",
        "url": "https://example.com/a",
        "outlet": "An outlet",
        "authors": "Ann Author",
        "published": "2024-05-06",
        "updated": "2024-05-07",
    }
    rows = [(row[0], re.findall(r"`(\w+)`", row[1])) for row in table(section("Your own articles")) if row[0] in values]
    assert {field for field, _ in rows} == values.keys()
    for field, names in rows:
        assert names
        for name in names:
            record = {name: values[field]} if field == "text" else {"text": values["text"], name: values[field]}
            (reading,) = read_file("a.jsonl", json.dumps(record))
            found = getattr(reading.article, field)
            assert (", ".join(found) if field == "authors" else str(found)) == values[field], name


def test_the_dates_that_are_told_of_are_read_or_not_as_told():
    from index.dates import parse_date

    (line,) = re.findall(r"A date is read if .*", README)
    read_ones, _, other = line.partition("but not")
    assert {str(parse_date(day)) for day in re.findall(r"`([^`]+)`", read_ones)} == {"2026-01-31"}
    assert [parse_date(day) for day in re.findall(r"`([^`]+)`", other)] == [None]


def test_every_make_target_is_told_of():
    targets = set(re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split())
    told = set(re.findall(r"make ([\w-]+)", README))
    assert targets <= told
    assert {word for word in told if f"`make {word}" in README} <= targets


def test_every_variable_of_make_that_is_told_of_is_used():
    for name in ("FOLDER", "PYTHON", "ARCHIVE", "NEWSBENCH", "q"):
        assert f"{name}=" in README
        assert f"$({name})" in MAKEFILE or f"$(value {name})" in MAKEFILE


def test_every_exit_status_is_told_of():
    rows = {row[0] for row in table(section("Commands").partition("### Exit statuses")[2])}
    assert rows == {str(status) for status in (cli.ANSWERED, cli.FAULT, cli.DECLINED, 2, 130)}


def test_every_status_of_an_answer_is_told_of():
    from typing import get_args

    from assistant.types import Status

    assert [row[0] for row in table(section("What an answer is"))] == list(get_args(Status))


def test_the_python_that_it_needs_is_the_one_that_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Python {project['requires-python'].removeprefix('>=')} or later" in README


def test_links_within_lead_somewhere():
    headings = {
        re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-")
        for h in re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    }
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    for link in links:
        assert link.removeprefix("#") in headings if link.startswith("#") else (ROOT / link).is_file(), link


def test_the_changelog_has_what_is_not_released_yet_and_names_every_command():
    assert "## [Unreleased]" in CHANGELOG
    assert all(re.search(rf"`(?:byline )?{name}`", CHANGELOG) for name in parsers() if name)


# --- what it shows is what happens -----------------------------------------------------------------------------------

VARYING = (
    (r"\b\d+\.\d s\b", "# s"),
    (r"\d+\.\d GB", "# GB"),
    (r"\b\d+(?:\.\d)? MB", "# MB"),
    (r"\bfast-[0-9a-f]{12}", "fast-#"),
    (r"saved \d+ \w+ \d{4}", "saved #"),
    (r"^[0-9a-f]{8}  \d+ \w+ \d{4}, \d\d:\d\d", "#"),
)
"""What differs from run to run and from machine to machine, and what stands for it."""


def steady(line):
    for pattern, sign in VARYING:
        line = re.sub(pattern, sign, line)
    return line


def same(shown, printed):
    """Whether lines that are shown are those printed; "…" stands for any lines, or for the rest of a line."""
    if not shown:
        return not printed
    if shown[0] == "…":
        return any(same(shown[1:], printed[at:]) for at in range(len(printed) + 1))
    if not printed:
        return False
    line, found = steady(shown[0]), steady(printed[0])
    fits = found.startswith(line[:-1]) if line.endswith("…") else found == line
    return fits and same(shown[1:], printed[1:])


def test_only_what_is_left_out_is_not_compared():
    assert same(["a", "…", "c"], ["a", "b", "b", "c"])
    assert same(["a", "…"], ["a"])
    assert same(["1 added · 0.7 s"], ["1 added · 13.2 s"])
    assert not same(["a"], ["a", "b"])
    assert not same(["a", "…", "c"], ["a", "b"])
    assert not same(["1 added · 0.7 s"], ["2 added · 0.7 s"])


def run_line(line, before, monkeypatch):
    """Run a line of the session as a shell would: its status and the lines printed."""
    if line == "echo $?":
        return 0, [str(before)]
    echoed, _, line = line.rpartition(" | ")
    if echoed:
        monkeypatch.setattr(sys, "stdin", io.StringIO(shlex.split(echoed)[1] + "\n"))
    program, *arguments = shlex.split(line)
    assert program == "byline"
    with redirect_stdout(io.StringIO()) as out:
        try:
            status = cli.main(arguments)
        except SystemExit as left:
            status = left.code
    return status, out.getvalue().rstrip("\n").split("\n")


def test_the_session_goes_as_it_is_shown(beside_seeds, monkeypatch):
    assert len(SESSION) > 10
    status = 0
    for line, shown in SESSION:
        if line.startswith(("byline serve", "byline watch", "byline mcp")):  # which go on until they are ended
            parsers()[""].parse_args(shlex.split(line)[1:])
            continue
        status, printed = run_line(line, status, monkeypatch)
        assert same(shown, printed), "\n".join(["$ " + line, *printed])
        assert status in (cli.ANSWERED, cli.DECLINED)


def test_the_session_shows_the_version_that_is_installed():
    (shown,) = [shown for line, shown in SESSION if line == "byline --version"]
    assert shown == [f"byline {version('byline')}"]


def test_the_address_of_the_chat_is_the_first_that_is_tried():
    from ui import web

    (shown,) = [shown for line, shown in SESSION if line.startswith("byline serve")]
    assert shown == [f"Byline answers at http://127.0.0.1:{web.FIRST_PORT}/ (Ctrl-C ends it)"]


def test_the_python_runs_as_written_and_prints_what_its_comments_say(beside_seeds):
    code = blocks("python")
    assert len(code) > 3
    namespace = {}
    for block in code:
        # a comment behind a print, or the lines of comments that end a block, are what is printed
        expected = re.findall(r"^ *print\(.*\)  # (.*)$", block, re.MULTILINE)
        expected += [line[2:] for line in dropwhile(lambda line: not line.startswith("# "), block.splitlines())]
        with redirect_stdout(io.StringIO()) as out:
            exec(compile(block, "README.md", "exec"), namespace)
        assert same(expected, out.getvalue().splitlines()), out.getvalue()
    assert namespace["answer"].status == "answered"


def test_the_files_that_are_told_of_are_those_that_an_index_has(beside_seeds):
    index.Archive.open("seeds").sync()
    found = {path.name for path in (beside_seeds / "seeds" / ".byline").iterdir()}
    told = set(re.findall(r"`([\w.-]+)`", "".join(row[0] for row in table(section("What is kept where")))))
    assert {"store.sqlite", "gen-000001", "CURRENT"} <= found & told
    # besides, what a writer locks itself with and what SQLite writes beside its file
    assert {name for name in found - told if not name.startswith("store.sqlite-")} <= {"lock"}


def test_everything_public_that_it_names_is_offered():
    for block in blocks("python"):
        for package, names in re.findall(r"^from (index|assistant) import (.*)$", block, re.MULTILINE):
            assert set(names.split(", ")) <= set({"index": index, "assistant": assistant}[package].__all__)
