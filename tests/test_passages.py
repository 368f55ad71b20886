"""Passages: runs of whole sentences of one section that fit the embedder's window, with true offsets."""

from __future__ import annotations

from itertools import pairwise

import pytest
from factories import marked_article, with_marks
from hypothesis import given
from hypothesis import strategies as st

from index import Article, open_embedder
from index.passages import TITLE_TOKENS, embedded_text, split_articles
from index.reading import Reading

SENTENCES = (
    "The council of Norby met on Monday.",
    "It agreed to mend the bridge before the first snow falls, the mayor said.",
    "“We have waited for nine years,” said Councillor Ida Holm.",
    "Work begins in a week.",
    "The road will be closed for as long as it takes; buses will go by way of Vika, Elvra and Ask.",
    "Nobody from the U.S. firm that built the bridge could be reached at 4 p.m. ET on Friday.",
    "It cost 2,600 crowns.",
)


class NarrowEmbedder:
    """The real `fast` embedder, pretending to read no more than a few tokens."""

    def __init__(self, embedder, window):
        self._embedder = embedder
        self.window = window
        self.name, self.model_id = embedder.name, embedder.model_id
        self.count, self.embed_documents, self.embed_query = (
            embedder.count,
            embedder.embed_documents,
            embedder.embed_query,
        )


class CharacterEmbedder(NarrowEmbedder):
    """One whose tokens are characters, as some models' are: a whole is longer than the sum of its sentences."""

    def __init__(self, embedder, window):
        super().__init__(embedder, window)
        self.count = lambda texts: [len(text) for text in texts]


def article_of(*paragraphs, title="Bridge of Norby to be mended"):
    return with_marks(Reading(Article(id="0" * 16, title=title, text="\n\n".join(paragraphs))))


def drafts_of(article, embedder, tokens=256):
    ((_, drafts),) = split_articles([article], embedder, tokens)
    return drafts


def prose_of(article, draft):
    """What the article's prose says between the ends of a passage."""
    pieces = [
        article.text[max(span.start, draft.start) : min(span.end, draft.end)]
        for span in article.sentences
        if span.start < draft.end and draft.start < span.end
    ]
    return " ".join(pieces).replace("\n", " ")


def assert_sound(article, embedder, tokens):
    ((opening, drafts),) = split_articles([article], embedder, tokens)
    sections = [
        (section.sentences[0].start, section.sentences[-1].end) for section in article.sections if section.sentences
    ]
    for draft in drafts:
        assert draft.text == draft.text.strip() != ""
        assert article.text[draft.start : draft.start + 1] == draft.text[0]
        assert article.text[draft.end - 1 : draft.end] == draft.text[-1]
        assert "".join(prose_of(article, draft).split()) == "".join(draft.text.split())
        assert any(start <= draft.start and draft.end <= end for start, end in sections)
        (length,) = embedder.count([embedded_text(opening, draft.text)])
        assert length <= min(tokens, embedder.window)
    assert all(one.end <= other.start for one, other in pairwise(drafts))
    said = "".join(article.text[span.start : span.end] for span in article.sentences)
    assert "".join("".join(draft.text for draft in drafts).split()) == "".join(said.split())
    return drafts


def test_a_short_article_is_one_passage(fast):
    article = article_of(" ".join(SENTENCES[:2]), SENTENCES[3])
    (draft,) = assert_sound(article, fast, 256)
    assert draft.text == " ".join((*SENTENCES[:2], SENTENCES[3]))
    assert article.text[draft.start : draft.end] == "\n\n".join((" ".join(SENTENCES[:2]), SENTENCES[3]))
    assert draft.tokens == sum(fast.count([*SENTENCES[:2], SENTENCES[3]]))


def test_passages_hold_whole_sentences(fast):
    article = article_of(*[" ".join(SENTENCES)] * 6)
    drafts = assert_sound(article, fast, 64)
    assert len(drafts) > 6
    starts = {span.start for span in article.sentences}
    ends = {span.end for span in article.sentences}
    assert all(draft.start in starts and draft.end in ends for draft in drafts)


def test_a_passage_never_reaches_across_a_heading(fast):
    article = article_of(SENTENCES[0], "What it costs", SENTENCES[6], "Who was not there", SENTENCES[5])
    drafts = assert_sound(article, fast, 256)
    assert [(draft.heading, draft.text) for draft in drafts] == [
        ("", SENTENCES[0]),
        ("What it costs", SENTENCES[6]),
        ("Who was not there", SENTENCES[5]),
    ]


def test_what_is_not_prose_is_left_out_between_the_sentences_of_a_passage(fast):
    article = article_of(SENTENCES[0], "Read more: All about bridges", SENTENCES[1])
    (draft,) = assert_sound(article, fast, 256)
    assert draft.text == f"{SENTENCES[0]} {SENTENCES[1]}"
    assert "Read more" in article.text[draft.start : draft.end]


def test_a_markdown_heading_loses_its_signs(fast):
    article = article_of("## What it  costs", SENTENCES[6])
    assert [draft.heading for draft in drafts_of(article, fast)] == ["What it costs"]


def test_passages_of_a_section_are_of_like_length(fast):
    drafts = assert_sound(article_of(" ".join(SENTENCES * 4)), fast, 160)
    lengths = [draft.tokens for draft in drafts]
    assert len(lengths) > 2
    assert min(lengths) * 2 > max(lengths)


def test_the_window_of_the_embedder_limits_a_passage(fast):
    narrow = NarrowEmbedder(fast, 48)
    article = article_of(*[" ".join(SENTENCES)] * 4)
    assert len(assert_sound(article, narrow, 256)) > len(assert_sound(article, fast, 256))


def test_the_window_holds_for_tokens_that_do_not_add_up(fast):
    characters = CharacterEmbedder(fast, 1_000_000)
    article = article_of(*[" ".join(["It snowed. Why?"] * 20)] * 4, title="Bridge closed")
    assert len(assert_sound(article, characters, 160)) > 5


def test_the_owners_article_is_split_soundly_by_either_model(fast, seed_article):
    assert len(assert_sound(seed_article, fast, 256)) == 7
    assert_sound(seed_article, open_embedder("deep"), 256)


def test_a_sentence_that_is_too_long_is_cut_with_true_offsets(fast):
    endless = "the toll rose again, " * 200 + "and then it ended."
    article = article_of(f"{SENTENCES[0]} Observers said {endless} {SENTENCES[3]}")
    drafts = assert_sound(article, fast, 64)
    assert len(drafts) > 10
    cut = [draft for draft in drafts if draft.text.count("toll") > 1 and not draft.text.endswith(".")]
    assert cut and all(article.text[draft.start : draft.end] == draft.text for draft in cut)


def test_a_word_that_is_too_long_is_cut_with_true_offsets(fast):
    article = article_of(f"{SENTENCES[0]} It said {'ab1-' * 400}, no more. {SENTENCES[3]}")
    assert len(assert_sound(article, fast, 64)) > 3


def test_a_long_title_is_embedded_as_far_as_its_limit_by_whole_words(fast):
    title = " ".join(f"bridge number {number}" for number in range(80))
    article = article_of(*[" ".join(SENTENCES)] * 2, title=title)
    ((opening, _),) = split_articles([article], fast, 128)
    assert title.startswith(f"{opening} ")
    assert TITLE_TOKENS // 2 < fast.count([opening])[0] <= TITLE_TOKENS
    assert_sound(article, fast, 128)


def test_a_title_of_one_endless_word_is_not_embedded(fast):
    ((opening, _),) = split_articles([article_of(SENTENCES[0], title="x-" * 140)], fast, 128)
    assert opening == ""


def test_an_article_without_prose_has_no_passages(fast):
    assert drafts_of(article_of("Bridge of Norby to be mended"), fast) == []


def test_articles_are_split_alone_as_they_are_together(fast):
    articles = [article_of(*[" ".join(SENTENCES)] * number, title=f"Number {number}") for number in range(1, 5)]
    together = split_articles(articles, fast, 64)
    assert together == [split_articles([article], fast, 64)[0] for article in articles]


def test_the_hash_of_a_passage_is_of_title_and_prose(fast):
    here = drafts_of(article_of("Bridge closed", SENTENCES[0]), fast)
    there = drafts_of(article_of("It rained all night. Then it snowed.", "Roads", SENTENCES[0]), fast)
    elsewhere = drafts_of(article_of("Bridge closed", SENTENCES[0], title="Another title"), fast)
    assert here[0].hash == there[-1].hash
    assert here[0].hash != elsewhere[0].hash
    assert here[0].hash != there[0].hash


_PARAGRAPHS = st.lists(
    st.one_of(
        st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8).map(" ".join),
        st.sampled_from(["What it costs", "Read more: bridges", "Photo: Ida Holm", "the toll rose, " * 30, "é" * 90]),
        st.text(max_size=120),
    ),
    max_size=8,
)


@pytest.mark.parametrize("window", [40, 1_000_000])
@given(paragraphs=_PARAGRAPHS, tokens=st.integers(64, 96), title=st.sampled_from(["", "Bridge closed", "word " * 90]))
def test_passages_are_sound_for_any_text(fast, window, paragraphs, tokens, title):
    embedder = fast if window > 100 else NarrowEmbedder(fast, window)
    if title.startswith("word"):  # of a narrower window it would leave no room for the prose
        embedder, tokens = fast, 2 * tokens
    assert_sound(with_marks(Reading(Article(id="0" * 16, title=title, text="\n\n".join(paragraphs)))), embedder, tokens)


def test_offsets_hold_in_text_with_characters_of_every_width(fast):
    article = marked_article("🎉 Fête à Oslo\n\n🎈 The fête “å la carte” began. 𝔉𝔦𝔫𝔢! It ended 🎆 late.\n")
    (draft,) = assert_sound(article, fast, 64)
    assert draft.text.startswith("🎈 The fête") and draft.text.endswith("late.")
