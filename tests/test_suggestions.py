"""Questions that suggest themselves after an answer."""

import pytest

from assistant import Answer, Citation, Statement
from index import Article
from ui.suggestions import follow_ups


def offered(text, question="Who is it?"):
    article = Article(id="a1", title="News", text=text)
    return follow_ups(Answer(question, (Statement(text, (Citation(article, 0, len(text)),)),), (), (), 1))


@pytest.mark.parametrize(
    ("text", "question", "names"),
    [
        ("The race to replace Prime Minister Alma Reyes is on.", "Who replaces Alma Reyes?", []),
        ("The race to replace Alma Reyes is on, said Ida Holm.", "Who replaces Alma Reyes?", ["Ida Holm"]),
        ("The fire began near Lund Harbour Museum at noon.", "Where?", ["Lund Harbour Museum"]),
        # a title and a name, or a headline: half of it would be no name
        ("They met the Sutland Deputy Prime Minister Ada Berg of Tarn Valley.", "Whom?", []),
    ],
)
def test_names_that_the_question_does_not_have_are_offered_whole(text, question, names):
    assert [one for one in offered(text, question) if one.startswith("What")] == [
        f"What do you know about {name}?" for name in names
    ]


def test_nothing_is_offered_where_nothing_was_answered():
    assert follow_ups(Answer("Who?", (), (), (), 1)) == ()
