"""Budgets: limits of what a network has, as they are typed, and as a design file has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from msgspec import Struct

from inspector.core.budgets.amounts import amount, typed
from inspector.core.budgets.quantities import QUANTITIES, SHORT, Quantity
from inspector.core.design.fields import BUDGET
from inspector.errors import DesignError, nearest
from inspector.speech import say


class Limit(Struct, frozen=True):
    """One limit: of a quantity by its name, at a place where it is one of places.

    `amount` is in single things, bytes or pixels; of a growth it is the part by which something may be more: 1/20.
    """

    name: str
    amount: Fraction
    place: str = ""

    @property
    def quantity(self) -> Quantity:
        """What is limited."""
        return QUANTITIES[self.name]

    @property
    def typed(self) -> str:
        """The limit's value as it is typed: "20M", "conv5_3=1024"."""
        number = typed(self.amount, self.quantity.unit)
        return f"{self.place}={number}" if self.place else number


class Budget(Struct, frozen=True):
    """Some limits, at most one for each quantity and place, in the order in which they were given."""

    limits: tuple[Limit, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.limits)

    def with_limits(self, others: Iterable[Limit]) -> Budget:
        """The same with others, which come before those of the same quantity and place."""
        by_key = {(each.name, each.place): each for each in (*self.limits, *others)}
        return Budget(tuple(by_key.values()))

    def stricter(self, other: Budget) -> Budget:
        """Both budgets at once: of two limits of one quantity and place the stricter."""
        by_key = {(each.name, each.place): each for each in self.limits}
        for each in other.limits:
            key = each.name, each.place
            own = by_key.get(key)
            by_key[key] = each if own is None or _is_stricter(each, own) else own
        return Budget(tuple(by_key.values()))

    def of(self, name: str) -> int:
        """The limit of a quantity of the whole network, in whole things; 0 where there is none."""
        found = [each.amount for each in self.limits if each.name == name]
        return int(found[0]) if found else 0


def _is_stricter(limit: Limit, than: Limit) -> bool:
    return limit.amount > than.amount if limit.quantity.bound == "least" else limit.amount < than.amount


NONE = Budget()


def limit(name: str, text: str) -> Limit:
    """The limit that `--max-params 20M` or `--feature-maps conv5_3=1024` set: a quantity's name and the text behind it.

    Raises DesignError, which names what is wrong and what is allowed.
    """
    quantity = QUANTITIES.get(SHORT.get(name, name))
    if quantity is None:
        raise DesignError(name, say("no such budget{hint}", hint=nearest(name, (*SHORT, *QUANTITIES))))
    place, equals, number = text.rpartition("=")
    if quantity.has_place and not (equals and place.strip()):
        example = say("must be a place and a number, like {example}", example=_EXAMPLES[quantity.unit])
        raise DesignError(name, example, text or None)
    if place and not quantity.has_place:
        raise DesignError(name, say("is of the whole network, and takes no place"), text)
    return Limit(quantity.name, amount(number, quantity.unit, name), _place(place, name))


def _place(name: str, address: str) -> str:
    """A place's name, which has no blanks in it."""
    name = name.strip()
    if any(each.isspace() for each in name):
        raise DesignError(address, say("no such node"), name)
    return name


_EXAMPLES = {"number": "conv5_3=1024", "pixels": "layer4=7"}


def parse(text: str) -> Budget:
    """The budget that `text` spells: "params=10M max-weight-bytes=80MB min-resolution=layer4=7"; none of no text.

    Raises DesignError, which names what is wrong and what is allowed.
    """
    limits = []
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals and name in (*SHORT, *QUANTITIES):
            value = ""
        limits.append(limit(name, value))
    return Budget().with_limits(limits)


def written(budget: Budget) -> str:
    """The same as it is typed: "params=10M macs=2G"."""
    names = {name: short for short, name in SHORT.items()}
    return " ".join(f"{names.get(each.name, each.name)}={each.typed}" for each in budget.limits)


def from_table(table: object) -> Budget:
    """The budget that a design file's table [budget] says; places are tables below it, `min_resolution.layer4 = 7`.

    Raises DesignError, which names the key, what is wrong and what is allowed.
    """
    if not isinstance(table, Mapping):
        raise DesignError(BUDGET, say("must be a table, written {how}", how=f"[{BUDGET}]"), table)
    keys = {each.key: each for each in QUANTITIES.values()}
    limits = []
    for key, value in table.items():
        quantity, address = keys.get(key), f"{BUDGET}.{key}"
        if quantity is None:
            raise DesignError(address, f"{say('unknown key')}{nearest(key, keys)}", value)
        if not quantity.has_place:
            limits.append(_read(quantity, value, address))
            continue
        if not isinstance(value, Mapping):
            how = f"[{address}]\n{_EXAMPLES[quantity.unit].replace('=', ' = ')}".replace("\n", ", ")
            raise DesignError(address, say("must be a table, written {how}", how=how), value)
        limits += [_read(quantity, each, f"{address}.{place}", _place(place, address)) for place, each in value.items()]
    return Budget().with_limits(limits)


def _read(quantity: Quantity, value: object, address: str, place: str = "") -> Limit:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DesignError(address, say("must be a whole number, or a text like {example}", example='"20M"'), value)
    return Limit(quantity.name, amount(str(value), quantity.unit, address), place)


def table(budget: Budget) -> dict[str, object]:
    """A budget as a design file's table, in TOML's own types."""
    said: dict[str, object] = {}
    for each in budget.limits:
        number = typed(each.amount, each.quantity.unit)
        value: object = int(number) if number.isdigit() else number
        if each.place:
            places = said.setdefault(each.quantity.key, {})
            assert isinstance(places, dict)  # noqa: S101  # made by this function
            places[each.place] = value
        else:
            said[each.quantity.key] = value
    return said
