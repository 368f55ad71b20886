"""The writer's token budget is counted by tiktoken, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import tiktoken
from factories import HARBOUR

from index import count_tokens

OFFLINE = """
import os, socket

def refuse(*_):
    raise OSError("no network here")

socket.socket.connect = refuse
socket.getaddrinfo = refuse
from index import count_tokens
print(count_tokens("The harbour reopened."), os.environ.get("TIKTOKEN_CACHE_DIR"))
"""


def count_in_a_fresh_process(tmp_path, **environment):
    # tiktoken also keeps files in the folder for temporary ones, where another program may have left the encoding
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TIKTOKEN", "DATA_GYM"))}
    return subprocess.run(
        [sys.executable, "-c", OFFLINE],
        env={**inherited, "TMPDIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("text", ["", "The harbour reopened.", HARBOUR, "“Déjà vu” 🎉\n\n\n", "x" * 500])
def test_tokens_are_counted_as_tiktoken_counts_them(text):
    count = count_tokens(text)
    assert count == len(tiktoken.get_encoding("cl100k_base").encode(text))


def test_a_special_token_in_the_text_is_only_text():
    assert count_tokens("<|endoftext|>") > 1


def test_tokens_are_counted_without_a_network_and_nothing_is_left_in_the_environment(tmp_path):
    done = count_in_a_fresh_process(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "4 None\n", "")


def test_a_cache_that_the_user_chose_stays_chosen(tmp_path):
    carried = Path(find_spec("llama_index.core").origin).parent / "_static" / "tiktoken_cache"
    chosen = shutil.copytree(carried, tmp_path / "chosen")
    done = count_in_a_fresh_process(tmp_path, TIKTOKEN_CACHE_DIR=str(chosen))
    assert (done.returncode, done.stdout) == (0, f"4 {chosen}\n")
