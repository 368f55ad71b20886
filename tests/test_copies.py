"""Copies of one story: the same text however it is dressed, and not the next report off the same template."""

import subprocess
import sys
from datetime import date
from functools import cache
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import copies
from index.copies import Copy, best_first, signature, stories, words

ROOT = Path(__file__).parents[1]

WIRE = """The harbour of Lund reopened on Monday after divers cleared eleven sunken boats from its entrance. \
Mayor Alma Reyes said the work had cost 2.4 million crowns, which the town and the port will share.

“We feared that the winter catch was lost,” Reyes said. “Now the first trawlers are out again.”

The storm of April 12 had torn the boats from their moorings within an hour. Nobody was hurt, but the fish market \
stayed closed for nine days, and its traders ask for help with the rent. The port's master, Ivo Lindqvist, said new \
moorings would be ready before the autumn. They are made to hold boats of up to 30 tonnes in winds of 120 kilometres \
an hour.

A commission of the county will look into why the warning came so late. Its chair, the engineer Petra Holm, wants to \
hear the weather service first and the harbour's watch after that. She expects to report in June.

Lund has rebuilt its harbour twice, after the fire of 1861 and after the flood of 1953. Both times the town paid for \
it alone."""

OTHER = """The old paper mill of Tarn burned down on Tuesday night, and with it the archive of the town's newspaper, \
which had been kept in its loft since 1998. The fire brigade needed six hours to put the fire out.

The mill's owner, Olof Brandt, had wanted to turn it into a museum. He said that he would build it all the same, and \
that forty families had offered him what they still have of the old papers. The police are looking for two young men \
who were seen near the mill at ten in the evening.

Nobody lives within half a mile of it. The river carried paper as far as the lake of Ostra, where the school's pupils \
fished it out and hung it up to dry. A few pages of the year 1904 can be read."""

PARAGRAPHS = WIRE.split("\n\n")


@cache
def sketch(text):
    return signature(text), len(words(text))


def told(*texts):
    """The texts' stories, each as the set of its texts' positions."""
    signatures, lengths = zip(*map(sketch, texts), strict=True)
    numbers = stories(np.stack(signatures), np.array(lengths))
    assert all(numbers[number] == number for number in numbers)
    return {frozenset(np.flatnonzero(numbers == number).tolist()) for number in numbers}


def is_copy(one, other):
    return len(told(one, other)) == 1


# --- what is a copy --------------------------------------------------------------------------------------------------

DRESSED = {
    "in another outlet's furniture": f"LUND (Wire) —\n\n{WIRE}\n\nEditors of the Tarn Gazette added to this report.",
    "without its last paragraphs": "\n\n".join(PARAGRAPHS[:3]),
    "with a paragraph of its own": (
        f"{WIRE}\n\nIn Tarn the union of fishermen asked for the same help, as three of its own boats lie at the "
        "bottom of the bay and no insurance pays for what a storm does before the first of May."
    ),
    "with other quotation marks, dashes and spaces": (
        WIRE.replace("“", '"')
        .replace("”", '"')
        .replace("port's", "port’s")
        .replace("\n\n", "\n")
        .replace(" ", "\u00a0")
    ),
    "in capitals": WIRE.upper(),
    "with figures written otherwise": WIRE.replace("2.4", "2,4"),
    "with a sentence edited": WIRE.replace("Nobody was hurt, but the", "No one came to harm. The"),
    "with its paragraphs in another order": "\n\n".join([PARAGRAPHS[0], *PARAGRAPHS[:0:-1]]),
}


@pytest.mark.parametrize("dressed", DRESSED.values(), ids=DRESSED)
def test_the_same_story_is_a_copy(dressed):
    assert dressed != WIRE
    assert is_copy(WIRE, dressed)


EARNINGS = (
    "{0} reported a net profit of {1} million crowns for the {2} quarter, against {3} million a year earlier. Revenue "
    "rose {4} percent to {5} million. Analysts had expected earnings of {6} crowns a share on average, according to a "
    "survey by the exchange. The company said that it expects revenue of {7} million to {8} million in the next "
    "quarter. Its shares rose {9} percent in early trading and have gained {10} percent since the beginning of the "
    "year. The report was made from figures that the company gave to the exchange and was looked through by an editor "
    "before it was published."
)
WEATHER = (
    "Good morning. It is going to be {0} in the valley today with a high of {1} degrees and a low of {2}. Winds from "
    "the {3} at up to {4} kilometres an hour. The chance of rain is {5} percent. The sun rises at 5:{6} and sets at "
    "20:{7}. Drivers on the road across the pass should carry chains above {8} metres. The pollen count is {9}. The "
    "bathing water of the lake of Ostra has {10} degrees. The next report comes at noon from the station on the hill."
)
DRAW = (
    "The winning numbers of the draw on {0} were {1}, {2}, {3}, {4}, {5} and {6}. Tickets may be handed in at every "
    "kiosk of the county until the end of the month after the draw. Nobody has to give a name. Prizes above ten "
    "thousand crowns are paid by the office in Lund only, which is open on weekdays from nine until four. Whoever "
    "plays too much finds help at the county's advice centre, which keeps its callers' names to itself. Players must "
    "be of age. The company that runs the draw pays a third of what it takes to the clubs and the choirs of the county."
)
ROUND_UP = (
    "Good morning and welcome to the five stories that you should know before you leave the house. Was this sent on to "
    "you? Then ask us for a copy of your own. {0} {1} {2} That is all for today. Write to us if something is missing, "
    "and have a good day. We shall be back at six tomorrow with more of what matters in the valley and around the lake."
)
TEMPLATES = {
    "earnings": [
        EARNINGS.format("Norby Shipping", 412, "third", 389, 6, 5210, "3.15", 5300, 5500, "2.1", 14),
        EARNINGS.format("Sundal Timber", 57, "third", 61, 2, 803, "0.84", 790, 830, "0.6", 3),
    ],
    "weather": [
        WEATHER.format("sunny", 24, 11, "west", 20, 10, 12, 48, 1900, "high", 17),
        WEATHER.format("cloudy", 19, 9, "north", 35, 60, 14, 46, 1700, "low", 16),
    ],
    "draws": [
        DRAW.format("Wednesday", 4, 17, 21, 33, 38, 45),
        DRAW.format("Saturday", 2, 9, 19, 27, 40, 41),
    ],
    "round-ups": [
        ROUND_UP.format(PARAGRAPHS[0], PARAGRAPHS[2], OTHER.split("\n\n")[0]),
        ROUND_UP.format(OTHER.split("\n\n")[1], PARAGRAPHS[3], OTHER.split("\n\n")[2]),
    ],
}


@pytest.mark.parametrize("reports", TEMPLATES.values(), ids=TEMPLATES)
def test_two_reports_off_one_template_are_two_stories(reports):
    one, other = reports
    assert not is_copy(one, other)
    assert is_copy(one, f"{one} More at noon.")


def test_two_stories_are_two():
    assert told(WIRE, OTHER, WIRE) == {frozenset({0, 2}), frozenset({1})}


def test_short_texts_are_copies_only_where_they_are_all_but_the_same():
    one = "The bridge of Vika is closed until Friday because of cracks that an inspector found in its piers."
    assert is_copy(one, one.replace(" ", "  ").upper())
    assert not is_copy(one, one.replace("Friday", "Sunday"))
    assert not is_copy(one, f"{one} Buses go by way of Ask.")


@pytest.mark.parametrize("text", ["", "   \n", "Bridge closed in Vika", "§ — …"])
def test_texts_of_fewer_than_five_words_are_like_nothing_not_even_themselves(text):
    assert not is_copy(text, text)


def test_a_chain_of_small_changes_does_not_join_texts_that_are_unlike():
    sentences = [f"Sentence {name} speaks of the {name} of the village and of nothing else." for name in _NAMES]
    chain = [" ".join(sentences[start : start + 20]) for start in range(0, 31, 3)]
    groups = told(*chain)
    assert is_copy(chain[0], chain[1])
    assert not is_copy(chain[0], chain[-1])
    assert len(groups) > 1
    for group in groups:
        assert any(all(is_copy(chain[leader], chain[at]) for at in group) for leader in group)


_NAMES = [
    f"{first}{last}"
    for first in ("oak", "elm", "ash", "fir", "yew")
    for last in ("hill", "field", "wood", "gate", "moor", "ford", "dale", "marsh", "cliff", "bank")
]


@settings(max_examples=25)
@given(st.permutations([WIRE, OTHER, *DRESSED.values(), *TEMPLATES["weather"], WIRE, ""]))
def test_the_order_of_the_articles_does_not_matter(texts):
    texts = list(texts)
    groups = {frozenset(texts[at] for at in group) for group in told(*texts) if texts[min(group)]}
    expected = [WIRE, OTHER, *DRESSED.values(), *TEMPLATES["weather"], WIRE]
    assert groups == {frozenset(expected[at] for at in group) for group in told(*expected)}


def test_what_lies_between_two_leaders_goes_to_the_one_it_is_most_like():
    base = np.arange(copies.SIGNATURE_SIZE, dtype=np.uint32)
    between, far = base.copy(), base.copy()
    between[:30] += 1000
    far[:45] += 1000
    rows, lengths = np.stack([base, between, far]), np.array([300, 200, 299])
    for order in permutations(range(3)):
        at = list(order)
        numbers = stories(rows[at], lengths[at])
        assert numbers[at.index(1)] == numbers[at.index(2)] != numbers[at.index(0)]


def test_a_crowd_of_texts_that_share_a_template_does_not_hide_copies_among_them():
    rng = np.random.default_rng(7)
    rows = rng.integers(0, 2**32 - 1, (600, copies.SIGNATURE_SIZE), dtype=np.uint32)
    template = rng.random(rows.shape) < 0.5
    rows[template] = np.broadcast_to(rows[0], rows.shape)[template]
    kept = rng.random((20, copies.SIGNATURE_SIZE)) < 0.9
    rows[-20:] = np.where(kept, rows[100:120], rows[-20:])
    numbers = stories(rows, np.full(600, 300))
    assert numbers[-20:].tolist() == list(range(100, 120))
    assert len(np.unique(numbers)) == 580


def test_no_articles_have_no_stories():
    assert stories(np.empty((0, copies.SIGNATURE_SIZE), np.uint32), np.empty(0, np.int64)).tolist() == []


# --- signatures ------------------------------------------------------------------------------------------------------

KNOWN = [629992367, 886435551, 280513965, 597703895]


def test_a_signature_is_the_one_it_always_was():
    assert copies.SIGNATURE_VERSION == "1:2", "another version needs other known values"
    assert signature(WIRE)[:4].tolist() == KNOWN
    assert signature(WIRE).dtype == np.uint32
    assert signature(WIRE).shape == signature("").shape == (copies.SIGNATURE_SIZE,)


def test_a_signature_is_the_same_in_another_process():
    code = "import sys; from index.copies import signature; print(signature(sys.stdin.read()).tolist())"
    done = subprocess.run(
        [sys.executable, "-c", code], input=WIRE, capture_output=True, text=True, check=True, cwd=ROOT, encoding="utf-8"
    )
    assert done.stdout.strip() == str(signature(WIRE).tolist())


@given(st.sampled_from([WIRE, OTHER]), st.integers(0, 100), st.integers(1, 100))
def test_signatures_estimate_how_much_two_texts_share(text, start, count):
    part = " ".join(text.split()[start : start + count])
    whole, some = copies.elements(text), copies.elements(part)
    if not some:
        return
    estimate = np.mean(signature(text) == signature(part))
    assert estimate == pytest.approx(len(whole & some) / len(whole | some), abs=0.2)


@given(st.text())
def test_any_text_has_a_signature(text):
    assert (signature(text) == np.iinfo(np.uint32).max).all() == (len(words(text)) < copies.SHINGLE_WORDS)


def test_words_are_the_same_however_they_are_typed():
    assert words("Don’t pay 1,000.50 – O`Brien’s “café”") == words("DON'T PAY 1.000,50 - O'Brien's \"cafe\u0301\"")
    assert words("co\u00adoperate") == ["cooperate"]
    assert words("港が再開") == ["港", "が", "再", "開"]
    assert words("\ud800") == []


# --- which copy is shown ---------------------------------------------------------------------------------------------


def test_known_outlet_and_day_come_first_then_fuller_prose_then_the_earliest_then_the_id():
    ordered = [
        Copy("e", "Lund Post", date(2022, 4, 26), 900),
        Copy("d", "Tarn Gazette", date(2022, 4, 25), 600),
        Copy("a", "Vika News", date(2022, 4, 26), 603),
        Copy("c", "Vika News", date(2022, 4, 26), 601),
        Copy("b", "", date(2022, 4, 20), 2000),
        Copy("f", "Lund Post", None, 800),
        Copy("0", "", None, 5000),
    ]
    for shuffled in (ordered[::-1], ordered[3:] + ordered[:3]):
        assert best_first(shuffled) == ordered


def test_a_copy_without_a_word_has_its_place_too():
    assert [copy.words for copy in best_first([Copy("a", "", None, 0), Copy("b", "", None, 9)])] == [9, 0]
