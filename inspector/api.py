"""The public names for notebooks and scripts: networks that show themselves, reports, comparisons, and checkpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from inspector.core.budgets.axes import Axis, axis, check_apart, combinations
from inspector.core.budgets.budget import parse
from inspector.core.budgets.fit import ANY, Bounds, Fitted, Unfit
from inspector.core.budgets.fit import fit as best
from inspector.core.budgets.holding import Held, holdings
from inspector.core.budgets.quantities import Terms
from inspector.core.budgets.sweep import columns, front, points
from inspector.core.design.design import Design
from inspector.core.design.differences import called
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.measures.counting import DEFAULT, convention
from inspector.core.measures.memory import OPTIMIZERS
from inspector.core.network import network as core
from inspector.core.weights.survival import Survival, survival
from inspector.errors import DesignError, MissingError, nearest
from inspector.report.comparison import Compared, compared
from inspector.report.comparison import text as compared_as_text
from inspector.report.formats import FORMATS, subject
from inspector.report.model import Change, Report
from inspector.report.notebook import comparison_html, network_html, network_text
from inspector.speech import say

if TYPE_CHECKING:
    from pandas import DataFrame


class Network(core.Network, frozen=True):
    """A design and the tree that follows from it; in a notebook it shows its numbers, its picture and what differs.

    `root.children` are input, stem, the four stages and head.
    """

    def __repr__(self) -> str:
        return network_text(self)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """What a notebook shows: HTML that takes the page's colours, and text for all else."""
        return {"text/plain": network_text(self), "text/html": network_html(self)}

    def to_frame(self) -> DataFrame:
        """Every operation in forward order as a pandas DataFrame: shapes are tuples (N, C, H, W), counts integers.

        Raises MissingError where pandas is not installed.
        """
        return _frame(
            {
                "path": place.path,
                "name": place.name,
                "kind": place.node.kind,
                "input": place.node.input,
                "output": place.node.output,
                "weight": place.node.weight,
                "params": place.node.params,
                "macs": place.node.macs,
                "stride": place.node.stride,
                "receptive_field": field,
            }
            for place, _, field in Report(subject(self)).layers
        ).astype({"stride": "Int64", "receptive_field": "Int64"})  # none behind the pooling


def analyze(design: Design | str | PathLike[str]) -> Network:
    """The network that a design describes, a preset or a design file: pure, exact, and without torch."""
    found = core.analyze(_design(design))
    return Network(design=found.design, root=found.root)


def load(path: str | PathLike[str]) -> Design:
    """The design in a design file. Raises DesignFileError, which begins with the file's name."""
    from inspector.files.design import read

    return read(Path(path))


def _design(of: Design | str | PathLike[str]) -> Design:
    if isinstance(of, Design):
        return of
    return preset(of) if isinstance(of, str) and of in PRESETS else load(of)


def _network(of: core.Network | Design | str | PathLike[str]) -> core.Network:
    return of if isinstance(of, core.Network) else core.analyze(_design(of))


def check(
    network: core.Network | Design,
    *limits: str,
    against: core.Network | Design | str | None = None,
    counting: str = DEFAULT,
    dtype: str = "fp32",
    optimizer: str = "adam",
) -> tuple[Held, ...]:
    """What a network has of each limit, as `inspector check` takes them: `check(network, "max-params=20M")`.

    Each has `is_held`, `amount`, `limit` and `rest`. DesignError where a limit is none.
    """
    _check_known("dtype", dtype, ("fp32", "fp16", "bf16", "int8"))
    _check_known("optimizer", optimizer, OPTIMIZERS)
    of = _network(network)
    baseline = _network(against) if against is not None else core.analyze(preset(of.design.base))
    return holdings(of, parse(" ".join(limits)), baseline, Terms(convention(counting), dtype, optimizer))


def fit(design: Design, *addresses: str, budget: str, bounds: Bounds = ANY, counting: str = DEFAULT) -> Fitted | Unfit:
    """The largest design that holds a budget: `fit(preset("resnet50"), "width", budget="max-macs=2G")`.

    Several addresses are scaled together. It is exact; what comes is a Fitted, whose `design` it is, or an Unfit.
    """
    baseline = core.analyze(preset(design.base))
    return best(design, addresses, parse(budget), baseline, Terms(convention(counting)), bounds)


def sweep(design: Design, *ranges: str, counting: str = DEFAULT, memory: bool = True) -> DataFrame:
    """Every combination of values as a pandas DataFrame: `sweep(preset("resnet50"), "conv5_x.planes=256:512:64")`.

    A column for each range, each number, and `front`: whether no other has as many params for as few MACs.
    """
    axes = [axis(design, text) for text in ranges]
    check_apart(design, axes)
    found = list(points(design, axes, 0, combinations(axes), counting=counting, memory=memory))
    names = columns(memory=memory)
    on = front(found, names)
    frame = _frame(
        {
            **{each.name: _spelt(each, value) for each, value in zip(axes, point.values, strict=True)},
            **dict(zip(names, point.row or (None,) * len(names), strict=True)),
            "front": point.number in on,
            "problem": point.problem,
        }
        for point in found
    )
    return frame.astype(dict.fromkeys(names, "Int64"))  # none where there is no design


def _spelt(axis: Axis, value: str) -> float | str:
    """A value of an axis as a number, where all of them are."""
    if not axis.is_numeric:
        return value
    return int(value) if value.isdigit() else float(value)


def _check_known(what: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        names = tuple(known)
        raise DesignError(what, f"{say('must be {options}', options=say(' or ').join(names))}", value)


def report(
    network: core.Network | Design,
    format: str = "text",  # noqa: A002  # as the command line calls it
    *,
    against: core.Network | None = None,
    counting: str = DEFAULT,
) -> str:
    """The shape report in one of the formats: text, md, html, svg, json, csv, toml, code.

    It is compared with `against`, the network of the design's preset if left out. DesignError where there is no such
    format or counting.
    """
    if format not in FORMATS:
        raise DesignError("format", f"{say('no such format')}{nearest(format, FORMATS)}", format)
    return FORMATS[format].render(subject(_network(network), against, counting))


class Comparison(Struct, frozen=True):
    """Networks side by side, each but the first against it."""

    _compared: Compared

    @property
    def changes(self) -> tuple[tuple[Change, ...], ...]:
        """What is new, gone and changed in each but the first, with the reason."""
        return tuple(each.changes for each in self._compared.others)

    def __str__(self) -> str:
        return compared_as_text(self._compared)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": comparison_html(self._compared)}

    def to_frame(self) -> DataFrame:
        """The changes as a pandas DataFrame, with the name of the network that they are of."""
        rows = [{"network": each.name, **change._asdict()} for each in self._compared.others for change in each.changes]
        return _frame(rows, ("network", *Change._fields))


def compare(*networks: core.Network | Design | str, counting: str = DEFAULT) -> Comparison:
    """Some networks side by side; differences are against the first. ValueError of fewer than two."""
    if len(networks) < 2:
        raise ValueError(say("two networks at least are compared"))
    every = [_network(each) for each in networks]
    return Comparison(compared(every, [called(each.design) for each in every], convention(counting)))


class Survey(Struct, frozen=True):
    """What a file of weights is: the design of its network, and in `said` what it is and what is assumed, in words."""

    path: Path
    design: Design
    said: tuple[str, ...]
    has_counters: bool = True

    @property
    def network(self) -> Network:
        """The network that the weights are of."""
        return analyze(self.design)

    def survives(self, edited: Design | core.Network) -> Survival:
        """How many of its tensors, params and buffers survive in an edited network."""
        after = edited if isinstance(edited, core.Network) else core.analyze(edited)
        found = survival(core.analyze(self.design), after)
        return found if self.has_counters else found.without_counters

    def __str__(self) -> str:
        return "\n".join(self.said)


def survey(checkpoint: str | PathLike[str], *, take: str = "", origin: Design | str | None = None) -> Survey:
    """What network a file of weights is of, read without torch; nothing in it is run.

    `take` names one of several networks in it, `origin` is a design or a preset that says what shapes do not tell.
    Raises WeightsFileError, in one line that begins with the file's name.
    """
    from inspector.files.checkpoints import opened, told

    design = preset(origin) if isinstance(origin, str) else origin
    of = opened(Path(checkpoint), take, design, say("the design that was given") if design is not None else "")
    said = told(of, str(of.path), "")
    return Survey(of.path, of.design, tuple(line.strip() for line in said), has_counters=not of.checkpoint.counters)


def _frame(rows: Iterable[Mapping[str, object]], names: Sequence[str] | None = None) -> DataFrame:
    try:
        from pandas import DataFrame
    except ImportError:
        raise MissingError(say("pandas is not installed: {command}", command="pip install pandas")) from None
    return DataFrame(list(rows), columns=names)
