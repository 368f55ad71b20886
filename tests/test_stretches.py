"""Stretches of days that questions name."""

from datetime import date

import pytest

from assistant.stretches import Stretch, find_stretch

THURSDAY = date(2024, 6, 13)


def found(text, as_of=THURSDAY):
    stretch, _ = find_stretch(text, as_of)
    return stretch.first.isoformat(), stretch.last.isoformat()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("since Monday", "2024-06-10", "2024-06-13"),
        ("since Thursday", "2024-06-06", "2024-06-13"),
        ("since 3 June", "2024-06-03", "2024-06-13"),
        ("since June 3rd, 2023", "2023-06-03", "2024-06-13"),
        ("since 2024-05-01", "2024-05-01", "2024-06-13"),
        ("since 20 December", "2023-12-20", "2024-06-13"),
        ("since last week", "2024-06-03", "2024-06-13"),
        ("on Monday", "2024-06-10", "2024-06-10"),
        ("today", "2024-06-13", "2024-06-13"),
        ("tonight", "2024-06-13", "2024-06-13"),
        ("last night", "2024-06-12", "2024-06-12"),
        ("this month", "2024-06-01", "2024-06-13"),
        ("last month", "2024-05-01", "2024-05-31"),
        ("the weekend", "2024-06-08", "2024-06-09"),
        ("in the past two weeks", "2024-05-30", "2024-06-13"),
        ("in the last 24 hours", "2024-06-12", "2024-06-13"),
        ("last year", "2023-01-01", "2023-12-31"),
        ("in March", "2024-03-01", "2024-03-31"),
        ("in August", "2023-08-01", "2023-08-31"),
        ("from 1 May to 7 May", "2024-05-01", "2024-05-07"),
    ],
)
def test_days_are_counted_from_the_day_of_the_question(text, first, last):
    assert found(f"What is new {text}") == (first, last)


def test_the_rest_of_the_text_is_given_back():
    assert find_stretch("what is new since Monday about the mill", THURSDAY)[1] == "what is new about the mill"


@pytest.mark.parametrize("text", ["the mill", "on 31 June", "last week’s storm", "Mondays", "since 3 June 2031", ""])
def test_what_names_no_days_that_have_begun_has_none(text):
    assert find_stretch(text, THURSDAY) is None


def test_a_leap_day_without_a_year_is_the_last_one_there_was():
    assert found("since 29 February", date(2023, 3, 1)) == ("2020-02-29", "2023-03-01")


def test_a_stretch_is_written_as_people_write_days():
    assert str(Stretch(date(2024, 6, 3), date(2024, 6, 13))) == "3 June 2024 to 13 June 2024"
    assert str(Stretch(THURSDAY, THURSDAY)) == "13 June 2024"
