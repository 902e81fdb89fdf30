"""What torch says where shapes do not fit, read from what a person copied out of a terminal or a notebook."""

from __future__ import annotations

from msgspec import Struct

from inspector.core.mistakes.copied import Copied, copied
from inspector.core.mistakes.frames import Frame, innermost, seen_in
from inspector.core.mistakes.load_report import LoadReport, dims_of, read_report
from inspector.core.mistakes.wordings import FORWARD, LOAD, WARNED, Message, Wording, messages
from inspector.core.units import Dims


class Forward(Struct, frozen=True):
    """An error of a forward pass.

    Of `numbers`, each a tuple, a `kind` has its own: "norm" (channels that arrive, that the batch norm was built
    for), "sum" (channels of the path, of the shortcut), "map" (the same two of height or width), "conv" and
    "transposed" (groups, weight, channels that arrive), "fc" (inputs that arrive, inputs and outputs of fc), "axes"
    (the convolution's weight, how many axes came), "pool" (C, H and W that arrive, H and W that would leave), "kernel"
    (H and W that arrive with their padding, the kernel), "single" (what arrives at a batch norm), "target" (a label),
    "cat" (two sizes), "view" (rows and inputs that are wanted, elements that are there); "label", "dilation" and
    "groups" have none, and "layer" has its `word`. `comes` is the shape of what arrives at a convolution or at fc.
    `seen` are pieces of torch's paths that the text shows (`.layer4.`, `.layer4.2.`, `.bn3.`), a block counted from the
    end where it is negative, with `^` where a path begins. `frame` is where the traceback ends.
    """

    kind: str
    numbers: tuple[Dims, ...]
    comes: Dims
    seen: frozenset[str]
    word: str = ""
    frame: Frame = Frame()


def read(text: str) -> Forward | LoadReport | None:
    """The first error in `text`, which may be hard-wrapped, indented and coloured; None where there is none.

    What was only warned of counts where nothing was raised.
    """
    source = copied(text)
    raised = _first(source, (*FORWARD, *LOAD))
    first = raised or _first(source, WARNED)
    if first is None:
        return None
    end = source.packed.find(_HEADLINE, first.end)
    end = len(source.packed) if end < 0 else end
    if first.kind not in _FORWARD_KINDS:
        return read_report(source, max(first.begin - _NAME, 0), end, was_loaded=raised is None)
    begin = max(source.packed.rfind(_HEADLINE, 0, first.begin), first.begin - _FAR, 0)
    around = source.between(begin, min(end, first.end + _FAR))
    before = source.between(begin, first.begin)
    return _forward(first, seen_in(around), innermost(before))


_HEADLINE, _FAR, _NAME = "Traceback(mostrecentcalllast)", 100_000, 150
_FORWARD_KINDS = frozenset(wording.kind for wording in FORWARD)


def _first(source: Copied, wordings: tuple[Wording, ...]) -> Message | None:
    """The first message of some wordings."""
    first: Message | None = None
    for wording in wordings:
        end = -1 if first is None else first.begin
        first = next(messages(source, wording, 0, end), None) or first if end else first
    return first


def _forward(message: Message, seen: frozenset[str], frame: Frame) -> Forward:
    kind, values = message.kind, message.values
    sizes = [dims_of(value) for value in values]
    numbers: tuple[Dims, ...] = tuple(sizes)
    comes: Dims = ()
    word = ""
    if kind == "layer":
        numbers, word = (), values[0].rstrip(".")
    elif kind == "sum":
        kind, numbers = "sum" if sizes[2] == (1,) else "map", (sizes[0], sizes[1])
    elif kind == "broadcast":
        pairs = [(at, a, b) for at, (a, b) in enumerate(zip(*sizes, strict=False)) if a != b]
        at, a, b = pairs[-1] if pairs else (0, 0, 0)
        kind, numbers = "map" if at > 1 else "sum", ((a,), (b,))
    elif kind in ("conv", "transposed"):
        weight, comes, _, came = sizes[-4:]
        numbers = (sizes[0] if kind == "conv" else (1,), weight, came)
    elif kind == "fc":
        numbers, comes = tuple(sizes[1:]), sizes[0] + sizes[1]
    elif kind == "axes":
        numbers, comes = (sizes[0], sizes[1]), sizes[2]
    elif kind == "pool":
        numbers = (sizes[0] + sizes[1] + sizes[2], _signed(values[3:]))
    elif kind == "kernel":
        numbers = (sizes[0] + sizes[1], sizes[2] + sizes[3])
    elif kind in ("target", "view"):
        numbers = (_signed(values),)
    return Forward(kind, numbers, comes, seen, word, frame)


def _signed(values: tuple[str, ...]) -> Dims:
    return tuple(int(value) for value in values)
