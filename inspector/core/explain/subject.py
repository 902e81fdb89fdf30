"""One place, with all that is said of it: its fields, what they were, and its facts."""

from __future__ import annotations

from typing import NamedTuple

from inspector.core.design.design import Design
from inspector.core.design.differences import value
from inspector.core.design.edit import Field, resolve
from inspector.core.explain.editable import editable
from inspector.core.explain.facts import Fact, facts, title
from inspector.core.network.network import Network
from inspector.core.network.tree import Place
from inspector.errors import DesignError


class Subject(NamedTuple):
    """All that is said of one place; `were` has a field's value in the baseline where that is another one."""

    name: str = ""
    path: str = ""
    title: str = ""
    fields: tuple[Field, ...] = ()
    were: tuple[str | None, ...] = ()
    facts: tuple[Fact, ...] = ()


def subject(network: Network, baseline: Network, against: str, place: Place) -> Subject:
    """What is said of `place`; `against` is what the baseline is called."""
    design = network.design
    fields = editable(design, place)
    were = tuple(_was(baseline.design, field) for field in fields)
    name = place.name if place.where else design.base
    return Subject(name, place.path, title(network, place), fields, were, facts(network, place, baseline, against))


def _was(design: Design, field: Field) -> str | None:
    """The value of a field in `design` where it is another one."""
    try:
        before = resolve(design, field.address).value
    except DesignError:
        return None
    return value(before) if before != field.value else None
