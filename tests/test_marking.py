"""Which words of a sentence are marked as those that answer."""

import pytest

from assistant.likeness import Likeness
from assistant.marking import Marker
from assistant.questions import analyse


def marked(question, sentence, like, readings=()):
    return [sentence[mark.start : mark.end] for mark in Marker(analyse(question), readings, like).marks(sentence)]


@pytest.fixture(scope="module")
def like(fast):
    return Likeness(fast)


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("How many ferries sank?", "At least three old ferries sank off Vika in 2019.", ["At least three old ferries"]),
        ("How many ferries sank?", "In 2019 twelve ferries sank.", ["twelve ferries"]),
        ("How long is the bridge?", "The bridge at Vika is about 2.4 kilometers long.", ["about 2.4 kilometers"]),
        (
            "How much did the ferry cost?",
            "It cost Norby more than $12.5 million to build.",
            ["more than $12.5 million"],
        ),
        ("What share of the votes did she win?", "She won 51.5% of the votes.", ["51.5%"]),
        ("When did the ferry sink?", "The ferry sank late on Saturday evening off Vika.", ["late on Saturday evening"]),
        ("When was the council elected?", "It was elected on May 3, 2021, in Norby.", ["May 3, 2021"]),
        ("What does VFA stand for?", "The Vika Ferry Authority (VFA) denied it.", ["Vika Ferry Authority"]),
        (
            "Why did the ferry stop?",
            "The ferry stopped because of ice on the lake, the town said.",
            ["because of ice on the lake"],
        ),
        ("What did the mayor say?", "“Nobody was on board,” the mayor said.", ["Nobody was on board,"]),
        ("Did the ferry sink?", "The ferry did not sink.", []),
        ("How did the ferry sink?", "The ferry sank after it struck ice.", []),
    ],
)
def test_the_words_that_answer_are_marked(like, question, sentence, words):
    assert marked(question, sentence, like) == words


def test_a_year_in_the_question_is_no_answer_to_when(like):
    assert marked("When in 2021 was it elected?", "It was elected in 2021, on June 4.", like) == ["June 4"]


def test_a_name_that_is_not_of_the_kind_asked_for_is_not_marked(like):
    assert marked("Which airline cancelled flights?", "Flights were cancelled on Monday in Norby.", like) == []


def test_the_name_that_is_marked_is_the_one_that_the_sentences_give(seed_assistant):
    statement = seed_assistant.ask("Who is the spokesperson for Afghanistan's defense ministry?").statements[0]
    assert [statement.text[mark.start : mark.end] for mark in statement.marks] == ["Enayatullah Khowarazmi"]


def test_marks_are_offsets_into_the_text_that_is_shown(seed_assistant):
    for question in ("How long is the Durand Line?", "When did the operation conclude?", "Who told Reuters about it?"):
        for statement in seed_assistant.ask(question).statements:
            assert all(0 <= mark.start < mark.end <= len(statement.text) for mark in statement.marks)
