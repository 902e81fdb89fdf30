"""What a person may do next at a bench: any action of the table, with what it may be given, whoever draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from inspector.core.design.design import CONVOLUTIONS, Design, block_name
from inspector.core.design.edit import edit
from inspector.core.design.history import History
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS
from inspector.core.measures.latency import Conditions, Peak, Setup, Timing, timing
from inspector.core.measures.verdict import Difference, Verdict
from inspector.core.names import STAGES
from inspector.core.network.network import analyze
from inspector.core.network.node import Where
from inspector.journal.keeper import Keeper
from inspector.journal.record import Reading, Written, begun, changes, encoded, read, work_of
from inspector.session.actions import ACTIONS, Action, do
from inspector.session.bench import Bench, Offer, Work
from inspector.session.editing import settle, settle_typing
from inspector.session.outcome import Effect, Leave, Open, Recall, Run, Save, Say

Choose = Callable[[Sequence[Any]], Any]
"""Draws one of some things: Hypothesis, or a generator of random numbers."""

LIKELY = (
    *["app.step-up", "app.step-down", "app.undo", "app.redo", "app.edit", "detail.begin", "field.type", "field.type"],
    *["field.keep", "field.revert", "tree.go", "tree.go", "app.jump", "app.make", "app.baseline", "app.save"],
)
"""Actions that come more often than the others."""
IDS = (*ACTIONS, *LIKELY)
TEXTS = (
    "7",
    "38",
    "384",
    "0",
    "-1",
    "1.5",
    "",
    "70000",
    "x",
    "[/x]",
    "2048",
    "3x3 512",
    "downsample",
    "conv5_3",
    "zzz",
)
EDITS = ("conv5_3.conv3=1024", "conv5_x.planes=384", "conv4_x.blocks=2", "num_classes=10", "block=basic", "nonsense=1")
PRESETS = ("resnet50", "resnet18", "resnext50_32x4d", "resnet50_v1")
AGREES = Verdict(158, {"torch": "0"}, ())
DIFFERS = Verdict(158, {"torch": "0"}, (Difference("fc", "fc", "params", "7", "8"),))


def timed(design: Design) -> Timing:
    """What a design could have taken: each operation 1 ms."""
    network = analyze(design)
    ones = [1e-3] * len(list(network.operations()))
    total = sum(ones)
    conditions = Conditions(Setup(threads=1), "a processor", 2, "2.0", design.input)
    return timing(network, conditions, (total,), (total,), (ones,), Peak(1, 1))


def somewhere(bench: Bench, choose: Choose) -> Where:
    """A place of the network in sight; now and then one that is not there."""
    node, where = bench.network.root, ()
    for _ in range(choose((0, 1, 2, 2, 3, 3, 4))):
        if not node.children:
            break
        number = choose(range(len(node.children)))
        node, where = node.children[number], (*where, number)
    return (*where, 99) if choose((0,) * 9 + (1,)) else where


def given(bench: Bench, action: Action, choose: Choose) -> tuple[tuple[object, ...], dict[str, object]]:
    """What an action may be given."""
    at = choose(range(-1, len(bench.designs) + 1)) if action.pane == "designs" else 0
    keys = tuple(offer.key for offer in bench.offers if choose((True, False)))
    design = bench.check.design if bench.check else bench.design
    arguments: dict[str, Callable[[], tuple[object, ...]]] = {
        "app.resize": lambda: choose(((120, 40), (80, 24), (200, 60), (1, 1), (60, 20))),
        "app.enter": lambda: (choose(("tree", "ranking", "detail", "picture", "ripple")),),
        "app.jump": lambda: (bench.network.place.where if (w := somewhere(bench, choose))[-1:] == (99,) else w,),
        "app.jump-to": lambda: (choose(("fc", "conv5_3", "layer9", "")),),
        "app.make": lambda: (choose(EDITS),),
        "app.language": lambda: (choose(("en", "ko")),),
        "app.own-budget": lambda: (choose(("params=10M", "", "min-resolution=layer4=7", "params=x")),),
        "app.set-budget": lambda: (choose(("params=10M macs=2G", "params=1", "", "params=x", "weights=1M")),),
        "app.count": lambda: (choose((*CONVENTIONS, "none")),),
        "app.saved": lambda: (bench.here.number, bench.design, Path("/tmp/mine.toml")),  # noqa: S108  # never written
        "app.take": lambda: ("name", "conv5_x"),
        "app.wrote": lambda: (Path("/tmp/mine.toml"),),  # noqa: S108  # never written
        "app.progress": lambda: (design, "half of it"),
        "app.done": lambda: (design, choose((AGREES, DIFFERS, None)), choose(("", "no"))),
        "app.timing": lambda: (design, "run 3 of 50"),
        "app.timed": lambda: (design, choose((timed(design), None)), "no"),
        "app.note": lambda: (choose(("", "filters")),),
        "tree.go": lambda: (somewhere(bench, choose),),
        "tree.leap": lambda: (somewhere(bench, choose),),
        "list.point": lambda: (somewhere(bench, choose),),
        "detail.press": lambda: (choose(range(-1, 9)), choose(("−", "+", "value", "label"))),
        "detail.letter": lambda: (choose("abcotbf1"),),
        "detail.begin": lambda: (choose((None, *"0179")),),
        "field.type": lambda: (choose(TEXTS),),
        "field.leave": lambda: (choose(("keep", "revert", "previous", "next", "blur")),),
        "find.type": lambda: (choose(TEXTS),),
        "designs.switch": lambda: (at,),
        "designs.copy": lambda: (at,),
        "designs.rename": lambda: (at, choose(("lean", "", "a\x1b[31m", "mine"))),
        "designs.compare": lambda: (at,),
        "designs.close": lambda: (at,),
        "choose.open": lambda: (preset(choose(PRESETS)), choose((None, Path("/tmp/a.toml")))),  # noqa: S108
        "choose.compare": lambda: (preset(choose(PRESETS)), choose(("", "mine"))),
        "history.go": lambda: (choose(range(-1, 9)),),
        "app.rank-by": lambda: (choose(range(5)),),
        "target.set": lambda: (choose(TEXTS),),
        "earlier.found": lambda: (choose(((), (Offer(9, LEFT, 0.0, "conv5_3"),), (Offer(8, LEFT, 0.0, "conv9"),))),),
        "recover.open": lambda: (keys,),
        "recover.forget": lambda: (keys,),
    }
    options: dict[str, dict[str, object]] = {
        "list.point": {"is_chosen": choose((True, False))},
        "app.wrote": {"is_design": choose((True, False)), "leaves": choose((True, False))},
        "earlier.found": {"is_asked": choose((True, False))},
    }
    return arguments.get(action.id, tuple)(), options.get(action.id, {})


LEFT = Work(
    History.of(preset("resnet18")).record(edit(preset("resnet18"), "num_classes=7"), "num_classes"), preset("resnet18")
)


class Memory:
    """A journal in memory, with what follows from its lines."""

    def __init__(self, *_: object) -> None:
        self.lines: list[bytes] = []
        self.work: Written | None = None
        self.told: Written | None = None
        self.reading = Reading()
        self.has_ended = False
        self.is_there = False

    def write(self, work: Written) -> str:
        new = [begun(work)[0]] if self.work is None else list(changes(self.work, work))
        for line in map(encoded, new):
            self.lines.append(line)
            self.reading.take(line)
        self.work, self.is_there, self.told = work, True, self.reading.work
        return ""

    def end(self) -> str:
        self.has_ended = True
        return ""

    @property
    def replayed(self) -> Work | None:
        """The work that the lines tell, read one after another."""
        return None if self.told is None else work_of(self.told)


class Acting:
    """A bench that something is done at, followed by journals in memory, held to what must be so after every action."""

    def __init__(self, keeper: Keeper, name: str = "resnet50", *, verifies: bool = True) -> None:
        self.bench = Bench.of(Work(History.of(preset(name)), preset(name)), verifies=verifies)
        self.keeper = keeper
        self.steps = 0

    def act(self, choose: Choose, id_: str | None = None) -> None:
        """Do an action that is drawn, and check what came of it."""
        action = ACTIONS[id_ or choose(IDS)]
        arguments, options = given(self.bench, action, choose)
        self.do(action.id, *arguments, **options)

    def do(self, id_: str, *arguments: object, **options: object) -> None:
        """Do an action, have the journals follow, and check what came of it."""
        before = self.bench
        after, effects = do(before, id_, *arguments, **options)
        self.keeper.follow(before, after)
        if self.keeper.kept != after.kept:
            from msgspec import structs

            after = structs.replace(after, kept=self.keeper.kept)
        self.bench = after
        self.steps += 1
        self.check(ACTIONS[id_], before, effects)
        for effect in effects:
            self.answer(effect)

    def answer(self, effect: Effect) -> None:
        """What a screen, files and processes would answer."""
        if isinstance(effect, Save):
            self.do("app.saved", effect.number, effect.design, effect.path)
        elif isinstance(effect, Recall) and effect.what == "look":
            self.do("earlier.found", (Offer(7, LEFT, 0.0, "conv5_1"),), is_asked=True)

    def check(self, action: Action, before: Bench, effects: Sequence[Effect]) -> None:
        """All that must be so, whatever was done."""
        after = self.bench
        assert all(isinstance(effect, Effect) for effect in effects)
        assert 0 <= after.at < len(after.designs)
        assert len({each.number for each in after.designs}) == len(after.designs)
        for opened in after.designs:
            assert opened.network.get(opened.where) is not None
            journal = self.keeper._journals.get(opened.number)  # noqa: SLF001
            if journal is not None:
                kept = journal.replayed  # type: ignore[attr-defined]  # of this module's own journals
                assert kept == opened.work
                assert kept.is_unsaved == opened.work.is_unsaved
            else:
                assert not opened.work.is_unsaved or len(opened.work.history.steps) == 1
        if after.search is not None:
            assert after.network.get(after.search.origin) is not None
            assert all(after.network.get(where) for where in after.search.matches[:3])
        if after.draft is not None:
            assert after.focus == "detail"
            assert after.search is None
        fields, marked = after.marks
        assert 0 <= marked < max(len(fields), 1)
        runs = [effect for effect in effects if isinstance(effect, Run) and effect.job != "stop"]
        assert after.check is None or after.check.design is after.design or not after.verifies
        assert not runs or runs[0].design is after.design
        self._check_action(action, before, effects)

    def _check_action(self, action: Action, before: Bench, effects: Sequence[Effect]) -> None:
        """What must be so after one action."""
        after = self.bench
        settled = {"all": settle, "typing": settle_typing}.get(action.settles, lambda bench: bench)(before)
        why = action.rests(settled)
        if why:
            assert [effect.text for effect in effects if isinstance(effect, Say)] == [why]
            assert after.designs == settled.designs
        if action.id == "designs.rename":
            assert [each.where for each in after.designs] == [each.where for each in settled.designs]
            assert after.at == settled.at
        if action.id == "designs.close":
            gone = {each.number for each in settled.designs} - {each.number for each in after.designs}
            assert not gone - before.kept - {each.number for each in settled.designs if not each.work.is_unsaved}
        if any(isinstance(effect, Leave) and effect.is_for_good and not effect.is_asked for effect in effects):
            assert action.id == "quit.quit" or not after.unsaved
        if action.id in ("app.quit", "app.quit-anywhere") and after.unsaved:
            assert Open("quit") in effects

    def type_and_take_back(self, text: str) -> None:
        """Typing and taking it back is as if nothing had been typed."""
        self.do("app.tree")
        before = self.bench
        self.do("app.edit")
        if self.bench.draft is None:
            return
        self.do("field.type", text)
        self.do("field.type", f"{text}4")
        self.do("field.revert")
        assert self.bench.designs == before.designs
        assert (self.bench.draft, self.bench.complaint, self.bench.fields) == (None, "", before.fields)

    def away_and_back(self) -> None:
        """Going to the next design and back is as if one had stayed."""
        self.do("app.tree")
        before = self.bench
        self.do("app.next-design")
        self.do("app.previous-design")
        assert (self.bench.designs, self.bench.at) == (before.designs, before.at)

    def undo_all(self) -> None:
        """Undo, as often as there is a step, leads back to what was opened, in every design."""
        for at in range(len(self.bench.designs)):
            self.do("designs.switch", at)
            while self.bench.history.can_undo:
                self.do("app.undo")
            assert self.bench.design == self.bench.history.steps[0].design

    def cut_journals(self) -> None:
        """A journal cut off at every byte tells the work of its whole lines."""
        for journal in self.keeper._journals.values():  # noqa: SLF001
            lines: list[bytes] = journal.lines  # type: ignore[attr-defined]
            data = b"".join(lines)
            states: list[Written | None] = [None]
            again = Reading()
            for line in lines:
                again.take(line)
                states.append(again.work)
            assert read(lines) == states[-1] == journal.told  # type: ignore[attr-defined]
            for end in range(0, len(data), max(len(data) // 60, 1)):
                assert read(data[:end].splitlines(keepends=True)) == states[data[:end].count(b"\n")]


def a_block(bench: Bench) -> str:
    """The address of the last convolution of the last block."""
    stage = STAGES[-1]
    return f"{block_name(stage, bench.design.stage(stage).blocks)}.{CONVOLUTIONS[bench.design.block][-1]}"
