"""Files of weights made by hand: headers, archives and pickles that no library would write."""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAGIC = pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2) + pickle.dumps(1001, protocol=2) + pickle.dumps({}, protocol=2)
"""What a file of torch before 1.6 begins with: three pickles."""


def safetensors(header: bytes | dict[str, Any], values: int, *, length: int | None = None) -> bytes:
    """A safetensors file with a header as it is given, and so many bytes of values, all zero."""
    text = header if isinstance(header, bytes) else json.dumps(header, ensure_ascii=False).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + bytes(values)


def entry(shape: tuple[int, ...] = (2, 2), places: tuple[int, int] = (0, 16), dtype: str = "F32") -> dict[str, Any]:
    """A tensor's entry in a header."""
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(places)}


def archive(pickled: bytes, storages: dict[str, bytes] | None = None, *, packed: bool = False, top: str = "x") -> bytes:
    """A zip archive as torch writes it, round a pickle and its storages' values."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        file.writestr(f"{top}/data.pkl", pickled)
        file.writestr(f"{top}/version", b"3\n")
        for key, values in (storages or {}).items():
            file.writestr(f"{top}/data/{key}", values)
    return made.getvalue()


def legacy(pickled: bytes, storages: dict[str, tuple[int, bytes]] | None = None) -> bytes:
    """A file as torch wrote it before 1.6: how many elements each storage says that it has, and its bytes."""
    keys = storages or {}
    rest = b"".join(number.to_bytes(8, "little") + values for number, values in keys.values())
    return MAGIC + pickled + pickle.dumps(list(keys), protocol=2) + rest


class Call:
    """A call, pickled as a call."""

    def __init__(self, function: Callable[..., object], *args: object) -> None:
        self.function, self.args = function, args

    def __reduce__(self) -> tuple[Any, ...]:
        return self.function, self.args


def text(value: str) -> bytes:
    """A text as an operation of a pickle."""
    data = value.encode()
    return b"X" + len(data).to_bytes(4, "little") + data


def number(value: int) -> bytes:
    """An integer as an operation of a pickle."""
    data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def numbers(values: tuple[int, ...]) -> bytes:
    """Integers in a tuple, as operations of a pickle."""
    return b"(" + b"".join(number(value) for value in values) + b"t"


def tensor(
    shape: tuple[int, ...] = (2, 2),
    stride: tuple[int, ...] = (2, 1),
    *,
    offset: int = 0,
    elements: int = 4,
    key: str = "0",
    kind: str = "FloatStorage",
) -> bytes:
    """A tensor as operations of a pickle: whatever it claims."""
    storage = b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + number(elements) + b"tQ"
    args = b"(" + storage + number(offset) + numbers(shape) + numbers(stride) + b"\x89}t"
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + args + b"R"


def mapping(**items: bytes) -> bytes:
    """A mapping as a pickle, its values as operations."""
    return b"\x80\x02}(" + b"".join(text(key) + value for key, value in items.items()) + b"u."


def hostile(marker: Path) -> dict[str, Any]:
    """Objects whose pickles run code when they are loaded, by what they do; each would leave the marker behind."""
    touch = f"open({str(marker)!r}, 'w').close()"
    return {
        "a command": Call(os.system, f"touch '{marker}'"),
        "an expression": Call(eval, touch.replace(".close()", "")),
        "statements": Call(exec, touch),
        "a file": Call(open, str(marker), "w"),
        "an import": Call(__import__, "antigravity"),
        "a state": {"weight": Call(exec, touch), "epoch": 3},
        "a key": {Call(os.system, f"touch '{marker}'"): 1},
        "an attribute": Call(getattr, Call(__import__, "os"), "system"),
    }
