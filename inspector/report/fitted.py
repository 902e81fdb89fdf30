"""The largest design that holds a budget, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from inspector.core.budgets.budget import Budget
from inspector.core.budgets.fit import Fitted, Unfit
from inspector.core.budgets.quantities import Terms
from inspector.core.design.differences import edits
from inspector.core.network.network import Network, analyze
from inspector.core.units import difference, exact
from inspector.report.check import Checked, told
from inspector.report.check import as_text as checked_as_text
from inspector.report.design_toml import design_file
from inspector.speech import say, speaking

SCHEMA = "inspector/fit/1"


class Found(NamedTuple):
    """What was asked: the addresses, of a network called `name`; and what was found."""

    name: str
    addresses: tuple[str, ...]
    network: Network
    baseline: Network
    terms: Terms
    budget: Budget
    result: Fitted | Unfit


def as_text(found: Found) -> str:
    """The values, what they change, and what of the budget they leave."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Found) -> Iterator[str]:
    result = found.result
    if isinstance(result, Unfit):
        yield no_fit(found.addresses, result)
        return
    after = analyze(result.design)
    changed = edits(result.design, found.network.design)
    if result.factor is not None and changed:
        yield say("times {factor}", factor=f"{float(result.factor):.6g}")
    width = max((len(each.address) for each in changed), default=0)
    yield from (f"{each.address.ljust(width)}  {each.change}" for each in changed)
    if not changed:
        yield say("{addresses} as they are: the largest that hold", addresses=", ".join(found.addresses))
    yield ""
    cost, before = found.terms.counting.of(after.root), found.terms.counting.of(found.network.root)
    unit = f"{found.terms.counting.unit} ({found.terms.counting.name})"
    yield f"{exact(after.params)} params {difference(after.params - found.network.params)}"
    yield f"{exact(cost)} {unit} {difference(cost - before)}"
    yield ""
    yield checked_as_text(Checked(found.name, after, found.baseline, found.terms, result.held)).rstrip("\n")
    yield beyond(result)


def beyond(result: Fitted) -> str:
    """Why the next larger design does not hold."""
    if not result.next:
        return say("there is no larger one in these bounds")
    broken = "; ".join(f"{each.what} {each.words}" for each in result.next)
    return say("the next larger one does not: {broken}", broken=broken)


def no_fit(addresses: tuple[str, ...], result: Unfit) -> str:
    """That none holds, and what the least one breaks."""
    named = ", ".join(addresses)
    if not result.assignments:
        return say("no value of {addresses} makes a design", addresses=named)
    broken = "; ".join(f"{each.what} {each.words}" for each in result.broken)
    least = " ".join(result.assignments)
    return say(
        "none of the values tried holds it, of {addresses}: with {least}, {broken}",
        addresses=named,
        least=least,
        broken=broken,
    )


def as_json(found: Found) -> str:
    """The same for programs; version 1 only grows."""
    result = found.result
    with speaking(None):
        said: dict[str, object] = {
            "schema": SCHEMA,
            "name": found.name,
            "addresses": found.addresses,
            "counting": found.terms.counting.name,
            "dtype": found.terms.dtype,
            "optimizer": found.terms.optimizer,
        }
        if isinstance(result, Unfit):
            said |= {"fits": False, "tried": result.tried, "least": list(result.assignments)}
            said["broken"] = list(map(told, result.broken))
        else:
            after = analyze(result.design)
            said |= {
                "fits": True,
                "tried": result.tried,
                "assignments": list(result.assignments),
                "factor": None if result.factor is None else float(result.factor),
                "params": after.params,
                "macs": after.macs,
                "cost": found.terms.counting.of(after.root),
                "limits": list(map(told, result.held)),
                "next_larger_breaks": list(map(told, result.next)),
                "design": design_file(result.design, found.budget),
            }
    return json.dumps(said, indent=2) + "\n"
