"""Every error that `inspector` raises on purpose.

    InspectorError              exit code 2
    ├── DesignError             a value that no ResNet can have, an address that names nothing
    ├── InputError              a file that cannot be read
    │   └── WeightsFileError    a file of weights that cannot be read, is none, or would run code
    ├── DesignFileError         a design file that cannot be read, or is none
    ├── WeightsError            weights that are no ResNet's, or of one that no design can say
    ├── RunError                a network that cannot be run: too large, or torch refuses
    ├── OutputError             a file or stream that cannot be written
    └── MissingError            something optional is not installed; exit code 3

The command line prints `str(error)` on one line and ends with `exit_code`; the editor shows `reason` beside the field.
"""

from __future__ import annotations

from collections.abc import Iterable

from inspector.outside import shown
from inspector.speech import say


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean …?` with the known word that is most like `word`, or an empty string."""
    import difflib

    close = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.5)
    return say("; did you mean {word}?", word=close[0]) if close else ""


class InspectorError(Exception):
    """The root: whatever is wrong with what a person asked for, in one line."""

    exit_code = 2


class DesignError(InspectorError):
    """A design that cannot be: `address` names what is wrong, `reason` says what is allowed there."""

    def __init__(self, address: str, reason: str, value: object = None) -> None:
        """`value` is what was refused, and is left out of the message where it is None."""
        self.address = address
        self.reason = reason
        self.value = value
        super().__init__(address, reason, value)

    def __str__(self) -> str:
        if self.value is None:
            return f"{shown(self.address)}: {self.reason}"
        return f"{shown(self.address)} = {shown(self.value)}: {self.reason}"


class InputError(InspectorError):
    """A file that cannot be read: not there (`is_missing`), too large, not text."""

    is_missing = False


class WeightsFileError(InputError):
    """A file of weights that cannot be read: not there, damaged, something else, or one that would run code."""


class DesignFileError(InspectorError):
    """A design file that cannot be read: not there, not text, not TOML."""


class WeightsError(InspectorError):
    """Weights that are no ResNet's, or of a ResNet that no design can say; `causes` are what speaks against it."""

    def __init__(self, message: str, causes: tuple[str, ...] = ()) -> None:
        """`message` is the whole sentence, `causes` are in words too."""
        self.causes = causes
        super().__init__(message)


class RunError(InspectorError):
    """A network that cannot be run as is asked: too large, or torch refuses the type or the device."""


class OutputError(InspectorError):
    """A report or design file that could not be written; nothing half written is left behind."""


class MissingError(InspectorError):
    """Something that the answer needs, and that is optional, is not installed or cannot be imported."""

    exit_code = 3
