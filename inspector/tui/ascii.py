"""The screen in ASCII, for terminals whose font has nothing else: each character is replaced by one of its width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_TABLE: Final = {
    **dict.fromkeys("×", "x"),
    **dict.fromkeys("→▸▶❯▌", ">"),
    **dict.fromkeys("←◀", "<"),
    **dict.fromkeys("↑", "^"),
    **dict.fromkeys("↓▾▼", "v"),
    **dict.fromkeys("↳", "\\"),
    **dict.fromkeys("●•", "*"),
    **dict.fromkeys("○", "o"),
    **dict.fromkeys("−─━–—", "-"),
    **dict.fromkeys("│┃║▏▎▍", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝", "+"),
    **dict.fromkeys("█▉▊▋▇▆▅", "#"),
    **dict.fromkeys("▐▄▃", "="),
    **dict.fromkeys("▂▁", "_"),
    **dict.fromkeys("▔▀", '"'),
    **dict.fromkeys("·…", "."),
    **dict.fromkeys("✓±", "+"),
    **dict.fromkeys("✗", "!"),
    **dict.fromkeys("≠", "#"),
    **dict.fromkeys("⌊⌋", "|"),
    **dict.fromkeys("²", "^"),
    **dict.fromkeys("Σ", "S"),
}
_CODES = str.maketrans(_TABLE)
_POOR = frozenset({"linux", "vt100", "vt102", "vt220", "dumb"})
"""Kinds of terminals that draw little beyond ASCII."""


def to_ascii(text: str) -> str:
    """`text` with one ASCII character for each; a question mark for one that has no likeness."""
    if text.isascii():
        return text
    return text.translate(_CODES).encode("ascii", "replace").decode("ascii")


def is_needed(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is known to draw ASCII only: by its kind, or by a locale that is set and is not UTF-8."""
    if environment.get("TERM", "") in _POOR:
        return True
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    return "." in locale and "utf" not in locale.lower()


class AsciiFilter(LineFilter):
    """Draws whatever any widget draws in ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  # Textual's signature
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]
