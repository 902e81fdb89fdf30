"""What torch says where shapes do not fit, read from what a person copied out of a terminal or a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from msgspec import Struct

from inspector.core.mistakes.copied import Copied, copied
from inspector.core.units import Dims


class Forward(Struct, frozen=True):
    """An error of a forward pass.

    `kind` is "norm" (channels that arrive, that the batch norm was built for), "sum" (channels of the path, of the
    shortcut), "map" (the same two of height or width), "conv" (groups, weight, channels that arrive), or "fc" (inputs
    that arrive, inputs and outputs of fc): `numbers` are those, each as a tuple. `comes` is the shape of what arrives
    at a convolution or at fc. `seen` are pieces of torch's paths that the text shows (`.layer4.`, `.layer4.2.`,
    `.bn3.`), a block counted from the end where it is negative, with `^` where a path begins.
    """

    kind: str
    numbers: tuple[Dims, ...]
    comes: Dims
    seen: frozenset[str]


class Checkpoint(Struct, frozen=True):
    """An error of load_state_dict: the shapes that differ, by the path of their module without any prefix.

    A shape is () where the error names the module alone, and None where the module is not there. `is_renamed` where
    both have a module, one with a prefix: there no shapes were compared.
    """

    model: dict[str, Dims | None]
    saved: dict[str, Dims | None]
    is_renamed: bool = False


def read(text: str) -> Forward | Checkpoint | None:
    """The first shape error in `text`, which may be hard-wrapped, indented and coloured; None where there is none."""
    source = copied(text)
    messages = [message for kind in _PATTERNS if (message := _first(source, kind)) is not None]
    if not messages:
        return None
    first = min(messages, key=lambda message: message.begin)
    end = source.packed.find(_HEADLINE, first.end)
    end = len(source.packed) if end < 0 else end
    if first.kind in ("size", "missing", "unexpected"):
        return _checkpoint(source.packed[first.begin : end])
    begin = max(source.packed.rfind(_HEADLINE, 0, first.begin), first.begin - _FAR, 0)
    seen = _seen(source.between(begin, min(end, first.end + _FAR)))
    return _forward(first.kind, [_sizes(group) for group in first.groups], seen)


_HEADLINE, _FAR = "Traceback(mostrecentcalllast)", 100_000
_MOST = 3_000
"""How many tensors of a checkpoint are looked at: more than five for each layer of the deepest preset."""
_WILD = {
    "#": "([0-9]{1,9}+)",
    "@": "([0-9,]{0,200}+)",
    "~": r"([\w.]{1,150}+)",
    "%": "(?=[0-9])",
    "…": """(?=["'][^"']{1,400}+["'])""",
}


def _pattern(words: str) -> re.Pattern[str]:
    """`words` without blanks: # is a number, @ sizes, ~ a name; % a number that ends them, … quoted names.

    Each piece takes all that it can and gives nothing back, so a message is read once from its beginning to its end.
    """
    return re.compile("".join(_WILD.get(char) or re.escape(char) for char in words.replace(" ", "")))


_PATTERNS = {
    "norm": _pattern("running_mean should contain # elements not %"),
    "sum": _pattern("The size of tensor a (#) must match the size of tensor b (#) at non-singleton dimension %"),
    "broadcast": _pattern("output with shape [@] doesn't match the broadcast shape [@]"),
    "conv": _pattern(
        "Given groups=#, weight of size [@], expected input[@] to have # channels, but got # channels instead"
    ),
    "fc": _pattern("mat1 and mat2 shapes cannot be multiplied (#x# and #x#)"),
    "size": _pattern(
        "size mismatch for ~: copying a param with shape torch.Size([@]) from checkpoint,"
        "the shape in current model is torch.Size([@])"
    ),
    "missing": _pattern("Missing key(s) in state_dict: …"),
    "unexpected": _pattern("Unexpected key(s) in state_dict: …"),
}
_LAST = {
    "norm": re.compile(r"([0-9]{1,9}+)(?![0-9])(?: *+\n[ \n│┃>]*+([0-9]{1,9}+)(?= *+(?:\n|\Z)))?+"),
    "sum": re.compile(r"([123])(?![0-9])"),
}
"""The number that ends a message: its own line tells it from what is printed next, and it may go on in the next one."""
_KEY = re.compile(r"""["']([^"']{1,400}+)["'],*+""")
_TENSOR = re.compile(
    r"(?:\A|\.)(layer[1-4]\.[0-9]{1,5}+\.(?:conv[1-3]|bn[1-3]|downsample\.[01])|conv1|bn1|fc)"
    r"\.(?:weight|bias|running_mean|running_var)\Z"
)
_POINTED_AT = re.compile(r"^-++> .*+$", re.MULTILINE)
_BLOCK = re.compile(r"layer([1-4])[.\[](-?+[0-9]{1,5}+)")
_STAGE_CALL = re.compile(r"self\.layer([1-4])\(")
_CALL = re.compile(r"(?:self|layer[1-4]\.[0-9]{1,5}+)\.(conv[1-3]|bn[1-3]|downsample|fc)\b(?! *+=)")


class _Message(NamedTuple):
    """One of torch's messages: where it stands in the packed text, and what stands in its gaps."""

    kind: str
    begin: int
    end: int
    groups: tuple[str, ...]


def _first(source: Copied, kind: str) -> _Message | None:
    """The first message of a kind."""
    for match in _PATTERNS[kind].finditer(source.packed):
        if kind not in _LAST:
            return _Message(kind, *match.span(), match.groups())
        last = _LAST[kind].match(source.lines, source.places[match.end()])
        if last:
            number = "".join(part or "" for part in last.groups())
            return _Message(kind, match.start(), match.end() + len(number), (*match.groups(), number))
    return None


def _sizes(text: str) -> Dims:
    return tuple(int(part) for part in text.split(",") if part)


def _forward(kind: str, groups: list[Dims], seen: frozenset[str]) -> Forward:
    if kind == "sum":
        return Forward("sum" if groups[2] == (1,) else "map", (groups[0], groups[1]), (), seen)
    if kind == "broadcast":
        pairs = [(at, a, b) for at, (a, b) in enumerate(zip(*groups, strict=False)) if a != b]
        at, a, b = pairs[-1] if pairs else (0, 0, 0)
        return Forward("map" if at > 1 else "sum", ((a,), (b,)), (), seen)
    if kind == "conv":
        return Forward(kind, (groups[0], groups[1], groups[4]), groups[2], seen)
    if kind == "fc":
        return Forward(kind, tuple(groups[1:]), groups[0] + groups[1], seen)
    return Forward(kind, tuple(groups), (), seen)


def _seen(text: str) -> frozenset[str]:
    """The pieces of torch's paths in a traceback; of the lines that IPython shows, those that its arrow points at."""
    text = "\n".join(_POINTED_AT.findall(text)) or text
    pieces = {f".layer{number}." for number in _STAGE_CALL.findall(text)}
    for number, block in islice(((block_match[1], block_match[2]) for block_match in _BLOCK.finditer(text)), 64):
        pieces |= {f".layer{number}.", f".layer{number}.{block}."}
    calls = _CALL.findall(text)
    if calls:
        pieces.add(f".{calls[-1]}." if pieces or "_forward_impl" not in text else f"^.{calls[-1]}.")
    return frozenset(pieces)


def _checkpoint(text: str) -> Checkpoint:
    """Shapes of the model and of what was saved; names that differ by a prefix alone differ in nothing."""
    model: dict[str, Dims | None] = {}
    saved: dict[str, Dims | None] = {}
    missing, unexpected = (_listed(text, kind) for kind in ("missing", "unexpected"))
    for path in missing:
        if path not in unexpected:
            model[path], saved[path] = (), None
    for path in unexpected:
        if path not in missing:
            model[path], saved[path] = None, ()
    for match in islice(_PATTERNS["size"].finditer(text), _MOST):
        name, old, new = match.groups()
        tensor = _TENSOR.search(name)
        if tensor:
            saved.setdefault(tensor[1], _sizes(old))
            model.setdefault(tensor[1], _sizes(new))
    return Checkpoint(model, saved, any(path in unexpected for path in missing))


def _listed(text: str, kind: str) -> dict[str, None]:
    """The modules in the list of missing or unexpected keys, in its order."""
    begin = _PATTERNS[kind].search(text)
    keys = islice(_quoted(text, begin.end()), _MOST) if begin else ()
    return {tensor[1]: None for key in keys if (tensor := _TENSOR.search(key))}


def _quoted(text: str, at: int) -> Iterator[str]:
    """The quoted names that follow one another from a position on."""
    while key := _KEY.match(text, at):
        yield key[1]
        at = key.end()
