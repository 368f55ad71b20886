"""The slot for an entailment model, with a model made here: nothing is fetched."""

import pytest
from model_server import ModelServer

from assistant import Assistant, AssistantSettings, examine
from assistant.entailment import open_entailment
from index import EmbedderError


@pytest.fixture(scope="module")
def model_of(tmp_path_factory):
    """A cross-encoder of random weights with the labels that are asked for."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    def make(labels):
        folder = tmp_path_factory.mktemp("nli")
        vocabulary = folder / "vocab.txt"
        vocabulary.write_text(
            "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", "the"])
        )
        torch.manual_seed(7)
        config = BertConfig(
            vocab_size=32, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
            max_position_embeddings=64, num_labels=len(labels), id2label=dict(enumerate(labels)),
            label2id={label: at for at, label in enumerate(labels)},
        )  # fmt: skip
        BertForSequenceClassification(config).save_pretrained(folder)
        BertTokenizerFast(vocab_file=str(vocabulary)).save_pretrained(folder)
        return str(folder)

    return make


def test_the_probability_of_entailment_is_found_by_its_label(model_of):
    one = open_entailment(model_of(["contradiction", "entailment", "neutral"]))
    other = open_entailment(model_of(["ENTAILMENT", "neutral", "contradiction"]))
    told = one("a b c", "a b"), other("a b c", "a b")
    assert all(0 < probability < 1 for probability in told)
    # the same weights: what comes first for one model comes second for the other
    assert told[0] != told[1]
    assert one("a b c", "a b") == told[0]


def test_a_model_that_is_none_is_named_with_what_to_do(model_of, tmp_path, monkeypatch):
    with pytest.raises(EmbedderError, match=r"no label 'entailment'.*NLI"):
        open_entailment(model_of(["good", "bad"]))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EmbedderError, match="does not load"):
        open_entailment(str(tmp_path))


def test_the_model_that_the_settings_name_judges_what_a_language_model_writes(model_of, tmp_path):
    (tmp_path / "harbour.txt").write_text("The harbour of Lund reopened on Monday. The work cost 2.4 million crowns.\n")
    quoting = Assistant.open(tmp_path, sync=True)
    named = model_of(["contradiction", "neutral", "good", "bad", "worse", "worst", "entailment"])
    with ModelServer("The harbour has reopened on Monday [1].") as server:
        settings = {"writer": "openai-like", "model_url": server.url}
        believed = Assistant(quoting.archive, AssistantSettings.parse(settings))
        doubted = Assistant(quoting.archive, AssistantSettings.parse({**settings, "entailment": named}))
        assert not believed.ask("When did the harbour of Lund reopen?").dropped
        # of seven labels with random weights none has half of the probability
        assert doubted.ask("When did the harbour of Lund reopen?").dropped
        findings = {one.name: one for one in examine(quoting.archive, doubted.settings)}
    assert findings["entailment"].state == "ok"


def test_a_model_that_does_not_load_is_a_fault_and_told_by_the_doctor(tmp_path):
    (tmp_path / "harbour.txt").write_text("The harbour of Lund reopened on Monday.\n")
    quoting = Assistant.open(tmp_path, sync=True)
    with ModelServer("The harbour of Lund reopened on Monday [1].") as server:
        settings = {"writer": "openai-like", "model_url": server.url, "entailment": str(tmp_path)}
        broken = Assistant(quoting.archive, AssistantSettings.parse(settings))
        with pytest.raises(EmbedderError, match="entailment"):
            broken.ask("When did the harbour of Lund reopen?")
        findings = {one.name: one for one in examine(quoting.archive, broken.settings)}
    assert findings["entailment"].state == "fault"
