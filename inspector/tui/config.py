"""What a person can set once for every start: TOML in the user's config folder.

Whatever is wrong in it is said, and the rest counts.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from inspector.core.measures.counting import CONVENTIONS, DEFAULT
from inspector.errors import InputError, nearest
from inspector.files.reading import read_text
from inspector.languages import languages
from inspector.outside import shown
from inspector.speech import later, say

MOST_BYTES = 2**16


class Settings(Struct, frozen=True):
    """`theme` is one of Textual's, `lang` the code of a language, `counting` what the tables show.

    An empty string leaves it to what was last used, or the locale.

    `graphics` has pictures drawn in pixels by terminals that can.

    `keys` maps the id of an action to the keys that it is to have, with commas between them.
    """

    counting: str = DEFAULT
    verify: bool = True
    ascii: bool = False
    graphics: bool = False
    theme: str = ""
    lang: str = ""
    keys: dict[str, str] = {}


_CHOICES = {"lang": languages(), "counting": tuple(CONVENTIONS)}
_DEFAULTS = Settings()


def place() -> Path:
    """Where the settings file is, or would be."""
    from platformdirs import user_config_path

    return user_config_path("inspector", appauthor=False) / "config.toml"


def load(path: Path) -> tuple[Settings, list[str]]:
    """The settings in a file, and what is wrong with it, a line each; without a file, the defaults."""
    try:
        text = read_text(path, MOST_BYTES, later("settings file"))
    except InputError as error:
        if error.is_missing:
            return _DEFAULTS, []
        return _DEFAULTS, [str(error).removeprefix(f"{shown(str(path), 200)}: ")]
    from inspector.core.design import toml

    try:
        data = toml.loads(text)
    except ValueError as error:
        return _DEFAULTS, [say("not TOML: {what}", what=shown(str(error), 120))]
    settings: dict[str, object] = {}
    problems: list[str] = []
    for name, value in data.items():
        problem = _problem(name, value)
        if problem:
            problems.append(problem)
        elif name != "keys":
            settings[name] = value
    keys = data.get("keys")
    if isinstance(keys, dict) and keys:
        from inspector.tui.keymap import given_twice, joined, wrong_keys

        wrong = dict(wrong_keys(keys))
        problems += wrong.values()
        right = {name: joined(value) for name, value in keys.items() if name not in wrong}
        problems += given_twice(right)
        settings["keys"] = right
    return Settings(**settings), problems  # type: ignore[arg-type]  # checked one by one


def _problem(name: str, value: object) -> str:
    """What is wrong with a setting, or an empty string."""
    known = Settings.__struct_fields__
    if name not in known:
        return say("{name}: unknown setting{hint}", name=shown(name), hint=nearest(name, known))
    default = getattr(_DEFAULTS, name)
    if name == "keys":
        return "" if isinstance(value, dict) else say("keys: must be a table, written [keys]")
    if type(value) is not type(default):
        if isinstance(default, bool):
            return say("{name} = {value}: must be true or false", name=name, value=shown(value))
        return say("{name} = {value}: must be a text in quotes", name=name, value=shown(value))
    choices = _CHOICES.get(name) or (_themes() if name == "theme" else ())
    if choices and value not in choices:
        return say(
            "{name} = {value}: unknown{hint} ({known})",
            name=name,
            value=shown(value),
            hint=nearest(str(value), choices),
            known=", ".join(choices),
        )
    return ""


def _themes() -> tuple[str, ...]:
    from textual.theme import BUILTIN_THEMES

    return tuple(BUILTIN_THEMES)
