"""A slot for an entailment model (NLI): whether one text follows from another, by a cross-encoder of one's own choice.

Off unless a model is named: none comes with Byline. Any sentence-transformers CrossEncoder with the labels
contradiction, entailment and neutral will do, by its name on the Hugging Face hub or as a folder.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from index import EmbedderError

ENTAILMENT = "entailment"
"""The label, in the model's own configuration, whose probability is asked for."""


def open_entailment(name: str) -> Callable[[str, str], float]:
    """The entailment model that a setting names, as what takes a premise and a hypothesis and gives a probability.

    Args:
        name: a folder, or a name on the Hugging Face hub; only a hub name that is not on this machine yet is fetched
            from the network.

    Raises:
        EmbedderError: the model is missing, does not load, or has no label for entailment.
    """
    # before the import, which reads it
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from sentence_transformers import CrossEncoder

    folder = Path(name).expanduser()
    try:
        model = CrossEncoder(str(folder) if folder.is_dir() else name, device="cpu", trust_remote_code=False)
    except Exception as error:  # whatever a library says of a broken model, the user must choose another
        raise EmbedderError(
            f"There is no entailment model {name!r}, or it does not load ({type(error).__name__}: {error}). "
            "Name a folder or a sentence-transformers CrossEncoder for NLI, or leave the setting out."
        ) from error
    labels = {str(label).lower(): int(at) for at, label in model.config.id2label.items()}
    if ENTAILMENT not in labels:
        raise EmbedderError(
            f"The model {name!r} tells {', '.join(sorted(labels))} apart and knows no label "
            f"{ENTAILMENT!r}. Name one for NLI."
        )
    column = labels[ENTAILMENT]
    lock = threading.Lock()  # tokenizers are set anew for every call

    def entails(premise: str, hypothesis: str) -> float:
        with lock:
            told = model.predict([(premise, hypothesis)], apply_softmax=True, show_progress_bar=False)
        return float(told[0][column])

    return entails
