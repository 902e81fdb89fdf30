"""What torch says where shapes do not fit, read from what a person copied out of a terminal or a notebook."""

from __future__ import annotations

import re
from itertools import islice

from msgspec import Struct

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
    text = _COLOUR.sub("", text)
    matches = [(kind, first) for kind, pattern in _PATTERNS.items() if (first := pattern.search(text))]
    if not matches:
        return None
    kind, first = min(matches, key=lambda match: match[1].start())
    begin = max(text.rfind(_HEADLINE, 0, first.start()), first.start() - _FAR, 0)
    end = text.find(_HEADLINE, first.end())
    end = len(text) if end < 0 else end
    if kind in ("size", "missing", "unexpected"):
        return _checkpoint(text[first.start() : end])
    return _forward(
        kind, [_sizes(group) for group in first.groups()], _seen(text[begin : min(end, first.end() + _FAR)])
    )


_HEADLINE, _FAR = "Traceback (most recent call last)", 100_000
_MOST = 3_000
"""How many tensors of a checkpoint are looked at: more than five for each layer of the deepest preset."""
_COLOUR = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_EDGE = r"\s│┃>"
"""What stands between two lines of a message: a line break, and the frame or the quotation mark before the next."""
_GAP = f"[{_EDGE}]*"
_WILD = {
    "#": rf"([0-9](?:{_GAP}[0-9]){{0,8}})",
    "%": rf"([0-9]{{1,9}}(?![0-9])(?:[^\S\n]*\n{_GAP}[0-9]{{1,9}}(?=[^\S\n]*(?:\n|\Z)))?)",  # the message ends with it
    "&": "([123])(?![0-9])",
    "@": rf"([0-9,{_EDGE}]{{0,200}})",
    "~": rf"([\w.{_EDGE}]{{1,150}}?)",
    "…": rf"""((?:["'][^"']{{1,400}}["'][{_EDGE},]*)+)""",
}


def _pattern(words: str) -> re.Pattern[str]:
    """`words`, broken anywhere: # is a number, % one at the end, & a dimension, @ sizes, ~ a name, … quoted names."""
    return re.compile(_GAP.join(_WILD.get(char) or re.escape(char) for char in words.replace(" ", "")))


_PATTERNS = {
    "norm": _pattern("running_mean should contain # elements not %"),
    "sum": _pattern("The size of tensor a (#) must match the size of tensor b (#) at non-singleton dimension &"),
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
_TENSOR = re.compile(
    r"(?:.*?\.)??(layer[1-4]\.[0-9]{1,5}\.(?:conv[1-3]|bn[1-3]|downsample\.[01])|conv1|bn1|fc)"
    r"\.(?:weight|bias|running_mean|running_var)"
)
_POINTED_AT = re.compile(r"^-+> .*$", re.MULTILINE)
_BLOCK = re.compile(r"layer([1-4])[.\[](-?[0-9]{1,5})")
_CALL = re.compile(r"(?:self|layer[1-4]\.[0-9]{1,5})\.(conv[1-3]|bn[1-3]|downsample|fc)\b(?!\s*=)")


def _joined(text: str) -> str:
    return re.sub(f"[{_EDGE}]", "", text)


def _sizes(text: str) -> Dims:
    return tuple(int(part) for part in _joined(text).split(",") if part)


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
    pieces = {f".layer{number}." for number in re.findall(r"self\.layer([1-4])\(", text)}
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
    for path in missing - unexpected:
        model[path], saved[path] = (), None
    for path in unexpected - missing:
        model[path], saved[path] = None, ()
    for match in islice(_PATTERNS["size"].finditer(text), _MOST):
        name, old, new = match.groups()
        tensor = _TENSOR.fullmatch(_joined(name))
        if tensor:
            saved.setdefault(tensor[1], _sizes(old))
            model.setdefault(tensor[1], _sizes(new))
    return Checkpoint(model, saved, bool(missing & unexpected))


def _listed(text: str, kind: str) -> set[str]:
    """The modules in the list of missing or unexpected keys."""
    listed = _PATTERNS[kind].search(text)
    keys = re.findall(r"""["']([^"']+)["']""", listed[1]) if listed else []
    return {tensor[1] for key in keys[:_MOST] if (tensor := _TENSOR.fullmatch(_joined(key)))}
