"""Versions of one article: which addresses name the same page, and what its text said before.

Corrections matter in news, so what a page said is kept beside what it says.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from index.copies import elements, words
from index.types import Article, Difference

SAME_ARTICLE = 0.5
"""Share of the shorter text that must stand in the other for both to be versions of one article.

A developing story keeps most of what it began with; a page that is used again for another day keeps its template.
Where it is doubtful both are kept: to take another story for a new version would lose an article.
"""

SAME_SENTENCE = 0.5
"""Share of their words that two sentences must have in common for one to be the other, changed."""

CANDIDATES = 5
"""Sentences that one is compared with: those that share most of its rarer words."""

COMMON_WORD = 25
"""A word of more changed sentences than this leads to none of them; bounds the work where thousands changed."""

_MIRROR = re.compile(r"(?:www\d?|m|mobile|amp)\.(?=[^.]+\.[^.])")
# a search engine's copy of a page names the page: /c/s/example.org/story, /amp/s/example.org/story
_CACHED = re.compile(r"/(?:[cvi]|amp)/(?:s/)?([^/]+\.[^/]+)(/.*)?")
_CACHES = re.compile(r"(?:[\w-]+\.)*(?:cdn\.ampproject\.org|google\.[a-z.]+)")
_PAGE_SUFFIX = re.compile(r"(?:/+(?:amp|index(?:\.amp)?\.(?:html?|php|aspx?))?|\.amp)$", re.IGNORECASE)
_AMP_PAGE = re.compile(r"\.amp(?=\.html?$)", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_TRACKING = re.compile(
    r"utm_.*|(?:fb|g|d|y|tw)clid|[gw]braid|msclkid|igsh(?:id)?|mc_[ce]id|mkt_tok|_ga|_gl"
    r"|_hs(?:enc|mi)|cmp(?:id)?|[no]cid|at_.*|ns_(?:campaign|mchannel|source|linkname|fee)|smid|smtyp|taid|xtor|s_cid"
    r"|wt_mc|trk|soc_(?:src|trk)|guccounter|guce_referrer(?:_sig)?|ref_(?:src|url)|__twitter_impression"
    r"|amp(?:_.*)?|output(?:type)?",
    re.IGNORECASE,
)
_NAMES_A_PAGE = frozenset({"p", "id"})

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_TYPOGRAPHY = str.maketrans(
    {**dict.fromkeys("‘’‚‛`´ʼ′", "'"), **dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‐‑‒–—―−", "-")}
)
_SPACED_DASH = re.compile(r"\s*-+\s*")


def canonical_url(url: str) -> str:
    """What is the same for every address of one page; ``""`` where an address names no page on the web.

    Scheme, case of the host, ``www.`` and its like, usual ports, fragments, ``/amp`` and ``index.html``, trailing
    slashes and parameters that only say where a reader came from make no difference. A site's front page names no
    article. The result is for comparing, not for fetching.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() for c in host):
        return ""
    path = parts.path
    if _CACHES.fullmatch(host) and (cached := _CACHED.fullmatch(path)):
        host, port, path = cached[1].casefold(), None, cached[2] or ""
    while _MIRROR.match(host):
        host = _MIRROR.sub("", host, count=1)
    path = _canonical_path(path)
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        if not _TRACKING.fullmatch(name)
    )
    if not path and not any(name in _NAMES_A_PAGE for name, _ in query):
        return ""
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    return f"https://{place}{path}{'?' if query else ''}{urlencode(query, errors='surrogateescape')}"


def is_version(old: str, new: str) -> bool:
    """Whether two texts that stood at the same address are versions of one article, not two articles.

    Args:
        old: the prose of the one.
        new: the prose of the other.
    """
    before, after = elements(old), elements(new)
    if not before or not after:
        return words(old) == words(new)
    return len(before & after) >= SAME_ARTICLE * min(len(before), len(after))


def differences(old: Article, new: Article) -> tuple[Difference, ...]:
    """What changed from one version of an article to the next: its facts, then its prose, in the order of the new text.

    Sentences are compared without regard to white space and typography, and without regard to their order: one that
    only moved is no difference. One that went and one that came are a change where they share most of their words.
    The work grows with the length of the texts, whatever changed.
    """
    return (*_facts(old, new), *_sentences(_prose(old), _prose(new)))


def _facts(old: Article, new: Article) -> Iterable[Difference]:
    pairs = (
        ("title", old.title, new.title),
        ("authors", ", ".join(old.authors), ", ".join(new.authors)),
        ("outlet", old.outlet, new.outlet),
        ("published", _day(old.published), _day(new.published)),
        ("updated", _day(old.updated), _day(new.updated)),
    )
    for part, before, after in pairs:
        if _plain(before) != _plain(after):
            kind = "changed" if before and after else "removed" if before else "added"
            yield Difference(kind, part, before, after)  # type: ignore[arg-type]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _prose(article: Article) -> list[str]:
    return [" ".join(article.text[span.start : span.end].split()) for span in article.sentences]


def _sentences(old: Sequence[str], new: Sequence[str]) -> list[Difference]:
    kept, gone, come = _compared([_plain(sentence) for sentence in old], [_plain(sentence) for sentence in new])
    changed = _changed(old, new, gone, come, len(old), len(new))
    found = [(float(at), Difference("changed", "text", old[before], new[at])) for before, at in changed.items()]
    known = sorted(kept)
    for at in gone:
        if at not in changed:
            below = bisect_left(known, at)
            place = kept[known[below - 1]] + 0.5 if below else -0.5
            found.append((place, Difference("removed", "text", old[at], "")))
    taken = set(changed.values())
    found += [(float(at), Difference("added", "text", "", new[at])) for at in come if at not in taken]
    return [difference for _, difference in sorted(found, key=lambda placed: placed[0])]


def _compared(old: Sequence[str], new: Sequence[str]) -> tuple[dict[int, int], list[int], list[int]]:
    """Where each sentence that was kept stands in the new text, and the sentences that went and that came, in order."""
    waiting: dict[str, list[int]] = defaultdict(list)
    for at in range(len(new) - 1, -1, -1):
        waiting[new[at]].append(at)
    kept = {at: waiting[sentence].pop() for at, sentence in enumerate(old) if waiting.get(sentence)}
    stayed = set(kept.values())
    gone = [at for at, sentence in enumerate(old) if sentence and at not in kept]
    come = [at for at, sentence in enumerate(new) if sentence and at not in stayed]
    return kept, gone, come


def _changed(
    old: Sequence[str], new: Sequence[str], gone: Sequence[int], come: Sequence[int], before: int, after: int
) -> dict[int, int]:
    """Which sentence that went became which that came; the most alike first, each once."""
    counts_come = {at: Counter(words(new[at])) for at in come}
    with_word: dict[str, list[int]] = defaultdict(list)
    for at, counts in counts_come.items():
        for word in counts:
            with_word[word].append(at)
    matches = []
    for at in gone:
        counts = Counter(words(old[at]))
        near = Counter(
            candidate
            for word in counts
            if len(with_word.get(word, ())) <= COMMON_WORD
            for candidate in with_word.get(word, ())
        )
        for candidate, _ in near.most_common(CANDIDATES):
            shared = (counts & counts_come[candidate]).total()
            alike = 2 * shared / (counts.total() + counts_come[candidate].total())
            if alike >= SAME_SENTENCE:
                matches.append((-alike, abs(at / before - candidate / after), at, candidate))
    changed: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, at, candidate in sorted(matches):
        if at not in changed and candidate not in taken:
            changed[at] = candidate
            taken.add(candidate)
    return changed


def _plain(text: str) -> str:
    """``text`` as it reads aloud: without what only typography tells apart. Case stays, as it may be a correction."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_TYPOGRAPHY)))
    return _SPACED_DASH.sub("-", " ".join(text.split()))


def _canonical_path(path: str) -> str:
    path = quote(_ESCAPE.sub(_unreserved, path), safe="%/!$&'()*+,;=:@~")
    path = _AMP_PAGE.sub("", re.sub(r"^(?:/amp(?=/))+", "", path, flags=re.IGNORECASE))
    while (bare := _PAGE_SUFFIX.sub("", path, count=1)) != path:
        path = bare
    return path


def _unreserved(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
