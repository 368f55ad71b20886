"""Who somebody is, and what something is."""

import pytest

from assistant.describing import asked_after, introduces


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("Who is Alma Reyes?", "Alma Reyes"),
        ("who was olof brandt", "olof brandt"),
        ("What is the Brenna?", "Brenna"),
        ("What's scurvy?", "scurvy"),
        ("What is the Valley Transport Authority?", "Valley Transport Authority"),
        ("Who is the mayor?", ""),
        ("Who is the mayor of Lund?", ""),
        ("What is the population of Lund?", ""),
        ("What is new?", ""),
        ("What is Reyes said to have done?", ""),
        ("Where is Lund?", ""),
        ("What happened at the mill?", ""),
    ],
)
def test_what_is_asked_after_is_told_from_what_is_asked_about_it(question, what):
    assert asked_after(question) == what


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("Alma Reyes", "Mayor Alma Reyes said the work had cost a lot."),
        ("alma reyes", "Alma Reyes, the mayor of Lund, opened it."),
        ("Alma Reyes", "Alma Reyes, 52, who has led the town since 2010, opened it."),
        ("Alma Reyes", "The town’s first elected mayor, Alma Reyes, opened it."),
        ("Alma Reyes", "Alma J. Reyes is a trained diver."),
        ("Alma Reyes", "Alma Reyes beat Olof Brandt to become the mayor of Lund."),
        ("Karin Velde", "Chancellor of the Exchequer Karin Velde resigned."),
        ("Brenna", "The Brenna is the longest river of the valley."),
        ("scurvy", "A disease called scurvy was found aboard."),
        ("VTA", "The Valley Transport Authority (VTA) raised its fares."),
    ],
)
def test_news_introduces_by_office_apposition_statement_or_naming(what, sentence):
    assert introduces(what, sentence)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("Alma Reyes", "Alma Reyes poses for a photo at the harbour."),
        ("Alma Reyes", "Speaker Ida Holm said Alma Reyes had left."),
        ("Alma Reyes", "Thousands demand justice for Alma Reyes."),
        ("Alma Reyes", "Signe Reyes, the mayor of Lund, opened it."),
        ("Brenna", "The ferry crossed the Brenna at noon."),
        ("Alma Reyes", "Critics called Alma Reyes’s plan a folly."),
        ("VTA", "Fares of the VTA (see below) rise."),
        ("", "The mayor is a diver."),
    ],
)
def test_a_sentence_that_only_has_the_name_introduces_nothing(what, sentence):
    assert not introduces(what, sentence)
