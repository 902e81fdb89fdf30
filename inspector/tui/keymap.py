"""Keys: the bindings of every action, how they are written for people, and those that the settings give instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from textual.binding import Binding, BindingType

from inspector.errors import nearest
from inspector.outside import shown
from inspector.session.actions import ACTIONS, SECTIONS, Action
from inspector.speech import say

_NAMES = {
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "question_mark": "?",
    "slash": "/",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "alt+left": "alt+←",
    "alt+right": "alt+→",
    "shift+tab": "⇧tab",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "esc",
}
_SIGNS = {",": "comma", " ": "space"}
"""Keys that would be lost among commas and blanks."""
_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_PANES = frozenset({"tree", "detail", "picture", "list", "ripple", "ranking"})


def key_name(key: str) -> str:
    """The sign or the short name of a key: "[" for left_square_bracket, "^s" for ctrl+s."""
    name = _NAMES.get(key)
    return name or (f"^{key.removeprefix('ctrl+')}" if key.startswith("ctrl+") else key)


def bindings(*panes: str) -> list[BindingType]:
    """The bindings of some panes or dialogs: those of "app" are the editor's own."""
    return [_binding(action) for action in ACTIONS.values() if action.keys and action.pane in panes]


def _binding(action: Action) -> Binding:
    return Binding(
        action.keys,
        called(action),
        action.words,
        show=action.is_listed,
        key_display=action.sign or None,
        priority=action.is_priority,
        id=action.id,
    )


def called(action: Action) -> str:
    """What Textual is to run for an action: the pane's own method, or the editor's `do`."""
    return action.by or f"app.do('{action.id}')"


Row = tuple[Action, str]
"""An action, and its keys as they are written for people."""


def sections(keymap: Mapping[str, str]) -> Iterator[tuple[str, list[Row]]]:
    """Every action that has keys, by where they apply, with the keys that a keymap gives it."""
    for title, panes in SECTIONS.items():
        actions = [action for action in ACTIONS.values() if action.keys and action.pane in panes]
        yield say(title), [(action, keys_of(action, keymap)) for action in actions]


def typed_keys(action: Action, keymap: Mapping[str, str]) -> str:
    """An action's keys as the settings take them: "ctrl+r", "e,enter"."""
    return keymap.get(action.id, action.keys)


def keys_of(action: Action, keymap: Mapping[str, str]) -> str:
    """An action's keys as they are written for people: "e enter"."""
    return " ".join(key_name(key) for key in keymap.get(action.id, action.keys).split(","))


class Entry(NamedTuple):
    """A part of the line of keys: actions that belong together, a word for them, and which of the first one's keys."""

    ids: tuple[str, ...]
    words: str = ""
    key: int = 0


_STEPS = (Entry(("app.step-up",)), Entry(("app.step-down",)), Entry(("app.undo",)))
_AWAY = (Entry(("app.help",)), Entry(("app.quit",)))
_TO_TREE = Entry(("app.tree",))
_LIST = (Entry(("list.up", "list.down"), "choose"), Entry(("list.choose",)), _TO_TREE)
LINES: dict[str, tuple[Entry, ...]] = {
    "tree": (
        Entry(("app.edit",)),
        *_STEPS,
        *(Entry((id_,)) for id_ in ("app.ripple", "app.find", "app.note", "app.baseline", "app.grad-cam")),
        *(Entry((id_,)) for id_ in ("app.picture", "app.designs", "app.export", "app.ranking", "app.countings")),
        Entry(("app.redo",)),
        *_AWAY,
    ),
    "detail": (Entry(("detail.open",)), _TO_TREE, *_STEPS, Entry(("app.ripple",)), Entry(("app.redo",)), *_AWAY),
    "field": (
        Entry(("field.keep",)),
        Entry(("field.revert",)),
        Entry(("field.previous", "field.next"), "other fields"),
    ),
    "ripple": (*_LIST, Entry(("ripple.since",)), *_AWAY),
    "ranking": (*_LIST, Entry(("ranking.order",)), Entry(("ranking.level",)), *_AWAY),
    "picture": (
        Entry(("picture.previous", "picture.next"), "choose"),
        Entry(("app.edit",), key=1),
        _TO_TREE,
        Entry(("app.picture",), "away"),
        *_AWAY,
    ),
}
"""The line of keys of each pane, what matters most first; the last two lead to help and out."""


def shortest(entry: Entry, keymap: Mapping[str, str]) -> tuple[str, str]:
    """What the line of keys says of an entry: the key of each of its actions, and the word."""
    actions = [ACTIONS[id_] for id_ in entry.ids]
    given = [keymap.get(action.id, action.keys).split(",") for action in actions]
    keys = [key_name(each[min(entry.key, len(each) - 1)]) for each in given]
    return " ".join(keys), say(entry.words or actions[0].short)


MOST_KEYS = 16
"""Keys that one action may have."""


def joined(value: object) -> str:
    """Keys as Textual takes them: "u,ctrl+z", whether they were written as one text or as several."""
    return ",".join(_SIGNS.get(key, key) for key in _split(value))


def _split(value: object) -> list[str]:
    """Keys one by one; an empty text where one is missing."""
    if isinstance(value, list):
        return [str(key) if key == " " else str(key).strip() for key in value]
    text = str(value)
    return [text] if text in _SIGNS else [key.strip() for key in text.split(",")]


def wrong_keys(keys: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The ids and keys that are not known, each with what to say about it."""
    ids = [action.id for action in ACTIONS.values() if action.keys]
    names = known_keys()
    for name, value in keys.items():
        if name not in ids:
            yield (
                name,
                say(
                    "keys.{name}: unknown action{hint}; inspector keys lists them",
                    name=shown(name),
                    hint=nearest(name, ids),
                ),
            )
            continue
        is_text = isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))
        if not is_text or not all(_split(value)):
            yield (
                name,
                say(
                    'keys."{name}" = {value}: must be a key, or several: "u" or ["u", "ctrl+z"]',
                    name=name,
                    value=shown(value),
                ),
            )
            continue
        if len(_split(value)) > MOST_KEYS:
            yield name, say('keys."{name}": more than {n} keys', name=name, n=MOST_KEYS)
            continue
        for key in _split(value):
            *modifiers, last = key.split("+") if key not in ("+", "ctrl++") else [key]
            is_known = (len(last) == 1 or last in names or key in _SIGNS) and all(
                each in _MODIFIERS for each in modifiers
            )
            if not is_known:
                yield (
                    name,
                    say('keys."{name}": unknown key {key}{hint}', name=name, key=shown(key), hint=nearest(last, names)),
                )
                break


def given_twice(keys: Mapping[str, str]) -> Iterator[str]:
    """Keys that are given to an action though another one that is there at the same time has them."""
    from inspector.tui.terminal.keys import name_of

    owners: dict[str, list[str]] = {}
    for action in ACTIONS.values():
        for key in keys.get(action.id, action.keys).split(",") if action.keys else ():
            owners.setdefault(name_of(key), []).append(action.id)
    told = set()
    for key, ids in owners.items():
        for name in (name for name in ids if name in keys):
            for other in ids:
                if other != name and _meet(name, other) and (key, *sorted((name, other))) not in told:
                    told.add((key, *sorted((name, other))))
                    yield say(
                        'keys: {key} is "{one}" and "{other}", only one of which it can be',
                        key=key,
                        one=name,
                        other=other,
                    )


def _meet(one: str, other: str) -> bool:
    """Whether two actions are there at the same time: of one pane, or one of them of the whole editor."""
    panes = one.partition(".")[0], other.partition(".")[0]
    return panes[0] == panes[1] or ("app" in panes and bool(_PANES & set(panes)))


def known_keys() -> tuple[str, ...]:
    """The names of keys that are no single character."""
    from textual.keys import KEY_NAME_REPLACEMENTS, KEY_TO_UNICODE_NAME, Keys

    named: Iterable[str] = (each.value for each in Keys if each.value[0] != "<")
    return tuple(dict.fromkeys([*named, *KEY_NAME_REPLACEMENTS.values(), *KEY_TO_UNICODE_NAME, "space"]))
