"""The real program in a real pseudo-terminal, and what it has drawn there."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import pyte

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "f1": "\x1bOP",
    "^r": "\x12",
    "^s": "\x13",
    "^p": "\x10",
    "^q": "\x11",
    "^c": "\x03",
}


class Terminal:
    """Python with its arguments, in a terminal of `columns` × `lines`, in the folder `cwd`."""

    def __init__(
        self, *arguments: str, columns: int, lines: int, cwd: Path, variables: dict[str, str] | None = None
    ) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.exit_code: int | None = None
        self.cwd = cwd
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": str(cwd)}
        for name in ("NO_COLOR", "COLUMNS", "LINES", "XDG_STATE_HOME", "LC_ALL", "LC_CTYPE", "LANG"):
            environment.pop(name, None)
        environment.update(variables or {})
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execve(sys.executable, [sys.executable, *arguments], environment)  # noqa: S606

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> Self:
        self.screen.resize(lines, columns)
        self._set_size(columns, lines)
        os.kill(self.pid, signal.SIGWINCH)
        return self

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display) + "\n"

    def press(self, *keys: str) -> Self:
        """Type keys one after another; a key that is in no table is typed letter by letter."""
        for key in keys:
            self.send(key).settle(0.12)
        return self

    def send(self, key: str) -> Self:
        """Type a key and wait for nothing."""
        os.write(self._fd, KEYS.get(key, key).encode())
        return self

    def wait(self, wanted: str | Callable[[str], bool], seconds: float = 20) -> Self:
        """Read until the screen holds `wanted`, and fail with the screen where it never does."""
        end = time.monotonic() + seconds
        while not (wanted in self.text if isinstance(wanted, str) else wanted(self.text)):
            if time.monotonic() > end or not self._read(0.05):
                message = f"{wanted!r} never came; the screen:\n{self.text}"
                raise AssertionError(message)
        return self

    def settle(self, quiet: float = 0.4) -> Self:
        """Read until nothing has been drawn for `quiet` seconds."""
        while self._read(quiet) and self._is_new:
            pass
        return self

    def ended(self, seconds: float = 10) -> int:
        """The exit code of the program, which is expected to end."""
        end = time.monotonic() + seconds
        while self.exit_code is None and time.monotonic() < end:
            self._read(0.05)
            self._reap(os.WNOHANG)
        assert self.exit_code is not None, f"still running:\n{self.text}"
        return self.exit_code

    def close(self) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap(0)
        os.close(self._fd)

    def _reap(self, options: int) -> None:
        pid, status = os.waitpid(self.pid, options)
        if pid:
            self.exit_code = os.waitstatus_to_exitcode(status)

    def _read(self, seconds: float) -> bool:
        """Draw what comes within `seconds`; False once the program has closed the terminal."""
        self._is_new = False
        if not select.select([self._fd], [], [], seconds)[0]:
            return True
        data = b""
        with suppress(OSError):
            data = os.read(self._fd, 1 << 16)
        if data:
            self._is_new = True
            self._stream.feed(data)
        return bool(data)


@contextmanager
def terminal(
    *arguments: str,
    size: tuple[int, int],
    cwd: Path,
    verifies: bool = False,
    is_first: bool = False,
    variables: dict[str, str] | None = None,
) -> Iterator[Terminal]:
    """`inspector` with its arguments, ended when the block is left; torch is not asked unless `verifies`.

    It is not the first start, unless `is_first`: then there is a hint.
    """
    if not is_first:
        kept = cwd / ".local" / "state" / "inspector" / "screen.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text('{"is_known": true}')
    options = () if verifies else ("--no-verify",)
    columns, lines = size
    opened = Terminal(
        "-m", "inspector", *arguments, *options, columns=columns, lines=lines, cwd=cwd, variables=variables
    )
    try:
        yield opened
    finally:
        opened.close()
