"""What a question asks."""

import pytest

from assistant.questions import analyse, parts


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("How many outposts were captured?", "number"),
        ("How long is the frontier?", "measure"),
        ("How many kilometres is it?", "measure"),
        ("When did it begin?", "time"),
        ("On which day did it begin?", "time"),
        ("Where is he based?", "place"),
        ("In which country did it happen?", "place"),
        ("Who visited India?", "person"),
        ("Whom did they target?", "person"),
        ("What is the border called?", "name"),
        ("What does TTP stand for?", "expansion"),
        ("Why did they attack?", "reason"),
        ("What did the minister say about it?", "statement"),
        ("Was he killed?", "decision"),
        ("How did it end?", "manner"),
        ("Durand Line", "thing"),
    ],
)
def test_the_kind_of_answer_is_told_from_the_wording(question, wants):
    assert analyse(question).wants == wants


def test_words_that_only_ask_are_not_looked_for():
    assert [term.word for term in analyse("How many outposts did the Taliban take?").terms] == ["outposts", "Taliban"]
    assert [term.word for term in analyse("What is the length of the border?").terms] == ["border"]


def test_what_is_counted_is_the_noun_after_how_many():
    assert analyse("How many Pakistani outposts did the Taliban seize?").counted == "outposts"
    assert analyse("What was the number of soldiers killed?").counted == "soldiers"


def test_names_are_runs_of_capitals():
    assert analyse("What did the United Nations say to Ahmad Rashid?").names == (
        ("unit", "nation"),
        ("ahmad", "rashid"),
    )
    assert analyse("Who leads the Ministry of Defence?").names == (("ministri", "defens"),)


def test_the_first_word_and_shouting_make_no_names():
    assert analyse("Outposts fell").names == (("outpost",),)
    assert analyse("WHO VISITED INDIA?").names == ()


def test_a_question_with_several_questions_is_taken_apart():
    assert parts("How long is it? Who drew it?") == ["How long is it?", "Who drew it?"]
    assert parts("How long is it, and who drew it?") == ["How long is it", "who drew it?"]
    assert parts("Who are Laurel and Hardy?") == ["Who are Laurel and Hardy?"]


def test_a_question_of_nothing_but_marks_stays_whole():
    assert parts("???") == ["???"]
    assert analyse("???").terms == ()
