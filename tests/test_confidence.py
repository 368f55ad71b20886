"""How sure an answer is, and from where on it is given."""

import tomllib
from importlib.resources import files

import pytest

from assistant import Assistant, AssistantSettings
from assistant.confidence import UNSAID, Grounds, probability, threshold
from assistant.questions import analyse
from assistant.signals import NAMES
from index import SettingsError

LONG = analyse(
    "Which harbour town did the council of Norby choose for the new ferry after the old one had sunk off Vika?"
)
SHORT = analyse("Which town was chosen?")
MUCH = Grounds(coverage=1.0, passage=1.0, headline=0.5, likeness=0.8, search=2.1, spoken=1.0)
LITTLE = Grounds(coverage=0.3, passage=0.3, headline=0.0, likeness=0.4, search=1.4, spoken=0.0)


@pytest.mark.parametrize("passages", [1, 100, 44_000])
def test_more_to_go_on_is_a_higher_probability(passages):
    little, much = (probability(LONG, found, passages) for found in (LITTLE, MUCH))
    assert 0 < little < 0.2 < 0.8 < much < 1


def test_the_same_words_tell_less_among_many_passages_than_among_few():
    found = Grounds(coverage=0.7, passage=0.6, headline=0.15, likeness=0.6, search=1.6, spoken=0.0)
    assert probability(LONG, found, 44_000) < probability(LONG, found, 10)


def test_a_short_question_of_which_no_sentence_speaks_whole_is_unlikely_to_be_answered():
    found = Grounds(coverage=1.0, passage=1.0, headline=0.5, likeness=0.8, search=2.1, spoken=0.0)
    assert probability(SHORT, found, 100) == UNSAID
    assert probability(LONG, found, 100) > UNSAID


def test_the_learned_numbers_name_every_signal_and_every_ground_once():
    learned = tomllib.loads((files("assistant") / "weights.toml").read_text(encoding="utf-8"))
    assert list(learned["sentence"]) == list(NAMES)
    assert list(learned["confidence"]) == list(learned["confidence_by_size"]) == ["bias", *Grounds.__slots__]


def test_the_levels_rise_from_bold_to_careful():
    assert 0 < threshold("bold") < threshold("balanced") < threshold("careful") < 1
    with pytest.raises(SettingsError, match="answer_when"):
        AssistantSettings.parse({"answer_when": "never"})


def test_the_answer_says_how_likely_the_archive_answers(seed_assistant):
    told = seed_assistant.ask("How long is the Durand Line?")
    untold = seed_assistant.ask("How long is the Nile?")
    assert told.confidence > threshold("careful") > threshold("bold") > untold.confidence
    assert [judgement.question for judgement in told.judgements] == ["How long is the Durand Line?"]


def test_a_question_of_two_parts_is_as_sure_as_the_less_sure_one(seed_assistant):
    answer = seed_assistant.ask("How long is the Durand Line? How long is the Nile?")
    sure = [judgement.confidence for judgement in answer.judgements]
    assert len(sure) == 2
    assert answer.confidence == min(sure) < max(sure)


def test_careful_declines_what_bold_answers(seed_assistant):
    asked = [
        "Which group's outreach to India worries the analysts in Islamabad, who fear for its influence over Kabul?"
    ]
    folder = seed_assistant.archive.folder
    answered = {
        level: {
            q for q in asked if Assistant.open(folder, None, AssistantSettings(answer_when=level)).ask(q).statements
        }
        for level in ("bold", "careful")
    }
    for question in asked:
        sure = seed_assistant.ask(question).confidence
        assert (question in answered["bold"]) == (sure >= threshold("bold"))
        assert (question in answered["careful"]) == (sure >= threshold("careful"))
