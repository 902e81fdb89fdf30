"""What may lie where a small text file is expected."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

DEPTH = 100_000
HUGE = 64 * 2**20


def _text(text: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_text(text)

    return make


def _bytes(data: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


def _link(target: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.symlink_to(target)

    return make


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)


def _unreadable(path: Path) -> None:
    path.write_text('base = "resnet50"\n')
    path.chmod(0)


def _socket(path: Path) -> None:
    """A socket; its path is longer than one may be, so it is made from inside the folder."""
    here = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.chdir(path.parent)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


KINDS: dict[str, Callable[[Path], None]] = {
    "empty": _text(""),
    "rubbish": _bytes(bytes(range(256)) * 20),
    "damaged": _text('{"line":"whole","work":{"history":{"steps":[{"design":{}}],"at":7},"saved":3}}\n[1,\n'),
    "nested json": _text("[" * DEPTH),
    "nested objects": _text('{"line":' * DEPTH + "\n"),
    "nested toml": _text("a = " + "[" * DEPTH),
    "dotted toml": _text("a" + ".a" * 30_000 + " = 1\n"),
    "future": _text('{"line":"whole","work":{},"version":99}\n{"line":"coloured"}\n'),
    "huge": _bytes(b"# \n" * (HUGE // 3)),
    "sparse": _sparse,
    "fifo": os.mkfifo,
    "socket": _socket,
    "endless": _link("/dev/zero"),
    "terminal": _link("/dev/tty"),
    "folder": Path.mkdir,
    "unreadable": _unreadable,
    "circle": _link("circle"),
    "nowhere": _link("/nonexistent/nowhere"),
    "utf-16": _bytes("base = 'resnet50'".encode("utf-16")),
}
"""Everything that is no design file, no journal and no settings, by what it is."""

WAITS = ("fifo", "terminal")
"""What a command that is given it may wait for."""
