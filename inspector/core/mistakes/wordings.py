"""How torch, in its versions, and the libraries on top of it word what they refuse: messages found in a packed text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from inspector.core.mistakes.copied import Copied, packed

_WILD = {
    "#": "([0-9]{1,9}+)",
    "±": "(-?+[0-9]{1,9}+)",
    "@": r"(?:torch\.Size)?+[\[(]\[?+([0-9,]{0,200}+)\]?[\])]",
    "¤": "([0-9]{1,40}+)",
    "~": r"([\w./-]{1,150}+)",
    "%": "(?=[0-9])",
    "…": r"""(?=\\?+["'][^"']{1,400}+["'])""",
    "¿": r"""\\?+["'`]?+""",
}


class Wording(NamedTuple):
    """One way to say something of a kind.

    In its `words`, # is a number, ± one that may be negative, @ sizes in brackets, ¤ sizes with blanks between them,
    ~ a name; % a number that ends them, … quoted names that follow, ¿ a quotation mark or none. `order` says which of
    the gaps are the kind's own values, in their order, -1 for one that it has not. Where the wording `is_behind` a
    name, that is the first value.
    """

    kind: str
    words: str
    order: tuple[int, ...] = ()
    is_behind: bool = False


@cache
def pattern(words: str) -> re.Pattern[str]:
    """`words` without blanks and frames, each wild character a piece.

    Each piece takes all that it can and gives nothing back, so a message is read once from its beginning to its end.
    """
    return re.compile("".join(_WILD.get(char) or re.escape(char) for char in packed(words)))


def _lead(words: str) -> str:
    """The words before the first gap: what is searched for."""
    words = packed(words)
    return words[: next((at for at, char in enumerate(words) if char in _WILD), len(words))]


_CHANNELS = "to have # channels, but got # channels instead"
FORWARD = (
    Wording("norm", "running_mean should contain # elements not %"),
    Wording("norm", "weight should contain # elements not %"),
    Wording("sum", "The size of tensor a (#) must match the size of tensor b (#) at non-singleton dimension %"),
    Wording("sum", "The expanded size of the tensor (#) must match the existing size (#) at non-singleton dimension %"),
    Wording("broadcast", "output with shape @ doesn't match the broadcast shape @"),
    Wording(
        "broadcast",
        "Attempting to broadcast a dimension of length # at -#! Mismatching argument at index 1 had @;"
        "but expected shape should be broadcastable to @",
        (3, 2),
    ),
    Wording("conv", f"Given groups=#, weight of size @, expected input@ {_CHANNELS}"),
    Wording("conv", f"Given groups=#, weight of size ¤, expected input@ {_CHANNELS}"),
    Wording("conv", f"Given groups=#, weight@, so expected input@ {_CHANNELS}"),
    Wording("transposed", f"Given transposed=1, weight of size @, expected input@ {_CHANNELS}"),
    Wording("transposed", f"Given transposed=#, weight@, so expected input@ {_CHANNELS}", (1, 2, 3, 4)),
    Wording("fc", "shapes cannot be multiplied (#x# and #x#)"),
    Wording("fc", "size mismatch, m1: [# x #], m2: [# x #]"),
    Wording("fc", "size mismatch, [# x #], [# x #]"),
    Wording("fc", "a and b must have same reduction dim, but got [#, #] X [#, #]"),
    Wording(
        "axes", "Expected 4-dimensional input for 4-dimensional weight @, but got #-dimensional input of size @ instead"
    ),
    Wording(
        "axes", "Expected 4-dimensional input for 4-dimensional weight ¤, but got #-dimensional input of size @ instead"
    ),
    Wording("axes", "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: @", (-1, -1, 0)),
    Wording("axes", "expected 4D input (got #D input)", (-1, 0, -1)),
    Wording(
        "pool", "Given input size: (#x#x#). Calculated output size: (±x±x±). Output size is too small", (0, 1, 2, 4, 5)
    ),
    Wording("kernel", "input size per channel: (# x #). Kernel size: (# x #). Kernel size can't be greater"),
    Wording("single", "Expected more than 1 value per channel when training, got input size @"),
    Wording("dilation", "Dilation > 1 not supported in BasicBlock"),
    Wording("groups", "BasicBlock only supports groups=1 and base_width=64"),
    Wording("target", "Target ± is out of bounds"),
    Wording("label", "t >= 0 && t < n_classes"),
    Wording("label", "cur_target >= 0 && cur_target < n_classes"),
    Wording("cat", "Sizes of tensors must match except in dimension #. Expected size # but got size #", (1, 2)),
    Wording("cat", "Sizes of tensors must match except in dimension #. Expected # in dimension # but got #", (1, 3)),
    Wording("cat", "Sizes of tensors must match except in dimension #. Got # and #", (1, 2)),
    Wording("view", "shape '[±, #]' is invalid for input of size #"),
    Wording("layer", "Invalid layer name: ¿~"),
    Wording("layer", "unknown `target_layer` names: [¿~"),
    Wording("layer", "node: ¿~¿ is not present in model"),
    Wording("layer", "Unable to find submodule ¿~¿ in the model"),
)
"""What may go wrong in a forward pass, by kind; the values of each kind are told in `shape_errors.Forward`."""

LOAD = (
    Wording(
        "size",
        "size mismatch for ~: copying a param with shape @ from checkpoint, the shape in current model is @",
    ),
    Wording("size", "size mismatch for ~: copying a param of @ from checkpoint, where the shape is @ in current model"),
    Wording(
        "size",
        "While copying the parameter named ¿~¿, whose dimensions in the model are @"
        "and whose dimensions in the checkpoint are @",
        (0, 2, 1),
    ),
    Wording("missing", "Missing key(s) in state_dict: …"),
    Wording("unexpected", "Unexpected key(s) in state_dict: …"),
    Wording("missing", "missing keys in state_dict: ¿{…"),
    Wording("one unexpected", "unexpected key ¿~¿ in state_dict"),
    Wording("model", "Expected state_dict to be dict-like, got <class ¿~¿"),
)
"""What load_state_dict raises; of a "size" the name, the checkpoint's size, the model's."""

WARNED = (
    Wording(
        "size", "Skip loading parameter ¿~¿ to the model due to incompatible shapes: @ in the checkpoint but @ in the"
    ),
    Wording("size", ": found shape @ in the checkpoint and @ in the model instantiated", is_behind=True),
    Wording("size", "| MISMATCH | Reinit due to size mismatch - ckpt: @ vs model: @", is_behind=True),
    Wording("one missing", "| MISSING |", is_behind=True),
    Wording("one unexpected", "| UNEXPECTED |", is_behind=True),
    Wording("missing", "issing keys: […"),
    Wording("unexpected", "nexpected keys: […"),
    Wording("missing", "missing_keys=[…"),
    Wording("unexpected", "unexpected_keys=[…"),
    Wording("missing", "and are newly initialized: […"),
    Wording("unexpected", "were not used when initializing ~: […"),
    Wording("bare missing", "missing keys in source state_dict: "),
    Wording("bare unexpected", "unexpected key in source state_dict: "),
    Wording("bare missing", "Missing keys ("),
    Wording("bare unexpected", "Unexpected keys ("),
    Wording("lines missing", "Some model parameters or buffers are not found in the checkpoint:"),
    Wording("lines unexpected", "The checkpoint state_dict contains keys that are not used by the model:"),
)
"""What is said of a checkpoint that is loaded all the same: by fvcore, mmcv, timm, transformers, torch's return."""

_LEADS = {each: _lead(each.words) for each in (*FORWARD, *LOAD, *WARNED)}
_OF_NAMES = "_./{},-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONGEST = 150
_NUMBER = re.compile(r"([0-9]{1,9}+)(?![0-9])(?: *+\n[ \n│┃>]*+([0-9]{1,9}+)(?= *+(?:\n|\Z)))?+")
_DIMENSION = re.compile(r"([123])(?![0-9])")
"""The number that ends a message: its own line tells it from what is printed next, and it may go on in the next one."""


class Message(NamedTuple):
    """A message: where it stands in the packed text, and the values of its kind; "" where it has none."""

    kind: str
    begin: int
    end: int
    values: tuple[str, ...]


def messages(source: Copied, wording: Wording, begin: int = 0, end: int = -1) -> Iterator[Message]:
    """Every message of a wording in a part of a text."""
    text, lead = source.packed, _LEADS[wording]
    end = len(text) if end < 0 else end
    at = text.find(lead, begin, end)
    while at >= 0:
        match = pattern(wording.words).match(text, at, end)
        message = _message(source, wording, match) if match else None
        if message is not None:
            yield message
        at = text.find(lead, message.end if message else at + len(lead), end)


def _message(source: Copied, wording: Wording, match: re.Match[str]) -> Message | None:
    """A message with what stands before it, or ends it; None where that is not there."""
    gaps, end = _gaps(source, wording, match), match.end()
    if wording.words.endswith("%"):
        last = (_DIMENSION if wording.kind == "sum" else _NUMBER).match(source.lines, source.place(end))
        if last is None:
            return None
        gaps.append("".join(part or "" for part in last.groups()))
        end += len(gaps[-1])
    if wording.is_behind:
        before = source.packed[max(match.start() - _LONGEST, 0) : match.start()]
        name = before[len(before.rstrip(_OF_NAMES)) :].rpartition("-")[2].lstrip(",")
        if not name:
            return None
        gaps.insert(0, name)
    order = wording.order or range(len(gaps))
    return Message(wording.kind, match.start(), end, tuple(gaps[at] if at >= 0 else "" for at in order))


def _gaps(source: Copied, wording: Wording, match: re.Match[str]) -> list[str]:
    """What stands in the gaps; sizes with blanks between them are read where the blanks still are."""
    gaps = list(match.groups())
    if wording.words.endswith("~"):  # the line ends what may be any name
        at = source.place(match.start(len(gaps)))
        gaps[-1] = pattern("~").match(source.lines[at : at + _LONGEST] or "-")[1]  # type: ignore[index]  # it begins so
    if "¤" in wording.words:
        wild = [char for char in packed(wording.words) if char in _WILD and char not in "%…¿"]
        at = wild.index("¤") + 1
        gaps[at - 1] = _spaced(source.between(*match.span(at)))
    return gaps


def _spaced(text: str) -> str:
    """Four sizes with commas between them: a line break stands for a blank, or within a number."""
    words = text.translate(dict.fromkeys(map(ord, "│┃>"), None))
    return ",".join(next((sizes for each in (words, words.replace("\n", "")) if len(sizes := each.split()) == 4), ()))
