"""Whether torch says the same: a line of the title, and the process that it asks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from functools import partial

import msgspec
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from inspector.core.design import Design
from inspector.core.verdict import Answer, Request, Verdict

START = 0.6
"""Seconds after the first paint from which torch's process is started as soon as no edit follows another."""
REST = 0.4
"""Seconds that a design rests before it is verified."""
MOST_BLOCKS = 2_000
"""Blocks above which building the module takes longer than one waits for; `inspector verify` does it all the same."""
STALE = 5.0
"""Seconds after which an answer that is no longer wanted is not waited for any more."""
LONGEST = 120.0
"""Seconds after which no answer is expected any more."""
WORKER = ("-P", "-m", "inspector.bridge.worker")
LONGEST_LINE = 1 << 26


class Badge(Static):
    """Waiting, agrees, differs, or why it cannot be said.

    torch lives in a process of its own, started after the first paint and once no edit follows another, kept warm, and
    ended with the editor. What it says of a design that is no longer current is dropped. When it ends by itself another
    is started, once: a second one is not, unless there was an answer in between.
    """

    class Asked(Message):
        """The badge was clicked."""

    def __init__(self, *, id: str, is_on: bool) -> None:  # noqa: A002
        super().__init__(id=id)
        self._is_on = is_on
        self._design: Design | None = None
        self._number = 0
        self._changed = asyncio.Event()
        self._process: Process | None = None
        self._is_ready = False
        self._is_stale = False
        self._given_up = ""
        self._held: Timer | None = None
        self._said = ""
        self.verdict: Verdict | None = None
        self.problem = ""

    def show(self, design: Design) -> None:
        """Verify `design` once it has rested; until then the badge waits."""
        if not self._is_on or design == self._design:
            return
        self._design = design
        self._number += 1
        self.verdict, self.problem = None, self._given_up
        self._hold()
        self._changed.set()
        self._draw()

    @property
    def words(self) -> str:
        """What the badge has to say, in a sentence."""
        if self.verdict is None:
            return self.problem or "torch is being asked"
        tools = ", ".join(f"{name} {version}" for name, version in self.verdict.versions.items())
        if self.verdict.agrees:
            return f"{self.verdict.layers} layers compared with {tools}: path, output, params, mult-adds; all agree"
        first = self.verdict.differences[0]
        many = len(self.verdict.differences)
        return f"{many} differ, first {first.name}: {first.what} {first.analysed}, torchinfo says {first.measured}"

    def on_mount(self) -> None:
        if self._is_on:
            self.call_after_refresh(self.set_timer, START, partial(self.run_worker, self._serve, exit_on_error=False))

    def on_click(self) -> None:
        self.post_message(self.Asked())

    def _draw(self) -> None:
        if self.verdict is None:
            text = Content.styled(f"? {self.problem} " if self.problem else "· asking torch ", "$text-muted")
        elif self.verdict.agrees:
            layers = f", {self.verdict.layers} layers" if self.app.size.width >= 100 else ""
            text = Content.styled(f"✓ torch agrees{layers} ", "$text-success")
        else:
            text = Content.styled(f"✗ torch differs, {self.verdict.differences[0].name} ", "$text-error bold")
        if text.plain != self._said:
            self._said = text.plain
            self.update(text)

    def _hold(self) -> None:
        """Let torch's process pause while one edit follows another: the cores are the editor's until it rests."""
        if not self._is_ready or sys.platform != "linux":  # elsewhere it could outlive the editor, stopped for ever
            return
        if self._held is None:
            self._signal(signal.SIGSTOP)
        else:
            self._held.stop()
        self._held = self.set_timer(REST, self._let_go)

    def _let_go(self) -> None:
        self._held = None
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _serve(self) -> None:
        """Ask for one design after another, as long as the editor runs."""
        try:
            await self._serve_twice()
        except Exception as error:  # noqa: BLE001  # the editor goes on whatever becomes of torch
            self._given_up = f"not verified: {type(error).__name__}: {error}"
        self._fail(self._given_up)

    async def _serve_twice(self) -> None:
        ends = 0
        while ends <= 1:
            await self._calm()
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable, *WORKER, str(os.getpid()), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LONGEST_LINE
            )
            try:
                self._is_ready = await self._read(process) is not None
                while self._is_ready and await self._ask(process):
                    ends = 0
            finally:
                self._is_ready = False
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            self._changed.set()
            if not self._is_stale:
                ends += 1
                self._fail("torch's process ended: starting another")
            self._is_stale = False
        self._given_up = "not verified: torch's process ended twice"

    async def _ask(self, process: Process) -> bool:
        """Have the current design verified once it rests; False once the process has gone, or is to go."""
        await self._rest(process)
        number, design = self._number, self._design
        if process.returncode is not None or design is None or process.stdin is None:
            return False
        if sum(stage.blocks for stage in design.stages) > MOST_BLOCKS:
            self._fail(f"not verified live: over {MOST_BLOCKS} blocks")
            return True
        try:
            process.stdin.write(msgspec.json.encode(Request(number, design)) + b"\n")
            await process.stdin.drain()
        except OSError:
            return False
        reading = asyncio.ensure_future(self._read(process))
        took, now = 0.0, time.monotonic()
        while not reading.done():
            await asyncio.wait((reading,), timeout=1)
            before, now = now, time.monotonic()
            took += now - before if self._held is None else 0  # it was paused: no fault of its own
            self._is_stale = self._number != number and took > STALE
            if not reading.done() and (self._is_stale or took > LONGEST):
                reading.cancel()
                return False
        answer = reading.result()
        if answer is not None and answer.number == self._number:
            self.verdict, self.problem = answer.verdict, answer.problem and f"not verified: {answer.problem}"
            self._draw()
        self._is_stale = False
        return answer is not None

    async def _calm(self) -> None:
        """Wait until there has been no edit for a while: to start a process takes a frame or more."""
        number = -1
        while number != self._number:
            number = self._number
            await asyncio.sleep(REST)

    async def _read(self, process: Process) -> Answer | None:
        """The next answer, whatever else is printed before it; None once the process has gone."""
        while process.stdout is not None and (line := await process.stdout.readline()):
            with contextlib.suppress(msgspec.DecodeError):
                return msgspec.json.decode(line, type=Answer)
        return None

    async def _rest(self, process: Process) -> None:
        """Wait for a change, and then until there has been none for a while; the end of the process ends it too."""
        gone = asyncio.ensure_future(process.wait())
        try:
            changed = asyncio.ensure_future(self._changed.wait())
            await asyncio.wait((gone, changed), return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            number = -1
            while number != self._number and not gone.done():
                number = self._number
                await asyncio.wait((gone,), timeout=REST)
            if not gone.done():
                self._changed.clear()
        finally:
            gone.cancel()

    def _fail(self, problem: str) -> None:
        self.verdict, self.problem = None, problem
        self._draw()
