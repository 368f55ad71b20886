"""What tests share: the real `fast` embedder, loaded once, and the owner's article."""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# the tokenizers' own threads and the forks of subprocesses do not go together
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

# conversations of tests are nothing that whoever runs them wants to find among their own
_OWN_DATA = tempfile.mkdtemp(prefix="byline-tests-")
os.environ["XDG_DATA_HOME"] = _OWN_DATA

# a busy machine is no failure: nothing here is timed
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_configure():
    # a busy machine is no failure in the browser either
    with suppress(ImportError):
        from playwright.sync_api import expect

        expect.set_options(timeout=30_000)


def pytest_unconfigure():
    shutil.rmtree(_OWN_DATA, ignore_errors=True)


SEED = Path(__file__).parents[1] / "seeds" / "000_fab766fd3869f66f.txt"


@pytest.fixture(scope="session")
def fast():
    from index import open_embedder

    return open_embedder("fast")


@pytest.fixture(scope="session")
def seed_bytes():
    return SEED.read_bytes()


@pytest.fixture(scope="session")
def seed_article(seed_bytes):
    from factories import marked_article

    return marked_article(seed_bytes.decode(), SEED.name)


@pytest.fixture(scope="session")
def seed_assistant(tmp_path_factory):
    """The assistant over an archive that holds the owner's article alone."""
    from assistant import Assistant

    folder = tmp_path_factory.mktemp("archive") / "seeds"
    folder.mkdir()
    shutil.copy(SEED, folder)
    return Assistant.open(folder, sync=True)


@pytest.fixture(scope="session")
def village_assistant(tmp_path_factory):
    """The assistant over two weeks of invented news from three outlets."""
    from factories import write
    from village import village_news

    from assistant import Assistant

    folder = tmp_path_factory.mktemp("village")
    write(folder, {"news.jsonl": village_news()})
    return Assistant.open(folder, sync=True)


@pytest.fixture(scope="module")
def browser():
    """A real Chromium; for one file at a time, as its event loop is in the way of tests that have their own."""
    from factories import chromium
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "articles"
    made.mkdir()
    return made


@pytest.fixture
def nobodys_settings(tmp_path_factory, monkeypatch):
    """Whoever runs the tests may have settings of their own: the file of settings is an empty one, which this gives."""
    for name in [name for name in os.environ if name.startswith("BYLINE_")]:
        monkeypatch.delenv(name)
    empty = tmp_path_factory.mktemp("settings") / "byline.toml"
    empty.touch()
    monkeypatch.setenv("BYLINE_SETTINGS", str(empty))
    # an unknown model's name is not looked up anywhere
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return empty


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command in this process: its exit status, standard output and standard error."""
    from ui import cli

    def of(*arguments, text=None):
        if text is not None:
            typed = io.StringIO(text)
            typed.buffer = io.BytesIO(text.encode("utf-8", "replace"))
            monkeypatch.setattr(sys, "stdin", typed)
        capsys.readouterr()
        try:
            status = cli.main([str(argument) for argument in arguments])
        except SystemExit as left:  # argparse leaves by itself
            status = left.code
        return status, *capsys.readouterr()

    return of
