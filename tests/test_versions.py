"""Versions of one article: which addresses are one page, and what changed between two readings of it."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import accumulate

import pytest
from factories import marked_article
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Difference, Span
from index.versions import CANDIDATES, canonical_url, differences, is_version

STORY = "https://example.com/2022/04/storm"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/2022/04/storm",
        "http://example.com/2022/04/storm",
        " HTTPS://WWW.Example.COM./2022/04/storm ",
        "https://example.com:443/2022/04/storm",
        "http://example.com:80/2022/04/storm",
        "https://m.example.com/2022/04/storm/",
        "https://www.m.example.com/2022/04/storm//",
        "https://amp.example.com/2022/04/storm",
        "https://example.com/amp/2022/04/storm",
        "https://example.com/2022/04/storm/amp/",
        "https://example.com/2022/04/storm.amp",
        "https://example.com/2022/04/storm?amp",
        "https://example.com/2022/04/storm/index.html",
        "https://example.com/2022/04/storm/index.html/",
        "https://example.com/2022/04/storm#comments",
        "https://example.com/2022/04/storm?utm_source=feed&utm_medium=rss&fbclid=1&gclid=2",
        "https://example.com/2022/04/st%6Frm",
        "https://example-com.cdn.ampproject.org/c/s/www.example.com/2022/04/storm/amp",
        "https://www.google.com/amp/s/example.com/2022/04/storm",
    ],
)
def test_addresses_of_one_page_are_one(url):
    assert canonical_url(url) == STORY


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://example.com/a?b=2&a=1&utm_id=x", "https://example.com/a?a=1&b=2"),
        ("https://example.com/a?page=", "https://example.com/a?page="),
        ("https://example.com:8080/a", "https://example.com:8080/a"),
        ("https://news.example.com/a", "https://news.example.com/a"),
        ("https://example.com/A", "https://example.com/A"),
        ("https://example.com/a%2fb", "https://example.com/a%2Fb"),
        ("https://example.com/é", "https://example.com/%C3%A9"),
        ("https://example.com/camp", "https://example.com/camp"),
        ("https://example.com/ampere/x", "https://example.com/ampere/x"),
        ("https://example.com/story.amp.html", "https://example.com/story.html"),
        ("https://example.com/?p=123", "https://example.com?p=123"),
        ("https://m.com/a", "https://m.com/a"),
        ("https://google.com/amplifiers", "https://google.com/amplifiers"),
    ],
)
def test_what_may_name_another_page_is_kept(url, canonical):
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://example.com",
        "https://www.example.com/",
        "https://example.com/index.html",
        "https://example.com/?utm_source=x",
        "https://example.com/?lang=en",
        "ftp://example.com/a",
        "file:///a",
        "mailto:a@example.com",
        "javascript:alert(1)",
        "example.com/a",
        "https:///a",
        "https://[::1/a",
        "https://example.com:99999/a",
        "https://exa mple.com/a",
    ],
)
def test_what_names_no_page_has_no_address(url):
    assert canonical_url(url) == ""


URLS = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}{path}{query}",
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(
        ["example.com", "www.m.example.com", "amp.example.co.uk", "x-y.cdn.ampproject.org", "google.com:80"]
    ),
    st.lists(st.sampled_from(["amp", "c", "s", "m.example.com", "index.html", "a%20b", "%7e", "é", "", "x.amp"])).map(
        lambda parts: "".join(f"/{part}" for part in parts)
    ),
    st.sampled_from(["", "?a=1", "?b&a=%E9&utm_x=1", "?p=1#x", "?amp=1&&", "?a=+%2B"]),
)


@given(URLS)
def test_a_canonical_address_is_its_own(url):
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(st.text())
def test_any_text_can_be_asked_for_its_address(text):
    for url in (text, f"https://example.com/{text}", f"https://{text}"):
        found = canonical_url(url)
        assert found == "" or found.startswith("https://")


# --- versions --------------------------------------------------------------------------------------------------------

STORM = (
    "A storm tore eleven boats from their moorings in Lund on Monday night. Nobody was hurt, the port's master Ivo "
    "Lindqvist said. The fish market will stay closed for the week. Divers are to look for the boats on Friday."
)
LATER = (
    "The harbour of Lund reopened on Thursday, three days after a storm tore its boats from their moorings. Divers "
    "found all eleven at the entrance. Nobody was hurt, the port's master Ivo Lindqvist said. The fish market will "
    "stay closed for the week. The town and the port share the cost of 2.4 million crowns. A commission will look into "
    "why the warning came so late."
)
MILL = (
    "Fire destroyed the old paper mill of Tarn on Monday night. Nobody was hurt, the fire brigade said. The mill had "
    "stood empty since 1998, and its owner wanted to turn it into a museum. The police look for two young men."
)
LIVE = "Follow the latest from the valley here. Reload the page for more. {0} Write to us with what you see. {1}"


def test_a_text_corrected_grown_or_cut_is_a_version():
    assert is_version(STORM, STORM)
    assert is_version(STORM, STORM.replace("eleven", "twelve"))
    assert is_version(STORM, f"{STORM} {LATER}")
    assert is_version(STORM, STORM[: len(STORM) // 2])


def test_another_story_at_the_same_address_is_no_version():
    assert not is_version(STORM, MILL)
    one = LIVE.format("A bridge in Vika is closed for repairs.", "The mayor of Vika speaks at noon about the bridge.")
    other = LIVE.format("Fire has broken out in the mill of Tarn.", "Smoke drifts across the lake towards the school.")
    assert not is_version(one, other)


def test_texts_of_a_few_words_are_versions_only_where_they_say_the_same():
    assert is_version("Bridge closed.", "bridge  closed")
    assert not is_version("Bridge closed.", "Bridge open.")
    assert is_version("", "")
    assert not is_version("", STORM)


# --- differences -----------------------------------------------------------------------------------------------------

BEFORE = """Storm closes harbour

A storm tore eleven boats from their moorings in Lund on Monday night. Nobody was hurt, the port's master said.

The fish market will stay closed for the week. Divers will look for the boats on Friday.
"""


def changes(old, new):
    return differences(marked_article(old), marked_article(new))


def text_change(kind, old="", new=""):
    return Difference(kind, "text", old, new)


def test_an_article_does_not_differ_from_itself():
    assert changes(BEFORE, BEFORE) == ()


def test_a_sentence_that_was_corrected_is_shown_with_both_wordings():
    (change,) = changes(BEFORE, BEFORE.replace("eleven", "twelve"))
    sentence = "A storm tore eleven boats from their moorings in Lund on Monday night."
    assert change == text_change("changed", sentence, sentence.replace("eleven", "twelve"))


def test_sentences_that_came_and_went_are_told_in_the_order_of_the_new_text():
    new = BEFORE.replace("Nobody was hurt, the port's master said.", "The road to Tarn is blocked by fallen trees.")
    new = new.replace("Friday.", "Thursday.") + "\nThe county will pay a third of the cost.\n"
    assert changes(BEFORE, new) == (
        text_change("removed", old="Nobody was hurt, the port's master said."),
        text_change("added", new="The road to Tarn is blocked by fallen trees."),
        text_change(
            "changed", "Divers will look for the boats on Friday.", "Divers will look for the boats on Thursday."
        ),
        text_change("added", new="The county will pay a third of the cost."),
    )


@pytest.mark.parametrize(
    "new",
    [
        BEFORE.replace("port's", "port’s"),
        BEFORE.replace("boats from", "boats\u00a0from").replace("Lund on", "Lund  on"),
        BEFORE.replace(" Nobody", "\n\nNobody"),
        BEFORE.replace("moorings", "moor\u00adings"),
        "Storm closes harbour\n\n{2}\n\n{1}\n".format(*BEFORE.strip().split("\n\n")),
    ],
    ids=["quotation marks", "spaces", "paragraphs", "soft hyphens", "order"],
)
def test_typography_and_order_are_no_difference(new):
    assert new != BEFORE
    assert changes(BEFORE, new) == ()


def test_dashes_and_ellipses_are_no_difference_and_case_is():
    one = "Title here\n\nThe mill — empty since 1998 — burned… and fell. Its owner wept.\n"
    assert changes(one, one.replace(" — ", " - ").replace("…", "...")) == ()
    assert [change.kind for change in changes(one, one.replace("Its owner", "Its Owner"))] == ["changed"]


def test_only_prose_counts():
    assert changes(BEFORE, f"{BEFORE}\nShare this article\n\n7 comments\n") == ()


def test_a_sentence_said_twice_and_then_once_is_removed_once():
    twice = BEFORE.replace("Divers", "Nobody was hurt, the port's master said. Divers")
    assert changes(twice, BEFORE) == (text_change("removed", old="Nobody was hurt, the port's master said."),)
    assert changes(BEFORE, twice) == (text_change("added", new="Nobody was hurt, the port's master said."),)


def test_a_change_of_the_facts_is_a_difference():
    old = replace(marked_article(BEFORE), outlet="Lund Post", authors=("Ann Berg",), published=date(2022, 4, 12))
    new = replace(old, title="Storm shuts harbour", authors=("Ann Berg", "Bo Ek"), outlet="", updated=date(2022, 4, 13))
    assert differences(old, new) == (
        Difference("changed", "title", "Storm closes harbour", "Storm shuts harbour"),
        Difference("changed", "authors", "Ann Berg", "Ann Berg, Bo Ek"),
        Difference("removed", "outlet", "Lund Post", ""),
        Difference("added", "updated", "", "2022-04-13"),
    )
    assert differences(old, replace(old, title="Storm  closes harbour")) == ()


SENTENCES = st.lists(
    st.sampled_from(
        [
            "The mill burned on Tuesday.",
            "The mill burned on Friday.",
            "Nobody was hurt, it is said.",
            "Rain is expected.",
            "A bridge was closed in the valley for repairs.",
            "Its owner wept.",
        ]
    ),
    max_size=12,
)


@given(SENTENCES, SENTENCES)
def test_the_differences_lead_from_the_old_sentences_to_the_new(old, new):
    found = changes("A title\n\n" + "\n\n".join(old), "A title\n\n" + "\n\n".join(new))
    left = sorted(old)
    for change in found:
        assert change.kind == ("changed" if change.old and change.new else "removed" if change.old else "added")
        if change.old:
            left.remove(change.old)
    assert sorted([*left, *(change.new for change in found if change.new)]) == sorted(new)


def article_of(sentences):
    text = "\n".join(sentences)
    ends = list(accumulate(len(sentence) + 1 for sentence in sentences))
    spans = tuple(Span(end - 1 - len(sentence), end - 1) for sentence, end in zip(sentences, ends, strict=True))
    return Article("a1", "Boats", text, sentences=spans)


def test_thousands_of_changed_sentences_find_each_other():
    old = [f"Boat {n} of the harbour of Lund was built in the year of the flood." for n in range(20_000)]
    new = [sentence.replace("built", "launched") for sentence in old]
    found = differences(article_of(old), article_of(new))
    assert found == tuple(text_change("changed", *pair) for pair in zip(old, new, strict=True))


def test_thousands_of_sentences_of_the_same_few_words_are_not_compared_each_with_each(monkeypatch):
    compared = []
    monkeypatch.setattr(Counter, "__and__", lambda one, other: compared.append(1) or Counter())
    old = [f"The boat is in the bay{' and the boat' * (n % 50)} again{' again' * (n // 50)}." for n in range(2_000)]
    new = [f"In the bay is the boat{' and the bay' * (n % 50)} again{' again' * (n // 50)}!" for n in range(2_000)]
    found = differences(article_of(old), article_of(new))
    assert len(found) == 4_000
    assert len(compared) <= 2_000 * CANDIDATES
