"""Files of weights, opened without torch: what they are, and the names, shapes and types of the tensors in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from inspector.core.weights.shards import MOST_TENSORS, weight_map
from inspector.core.weights.table import Contents, Table, Tensor
from inspector.errors import WeightsFileError
from inspector.files import safetensors
from inspector.files.neighbours import config, looks_like_weights
from inspector.files.source import Source, opened
from inspector.outside import shown
from inspector.speech import later, say

__all__ = ["contents", "digest", "is_weights", "looks_like_weights"]

IN_SEVERAL = later("safetensors or torch's, in several files")
_FIRST = 512
"""Bytes that tell what a file is."""
_OF_TORCH = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
"""What a zip archive begins with, and what pickles do."""
_INDEX = 64 * 2**20
"""Bytes of an index."""


def contents(path: Path) -> Contents:
    """What a file of weights says without its values: safetensors, torch's own, or the index of several of them.

    It is told by its first bytes, not by its name. Nothing in it is run, and what it claims is bounded.
    Raises WeightsFileError, one line that begins with the file's name, where it cannot be read, is damaged, is
    something else, or holds no tensors; also where it is written to meanwhile.
    """
    with opened(path) as source:
        first = source.at(0, min(_FIRST, source.size))
        if not first:
            raise WeightsFileError(say("is empty"))
        found = _sharded(path, source) if _is_json(first) else _reader(first, path.name)(source)
        if not found.tables:
            raise WeightsFileError(say("holds no tensors"))
    return replace(found, config=config(path))


def is_weights(path: Path) -> bool:
    """Whether a file is meant as one of weights: by its name's ending, or by first bytes that no text has."""
    if looks_like_weights(path.name):
        return True
    if path.suffix == ".toml":
        return False
    try:
        with opened(path) as source:
            return 0 in source.at(0, min(_FIRST, source.size))
    except WeightsFileError:
        return False


def digest(path: Path) -> str:
    """The SHA-256 of a file of weights, in hexadecimal. Raises WeightsFileError as `contents`."""
    from hashlib import sha256

    made = sha256()
    with opened(path) as source:
        for at in range(0, source.size, 2**20):
            made.update(source.at(at, min(2**20, source.size - at)))
    return made.hexdigest()


def _reader(first: bytes, name: str) -> Callable[[Source], Contents]:
    """What reads a file that begins with these bytes. WeightsFileError where nothing does."""
    if first[4:8] == bytes(4) and first[8:9] in (b"{", b" ", b"\t", b"\r", b"\n"):
        return safetensors.contents  # first, as the header's length can begin as a pickle does
    if first.startswith(_OF_TORCH):
        from inspector.files import torch_files

        return torch_files.reader(first)
    from inspector.files.foreign import NOTHING, what_else

    said = what_else(first, name)
    if said is NOTHING and name.lower().endswith(".safetensors"):
        return safetensors.contents  # which says what is wrong with it
    raise WeightsFileError(say(said))


def _is_json(first: bytes) -> bool:
    """Whether it is text that begins as a JSON object does."""
    return first.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and 0 not in first


def _sharded(path: Path, source: Source) -> Contents:
    """What the files hold that an index names, in the index' order; each has to have what it says."""
    if source.size > _INDEX:
        raise WeightsFileError(say("is an index larger than any checkpoint's"))
    places = weight_map(source.at(0, source.size).removeprefix(b"\xef\xbb\xbf"))
    held: dict[tuple[str, str], Tensor] = {}
    metadata: tuple[tuple[str, str], ...] = ()
    for file in dict.fromkeys(places.values()):
        part = _part(path.parent / file)
        metadata = metadata or part.metadata
        for table in part.tables:
            held.update({(file, tensor.name): tensor for tensor in table.tensors if not table.place})
        if len(held) > MOST_TENSORS:
            raise WeightsFileError(say("its files have more than {n} tensors, which are not read", n=MOST_TENSORS))
    for name, file in places.items():
        if (file, name) not in held:
            said = say("says that {name} is in {file}, where it is not", name=shown(name), file=shown(file))
            raise WeightsFileError(said)
    tensors = tuple(held[file, name] for name, file in places.items())
    return Contents(IN_SEVERAL, (Table(tensors),) if tensors else (), metadata=metadata)


def _part(path: Path) -> Contents:
    """What one of several files holds."""
    with opened(path) as source:
        first = source.at(0, min(_FIRST, source.size))
        if not first or _is_json(first):
            raise WeightsFileError(say("is no file of weights, but an index names it"))
        return _reader(first, path.name)(source)
