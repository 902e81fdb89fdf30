"""Amounts as they are typed: 20M and 4.1G of what is counted, 80MB and 80MiB of bytes, 5% of growth."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from inspector.core.units import exact, short, short_bytes
from inspector.errors import DesignError
from inspector.speech import later, say

Unit = Literal["count", "bytes", "pixels", "number", "percent"]

_TYPED = re.compile(r"([0-9_,]{0,32})(\.[0-9]{1,12})? ?([a-zA-Z%]{0,5})")
_WHOLE = re.compile(r"[0-9]+|[0-9]+(?:_[0-9]+)+|[0-9]{1,3}(?:,[0-9]{3})+")
_THOUSANDS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BYTES = {
    "": 1,
    "b": 1,
    **{f"{prefix}b": size for prefix, size in _THOUSANDS.items() if prefix},
    **{f"{prefix}ib": 2 ** (10 * power) for power, prefix in enumerate("kmgt", 1)},
}
_PLAIN = {"": 1}
_UNITS: dict[Unit, dict[str, int]] = {
    "count": _THOUSANDS,
    "bytes": _BYTES,
    "pixels": _PLAIN,
    "number": _PLAIN,
    "percent": {"": 1, "%": 1},
}
_ALLOWED: dict[Unit, str] = {
    "count": later("must be a number above 0, like 20M or 4.1G"),
    "bytes": later("must be bytes above 0, like 80MB (of 1000) or 80MiB (of 1024)"),
    "pixels": later("must be a whole number above 0, of pixels a side"),
    "number": later("must be a whole number above 0"),
    "percent": later("must be a percentage like 5% or 0.5%"),
}
_MOST = 10**24


def amount(text: str, unit: Unit, address: str) -> Fraction:
    """What `text` says, in single things, bytes, pixels, or hundredths of a percentage's 100.

    Prefixes of what is counted are of 1000; of bytes too, and those with an i of 1024. Raises DesignError, which names
    `address` and what is allowed.
    """
    found = _TYPED.fullmatch(text.strip())
    scale = _UNITS[unit].get(found[3].lower()) if found else None
    is_number = found is not None and (_WHOLE.fullmatch(found[1]) or (not found[1] and found[2]))
    if found is None or scale is None or not is_number:
        raise DesignError(address, say(_ALLOWED[unit]), text or None)
    whole = found[1].replace("_", "").replace(",", "")
    number = Fraction(Decimal(f"{whole or 0}{found[2] or ''}")) * scale
    is_whole = unit not in ("pixels", "number") or number.denominator == 1
    if not is_whole or number > _MOST or (number <= 0 and unit != "percent"):
        raise DesignError(address, say(_ALLOWED[unit]), text)
    return number / 100 if unit == "percent" else number


def typed(number: Fraction, unit: Unit) -> str:
    """The same as it is typed, with the largest unit that says it in whole numbers: "20M", "80MiB", "5%"."""
    if unit == "percent":
        return f"{_decimal(number * 100)}%"
    if number.denominator != 1:
        return _decimal(number)
    whole = number.numerator
    known = [(size, name) for name, size in _UNITS[unit].items() if whole % size == 0 and name != "b"]
    size, name = max(known, key=lambda each: each[0])
    return f"{whole // size}{_SPELT.get(name, name.upper())}"


_SPELT = {"k": "k", "kb": "kB", "kib": "KiB", "mib": "MiB", "gib": "GiB", "tib": "TiB"}


def _decimal(number: Fraction) -> str:
    text = format(Decimal(number.numerator) / Decimal(number.denominator), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shortly(number: int, unit: Unit) -> str:
    """An amount with three significant digits: "25.6 M", "102 MB", "7"."""
    if unit == "bytes":
        return short_bytes(number)
    return short(number) if unit == "count" else str(number)


def exactly(number: int, unit: Unit) -> str:
    """An amount with every digit: "25,557,032", "102,228,128 B"."""
    return f"{exact(number)} B" if unit == "bytes" else exact(number)
