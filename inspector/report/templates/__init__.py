"""Templates of what is shown by others: HTML and SVG. No number is computed in them, and every text is escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **values: object) -> str:
    """A template of this folder, filled in."""
    return _environment().get_template(f"{template}.j2").render(values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        finalize=_harmless,
    )


def _harmless(value: object) -> object:
    """Text from outside without what a terminal would obey, or nobody could see."""
    from inspector.outside import harmless

    return harmless(value) if type(value) is str else value
