"""Dialogs by their names: made from the bench when they are asked for, answered by actions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from inspector.core.design.design import Design
from inspector.core.design.differences import called, edits, told
from inspector.session.bench import Bench, losses
from inspector.session.view import seen
from inspector.speech import say, spoken
from inspector.tui.screens.dialog import Answer, Dialog

if TYPE_CHECKING:
    from inspector.bridge.process import Reply
    from inspector.bridge.protocol import Request
    from inspector.tui.looking import Looking

_NAME = 18
"""Cells of a design's name above its column."""


class Dialogs:
    """Opens a dialog over whatever is there; nothing of a dialog is imported before it is asked for."""

    def __init__(
        self,
        app: App[None],
        bench: Callable[[], Bench],
        do: Callable[..., None],
        keys: Mapping[str, str],
        think: Callable[[Request], Awaitable[Reply | None]],
        looking: Looking,
    ) -> None:
        """`bench` tells what there is now, `do` does what is answered; `keys` are those of the settings.

        `think` asks the process that is for what takes long without torch.
        """
        self._app, self._bench, self._do, self._keys, self._think = app, bench, do, keys, think
        self.looking = looking
        self._makers: dict[str, Callable[..., Dialog]] = {
            "adapt": self._adapt,
            "budget": self._budget,
            "cam": self._cam,
            "choose": self._choose,
            "copy": self._copy,
            "countings": self._countings,
            "designs": self._designs,
            "curve": self._curve,
            "edits": self._edits,
            "export": self._export,
            "fit": self._fit,
            "help": self._help,
            "history": self._history,
            "mistake": self._mistake,
            "norm": self._norm,
            "note": self._note,
            "quit": self._quit,
            "recover": self._recover,
            "side": self._side,
            "steps": self._steps,
            "target": self._target,
            "weights": self._weights,
        }

    def open(self, name: str, *arguments: object) -> None:
        """Open the dialog of that name; who asks to quit while being asked about it quits."""
        from inspector.tui.screens.quit import QuitScreen

        top = self._app.screen
        if name == "quit" and isinstance(top, QuitScreen):
            top.dismiss(Answer("quit.quit"))
            return
        dialog = self._makers[name](*arguments)

        def answered(answer: Answer | None) -> None:
            wanted = answer or dialog.left
            if wanted is not None:
                self._do(wanted.id, *wanted.arguments, **wanted.options)

        self._app.push_screen(dialog, answered)

    def _adapt(self) -> Dialog:
        from inspector.bridge.command import Ran, Text, run
        from inspector.core.weights.plan import Policy
        from inspector.report.design_toml import design_file
        from inspector.session.saving import file_stem
        from inspector.tui.screens.adapt import AdaptScreen

        bench = self._bench()
        weights = bench.work.weights
        if weights is None:
            return self._weights()
        goal, origin = Text(design_file(bench.design)), Text(design_file(weights.design))

        async def carry(policy: Policy, output: Path, is_over: bool) -> Ran:  # noqa: FBT001  # what Carry is
            given = [str(weights.path), "--policy", policy, "-o", str(output), "--lang", spoken()]
            given += ["--take", weights.take] if weights.take else []
            return await run("adapt", *given, *(["--force"] if is_over else []), "--from", origin, "--to", goal)

        output = f"{file_stem(bench.work)}.safetensors"

        async def write(file: Path, code: Path) -> Ran:
            return await run("code", "--weights", str(file), "-o", str(code), "--force")

        return AdaptScreen(weights.path, seen(bench).pretrained, bench.network, output, carry, write)

    def _fit(self) -> Dialog:
        from inspector.bridge.protocol import Cut
        from inspector.core.budgets.budget import written
        from inspector.tui.screens.fit import FitScreen

        bench = self._bench()
        view, field = seen(bench), bench.field
        asked = Cut(
            bench.design,
            written(bench.budget),
            view.baseline.design,
            view.pretrained.design,
            bench.look.counting,
            field.address if field is not None else "",
            spoken(),
        )
        return FitScreen(view, asked, self._think)

    def _curve(self) -> Dialog:
        from inspector.tui.screens.curve import CurveScreen

        bench = self._bench()
        assert bench.field is not None  # noqa: S101  # it rests without one
        return CurveScreen(bench.network, bench.field.address, seen(bench).counting)

    def _budget(self) -> Dialog:
        from inspector.core.budgets.budget import written
        from inspector.tui.screens.budget import BudgetScreen

        bench = self._bench()
        return BudgetScreen(written(bench.look.budget), bench.here.budget, seen(bench))

    def _cam(self) -> Dialog:
        from inspector.bridge.protocol import Cam
        from inspector.core.changes.gradcam import target
        from inspector.core.network.kinds import kind
        from inspector.tui.screens.cam import PIXELS, CamScreen

        bench, looking = self._bench(), self.looking
        weights, design = bench.work.weights, bench.design
        place = bench.place if kind(bench.place.node).is_block else bench.network.at(target(bench.network).where)
        before = weights.design if weights else bench.baseline.design
        designs = (design,) if design == before or weights is None else (design, before)
        name = told(edits(design, before)) if len(designs) > 1 else weights.name if weights else called(design)
        names = (name, weights.name) if weights and len(designs) > 1 else (name,)

        async def look(picture: str, category: str, as_png: bool, tell: Callable[[str], None]) -> Reply | None:  # noqa: FBT001  # what Look is
            request = Cam(
                designs,
                names,
                picture,
                weights=str(weights.path) if weights else "",
                take=weights.take if weights else "",
                origin=weights.design if weights else None,
                target=place.name,
                category=category,
                pixels=PIXELS,
                as_png=as_png,
                lang=spoken(),
            )
            return await looking.ask(request, tell)

        title = say("Grad-CAM at {place} ({path})", place=place.name, path=place.path)
        return CamScreen(title, design, look, looking)

    def _choose(self, purpose: str) -> Dialog:
        from inspector.tui.screens.choose import ChooseScreen

        bench = self._bench()
        if purpose == "open":
            return ChooseScreen(say("Open a design"), "choose.open", "")
        others = [
            (each.work.label, each.work.history.current) for at, each in enumerate(bench.designs) if at != bench.at
        ]
        return ChooseScreen(say("Measure differences against"), "choose.compare", bench.baseline.label, others)

    def _copy(self) -> Dialog:
        from inspector.report.copies import copies
        from inspector.tui.screens.copy import CopyScreen

        bench = self._bench()
        return CopyScreen(copies(bench.network, bench.place))

    def _countings(self) -> Dialog:
        from inspector.tui.screens.countings import CountingScreen

        return CountingScreen(self._bench().network, self._bench().look.counting)

    def _designs(self, highlighted: int, told: str = "") -> Dialog:
        from inspector.tui.screens.designs import DesignsScreen, row

        bench = self._bench()
        return DesignsScreen([row(each) for each in bench.designs], bench.at, highlighted, told)

    def _edits(self) -> Dialog:
        from inspector.tui.screens.edits import EditsScreen

        return EditsScreen(self._bench().network)

    def _export(self, format_: str, how: str = "") -> Dialog:
        from inspector.report.formats import subject
        from inspector.session.bench import network_of
        from inspector.session.saving import file_stem
        from inspector.tui.screens.export import ExportScreen

        bench = self._bench()
        about = subject(bench.network, network_of(bench.baseline.design), bench.look.counting)
        about = about._replace(budget=bench.here.budget)
        source = None if how == "new" else bench.work.source
        return ExportScreen(
            about, format_, file_stem(bench.work), source, leaves=how == "leaves", sets_budget=bench.here.sets_budget
        )

    def _help(self) -> Dialog:
        from inspector.tui.screens.help import HelpScreen

        return HelpScreen(self._keys)

    def _history(self) -> Dialog:
        from inspector.tui.screens.history import HistoryScreen

        return HistoryScreen(self._bench().history)

    def _mistake(self) -> Dialog:
        from inspector.bridge.protocol import Diagnose
        from inspector.tui.screens.mistake import MistakeScreen

        async def diagnose(text: str, design: Design) -> Reply | None:
            return await self._think(Diagnose(text, design, spoken()))

        return MistakeScreen(self._bench().network, diagnose)

    def _norm(self) -> Dialog:
        from inspector.core.explain.spot import spot
        from inspector.tui.screens.norm import NormScreen

        bench = self._bench()
        return NormScreen(spot(bench.network, bench.where).norm)

    def _note(self, topic: str = "") -> Dialog:
        from inspector.core.explain.concepts import topic as likeliest
        from inspector.tui.screens.note import NoteScreen

        bench = self._bench()
        about = topic or likeliest(bench.network, bench.where)
        return NoteScreen(bench.network, bench.where, about, lambda: self._do("app.next-language"))

    def _quit(self) -> Dialog:
        from inspector.session.outcome import Save
        from inspector.session.saving import file_stem, save_all
        from inspector.tui.screens.quit import QuitScreen

        bench = self._bench()
        first = bench.here if bench.here.is_unsaved else bench.unsaved[0]
        is_kept = all(each.number in bench.kept for each in bench.unsaved)
        files = [effect.path.name for effect in save_all(bench).effects if isinstance(effect, Save)]
        work = first.work
        label = f"{file_stem(work)}.toml" if work.weights and not work.source else work.label
        return QuitScreen(losses(bench), label, files, is_kept=is_kept)

    def _recover(self) -> Dialog:
        from inspector.tui.screens.recover import RecoverScreen

        return RecoverScreen(self._bench().offers)

    def _side(self) -> Dialog:
        from inspector.core.changes.side_by_side import side_by_side
        from inspector.core.measures.counting import convention
        from inspector.report.comparison import columns
        from inspector.session.bench import network_of
        from inspector.tui.screens.side import SideScreen
        from inspector.tui.terminal.cells import fitted

        bench = self._bench()
        works = [each.work for each in bench.designs]
        networks = [network_of(work.history.current) for work in works]
        names = [fitted(work.label, _NAME).rstrip() for work in works]
        table = side_by_side(networks, names, convention(bench.look.counting))
        return SideScreen(columns(table), table.names[0])

    def _steps(self) -> Dialog:
        from inspector.core.explain.spot import spot
        from inspector.tui.screens.steps import StepsScreen

        bench = self._bench()
        place = spot(bench.network, bench.where).stage
        return StepsScreen(bench.network, place, lambda where: self._do("tree.go", where))

    def _target(self) -> Dialog:
        from inspector.tui.screens.target import TargetScreen

        bench = self._bench()
        return TargetScreen(bench.network, seen(bench).pretrained)

    def _weights(self) -> Dialog:
        from inspector.report.survival import between, counted, listed, tabulated
        from inspector.tui.screens.weights import WeightsScreen

        view = seen(self._bench())
        name = view.weights.name if view.weights else view.network.design.base
        has_counters = view.weights is None or view.weights.has_counters
        told = between(view.pretrained, view.network, has_counters=has_counters)
        return WeightsScreen(name, list(tabulated(counted(told))), list(listed(told)), is_open=view.weights is not None)
