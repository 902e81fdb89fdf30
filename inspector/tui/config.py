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
    return ",".join(_split(value))


def _split(value: object) -> list[str]:
    parts = value.split(",") if isinstance(value, str) and value != "," else value
    return [str(part).strip() or "space" for part in (parts if isinstance(parts, list) else [parts])]


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
        if not is_text or not value:
            yield name, f'keys."{name}" = {shown(value)}: must be a key, or several: "u" or ["u", "ctrl+z"]'
            continue
        for key in _split(value):
            *modifiers, last = key.split("+") if key not in ("+", "ctrl++") else [key]
            is_known = (len(last) == 1 or last in names) and all(each in _MODIFIERS for each in modifiers)
            if not is_known:
                yield name, f'keys."{name}": unknown key {shown(key)}{nearest(last, names)}'
                break


def _given_twice(keys: dict[str, str]) -> Iterator[str]:
    """Keys that two actions of one pane are given."""
    owners: dict[tuple[str, str], str] = {}
    for name, given in keys.items():
        for key in given.split(","):
            other = owners.setdefault((name.partition(".")[0], key), name)
            if other != name:
                yield f'keys: {key} is given to "{other}" and to "{name}"'


def known_keys() -> tuple[str, ...]:
    """The names of keys that are no single character."""
    from textual.keys import KEY_NAME_REPLACEMENTS, KEY_TO_UNICODE_NAME, Keys

    return tuple(
        dict.fromkeys([*(each.value for each in Keys), *KEY_NAME_REPLACEMENTS.values(), *KEY_TO_UNICODE_NAME, "space"])
    )
