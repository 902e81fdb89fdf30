"""Files, written whole or not at all, and never over another unasked."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path

from inspector.errors import OutputError, shown


def write(path: Path, text: str, *, overwrite: bool, makes_folder: bool = False) -> None:
    """Write `text` in UTF-8 to `path` in one step; devices and pipes are written to as they are.

    With `makes_folder` the folders that it is in are made where they are not there.

    Raises OutputError where there is a file already and `overwrite` is false, or where the folder, the rights or the
    disk do not allow it; nothing half written is left behind.
    """
    data = text.encode()
    with _said(path):
        target = Path(os.path.realpath(path.expanduser()))
        if makes_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        mode = _mode(target)
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(EISDIR, "is a directory")
        if mode is not None and not stat.S_ISREG(mode):
            target.write_bytes(data)
        else:
            _replace(target, data, mode, overwrite=overwrite)


def is_there(path: Path) -> bool:
    """Whether there is a file that `write` writes over only when asked to; OutputError where that cannot be told."""
    with _said(path):
        mode = _mode(path.expanduser())
        return mode is not None and stat.S_ISREG(mode)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Whatever goes wrong with `path` as an OutputError that begins with its name."""
    name = shown(str(path), 200)
    try:
        yield
    except FileExistsError:
        raise OutputError(f"{name}: there is such a file already; it was not overwritten") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise OutputError(f"{name}: {reason[:1].lower()}{reason[1:]}") from None


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes, mode: int | None, *, overwrite: bool) -> None:
    """Write beside the target, then put it in its place; a link, unlike a rename, fails where a file has come since."""
    if mode is not None and not overwrite:
        raise FileExistsError
    handle, beside = tempfile.mkstemp(prefix=f".{target.name[:64]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o666 & ~_umask() if mode is None else stat.S_IMODE(mode))
        if overwrite:
            Path(beside).replace(target)
            return
        try:
            os.link(beside, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if target.exists():
                raise FileExistsError from None
            Path(beside).replace(target)
    finally:
        Path(beside).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
