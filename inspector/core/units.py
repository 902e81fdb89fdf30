"""Numbers and shapes as people read them."""

from __future__ import annotations

from inspector.speech import say, some

Dims = tuple[int, ...]
"""Sizes of a tensor: (N, C, H, W) for a feature map, (N, C) behind the head's pooling."""

PREFIXES = ("", " k", " M", " G", " T", " P", " E", " Z", " Y", " R", " Q")
"""Decimal prefixes, of a thousand to the power of their number."""


def short(number: int) -> str:
    """Three significant digits and a decimal prefix: 25557032 → "25.6 M". Exact below 1,000."""
    if abs(number) < 1000:
        return str(number)
    mantissa, exponent = f"{number:.2e}".split("e")
    power, shift = divmod(int(exponent), 3)
    return f"{float(mantissa) * 10**shift:.{2 - shift}f}{PREFIXES[power]}"


def short_bytes(number: int) -> str:
    """Bytes with three significant digits and a decimal prefix: 102228128 → "102 MB"."""
    text = short(number)
    return f"{text}B" if text[-1].isalpha() else f"{text} B"


def exact(number: int) -> str:
    """Every digit, in groups of three: 25557032 → "25,557,032"."""
    return f"{number:,}"


def difference(number: int) -> str:
    """A difference with its sign, exact: "+548,864", "-6,563,328", "±0"."""
    return f"{number:+,}" if number else "±0"


def short_difference(number: int) -> str:
    """A difference with its sign and three significant digits: "+549 k", "±0"."""
    return f"{'+' if number > 0 else ''}{short(number)}" if number else "±0"


def dims(shape: Dims) -> str:
    """Sizes as a product: (512, 7, 7) → "512×7×7"."""
    return "×".join(str(size) for size in shape)


def features(shape: Dims) -> str:
    """A feature map without the batch: C×H×W, or the number of features behind the head's pooling."""
    return dims(shape[1:])


def ago(seconds: float) -> str:
    """How long ago something was: "just now", "5 min ago", "3 h ago", "2 days ago"."""
    if seconds < 60:
        return say("just now")
    if seconds < 3600:
        return say("{n} min ago", n=int(seconds / 60))
    if seconds < 86_400:
        return say("{n} h ago", n=int(seconds / 3600))
    return some(int(seconds / 86_400), "{n} day ago", "{n} days ago")


def arrow(before: object, after: object) -> str:
    """What something was and is: "512 → 384"."""
    return f"{before} → {after}"
