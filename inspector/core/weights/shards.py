"""The index of a checkpoint that lies in several files: which tensor lies in which, as Hugging Face writes it."""

from __future__ import annotations

from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from inspector.errors import WeightsFileError
from inspector.outside import shown
from inspector.speech import say

MOST_TENSORS = 200_000
"""Tensors that an index may name."""
MOST_FILES = 64
"""Files that it may name."""
_OTHERS = 10_000
"""Quotation marks of what an index says besides."""


class _Index(Struct):
    weight_map: dict[str, str]


_INDEX = Decoder(_Index)


def weight_map(data: bytes) -> dict[str, str]:
    """The name of the file that each tensor lies in; all of them lie beside the index.

    Raises WeightsFileError where the text is no index, or names a file that may lie elsewhere.
    """
    said = say("names more than {n} tensors or {files} files, which are not read", n=MOST_TENSORS, files=MOST_FILES)
    if data.count(b'"') > 4 * MOST_TENSORS + _OTHERS:
        raise WeightsFileError(said)
    try:
        found = _INDEX.decode(data).weight_map
    except (DecodeError, RecursionError, UnicodeDecodeError):
        raise WeightsFileError(say("is no index of weights: it has no weight_map from tensors to files")) from None
    files = dict.fromkeys(found.values())
    if len(found) > MOST_TENSORS or len(files) > MOST_FILES:
        raise WeightsFileError(said)
    for file in files:
        if not is_beside(file):
            raise WeightsFileError(say("names a file that is not beside it: {name}", name=shown(file)))
    return found


def is_beside(name: str) -> bool:
    """Whether a name is one of a file in the same folder, and nothing more."""
    return name not in ("", ".", "..") and not set(name) & set("/\\:\0")
