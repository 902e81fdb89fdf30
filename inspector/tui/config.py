"""The settings file: TOML in the user's config folder. Whatever is wrong in it is said, and the rest counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inspector.core.counting import CONVENTIONS
from inspector.core.fields import nearest
from inspector.errors import shown
from inspector.tui.settings import Settings

_CHOICES = {"lang": ("en", "ko"), "counting": tuple(CONVENTIONS)}
_DEFAULTS = Settings()
_PANES = {"tree", "detail", "picture", "list", "ripple", "ranking"}
_SIGNS = {",": "comma", " ": "space"}
"""Keys that would be lost among commas and blanks."""
_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")


def place() -> Path:
    """Where the settings file is, or would be."""
    from platformdirs import user_config_path

    return user_config_path("inspector", appauthor=False) / "config.toml"


def load(path: Path) -> tuple[Settings, list[str]]:
    """The settings in a file, and what is wrong with it, a line each; without a file, the defaults."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return _DEFAULTS, []
    except OSError as error:
        return _DEFAULTS, [f"{(error.strerror or str(error)).lower()}"]
    except UnicodeDecodeError:
        return _DEFAULTS, ["not text in UTF-8"]
    import tomllib

    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return _DEFAULTS, [f"not TOML: {shown(str(error), 120)}"]
    found: dict[str, object] = {}
    problems: list[str] = []
    for name, value in data.items():
        problem = _problem(name, value)
        if problem:
            problems.append(problem)
        elif name != "keys":
            found[name] = value
    keys = data.get("keys")
    if isinstance(keys, dict) and keys:
        wrong = dict(_wrong_keys(keys))
        problems += wrong.values()
        right = {name: _joined(value) for name, value in keys.items() if name not in wrong}
        problems += _given_twice(right)
        found["keys"] = right
    return Settings(**found), problems  # type: ignore[arg-type]  # checked one by one


def _problem(name: str, value: object) -> str:
    """What is wrong with a setting, or an empty string."""
    known = Settings.__struct_fields__
    if name not in known:
        return f"{shown(name)}: unknown setting{nearest(name, known)}"
    default = getattr(_DEFAULTS, name)
    if name == "keys":
        return "" if isinstance(value, dict) else "keys: must be a table, written [keys]"
    if type(value) is not type(default):
        wanted = "true or false" if isinstance(default, bool) else "a text in quotes"
        return f"{name} = {shown(value)}: must be {wanted}"
    choices = _CHOICES.get(name) or (_themes() if name == "theme" else ())
    if choices and value not in choices:
        return f"{name} = {shown(value)}: unknown{nearest(str(value), choices)} ({', '.join(choices)})"
    return ""


def _themes() -> tuple[str, ...]:
    from textual.theme import BUILTIN_THEMES

    return tuple(BUILTIN_THEMES)


def _joined(value: object) -> str:
    """Keys as Textual takes them: "u,ctrl+z", whether they were written as one text or as several."""
    return ",".join(_SIGNS.get(key, key) for key in _split(value))


def _split(value: object) -> list[str]:
    """Keys one by one; an empty text where one is missing."""
    if isinstance(value, list):
        return [str(key) if key == " " else str(key).strip() for key in value]
    text = str(value)
    return [text] if text in _SIGNS else [key.strip() for key in text.split(",")]


def _wrong_keys(keys: dict[str, object]) -> Iterator[tuple[str, str]]:
    """The ids and keys that are not known, each with what to say about it."""
    from inspector.tui.actions import sections

    ids = [each.id for _, bindings in sections() for each in bindings if each.id]
    names = known_keys()
    for name, value in keys.items():
        if name not in ids:
            yield name, f"keys.{shown(name)}: unknown action{nearest(name, ids)}; inspector keys lists them"
            continue
        is_text = isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))
        if not is_text or not all(_split(value)):
            yield name, f'keys."{name}" = {shown(value)}: must be a key, or several: "u" or ["u", "ctrl+z"]'
            continue
        for key in _split(value):
            *modifiers, last = key.split("+") if key not in ("+", "ctrl++") else [key]
            is_known = (len(last) == 1 or last in names or key in _SIGNS) and all(
                each in _MODIFIERS for each in modifiers
            )
            if not is_known:
                yield name, f'keys."{name}": unknown key {shown(key)}{nearest(last, names)}'
                break


def _given_twice(keys: dict[str, str]) -> Iterator[str]:
    """Keys that are given to an action though another one that is there at the same time has them."""
    from textual.keys import _character_to_key

    from inspector.tui.actions import remapped, sections

    owners: dict[str, list[str]] = {}
    for _, bindings in sections():
        for each in remapped(bindings, keys):
            for key in each.key.split(","):
                owners.setdefault(_character_to_key(key) if len(key) == 1 else key, []).append(each.id or "")
    told = set()
    for key, ids in owners.items():
        for name in (name for name in ids if name in keys):
            for other in ids:
                if other != name and _meet(name, other) and (key, *sorted((name, other))) not in told:
                    told.add((key, *sorted((name, other))))
                    yield f'keys: {key} is "{name}" and "{other}", only one of which it can be'


def _meet(one: str, other: str) -> bool:
    """Whether two actions are there at the same time: of one pane, or one of them of the whole editor."""
    panes = one.partition(".")[0], other.partition(".")[0]
    return panes[0] == panes[1] or ("app" in panes and bool(_PANES & set(panes)))


def known_keys() -> tuple[str, ...]:
    """The names of keys that are no single character."""
    from textual.keys import KEY_NAME_REPLACEMENTS, KEY_TO_UNICODE_NAME, Keys

    return tuple(
        dict.fromkeys(
            [
                *(each.value for each in Keys if each.value[0] != "<"),
                *KEY_NAME_REPLACEMENTS.values(),
                *KEY_TO_UNICODE_NAME,
                "space",
            ]
        )
    )
