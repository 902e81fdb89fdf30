"""Files, written whole or not at all, and never over another unasked."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EINVAL, EISDIR
from pathlib import Path

from inspector.errors import OutputError
from inspector.outside import shown, why
from inspector.speech import say

_BESIDE = ".inspector-"
"""How the names of files that are being written begin, for as long as they have one."""


def write(path: Path, text: str, *, overwrite: bool, makes_folder: bool = False, is_kept: bool = False) -> None:
    """Write `text` in UTF-8 to `path` in one step; devices and pipes are written to as they are.

    With `makes_folder` the folders that it is in are made where they are not there. What `is_kept` has to be found
    there again: a device or a pipe will not do.

    Raises OutputError where there is a file already and `overwrite` is false, or where the folder, the rights or the
    disk do not allow it; nothing half written is left behind.
    """
    data = text.encode(errors="backslashreplace")
    save(path, data, overwrite=overwrite, makes_folder=makes_folder, is_kept=is_kept)


def save(path: Path, data: bytes, *, overwrite: bool, makes_folder: bool = False, is_kept: bool = False) -> None:
    """Write bytes to `path`, as `write` does a text. Raises OutputError as it does."""
    with _said(path):
        target = Path(os.path.realpath(path.expanduser()))
        if makes_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        mode = _mode(target)
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(EISDIR, say("is a directory"))
        if mode is None or stat.S_ISREG(mode):
            _replace(target, data, mode, overwrite=overwrite)
        elif is_kept:
            raise OSError(EINVAL, say("is a device or a pipe, which keeps nothing"))
        else:
            target.write_bytes(data)


def is_there(path: Path) -> bool:
    """Whether there is a file that `write` writes over only when asked to; OutputError where that cannot be told."""
    with _said(path):
        mode = _mode(path.expanduser())
        return mode is not None and stat.S_ISREG(mode)


def is_same(one: Path, other: Path) -> bool:
    """Whether two names are of one file; False where that cannot be told, and where there is none."""
    try:
        return one.expanduser().samefile(other.expanduser())
    except (OSError, ValueError, RuntimeError):
        return False


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Whatever goes wrong with `path` as an OutputError that begins with its name."""
    about = shown(str(path), 200)
    try:
        yield
    except FileExistsError:
        said = say("{file}: there is such a file already; it was not overwritten", file=about)
        raise OutputError(said) from None
    except (OSError, ValueError, RuntimeError) as error:
        raise OutputError(f"{about}: {why(error)}") from None


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _replace(target: Path, data: bytes, mode: int | None, *, overwrite: bool) -> None:
    """Write beside the target, then put it in its place; a link, unlike a rename, fails where a file has come since."""
    if mode is not None and not overwrite:
        raise FileExistsError
    if mode is not None and (not mode & 0o222 or not os.access(target, os.W_OK)):
        raise PermissionError(EACCES, say("is read-only"))
    try:
        handle, beside = _begun(target.parent)
    except PermissionError:
        if mode is None:
            raise
        _rewrite(target, data)  # the folder is another's, the file is not
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o666 & ~_umask() if mode is None else stat.S_IMODE(mode))
            _put(file.fileno(), beside, target, overwrite=overwrite)
    except PermissionError:
        if mode is None:
            raise
        _rewrite(target, data)  # in a folder where everybody may write, and rename what is his own
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def _begun(folder: Path) -> tuple[int, Path | None]:
    """A file to write to, and its name if it has one."""
    file = nameless(folder, os.O_WRONLY)
    if file >= 0:
        return file, None
    file, beside = tempfile.mkstemp(prefix=_BESIDE, dir=folder)
    return file, Path(beside)


def nameless(folder: Path, flags: int) -> int:
    """A file in a folder without a name: it goes with the process, however that ends. -1 where there are none such."""
    if Path("/proc/self/fd").is_dir():
        with suppress(AttributeError, OSError):  # another system, a file system without such
            return os.open(folder, os.O_TMPFILE | os.O_CLOEXEC | flags, 0o600)
    return -1


def named(file: int, path: Path) -> bool:
    """Give a file without a name one, unless there is such a file already; whether it has it."""
    try:
        name(file, path)
    except FileExistsError:
        return False
    return True


def name(file: int, path: Path) -> None:
    """Give a file without a name one (open(2)); that it is asked relative to a folder has Python follow the link.

    Raises FileExistsError where there is such a file already.
    """
    os.link(f"/proc/self/fd/{file}", path, src_dir_fd=file, follow_symlinks=True)


def _put(file: int, beside: Path | None, target: Path, *, overwrite: bool) -> None:
    """Put what was written in its place, whole."""
    if beside is None:
        if named(file, target):
            return
        if not overwrite:
            raise FileExistsError
        beside = target.parent / f"{_BESIDE}{os.getpid()}"
        beside.unlink(missing_ok=True)
        name(file, beside)
        try:
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        return
    if not overwrite:
        try:
            os.link(beside, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if target.exists():
                raise FileExistsError from None
        else:
            return
    beside.replace(target)


def _rewrite(target: Path, data: bytes) -> None:
    """Write over a file where it stands, which is all that the rights allow."""
    with target.open("r+b") as file:
        file.write(data)
        file.truncate()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def append(path: Path, text: str) -> None:
    """Add a text to what others add to as well, such as the summary of a CI job's step. Raises OutputError."""
    with _said(path), path.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
