"""Whether the passages that a written sentence cites support it, and for which reason they do not."""

from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.checking import LONGEST, Checker
from assistant.types import Citation
from index import Article
from index.sentences import split_sentences

BRIDGE = (
    "The council of Vika voted 9 to 4 on Tuesday to close the old bridge, which was opened in 1961. Mayor Alma Reyes "
    "said the repairs would cost 2.6 million crowns. About 1,400 drivers use the 620-metre (2,034-foot) bridge every "
    "day. Engineer Olof Brandt believes that it may have been damaged by an earthquake. No one was hurt."
)
MARKET = (
    "Rebels claimed on Sunday that they had captured three outposts near Qadir. The army accused the rebels of "
    "shelling a market. The World Grain Office has not confirmed the number of dead. Brightwater bought the mill from "
    "Oake for 40 million dollars, and sales rose 6 per cent to 90 million dollars."
)


def cite(text, published=date(2026, 3, 12), start=0, end=None, outlet=""):
    spans = tuple(split_sentences(text, 0, len(text)))
    return Citation(
        Article("a", "A title", text, outlet=outlet, published=published, sentences=spans), start, end or len(text)
    )


@pytest.fixture(scope="module")
def checker(fast):
    return Checker(fast)


@pytest.fixture(scope="module")
def kinds(checker):
    def of(sentence, text, **article):
        return [fault.kind for fault in checker.check(sentence, [cite(text, **article)]).faults]

    return of


@pytest.mark.parametrize(
    "sentence",
    [
        "By nine votes to four, Vika's council decided to close the old bridge.",
        "The old bridge, opened in 1961, is to be closed.",
        "The council voted on 10 March 2026 to close the old bridge.",
        "According to mayor Alma Reyes, the repairs would cost 2.6m crowns.",
        "Mayor Reyes said that repairs would cost more than 2.5 million crowns.",
        "Nearly 1,500 drivers use the bridge every day.",
        "The bridge is 2,034 feet long.",
        "Olof Brandt, an engineer, believes that an earthquake may have damaged the bridge.",
        "Nobody was hurt.",
    ],
)
def test_what_the_passage_says_in_other_words_is_supported(checker, sentence):
    check = checker.check(sentence, [cite(BRIDGE)])
    assert check.supported, check.reason
    assert check.quotes


@pytest.mark.parametrize(
    ("sentence", "kind", "words"),
    [
        ("The council of Vika voted 9 to 5 to close the old bridge.", "number", "5"),
        ("About 2,400 drivers use the bridge every day.", "number", "2,400"),
        ("The bridge is 620 feet long.", "number", "620 feet"),
        ("The council of Vika voted on Thursday to close the old bridge.", "date", "Thursday"),
        ("The council voted on 11 March 2026 to close the old bridge.", "date", "11 March 2026"),
        ("The old bridge was opened in 1971.", "date", "1971"),
        ("Mayor Ines Reyes said the repairs would cost 2.6 million crowns.", "name", "Ines"),
        ("The council of Sundal voted to close the old bridge.", "name", "Sundal"),
        ("Mayor Alma Brandt said the repairs would cost 2.6 million crowns.", "name", "Alma Brandt"),
        ("Mayor Alma Reyes called the repairs “a sorry waste”.", "quotation", "a sorry waste"),
        ("The council of Vika voted not to close the old bridge.", "negation", "not … close"),
        ("The repairs will cost 2.6 million crowns.", "attribution", "Mayor Alma Reyes said"),
        ("Engineer Olof Brandt said the repairs would cost 2.6 million crowns.", "attribution", "Engineer Olof Brandt"),
        ("The bridge was damaged by an earthquake, engineer Olof Brandt said.", "hedging", "may"),
        ("All drivers use the bridge every day.", "extrapolation", "All"),
        ("About 620 drivers use the bridge every day.", "number", "620"),
        ("Trout and pike live under the pillars in summer.", "unspoken", "Trout"),
    ],
)
def test_what_is_broken_is_refused_for_its_reason(checker, sentence, kind, words):
    check = checker.check(sentence, [cite(BRIDGE)])
    assert kind in {fault.kind for fault in check.faults}, check
    fault = next(fault for fault in check.faults if fault.kind == kind)
    assert words in fault.words
    assert fault.reason.endswith(".")
    assert fault.reason in check.reason


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Rebels captured three outposts near Qadir.", "attribution"),
        ("Rebels claimed that they had captured four outposts near Qadir.", "number"),
        ("The rebels accused the army of shelling a market.", "roles"),
        ("The World Grain Office has confirmed the number of dead.", "negation"),
        ("Oake bought the mill from Brightwater.", "roles"),
        ("Brightwater sold the mill to Oake for 40 million dollars.", "roles"),
        ("Sales fell 6 per cent.", "negation"),
        ("Brightwater bought the mill for 90 million dollars.", "merged"),
    ],
)
def test_who_did_what_and_who_says_so_must_agree(kinds, sentence, kind):
    assert kind in kinds(sentence, MARKET)


@pytest.mark.parametrize(
    "sentence",
    [
        "Rebels claimed to have captured three outposts near Qadir.",
        "The rebels were accused by the army of having shelled a market.",
        "The WGO has not confirmed how many are dead.",
        "The mill was bought by Brightwater for $40m.",
        "Oake sold the mill to Brightwater.",
        "Sales increased by 6% to $90 million.",
    ],
)
def test_the_passive_the_other_verb_of_a_deal_and_initials_say_the_same(checker, sentence):
    check = checker.check(sentence, [cite(MARKET)])
    assert check.supported, check.reason


def test_a_claim_that_the_owner_s_article_gives_as_a_claim_is_no_fact(checker, seed_article):
    cited = Citation(seed_article, 0, len(seed_article.text))
    stated = checker.check("The Taliban captured three outposts.", [cited])
    assert {"attribution", "hedging"} & {fault.kind for fault in stated.faults}
    claimed = checker.check(
        "Taliban officials claimed that their fighters had captured at least three outposts.", [cited]
    )
    assert claimed.supported, claimed.reason
    assert "claimed" in " ".join(quote.quote for quote in claimed.quotes)
    invented = checker.check("The Durand Line is approximately 1,120 miles long.", [cited])
    assert [fault.kind for fault in invented.faults] == ["number"]
    assert checker.check("The Durand Line is about 1,600 miles long.", [cited]).supported


def test_at_least_so_many_is_not_so_many(kinds):
    text = "Taliban officials claimed their fighters had captured at least three outposts."
    assert kinds("Taliban officials claimed to have captured three outposts.", text) == ["hedging"]


def test_the_quotes_are_the_article_s_own_words_and_no_more_than_it_takes(checker):
    cited = cite(BRIDGE)
    check = checker.check("About 1,400 drivers use the bridge every day.", [cited])
    (quote,) = check.quotes
    assert (
        quote.quote == "About 1,400 drivers use the 620-metre (2,034-foot) bridge every day"
        or BRIDGE.find(quote.quote) > 0
    )
    assert quote.quote == cited.article.text[quote.start : quote.end]
    assert "1,400 drivers use" in quote.quote
    assert "council" not in quote.quote


def test_a_quote_keeps_who_says_so_and_what_leaves_it_open(checker):
    said = checker.check("Mayor Reyes said the repairs would cost 2.6 million crowns.", [cite(BRIDGE)])
    assert said.quotes[0].quote == "Mayor Alma Reyes said the repairs would cost 2.6 million crowns"
    open_ = checker.check("An earthquake may have damaged the bridge, Olof Brandt believes.", [cite(BRIDGE)])
    assert "may have been damaged" in open_.quotes[-1].quote


def test_only_the_cited_stretch_of_an_article_counts(checker):
    end = BRIDGE.index(" Mayor")
    assert not checker.check("No one was hurt.", [cite(BRIDGE, end=end)]).supported
    check = checker.check("No one was hurt.", [cite(BRIDGE, end=end), cite(BRIDGE, start=BRIDGE.index("No one"))])
    assert check.supported
    assert [quote.quote for quote in check.quotes] == ["No one was hurt"]


def test_facts_of_two_passages_may_be_put_together(checker):
    other = cite("The old bridge of Vika carries the road to Norby.")
    check = checker.check(
        "The old bridge of Vika, which carries the road to Norby, is used by about 1,400 drivers every day.",
        [cite(BRIDGE), other],
    )
    assert check.supported, check.reason
    assert {quote.article.text for quote in check.quotes} == {BRIDGE, other.article.text}


def test_the_outlet_may_be_named(checker):
    cited = cite("The ferry of Vika sank on Monday. Nobody was hurt.", outlet="Norby Courier")
    assert checker.check("The ferry of Vika sank on Monday, according to the Norby Courier.", [cited]).supported


def test_nothing_cited_and_nothing_said_are_reasons_too(kinds, checker):
    assert [fault.kind for fault in checker.check("The bridge is closed.", []).faults] == ["uncited"]
    assert kinds(" … \u200b\x00 —", BRIDGE) == ["empty"]
    assert kinds("The bridge of Vika. " * (LONGEST // 10), BRIDGE) == ["too long"]


@pytest.mark.parametrize(
    "text",
    [
        "\x00\x07bridge\u202e 9 to 4\ufeff",
        "جسر فيكا القديم أُغلق يوم الثلاثاء",
        "a" * 1200,
        "1" * 1200,
        "“" * 500,
        "not " * 290,
        "9" * 400 + ":" + "9" * 400,
        "Ⅷ ² ١٢ ½ bridge",
        "May may May 31 may 99 May",
        "million billion dozen hundred",
        "\ud800 bridge",
    ],
)
def test_whatever_a_model_says_gets_a_verdict(checker, text):
    check = checker.check(text, [cite(BRIDGE)])
    assert check == checker.check(text, [cite(BRIDGE)])
    assert 0 <= check.support <= 1


def test_a_hundred_thousand_characters_are_refused_at_once(checker):
    assert [fault.kind for fault in checker.check("word " * 20_000, [cite(BRIDGE)]).faults] == ["too long"]


_WORDS = st.sampled_from(
    [
        *BRIDGE.split(),
        *MARKET.split(),
        "not",
        "all",
        "because",
        "said",
        ",",
        "“",
        "”",
        "half",
        "dozen",
        "$",
        "May",
        "31",
        "-",
    ]
)


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=30).map(" ".join)))
@example("said")
@example("according to")
@example("one in ten of")
def test_any_sentence_gets_the_same_verdict_twice_and_quotes_exactly(checker, sentence):
    cited = [cite(BRIDGE), cite(MARKET)]
    check = checker.check(sentence, cited)
    assert check == checker.check(sentence, cited)
    for quote in check.quotes:
        assert quote.quote.strip() == quote.quote
        assert quote.quote in quote.article.text


@settings(max_examples=60)
@given(st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=30).map(" ".join)))
def test_any_passage_is_read(checker, text):
    if text:
        checker.check("The council of Vika voted 9 to 4 to close the bridge.", [cite(text)])


def test_an_entailment_model_speaks_where_no_rule_does(fast):
    asked = []

    def entails(premise, hypothesis):
        asked.append((premise, hypothesis))
        return 0.1

    check = Checker(fast, entails).check("Nobody was hurt.", [cite(BRIDGE)])
    assert check.support == 0.1
    assert [fault.kind for fault in check.faults] == ["unspoken"]
    assert asked == [("No one was hurt.", "Nobody was hurt.")]
    assert Checker(fast, lambda *_: 0.9).check("Nobody was hurt.", [cite(BRIDGE)]).supported
