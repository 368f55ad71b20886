"""Who said it."""

import pytest

from assistant.attribution import is_bare_quotation, speaker


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("In contrast, Taliban officials claimed their fighters had captured three outposts.", "Taliban officials"),
        ("“It is a shift,” said Dr. Faisal Khan, a South Asia analyst based in Islamabad.", "Dr. Faisal Khan"),
        ("“We are prepared,” Khowarazmi declared in a statement.", "Khowarazmi"),
        (
            "“We have shown patience,” one senior security official said earlier this week.",
            "one senior security official",
        ),
        ("The bridge will reopen in May, according to the city's engineer.", "the city's engineer"),
        ("Enayatullah Khowarazmi, spokesperson for the ministry, confirmed the assaults.", "Enayatullah Khowarazmi"),
        ("Analysts say the ties could complicate matters.", "Analysts"),
        ("He said the operation concluded around midnight.", ""),
        ("The bridge reopened on Monday.", ""),
    ],
)
def test_the_speaker_is_named_in_the_words_of_the_sentence(sentence, who):
    assert speaker(sentence) == who
    assert who in sentence


def test_words_between_quotation_marks_from_end_to_end_are_bare():
    assert is_bare_quotation("“Without coordination, these incidents could spiral.”")
    assert is_bare_quotation("“And it was quoted on in the next paragraph.")
    assert not is_bare_quotation("“It is over,” she said.")
    assert not is_bare_quotation("The harbour “reopened” on Monday.")
