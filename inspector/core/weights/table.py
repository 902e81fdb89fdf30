"""What a file of weights holds, by names, shapes and types alone."""

from __future__ import annotations

from math import prod

from msgspec import Struct

from inspector.core.units import Dims

BITS = {
    "BOOL": 8,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "C64": 64,
    "F64": 64,
    "I64": 64,
    "U64": 64,
    "C128": 128,
}
"""Bits of one element, by safetensors' word for its type; complex128 is torch's alone."""


class Tensor(Struct, frozen=True, gc=False):
    """A tensor's name, its shape, and the type of its elements in safetensors' words (F32, I64)."""

    name: str
    shape: Dims
    dtype: str = "F32"

    @property
    def elements(self) -> int:
        """Elements: 1 of a scalar."""
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of its elements."""
        return self.elements * BITS[self.dtype] // 8


class Span(Struct, frozen=True, gc=False):
    """Where the values of a numpy array lie in a pickle: `size` bytes from `start` on; few of them are `kept` at once.

    As text, each of the bytes is a letter, in UTF-8. Turned, the first dimension changes fastest.
    """

    start: int = 0
    size: int = 0
    kept: bytes = b""
    is_text: bool = False
    is_turned: bool = False


class Table(Struct, frozen=True):
    """Tensors that lie side by side in one mapping of a file, in the file's order.

    `place` is the way to the mapping from the file's top: ("state_dict",) where it is wrapped, () where it is not.
    `spans` are where the values of numpy's arrays lie, by name; those of other files torch finds.
    """

    tensors: tuple[Tensor, ...]
    place: tuple[str, ...] = ()
    spans: tuple[tuple[str, Span], ...] = ()


class Contents(Struct, frozen=True):
    """All that a file of weights says without its values.

    `format` is the file's own, in words. `tables` are the mappings that hold tensors, largest first. `said` are other
    values at the file's top, as short texts: epoch, arch. `metadata` is a safetensors file's own. `config` are the keys
    and texts of a config.json that lies beside it. `model` is the class of a whole pickled model. `ignored` are
    the names of classes that the file wants and that are not run.
    """

    format: str
    tables: tuple[Table, ...]
    said: tuple[tuple[str, str], ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()
    config: tuple[tuple[str, str], ...] = ()
    model: str = ""
    ignored: tuple[str, ...] = ()
