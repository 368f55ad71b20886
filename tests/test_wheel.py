"""What is shipped: the wheel, installed where nothing else of the project is, works from anywhere without a network."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["setuptools"]["packages"]

CUT_OFF = """
import socket

def refuse(*arguments, **_):
    raise OSError(f"no network in this test: {arguments!r}")

def connect(self, address, _connect=socket.socket.connect):
    if self.family == getattr(socket, "AF_UNIX", None) or address[0] in ("127.0.0.1", "::1", "localhost"):
        return _connect(self, address)
    refuse(address)

socket.socket.connect = connect
socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy of what the repository holds, so that nothing is left behind in it."""
    source = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source],
        check=True,
        capture_output=True,
    )
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The bin folder of an environment that holds the wheel, the libraries of this one, and no network."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    bin_folder = home / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", bin_folder / "python", "install", "--no-deps", "--no-index", wheel],
        check=True,
        capture_output=True,
    )
    where = subprocess.run(
        [bin_folder / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    # a path named so brings libraries along, but not what is installed there for editing: Byline comes from the wheel
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    Path(where, "cut_off.py").write_text(CUT_OFF)
    Path(where, "libraries.pth").write_text("\n".join([*sorted(libraries), "import cut_off"]) + "\n")
    return bin_folder


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A folder far from the repository, with a copy of the seeds."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(ROOT / "seeds", folder / "seeds", ignore=shutil.ignore_patterns(".byline"))
    (folder / "byline.toml").touch()
    return folder


@pytest.fixture(scope="module")
def byline(installed, elsewhere):
    """Run a command of the installed program there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BYLINE_", "PYTHON"))}
    environment = {**kept, "BYLINE_SETTINGS": str(elsewhere / "byline.toml"), "PYTHONIOENCODING": "utf-8"}

    def run(*arguments, program="byline"):
        done = subprocess.run(
            [installed / program, *arguments], cwd=elsewhere, env=environment, capture_output=True, check=False
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run


def test_the_wheel_holds_the_packages_with_their_data_and_nothing_else(wheel):
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as content:
        names = {name for name in content.namelist() if ".dist-info/" not in name}
        lexicon = content.read("assistant/lexicon.toml").decode()
    assert names == expected
    assert {"assistant/lexicon.toml", "ui/static/chat.css"} <= names
    assert tomllib.loads(lexicon)


def test_the_wheel_names_its_licence_and_what_it_needs(wheel):
    with zipfile.ZipFile(wheel) as content:
        (licence,) = [name for name in content.namelist() if name.endswith("/LICENSE")]
        (metadata,) = [name for name in content.namelist() if name.endswith(".dist-info/METADATA")]
        text = content.read(metadata).decode()
        assert content.read(licence) == (ROOT / "LICENSE").read_bytes()
    needs = [line for line in text.splitlines() if line.startswith("Requires-Dist: ") and "extra ==" not in line]
    assert len(needs) == len(PROJECT["project"]["dependencies"])
    assert "# Byline" in text


def test_the_program_comes_from_the_wheel(byline, installed, elsewhere):
    code = "import json, index, assistant, ui; print(json.dumps([index.__file__, assistant.__file__, ui.__file__]))"
    status, out, err = byline("-c", code, program="python")
    assert status == 0, err
    home = installed.parent.resolve()
    assert all(home in Path(found).resolve().parents for found in json.loads(out))
    assert byline("--version") == (0, f"byline {version('byline')}\n", "")


def test_there_is_no_network_in_these_tests(byline):
    code = "import urllib.request; urllib.request.urlopen('http://192.0.2.1/')"
    status, _, err = byline("-c", code, program="python")
    assert status == 1
    assert "no network in this test" in err


def test_the_installed_program_indexes_and_answers_from_another_folder(byline):
    status, out, err = byline("index", "seeds")
    assert (status, err) == (0, "")
    assert out.startswith("1 added")
    status, out, err = byline("ask", "--archive", "seeds", "How long is the Durand Line?")
    assert (status, err) == (0, "")
    assert "2,600-kilometer" in out


def test_the_installed_program_has_the_look_of_its_web_chat(byline):
    code = "from importlib.resources import files; print((files('ui') / 'static' / 'chat.css').read_text())"
    status, out, err = byline("-c", code, program="python")
    assert (status, err) == (0, "")
    assert ".byline-answer" in out
