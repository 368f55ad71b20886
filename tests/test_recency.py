"""Recency: what time a question is about, and how near to it an article is."""

from __future__ import annotations

from datetime import date
from math import exp

import numpy as np
import pytest

from index.recency import DECAY_DAYS, Days, asked_about, nearness, without_these_days

TODAY = date(2022, 11, 11)


def year(number):
    return Days(date(number, 1, 1), date(number, 12, 31))


def near(*days, about=None, as_of=TODAY):
    ordinals = np.array([day.toordinal() if day else 0 for day in days], np.int32)
    return nearness(ordinals, about or Days(as_of, as_of), as_of).tolist()


@pytest.mark.parametrize(
    "question",
    [
        "Who won the election in Tarn?",
        "What did the mayor of Lund announce this week?",
        "What is the price of gas?",
        "Who is the prime minister of Ostra?",
        # how far back something reaches is not when it was
        "Which ferry sailed for the first time since 2019?",
        "How many boats have sunk since June 2019?",
        "How much dearer is bread than it was a year ago?",
        "How many mills closed over the last year?",
        # nor is what is yet to come
        "How many boats will the harbour hold in 2030?",
        "Which prize did the lighthouse win in 2022?",
        # these days win over an older time beside them
        "The mill that burned in 1998 was sold this week. Who bought it?",
        "On Monday the owner spoke of the fire in 1998. What did he say?",
    ],
)
def test_a_question_is_about_the_day_it_is_asked(question):
    assert asked_about(question, TODAY) == Days(TODAY, TODAY)


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("What happened in Lund in 2019?", year(2019)),
        ("Who won the 2018 regatta?", year(2018)),
        ("What burned in the summer of 2019?", year(2019)),
        ("What did the mayor say in March 2021?", Days(date(2021, 3, 1), date(2021, 3, 31))),
        ("What did the mayor say on December 6th, 2020?", Days(date(2020, 12, 1), date(2020, 12, 31))),
        ("Who was mayor last year?", year(2021)),
        ("Who was mayor two years ago?", year(2020)),
        ("Who was mayor 12 months ago?", Days(date(2021, 11, 1), date(2021, 11, 30))),
        ("Who was mayor last decade?", Days(date(2010, 1, 1), date(2019, 12, 31))),
        ("Who was mayor last century?", Days(date(1900, 1, 1), date(1999, 12, 31))),
        ("Who was mayor in the 1990s?", Days(date(1990, 1, 1), date(1999, 12, 31))),
        ("Which boat sank in 2019, the first since 2004?", year(2019)),
        ("Which boat sank, the first since 2004, in 2019?", year(2019)),
    ],
)
def test_a_question_that_names_an_older_time_is_about_that(question, days):
    assert asked_about(question, TODAY) == days
    assert asked_about(question.upper(), TODAY) == days


@pytest.mark.parametrize(
    "question",
    ["What does NATO stand for?", "What is a trawler?", "What’s the meaning of ebb?", "How does a heat pump work?"],
)
def test_a_question_about_what_words_mean_is_about_no_time(question):
    assert asked_about(question, TODAY) is None


def test_a_count_of_years_never_reaches_before_the_first():
    assert asked_about("Who ruled 99 years ago?", date(50, 6, 1)) == year(1)
    assert asked_about("Who ruled 99 months ago?", date(2, 6, 1)) == Days(date(1, 1, 1), date(1, 1, 31))


def test_nearness_falls_with_age():
    assert near(TODAY, date(2022, 10, 28)) == pytest.approx([1, exp(-14 / DECAY_DAYS)])
    assert near(date(2012, 11, 11))[0] < 1e-6


def test_what_nobody_had_read_on_that_day_and_what_has_no_date_is_near_to_nothing():
    assert near(date(2022, 11, 13), None) == [0, 0]
    # where the sun rises earlier
    assert near(date(2022, 11, 12)) == [1]


def test_the_whole_of_a_named_time_is_equally_near_and_both_sides_of_it_less():
    found = near(date(2018, 12, 18), date(2019, 1, 1), date(2019, 12, 31), date(2020, 1, 14), TODAY, about=year(2019))
    assert found == pytest.approx([exp(-14 / DECAY_DAYS), 1, 1, exp(-14 / DECAY_DAYS), 0], abs=1e-6)


def test_nothing_is_near_to_no_time():
    assert nearness(np.array([TODAY.toordinal()], np.int32), None, TODAY).tolist() == [0]


def test_what_says_only_that_it_is_news_is_not_searched_for():
    assert without_these_days("Who was hired this week in Lund?").split() == ["Who", "was", "hired", "in", "Lund?"]
    assert without_these_days("Who was hired in the week of 2019?") == "Who was hired in the week of 2019?"
