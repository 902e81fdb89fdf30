"""What lies beside a file of weights and says something of it: config.json, and weights in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from msgspec import DecodeError
from msgspec.json import Decoder, encode
from msgspec.json import format as laid_out

from inspector.errors import InputError
from inspector.files.reading import read_bytes

ENDINGS = (".safetensors", ".pth", ".pt", ".bin", ".th", ".ckpt", ".pkl", ".pth.tar", ".index.json")
"""Endings of names that files of weights have."""
_MOST_BYTES = 2**20
_PAIRS = 300
"""Keys of a config.json that are taken."""
_DEPTH = 3
_LETTERS = 200
_LABELS = "id2label"
_CONFIG = Decoder(dict[str, object])


def looks_like_weights(text: str) -> bool:
    """Whether a name is one of a file of weights, by its ending."""
    return text.lower().endswith(ENDINGS)


def config(path: Path) -> tuple[tuple[str, str], ...]:
    """What a config.json beside a file says: keys, dotted where they are nested, and values as short JSON.

    A text is itself. How many classes there are is said as num_labels where only their names stand there. Empty where
    there is none that can be read.
    """
    try:
        found = _CONFIG.decode(read_bytes(path.parent / "config.json", _MOST_BYTES))
        labels = found.get(_LABELS)
        if isinstance(labels, dict) and "num_labels" not in found:
            found["num_labels"] = len(labels)
        return tuple(islice(_flat(found, "", 0), _PAIRS))
    except (InputError, DecodeError, RecursionError, UnicodeDecodeError):
        return ()


def weights_in(folder: Path) -> list[str]:
    """Names of files in a folder that look like weights; those of shards are left out where there is an index."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in islice(entries, 10_000) if looks_like_weights(entry.name))
    except OSError:
        return []
    indexes = [name for name in names if name.endswith(".index.json")]
    return indexes or names


def _flat(values: dict[str, object], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, dict):
            if depth < _DEPTH and key not in (_LABELS, "label2id"):
                yield from _flat(value, f"{before}{key}.", depth + 1)
        elif len(text := _text(value)) <= _LETTERS and len(key) <= _LETTERS:
            yield before + key, text


def _text(value: object) -> str:
    return value if isinstance(value, str) else laid_out(encode(value), indent=0).decode()
