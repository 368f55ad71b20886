"""How well prose is told from the rest, on 60 scraped articles that were labelled line by line, by hand.

    python -m tests.benchmarks.prose articles.jsonl.gz
    python -m tests.benchmarks.prose articles.jsonl.gz --sample 200
    python -m tests.benchmarks --pages

The articles (newsbench: JSON lines with url, title and text) are not part of the project; the labels, by url and line
number, are (tests/labels/newsbench_prose.jsonl). Lines that the labellers called unsure are left out.

The texts are plain already, so trafilatura is given a page of which every line is a paragraph, and what it keeps is
taken for its prose: it sees none of the markup that it is made for. `--sample` prints passages of the other articles
at random, with the marking off and with it, to be judged by eye.

`--pages` measures the same on invented web pages of fourteen kinds of site (tests/page_templates.py), where trafilatura
has all the markup.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from index import Article, open_embedder
from index.cleaning import mark, paragraphs
from index.passages import split_articles
from index.reading import outlet_of
from index.recurring import line_hashes, recurring, without_recurring
from index.sentences import split_sentences
from index.types import Block

LABELS = Path(__file__).parents[1] / "labels" / "newsbench_prose.jsonl"
PASSAGE_TOKENS = 256

Marks = dict[str, tuple[Block, ...]]
"""The blocks of each article, by url."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.prose", description=__doc__)
    parser.add_argument("articles", type=Path, help="newsbench's articles.jsonl.gz")
    parser.add_argument("--sample", type=int, default=0, help="print so many passages of the other articles")
    options = parser.parse_args()
    measure_prose(options.articles, options.sample)


def measure_prose(path: Path, sample: int = 0) -> None:
    """Print precision, recall and F1 of prose, and how many passages are mostly something else."""
    articles = read_articles(path)
    labels = read_labels()
    plain = {url: tuple(Block(s.start, s.end, "prose") for s in paragraphs(a.text)) for url, a in articles.items()}
    marked = {url: mark(article.text, article.title) for url, article in articles.items()}
    ways: dict[str, Marks] = {
        "everything is prose": plain,
        "trafilatura alone": {url: by_trafilatura(articles[url].text) for url in labels},
        "marking": marked,
        "marking, and what recurs": without_what_recurs(articles, marked),
    }
    for name, blocks in ways.items():
        by_line, by_character = (scores(articles, labels, blocks, weight) for weight in (lambda _: 1, len))
        boiler, passages = mostly_boilerplate(articles, labels, blocks)
        print(f"{name}: lines {by_line}; characters {by_character}")
        print(f"  {boiler} of {passages} passages ({boiler / passages:.2%}) are mostly lines labelled as not prose")
    again = sum(
        one.kind != other.kind
        for url in articles
        for one, other in zip(marked[url], ways["marking, and what recurs"][url], strict=True)
    )
    print(f"what recurs: {again} more lines of {sum(map(len, marked.values())):,} in {len(articles):,} articles")
    for name in ("everything is prose", "marking, and what recurs") if sample else ():
        # whoever writes rules may read these; the labelled articles only give figures
        unlabelled = {url: article for url, article in articles.items() if url not in labels}
        print_sample(unlabelled, ways[name], name, sample)


def measure_pages() -> None:
    """Print precision, recall and F1 of prose by kind of site, of Byline and of trafilatura alone."""
    from page_templates import scores as page_scores

    print(f"{'lines that are prose':32}{'Byline: P':>10}{'R':>7}{'F1':>7}{'trafilatura: P':>18}{'R':>7}{'F1':>7}")
    for kind, found in page_scores().items():
        ours, theirs = found.ours, found.trafilatura
        print(
            f"{kind:32}{ours.precision:10.3f}{ours.recall:7.3f}{ours.f1:7.3f}"
            f"{theirs.precision:18.3f}{theirs.recall:7.3f}{theirs.f1:7.3f}"
        )


def read_articles(path: Path) -> dict[str, Article]:
    """The articles by url."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {row["url"]: Article(str(n), row["title"], row["text"], url=row["url"]) for n, row in enumerate(rows)}


def read_labels() -> dict[str, dict[int, str]]:
    """The kind of each labelled line, by url and line number (from 1)."""
    labels: dict[str, dict[int, str]] = {}
    for row in map(json.loads, LABELS.read_text(encoding="utf-8").splitlines()):
        url = row.pop("url")
        labels[url] = {
            line: kind for kind, ranges in row.items() for first, last in ranges for line in range(first, last + 1)
        }
    return labels


def without_what_recurs(articles: dict[str, Article], marked: Marks) -> Marks:
    hashes = {url: line_hashes(article.text, marked[url]) for url, article in articles.items()}
    outlets = {url: outlet_of(url) for url in articles}
    found = recurring(list(outlets.values()), list(hashes.values()))
    return {
        url: without_recurring(blocks, hashes[url], found[outlets[url]]) if outlets[url] in found else blocks
        for url, blocks in marked.items()
    }


def by_trafilatura(text: str) -> tuple[Block, ...]:
    try:
        import trafilatura
    except ModuleNotFoundError:
        sys.exit("trafilatura is not installed: pip install trafilatura")
    lines = [(number, line) for number, line in enumerate(text.split("\n")) if line.strip()]
    page = "".join(f"<p>{html.escape(line)}</p>" for _, line in lines)
    kept = trafilatura.extract(f"<html><body><article>{page}</article></body></html>", include_comments=False) or ""
    left = Counter("".join(line.split()) for line in kept.split("\n"))
    blocks, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            key = "".join(line.split())
            blocks.append(Block(start, start + len(line), "prose" if left[key] > 0 else "furniture"))
            left[key] -= 1
        start += len(line) + 1
    return tuple(blocks)


def labelled_lines(article: Article, kinds: dict[int, str]) -> Iterator[tuple[int, int, bool]]:
    """(start, end, is prose) of each line without surrounding white space, unsure ones left out."""
    start = 0
    for number, line in enumerate(article.text.split("\n"), 1):
        if line.strip() and kinds[number] != "unsure":
            first = start + len(line) - len(line.lstrip())
            yield first, first + len(line.strip()), kinds[number] == "prose"
        start += len(line) + 1


def scores(
    articles: dict[str, Article], labels: dict[str, dict[int, str]], marks: Marks, weight: Callable[[str], int]
) -> str:
    right = wrong = missed = 0
    for url, kinds in labels.items():
        article = replace(articles[url], blocks=marks[url])
        for start, end, is_prose in labelled_lines(article, kinds):
            block = article.block_at(start)
            said = block is not None and block.kind == "prose"
            amount = weight(article.text[start:end])
            right += amount * (said and is_prose)
            wrong += amount * (said and not is_prose)
            missed += amount * (is_prose and not said)
    precision, recall = right / (right + wrong), right / (right + missed)
    return f"P {precision:.4f} R {recall:.4f} F1 {2 * precision * recall / (precision + recall):.4f}"


def passages_of(articles: list[Article], marks: Marks) -> Iterator[tuple[Article, int, int, str]]:
    embedder = open_embedder("fast", None)
    ready = []
    for article in articles:
        blocks = marks[article.url]
        prose = [block for block in blocks if block.kind == "prose"]
        sentences = [s for block in prose for s in split_sentences(article.text, block.start, block.end)]
        ready.append(replace(article, blocks=blocks, sentences=tuple(sentences)))
    for article, (_, drafts) in zip(ready, split_articles(ready, embedder, PASSAGE_TOKENS), strict=True):
        yield from ((article, draft.start, draft.end, draft.text) for draft in drafts)


def mostly_boilerplate(
    articles: dict[str, Article], labels: dict[str, dict[int, str]], marks: Marks
) -> tuple[int, int]:
    """How many passages of the labelled articles have less than half of their characters in lines of prose; of all."""
    found = total = 0
    for article, start, end, _ in passages_of([articles[url] for url in labels], marks):
        amounts = {True: 0, False: 0}
        for first, last, is_prose in labelled_lines(article, labels[article.url]):
            inside = range(max(first, start), min(last, end))
            # what the marking left out lies between a passage's ends, but is no part of it
            block = article.block_at(first)
            if inside and block is not None and block.kind == "prose":
                amounts[is_prose] += len(inside)
        total += 1
        found += amounts[False] > amounts[True]
    return found, total


def print_sample(articles: dict[str, Article], marks: Marks, name: str, count: int) -> None:
    passages = list(passages_of(list(articles.values()), marks))
    print(f"\n{count} of {len(passages):,} passages, {name}:")
    for article, _, _, text in random.Random(0).sample(passages, count):
        print(f"- {article.url}\n  {text}")


if __name__ == "__main__":
    main()
