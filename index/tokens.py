"""Counting tokens: the embedder's for passages (see :mod:`index.embedding`), tiktoken's for a writer's budget."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tiktoken

ENCODING = "cl100k_base"


def count_tokens(text: str) -> int:
    """The length of ``text`` in tokens of tiktoken's ``cl100k_base``, special tokens counted as text."""
    return len(_encoding().encode(text, disallowed_special=()))


@cache
def _encoding() -> tiktoken.Encoding:
    import tiktoken

    # llama-index-core carries the encoding's file; without it tiktoken would fetch it from the network
    spec = find_spec("llama_index.core")
    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    if before is None and spec is not None and spec.origin is not None:
        os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(spec.origin).parent / "_static" / "tiktoken_cache")
    try:
        return tiktoken.get_encoding(ENCODING)
    finally:
        if before is None:
            os.environ.pop("TIKTOKEN_CACHE_DIR", None)
