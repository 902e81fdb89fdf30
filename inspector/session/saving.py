"""What leaves the editor: the design file, exports, copies, and the person at the keys."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from inspector.core.budgets.budget import parse
from inspector.core.design.design import Design
from inspector.core.design.differences import edits
from inspector.core.measures.verdict import Verdict
from inspector.session.bench import Bench, Check, Work
from inspector.session.moving import jump
from inspector.session.opening import switch
from inspector.session.outcome import Copy, Effect, Leave, Outcome, Run, Save, Say, asking, saying
from inspector.speech import say

MOST_BLOCKS = 2_000
"""Blocks above which building the module takes longer than one waits for; `inspector verify` does it all the same."""


def export(bench: Bench) -> Outcome:
    """Ask for a format and a file."""
    return asking(bench, "export", "text")


def save(bench: Bench) -> Outcome:
    """Write the design file that was opened, or saved to before; ask for a name where there is none."""
    work = bench.work
    if work.source is None:
        return asking(bench, "export", "toml")
    one = Save(
        bench.here.number,
        work.history.current,
        work.saved,
        work.source,
        budget=bench.here.budget,
        sets=bench.here.sets_budget,
    )
    return Outcome(bench, (one,))


def file_stem(work: Work) -> str:
    """What the file of a design is called, but for its ending: as the design is, as its file is, or what it is."""
    design = work.history.current
    own = work.name.replace("/", "_").replace("\\", "_").strip().lstrip(".~")
    own = own.removesuffix(".toml") or (work.source.stem if work.source else "")
    return own or (f"{design.base}-edited" if edits(design) else design.base)


def own_budget(bench: Bench, text: str) -> Outcome:
    """Have a budget that goes into the design's file when it is saved; DesignError where the text spells none.

    What has a file is saved right away; of another design the budget goes with it until it has one.
    """
    here = structs.replace(bench.here, budget=parse(text), sets_budget=True)
    designs = tuple(here if each.number == here.number else each for each in bench.designs)
    after = structs.replace(bench, designs=designs)
    return save(after) if bench.work.source is not None else saying(after, say("it goes into the file: ^s saves"), 4)


def save_all(bench: Bench) -> Outcome:
    """Save every design with unsaved work: over its file, or to a file of its name that is not there yet."""
    taken: set[Path] = set()
    effects: list[Effect] = []
    for each in bench.unsaved:
        work = each.work
        path = work.source or _free(file_stem(work), taken)
        taken.add(path)
        saved = work.saved if work.source else None
        effects.append(
            Save(
                each.number,
                work.history.current,
                saved,
                path,
                is_new=not work.source,
                budget=each.budget,
                sets=each.sets_budget,
            )
        )
    return Outcome(bench, tuple(effects)) if effects else saying(bench, say("nothing is unsaved"), 2)


def save_all_and_leave(bench: Bench) -> Outcome:
    """Save every design with unsaved work and end; what could not be saved is asked about."""
    after, effects = save_all(bench)
    return Outcome(after, (*effects, Leave(is_asked=True)))


def _free(stem: str, taken: set[Path]) -> Path:
    """A file of that name, told apart by a number from those that are written at the same time."""
    number, path = 1, Path(f"{stem}.toml")
    while path in taken:
        number += 1
        path = Path(f"{stem}-{number}.toml")
    return path


def save_as(bench: Bench) -> Outcome:
    """Ask for another name to save under."""
    return asking(bench, "export", "toml", "new")


def save_over(bench: Bench, number: int = -1) -> Outcome:
    """Ask before a design's file is written over, which says something else than what was saved there."""
    at = next((at for at, each in enumerate(bench.designs) if each.number == number), bench.at)
    return asking(switch(bench, at), "export", "toml")


def saved(bench: Bench, number: int, design: Design, path: Path) -> Outcome:
    """A design file was written: that design is saved now, and that file is its own."""
    designs = tuple(
        structs.replace(each, work=structs.replace(each.work, saved=design, source=path), sets_budget=False)
        if each.number == number
        else each
        for each in bench.designs
    )
    return saying(structs.replace(bench, designs=designs), say("wrote {file}", file=path))


def wrote(bench: Bench, path: Path, *, is_design: bool, leaves: bool, count: int = 1) -> Outcome:
    """An export was written; one that is a design file saves the design, and ends the editor where that waited.

    Of several files, `count` in number, `path` is the design's.
    """
    if not is_design:
        return saying(bench, say("wrote {file}", file=path))
    bench, effects = saved(bench, bench.here.number, bench.design, path)
    if count > 1:
        words = say("wrote {n} files: {file} and so on", n=count, file=path.with_suffix(".*"))
        effects = (Say(words),)
    if not leaves:
        return Outcome(bench, effects)
    bench, leaving = leave(bench)
    return Outcome(bench, (*effects, *leaving))


def leave(bench: Bench) -> Outcome:
    """Quit, asking first where edits would be lost."""
    return asking(bench, "quit") if bench.unsaved else Outcome(bench, (Leave(),))


def leave_unsaved(bench: Bench) -> Outcome:
    """Quit without saving."""
    return Outcome(bench, (Leave(),))


def save_and_leave(bench: Bench) -> Outcome:
    """Save the first design with unsaved work, that in sight if it has any, and ask again."""
    if not bench.here.is_unsaved:
        bench = switch(bench, next((at for at, each in enumerate(bench.designs) if each.is_unsaved), bench.at))
    return asking(bench, "export", "toml", "leaves")


def suspend(bench: Bench) -> Outcome:
    """Leave until the shell's `fg`."""
    return Outcome(bench, (Leave(is_for_good=False),))


def ask_copy(bench: Bench) -> Outcome:
    """List what can be copied."""
    return asking(bench, "copy")


def copy(bench: Bench, label: str, text: str) -> Outcome:
    """Copy a text."""
    return Outcome(bench, (Copy(label, text),))


def verification(bench: Bench) -> tuple[Bench, tuple[Run, ...]]:
    """Have torch verify the design in sight, if it is to be verified and is not yet."""
    design = bench.design
    if not bench.verifies or (bench.check is not None and bench.check.design is design):
        return bench, ()
    if sum(stage.blocks for stage in design.stages) > MOST_BLOCKS:
        problem = say("not verified live: over {n} blocks", n=MOST_BLOCKS)
        return structs.replace(bench, check=Check(design, problem=problem)), ()
    return structs.replace(bench, check=Check(design)), (Run("verify", design),)


def progress(bench: Bench, design: Design, words: str) -> Bench:
    """Torch's process says what it is about; of a design that is no longer in sight it is no news."""
    if bench.check is None or bench.check.design is not design or bench.check.verdict is not None:
        return bench
    return structs.replace(bench, check=Check(design, problem=words))


def done(bench: Bench, design: Design, verdict: Verdict | None, problem: str) -> Bench:
    """Torch's process has answered; of a design that is no longer in sight it is no news."""
    if bench.check is None or bench.check.design is not design:
        return bench
    return structs.replace(
        bench, check=Check(design, verdict, say("not verified: {problem}", problem=problem) if problem else "")
    )


def tell_verdict(bench: Bench) -> Outcome:
    """Say what was compared; where torch differs, go there."""
    verdict = bench.check.verdict if bench.check else None
    if verdict is not None and not verdict.agrees:
        place = bench.network.get(verdict.differences[0].name)
        bench = jump(bench, place.where) if place else bench
    return saying(bench, verdict_words(bench.check), 5)


def verdict_words(check: Check | None) -> str:
    """What torch says, in a sentence."""
    if check is None:
        return say("torch is not asked: verifying is switched off")
    verdict = check.verdict
    if verdict is None:
        return check.problem or say("torch is being asked")
    tools = ", ".join(f"{name} {version}" for name, version in verdict.versions.items())
    if verdict.agrees:
        return say(
            "{n} modules compared with {tools}: path, output, params, mult-adds; all agree",
            n=verdict.layers,
            tools=tools,
        )
    first = verdict.differences[0]
    many = len(verdict.differences)
    return say(
        "{n} differ, first {place}: {what} {analysed}, torchinfo says {measured}",
        n=many,
        place=first.name,
        what=first.what,
        analysed=first.analysed,
        measured=first.measured,
    )
