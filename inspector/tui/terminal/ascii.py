"""The screen in ASCII, for terminals whose font has nothing else: each character is replaced by one of its width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

from inspector.speech import ENGLISH, spoken

_TABLE: Final = {
    **dict.fromkeys("×", "x"),
    **dict.fromkeys("→▸▶❯▌", ">"),
    **dict.fromkeys("←◀", "<"),
    **dict.fromkeys("↑⇧", "^"),
    **dict.fromkeys("↓▾▼", "v"),
    **dict.fromkeys("↳", "\\"),
    **dict.fromkeys("●•", "*"),
    **dict.fromkeys("○", "o"),
    **dict.fromkeys("◎", "@"),
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
    **dict.fromkeys("≈", "~"),
    **dict.fromkeys("⌊⌋", "|"),
    **dict.fromkeys("²", "^"),
    **dict.fromkeys("Σ", "S"),
    **dict.fromkeys("◉", "@"),
    **dict.fromkeys("░", "."),
    **{chr(code): "*" for code in range(0x2801, 0x2900)},  # the dots that curves are drawn with
    "\u2800": " ",
}
_CODES = str.maketrans(_TABLE)
_POOR = frozenset({"linux", "vt100", "vt102", "vt220", "dumb"})
"""Kinds of terminals that draw little beyond ASCII."""


def to_ascii(text: str) -> str:
    """`text` in ASCII, cell by cell; a question mark for each cell of a character that has no likeness.

    Letters stay where a language is spoken that has other ones than ASCII's.
    """
    if text.isascii():
        return text
    keeps = spoken() != ENGLISH
    translated = text.translate(_CODES)
    return "".join(
        each if each.isascii() or (keeps and each.isalpha()) else "?" * cell_len(each) for each in translated
    )


def is_needed(environment: Mapping[str, str]) -> bool:
    """Whether a terminal is known to draw ASCII only: by its kind, or by a locale of another encoding than UTF-8."""
    if environment.get("TERM", "") in _POOR:
        return True
    locale = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    return "." in locale and "utf" not in locale.lower()


class AsciiFilter(LineFilter):
    """Draws whatever any widget draws in ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002  # Textual's signature
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


def draw_in_ascii(app: App[None]) -> None:
    """Have an app draw in ASCII whatever it draws."""
    app._filters.append(AsciiFilter())  # noqa: SLF001  # Textual makes its own from the environment alone
