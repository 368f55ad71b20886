"""The cross-encoder slot: off unless set, orders the best passages, stays on this machine, and says what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from factories import story, write

from assistant import Assistant, examine
from index import Archive, IndexSettings, RerankerError, packaged_model
from index.reranking import open_reranker, rerank
from ui.render import hit_json

QUESTION = "What did Councillor Ida Holm say of the ferry?"


def tiny_cross_encoder(folder, labels=1):
    """A BERT of random numbers, always the same, with MiniLM's tokenizer: too small to judge, but it does score."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(7)
    config = BertConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=128,
        initializer_range=0.8,
        num_labels=labels,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(packaged_model() / name, folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_cross_encoder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    write(folder, {f"{number:02}.txt": story(number) for number in range(30)})
    made = Archive.open(folder)
    made.sync()
    return made


def with_settings(archive, **changes):
    return Archive.open(archive.folder, IndexSettings.parse(changes))


def passages(hits):
    return [hit.passage.id for hit in hits]


def test_without_the_setting_nothing_is_reranked(archive):
    assert archive.reranker() is None
    assert with_settings(archive, reranker="").reranker() is None
    assert {hit.rerank_score for hit in archive.search(QUESTION)} == {None}


def test_the_cross_encoder_orders_the_best_passages_and_the_rest_stay_as_they_were_found(archive, model):
    found = archive.search(QUESTION, k=12)
    hits = with_settings(archive, reranker=str(model), rerank_passages=8).search(QUESTION, k=12)
    first, rest = hits[:8], hits[8:]
    scores = [hit.rerank_score for hit in first]
    assert len(hits) == 12
    assert sorted(scores, reverse=True) == scores and len(set(scores)) > 4
    assert sorted(passages(first)) == sorted(passages(found[:8])) and passages(first) != passages(found[:8])
    assert rest == found[8:]


def test_the_scores_are_the_model_s_own(archive, model):
    from sentence_transformers import CrossEncoder

    hits = with_settings(archive, reranker=str(model)).search(QUESTION, k=5)
    own = CrossEncoder(str(model), device="cpu", local_files_only=True).predict(
        [(QUESTION, hit.passage.text) for hit in hits]
    )
    assert [hit.rerank_score for hit in hits] == pytest.approx(own.tolist(), abs=1e-5)


def test_a_passage_from_further_down_can_come_first(archive, model):
    few = with_settings(archive, reranker=str(model), rerank_passages=20).search(QUESTION, k=3)
    many = with_settings(archive, reranker=str(model), rerank_passages=20).search(QUESTION, k=20)
    assert passages(few) == passages(many)[:3]
    assert set(passages(few)) - set(passages(archive.search(QUESTION, k=3)))


def test_a_reranked_hit_keeps_what_it_was_found_by(archive, model):
    found = {hit.passage.id: hit for hit in archive.search(QUESTION, k=20)}
    for hit in with_settings(archive, reranker=str(model)).search(QUESTION, k=20):
        before = found[hit.passage.id]
        assert (hit.parts, hit.score, hit.vector_rank) == (before.parts, before.score, before.vector_rank)
        assert hit_json(hit)["rerank_score"] == hit.rerank_score


def test_nothing_found_is_nothing_to_rerank(model):
    assert rerank(open_reranker(str(model)), QUESTION, [], 20) == []


def test_answers_are_from_the_passages_as_they_are_reranked(archive, model):
    byline = Assistant.open(archive.folder, IndexSettings(reranker=str(model)))
    hits = byline.search(QUESTION, k=byline.settings.passages)
    assert passages(byline.ask(QUESTION).nearest) == passages(hits)


def test_a_long_passage_and_odd_characters_are_read_as_far_as_the_model_reads(model):
    scores = open_reranker(str(model)).scores(QUESTION, ["ferry " * 3000, "", "\U0001f6a2 \u202e"])
    assert scores.shape == (3,)


def test_a_model_in_a_folder_is_used_without_the_network(archive, model):
    code = """
import socket, sys
def refuse(*_, **__):
    print("tried the network")
    raise OSError("no network here")
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
from index import Archive, IndexSettings
hits = Archive.open(sys.argv[1], IndexSettings(reranker=sys.argv[2])).search("ferry", k=3)
print([hit.rerank_score is not None for hit in hits])
"""
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(archive.folder), str(model)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[True, True, True]\n", "")


@pytest.mark.parametrize("name", ["./models/none", "/models/none", "~/models/none", "a/b/none", "models\\none"])
def test_a_folder_that_is_not_there_is_never_looked_for_on_the_hub(name, monkeypatch):
    import index.reranking

    monkeypatch.setattr(index.reranking, "hub_folder", lambda name: pytest.fail(f"asked the hub for {name}"))
    with pytest.raises(RerankerError, match=r"the folder is not there.*setting reranker.*byline doctor"):
        open_reranker(name)


def test_a_hub_name_that_cannot_be_had_gives_the_command_that_fetches_it():
    code = """
from index import RerankerError
from index.reranking import open_reranker
try:
    open_reranker("nobody/none")
except RerankerError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "There is no reranker 'nobody/none'" in done.stdout
    assert "setting reranker" in done.stdout
    assert done.stdout.endswith("Run: hf download nobody/none\n")


def test_an_embedding_model_is_no_cross_encoder(archive):
    # it would load, and its scores would be random
    wrong = with_settings(archive, reranker=str(packaged_model()))
    with pytest.raises(RerankerError, match=r"does not load.*no cross-encoder.*setting reranker"):
        wrong.search(QUESTION)


def test_a_classifier_of_several_kinds_is_no_cross_encoder(tmp_path):
    folder = tiny_cross_encoder(tmp_path / "three", labels=3)
    with pytest.raises(RerankerError, match="gives 3 scores, not one"):
        open_reranker(str(folder)).scores(QUESTION, ["The ferry sails again."])


@pytest.mark.parametrize("harm", ["empty", "no weights", "broken config"])
def test_a_damaged_folder_is_an_error_that_names_it(tmp_path, model, harm):
    folder = tmp_path / "damaged"
    if harm == "empty":
        folder.mkdir()
    else:
        shutil.copytree(model, folder)
        if harm == "no weights":
            (folder / "model.safetensors").unlink()
        else:
            (folder / "config.json").write_text("[]")
    with pytest.raises(RerankerError, match=f"does not load from {folder}"):
        open_reranker(str(folder)).scores(QUESTION, ["The ferry sails again."])


def test_scores_that_are_no_numbers_are_a_fault_and_no_order(tmp_path, model):
    from safetensors.numpy import load_file, save_file

    folder = shutil.copytree(model, tmp_path / "nan")
    weights = load_file(folder / "model.safetensors")
    weights["classifier.bias"][:] = float("nan")
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(RerankerError, match="no numbers"):
        open_reranker(str(folder)).scores(QUESTION, ["The ferry sails again."])


def test_a_model_that_says_that_it_is_a_cross_encoder_is_believed(tmp_path, model):
    folder = shutil.copytree(model, tmp_path / "said")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "architectures": None}))
    with pytest.raises(RerankerError, match="no cross-encoder"):
        open_reranker(str(folder)).scores(QUESTION, ["The ferry sails again."])
    (folder / "config_sentence_transformers.json").write_text('{"model_type": "CrossEncoder"}')
    assert open_reranker(str(folder)).scores(QUESTION, ["The ferry sails again."]).shape == (1,)


def test_the_doctor_tells_whether_it_loads(archive, model, tmp_path):
    def check(**changes):
        checks = {one.name: one for one in examine(with_settings(archive, **changes))}
        return checks.get("reranker")

    assert check() is None
    well = check(reranker=str(model))
    assert (well.state, well.remedy) == ("ok", "")
    assert well.found == f"{model}, reads the best 20 passages"
    ill = check(reranker=str(tmp_path / "none"))
    assert ill.state == "fault"
    assert "setting reranker" in ill.found
