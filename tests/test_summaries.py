"""Summaries of one article, in its own sentences."""

import numpy as np
import pytest
from factories import marked_article
from village import ASKED_ON, MILL_FIRE

from assistant.summaries import centrality, key_sentences


@pytest.fixture(scope="module")
def ask(village_assistant):
    return lambda question: village_assistant.ask(question, None, ASKED_ON)


def test_a_summary_quotes_the_article_in_its_order(ask):
    answer = ask("Summarise the article about the bridge of Brenna")
    assert answer.status == "answered"
    assert {citation.article.title for citation in answer.citations} == {"Bridge of Brenna closed for repairs"}
    starts = [citation.start for citation in answer.citations]
    assert starts == sorted(starts)
    assert len(starts) == 3
    for citation in answer.citations:
        assert citation.quote == citation.article.text[citation.start : citation.end]


def test_the_article_is_found_by_its_title_among_copies(ask):
    answer = ask("What does the article “Fire destroys paper mill” say?")
    assert {citation.article.title for citation in answer.citations} == {"Fire destroys paper mill"}
    (note,) = answer.notes
    assert note.kind == "article"
    assert note.text.endswith("sentences of Fire destroys paper mill · Valley Post · 12 June 2024, in their order.")


def test_an_article_that_is_not_there_is_not_summed_up(ask):
    answer = ask("Summarise the article about the volcano of Zarbek")
    assert answer.status == "declined"
    assert answer.reason == "No article about “volcano of Zarbek” was found."


def test_without_a_name_it_is_asked_which_article_is_meant(ask, seed_assistant):
    assert ask("summarise the article").reason == "Say which article: its title, or what it is about."
    # where there is but one, that is meant
    assert len(seed_assistant.ask("Summarise the article").statements) >= 3


def test_the_seed_is_summed_up_by_its_prose(seed_assistant):
    answer = seed_assistant.ask("Sum up the article about the Durand Line")
    assert 3 <= len(answer.statements) <= 5
    article = answer.citations[0].article
    for citation in answer.citations:
        assert any(span.start <= citation.start and citation.end <= span.end for span in article.prose)


def test_key_sentences_open_with_the_lead_and_leave_out_what_is_beside_the_point(fast):
    article = marked_article(f"Old paper mill burns in Tarn\n\n{MILL_FIRE}")
    chosen = [article.text[one.start : one.end] for one in key_sentences(article, fast)]
    assert chosen[0].startswith("A fire destroyed the old paper mill")
    assert not any("Tickets" in sentence for sentence in chosen)
    assert not any(sentence.startswith(("She", "Its")) for sentence in chosen)


def test_key_sentences_do_not_repeat_each_other(fast):
    lead = "The dairy of Hammar stopped work on Friday over wages, its director said."
    again = "The dairy of Hammar stopped work on Friday over wages, said its director."
    others = "The drivers want nine crowns more an hour. Milk from the valley now goes to a dairy in Vika."
    article = marked_article(f"Dairy stops work\n\n{lead} {again} {others}\n")
    chosen = [article.text[one.start : one.end] for one in key_sentences(article, fast, 3)]
    assert len(chosen) == 3
    assert (lead in chosen) + (again in chosen) == 1


def test_an_article_of_one_line_or_of_none_is_no_trouble(fast):
    assert len(key_sentences(marked_article("Ferry stops\n\nThe ferry of Vika stopped.\n"), fast)) == 1
    assert key_sentences(marked_article("Ferry stops\n"), fast) == []


def test_the_text_that_is_like_most_others_is_the_most_central():
    alike = np.array([[1, 0.9, 0.8, 0], [0.9, 1, 0.2, 0], [0.8, 0.2, 1, 0], [0, 0, 0, 1]], np.float32)
    found = centrality(alike)
    assert found.argmax() == 0
    assert found.max() == 1
    assert found.argmin() == 3
