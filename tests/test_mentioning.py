"""How much of something there is in the archive: how many articles, of which outlets, from when to when."""

from datetime import date

import pytest

from index import Filters


def titles(assistant, text, filters=None):
    return [ref.title for ref in assistant.archive.mentioning(text, filters)]


def told(assistant, question, filters=None):
    answer = assistant.ask(question, filters)
    assert (answer.status, answer.statements) == ("about", ())
    return answer.text


def test_articles_that_have_all_the_words_are_found_once_and_the_newest_first(village_assistant):
    assert titles(village_assistant, "paper mill") == [
        "Tarn loses its paper mill to a fire",
        *sorted(
            ["Old paper mill burns in Tarn", "Fire destroys paper mill"], key=titles(village_assistant, "mill").index
        ),
    ]
    assert titles(village_assistant, "choirs of Wolverhampton") == ["Wolverhampton choir visits Sundal"]


@pytest.mark.parametrize("text", ["the", "?", "", "zeppelin", "mill zeppelin"])
def test_what_no_article_has_is_in_none(village_assistant, text):
    assert titles(village_assistant, text) == []


def test_filters_narrow_what_is_counted(village_assistant):
    assert len(titles(village_assistant, "mill", Filters(outlets=("norby herald",)))) == 1
    assert len(titles(village_assistant, "mill", Filters(until=date(2024, 6, 12)))) == 2


def test_how_many_articles_speak_of_something_is_counted_by_outlet_and_day(village_assistant):
    assert told(village_assistant, "How many articles mention the paper mill?").startswith(
        "3 of 7 articles mention “the paper mill”, from 12 June 2024 to 13 June 2024. Outlets: "
    )
    assert "Norby Herald (1 article)" in told(village_assistant, "Which outlets wrote about the mill?")
    assert told(village_assistant, "How often is Ostra mentioned?").startswith("1 of 7 articles mentions “Ostra”, of 5")


def test_that_none_does_is_said_of_the_archive_too(village_assistant):
    assert (
        told(village_assistant, "How many articles are about zeppelins?") == "None of 7 articles mentions “zeppelins”."
    )


def test_a_follow_up_counts_what_was_spoken_of(village_assistant):
    from assistant import Turn

    before = village_assistant.ask("Who owned the mill of Tarn?")
    assert before.statements
    answer = village_assistant.ask("How many articles mention it?", history=[Turn(before)])
    assert answer.asked
    assert answer.status == "about"
    assert "mill" in answer.text
