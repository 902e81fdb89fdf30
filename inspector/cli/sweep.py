"""`inspector sweep`: what every combination of some values comes to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from msgspec import Struct, convert

from inspector.cli import INTERRUPTED
from inspector.cli.arguments import Assignment, Model, assign, with_counting, with_language, with_weights
from inspector.cli.given import first_model, load
from inspector.cli.outputs import check_outputs
from inspector.cli.printer import hand_over, keeps_nothing, progress, tell
from inspector.core.budgets.axes import Axis, axis, check_apart, combinations, digits
from inspector.core.budgets.sweep import USUAL, Point, columns, front_of, points
from inspector.core.design.design import Design
from inspector.errors import OutputError
from inspector.outside import quoted, shown
from inspector.speech import later, say, speaking

if TYPE_CHECKING:
    from inspector.files.growing import Growing
    from inspector.report.swept import Swept

CHUNK = 2_000
"""Combinations that a process looks at before it answers."""
LITTLE = 8 * CHUNK
"""Combinations up to which no other processes are worth their start."""
FORMATS = ("text", "csv", "json", "svg")


class Wanted(Struct, frozen=True):
    """What the command line asks for."""

    axes: tuple[str, ...]
    model: str | None
    assignments: tuple[str, ...]
    counting: str | None
    memory: bool
    front: str | None
    format_: str | None
    jobs: int | None
    max_params: str | None
    max_macs: str | None
    max_weight_bytes: str | None
    max_inference_peak: str | None
    output: str | None
    resume: bool
    force: bool


@click.command("sweep")
@click.argument("axes", type=Assignment(), nargs=-1, required=True, metavar="[MODEL] ADDRESS=RANGE…")
@click.option("--model", type=Model(), metavar="MODEL", help=later("What is swept; resnet50."))
@click.option(
    "--set",
    "assignments",
    type=Assignment(),
    metavar="ADDRESS=VALUE",
    multiple=True,
    help=later("Edit before anything else: conv5_x.planes=384, conv5_3.conv3=1024, input=1,3,512,512. Repeatable."),
)
@with_weights
@with_counting
@click.option("--memory/--no-memory", default=True, help=later("Bytes too, or params and MACs alone, which is faster."))
@click.option(
    "--front",
    metavar="MORE:LESS",
    help=later("Which designs nothing beats: the most of one column for the least of another; params:macs."),
)
@click.option("--max-params", metavar="20M", help=later("Tell which designs have no more; the front is of those."))
@click.option("--max-macs", metavar="4G", help=later("The same, of MACs."))
@click.option("--max-weight-bytes", metavar="80MB", help=later("The same, of weights in fp32."))
@click.option("--max-inference-peak", metavar="20MB", help=later("The same, of feature maps at the peak in fp32."))
@click.option("--format", "format_", type=click.Choice(FORMATS), help=later("What FILE ends in, or text."))
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help=later("Processes; one a core if left out."))
@click.option("--output", "-o", metavar="FILE", help=later("Write to a file instead of standard output."))
@click.option("--resume", is_flag=True, help=later("Go on with a sweep to FILE that was interrupted."))
@click.option("--force", is_flag=True, help=later("Overwrite FILE if there is one."))
@with_language
@click.pass_context
def command(context: click.Context, /, **given: object) -> None:
    """Look at every combination of values of one or several addresses: params, MACs and bytes of each.

    RANGE is LOW:HIGH:STEP, both ends in it, or values with commas between; addresses joined by + take the same value:
    conv5_x.planes=256:512:64, conv4_x.blocks=2,4,6, input.height+input.width=128:256:32.
    """
    context.exit(_sweep(convert(given, Wanted)))


def _sweep(wanted: Wanted) -> int:
    from inspector.core.measures.counting import DEFAULT, convention
    from inspector.core.network.network import analyze
    from inspector.report.swept import RENDERED, Swept

    model, ranges = first_model(wanted.axes, wanted.model)
    counted = convention(wanted.counting or DEFAULT)
    design = assign(load(model), wanted.assignments)
    axes = tuple(axis(design, text) for text in ranges)
    check_apart(design, axes)
    count = combinations(axes)
    of = front_of(wanted.front, columns(memory=wanted.memory)) if wanted.front else USUAL
    format_ = wanted.format_ or _by_ending(wanted.output)
    limits = tuple(_limits(wanted))
    keeps = wanted.output is not None and not keeps_nothing(wanted.output)
    if keeps:
        check_outputs([wanted.output or ""], [model], twice="", force=wanted.force)
        check_outputs([f"{wanted.output}.part"], [model], twice="", force=True)
    look = partial(_points, design, axes, counted.name, memory=wanted.memory)
    name = " ".join([shown(model, 100), *wanted.assignments])

    def swept(found: Sequence[Point]) -> Swept:
        return Swept(name, analyze(design), axes, counted, wanted.memory, of, found, count, limits)

    if not keeps:
        if wanted.resume:
            raise click.UsageError(say("--resume goes on with a file; name it with -o"))
        found, is_whole = _found(look, 0, count, wanted.jobs, lambda _: None)
        hand_over(RENDERED[format_](swept(found)), wanted.output, force=wanted.force)
        return 0 if is_whole else _interrupted(len(found), count, "")
    growing = _growing(wanted, design, axes, counted.name)
    known = list(_known(growing, axes, count, columns(memory=wanted.memory)))
    with growing as part:
        found, is_whole = _found(look, len(known), count, wanted.jobs, partial(_keep, part))
        if not is_whole:
            return _interrupted(len(known) + len(found), count, str(part.path))
        hand_over(RENDERED[format_](swept([*known, *found])), wanted.output, force=wanted.force)
        part.remove()
    return 0


def _limits(wanted: Wanted) -> Iterator[tuple[str, int]]:
    """What columns may be at most."""
    from inspector.core.budgets.budget import limit

    given = {
        "params": ("max-params", wanted.max_params),
        "macs": ("max-macs", wanted.max_macs),
        "weight_bytes": ("max-weight-bytes", wanted.max_weight_bytes),
        "peak_bytes": ("max-inference-peak", wanted.max_inference_peak),
    }
    for column, (name, text) in given.items():
        if text is None:
            continue
        if column not in columns(memory=wanted.memory):
            raise click.UsageError(say("--{name} needs bytes, which --no-memory leaves out", name=name))
        yield column, int(limit(name, text).amount)


def _known(part: Growing, axes: Sequence[Axis], count: int, names: Sequence[str]) -> Iterator[Point]:
    """What an interrupted sweep has found, each in its place. InputError where a line is not what it has to be."""
    sizes = [len(each.values) for each in axes]
    for number, line in enumerate(part.kept):
        try:
            point = msgspec.json.decode(line, type=Point)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
            raise part.damaged(number) from None
        values = tuple(each.values[at] for each, at in zip(axes, digits(number, sizes), strict=True))
        is_whole = len(point.row) == (0 if point.problem else len(names))
        if number >= count or (point.number, point.values) != (number, values) or not is_whole:
            raise part.damaged(number)
        yield point


def _by_ending(output: str | None) -> str:
    ending = (output or "").rpartition(".")[2].lower()
    return ending if ending in FORMATS else "text"


def _points(design: Design, axes: tuple[Axis, ...], counting: str, span: range, *, memory: bool) -> list[Point]:
    """What a process is asked: the combinations of a span of numbers."""
    with speaking(None):  # what is wrong with a combination is data, which others read
        return list(points(design, axes, span.start, span.stop, counting=counting, memory=memory))


Look = Callable[[range], list[Point]]


def _found(
    look: Look, start: int, count: int, jobs: int | None, keep: Callable[[list[Point]], None]
) -> tuple[list[Point], bool]:
    """Every combination from `start` on, in order, on all cores where they are many; False where interrupted."""
    spans = [range(at, min(at + CHUNK, count)) for at in range(start, count, CHUNK)]
    workers = min(jobs or _cores(), len(spans)) if jobs or count - start > LITTLE else 1
    found: list[Point] = []
    try:
        with progress() as say_on, _mapped(look, spans, workers) as chunks:
            for chunk in chunks:
                keep(chunk)
                found += chunk
                done = start + len(found)
                bar = "█" * (20 * done // count)
                say_on(f"{bar:░<20} " + say("{n} of {count} designs", n=f"{done:,}", count=f"{count:,}"))
    except KeyboardInterrupt:
        return found, False
    return found, True


@contextmanager
def _mapped(look: Look, spans: Sequence[range], workers: int) -> Iterator[Iterator[list[Point]]]:
    """What `look` says of each span, in order; a few spans are begun ahead of what is asked for."""
    if workers <= 1:
        yield map(look, spans)
        return
    pool = ProcessPoolExecutor(workers, initializer=_uninterrupted)
    try:
        yield _ahead(pool, look, spans, 4 * workers)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ahead(pool: ProcessPoolExecutor, look: Look, spans: Sequence[range], most: int) -> Iterator[list[Point]]:
    rest = iter(spans)
    begun = [pool.submit(look, span) for span in islice(rest, most)]
    while begun:
        yield begun.pop(0).result()
        begun += [pool.submit(look, span) for span in islice(rest, 1)]


def _uninterrupted() -> None:
    """A process that works for this one ends with it, and not by the keyboard."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _growing(wanted: Wanted, design: Design, axes: tuple[Axis, ...], counting: str) -> Growing:
    """The file beside FILE that a sweep is kept in until it is done."""
    from inspector.files.growing import Growing
    from inspector.report.design_toml import design_file

    head = {"sweep": 1, "design": design_file(design), "axes": axes, "counting": counting, "memory": wanted.memory}
    path = Path(f"{wanted.output}.part").expanduser()
    if wanted.resume and not path.is_file():
        raise OutputError(say("{file}: there is no such file to go on with", file=shown(str(path), 200)))
    return Growing(path, msgspec.json.encode(head).decode(), goes_on=wanted.resume, anew=wanted.force)


def _keep(part: Growing, chunk: list[Point]) -> None:
    part.add([msgspec.json.encode(each) for each in chunk])


def _interrupted(done: int, count: int, path: str) -> int:
    words = say("interrupted: {n} of {count} designs were looked at", n=f"{done:,}", count=f"{count:,}")
    if path:
        words += "; " + say("they are in {file}, and the same command with --resume goes on", file=quoted(path))
    tell(words)
    return INTERRUPTED
