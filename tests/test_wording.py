"""A written sentence keeps to the words of what it rests on, and to their order."""

import pytest

from assistant.wording import keeps_order, unheard

MILL = "Olga Brandt, 33, a carpenter from Tarn, bought the paper mill on Monday, the council said."
JOBS = "The council hopes that the mill will employ forty people by spring."


@pytest.mark.parametrize(
    "sentence",
    [
        "Olga Brandt bought the paper mill on Monday.",
        "The council said Olga Brandt had purchased the mill.",
        "The 33-year-old carpenter bought the mill.",
        "The mill will employ 40 people.",
    ],
)
def test_the_forms_of_words_and_other_words_for_them_are_the_passage_s_own(sentence):
    assert unheard(sentence, [MILL, JOBS]) == []


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The 33-year-old plumber bought the paper mill.", ["plumber"]),
        ("Olga Brandt bought the derelict paper mill after a quarrel.", ["derelict", "quarrel", "after"]),
        ("Olga Brandt bought the mill on Monday in July.", ["July"]),
        ("Olga Brandt bought the mill because it will employ forty people.", ["because"]),
    ],
)
def test_a_word_that_the_passage_has_not_is_named(sentence, words):
    assert unheard(sentence, [MILL, JOBS]) == words


def test_a_sentence_may_be_shortened_but_not_turned_about():
    assert keeps_order("Olga Brandt bought the mill.", [MILL])
    assert not keeps_order("The mill bought Olga Brandt.", [MILL])
    assert not keeps_order("The council bought the paper mill, Olga Brandt said.", [MILL])


def test_of_two_passages_either_may_come_first():
    assert keeps_order("Olga Brandt bought the mill, which will employ forty people.", [JOBS, MILL])
    assert keeps_order("The mill will employ forty people; Olga Brandt bought it on Monday.", [MILL, JOBS])


def test_who_said_it_may_come_first_or_last():
    assert keeps_order("The council said Olga Brandt bought the paper mill.", [MILL])
    said_first = "The council said that the mill would employ forty people."
    assert keeps_order("The mill would employ forty people, the council said.", [said_first])


def test_what_a_pronoun_stands_for_may_come_in_its_place():
    source = "The mill of Tarn reopened after divers cleared boats from its entrance."
    assert keeps_order("Divers cleared boats from the entrance of the mill of Tarn.", [source])
    assert not keeps_order("Boats cleared the mill after divers reopened.", [source])
