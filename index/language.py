"""The language of an article, by py3langid (a naive Bayes model over byte n-grams that comes with the package)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE_CHARACTERS = 2000
FEWEST_CHARACTERS = 60
"""Of less text than this no language is told: a headline in Danish is as likely Norwegian."""

CONFIDENT = 0.7
"""Least probability, which the library calibrates over lengths, from which its guess is taken."""

FEWEST_WORDS, FEWEST_LETTERS = 4, 6
CONFIDENT_LATIN, CONFIDENT_FOREIGN, ENGLISH_AT_MOST = 0.75, 0.5, 0.02
"""Of a question so many words and letters are needed, and so much probability, more where its letters are those of
English; and English must be out of the question. None of newsbench's 809 questions, nor any of them reduced to its
rarer words in lower case, is then taken for foreign."""

_WORD = re.compile(r"[^\W\d_]+")


def language_of(prose: str) -> str:
    """The ISO 639-1 code of a text's language, or ``""`` where it is not certain."""
    sample = prose[:SAMPLE_CHARACTERS]
    if len(sample) < FEWEST_CHARACTERS:
        return ""
    language, confidence = _identifier().classify(sample)
    return str(language) if confidence >= CONFIDENT else ""


def language_of_question(text: str) -> str:
    """The ISO 639-1 code of a question's language, or ``""`` where so few words do not tell it clearly.

    English is told more readily than others: names of any country stand in English questions.
    """
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    latin = sum(1 for word in words for letter in word if unicodedata.name(letter, "").startswith("LATIN"))
    # without spaces between words, or with letters that English has not, little text is enough
    foreign = latin * 2 < letters
    if (len(words) < FEWEST_WORDS and not foreign) or letters < FEWEST_LETTERS:
        return ""
    guesses = dict(_identifier().rank(text))
    language, probability = max(guesses.items(), key=lambda guess: guess[1])
    if language == "en":
        return "en"
    least = CONFIDENT_FOREIGN if foreign else CONFIDENT_LATIN
    return str(language) if probability >= least and guesses["en"] <= ENGLISH_AT_MOST else ""


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
