"""What ripple and detail say beside the real modules: each sentence has its oracle here, or cannot be said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import prod
from typing import NamedTuple

import pytest
import torch
from heard import Ears, Heard
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import designs, edits
from torch import nn
from torchvision.ops import FrozenBatchNorm2d

from inspector.bridge.build import build
from inspector.core.changes.compare import Effect, explain
from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.differences import edits as differing
from inspector.core.design.differences import value
from inspector.core.design.edit import edit, resolve
from inspector.core.explain.facts import facts, title
from inspector.core.names import STAGES
from inspector.core.network.network import Network, analyze
from inspector.core.network.tree import Place
from inspector.errors import DesignError


class Real:
    """A module of a design, with what went in and came out of each part of it."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.network = analyze(design)
        self.module = build(design, "meta").eval()
        self.parts = dict(self.module.named_modules())
        self.ins: dict[str, tuple[int, ...]] = {}
        self.outs: dict[str, tuple[int, ...]] = {}
        for name, part in self.parts.items():

            def note(_: nn.Module, came: tuple[torch.Tensor, ...], out: torch.Tensor, name: str = name) -> None:
                self.ins.setdefault(name, tuple(came[0].shape))
                self.outs[name] = tuple(out.shape)

            part.register_forward_hook(note)
        self.module(torch.empty(design.input, device="meta"))

    def path(self, block: str) -> list[nn.Conv2d]:
        """The convolutions of a block's path."""
        return [getattr(self.parts[block], name) for name in CONVOLUTIONS[self.design.block]]

    def strides(self, block: str) -> int:
        return prod(conv.stride[0] for conv in self.path(block))

    def out(self, who: str, path: str) -> tuple[int, ...]:
        """What comes out of what is called so: a place of the network, or a neighbour of `path`."""
        beside = f"{path.rpartition('.')[0]}.{who}".lstrip(".")
        if beside in self.outs:
            return self.outs[beside]
        place = self.network.get(who)
        assert place is not None, who
        return self.outs.get(place.path, place.node.output)


def _block(path: str) -> str:
    found = re.match(r"layer\d\.\d+", path)
    return found[0] if found else ""


class Told(NamedTuple):
    """An effect, and the modules of the designs before and after it."""

    effect: Effect
    path: str
    old: Real
    new: Real


def _came(said: Told, real: Real) -> tuple[int, ...] | None:
    """What comes in at the place of an effect, in one of the modules."""
    return real.ins.get(said.path)


def _is_address(said: Told, values: dict[str, str]) -> bool:
    address = values["address"]
    after = value(resolve(said.new.design, address).value)
    try:
        before = value(resolve(said.old.design, address).value)
    except DesignError:
        before = ""
    return after == values["value"] and (before != after or address.endswith(".conv3"))


def _normalises(said: Told, values: dict[str, str]) -> bool:
    module, group = said.new.parts[said.path], said.path.rpartition(".")[0]
    before = f"{group}.0" if values["what"] == "the projection" else f"{group}.{values['what']}".lstrip(".")
    return module.weight.numel() == said.new.parts[before].out_channels


def _ends_path(said: Told, _: dict[str, str], real: Real) -> int:
    return real.path(_block(said.path))[-1].out_channels


def _channels(values: dict[str, str], said: Told, who: str) -> bool:
    """So many maps come out of it, which were others before; so many come in here."""
    new, n = said.new.out(who, said.path), int(values["n"])
    return new[1] == n and (said.path not in said.new.ins or said.new.ins[said.path][1] == n)


def _sizes(values: dict[str, str], said: Told, who: str) -> bool:
    new = said.new.out(who, said.path)
    return "×".join(map(str, new[2:])) == values["size"]


def _is_projected(real: Real, path: str) -> bool:
    return getattr(real.parts.get(_block(path)), "downsample", None) is not None


def _identity_again(said: Told, values: dict[str, str]) -> bool:
    block = _block(said.path)
    inplanes, outplanes = said.new.ins[block][1], said.new.outs[block][1]
    return not _is_projected(said.new, block) and inplanes == outplanes == int(values["n"])


def _no_longer(said: Told, values: dict[str, str]) -> bool:
    block = _block(said.path)
    came, needed = said.new.ins[block][1], said.new.outs[block][1]
    return _is_projected(said.new, block) and (came, needed) == (int(values["came"]), int(values["needed"]))


REASONS: dict[str, Callable[[Told, dict[str, str]], bool]] = {
    "{place} changed": lambda said, values: values["place"] != "" and said.effect.is_part,
    "it comes with {place}": lambda said, _: said.path not in said.old.parts or said.effect.change.before is None,
    "it goes with {place}": lambda said, _: said.effect.change.after is None,
    "the identity fits the sum again: no stride, {n} channels on both sides": _identity_again,
    "the identity no longer fits the sum: {came} ≠ {needed}": _no_longer,
    "the path strides by {n}, an identity cannot": lambda said, values: (
        said.new.strides(_block(said.path)) == int(values["n"]) > 1
    ),
    "set here": lambda said, _: said.effect.cause == said.effect.change.name,
    "{address} is {value}": _is_address,
    "the projection": lambda said, _: _is_projected(said.new, said.path),
    "the sum needs {n} channels": lambda said, values: (
        said.new.path(_block(said.path))[-1].out_channels == int(values["n"])
    ),
    "it normalises {what}": _normalises,
    "it follows {what}": lambda _, values: bool(values["what"]),
    "the batch is {n} now": lambda said, values: said.new.design.input[0] == int(values["n"]),
    "the image now has {n} channel": lambda said, values: said.new.design.input[1] == int(values["n"]),
    "the image now has {size} pixels": lambda said, values: (
        "×".join(map(str, said.new.design.input[2:])) == values["size"]
    ),
    "the path now ends in {n} feature map": lambda said, values: (
        said.new.path(_block(said.path))[-1].out_channels == int(values["n"])
    ),
    "the path now ends in maps of {size}": lambda said, values: (
        "×".join(map(str, said.new.outs[_block(said.path)][2:])) == values["size"]
    ),
    "{who} now ends in {n} feature map": lambda said, values: _channels(values, said, values["who"]),
    "{who} now puts out {n} feature map": lambda said, values: _channels(values, said, values["who"]),
    "{who} now ends in maps of {size}": lambda said, values: _sizes(values, said, values["who"]),
    "{who} now puts out maps of {size}": lambda said, values: _sizes(values, said, values["who"]),
    "without the pool maps of {size} come in": lambda said, values: (
        isinstance(said.new.parts["maxpool"], nn.Identity)
        and "×".join(map(str, said.new.ins[said.path][2:])) == values["size"]
    ),
    "the image now has positions farther apart, or closer": lambda *_: False,
    "the path now ends in positions farther apart, or closer": lambda said, _: _is_moved(said),
    "{who} now ends in positions farther apart, or closer": lambda said, _: _is_moved(said),
    "{who} now puts out positions farther apart, or closer": lambda said, _: _is_moved(said),
}
"""Every reason, and whether it is so, by the modules."""


def _is_moved(said: Told) -> bool:
    """Whether the same shape comes in, of positions that lie otherwise in the image: a stride before it is another."""
    before, after = said.effect.change.before, said.effect.change.after
    strides = [
        [part.stride for part in real.parts.values() if isinstance(part, nn.Conv2d | nn.MaxPool2d)]
        for real in (said.old, said.new)
    ]
    return before is not None and after is not None and before.input == after.input and strides[0] != strides[1]


def _changed(said: Told, name: str, values: dict[str, str]) -> bool:
    """Whether a module's number was and is what is said."""
    before, _, after = values["change"].partition(" → ")
    return [_number(real, said.path, name) for real in (said.old, said.new)] == [before, after]


def _number(real: Real, path: str, name: str) -> str:  # one return a number
    module = real.parts.get(path)
    if name == "batch":
        return str(real.design.input[0])
    if name == "filters":
        return str(module.out_channels)
    if name in ("classes", "inputs"):
        return str(module.out_features if name == "classes" else module.in_features)
    if name == "channels":
        return str(_channels_at(real, path, module))
    if name == "input":
        return "×".join(map(str, real.ins[path][2:]))
    found = {"kernel": "kernel_size", "stride": "stride", "dilation": "dilation", "groups": "groups"}[name]
    number = getattr(module, found)
    return str(number[0] if isinstance(number, tuple) else number)


def _channels_at(real: Real, path: str, module: nn.Module | None) -> int:
    if isinstance(module, nn.Conv2d):
        return module.in_channels
    if isinstance(module, nn.BatchNorm2d | FrozenBatchNorm2d):
        return module.weight.numel()
    if path in real.outs:
        return real.outs[path][1]
    return real.design.input[1] if path in ("", "input") else real.outs[_block(path)][1]


CHANGES: dict[str, Callable[[Told, dict[str, str]], bool]] = {
    **{
        f"{{change}} {name}": lambda said, values, name=name: _changed(said, name, values)
        for name in ("filters", "channels", "classes", "inputs")
    },
    **{
        f"{name} {{change}}": lambda said, values, name=name: _changed(said, name, values)
        for name in ("kernel", "stride", "dilation", "groups", "batch", "input")
    },
    "total stride {change}": lambda said, _: said.effect.change.before != said.effect.change.after,
    "new: {what}": lambda said, _: said.effect.change.before is None,
    "gone": lambda said, _: said.effect.change.after is None,
}
"""Every change of a place in words, and whether it is so."""
OPERATIONS = {
    "{n} filter", "{n} bottleneck", "{n} basic block", "batch norm", "ReLU, in place", "identity", "1×1 projection",
    "path + shortcut", "no pool", "3×3 max pool", "average {size}", "pool, fc",
    "pool, no fc", "no fc", "frozen batch norm", "↳ projection", "↳ identity",
    "batch of {n}", " · pool {slash}", "{n} layers", "max pool",
}  # fmt: skip
"""What operations are called: read off the tree, which torch verifies."""


def _paths(effect: Effect) -> Iterator[str]:
    """Torch's paths of all the places that an effect stands for."""
    found = re.fullmatch(r"(layer\d\.)(\d+)(.*)", effect.change.path)
    numbers = range(int(found[2]), int(found[2]) + effect.repeats) if found else ()
    yield from (f"{found[1]}{number}{found[3]}" for number in numbers) if found else (effect.change.path,)


def _hold(effect: Effect, old: Real, new: Real, ears: Ears) -> None:
    node = effect.change.after or effect.change.before
    if node is not None and node.kind == "ReLU":  # which torch has one of in a block, and nobody is told of
        return
    for path in _paths(effect):
        said = Told(effect, path, old, new)
        for heard in ears.hear(effect.why):
            assert REASONS[heard.text](said, heard.values), (effect.change.name, heard)
        for heard in ears.hear(effect.what):
            is_so = CHANGES.get(heard.text)
            assert is_so is not None or heard.text in OPERATIONS, heard
            assert is_so is None or is_so(said, heard.values), (effect.change.name, heard)


def _held(before: Design, after: Design) -> int:
    ears = Ears()
    effects: list[Effect] = []

    def said() -> str:
        effects.extend(explain(analyze(before), analyze(after)))
        return ""

    ears.listen(said)
    old, new = Real(before), Real(after)
    for effect in effects:
        _hold(effect, old, new, ears)
    return len(effects)


@settings(max_examples=60)
@given(data=st.data())
def test_every_reason_of_a_ripple_is_so_of_the_modules(data: st.DataObject) -> None:
    design = data.draw(designs(widest=24, largest=80))
    after = design
    for _ in range(data.draw(st.integers(1, 3))):
        try:
            after = edit(after, data.draw(edits(after)))
        except DesignError:
            continue
    assume(differing(after, design))
    _held(design, after)


@settings(max_examples=25)
@given(before=designs(widest=24, largest=80), after=designs(widest=24, largest=80))
def test_every_reason_between_two_designs_is_so(before: Design, after: Design) -> None:
    assume(differing(after, before))
    _held(before, after)


_PRODUCT = re.compile(r"^[\d,.×⌊⌋+·()/ \-=%<>]*$")


class At(NamedTuple):
    """A place, and the module of its network."""

    place: Place
    real: Real

    @property
    def module(self) -> nn.Module:
        return self.real.parts[self.place.path]

    @property
    def stage(self) -> str:
        return self.place.path.partition(".")[0]

    @property
    def first(self) -> str:
        return f"{self.stage}.0"

    @property
    def last(self) -> str:
        return f"{self.stage}.{len(self.real.parts[self.stage]) - 1}"


def _is(actual: object, wanted: str) -> bool:
    return str(actual) == wanted


def _window(at: At, values: dict[str, str]) -> bool:
    module = at.module
    numbers = [getattr(module, name) for name in ("kernel_size", "stride", "padding")]
    plain = [str(each[0] if isinstance(each, tuple) else each) for each in numbers]
    return plain == [values["n"], values["stride"], values["padding"]]


def _strided(at: At, values: dict[str, str], kernel: int) -> bool:
    strided = [conv for conv in at.real.path(at.first) if conv.stride[0] > 1]
    return [(conv.stride[0], conv.kernel_size[0]) for conv in strided] == [(int(values["n"]), kernel)]


def _stays(at: At) -> bool:
    return at.real.ins[at.stage][2:] == at.real.outs[at.stage][2:]


def _dilated(at: At, values: dict[str, str]) -> bool:
    return _stays(at) and any(
        part.dilation[0] == int(values["n"])
        for name, part in at.real.parts.items()
        if name.startswith(f"{at.stage}.") and isinstance(part, nn.Conv2d)
    )


def _dilated_before(at: At, values: dict[str, str]) -> bool:
    """Whether the 3×3s of a stage that does not dilate are dilated all the same."""
    design = at.real.design
    before = design.stages[: STAGES.index(at.place.name)]
    n = int(values["n"])
    return (
        not design.stage(at.place.name).dilate
        and any(stage.dilate for stage in before)
        and n == max(conv.dilation[0] for _, convs in _convolutions(at) for conv in convs) > 1
    )


def _depth(at: At, values: dict[str, str]) -> bool:
    counted = [
        name
        for name, part in at.real.parts.items()
        if isinstance(part, nn.Conv2d | nn.Linear) and "downsample" not in name
    ]
    return len(counted) == int(values["depth"]) and len(CONVOLUTIONS[at.real.design.block]) == int(values["n"])


def _target(at: At, values: dict[str, str]) -> bool:
    return values["maps"] == "{n} map of {size}" and at.real.network.at(at.place.where).path == at.place.path


def _narrow(at: At, values: dict[str, str]) -> bool:
    """Whether the 3×3 of every block that has no filters of its own is so wide."""
    stage = at.real.design.stage(at.place.name)
    own = {each.block for each in stage.overrides if each.conv2 is not None}
    widths = {conv[1].out_channels for number, conv in _convolutions(at) if number not in own}
    return widths <= {int(values["n"])}


def _convolutions(at: At) -> Iterator[tuple[int, list[nn.Conv2d]]]:
    for number in range(len(at.real.parts[at.stage])):
        yield number + 1, at.real.path(f"{at.stage}.{number}")


ELSEWHERE = {
    *OPERATIONS, "bottleneck", "basic block", "convolution", "the whole network", "first convolution and pool",
    "what goes in: N images of C channels, H×W", "a stage: blocks in a row", "projection shortcut",
    "identity shortcut", "switched off: what comes in goes on", "batch norm, frozen: all of it constants",
    "residual add", "global average pool", "fully connected layer",
    "what follows the stages", "in all", "sees", "channels", "shape", "remark", "output", "input", "kernel", "learned",
    "buffers", "sum", "weight", "height", "width", "strides", "shortcut", "against", "weights", "training", "inference",
    "not in it", "bytes", "params", "layers",
    # held against torch by tests/bridge/test_receptive.py and test_memory.py
    "{n} × {n} input pixels", "a cell is {n}×{n} pixels, sees {field}×{field}", "{bytes} kept for backward,",
    "{bytes} with SGD and momentum,", "{bytes} with Adam", "{bytes} of maps at the peak",
    "{full} in fp32, {half} in fp16", "{bytes} of parameters", "{bytes} of buffers", "{bytes} of output",
    "the framework's own, workspaces of algorithms, and what allocators keep in reserve",
    "new, not there",
}  # fmt: skip
"""Names of things, and numbers that other tests hold."""

BOTH = "projection, since the sum needs {n} channels and {came} come in, and the path strides by {stride}"
FACTS: dict[str, Callable[[At, dict[str, str]], bool]] = {
    "{what}, {n} of {count} in {stage}": lambda at, values: (
        int(values["n"]) == int(at.place.path.split(".")[1]) + 1
        and int(values["count"]) == len(at.real.parts[at.stage])
        and STAGES[int(at.stage[-1]) - 1] == values["stage"]
    ),
    "/{n}: {n} pixel a position": lambda at, values: _reach(at) == int(values["n"]),
    "follow {place}": lambda at, values: _follows(at, values["place"]),
    "reads {maps} here": _target,
    "{n} map of {size}": lambda at, values: (
        at.real.outs[at.place.path][1] == int(values["n"])
        and "×".join(map(str, at.real.outs[at.place.path][2:])) == values["size"]
    ),
    "the image's size is in no weight; its channels are, in conv1's": lambda at, _: (
        at.real.parts["conv1"].in_channels == at.real.design.input[1]
    ),
    "{n} weights, {n} biases": lambda at, values: (
        at.module.weight.numel() == at.module.bias.numel() == int(values["n"])
    ),
    "{n} means, {n} variances": lambda at, values: (
        at.module.running_mean.numel() == at.module.running_var.numel() == int(values["n"])
    ),
    "of two maps of {size}: the path's and the shortcut's": lambda at, values: (
        "×".join(
            map(str, at.real.outs[_block(at.place.path) or _block(at.real.network.at(at.place.where[:2]).path)][1:])
        )
        == values["size"]
    ),
    "{classes} classes × {features} features": lambda at, values: (
        tuple(at.module.weight.shape) == (int(values["classes"]), int(values["features"]))
    ),
    "{n} groups of {filters} filters": lambda at, values: (
        (at.module.groups, at.module.out_channels // at.module.groups) == (int(values["n"]), int(values["filters"]))
    ),
    "{n} filters × {channels} channels": lambda at, values: (
        tuple(at.module.weight.shape[:2]) == (int(values["n"]), int(values["channels"]))
    ),
    ", dilation {n}": lambda at, values: at.module.dilation[0] == int(values["n"]),
    "{n}×{n}, stride {stride}, padding {padding}": _window,
    "{n} inplanes": lambda at, values: at.real.ins[at.stage][1] == int(values["n"]),
    "→ {n} planes{times}": lambda at, values: at.real.design.stage(at.place.name).planes == int(values["n"]),
    "→ {n} filters in its last block": lambda at, values: (
        at.real.path(at.last)[-1].out_channels == int(values["n"]) == at.real.outs[at.stage][1]
    ),
    "{n} channels in the 3×3": _narrow,
    "{n} channels in the 3×3 where none were set": _narrow,
    "nowhere: height and width stay": lambda at, _: _stays(at),
    "nowhere: dilation {n} instead": _dilated,
    "nowhere: the blocks behind it are dilated instead": lambda at, _: _stays(at),
    "/{n} in {block}'s first 3×3": lambda at, values: _strided(at, values, 3),
    "/{n} in {block}'s {convolution}": lambda at, values: _strided(at, values, int(values["convolution"][0])),
    "identity: stride 1, and {n} channels on both sides": lambda at, values: (
        at.module.downsample is None
        and at.real.strides(at.place.path) == 1
        and at.real.ins[at.place.path][1] == at.real.outs[at.place.path][1] == int(values["n"])
    ),
    "projection, since the sum needs {n} channels and {came} come in": lambda at, values: (
        at.module.downsample is not None
        and (at.real.outs[at.place.path][1], at.real.ins[at.place.path][1]) == (int(values["n"]), int(values["came"]))
        and values["n"] != values["came"]
    ),
    BOTH: lambda at, values: (
        at.module.downsample is not None
        and (at.real.outs[at.place.path][1], at.real.ins[at.place.path][1]) == (int(values["n"]), int(values["came"]))
        and at.real.strides(at.place.path) == int(values["stride"]) > 1
    ),
    "dilation {n}, from stages before": _dilated_before,
    "projection, since the path strides and the sum needs equal sizes": lambda at, _: (
        at.module.downsample is not None
        and at.real.strides(at.place.path) > 1
        and at.real.ins[at.place.path][1] == at.real.outs[at.place.path][1]
    ),
    "= {depth}, conv1, {n} a block, fc": lambda at, values: (
        _depth(at, values) and isinstance(at.real.parts["fc"], nn.Linear)
    ),
    "= {depth}, conv1, {n} a block, no fc": lambda at, values: (
        _depth(at, values) and not isinstance(at.real.parts["fc"], nn.Linear)
    ),
    "nothing: it is frozen": lambda at, _: not list(at.module.parameters()),
    "{n} weights, biases, means, variances each": lambda at, values: (
        [each.numel() for each in at.module.buffers()] == 4 * [int(values["n"])]
    ),
    "no new map: in place": lambda at, _: not at.place.path or getattr(at.module, "inplace", True),
    " × {n} images": lambda at, values: at.real.design.input[0] == int(values["n"]) > 1,
}
"""Every fact, and whether it is so, by the module."""


def _reach(at: At) -> int:
    """Pixels from one position to the next: the strides of all convolutions and pools up to a place, on its path."""
    reach = 1
    goal, where = at.place.path, at.place.where
    group = _block(goal)
    is_beside = "downsample" in goal
    for name, part in at.real.parts.items():
        place = at.real.network.get(name)
        if not isinstance(part, nn.Conv2d | nn.MaxPool2d) or place is None:
            continue
        if "downsample" in name and not (is_beside and name.startswith(f"{group}.downsample")):
            continue
        if is_beside and name.startswith(f"{group}.conv"):
            continue
        if place.where <= where or place.where[: len(where)] == where:
            reach *= part.stride[0] if isinstance(part.stride, tuple) else part.stride
    return reach


def _follows(at: At, conv: str) -> bool:
    """Whether a place has the channels that the convolution of that name has filters."""
    source = at.real.network.find(conv)
    return at.place.node.output[1] == at.real.parts[source.path].out_channels


def _said_of(design: Design) -> Iterator[tuple[Place, list[Heard]]]:
    network = analyze(design)
    for place in network.places():
        ears = Ears()

        def said(place: Place = place) -> str:
            lines = [
                line for fact in facts(network, place) for line in (fact.label, *fact.lines) if not fact.is_picture
            ]
            return "\n".join([title(network, place), *lines])

        yield place, ears.listen(said)


@settings(max_examples=40)
@given(design=designs(widest=24, largest=80))
def test_every_fact_is_so_of_the_module(design: Design) -> None:
    real = Real(design)
    for place, heard in _said_of(design):
        for each in heard:
            is_so = FACTS.get(each.text)
            assert is_so is not None or each.text in ELSEWHERE, each
            assert is_so is None or is_so(At(place, real), each.values), (place.name, each)


@pytest.mark.parametrize(
    "assignments",
    [
        ("conv4_x.dilate=true",),
        ("conv4_x.dilate=true", "conv5_x.dilate=true"),
        ("conv4_x.blocks=1", "conv4_x.dilate=true", "conv5_x.dilate=true"),
        ("conv5_x.blocks=1", "conv5_x.dilate=true"),
        ("conv5_2.conv2=64",),
        ("conv3_x.dilate=true",),
        ("stem.pool=false", "input=2,1,65,97"),
    ],
)
def test_every_fact_of_a_dilated_or_odd_design_is_so(assignments: tuple[str, ...]) -> None:
    test_every_fact_is_so_of_the_module.hypothesis.inner_test(edit(Design(), *assignments))


def test_every_sentence_has_an_oracle_that_is_a_sentence() -> None:
    from inspector.languages.catalogue import said

    known = {each.id[0] if isinstance(each.id, tuple | list) else each.id for each in said() if each.id}
    named = {*REASONS, *CHANGES, *OPERATIONS, *FACTS, *ELSEWHERE}
    assert named - known <= {"ReLU, in place"}, named - known


def test_networks_are_read() -> None:
    assert isinstance(analyze(Design()), Network)
