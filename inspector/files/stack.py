"""The stack that a pickle's operations work on, where every object is data."""

from __future__ import annotations

from inspector.files.rebuilding import REBUILDS, Blob, Named, Storages, Stub, array
from inspector.files.source import Stream

_TEXT = 2**16
"""Bytes of the longest text that is kept; a longer one is bytes, written as text."""
_PAYLOAD = 2**12
"""Bytes of a payload that are kept; more are values."""
LONGEST_NAME = 500
"""Bytes of a module's or class' name."""
_WANTED = 100
"""Classes and functions that are remembered to be told."""
_KNOWN = {
    *REBUILDS,
    "builtins.bytearray",
    "builtins.complex",
    "torch._utils._rebuild_device_tensor_from_numpy",
    "torch.device",
    "torch.serialization._get_layout",
    "torch.Tensor",
}
"""Names that torch loads without asking."""
_MODULES = {"__builtin__": "builtins", "copy_reg": "copyreg", "UserDict": "collections"}
"""Modules of Python 2, by their names in Python 3."""


class Stack:
    """What a pickle has put down so far: items, marks between them, a memo.

    `wanted` are the classes and functions that it names and that torch does not know; `storages` are what its tensors
    lie in.
    """

    def __init__(self, stream: Stream, storages: Storages, wanted: dict[str, None]) -> None:
        self.stream = stream
        self.storages = storages
        self.wanted = wanted
        self.items: list[object] = []
        self.marks: list[list[object]] = []
        self.memo: dict[int, object] = {}

    def number(self, size: int) -> int:
        """The next bytes, as a number without a sign."""
        return self.stream.byte() if size == 1 else int.from_bytes(self.stream.take(size), "little")

    def text(self, size: int) -> object:
        """So many bytes of text; left out where they are more than a text has."""
        if size > _TEXT:
            return self._left_out(size, is_text=True)
        return self.stream.take(size).decode()

    def payload(self, size: int) -> object:
        """So many bytes; left out where they are values."""
        return self._left_out(size) if size > _PAYLOAD else self.stream.take(size)

    def _left_out(self, size: int, *, is_text: bool = False) -> Blob:
        start = self.stream.place
        self.stream.skip(size)
        return Blob(start, size, is_text=is_text)

    def since_mark(self) -> list[object]:
        """What was put down since the last mark, which is taken away."""
        items, self.items = self.items, self.marks.pop()
        return items

    def named(self, module: object, name: object) -> Named:
        """A class or a function by its name; it is not looked up anywhere."""
        if not (isinstance(module, str) and isinstance(name, str)) or len(module) + len(name) > 2 * LONGEST_NAME:
            raise TypeError
        full = f"{_MODULES.get(module, module)}.{name}"
        if len(self.wanted) < _WANTED and full not in _KNOWN and not _is_torchs_own(full):
            self.wanted[full] = None
        return Named(full)

    def call(self, what: object, args: object) -> object:
        """What a call would make, as data."""
        if not isinstance(args, tuple):
            raise TypeError
        name = what.name if isinstance(what, Named) else "?"
        rebuild = REBUILDS.get(name)
        return rebuild(args, self.storages) if rebuild is not None else Stub(name, args)

    def build(self, into: object, state: object) -> None:
        """Give an object its state; that of an array is its shape and type."""
        if not isinstance(into, Stub):
            return  # attributes of a tensor, or of an OrderedDict
        if into.name.endswith("multiarray._reconstruct") and isinstance(state, tuple) and len(state) == 5:
            _, shape, dtype, is_turned, values = state
            state = array(shape, dtype, values, self.storages, is_turned=is_turned is True)
        into.state = state


def put(into: object, key: object, value: object) -> None:
    """A key and its value, put into a mapping or into what stands for one; a key that is no word is left out."""
    if isinstance(key, bytes):
        key = key.decode("latin-1")
    elif isinstance(key, bool | int | float):
        key = str(key)
    mapping = into.items if isinstance(into, Stub) else into
    if not isinstance(mapping, dict):
        raise TypeError
    if isinstance(key, str):
        mapping[key] = value


def extend(into: object, items: list[object]) -> None:
    """Items, put behind those of a list; what stands for a list has none."""
    if isinstance(into, list):
        into.extend(items)
    elif not isinstance(into, Stub):
        raise TypeError


def _is_torchs_own(full: str) -> bool:
    """Whether it is a type of torch's, or a storage's class: torch.float32, torch.cuda.HalfStorage."""
    return full.startswith("torch.") and (full.count(".") == 1 or full.endswith("Storage"))
