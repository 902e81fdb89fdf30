"""The values of tensors in a file of weights, loaded by torch without running anything that the file names.

A file that is cut short while torch reads it ends the process (SIGBUS, exit code −7): an editor asks for values in a
process of their own.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Self, cast

import torch
from safetensors import safe_open

from inspector.bridge.arrays import arrays
from inspector.core.units import Dims
from inspector.core.weights.shards import weight_map
from inspector.core.weights.table import Table
from inspector.errors import WeightsFileError
from inspector.outside import shown, why
from inspector.speech import say

_HARMLESS = (
    "argparse.Namespace",
    "builtins.bool",
    "builtins.bytes",
    "builtins.dict",
    "builtins.float",
    "builtins.frozenset",
    "builtins.int",
    "builtins.list",
    "builtins.object",
    "builtins.slice",
    "builtins.str",
    "builtins.tuple",
    "collections.",
    "copyreg._reconstructor",
    "datetime.",
    "decimal.",
    "easydict.",
    "enum.",
    "lightning.",
    "lightning_fabric.",
    "lightning_utilities.",
    "mmcv.",
    "mmengine.",
    "numpy.",
    "omegaconf.",
    "pathlib.",
    "pytorch_lightning.",
    "typing.",
    "yacs.",
    "addict.",
)
"""Names of classes, or how they begin, that stand in checkpoints beside the tensors: settings and counters.

None of them is imported either: a stub takes its place.
"""
_MAPPINGS = ("dict", "Dict", ".CfgNode")
"""How names of classes of mappings end: collections.defaultdict, lightning's AttributeDict, mmengine's ConfigDict."""
_LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P"
"""What torch's format before 1.6 begins with."""
_INDEX = 64 * 2**20
_ALL_MAY = 2**20
"""Elements that a tensor may have though its storage has fewer."""


class _Inert:
    """What stands for an object that is not wanted: it takes whatever it is given, and keeps nothing."""

    def __new__(cls, *_args: object) -> Self:
        return super().__new__(cls)

    def __init__(self, *_args: object) -> None:
        pass

    def __setstate__(self, _state: object) -> None:
        pass


class _Mappings:
    """What stands for a class of mappings, dict's own children: each of them is an OrderedDict, and empty at first.

    Torch puts items into that type alone. One instance of this is handed to it as if it were the class.
    """

    def __new__(cls, *_args: object) -> Self:
        """The instance that is the class; asked as the class, an empty mapping."""
        return cast("Self", OrderedDict()) if isinstance(cls, _Mappings) else super().__new__(cls)

    def __call__(self, *_args: object) -> OrderedDict[object, object]:
        return OrderedDict()


def values(
    path: Path,
    place: tuple[str, ...],
    names: Iterable[str],
    *,
    shapes: Mapping[str, Dims] | None = None,
    ignored: Iterable[str] = (),
    table: Table | None = None,
) -> dict[str, torch.Tensor]:
    """The tensors of these names, in this order, from the mapping at a place; contiguous copies on the CPU.

    `shapes` are what the file said before, and `ignored` the classes that it named (`Contents.ignored`). `table` is all
    that it said of that mapping: it stands for `shapes`, and arrays of numpy are found by it alone. Raises
    WeightsFileError, one line that begins with the file's name, where it cannot be read, has other shapes by now, or
    cannot be loaded without running code of others.
    """
    wanted = list(dict.fromkeys(names))
    name = shown(str(path), 200)
    before = {tensor.name: tensor.shape for tensor in table.tensors} if table is not None else dict(shapes or {})
    try:
        if table is not None and wanted and dict(table.spans).keys() >= set(wanted):
            return arrays(path, table, wanted)
        _check_classes(tuple(ignored))
        found = _loaded(path, place, wanted, tuple(ignored))
        return {key: _own(key, found.get(key), before.get(key)) for key in wanted}
    except WeightsFileError as error:
        raise WeightsFileError(f"{name}: {error}") from None
    except OSError as error:
        raise WeightsFileError(f"{name}: {why(error)}") from None
    except Exception as error:  # noqa: BLE001  # torch raises what it comes across
        raise WeightsFileError(f"{name}: {say('torch cannot load it: {why}', why=_reason(error))}") from None


def _reason(error: Exception) -> str:
    """What torch says is wrong, without its advice to run the file all the same."""
    text = str(error).partition("WeightsUnpickler")[2].partition(": ")[2] or str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Weights")]
    return shown(lines[0].partition(" Please")[0] if lines else type(error).__name__, 160)


def _loaded(path: Path, place: tuple[str, ...], wanted: list[str], ignored: tuple[str, ...]) -> Mapping[str, object]:
    """A mapping that has the tensors that are wanted, and maybe more, as they lie in the file."""
    if not path.is_file():
        raise WeightsFileError(say("is no file any more"))
    with path.open("rb") as file:
        first = file.read(16)
    if first.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and 0 not in first:
        return _from_several(path, wanted, ignored)
    if first[4:8] == bytes(4) and first[:1] != b"\x80" and first[:2] != b"PK":
        return _from_safetensors(path, wanted)
    if first[:1] == b"\x80" and not first.startswith(_LEGACY):
        said = say("is a pickle of numpy arrays, whose values are not loaded; save them as tensors with torch.save")
        raise WeightsFileError(said)
    return _from_torch(path, place, is_zip=first.startswith(b"PK\x03\x04"), ignored=ignored)


def _from_several(path: Path, wanted: list[str], ignored: tuple[str, ...]) -> Mapping[str, object]:
    with path.open("rb") as file:
        places = weight_map(file.read(_INDEX).removeprefix(b"\xef\xbb\xbf"))
    found: dict[str, object] = {}
    for part in dict.fromkeys(places[name] for name in wanted if name in places):
        names = [name for name in wanted if places.get(name) == part]
        loaded = values(path.parent / part, (), names, ignored=ignored)
        found.update(loaded)
    return found


def _from_safetensors(path: Path, wanted: list[str]) -> Mapping[str, object]:
    with safe_open(path, framework="pt") as file:
        there = set(file.keys())
        return {name: file.get_tensor(name).clone() for name in wanted if name in there}


def _from_torch(path: Path, place: tuple[str, ...], *, is_zip: bool, ignored: tuple[str, ...]) -> Mapping[str, object]:
    with warnings.catch_warnings(), _stubs(ignored):
        warnings.simplefilter("ignore")  # older storages, which torch deprecates
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=is_zip)
    for step in place:
        found = _step(found, step)
    return {_word(key): value for key, value in _items(found)}


def _step(found: object, step: str) -> object:
    for key, value in _items(found):
        if _word(key) == step:
            return value
    raise WeightsFileError(say("has no {name} any more", name=shown(step)))


def _items(found: object) -> Iterator[tuple[object, object]]:
    if isinstance(found, Mapping):
        yield from found.items()
    elif isinstance(found, list | tuple):
        yield from enumerate(found)


def _word(key: object) -> str:
    return key.decode("latin-1") if isinstance(key, bytes) else str(key)


@contextmanager
def _stubs(ignored: tuple[str, ...]) -> Iterator[None]:
    """Torch takes stubs for the classes that a file names, as long as the block lasts."""
    mappings = _Mappings()
    stubs = [(mappings if name.endswith(_MAPPINGS) else _Inert, name) for name in ignored]
    with torch.serialization.safe_globals(stubs) if stubs else nullcontext():  # type: ignore[arg-type]
        yield


def _check_classes(ignored: tuple[str, ...]) -> None:
    """That a file names no class but such as nothing depends on."""
    foreign = [name for name in ignored if not name.startswith(_HARMLESS)]
    if any(name.startswith("torch.nn.") for name in foreign):
        said = say("is a whole pickled model, which only its own code can load; there, save model.state_dict() instead")
        raise WeightsFileError(said)
    if foreign:
        few = shown(", ".join(foreign[:3]), 120)
        raise WeightsFileError(say("names code that is not run: {names}; save its state_dict alone", names=few))


def _own(name: str, found: object, shape: Dims | None) -> torch.Tensor:
    """A tensor's contiguous copy, once it is what the file said before."""
    if not isinstance(found, torch.Tensor) or found.layout != torch.strided or found.is_meta:
        raise WeightsFileError(say("has no tensor {name} any more", name=shown(name)))
    if shape is not None and tuple(found.shape) != tuple(shape):
        said = say(
            "{name} has the shape {shape} now, where it had {before}",
            name=shown(name),
            shape=shown(tuple(found.shape)),
            before=shown(tuple(shape)),
        )
        raise WeightsFileError(said)
    if found.numel() * found.element_size() > max(found.untyped_storage().nbytes(), _ALL_MAY):
        raise WeightsFileError(say("{name} claims more values than it has", name=shown(name)))
    return found.detach().clone(memory_format=torch.contiguous_format)
