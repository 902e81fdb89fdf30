"""Measured time as text for who reads it, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import to_builtins

from inspector.core.measures import latency_words as words
from inspector.core.measures.latency import Spread, Timed, Timing, sorts
from inspector.core.measures.race import race, verdict
from inspector.core.network.kinds import KINDS, operation
from inspector.core.network.network import Network
from inspector.core.units import exact
from inspector.outside import cells
from inspector.speech import say, speaking

SCHEMA = "inspector/time/1"
BAR = 16
"""Cells of the bar of what takes all of the time."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
Row = tuple[str, ...]


class Run(NamedTuple):
    """A network that was timed, by the name that it is given."""

    name: str
    network: Network
    timing: Timing


def as_text(runs: Sequence[Run]) -> str:
    """The layers of one network beside their MACs; of several, their stages side by side, and the verdicts."""
    lines = [*_alone(runs[0])] if len(runs) == 1 else [*_together(runs)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _alone(run: Run) -> Iterator[str]:
    timing = run.timing
    yield f"{run.name}   {words.shape(timing.conditions)}"
    yield ""
    head = ("", say("operation"), "ms", "IQR", "%", say("time"), "MACs", "%", say("params"))
    yield from _table([head, *(_row(run, each) for each in timing.places)], left=(0, 1, 5))
    yield ""
    kinds: list[Row] = [("", say("calls"), "ms", "%", "MACs")]
    kinds += [
        (
            say(KINDS[each.kind].title),
            str(each.calls),
            words.milliseconds(each.seconds),
            words.percent(each.share),
            _macs(each.macs),
        )
        for each in sorts(timing)
    ]
    yield from _table(kinds, left=(0,))
    yield ""
    yield from _sums(timing)
    yield ""
    yield words.slowest(timing)
    yield from filter(None, (words.costless(timing),))
    yield words.left(timing)
    yield from _conditions(runs=[run])


def _row(run: Run, each: Timed) -> Row:
    depth = len(each.where)
    label = each.name.rpartition(".")[2]
    macs = run.network.macs
    return (
        "  " * depth + label,
        operation(run.network.at(each.where).node),
        words.milliseconds(each.seconds.median),
        words.milliseconds(each.seconds.iqr),
        words.percent(each.share),
        bar(each.share),
        _macs(each.macs),
        words.percent(each.macs / macs) if each.macs else "",
        exact(each.params) if each.params else "",
    )


def _macs(number: int) -> str:
    return exact(number) if number else say("none")


def bar(share: float, width: int = BAR) -> str:
    """A bar of so many cells for a share of 1, to the eighth of a cell; what is more than nothing is seen."""
    eighths = min(max(round(share * width * 8), share > 0), width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + _EIGHTHS[rest].strip()


def _sums(timing: Timing) -> Iterator[str]:
    rows = [
        _sum(say("whole run"), timing.whole, say("without hooks")),
        _sum(say("with hooks"), timing.hooked, say("on every layer, which is where its times are from")),
        _sum(
            say("all layers"), timing.layers.seconds, say("{share} % of it", share=words.percent(timing.layers.share))
        ),
        _sum(say("left"), timing.left, ""),
    ]
    yield from _table([("", "ms", "IQR", "IQR %", ""), *rows], left=(0, 4))
    yield f"{say('at the peak')}   {words.peak(timing)}"


def _sum(label: str, of: Spread, about: str) -> Row:
    return label, words.milliseconds(of.median), words.milliseconds(of.iqr), words.percent(of.relative), about


def _together(runs: Sequence[Run]) -> Iterator[str]:
    yield " · ".join(run.name for run in runs)
    yield ""
    names = dict.fromkeys(each.name for run in runs for each in run.timing.places if len(each.where) == 1)
    head = ("ms", *(run.name for run in runs))
    rows: list[Row] = [(name, *(_of(run.timing, name) for run in runs)) for name in names]
    rows += [
        (say("left"), *(words.milliseconds(run.timing.left.median) for run in runs)),
        (say("with hooks"), *(words.milliseconds(run.timing.hooked.median) for run in runs)),
        (say("whole run"), *(words.milliseconds(run.timing.whole.median) for run in runs)),
        (say("its IQR %"), *(words.percent(run.timing.whole.relative) for run in runs)),
        ("MACs", *(exact(run.network.macs) for run in runs)),
        (say("params"), *(exact(run.network.params) for run in runs)),
        (say("peak bytes, measured"), *(exact(run.timing.peak.measured) for run in runs)),
        (say("peak bytes, computed"), *(exact(run.timing.peak.computed) for run in runs)),
    ]
    yield from _table([head, *rows], left=(0,))
    yield ""
    for other in runs[1:]:
        yield verdict(race(runs[0].timing, other.timing), runs[0].name, other.name)
    yield from _conditions(runs)


def _of(timing: Timing, name: str) -> str:
    found = next((each for each in timing.places if each.name == name), None)
    return words.milliseconds(found.seconds.median) if found else ""


def _conditions(runs: Sequence[Run]) -> Iterator[str]:
    """How far it can be trusted, and what it was measured under."""
    for run in runs:
        said = words.noise(run.timing)
        if said:
            yield say("{name}: {said}", name=run.name, said=said) if len(runs) > 1 else said
    yield ""
    yield from words.conditions(runs[0].timing.conditions)
    yield say(words.RANDOM)
    if len(runs) > 1:
        yield say("in turn, round by round; a ratio is the median of the rounds' own")
        yield from (f"{run.name}   {words.shape(run.timing.conditions)}" for run in runs)


def _table(rows: Sequence[Row], left: tuple[int, ...]) -> Iterator[str]:
    """Columns that line up, those of numbers to the right."""
    widths = [max(cells(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        gaps = [" " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(
            cell + gap if at in left else gap + cell for at, (cell, gap) in enumerate(zip(row, gaps, strict=True))
        )


def as_json(runs: Sequence[Run]) -> str:
    """The same for programs, in English and in seconds, every place on a line of its own; version 1 only grows."""
    with speaking(None):
        first = runs[0]
        races = [(other.name, race(first.timing, other.timing)) for other in runs[1:]]
        parts = {
            "schema": SCHEMA,
            "conditions": _told(first.timing),
            "comparisons": [
                {
                    "of": name,
                    "against": first.name,
                    "is_clear": each.is_clear,
                    "difference": each.difference,
                    **to_builtins(each),
                    "verdict": verdict(each, first.name, name),
                }
                for name, each in races
            ],
        }
    head = ",\n".join(f'  "{name}": {json.dumps(part)}' for name, part in parts.items())
    designs = ",\n".join(_design(run) for run in runs)
    return f'{{\n{head},\n  "designs": [\n{designs}\n  ]\n}}\n'


def _told(timing: Timing) -> dict[str, object]:
    """The conditions, flat, and what was run; the input is each design's own."""
    of = timing.conditions
    setup: dict[str, object] = to_builtins(of.setup)
    return {
        **setup,
        "processor": of.processor,
        "cores": of.cores,
        "torch": of.torch,
        "load": of.load,
        "weights": "random",
        "mode": "eval, inference_mode",
    }


def _design(run: Run) -> str:
    timing = run.timing
    parts = {
        "name": run.name,
        "input": run.network.design.input,
        "params": run.network.params,
        "macs": run.network.macs,
        "whole": _seconds(timing.whole),
        "is_quiet": timing.is_quiet,
        "hooked": _seconds(timing.hooked),
        "left": _seconds(timing.left),
        "runs": timing.runs,
        "peak": to_builtins(timing.peak),
    }
    head = ",\n".join(f'      "{name}": {json.dumps(part)}' for name, part in parts.items())
    rows = ",\n".join(f"        {json.dumps(_place(each))}" for each in timing.places)
    return f'    {{\n{head},\n      "places": [\n{rows}\n      ]\n    }}'


def _place(each: Timed) -> dict[str, object]:
    return {
        "path": each.path,
        "name": each.name,
        "kind": each.kind,
        "calls": each.calls,
        **_seconds(each.seconds),
        "share": each.share,
        "macs": each.macs,
        "params": each.params,
    }


def _seconds(of: Spread) -> dict[str, float]:
    return {"median": of.median, "low": of.low, "high": of.high}
