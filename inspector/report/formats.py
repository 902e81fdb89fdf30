"""The formats that leave: one row a format."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from msgspec import Struct

from inspector.core.budgets.budget import NONE, Budget
from inspector.core.design.presets import preset
from inspector.core.measures.counting import DEFAULT, Convention, convention
from inspector.core.network.network import Network, analyze
from inspector.speech import later, speaking


class Carried(NamedTuple):
    """The weights that a design began with: what they are called, what they are of, whether they count batches."""

    name: str
    network: Network
    has_counters: bool = True


class Subject(NamedTuple):
    """What a report is about: a network, what it is compared with, and whose counting the tables show.

    `weights` are those that it began with, if it did; `budget` goes with the design into a design file.
    """

    network: Network
    baseline: Network
    counting: Convention
    weights: Carried | None = None
    budget: Budget = NONE


class Format(Struct, frozen=True):
    """One format: its name, the ending of its files, what it is, and how a subject is rendered in it.

    `is_design` is the format that an equal design is read from again.
    """

    name: str
    ending: str
    words: str
    render: Callable[[Subject], str]
    is_design: bool = False


def _from(module: str, name: str = "render") -> Callable[[Subject], str]:
    """The `render` of a module of this room, which is imported when it is called."""

    def render(subject: Subject) -> str:
        with speaking(None):  # others read it, and programs
            text: str = getattr(import_module(f"inspector.report.{module}"), name)(subject)
        return text

    return render


FORMATS = {
    each.name: each
    for each in (
        Format("text", "txt", later("text report, the tree as a table"), _from("text")),
        Format("md", "md", later("Markdown report"), _from("markdown")),
        Format("json", "json", later("JSON report, for programs"), _from("json_report")),
        Format("csv", "csv", later("CSV, one row a layer"), _from("csv_report")),
        Format("toml", "toml", later("design file (TOML), to open again"), _from("design_toml"), is_design=True),
        Format("code", "py", later("Python, builds it with torch and torchvision"), _from("python_code")),
        Format("html", "html", later("HTML report, one file with the picture"), _from("html")),
        Format("svg", "svg", later("picture of the network (SVG)"), _from("svg")),
    )
}
"""Every format by its name."""


TALL = Format("svg-tall", "svg", later("picture of the network (SVG), tall"), _from("svg", "render_tall"))
"""The picture from above to below."""


def by_ending(name: str) -> Format | None:
    """The format that a file's name ends in; None where that is no format's ending."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return next((each for each in FORMATS.values() if each.ending == ending), None)


def subject(network: Network, baseline: Network | None = None, counting: str = DEFAULT) -> Subject:
    """What a report is about; without a baseline it is compared with the preset that its design began with.

    DesignError where there is no counting of that name.
    """
    if baseline is None:
        baseline = analyze(preset(network.design.base))
    return Subject(network, baseline, convention(counting))
