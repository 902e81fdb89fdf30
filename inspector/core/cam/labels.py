"""Names of classes: read off a text, and found by what a person types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import DecodeError
from msgspec.json import decode

from inspector.errors import InputError, nearest
from inspector.outside import shown
from inspector.speech import say

MOST = 65_536
"""Classes that are named; a design has no more."""
_LETTERS = 100


def labels(text: str) -> tuple[str, ...]:
    """The classes that a text names, in the order of their numbers.

    One a line; a JSON list; or a JSON object from numbers to names, or to lists whose last is the name (ImageNet's
    class index), also as the id2label of a config.json. InputError where it is none of these.
    """
    if text.lstrip()[:1] not in ("{", "["):
        lines = text.rstrip().splitlines()
        return _bounded([line.strip() for line in lines])
    try:
        found = decode(text)
    except (DecodeError, RecursionError) as error:
        raise InputError(say("is no JSON: {what}", what=shown(str(error), 100))) from None
    if isinstance(found, dict) and isinstance(found.get("id2label"), dict):
        found = found["id2label"]
    if isinstance(found, dict):
        found = _numbered(found)
    if not isinstance(found, list):
        raise InputError(say("names no classes by their numbers"))
    return _bounded([_name(each) for each in found])


def _numbered(found: dict[str, object]) -> list[object]:
    """What an object from numbers has, in their order."""
    if not all(key.isascii() and key.isdigit() and len(key) < 6 for key in found):
        raise InputError(say("names no classes by their numbers"))
    numbers = {int(key): each for key, each in found.items()}
    if sorted(numbers) != list(range(len(numbers))):
        raise InputError(say("does not name each class from 0 to {n}", n=max(numbers, default=0)))
    return [numbers[number] for number in range(len(numbers))]


def _name(of: object) -> str:
    each = of[-1] if isinstance(of, list) and of else of
    if not isinstance(each, str):
        raise InputError(say("names no classes by their numbers"))
    return each


def _bounded(names: Sequence[str]) -> tuple[str, ...]:
    if not any(names) or len(names) > MOST:
        raise InputError(say("names {n} classes; must be from 1 to {most}", n=len(names) * any(names), most=MOST))
    return tuple(shown(name, _LETTERS) for name in names)


def numbered(text: str, names: Sequence[str], classes: int) -> int:
    """The number of the class that a person means by its number or its name. InputError where there is no such class.

    A name is found whatever its case, whole or as one of those between commas: "tabby" is "tabby, tabby cat".
    """
    if text.isascii() and text.isdigit() and len(text) < 10:
        if int(text) < classes:
            return int(text)
        raise InputError(say("class {n}: there are {count}, from 0 to {last}", n=text, count=classes, last=classes - 1))
    wanted = text.strip().casefold()
    whole = [at for at, name in enumerate(names) if name.casefold() == wanted]
    found = whole or [at for at, name in enumerate(names) if wanted in _parts(name)]
    if len(found) == 1:
        return found[0]
    if found:
        few = ", ".join(str(at) for at in found[:5])
        raise InputError(say("class {name}: several are called so: {numbers}", name=shown(text), numbers=few))
    if not names:
        raise InputError(
            say("class {name}: the classes have no names here; give its number, or --labels", name=shown(text))
        )
    raise InputError(say("class {name}: there is none of that name", name=shown(text)) + nearest(text, names))


def _parts(name: str) -> Iterable[str]:
    return (part.strip() for part in name.casefold().split(","))
