"""How keys are written for people."""

from __future__ import annotations

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


def key_name(key: str) -> str:
    """The sign or the short name of a key: "[" for left_square_bracket, "^s" for ctrl+s."""
    found = _NAMES.get(key)
    return found or (f"^{key.removeprefix('ctrl+')}" if key.startswith("ctrl+") else key)
