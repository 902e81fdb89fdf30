"""What a file of weights is, and what of it survives: one screen of text, or JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from inspector.core.design.differences import Edited, value
from inspector.core.network.network import Network
from inspector.core.units import exact, short_bytes
from inspector.core.weights.checkpoint import Checkpoint, chosen, recast, strangers, title, words
from inspector.core.weights.survival import CLASSES, Class, Fate
from inspector.core.weights.table import Contents, Tensor
from inspector.outside import cells, shown
from inspector.report.survival import Sum, between, counted, listed, tabulated
from inspector.speech import say, speaking

SCHEMA = "inspector/weights/1"
_MOST, _SAID = 40, 6
"""Lines of tensors that are listed, and other values of the file."""


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
        for fate in between(self.before, self.after, has_counters=self.has_counters):
            if fate.name not in lacking:
                told.append(fate)
            elif fate.after is not None:
                told.append(Fate(fate.name, "new", None, fate.after, is_buffer=fate.is_buffer))
        return told

    @property
    def own(self) -> dict[str, Tensor]:
        """The file's tensors by the design's names."""
        tables = [table for table in self.contents.tables if table.place == self.checkpoint.place]
        file = {tensor.name: tensor for table in tables for tensor in table.tensors}
        return {ours: file[theirs] for ours, theirs in self.checkpoint.names if theirs in file}

    @property
    def has_counters(self) -> bool:
        """Whether the file has num_batches_tracked."""
        return not self.checkpoint.counters


def as_text(about: About) -> str:
    """What the file is; where it was edited, what survives. In the language that is spoken."""
    lines = [*_is(about), ""]
    if about.edits or about.checkpoint.missing:
        lines += _survives(about)
    else:
        lines += [*_assumed(about), *_twins(about.checkpoint, about.teller)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _is(about: About) -> Iterator[str]:
    contents, known = about.contents, about.checkpoint
    tensors = [tensor for table in contents.tables for tensor in table.tensors]
    size = short_bytes(sum(tensor.nbytes for tensor in tensors))
    yield f"{about.name}   {say(contents.format)}, {size}"
    yield words(known)
    yield from _found(about)
    for line in (chosen(known), recast(known), strangers(known)):
        if line:
            yield line
    if contents.said:
        yield say("beside it: {what}", what=", ".join(f"{key} {text}" for key, text in _shown(contents.said)))
    if contents.ignored:
        yield say("not run, as nothing in it is: {names}", names=", ".join(shown(name) for name in contents.ignored))
    if about.edits and not about.teller:
        told = [f"{each.address}={value(each.value)}" for each in known.assumed if each.is_written and not each.source]
        yield say("assumed: {values}", values=", ".join(told))


def _twins(known: Checkpoint, teller: str) -> Iterator[str]:
    if known.twins and not (teller or known.made):
        yield ""
        yield say("others with these names and shapes, which compute something else")
        yield from (f"  {say(twin)}" for twin in known.twins)


def _found(about: About) -> Iterator[str]:
    """How many parameters there are, where they were found, and whether torch can load them."""
    known = about.checkpoint
    params = say("{n} parameters", n=exact(about.before.params))
    if known.made:
        counted_ = [tensor for name, tensor in about.own.items() if not name.rpartition(".")[2].startswith(_STATISTICS)]
        own = sum(tensor.elements for tensor in counted_)
        params = say("{own} parameters, {n} as four stages", own=exact(own), n=exact(about.before.params))
    where = [say("under {place}", place=shown(".".join(known.place), 60))] if known.place else []
    where += [say("behind {prefix}", prefix=shown(known.prefix, 60))] if known.prefix else []
    yield ", ".join([params, *where])
    if about.contents.model:
        model = shown(about.contents.model, 100)
        yield say("a whole pickled model ({model}): save model.state_dict() for the weights to be loaded", model=model)


_STATISTICS = ("running_", "num_batches_tracked")


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
    found = counted(told, about.own)
    edited = ", ".join(each.words for each in about.edits)
    yield say("what survives of the weights: {edits}", edits=edited) if edited else say("what survives of the weights")
    yield ""
    yield from tabulated(found)
    for words_, lines in listed(told):
        yield ""
        yield words_
        yield from (f"  {line}" for line in lines[:_MOST])
        if len(lines) > _MOST:
            yield "  " + say("… and {n} more; --json lists all", n=len(lines) - _MOST)


def as_json(about: About) -> str:
    """The same for programs, in English, every tensor on a line of its own; version 1 only grows."""
    with speaking(None):
        known, told = about.checkpoint, about.fates
        found = counted(told, about.own)
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
