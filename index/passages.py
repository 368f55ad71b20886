"""Articles to passages: runs of whole sentences within one section, sized by the embedder's own tokenizer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.cleaning import one_line
from index.settings import MINIMUM_PASSAGE_TOKENS
from index.types import Article, Passage, Section, Span

if TYPE_CHECKING:
    from index.embedding import Embedder

PASSAGES_VERSION = 1
"""Part of what an index remembers of its making; to be raised when any rule here changes."""

TITLE_TOKENS = 64
"""A longer title is embedded up to here, by whole words; the article keeps all of it."""

NEAR = 0.9
"""Passages fuller than this are counted again as they will be embedded."""

# ASCII's record separator, made for this: it cannot stand in prose, and tells sentences apart when they come back
_SEPARATOR = "\x1e"
_BREAKS = dict.fromkeys([*range(0x0A, 0x0E), *range(0x1C, 0x20), 0x85, 0x2028, 0x2029], " ")


def embedded_text(opening: str, text: str) -> str:
    """What is embedded of a passage: its article's title, as far as :data:`TITLE_TOKENS`, then its prose."""
    return f"{opening}\n{text}" if opening else text


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage before it is stored: where it stands and its prose.

    ``tokens`` counts its prose. ``hash`` names what is embedded (title and prose): equal passages are embedded once.
    """

    start: int
    end: int
    text: str
    heading: str
    tokens: int
    hash: bytes


def split_articles(
    articles: Sequence[Article], embedder: Embedder, passage_tokens: int
) -> list[tuple[str, list[Draft]]]:
    """The opening (see :func:`embedded_text`) and the passages of each article, none longer than the embedder reads.

    A sentence that is itself too long (a pasted table, a text without full stops) is cut at clauses, then at words.

    Args:
        articles: marked and split into sentences.
        embedder: gives the tokenizer and its window.
        passage_tokens: longest passage, with its title, in the embedder's tokens.
    """
    window = min(passage_tokens, embedder.window)
    longest_title = min(TITLE_TOKENS, window // 2)
    titles = [_clipped_title(article.title, embedder, longest_title) for article in articles]
    sections = [article.sections for article in articles]
    texts = [
        [[_plain(article, sentence) for sentence in section.sentences] for section in parts]
        for article, parts in zip(articles, sections, strict=True)
    ]
    flat = [sentence for parts in texts for section in parts for sentence in section]
    counts = dict(zip(flat, embedder.count(flat), strict=True))
    title_counts = dict(zip(titles, embedder.count(titles), strict=True))

    counts[""] = 0

    def length(text: str) -> int:
        found = counts.get(text)
        if found is None:
            pieces = [counts.get(piece) for piece in text.split(_SEPARATOR)]
            found = embedder.count([text])[0] if None in pieces else sum(count for count in pieces if count)
            counts[text] = found
        return found

    result: list[tuple[str, list[Draft]]] = []
    for article, title, parts, section_texts in zip(articles, titles, sections, texts, strict=True):
        budget = max(window - title_counts[title], MINIMUM_PASSAGE_TOKENS // 2)
        while True:
            drafts = [
                draft
                for section, sentences in zip(parts, section_texts, strict=True)
                for draft in _split_section(article, title, section, sentences, budget, length)
            ]
            # some tokenizers count less in the parts than in the whole; then nothing may be cut silently either
            near = [draft for draft in drafts if title_counts[title] + draft.tokens > budget * NEAR]
            if budget <= 1 or all(
                count <= window for count in embedder.count([embedded_text(title, draft.text) for draft in near])
            ):
                break
            budget = int(budget * NEAR)
        result.append((title, drafts))
    return result


def follows(one: Passage, other: Passage, article: Article) -> bool:
    """Whether ``other`` is the passage after ``one`` in the same section of ``article``, which holds both."""
    return other.ordinal == one.ordinal + 1 and not any(
        block.kind in ("heading", "divider") and one.end <= block.start < other.start for block in article.blocks
    )


def joined(passages: Sequence[Passage]) -> Passage:
    """Passages of one section that follow each other, as one."""
    first, last = passages[0], passages[-1]
    if first is last:
        return first
    return replace(
        first,
        id=f"{first.id}-{last.ordinal}",
        end=last.end,
        text=" ".join(passage.text for passage in passages),
        tokens=sum(passage.tokens for passage in passages),
    )


def _split_section(
    article: Article, title: str, section: Section, sentences: list[str], budget: int, length: Callable[[str], int]
) -> list[Draft]:
    joined = _SEPARATOR.join(sentences)
    # aiming at equal parts spares a section its last passage of one short sentence
    total = sum(length(sentence) for sentence in sentences)
    parts = -(-total // budget)
    longest = max((length(sentence) for sentence in sentences), default=0)
    size = min(budget, -(-total // parts) + longest) if parts > 1 else budget
    heading = "" if section.heading is None else article.text[section.heading.start : section.heading.end]
    drafts = []
    at, number, offset = 0, 0, 0
    for chunk in [joined] if parts <= 1 else _chunks(joined, size, length):
        at = joined.index(chunk, at)
        first = _advance(sentences, number, offset, at)
        last = _advance(sentences, *first, at + len(chunk) - 1)
        start = _position(article, section, sentences, first, at)
        end = _position(article, section, sentences, last, at + len(chunk) - 1) + 1
        number, offset = last
        at += len(chunk)
        text = chunk.replace(_SEPARATOR, " ").strip()
        drafts.append(
            Draft(
                start=start,
                end=end,
                text=text,
                heading=one_line(heading.lstrip("# ")),
                tokens=length(chunk),
                hash=hashlib.sha256(embedded_text(title, text).encode()).digest()[:16],
            )
        )
    return drafts


def _advance(sentences: list[str], number: int, offset: int, target: int) -> tuple[int, int]:
    """The sentence that holds character ``target`` of the joined text, and where in the joined text it begins."""
    while target >= offset + len(sentences[number]) + 1:
        offset += len(sentences[number]) + 1
        number += 1
    return number, offset


def _position(article: Article, section: Section, sentences: list[str], at: tuple[int, int], target: int) -> int:
    number, offset = at
    sentence = section.sentences[number]
    return min(sentence.start + target - offset, sentence.end - 1)


def _plain(article: Article, sentence: Span) -> str:
    # whatever breaks lines, and the separator, become spaces one for one, so that offsets within the sentence hold
    return article.text[sentence.start : sentence.end].translate(_BREAKS)


def _clipped_title(title: str, embedder: Embedder, longest: int) -> str:
    title = one_line(title)
    if len(title) <= longest or embedder.count([title])[0] <= longest:
        return title
    words = title.split()
    while len(words) > 1 and embedder.count([" ".join(words)])[0] > longest:
        words = words[: -max(1, len(words) // 8)]
    clipped = " ".join(words)
    return clipped if embedder.count([clipped])[0] <= longest else ""


def _pieces(text: str) -> list[str]:
    pieces = text.split(_SEPARATOR)
    # never an empty piece: llama-index takes two pieces for progress and would split the same text for ever
    return [piece + _SEPARATOR for piece in pieces[:-1]] + [piece for piece in pieces[-1:] if piece]


def _chunks(joined: str, size: int, length: Callable[[str], int]) -> list[str]:
    from llama_index.core.node_parser import SentenceSplitter

    splitter = SentenceSplitter(
        chunk_size=size,
        chunk_overlap=0,
        paragraph_separator="\x1d",
        chunking_tokenizer_fn=_pieces,
        # llama-index measures a text by the number of things its tokenizer returns
        tokenizer=lambda text: range(length(text)),
    )
    return splitter.split_text(joined)
