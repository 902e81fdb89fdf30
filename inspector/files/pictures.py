"""Pictures in a folder: which there are, and their bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from inspector.errors import InputError
from inspector.files.reading import read_bytes
from inspector.outside import shown, why
from inspector.speech import later, say

ENDINGS = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp")
MOST = 1024
"""Pictures that are taken of a folder."""
_FILES = 1_000_000
_BYTES = 64 * 2**20


def pictures(folder: Path, most: int = MOST) -> list[Path]:
    """The pictures in a folder and in those below it, by their endings, in order of their names.

    Of more than `most`, every so-manieth is taken, so that each folder below has its share. Raises InputError where it
    is no folder, cannot be read, or has none.
    """
    name = shown(str(folder), 200)
    if not folder.is_dir():
        raise InputError(say("{folder}: is no folder", folder=name))
    found = sorted(_in(folder, name))
    if not found:
        raise InputError(say("{folder}: has no pictures ({endings})", folder=name, endings=", ".join(ENDINGS)))
    return found if len(found) <= most else [found[at * len(found) // most] for at in range(most)]


def _in(folder: Path, name: str) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise InputError(f"{name}: {why(error)}") from None

    seen = 0
    for where, _, files in os.walk(folder, onerror=refuse):
        seen += len(files)
        if seen > _FILES:
            raise InputError(say("{folder}: has more than {n} files", folder=name, n=_FILES))
        yield from (Path(where) / file for file in files if file.lower().endswith(ENDINGS))


def read(paths: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Each picture's name, as it can be shown, and its bytes. Raises InputError where one cannot be read."""
    yield from map(picture, paths)


def picture(path: Path) -> tuple[str, bytes]:
    """A picture's name, as it can be shown, and its bytes, whatever they are. InputError where it cannot be read."""
    return shown(str(path), 200), read_bytes(path, _BYTES, later("picture"))
