"""Torch's process as a service: several can ask it, and nobody who asks imports torch.

The process is started when it is first asked for something and nothing has held it for a while, kept warm, and ended
with whoever started it. It works on one request at a time; of each kind only the newest counts. When it ends by itself
another is started and the request put to it once more; when that ends too, the request has failed, and others are
answered. When two in turn end before they have shown that they can work, no more are started.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import DecodeError, Struct, ValidationError, json

from inspector.bridge.protocol import READY, Answer, Request, asked, kind_of
from inspector.speech import later, say

THINKER = ("-P", "-m", "inspector.bridge.worker")
"""What the interpreter is started with; the number of the process that starts it comes behind."""
WORKER = (*THINKER, "torch")
"""The same for the process that torch lives in."""
TIMER = (*THINKER, "timing")
"""The same for the one that measures time: torch lives in it, with the priority of whoever starts it.

The others leave the cores to the editor, and would be measured waiting for them. It takes all cores but one unless it
is told (`spare`). Who has asked it ends it afterwards; a hold makes one run longer, which a median leaves out.
"""
PATIENCE = 3600.0
"""Seconds after which no time is expected any more: LONGEST for TIMER."""
REST = 0.4
"""Seconds without a hold after which the process is started, or goes on."""
STALE = 5.0
"""Seconds after which an answer that is no longer wanted is not waited for any more."""
LONGEST = 120.0
"""Seconds after which no answer is expected any more."""
LARGEST = 1 << 26
"""Bytes of the longest answer that is read."""
ANOTHER = later("torch's process ended: starting another")
"""What is said while another one is started."""

Progress = Callable[[str], None]


class Reply(Struct, frozen=True):
    """What came of a request: its result, of the request's own type, or the problem that there is none."""

    result: Any = None
    problem: str = ""


class _Job:
    """A request that is waited for."""

    def __init__(self, number: int, request: Request, progress: Progress | None) -> None:
        self.number, self.request, self.kind = number, request, kind_of(request)
        self.progress = progress
        self.ends = 0
        self.future: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()

    @property
    def is_wanted(self) -> bool:
        """Whether anybody still waits."""
        return not self.future.done()

    def end(self, reply: Reply | None) -> None:
        if not self.future.done():
            self.future.set_result(reply)

    def tell(self, words: str) -> None:
        if self.progress is not None and self.is_wanted:
            self.progress(words)


class Torch:
    """The service. All of it belongs to one event loop."""

    def __init__(
        self,
        worker: Sequence[str] = WORKER,
        *,
        rest: float = REST,
        stale: float = STALE,
        longest: float = LONGEST,
        largest: int = LARGEST,
        name: str = "",
    ) -> None:
        """`name` is what problems call the process, torch's unless it is told."""
        self._worker, self._rest, self._stale, self._longest = tuple(worker), rest, stale, longest
        self._largest, self._name = largest, name or say("torch's process")
        self._number = READY
        self._waiting: dict[str, _Job] = {}
        self._running: _Job | None = None
        self._changed = asyncio.Event()
        self._server: asyncio.Task[None] | None = None
        self._process: Process | None = None
        self._is_ready = self._is_ended_by_us = self._can_work = False
        self._calm_at = 0.0
        self._release: asyncio.TimerHandle | None = None
        self._given_up = ""

    async def ask(self, request: Request, progress: Progress | None = None) -> Reply | None:
        """What comes of a request; None where a newer one of its kind came meanwhile.

        `progress` is told in words what is going on. Whoever is cancelled while waiting cancels the request.
        """
        if self._given_up:
            return Reply(problem=self._given_up)
        self._number += 1
        job = _Job(self._number, request, progress)
        for older in (self._waiting.pop(job.kind, None), self._running):
            if older is not None and older.kind == job.kind:
                older.end(None)
        self._waiting[job.kind] = job
        self._changed.set()
        if self._server is None:
            self._server = asyncio.ensure_future(self._serve())
        try:
            return await job.future
        finally:
            self._forget(job)

    def _forget(self, job: _Job) -> None:
        """Nobody waits for it any more; what is being worked on for nobody is ended."""
        if self._waiting.get(job.kind) is job:
            del self._waiting[job.kind]
        if self._running is job and job.future.cancelled():
            self._kill()

    def hold(self, seconds: float = 0) -> None:
        """Let the process pause, and none be started, until there was no hold for a while: the cores are needed.

        For so many seconds at least, where that is longer.
        """
        self._calm_at = max(time.monotonic() + max(seconds, self._rest), self._calm_at)
        if not self._is_ready or sys.platform != "linux":  # elsewhere it could outlive us, stopped for ever
            return
        if self._release is None:
            self._signal(signal.SIGSTOP)
        else:
            self._release.cancel()
        self._release = asyncio.get_running_loop().call_later(self._rest, self._let_go)

    def _let_go(self) -> None:
        self._release = None
        self._signal(signal.SIGCONT)

    async def end(self) -> None:
        """End the process, and answer nobody any more."""
        self._given_up = say("{process} has been ended", process=self._name)
        if self._release is not None:
            self._release.cancel()
            self._release = None
        if self._server is not None:
            self._server.cancel()
            await asyncio.wait((self._server,))
        for job in [*self._waiting.values(), *([self._running] if self._running else [])]:
            job.end(None)

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _kill(self) -> None:
        self._is_ended_by_us = True
        self._signal(signal.SIGKILL)

    async def _serve(self) -> None:
        """Have one process after another work, until two have ended without an answer."""
        try:
            await self._serve_twice()
            self._given_up = say("{process} ended twice", process=self._name)
        except TimeoutError as error:
            self._given_up = str(error)
        except Exception as error:  # noqa: BLE001  # whoever asks goes on whatever becomes of torch
            self._given_up = f"{type(error).__name__}: {error}"
        for job in list(self._waiting.values()):
            job.end(Reply(problem=self._given_up))

    async def _serve_twice(self) -> None:
        ends = 0
        while ends <= 1:
            await self._wanted()
            await self._calm()
            self._is_ended_by_us = self._can_work = False
            self._process = process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._worker,
                str(os.getpid()),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=self._largest,
            )
            try:
                self._is_ready = await self._is_there(process)
                while self._is_ready and await self._work(process):
                    ends = 0
            finally:
                self._is_ready = False
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
                self._take_back()
            if self._waiting and not self._is_ended_by_us:  # one that ends while nobody asks fails nobody
                ends += 0 if self._can_work else 1
                for job in self._waiting.values() if ends <= 1 else ():
                    job.tell(say(ANOTHER))

    def _take_back(self) -> None:
        """What the process was working on waits again, if nothing newer does."""
        job, self._running = self._running, None
        if job is None:
            return
        if self._can_work and not self._is_ended_by_us:
            job.ends += 1
        if job.ends > 1:  # it is the request that ends it, a file that is cut short while it is read
            job.end(Reply(problem=say("{process} ended twice", process=self._name)))
        if job.is_wanted:
            self._waiting.setdefault(job.kind, job)
            self._changed.set()

    async def _is_there(self, process: Process) -> bool:
        """Wait for the word that the process is there, for as long as for an answer; TimeoutError after that."""
        try:
            return await asyncio.wait_for(self._read(process), self._longest) is not None
        except ValueError:  # a line that is too long
            return False
        except TimeoutError:  # a second one would load as long
            seconds = f"{self._longest:.0f}"
            words = say("{process} was not ready within {n} s", process=self._name, n=seconds)
            raise TimeoutError(words) from None

    async def _work(self, process: Process) -> bool:
        """Work on the request that waits longest; False once the process has gone, or is to go."""
        job = await self._next(process)
        if job is None or process.stdin is None:
            return False
        self._running = job
        try:
            process.stdin.write(asked(job.number, job.request))
            await process.stdin.drain()
        except OSError:
            return False
        is_answered = await self._answer(process, job)
        if is_answered:
            self._running = None
        return is_answered

    async def _next(self, process: Process) -> _Job | None:
        """The next request, once there is one and nothing holds; None once the process has gone."""
        gone = asyncio.ensure_future(process.wait())
        try:
            while not self._waiting and not gone.done():
                self._changed.clear()
                changed = asyncio.ensure_future(self._changed.wait())
                try:
                    await asyncio.wait((gone, changed), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    changed.cancel()
            while (rest := self._calm_at - time.monotonic()) > 0 and not gone.done():
                await asyncio.wait((gone,), timeout=rest)
            if gone.done() or not self._waiting:
                return None if gone.done() else await self._next(process)
            job = min(self._waiting.values(), key=lambda each: each.number)
            return self._waiting.pop(job.kind)
        finally:
            gone.cancel()

    async def _answer(self, process: Process, job: _Job) -> bool:
        """Wait for the last word on a request: False where there was none, and the process is to go."""
        took, now = 0.0, time.monotonic()
        reading: asyncio.Future[Answer | None] = asyncio.ensure_future(self._read(process))
        try:
            while True:
                await asyncio.wait((reading,), timeout=min(1.0, self._stale / 4))
                before, now = now, time.monotonic()
                took += now - before if self._release is None else 0  # it was paused: no fault of its own
                if reading.done():
                    answer = reading.result()
                    if answer is None:
                        return False
                    self._can_work = True
                    if answer.number == job.number and not answer.progress:
                        self._resolve(job, answer)
                        return True
                    if answer.number == job.number:
                        job.tell(answer.progress)
                    reading = asyncio.ensure_future(self._read(process))
                elif took > self._longest:
                    job.end(Reply(problem=say("no answer within {n} s", n=f"{self._longest:.0f}")))
                elif job.is_wanted or took <= self._stale:
                    continue
                if not job.is_wanted and not reading.done() and took > min(self._stale, self._longest):
                    self._is_ended_by_us = True
                    return False
        except ValueError:  # asyncio's word for a line that is too long
            job.end(Reply(problem=say("an answer of more than {n} MiB", n=self._largest >> 20)))
            self._is_ended_by_us = True
            return False
        finally:
            reading.cancel()

    def _resolve(self, job: _Job, answer: Answer) -> None:
        if answer.problem:
            job.end(Reply(problem=answer.problem))
            return
        try:
            job.end(Reply(json.decode(answer.result, type=job.request.result)))
        except (DecodeError, ValidationError) as error:
            job.end(Reply(problem=say("an answer that is none: {what}", what=error)))

    async def _wanted(self) -> None:
        """Wait until something is asked."""
        while not self._waiting:
            self._changed.clear()
            await self._changed.wait()

    async def _calm(self) -> None:
        """Wait until there has been no hold for a while: to start a process takes a frame or more."""
        while (rest := self._calm_at - time.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(rest)  # another hold may come meanwhile

    async def _read(self, process: Process) -> Answer | None:
        """The next answer, whatever else is printed before it; None once the process has gone."""
        while process.stdout is not None and (line := await process.stdout.readline()):
            with contextlib.suppress(DecodeError):
                return json.decode(line, type=Answer)
        return None
