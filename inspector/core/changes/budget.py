"""Budgets: how much a network may have of something, and how much of that is left."""

from __future__ import annotations

import re
from typing import NamedTuple

from inspector.core.units import short
from inspector.errors import DesignError, nearest
from inspector.speech import say

_AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)", re.IGNORECASE)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class Budget(NamedTuple):
    """At most so many parameters, and MACs as the counting that is shown has them; 0 where there is no limit."""

    params: int = 0
    macs: int = 0


def parse(text: str) -> Budget:
    """The budget that `text` spells: "params=10M macs=2G", units of 1000; none where it is empty.

    Raises DesignError, which names what is wrong and what is allowed.
    """
    limits: dict[str, int] = {}
    for word in text.split():
        name, equals, amount = word.partition("=")
        if name not in Budget._fields:
            raise DesignError(name, say("no such budget{hint}", hint=nearest(name, Budget._fields)))
        found = _AMOUNT.fullmatch(amount)
        limit = round(float(found[1]) * _UNITS[found[2].lower()]) if found else 0
        if not equals or not limit:
            raise DesignError(name, say("must be a number above 0, like 20M or 4.1G"), amount or None)
        limits[name] = limit
    return Budget(**limits)


def written(budget: Budget) -> str:
    """The same as it is typed: "params=10M macs=2G"."""
    return " ".join(f"{name}={_short(limit)}" for name, limit in budget._asdict().items() if limit)


def _short(limit: int) -> str:
    """A limit with the largest unit that says it exactly."""
    unit = next(unit for unit in ("t", "g", "m", "k", "") if limit % _UNITS[unit] == 0)
    return f"{limit // _UNITS[unit]}{unit.upper() if unit != 'k' else unit}"


def gauge(limit: int, amount: int, *, is_short: bool = False) -> str:
    """What is left of a limit, or how far it is passed, in words; nothing without a limit."""
    if not limit:
        return ""
    rest = short(abs(limit - amount))
    words = say("{n} left", n=rest) if amount <= limit else say("{n} over", n=rest)
    return words if is_short else f"≤ {short(limit)}, {words}"
