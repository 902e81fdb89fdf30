"""What survives of weights, as a table by part and a list of tensors: for the terminal and the editor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from inspector.core.network.network import Network
from inspector.core.units import exact, short_bytes
from inspector.core.weights.survival import CLASSES, COUNTER, Class, Fate, fates
from inspector.core.weights.table import BITS, Tensor
from inspector.outside import cells
from inspector.speech import later, say

_SHORT: dict[Class, str] = {
    "same": later("same"),
    "other use": later("other use"),
    "other shape": later("other shape"),
    "new": later("new"),
    "gone": later("gone"),
}


class Sum(NamedTuple):
    """Tensors, parameters and bytes of one class."""

    tensors: int = 0
    params: int = 0
    nbytes: int = 0

    def plus(self, more: Sum) -> Sum:
        """Both together."""
        return Sum(*(mine + its for mine, its in zip(self, more, strict=True)))


Sums = dict[Class, Sum]


class Counted(NamedTuple):
    """The sums of each class by part of the network, and in all."""

    parts: dict[str, Sums]
    total: Sums


def counted(told: Iterable[Fate], own: Mapping[str, Tensor] | None = None) -> Counted:
    """Tensors, parameters and bytes by class, for stem, each stage and head.

    Bytes are those of `own`, a file's tensors by the design's names; of others as the file's convolutions have them,
    in fp32 without a file.
    """
    own = own or {}
    usual = _usual(own.values())
    parts: dict[str, Sums] = {name: {} for name in ("stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head")}
    total: Sums = {}
    for fate in told:
        for sums in (parts[_part(fate.name)], total):
            sums[fate.of] = sums.get(fate.of, Sum()).plus(_sum(fate, own.get(fate.name), usual))
    return Counted(parts, total)


def _part(name: str) -> str:
    if name.startswith("layer"):
        return f"conv{int(name[5]) + 1}_x"
    return "head" if name.startswith("fc.") else "stem"


def _usual(tensors: Iterable[Tensor]) -> str:
    kinds = [tensor.dtype for tensor in tensors if len(tensor.shape) == 4]
    return max(set(kinds), key=kinds.count) if kinds else "F32"


def _sum(fate: Fate, tensor: Tensor | None, usual: str) -> Sum:
    amount = fate.amount
    is_as_it_was = fate.of in ("same", "other use", "gone")
    dtype = tensor.dtype if tensor is not None else usual
    nbytes = tensor.nbytes if tensor is not None and is_as_it_was else 0
    if not nbytes:
        nbytes = 8 * amount.counters + BITS[dtype] * (amount.params + amount.buffers) // 8
    return Sum(1, amount.params, nbytes)


def tabulated(found: Counted) -> Iterator[str]:
    """A line a part of the network, its tensors by class; below them tensors, parameters and bytes in all."""
    classes = [each for each in CLASSES if each in found.total]
    head = ["", *(say(_SHORT[each]) for each in classes)]
    rows = [[name, *(_number(sums.get(each, Sum()).tensors) for each in classes)] for name, sums in found.parts.items()]
    totals = (
        (say("tensors"), [_number(found.total[each].tensors) for each in classes]),
        (say("params"), [_number(found.total[each].params) for each in classes]),
        (say("bytes"), [short_bytes(found.total[each].nbytes) for each in classes]),
    )
    yield from _table([head, *rows, *([label, *numbers] for label, numbers in totals)])


def listed(told: Sequence[Fate]) -> Iterator[tuple[str, list[str]]]:
    """What is not the same: the words for each class, and its tensors, a line for those that are alike."""
    for of in CLASSES:
        lines = list(folded(fate for fate in told if fate.of == of)) if of != "same" else []
        if lines:
            yield say(CLASSES[of]), lines


def between(before: Network, after: Network, *, has_counters: bool = True) -> list[Fate]:
    """What becomes of each tensor, without the counters that a file lacks."""
    return [fate for fate in fates(before, after) if has_counters or not fate.name.endswith(COUNTER)]


def _number(number: int) -> str:
    return exact(number) if number else "·"


def _table(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *rest = row
        numbers = "".join(
            f"   {' ' * (width - cells(cell))}{cell}" for cell, width in zip(rest, widths[1:], strict=True)
        )
        yield f"{first}{' ' * (widths[0] - cells(first))}{numbers}"


def folded(told: Iterable[Fate]) -> Iterator[str]:
    """Fates of one class, those of equal blocks and of one module in one line.

    "layer4.{1,2}.bn1.{weight,bias}   512 → 256".
    """
    modules: dict[tuple[str, str, str], list[str]] = {}
    for fate in told:
        module, _, leaf = fate.name.rpartition(".")
        modules.setdefault((module, fate.change, fate.why), []).append(leaf)
    blocks: dict[tuple[str, str, str, str, str], list[str]] = {}
    for (module, change, why), leaves in modules.items():
        layer, number, rest = ("", "", module)
        if module.startswith("layer"):
            layer, number, rest = module.split(".", 2)
        blocks.setdefault((layer, rest, _braced(leaves), change, why), []).append(number)
    for (layer, rest, leaf, change, why), numbers in blocks.items():
        name = ".".join(part for part in (layer, _braced(numbers) if layer else "", rest, leaf) if part)
        yield f"{name}   {change}" + (f"   {why}" if why else "")


def _braced(parts: Sequence[str]) -> str:
    """Numbers in a row as 0...11; several in braces."""
    if len(parts) == 1:
        return parts[0]
    if len(parts) > 2 and all(part.isdigit() for part in parts) and _is_row([int(part) for part in parts]):
        return f"{{{parts[0]}...{parts[-1]}}}"
    return f"{{{','.join(parts)}}}"


def _is_row(numbers: list[int]) -> bool:
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))
