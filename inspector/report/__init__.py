"""Network -> what leaves: one module a format, and one that writes files. No torch, no Textual."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from inspector.core.counting import DEFAULT, Convention, convention
from inspector.core.design import Design
from inspector.core.network import Network

FORMATS = {"text": "txt", "md": "md", "json": "json", "csv": "csv", "toml": "toml"}
"""The formats of a report, and the endings of their files; "toml" is the design file."""

_HOMES = {"text": "text", "md": "markdown", "json": "json_report", "csv": "csv_report", "toml": "design_toml"}


def python_file(design: Design) -> str:
    """The text of a Python file that builds the design with torch and torchvision alone."""
    from inspector.report.python_code import render as render_code

    return render_code(design)


class _Render(Protocol):
    def __call__(self, network: Network, baseline: Network, counting: Convention, /) -> str: ...


def render(
    network: Network,
    baseline: Network,
    format: str,  # noqa: A002  # the option's name
    counting: str = DEFAULT,
) -> str:
    """The report on `network`, with its differences to `baseline`, in one of FORMATS; it ends in a newline.

    `counting` names the convention whose cost the tables show; DesignError where there is none of that name.
    """
    module = import_module(f"inspector.report.{_HOMES[format]}")
    return cast("_Render", module.render)(network, baseline, convention(counting))
