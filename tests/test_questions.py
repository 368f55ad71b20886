"""What a question asks."""

import pytest

from assistant.kinds import names_office
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


@pytest.mark.parametrize(
    "question, theirs, anothers",
    [
        (
            "Who is the foreign minister of Norland?",
            ["Norland’s acting foreign minister resigned.", "Ada Berg, the foreign minister of Norland, resigned."],
            [
                "Sutland’s foreign minister visited Norland.",
                "The voice of Norland’s ministry met foreign press.",
            ],
        ),
        ("Who is Iran's president?", ["Iranian President Ebrahim Raisi spoke."], ["The president spoke of Iran."]),
        (
            "Who is the president of the United States?",
            ["U.S. President Joe Biden spoke.", "American presidents like him."],
            ["The French president flew to the United States."],
        ),
        (
            "Who is the coach of Tarn Rovers?",
            ["Tarn Rovers manager Ola Lund left."],
            ["Tarn beat Lund, said the coach."],
        ),
    ],
)
def test_an_office_is_that_of_the_country_or_team_it_is_asked_for(question, theirs, anothers):
    (office,) = analyse(question).offices
    assert [names_office(office, sentence) for sentence in theirs] == [True] * len(theirs)
    assert [names_office(office, sentence) for sentence in anothers] == [False] * len(anothers)


def test_a_question_about_officials_in_general_names_no_office():
    assert analyse("What did Norland's officials say?").offices == ()


def test_an_office_whose_holder_is_known_to_who_asks_is_not_looked_for():
    assert analyse("Was Norland's foreign minister hurt?").offices == ()
    assert analyse("Who attacked the foreign minister of Norland?").offices == ()
