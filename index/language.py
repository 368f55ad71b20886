"""The language of an article, by py3langid (a naive Bayes model over byte n-grams that comes with the package)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE_CHARACTERS = 2000
FEWEST_CHARACTERS = 60
"""Of less text than this no language is told: a headline in Danish is as likely Norwegian."""

CONFIDENT = 0.7
"""Least probability, which the library calibrates over lengths, from which its guess is taken."""


def language_of(prose: str) -> str:
    """The ISO 639-1 code of a text's language, or ``""`` where it is not certain."""
    sample = prose[:SAMPLE_CHARACTERS]
    if len(sample) < FEWEST_CHARACTERS:
        return ""
    language, confidence = _identifier().classify(sample)
    return str(language) if confidence >= CONFIDENT else ""


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
