"""What a pickle's calls would make, as data: tensors by shape and type, mappings as mappings, the rest as stubs."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from msgspec import Struct

from inspector.core.weights.table import BITS, Span
from inspector.errors import WeightsFileError
from inspector.files.dtypes import BY_NUMPY, BY_STORAGE, BY_TORCH
from inspector.outside import shown
from inspector.speech import say

MOST_TENSORS = 200_000
"""Tensors of one file."""
MOST_COPIES = 2**20
"""Items of lists that mappings are made of."""
_LETTERS = 32
"""So many letters count as one such item."""
_ALL_MAY = 2**20
"""Elements that a tensor may have though its storage has fewer: one value, read again and again."""
_DIMS = 64


class Named:
    """A class or a function, by its name alone."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Blob:
    """Bytes that were left out, and where they begin: values. As text, they are letters in UTF-8."""

    __slots__ = ("is_text", "size", "start")

    def __init__(self, start: int, size: int, *, is_text: bool = False) -> None:
        self.start = start
        self.size = size
        self.is_text = is_text


class Stub:
    """What an object of a class would have been made of."""

    __slots__ = ("args", "items", "name", "state")

    def __init__(self, name: str, args: tuple[object, ...] = ()) -> None:
        self.name = name
        self.args = args
        self.items: dict[str, object] = {}
        self.state: object = None


class Storage(Struct, frozen=True, gc=False):
    """What tensors lie in: its key in the file, the type of its elements, and how many there are."""

    key: str
    dtype: str
    elements: int

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""
        return self.elements * BITS[self.dtype] // 8


class Shaped(Struct, frozen=True, gc=False):
    """A tensor, by its shape and the type of its elements; of an array of numpy also where its values are."""

    shape: tuple[int, ...]
    dtype: str
    span: Span | None = None


class Storages:
    """The storages of one file by their keys, and the tensors in them, counted."""

    def __init__(self) -> None:
        self.by_key: dict[str, Storage] = {}
        self._tensors = 0
        self._copied = 0

    def found(self, found: object) -> object:
        """What a persistent id means: a storage, and of files before torch 1.6 also the class of a module."""
        what, *rest = found if isinstance(found, tuple) else (None,)
        if word_of(what) == "module" and rest:
            return rest[0]
        if word_of(what) != "storage" or len(rest) < 4:
            raise WeightsFileError(say("its pickle asks for something that is no storage"))
        kind, key, _, elements = rest[:4]
        dtype = BY_STORAGE.get(kind.name.rpartition(".")[2] if isinstance(kind, Named) else "")
        if dtype is None:
            name = kind.name if isinstance(kind, Named) else "?"
            raise WeightsFileError(say("{name} is a kind of storage that is not read", name=shown(name)))
        storage = Storage(word_of(key), dtype, _count(elements))
        if self.by_key.setdefault(storage.key, storage) != storage:
            raise WeightsFileError(say("storage {key} has two sizes or types", key=shown(storage.key)))
        view = rest[4] if len(rest) > 4 else None
        return storage if view is None else _part(storage, view)

    def tensor(self, shape: tuple[int, ...], dtype: str, span: Span | None = None) -> Shaped:
        """A tensor, counted. Raises WeightsFileError where there are too many."""
        self._tensors += 1
        if self._tensors > MOST_TENSORS:
            raise WeightsFileError(say("it has more than {n} tensors, which are not read", n=MOST_TENSORS))
        return Shaped(shape, dtype, span)

    def copied(self, number: int) -> None:
        """Count items that are copied, so that one list cannot be copied for ever."""
        self._copied += number
        if self._copied > MOST_COPIES:
            raise WeightsFileError(say("its pickle copies the same lists again and again"))


def _part(storage: Storage, view: object) -> Storage:
    """A part of a storage: (key, offset, elements)."""
    _, offset, elements = view if isinstance(view, tuple) else ()
    if _count(offset) + _count(elements) > storage.elements:
        raise WeightsFileError(say("a part of storage {key} lies outside it", key=shown(storage.key)))
    return Storage(storage.key, storage.dtype, _count(elements))


def word_of(value: object) -> str:
    """A text or a number as text; whatever else stands where a name should is none."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value) if isinstance(value, str | int) else ""


def _count(value: object) -> int:
    """A size, an offset or a stride: an integer that is not negative, and that fits into torch's."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    if not 0 <= value < 2**63:
        raise WeightsFileError(say("{n} is no size that a tensor can have", n=shown(value)))
    return value


def _counts(values: object) -> tuple[int, ...]:
    if not isinstance(values, tuple | list):
        raise TypeError
    if len(values) > _DIMS:
        raise WeightsFileError(say("a tensor of {n} dimensions, more than {most}", n=len(values), most=_DIMS))
    return tuple(_count(value) for value in values)


def _tensor(args: tuple[object, ...], storages: Storages, dtype: str = "") -> object:
    """`_rebuild_tensor(storage, offset, size, stride, …)`: a view of a storage, which has to lie inside it."""
    storage, offset, size, stride = args[:4]
    shape, strides, first = _counts(size), _counts(stride), _count(offset)
    if not isinstance(storage, Storage) or len(shape) != len(strides):
        raise TypeError
    if dtype and storage.dtype != dtype:
        storage = Storage(storage.key, dtype, storage.nbytes * 8 // BITS[dtype])
    elements = prod(shape)
    last = first + sum((n - 1) * step for n, step in zip(shape, strides, strict=True)) + 1 if elements else 0
    if last > storage.elements:
        said = say(
            "a tensor of shape {shape} ends at element {last} of a storage that has {n}",
            shape=shown(shape),
            last=last,
            n=storage.elements,
        )
        raise WeightsFileError(said)
    if elements > max(storage.elements, _ALL_MAY):
        said = say(
            "a tensor claims the shape {shape}, but its storage has {n} elements",
            shape=shown(shape),
            n=storage.elements,
        )
        raise WeightsFileError(said)
    return storages.tensor(shape, storage.dtype)


def _typed(args: tuple[object, ...], storages: Storages) -> object:
    """`_rebuild_tensor_v3`: the seventh argument is the type."""
    kind = args[6]
    dtype = BY_TORCH.get(kind.name.removeprefix("torch.")) if isinstance(kind, Named) else None
    if dtype is None:
        raise WeightsFileError(say("a tensor is of a type that is not read"))
    return _tensor(args, storages, dtype)


def _subclass(args: tuple[object, ...], storages: Storages) -> object:
    """`_rebuild_from_type_v2(function, class, args, state)`: a tensor with attributes, or of a subclass."""
    function, _, inner = args[:3]
    rebuild = REBUILDS.get(function.name) if isinstance(function, Named) else None
    if rebuild is None or rebuild is _subclass or not isinstance(inner, tuple):
        return Stub("torch.Tensor")
    return rebuild(inner, storages)


def _from_bytes(args: tuple[object, ...], storages: Storages) -> object:
    del args, storages
    said = say("its tensors were pickled one by one, which only running it can load; save them with torch.save")
    raise WeightsFileError(said)


def _first(args: tuple[object, ...], storages: Storages) -> object:
    del storages
    return args[0] if args else None


def _mapping(args: tuple[object, ...], storages: Storages) -> object:
    """An OrderedDict and its like: of nothing, of a mapping, or of pairs."""
    given = args[-1] if args else None
    if isinstance(given, dict):
        return given
    made: dict[str, object] = {}
    if isinstance(given, list | tuple):
        storages.copied(len(given))
        made.update({pair[0]: pair[1] for pair in given if _is_pair(pair)})
    return made


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[0], str)


def _items(args: tuple[object, ...], storages: Storages) -> object:
    """A set and its like."""
    del storages
    return args[0] if args and isinstance(args[0], list | tuple) else []


def _encoded(args: tuple[object, ...], storages: Storages) -> object:
    """`_codecs.encode(text, "latin1")`: bytes, as protocol 2 has them."""
    text = args[0] if args else ""
    if not isinstance(text, str):
        return text
    storages.copied(len(text) // _LETTERS)
    return text.encode("latin-1")


def _bytes(args: tuple[object, ...], storages: Storages) -> object:
    """`bytes()`: none of them, as protocol 2 has them."""
    del storages
    return args[0] if args else b""


def _buffer(args: tuple[object, ...], storages: Storages) -> object:
    """`numpy._frombuffer(bytes, type, shape, order)`: an array of protocol 5."""
    values, dtype, shape, order = args
    return array(shape, dtype, values, storages, is_turned=order == "F") or Stub("numpy.ndarray")


def array(shape: object, dtype: object, values: object, storages: Storages, *, is_turned: bool) -> Shaped | None:
    """A numpy array, where it is of numbers: its shape, its type, and where its values are."""
    if not (isinstance(dtype, Stub) and dtype.name == "numpy.dtype" and dtype.args):
        return None
    word = BY_NUMPY.get(word_of(dtype.args[0]).lstrip("<>|="))
    if word is None:
        return None
    sizes = _counts(shape)
    size = prod(sizes) * BITS[word] // 8
    span: Span | None = None
    if isinstance(values, Blob):
        span = Span(values.start, values.size, is_text=values.is_text, is_turned=is_turned)
    elif isinstance(values, bytes):
        span = Span(kept=values, size=len(values), is_turned=is_turned)
    if span is not None and (span.size < size if span.is_text else span.size != size):
        said = say("an array of shape {shape} has {n} bytes of values", shape=shown(sizes), n=span.size)
        raise WeightsFileError(said)
    return storages.tensor(sizes, word, None if _is_big(dtype) else span)


def _is_big(dtype: Stub) -> bool:
    """Whether numbers begin with their large end: numpy's type says so in its state, (3, ">", …)."""
    order = dtype.state[1] if isinstance(dtype.state, tuple) and len(dtype.state) > 1 else ""
    return word_of(order) == ">" or word_of(dtype.args[0]).startswith(">")


REBUILDS: dict[str, Callable[[tuple[object, ...], Storages], object]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _typed,
    "torch._utils._rebuild_parameter": _first,
    "torch._utils._rebuild_parameter_with_state": _first,
    "torch._tensor._rebuild_from_type_v2": _subclass,
    "torch.storage._load_from_bytes": _from_bytes,
    "torch.nn.parameter.Parameter": _first,
    "torch.Size": _first,
    "collections.OrderedDict": _mapping,
    "collections.Counter": _mapping,
    "builtins.bytes": _bytes,
    "builtins.dict": _mapping,
    "builtins.set": _items,
    "builtins.frozenset": _items,
    "_codecs.encode": _encoded,
    "numpy.core.numeric._frombuffer": _buffer,
    "numpy._core.numeric._frombuffer": _buffer,
}
"""What is done for a call of these; any other makes a stub."""
