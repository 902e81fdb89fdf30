"""Axes: an address, or several that move together, and the values that it is to take one after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from math import prod

from msgspec import Struct

from inspector.core.design.design import Design
from inspector.core.design.differences import value as written
from inspector.core.design.edit import WIDTH, edit, parse, resolve, write
from inspector.core.design.fields import Integer, Shape
from inspector.core.names import STAGES
from inspector.errors import DesignError
from inspector.speech import say

MOST_VALUES = 1_000_000
"""Values of one axis."""
MOST_DESIGNS = 5_000_000
"""Designs of one sweep: they are all kept, some 300 bytes each."""

_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")


class Axis(Struct, frozen=True):
    """One address, or several joined by + that take the same value, and the values as they are typed."""

    addresses: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the axis is called: "conv5_x.planes", "input.height+input.width"."""
        return "+".join(self.addresses)

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        return all(_is_number(value) for value in self.values)

    def set(self, design: Design, value: str) -> Design:
        """The design with that value at each of its addresses."""
        return edit(design, *(f"{address}={value}" for address in self.addresses))


def axis(design: Design, text: str) -> Axis:
    """The axis that "conv5_x.planes=256:512:64", "conv5_x.blocks=1,2,3" or "input.height+input.width=…" spells.

    A range is from the first number to the second, both in it, by the third; without one by the field's own step.
    DesignError names what is wrong, and the range that is allowed.
    """
    left, equals, right = text.partition("=")
    addresses = tuple(part.strip() for part in left.split("+"))
    if not equals or not all(addresses):
        raise DesignError(left, say("must be ADDRESS=RANGE, like conv5_x.planes=256:512:64 or conv5_x.blocks=1,2,3"))
    ends = [part.strip() for part in right.split(":")]
    is_range = 2 <= len(ends) <= 3 and all(map(_NUMBER.fullmatch, ends))
    values = _ranged(design, addresses[0], ends) if is_range else tuple(part.strip() for part in right.split(","))
    for address in addresses:
        _check(design, address, values)
    named = tuple(_canonical(design, address) for address in addresses)
    return Axis(named, tuple(dict.fromkeys(_spelt(design, named[0], value) for value in values)))


def _canonical(design: Design, address: str) -> str:
    """An address in the paper's names; one that means several fields as it is typed."""
    if address == WIDTH or "*" in address:
        return address.replace("layer*", "conv*_x")
    return resolve(design, address).address


def _spelt(design: Design, address: str, text: str) -> str:
    """A value as it is written: 64 for 064."""
    if address == WIDTH:
        return _plain(Decimal(text))
    return written(resolve(design, _each(address)).spec.parse(text))


def check_apart(design: Design, axes: Sequence[Axis]) -> None:
    """That no two axes set the same field. DesignError where they do."""
    seen = set[str]()
    for each in axes:
        for address in each.addresses:
            fields = _fields(design, address)
            if seen & fields:
                raise DesignError(address, say("is set by another range already"))
            seen |= fields


def _fields(design: Design, address: str) -> set[str]:
    """The fields that an address means."""
    if address == WIDTH:
        return {"stem.planes", *(f"{stage}.planes" for stage in STAGES)}
    if "*" in address:
        return {f"{stage}.{address.rpartition('.')[2]}" for stage in STAGES}
    return {resolve(design, address).address}


def _check(design: Design, address: str, values: Sequence[str]) -> None:
    """That each value is one of that address's, whatever else it may be at odds with."""
    several = _each(address)
    if several == WIDTH:
        for value in values:
            if not _NUMBER.fullmatch(value) or not Decimal(value):
                raise DesignError(address, say("must be a number above 0, like 0.75 or 2"), value or "''")
        edit(design, f"{address}={values[-1]}")
        return
    field = resolve(design, several)
    if isinstance(field.spec, Shape):
        raise _shaped(address)
    for value in values:
        try:
            spelt = field.spec.parse(value)
        except ValueError:
            spelt = None
        if not field.spec.admits(spelt):
            raise DesignError(address, field.spec.allowed, value or "''")


def _shaped(address: str) -> DesignError:
    return DesignError(address, say("is swept size by size: {address}", address=f"{address}.height"))


def _each(address: str) -> str:
    """An address of one field; of those that mean several, the first."""
    return re.sub(r"^(?:conv\*_x|layer\*)\.", "conv2_x.", address)


def _ranged(design: Design, address: str, ends: Sequence[str]) -> tuple[str, ...]:
    """The values from the first number to the second, both in it, by the third, or by the field's own step."""
    low, high, *rest = map(Decimal, ends)
    step = rest[0] if rest else _step(design, address)
    text = ":".join(ends)
    if step <= 0 or high < low:
        raise DesignError(address, say("must be a range from a number to a larger one: LOW:HIGH:STEP"), text)
    count = int((high - low) / step) + 1
    if count == 1 and high > low:
        raise DesignError(address, say("holds one value in steps of {n}; name the step: LOW:HIGH:STEP", n=step), text)
    if count > MOST_VALUES:
        raise DesignError(address, say("would be {n} values; at most {most}", n=count, most=MOST_VALUES), text)
    return tuple(_plain(low + at * step) for at in range(count))


def _step(design: Design, address: str) -> Decimal:
    if _each(address) == WIDTH:
        return Decimal("0.125")
    spec = resolve(design, _each(address)).spec
    if isinstance(spec, Shape):
        raise _shaped(address)
    if not isinstance(spec, Integer):
        raise DesignError(address, say("has no range; name its values, with commas between"))
    return Decimal(spec.step * (2 if spec.is_odd else 1))


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def combinations(axes: Sequence[Axis]) -> int:
    """How many designs the axes span. DesignError where they are more than can be looked at."""
    count = prod(len(each.values) for each in axes)
    if count > MOST_DESIGNS:
        names = " ".join(each.name for each in axes)
        raise DesignError(names, say("would be {n} designs; at most {most}", n=count, most=MOST_DESIGNS))
    return count


class Try(Struct, frozen=True):
    """One combination: its values, axis by axis; the design, or why there is none."""

    values: tuple[str, ...]
    design: Design | None
    problem: str = ""


def tries(design: Design, axes: Sequence[Axis], start: int, stop: int) -> Iterator[Try]:
    """Combinations `start` to `stop` (not in it), the last axis moving fastest; edits are made from the left."""
    sizes = [len(each.values) for each in axes]
    setters = [_setter(design, each) for each in axes]
    made: list[Design | str] = [design] * (len(axes) + 1)
    before: list[int] = [-1] * len(axes)
    for number in range(start, stop):
        at = digits(number, sizes)
        first = next((place for place, (new, old) in enumerate(zip(at, before, strict=True)) if new != old), len(at))
        for place in range(first, len(axes)):
            made[place + 1] = _set(made[place], setters[place], at[place])
        before = at
        values = tuple([axis.values[index] for axis, index in zip(axes, at, strict=True)])
        last = made[-1]
        yield Try(values, None, last) if isinstance(last, str) else Try(values, last)


Setter = Callable[[Design, int], Design]
"""Makes the design with an axis' value of that number."""


def _setter(design: Design, axis: Axis) -> Setter:
    """Addresses that mean one field in every design are looked up, and their values read, once."""
    address = axis.addresses[0]
    is_plain = len(axis.addresses) == 1 and address != WIDTH and "*" not in address
    field = resolve(design, address) if is_plain else None
    if field is None or field.block:
        return lambda design, at: axis.set(design, axis.values[at])
    values = [parse(field, value) for value in axis.values]
    return lambda design, at: write(design, field, values[at])


def _set(design: Design | str, setter: Setter, at: int) -> Design | str:
    if isinstance(design, str):
        return design
    try:
        return setter(design, at)
    except DesignError as error:
        return str(error)


def digits(number: int, sizes: Sequence[int]) -> list[int]:
    """Which value of each axis the combination of that number has."""
    found = [0] * len(sizes)
    for place in range(len(sizes) - 1, -1, -1):
        number, found[place] = divmod(number, sizes[place])
    return found
