"""What a file of weights is, and what of it survives: one screen of text, or JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from inspector.core.design.differences import Edited, value
from inspector.core.network.network import Network
from inspector.core.units import exact, short_bytes
from inspector.core.weights.checkpoint import Checkpoint, chosen, strangers, title, words
from inspector.core.weights.survival import CLASSES, COUNTER, Class, Fate, fates
from inspector.core.weights.table import BITS, Contents, Tensor
from inspector.outside import cells, shown
from inspector.speech import later, say, speaking

SCHEMA = "inspector/weights/1"
_MOST, _SAID = 40, 6
"""Lines of tensors that are listed, and other values of the file."""
_SHORT: dict[Class, str] = {
    "same": later("same"),
    "other use": later("other use"),
    "other shape": later("other shape"),
    "new": later("new"),
    "gone": later("gone"),
}


class About(Struct, frozen=True):
    """A file of weights: its name, what it holds, which network that is, and what tells what its shapes do not.

    `edits` are what was changed of it, `before` its network and `after` the edited one.
    """

    name: str
    contents: Contents
    checkpoint: Checkpoint
    teller: str
    edits: tuple[Edited, ...]
    before: Network
    after: Network

    @property
    def fates(self) -> list[Fate]:
        """What becomes of each tensor; those that the file lacks are new, and counters that it lacks are no tensors."""
        lacking = set(self.checkpoint.missing)
        told = []
        for fate in fates(self.before, self.after):
            if fate.name.endswith(COUNTER) and not self.has_counters:
                continue
            if fate.name not in lacking:
                told.append(fate)
            elif fate.after is not None:
                told.append(Fate(fate.name, "new", None, fate.after, is_buffer=fate.is_buffer))
        return told

    @property
    def has_counters(self) -> bool:
        """Whether the file has num_batches_tracked."""
        return not self.checkpoint.counters


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


def counted(about: About, told: Iterable[Fate]) -> Counted:
    """Tensors, parameters and bytes by class, for stem, each stage and head; bytes as the file has them.

    Of what the file has not, they are as its convolutions would have them.
    """
    file = {tensor.name: tensor for table in about.contents.tables for tensor in table.tensors}
    own = {ours: file[theirs] for ours, theirs in about.checkpoint.names if theirs in file}
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


def as_text(about: About) -> str:
    """What the file is; where it was edited, what survives. In the language that is spoken."""
    lines = [*_is(about), ""]
    if about.edits or about.checkpoint.missing:
        lines += _survives(about)
    else:
        lines += [*_assumed(about), *_twins(about.checkpoint)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _is(about: About) -> Iterator[str]:
    contents, known = about.contents, about.checkpoint
    tensors = [tensor for table in contents.tables for tensor in table.tensors]
    size = short_bytes(sum(tensor.nbytes for tensor in tensors))
    yield f"{about.name}   {say(contents.format)}, {size}"
    yield words(known)
    yield say("{n} parameters", n=exact(about.before.params))
    for line in (chosen(known), strangers(known)):
        if line:
            yield line
    if contents.said:
        yield say("beside it: {what}", what=", ".join(f"{key} {text}" for key, text in _shown(contents.said)))
    if contents.ignored:
        yield say("not run, as nothing in it is: {names}", names=", ".join(shown(name) for name in contents.ignored))
    if about.edits and not about.teller:
        told = [f"{each.address}={value(each.value)}" for each in known.assumed if each.is_written and not each.source]
        yield say("assumed: {values}", values=", ".join(told))


def _twins(known: Checkpoint) -> Iterator[str]:
    if known.twins:
        yield ""
        yield say("others with these names and shapes, which compute something else")
        yield from (f"  {say(twin)}" for twin in known.twins)


def _shown(said: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for key, text in said[:_SAID]:
        yield shown(key, 40), shown(text, 60)


def _assumed(about: About) -> Iterator[str]:
    """What shapes do not tell, and what does; or what is assumed, and why."""
    if about.teller:
        yield say("what shapes do not tell is from {teller}", teller=about.teller)
        return
    rows = []
    for each in about.checkpoint.assumed:
        why = say("from {source}", source=say(each.source)) if each.source else say(each.why)
        rows.append((f"{each.address}={value(each.value)}" if each.address else str(each.value), why))
    width = max((cells(name) for name, _ in rows), default=0)
    yield say("what shapes do not tell is assumed; --from DESIGN says otherwise")
    before = ""
    for name, why in rows:
        yield f"  {name}{' ' * (width - cells(name))}   {why if why != before else '″'}"
        before = why


def _survives(about: About) -> Iterator[str]:
    told = about.fates
    found = counted(about, told)
    edited = ", ".join(each.words for each in about.edits)
    yield say("what survives of the weights: {edits}", edits=edited) if edited else say("what survives of the weights")
    yield ""
    classes = [each for each in CLASSES if each in found.total]
    head = ["", *(say(_SHORT[each]) for each in classes)]
    rows = [[name, *(_number(sums.get(each, Sum()).tensors) for each in classes)] for name, sums in found.parts.items()]
    totals = (
        (say("tensors"), [_number(found.total[each].tensors) for each in classes]),
        (say("params"), [_number(found.total[each].params) for each in classes]),
        (say("bytes"), [short_bytes(found.total[each].nbytes) for each in classes]),
    )
    yield from _table([head, *rows, *([label, *numbers] for label, numbers in totals)])
    for of in classes:
        if of != "same":
            lines = list(folded(fate for fate in told if fate.of == of))
            yield ""
            yield say(CLASSES[of])
            yield from (f"  {line}" for line in lines[:_MOST])
            if len(lines) > _MOST:
                yield "  " + say("… and {n} more; --json lists all", n=len(lines) - _MOST)


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


def as_json(about: About) -> str:
    """The same for programs, in English, every tensor on a line of its own; version 1 only grows."""
    with speaking(None):
        known, told = about.checkpoint, about.fates
        found = counted(about, told)
        theirs = dict(known.names)
        parts = {
            "schema": SCHEMA,
            "file": about.name,
            "format": say(about.contents.format),
            "is": title(known.design),
            "scheme": known.scheme,
            "place": list(known.place),
            "prefix": known.prefix,
            "classes": known.head.classes,
            "head": list(known.head.others),
            "dtypes": dict(known.dtypes),
            "counters_missing": known.counters,
            "told_by": about.teller,
            "assumed": [
                {"address": each.address, "value": each.value, "why": say(each.why), "source": say(each.source)}
                for each in known.assumed
            ],
            "twins": [say(twin) for twin in known.twins],
            "others": [{"take": each.take, "scheme": each.scheme, "tensors": each.tensors} for each in known.others],
            "unknown": list(known.unknown),
            "missing": list(known.missing),
            "edits": [[each.address, value(each.before), value(each.after)] for each in about.edits],
            "survives": _sums(found.total),
            "survives_by_part": {name: _sums(sums) for name, sums in found.parts.items()},
        }
        rows = [
            {
                "name": fate.name,
                "name_in_file": theirs.get(fate.name) if fate.before is not None else None,
                "fate": fate.of,
                "before": fate.before,
                "after": fate.after,
                "why": fate.why,
            }
            for fate in told
        ]
    head = ",\n".join(f'  "{name}": {json.dumps(part)}' for name, part in parts.items())
    tensors = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    return f'{{\n{head},\n  "tensors": [\n{tensors}\n  ]\n}}\n'


def _sums(sums: Mapping[Class, Sum]) -> dict[str, dict[str, int]]:
    found = {each: sums.get(each, Sum()) for each in CLASSES}
    return {each: {"tensors": of.tensors, "params": of.params, "bytes": of.nbytes} for each, of in found.items()}
