"""What is said of the archive itself: how much it holds, from where and when, in which language; and small talk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.forms import Subject
from assistant.stretches import Stretch
from assistant.types import Note
from index import ArticleRef, Overview, terms

NAMED = 12
"""Outlets named, at most."""

_OPENINGS: dict[Subject, str] = {
    "greeting": "Hello.",
    "thanks": "You are welcome.",
    "help": "Ask about what the articles report: every sentence of an answer is quoted from one of them, and cited. "
    "“What is new since Monday?”, “Summarise the article about …” and several questions in one are understood too.",
}

_LANGUAGES = {
    "af": "Afrikaans",
    "ar": "Arabic",
    "be": "Belarusian",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "eu": "Basque",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "ga": "Irish",
    "gl": "Galician",
    "gu": "Gujarati",
    "he": "Hebrew",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "hy": "Armenian",
    "id": "Indonesian",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "ka": "Georgian",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "mk": "Macedonian",
    "ms": "Malay",
    "nb": "Norwegian",
    "nl": "Dutch",
    "nn": "Norwegian",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sq": "Albanian",
    "sr": "Serbian",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def notes_about(subject: Subject, overview: Overview) -> tuple[Note, ...]:
    """What is said to small talk or to a question about the archive."""
    said = [_OPENINGS.get(subject, ""), "" if subject == "thanks" else _holdings(overview)]
    if subject == "outlets":
        said.append(_outlets(overview.outlets))
    elif subject == "languages":
        said.append(_languages(overview.languages))
    return tuple(Note("archive", text) for text in said if text)


def coverage_note(topic: str, refs: Sequence[ArticleRef], overview: Overview) -> Note:
    """How many of the articles speak of a topic: ``refs``, the newest first."""
    held = counted(overview.articles, "article")
    if not refs:
        return Note("archive", f"None of {held} mentions “{topic}”.")
    days = [ref.published for ref in refs if ref.published]
    said = f"{len(refs):,} of {held} {'mentions' if len(refs) == 1 else 'mention'} “{topic}”"
    if days:
        first, last = min(days), max(days)
        said += f", {'of' if first == last else 'from'} {Stretch(first, last)}"
    outlets = dict(Counter(ref.outlet for ref in refs).most_common())
    told = f" {_outlets(outlets)}" if any(outlets) else ""
    alone = "" if len(terms(topic)) == 1 else " They have all of these words in one passage or its headline."
    return Note("archive", f"{said}.{told}{alone}")


def language_name(code: str) -> str:
    """The English name of a language by its ISO 639-1 code."""
    return _LANGUAGES.get(code, f"the language “{code}”")


def known_languages(languages: Mapping[str, int]) -> str:
    """The languages of an archive in words, the most frequent first; ``""`` where none is known."""
    return _and([language_name(code) for code in languages if code])


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 article", "1,200 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _holdings(overview: Overview) -> str:
    outlets = sum(1 for name in overview.outlets if name)
    said = f"The archive holds {counted(overview.articles, 'article')}"
    if outlets:
        said += f" of {counted(outlets, 'outlet')}"
    if overview.first and overview.last:
        one_day = overview.first == overview.last
        days = str(Stretch(overview.first, overview.last))
        said += f", of {days}" if one_day else f", from {days}"
    languages = known_languages(overview.languages)
    return f"{said}{f', in {languages}' if languages else ''}."


def _outlets(outlets: Mapping[str, int]) -> str:
    named = [f"{name} ({counted(count, 'article')})" for name, count in outlets.items() if name]
    if not named:
        return "None of its articles says which outlet it is of."
    shown = named[:NAMED]
    if len(named) > NAMED:
        shown.append(f"{len(named) - NAMED:,} more")
    unknown = outlets.get("", 0)
    rest = f" {counted(unknown, 'article')} of no known outlet." if unknown else ""
    return f"Outlets: {', '.join(shown)}.{rest}"


def _languages(languages: Mapping[str, int]) -> str:
    named = [f"{language_name(code)} ({counted(count, 'article')})" for code, count in languages.items() if code]
    return f"Languages: {', '.join(named)}." if named else "The language of its articles is not known."


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
