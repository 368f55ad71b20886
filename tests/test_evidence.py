"""The passages a writer reads."""

from assistant.evidence import gather
from index import Article, Passage, SearchHit, count_tokens

ARTICLE = Article(id="a1", title="Harbour", text="The harbour opened.")


def a_hit(text: str, ordinal: int = 0) -> SearchHit:
    return SearchHit(Passage(f"a1:{ordinal}", "a1", ordinal, 0, 19, text), ARTICLE, 1.0, 1, 1)


def test_the_best_passages_that_fit_the_budget_are_kept_in_order():
    text = "The harbour opened on Monday after a long winter of repairs. " * 10
    size = count_tokens(text)
    hits = [a_hit(text, ordinal) for ordinal in range(5)]
    assert gather("When?", hits, 3 * size).hits == tuple(hits[:3])
    assert gather("When?", hits, 3 * size - 1).hits == tuple(hits[:2])


def test_the_first_passage_is_kept_even_where_it_is_too_long():
    hits = [a_hit("word " * 1000)]
    assert gather("When?", hits, 10).hits == tuple(hits)


def test_without_passages_there_is_no_evidence():
    assert gather("When?", [], 1000).hits == ()
