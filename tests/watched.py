"""What Python reports of while a block lasts: imports, compiled code, processes, files that are written."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from inspector.files import foreign, torch_files

LATER = (json, foreign, torch_files)
"""What a reader itself imports when it comes to need it: it is there before anything is watched."""
HARMLESS = ("open", "os.scandir", "builtins.id")
"""What a reader does itself."""
_seen: list[str] = []
_is_watching = False


def _watch(event: str, args: tuple[object, ...]) -> None:
    if _is_watching and event not in HARMLESS:
        _seen.append(f"{event} {args}")


sys.addaudithook(_watch)


@contextmanager
def nothing_runs() -> Iterator[None]:
    """Nothing is imported, compiled, run or looked up by name in the block."""
    global _is_watching  # noqa: PLW0603  # a hook stays for ever
    _seen.clear()
    _is_watching = True
    try:
        yield
    finally:
        _is_watching = False
    assert not _seen
