"""`inspector adapt`: the weights of a file carried over into an edited network."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from msgspec import Struct, convert

from inspector.cli.arguments import Assignment, Model, assign, with_language, with_weights
from inspector.cli.given import given as named
from inspector.cli.given import weights
from inspector.cli.printer import put, tell
from inspector.errors import DesignError, MissingError, OutputError, WeightsError
from inspector.outside import shown
from inspector.speech import later, say, some, speaking

if TYPE_CHECKING:
    from inspector.core.design.design import Design
    from inspector.core.weights.plan import Plan
    from inspector.core.weights.record import Proof, Record
    from inspector.files.checkpoints import Opened


class Wanted(Struct, frozen=True):
    """What the command line asks for."""

    checkpoint: str
    goal: str | None
    assignments: tuple[str, ...]
    policy: Literal["drop", "slice", "pad"]
    output: str
    rule: Literal["zero", "sum", "repeat"] | None
    seed: int
    folder: str | None
    report: str | None
    force: bool


@click.command("adapt")
@click.argument("checkpoint", metavar="CHECKPOINT")
@click.option(
    "--set",
    "assignments",
    type=Assignment(),
    metavar="ADDRESS=VALUE",
    multiple=True,
    help=later("What to change: conv5_x.planes=384, conv5_3.conv3=1024. Repeatable."),
)
@click.option(
    "--to", "goal", type=Model(), metavar="DESIGN", help=later("A design file instead: the network to carry over into.")
)
@click.option(
    "--policy",
    type=click.Choice(["drop", "slice", "pad"]),
    required=True,
    help=later(
        "slice, pad: keep the strongest channels of what shrinks, read new ones with weights of zero; "
        "drop: keep what fits, leave the rest random."
    ),
)
@click.option("--output", "-o", metavar="OUT", required=True, help=later("The safetensors file to write."))
@with_weights
@click.option(
    "--input-channels",
    "rule",
    type=click.Choice(["zero", "sum", "repeat"]),
    help=later(
        "How other input channels are read: with weights of zero, all with the sum, or with the old ones in turn."
    ),
)
@click.option(
    "--seed", default=0, type=click.IntRange(0, 2**63 - 1), metavar="N", help=later("For what starts at random; 0.")
)
@click.option(
    "--recalibrate",
    "folder",
    metavar="FOLDER",
    help=later("Take batch norms' statistics anew from pictures in FOLDER."),
)
@click.option("--report", metavar="FILE", help=later("Write what became of each tensor to FILE, .md or .json."))
@click.option("--force", is_flag=True, help=later("Overwrite OUT and FILE if there are such."))
@with_language
def command(**given: object) -> None:
    """Carry the weights of CHECKPOINT over into the edited network, and write them to OUT.

    What cannot be kept is said before anything is done; old and new network run on one input, and the largest
    difference stands beside what was promised. CHECKPOINT is never touched.
    """
    _carry(convert(given, Wanted))


def _carry(wanted: Wanted) -> None:
    from inspector.core.design.differences import edits
    from inspector.core.network.network import analyze
    from inspector.core.weights.plan import plan, with_made
    from inspector.files.output import save, write
    from inspector.report import carried, carried_text

    ending = _ending(wanted.report)
    _check_ending(wanted.output)
    before, of = _opened(wanted.checkpoint)
    _check_outputs(wanted)
    after = assign(named(wanted.goal).design if wanted.goal else before, wanted.assignments)
    _check_memory(before, after)
    planned = with_made(plan(analyze(before), analyze(after), wanted.policy, wanted.rule), of.checkpoint.made)
    about = carried_text.About(shown(wanted.checkpoint, 200), of.checkpoint, of.assumed, of.teller)
    put(carried_text.before(about, planned, edits(after, before)))
    record, data = _Work(of, before, after, planned, wanted.seed).done(wanted.folder)
    save(Path(wanted.output), data, overwrite=wanted.force, is_kept=True)
    if wanted.report:
        write(Path(wanted.report), carried.RENDERED[ending](record), overwrite=wanted.force)
    put(carried_text.after(record, planned, wanted.output, len(data)))


def _check_ending(output: str) -> None:
    """That OUT is not called what torch.load would be tried on. OutputError where it is."""
    if output.lower().endswith((".pth", ".pt", ".bin", ".th", ".ckpt", ".pkl")):
        name = shown(output, 200)
        raise OutputError(say("{file}: what is written is safetensors; let the name end in .safetensors", file=name))


def _ending(report: str | None) -> str:
    """What the report's file ends in, md or json. click.UsageError where it is something else."""
    ending = (report or ".md").rpartition(".")[2].lower()
    if ending not in ("md", "json"):
        raise click.UsageError(say("--report needs a file that ends in .md or .json"))
    return ending


def _opened(name: str) -> tuple[Design, Opened]:
    """The design of a file of weights, and what is known of it. WeightsError where some of its tensors are missing."""
    from inspector.files.checkpoints import check_values

    of = weights(Path(name))
    check_values(of)
    missing = of.checkpoint.missing
    if missing:
        said = some(
            len(missing),
            "{file}: {n} tensor is missing, {name}; all are needed to carry them over",
            "{file}: {n} tensors are missing, {name} first; all are needed to carry them over",
            file=shown(name, 200),
            name=missing[0],
        )
        raise WeightsError(said)
    return of.design, of


def _check_outputs(wanted: Wanted) -> None:
    """That OUT and the report can be written. OutputError where they cannot."""
    from inspector.cli.outputs import check_outputs

    if wanted.output == "-":
        raise OutputError(say("--output: weights are written to a file, not to standard output"))
    outputs = [wanted.output, *([wanted.report] if wanted.report else [])]
    twice = say("is where the weights go; name another file for the report")
    check_outputs(outputs, (wanted.checkpoint, wanted.goal), twice=twice, force=wanted.force)


_AT_ONCE = 16
"""Bytes for each parameter: it starts, is made, runs, and is written."""


def _check_memory(before: Design, after: Design) -> None:
    """That this machine's memory suffices for both networks. DesignError where it does not."""
    from inspector.core.network.network import analyze
    from inspector.core.units import short_bytes

    needed = _AT_ONCE * analyze(after).params + 8 * analyze(before).params
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # another system
        return
    if needed > there:
        sizes = {"needed": short_bytes(needed), "there": short_bytes(there)}
        raise DesignError("--set", say("such a network needs {needed} of memory, this machine has {there}", **sizes))


class _Work:
    """The part that torch does."""

    def __init__(self, of: Opened, before: Design, after: Design, planned: Plan, seed: int) -> None:
        self._source, self._found, self._known, _ = of
        self._before, self._after, self._plan, self._seed = before, after, planned, seed

    def done(self, folder: str | None) -> tuple[Record, bytes]:
        """The record, and the file's bytes. WeightsError where it is not what was promised."""
        try:
            from inspector.bridge.adapt import adapt
            from inspector.bridge.encoding import encoded, renamed
            from inspector.bridge.proof import measure
            from inspector.bridge.values import values
        except Exception as error:  # noqa: BLE001  # whatever a torch that is missing or broken does
            what = shown(" ".join(str(error).split()), 300) or type(error).__name__
            raise MissingError(say("torch, torchvision or safetensors cannot be used: {what}", what=what)) from None
        from inspector.core.weights.record import Source, metadata, record
        from inspector.files.weights import digest
        from inspector.report.design_toml import design_file

        sha = digest(self._source)
        names = [there for _, there in self._known.names]
        loaded = values(self._source, self._known.place, names, shapes=self._shapes(), ignored=self._found.ignored)
        old = renamed(loaded, self._known)
        made = adapt(old, self._before, self._after, self._plan, self._seed)
        proof = measure(old, self._before, made, self._after, self._plan, self._seed)
        self._check(proof)
        new, recalibrated = made.values, None
        if folder is not None:
            from inspector.bridge.recalibrate import recalibrate
            from inspector.files.pictures import pictures, read

            paths = pictures(Path(folder))
            new, recalibrated = recalibrate(new, self._after, read(paths), _progress(len(paths)))
        about = Source(shown(self._source.name, 200), sha, self._before)
        with speaking(None):  # others read it, and programs
            kept = record(about, self._after, self._plan, made.origins, self._seed, proof, recalibrated)
        return kept, encoded(new, metadata(kept, design_file(self._after)))

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the file's tensors, as it said before."""
        tables = [table for table in self._found.tables if table.place == self._known.place]
        return {tensor.name: tensor.shape for table in tables for tensor in table.tensors}

    def _check(self, proof: Proof) -> None:
        if not proof.holds(self._plan.promise, self._known.dtypes[0][0]):
            said = say(
                "the new network differs by {difference}, of {scale}, where it was to be the same; nothing was written",
                difference=f"{proof.difference:.3g}",
                scale=f"{proof.scale:.3g}",
            )
            raise WeightsError(said)


def _progress(count: int) -> Callable[[int], None]:
    """What says how many pictures are done, now and then."""
    said = [0]

    def told(done: int) -> None:
        if done == count or done - said[0] >= 256:
            said[0] = done
            tell(say("{n} of {count} pictures", n=done, count=count))

    return told
