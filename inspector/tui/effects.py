"""Effects, done: what a session asks for that takes a screen, files or processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs
from textual.app import App

from inspector.core.design.design import Design
from inspector.files.reading import LITTLE
from inspector.session.bench import Bench
from inspector.session.outcome import Copy, Effect, Leave, Open, Recall, Run, Save, Say
from inspector.speech import say, spoken
from inspector.tui.dialogs import Dialogs
from inspector.tui.notices import Notices

if TYPE_CHECKING:
    from inspector.bridge.process import Reply, Torch
    from inspector.bridge.protocol import Cam, Request
    from inspector.journal.keeper import Keeper

START = 0.6
"""Seconds after the first paint from which torch's process is started as soon as no edit follows another."""


class Effects:
    """Does what outcomes ask for, and answers with actions."""

    def __init__(
        self, app: App[None], notices: Notices, dialogs: Dialogs, do: Callable[..., None], journals: Path | None
    ) -> None:
        """`do` does what effects are answered by; `journals` is the folder that work is written down in, if any."""
        self._app, self._notices, self._dialogs, self._do, self.journals = app, notices, dialogs, do, journals
        self._asking: set[asyncio.Task[None]] = set()
        self._has_asked = False
        self._timing: asyncio.Task[None] | None = None
        self._clock: Torch | None = None

    @cached_property
    def _keeper(self) -> Keeper:
        from inspector.journal.keeper import Keeper

        return Keeper(self.journals)

    @cached_property
    def torch(self) -> Torch:
        """Torch's process, which is started once it is asked for something."""
        from inspector.bridge.process import Torch

        return Torch()

    @cached_property
    def _thinker(self) -> Torch:
        """A process for what takes long without torch, and has to be ended where it is not wanted any more."""
        from inspector.bridge.process import THINKER, Torch

        return Torch(THINKER, rest=0, stale=0.3, longest=30, name=say("the process that thinks"))

    async def think(self, request: Request) -> Reply | None:
        """What takes long without torch; None where another of its kind was asked for meanwhile."""
        return await self._thinker.ask(request)

    async def look(self, request: Cam, progress: Callable[[str], None]) -> Reply | None:
        """What networks see of a picture; None where another was asked for meanwhile."""
        return await self.torch.ask(request, progress)

    def follow(self, before: Bench, after: Bench) -> tuple[Bench, tuple[Effect, ...]]:
        """Write down what has changed; the bench that knows what is written down, and what there is to say.

        What is being measured pauses while somebody edits: one run of many takes longer, and its median does not.
        """
        if self._clock is not None and before.designs is not after.designs:
            self._clock.hold()
        if self.journals is None or before.designs is after.designs:
            return after, ()
        return self._followed(self._keeper.follow(before, after), after)

    def known(self, bench: Bench) -> Bench:
        """The bench that knows which work is in journals by now: somebody may have removed them."""
        kept = self._keeper.kept if self.journals is not None else frozenset()
        return bench if kept == bench.kept else structs.replace(bench, kept=kept)

    def _followed(self, problem: str, after: Bench) -> tuple[Bench, tuple[Effect, ...]]:
        words = say("edits are not kept for a crash: {problem}. Editing goes on; save with ^s", problem=problem)
        return self.known(after), (Say(words, 8, "warning"),) if problem else ()

    def begin(self, bench: Bench) -> None:
        """Write down what is unsaved from the start, and offer work that an editor left which did not end by itself."""
        if self.journals is None:
            return
        _, told = self._followed(self._keeper.follow(None, bench), bench)
        for effect in told:
            self.run(effect)
        self._do("earlier.found", (), kept=self._keeper.kept)
        self._look(is_all=False)

    def run(self, effect: Effect) -> None:
        """Do one effect."""
        if isinstance(effect, Say):
            self._notices.say(effect)
        elif isinstance(effect, Open):
            self._dialogs.open(effect.dialog, *effect.arguments)
        elif isinstance(effect, Save):
            self._save(effect)
        elif isinstance(effect, Copy):
            self._copy(effect)
        elif isinstance(effect, Recall):
            self._recall(effect)
        elif isinstance(effect, Run):
            self._run(effect)
        elif isinstance(effect, Leave):
            self._leave(effect)

    def _leave(self, effect: Leave) -> None:
        if effect.is_asked:
            self._do("app.quit")
        elif effect.is_for_good:
            self._app.exit()
        else:
            self._app.action_suspend_process()

    def _save(self, effect: Save) -> None:
        """Write over a file that is, to the letter, what saving wrote there; ask about any other."""
        from inspector.errors import InputError, OutputError
        from inspector.files.design import MAX_BYTES, budget_in
        from inspector.files.output import write
        from inspector.files.reading import read_bytes, whole
        from inspector.report.design_toml import design_file

        path = whole(effect.path)
        written = budget_in(path)
        budget = effect.budget if effect.sets else written or effect.budget
        if not effect.is_new:
            try:
                expected = None if effect.saved is None else design_file(effect.saved, written).encode()
                is_as_saved = read_bytes(path, MAX_BYTES) == expected
            except InputError:
                is_as_saved = False
            if not is_as_saved:
                self._do("app.save-over", effect.number)
                return
        try:
            write(path, design_file(effect.design, budget), overwrite=not effect.is_new, is_kept=True)
        except OutputError as error:
            self._notices.say(Say(str(error), 5, "error"))
            return
        self._do("app.saved", effect.number, effect.design, path)

    def _copy(self, effect: Copy) -> None:
        """Copy by the terminal and, in a thread, to the system's clipboard; say which took it."""
        app = self._app
        app.copy_to_clipboard(effect.text)

        def by_system() -> None:
            from inspector.tui.terminal.clipboard import to_system

            program = to_system(effect.text)
            if program:
                words = say("copied {what}: the terminal (OSC 52) and {program}", what=effect.label, program=program)
            else:
                words = say("copied {what}: the terminal (OSC 52)", what=effect.label)
            app.call_from_thread(self._notices.say, Say(words))

        app.run_worker(by_system, thread=True, group="copy", exit_on_error=False)

    def _recall(self, effect: Recall) -> None:
        if effect.what == "look":
            self._look(is_all=True)
        elif effect.what == "forget":
            self._keeper.forget(effect.keys)
        else:
            self._keeper.set_aside(effect.keys)

    def _look(self, *, is_all: bool) -> None:
        """Look for earlier work; where there may be much of it, in a thread."""
        from inspector.journal.keeper import Seen

        def found(seen: Seen) -> None:
            for problem in seen.problems[:3]:
                self._notices.say(Say(say("earlier work: {problem}", problem=problem), 8, "warning"))
            offers = self._keeper.found(seen)
            if offers or is_all:
                self._do("earlier.found", offers, is_asked=is_all)

        def look() -> None:
            seen = self._keeper.seek(is_all=is_all)
            with suppress(RuntimeError):  # the editor has ended meanwhile
                self._app.call_from_thread(found, seen)

        if self._keeper.size() > LITTLE:
            self._app.run_worker(look, thread=True, group="look", exit_on_error=True)
        else:
            found(self._keeper.seek(is_all=is_all))

    def _run(self, effect: Run) -> None:
        if effect.job == "verify":
            self._ask(effect.design)
            return
        if self._timing is not None:
            self._timing.cancel()
            self._timing = None
        if effect.job == "time":
            self._timing = asyncio.ensure_future(self._time(effect.design))

    async def _time(self, design: Design) -> None:
        """Measure a design in a process that keeps its priority, and end that process."""
        from inspector.bridge.process import PATIENCE, TIMER, Torch
        from inspector.bridge.protocol import Time

        clock = Torch(TIMER, stale=0.3, longest=PATIENCE, name=say("the process that measures time"))
        self._clock = clock
        try:
            asked = Time((design,), lang=spoken())
            reply = await clock.ask(asked, lambda words: self._do("app.timing", design, words))
        finally:
            if self._clock is clock:
                self._clock = None
            await clock.end()
        if reply is not None and self._app.is_running:
            self._do("app.timed", design, reply.result[0] if reply.result else None, reply.problem)

    def _ask(self, design: Design) -> None:
        """Have torch verify a design once it has rested; the process stands back meanwhile."""
        self.torch.hold(0 if self._has_asked else START)
        self._has_asked = True
        task = asyncio.ensure_future(self._verify(design))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _verify(self, design: Design) -> None:
        from inspector.bridge.protocol import Verify

        reply = await self.torch.ask(Verify(design), lambda words: self._do("app.progress", design, words))
        if reply is not None and self._app.is_running:
            self._do("app.done", design, reply.result, reply.problem)

    def end(self) -> str:
        """End: work that is unsaved is kept for a while. What is wrong, where it cannot be."""
        return self._keeper.end() if self.journals is not None else ""

    def let_go(self) -> None:
        """End without a word of the person: journals stay as they are, and are found by the next start."""
        if self.journals is not None:
            self._keeper.let_go()

    async def close(self) -> None:
        """End torch's process; whoever waits for it waits no longer."""
        tasks = (*self._asking, *((self._timing,) if self._timing else ()))
        for task in tasks:
            task.cancel()
        if self._timing is not None:
            await asyncio.wait((self._timing,))  # its process ends with it
        for name in ("torch", "_thinker"):
            if name in self.__dict__:
                await getattr(self, name).end()
