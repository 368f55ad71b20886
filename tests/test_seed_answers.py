"""What the owner's article answers and what it does not, asked in several wordings."""

import pytest
from seed_questions import ASKED


@pytest.mark.parametrize(("question", "held"), [row for row in ASKED if row[1]])
def test_the_first_sentence_of_the_answer_holds_what_was_asked_for(seed_assistant, question, held):
    answer = seed_assistant.ask(question)
    assert answer.status == "answered", answer.reason
    first = answer.statements[0].text
    assert any(one.lower() in first.lower() for one in held.split("|")), first


@pytest.mark.parametrize("question", [question for question, held in ASKED if not held])
def test_what_the_article_does_not_say_is_declined_with_a_reason(seed_assistant, question):
    answer = seed_assistant.ask(question)
    assert answer.status == "declined", answer.text
    assert answer.statements == ()
    assert answer.text == answer.reason != ""


def test_every_quote_is_the_article_character_for_character_and_stands_in_its_prose(seed_assistant):
    quotes = 0
    for question, _ in ASKED:
        for citation in seed_assistant.ask(question).citations:
            quotes += 1
            article = seed_assistant.archive.article(citation.article.id)
            assert citation.quote == article.text[citation.start : citation.end]
            assert any(span.start <= citation.start and citation.end <= span.end for span in article.prose)
    assert quotes >= len([question for question, held in ASKED if held])


def test_a_claim_keeps_who_made_it(seed_assistant):
    answer = seed_assistant.ask("How many outposts were captured?")
    assert "Taliban officials claimed" in answer.statements[0].text
    assert answer.statements[0].speaker == "Taliban officials"


def test_somebodys_bare_words_come_with_the_sentence_that_names_them(seed_assistant):
    answer = seed_assistant.ask("What could weaken Pakistan's historical influence over Kabul?")
    texts = [statement.text for statement in answer.statements]
    bare = next(at for at, text in enumerate(texts) if "diversifying their alliances" in text)
    assert "said Dr. Faisal Khan" in texts[bare - 1]


def test_a_sentence_that_leans_on_the_one_before_comes_after_it(seed_assistant):
    answer = seed_assistant.ask("When did the operation conclude?")
    texts = [statement.text for statement in answer.statements]
    he_said = next(at for at, text in enumerate(texts) if text.startswith("He said the operation concluded"))
    assert texts[he_said - 1].startswith("Enayatullah Khowarazmi")


def test_two_questions_in_one_are_both_answered(seed_assistant):
    answer = seed_assistant.ask("How long is the Durand Line and who visited India?")
    assert answer.status == "answered"
    assert "2,600-kilometer" in answer.text
    assert "acting foreign minister" in answer.text


def test_the_part_that_is_not_answered_is_named(seed_assistant):
    answer = seed_assistant.ask("How long is the Durand Line, and who is Pakistan's prime minister?")
    assert answer.status == "partly answered"
    assert "2,600-kilometer" in answer.statements[0].text
    assert [gap.question for gap in answer.gaps] == ["who is Pakistan's prime minister?"]
    assert answer.text.endswith(answer.reason)
