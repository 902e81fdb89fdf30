"""What every attack has: an editor in a terminal with folders of its own, and steps that can be played back."""

from __future__ import annotations

import ctypes
import fcntl
import os
import pty
import random
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import pyte
from terminal import KEYS

PROGRAM = (sys.executable, "-m", "inspector")
EDITOR = (*PROGRAM, "--no-verify")
PARAMS = "25,557,032 params"
"""What the untouched ResNet-50 comes to."""
PATIENCE = 20.0
"""Seconds that anything may take on a noisy machine; what is quick is waited for no longer than it takes."""
NAMED_KEYS = {
    **KEYS,
    "page up": "\x1b[5~",
    "page down": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "back tab": "\x1b[Z",
    "delete": "\x1b[3~",
    "^u": "\x15",
    "^z": "\x1a",
}
_ENTERED, _LEFT = b"\x1b[?1049h", b"\x1b[?1049l"
_DROP_CAPABILITY, _CAPABILITIES = 24, (1, 2)  # PR_CAPBSET_DROP of CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH


class Folders:
    """A home with the state and config folders of its own, and a folder to work in."""

    def __init__(self, root: Path, *, is_first: bool = False) -> None:
        """It is not the first start, unless `is_first`: then there is a hint."""
        self.root, self.work = root, root / "work"
        self.state, self.config = root / "state" / "inspector", root / "config" / "inspector"
        self.journals = self.state / "journal"
        for each in (self.work, self.journals, self.config):
            each.mkdir(parents=True)
        if not is_first:
            (self.state / "screen.json").write_text('{"is_known": true}')

    @property
    def variables(self) -> dict[str, str]:
        """The environment in which a program takes these folders for its user's."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NO_COLOR", "COLUMNS", "LINES", "LANG")
            and not name.startswith(("LC_", "XDG_", "INSPECTOR_"))
        }
        return {
            **kept,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "HOME": str(self.root),
            "XDG_STATE_HOME": str(self.state.parent),
            "XDG_CONFIG_HOME": str(self.config.parent),
        }


def as_a_person() -> None:
    """Let the rights of files count for this process and its children, whoever runs the tests."""
    if os.geteuid() == 0:
        for capability in _CAPABILITIES:
            ctypes.CDLL(None).prctl(_DROP_CAPABILITY, capability, 0, 0, 0)


class Editor:
    """A program in a terminal of (columns, lines): `inspector` with its arguments, unless another is named."""

    def __init__(
        self,
        folders: Folders,
        *arguments: str,
        size: tuple[int, int] = (120, 24),
        program: Sequence[str] = EDITOR,
        before: Callable[[], None] = as_a_person,
    ) -> None:
        """`before` is run in the new process before the program is: limits, rights."""
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.exit_code: int | None = None
        self.is_drawn = True
        self._size, self._text = size, ""
        command = [*program, *arguments]
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(folders.work)
                fcntl.ioctl(0, termios.TIOCSWINSZ, _size_of(size))
                before()
                os.execve(command[0], command, folders.variables)  # noqa: S606
            except BaseException as error:  # noqa: BLE001  # whatever it is, this process is no test
                os.write(2, f"{command[0]} was not started: {error!r}".encode())
            os._exit(126)
        os.set_blocking(self._fd, False)
        self.modes = termios.tcgetattr(self._fd)

    @property
    def text(self) -> str:
        """What stands on the screen, line by line."""
        if not self._text:
            self._text = "\n".join(line.rstrip() for line in self.screen.display) + "\n"
        return self._text

    @property
    def alive(self) -> bool:
        """Whether the program runs."""
        self._reap(os.WNOHANG)
        return self.exit_code is None

    def press(self, *keys: str) -> Self:
        """Type keys, by their names or letter by letter, and wait for nothing."""
        for key in keys:
            self.type(NAMED_KEYS.get(key, key).encode())
        return self

    def type(self, data: bytes) -> Self:
        """Send bytes as they are, and draw what comes meanwhile; what nobody takes any more is dropped."""
        end = time.monotonic() + 2 * PATIENCE
        while data and self.exit_code is None:
            if time.monotonic() > end:
                raise AssertionError(f"{len(data)} bytes are not taken; the screen:\n{self.text}")
            if select.select([], [self._fd], [], 0.05)[1]:
                with suppress(BlockingIOError):
                    try:
                        data = data[os.write(self._fd, data[:4096]) :]
                    except OSError as error:
                        if isinstance(error, BlockingIOError):
                            raise
                        return self
            self._read(0)
            self._reap(os.WNOHANG)
        return self

    def paste(self, data: bytes) -> Self:
        """Paste bytes as a terminal does that knows bracketed pastes."""
        return self.type(b"\x1b[200~" + data + b"\x1b[201~")

    def resize(self, size: tuple[int, int]) -> Self:
        """Give the terminal another size."""
        self.screen.resize(size[1], size[0])
        self._size, self._text = size, ""
        with suppress(OSError):
            fcntl.ioctl(self._fd, termios.TIOCSWINSZ, _size_of(size))
        return self.send(signal.SIGWINCH)

    def wait_for(self, wanted: str | Callable[[str], object], seconds: float = PATIENCE) -> Self:
        """Read until the screen holds `wanted`; fail with the screen where it never does."""
        end = time.monotonic() + seconds
        is_there = wanted if callable(wanted) else lambda text: wanted in text
        while not is_there(self.text):
            if time.monotonic() > end or not (self._read_all(0.05) or is_there(self._last_words())):
                how = "still running" if self.alive else f"ended with {self.exit_code}"
                what = wanted if isinstance(wanted, str) else wanted.__name__
                raise AssertionError(f"{what!r} never came, {how}; the screen:\n{self.text}")
        return self

    def _last_words(self) -> str:
        """What stands on the screen of a program that has closed its terminal, once it has ended."""
        self.ended()
        return self.text

    def draw(self, seconds: float) -> Self:
        """Draw what comes for so many seconds, or until the program has ended."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._read(left):
            pass
        return self

    def send(self, number: signal.Signals) -> Self:
        """Send a signal, if there is still someone to take it."""
        if self.alive:
            os.kill(self.pid, number)
        return self

    def kill(self) -> Self:
        """Kill the program (-9), and draw what it had written before."""
        self.send(signal.SIGKILL)
        self.ended()
        return self

    def ended(self, seconds: float = PATIENCE) -> int:
        """How the program ended, which is expected to: its exit code, or the signal as a negative number."""
        end = time.monotonic() + seconds
        while self.exit_code is None:
            assert time.monotonic() < end, f"still running; the screen:\n{self.text}"
            self._read(0.02)
            self._reap(os.WNOHANG)
        self._read_all(0)
        return self.exit_code

    def close(self) -> None:
        """End it, whatever it is about."""
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
            self._reap(0)
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    @property
    def children(self) -> list[int]:
        """The processes that the program has started."""
        return [int(each) for each in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def is_put_right(self) -> str:
        """What is not as it was in the terminal; an empty string where all is."""
        raw = bytes(self.raw)
        if raw.rfind(_ENTERED) > raw.rfind(_LEFT):
            return "the alternate screen was not left"
        for mode in (1000, 1002, 1003, 1006, 2004):
            if raw.rfind(b"\x1b[?%dh" % mode) > raw.rfind(b"\x1b[?%dl" % mode):
                return f"mode {mode} is still on"
        if raw.rfind(b"\x1b[?25l") > raw.rfind(b"\x1b[?25h"):
            return "the cursor is hidden"
        return "" if termios.tcgetattr(self._fd) == self.modes else "the terminal is still raw"

    def _reap(self, options: int) -> None:
        if self.exit_code is None:
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)

    def _read_all(self, seconds: float) -> bool:
        """Draw what comes within `seconds`, and whatever else has come by then; False as `_read`."""
        is_open = self._read(seconds)
        while is_open and self._is_new:
            is_open = self._read(0)
        return is_open

    def _read(self, seconds: float) -> bool:
        """Draw what comes within `seconds`; False once the program has closed the terminal."""
        self._is_new = False
        if not select.select([self._fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._fd, 1 << 16)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        self._is_new = bool(data)
        self.raw += data
        if self.is_drawn:  # an emulator is slow, where it does not matter what is on the screen
            self._stream.feed(data)
            self._text = ""
        return bool(data)


def _size_of(size: tuple[int, int]) -> bytes:
    return struct.pack("HHHH", size[1], size[0], 0, 0)


@contextmanager
def editing(
    folders: Folders,
    *arguments: str,
    size: tuple[int, int] = (120, 24),
    program: Sequence[str] = EDITOR,
    before: Callable[[], None] = as_a_person,
) -> Iterator[Editor]:
    """An editor that is ended when the block is left."""
    editor = Editor(folders, *arguments, size=size, program=program, before=before)
    try:
        yield editor
    finally:
        editor.close()


class Attack:
    """One attack: where it takes place, the chances it takes, and what it has done so far."""

    def __init__(self, name: str, seed: int, folders: Folders) -> None:
        self.chance, self.folders = random.Random(f"{name} {seed}"), folders  # noqa: S311
        self._steps: list[str] = []

    def did(self, step: object) -> None:
        """Take note of a step, just before it is done."""
        self._steps.append(str(step))

    @property
    def last(self) -> str:
        """The last step."""
        return self._steps[-1] if self._steps else "nothing"

    @property
    def story(self) -> str:
        """All that was done, in order."""
        return "\n  ".join(self._steps)


@contextmanager
def attacking(name: str, seed: int, root: Path) -> Iterator[Attack]:
    """An attack; where it succeeds, the failure says the seed and the steps with which it can be played back."""
    attack = Attack(name, seed, Folders(root))
    try:
        yield attack
    except BaseException as error:
        again = f"INSPECTOR_ADVERSARY_SEED={seed} INSPECTOR_ADVERSARY_COUNT=1"
        error.add_note(f"{name}, seed {seed} (again: {again}):\n  {attack.story}")
        raise


def answers(editor: Editor, attack: Attack, seconds: float = PATIENCE) -> None:
    """The editor lives: out of whatever is open or half typed one gets with escape, and the next key works."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and editor.alive:
        editor.press("escape").draw(_ESCAPE).press("?")
        with suppress(AssertionError):
            editor.wait_for(_HELP, 0.7)
            editor.press("?").wait_for(lambda text: _HELP not in text, 5)
            return
    how = "takes no key" if editor.alive else f"ended with {editor.exit_code}"
    raise AssertionError(f"the editor {how} after {attack.last}; the screen:\n{editor.text}")


_HELP, _ESCAPE = "─ Help ─", 0.13
"""The title of help; seconds after which an escape is no beginning of a sequence any more."""


def leaves(editor: Editor) -> None:
    """The editor ends when it is told to, asked twice where there is unsaved work, and leaves the terminal right."""
    editor.press("^q").wait_for(lambda text: "Quit without" in text or not editor.alive)
    if editor.alive:
        editor.press("q")
    assert editor.ended() == 0, editor.text
    is_clean(editor)


def is_clean(editor: Editor) -> None:
    """What has ended has put the terminal right, and has shown no traceback."""
    assert not editor.is_put_right(), editor.is_put_right()
    assert b"Traceback" not in editor.raw, editor.text


def peak_of(editor: Editor) -> int:
    """The most memory that the editor has had, in MiB."""
    status = Path(f"/proc/{editor.pid}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))
