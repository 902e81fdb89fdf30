"""The terminal's side: input that nothing can break, a terminal that is put right, sizes that can be drawn.

Textual decodes strictly, takes what is pasted for keys where there are escape sequences in it, and starts a second
thread that reads where the program is stopped and continued from outside; each of these ends or hangs the program.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TextIO

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from inspector.outside import is_text
from inspector.tui.terminal.input import Input, Pasted

MOST = Size(1000, 500)
"""Columns and lines beyond which a report of the terminal's size is none."""
BRIEF, LONG = constants.ESCAPE_DELAY, 2.0
"""Seconds without input after which an escape is a key, and after which a paste is given up."""
_TURN = 0.1
"""Seconds after which the thread looks whether it is to end."""


class Driver(LinuxDriver):
    """Textual's driver of terminals, of which bytes, pastes, reports and signals are handled here."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  # Textual's, handed on
        super().__init__(*arguments, **options)
        self._file: Any = _Out(self._file)
        self._is_on = False
        for number, handler in ((signal.SIGTSTP, self._stop), (signal.SIGCONT, self._go_on)):
            self._loop.add_signal_handler(number, handler)

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
        self._is_on = True

    def stop_application_mode(self) -> None:
        self._is_on = False
        super().stop_application_mode()

    def _stop(self) -> None:
        """Stop as the shell wants it; a signal's own handler could run in the middle of writing, this cannot."""
        self._sigtstp_application()

    def _go_on(self) -> None:
        """Go on. Who was stopped from outside has not left the terminal, which may be another by now."""
        if self._auto_restart:
            if self._is_on:
                self.suspend_application_mode()
            self.resume_application_mode()

    def _get_terminal_size(self) -> tuple[int, int]:
        width, height = super()._get_terminal_size()
        return min(max(width, 1), MOST.width), min(max(height, 1), MOST.height)

    def run_input_thread(self) -> None:
        """Read what the terminal sends, until the driver is to stop or there is no terminal any more."""
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        source, self._parser, idle = Input(), XTermParser(self._debug), 0.0
        while not self.exit_event.is_set():
            turn = BRIEF if source.waits else _TURN
            if poll.poll(turn * 1000):
                try:
                    data = os.read(self.fileno, 1 << 16)
                except OSError:
                    data = b""
                if not data:
                    os.kill(os.getpid(), signal.SIGHUP)
                    return
                idle = 0.0
                self._hand_on(source.feed(data))
            else:
                idle += turn
                if idle >= (LONG if source.is_pasting else BRIEF):
                    self._hand_on(source.calm())
            self._parsed(self._parser.tick())

    def _hand_on(self, pieces: Iterable[str | Pasted]) -> None:
        for piece in pieces:
            if isinstance(piece, Pasted):
                self.process_message(events.Paste(piece.text))
            elif piece == "\x1b":
                self.process_message(events.Key("escape", piece))
            else:
                self._parsed(self._parser.feed(piece))

    def _parsed(self, messages: Iterable[Message]) -> None:
        """Hand on what the parser makes of its input; where it fails at it, that is dropped."""
        try:
            for message in messages:
                self.process_message(message)
        except Exception:  # noqa: BLE001  # numbers that are no characters, and what else it was not made for
            self._parser = XTermParser(self._debug)

    def process_message(self, message: Message) -> None:
        """Hand on what can be a key that is typed, and a size that can be drawn."""
        if isinstance(message, events.Key) and message.character is not None:
            character = message.character
            if len(character) != 1 or (character > "\x7f" and not is_text(character)):
                return
        if isinstance(message, events.Resize):
            width, height = message.size
            if not (0 < width <= MOST.width and 0 < height <= MOST.height):
                return
        super().process_message(message)


class _Out:
    """What is drawn on; a terminal that has gone takes nothing, and nobody waits for it."""

    def __init__(self, file: TextIO) -> None:
        self._own = file

    def write(self, text: str) -> int:
        with suppress(OSError):
            return self._own.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError):
            self._own.flush()

    def fileno(self) -> int:
        return self._own.fileno()

    def isatty(self) -> bool:
        return self._own.isatty()


def end_on_signals(ended: Callable[[int], None]) -> None:
    """Have `ended` called with a signal's number where one asks the program to end; asyncio's loop has to run."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        loop.add_signal_handler(number, ended, number)
