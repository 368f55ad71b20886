"""Which form a question has."""

from datetime import date

import pytest
from seed_questions import ASKED

from assistant.forms import AboutArchive, Coverage, News, Summary, WhatIsNew, form_of
from assistant.stretches import Stretch

THURSDAY = date(2024, 6, 13)


def of(question):
    return form_of(question, THURSDAY)


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("hello", "greeting"),
        ("Hi there!", "greeting"),
        ("Good morning", "greeting"),
        ("thanks", "thanks"),
        ("Thank you so much!", "thanks"),
        ("ok, thanks", "thanks"),
        ("What can you do?", "help"),
        ("help", "help"),
        ("How many articles do you have?", "articles"),
        ("how many stories are there in this archive", "articles"),
        ("How big is your archive?", "articles"),
        ("Which outlets?", "outlets"),
        ("what newspapers do you have", "outlets"),
        ("From when to when?", "days"),
        ("What’s the oldest article?", "days"),
        ("how far back does the archive go?", "days"),
        ("In which languages are the articles?", "languages"),
    ],
)
def test_what_is_said_of_the_archive_itself_is_told_apart(said, subject):
    assert of(said) == AboutArchive(subject)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("How many articles are there about the harbour fire?", "the harbour fire"),
        ("How many articles mention Alma Reyes?", "Alma Reyes"),
        ("how many stories on the strike do you have", "the strike"),
        ("Which outlets wrote most about the ferry?", "the ferry"),
        ("Which newspapers covered “the mill”?", "the mill"),
        ("How often is Lund mentioned in the archive?", "Lund"),
        ("How many times has the bridge been written about?", "the bridge"),
        ("How much coverage of the election?", "the election"),
        ("How many articles mention it (the harbour fire)?", "the harbour fire"),
    ],
)
def test_how_much_is_written_about_something_is_asked_of_the_archive(said, topic):
    assert of(said) == Coverage(topic)


@pytest.mark.parametrize(
    "question",
    [
        "How many articles of the constitution were changed?",
        "hello kitty lawsuit",
        "Thanksgiving turkey prices",
        "How many articles did the court strike down?",
        "Which papers reported on how the mill was sold?",
        "How often is he mentioned?",
        "How much did the mill cost?",
        "Which outlets will close in Tarn?",
        "Help for farmers",
        "What can you do with old batteries, according to the council?",
        "What is the latest phone of Elvra?",
        "What happened at the mill yesterday?",
        "What did the report say about the bridge?",
        "Why was news of the fire kept back?",
        "How many comments are there?",
        "Summarise what the mayor said",
        "Who sums up the votes?",
        "What happened on 11 September 2001?",
    ],
)
def test_questions_about_the_news_that_start_alike_stay_questions_about_the_news(question):
    assert of(question) == News()


@pytest.mark.parametrize("question", [question for question, _ in ASKED])
def test_what_is_asked_of_the_seed_is_about_the_news(question):
    assert of(question) == News()


@pytest.mark.parametrize(
    ("question", "first", "last", "topic"),
    [
        ("What is new since Monday?", 10, 13, ""),
        ("what's new since Monday about the mill", 10, 13, "the mill"),
        ("what’s new about the mill since 3 June?", 3, 13, "the mill"),
        ("What happened yesterday?", 12, 12, ""),
        ("what happened this week", 10, 13, ""),
        ("Headlines of last week", 3, 9, ""),
        ("news between 1 June and 5 June", 1, 5, ""),
        ("What has happened in the last three days?", 10, 13, ""),
        ("Any news from Tarn today?", 13, 13, "Tarn"),
        ("Summarise what happened this week", 10, 13, ""),
        ("summary of last week", 3, 9, ""),
    ],
)
def test_what_is_new_in_a_stretch_of_days(question, first, last, topic):
    assert of(question) == WhatIsNew(Stretch(date(2024, 6, first), date(2024, 6, last)), topic)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What’s new?", ""),
        ("news", ""),
        ("latest on the harbour", "the harbour"),
        ("Give me the latest news", ""),
        ("summarise the news", ""),
        ("Do you have any articles about the ferry?", "the ferry"),
    ],
)
def test_what_is_new_lately(question, topic):
    assert of(question) == WhatIsNew(None, topic)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Summarise the article about the mill fire", "mill fire"),
        ("please sum up the harbour story", "harbour"),
        ("What does the article “Old paper mill burns in Tarn” say?", "Old paper mill burns in Tarn"),
        ("what does the article 'Old paper mill burns in Tarn' say", "Old paper mill burns in Tarn"),
        ("Give me a short summary of the article titled Harbour reopens", "Harbour reopens"),
        ("summarize", ""),
        ("tl;dr", ""),
    ],
)
def test_a_summary_is_asked_for_by_title_or_topic(question, topic):
    assert of(question) == Summary(topic)
