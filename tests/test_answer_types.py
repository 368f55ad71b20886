"""Answers cannot contradict themselves: status, text and quotes are derived."""

import pytest

from assistant import Answer, Citation, Gap, Statement
from index import Article

ARTICLE = Article(id="a1", title="Harbour", text="The harbour opened. Ships came.")
FIRST, SECOND = Citation(ARTICLE, 0, 19), Citation(ARTICLE, 20, 31)


def an_answer(*statements, gaps=()):
    return Answer("What happened?", statements, tuple(gaps), (), 1)


def test_a_quote_is_the_article_at_its_offsets():
    assert (FIRST.quote, SECOND.quote) == ("The harbour opened.", "Ships came.")


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (7, 3), (0, 32)])
def test_a_citation_outside_the_article_cannot_be_made(start, end):
    with pytest.raises(ValueError, match="outside the article"):
        Citation(ARTICLE, start, end)


def test_a_statement_without_a_citation_cannot_be_made():
    with pytest.raises(ValueError, match="must rest on a citation"):
        Statement("The harbour opened.", ())


def test_the_status_follows_from_statements_and_gaps():
    said, gap = Statement("The harbour opened.", (FIRST,)), Gap("who paid?", "The archive does not say.")
    assert an_answer(said).status == "answered"
    assert an_answer(said, gaps=[gap]).status == "partly answered"
    assert an_answer(gaps=[gap]).status == "declined"


def test_citations_are_numbered_by_first_use_and_each_once():
    answer = an_answer(
        Statement("Ships came.", (SECOND,)),
        Statement("The harbour opened.", (FIRST, SECOND)),
    )
    assert answer.citations == (SECOND, FIRST)
    assert answer.text == "Ships came. [1] The harbour opened. [2][1]"
