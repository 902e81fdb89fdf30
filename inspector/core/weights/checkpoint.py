"""A checkpoint: the design that a file of weights is of, which tensor is which, and what its shapes do not tell."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.differences import edits, value
from inspector.core.design.edit import Value
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.outside import shown
from inspector.speech import say, some


class Assumed(Struct, frozen=True):
    """A value that shapes do not tell: its address, and why they do not, in words to be said with `say`.

    `source` is what does tell it, config.json or the names, and empty where it is a guess. What no design can say has
    no address.
    """

    address: str
    value: Value
    why: str
    source: str = ""

    @property
    def is_written(self) -> bool:
        """Whether the address is that of one value of a design: not of several, whose default it says."""
        return bool(self.address) and "*" not in self.address


class Other(Struct, frozen=True):
    """Another network in the same file; `take` is what names it."""

    take: str
    scheme: str
    tensors: int


class Head(Struct, frozen=True):
    """What stands behind the pooled features: fc of so many classes, or others, which a design leaves out."""

    classes: int
    others: tuple[str, ...] = ()


class Checkpoint(Struct, frozen=True):
    """Weights of a ResNet by their names: exactly those of `design` but for what is said to be missing or unknown.

    `names` are pairs, the name in the design's state_dict and that in the file, in the design's order. `place` is the
    way to their mapping, `prefix` what stands before their names there, `scheme` whose names they are. `missing` are
    tensors of the design that the file lacks, but for `counters`, the number of num_batches_tracked that it lacks;
    `unknown` are tensors beside them that are no other network's. `twins` are other networks with these names and
    shapes, in words to be said with `say`. `dtypes` are types and how many tensors have them. Values of one that
    `is_transposed` lie as (height, width, in, out), those of fc as (in, out). `made` are tensors of the design that the
    file has no need of, having three stages (`three_stages`): their values follow.
    """

    design: Design
    names: tuple[tuple[str, str], ...]
    place: tuple[str, ...]
    prefix: str
    scheme: str
    assumed: tuple[Assumed, ...]
    missing: tuple[str, ...]
    counters: int
    unknown: tuple[str, ...]
    twins: tuple[str, ...]
    others: tuple[Other, ...]
    head: Head
    dtypes: tuple[tuple[str, int], ...]
    is_transposed: bool = False
    made: tuple[str, ...] = ()

    @property
    def take(self) -> str:
        """What names this network among those of its file: its place and its prefix; empty where it is alone."""
        return taken(self.place, self.prefix) if self.others else ""


TOP = "."
"""What names the network at the top of a file."""


def taken(place: tuple[str, ...], prefix: str) -> str:
    """What names a network among those of a file: "teacher.backbone", or TOP."""
    return ".".join((*place, *([prefix.strip("./")] if prefix.strip("./") else ()))) or TOP


def said_of(take: str) -> str:
    """What names a network, as it can be shown."""
    return say(". (the top)") if take == TOP else shown(take)


TITLES = {
    "resnet18": "ResNet-18",
    "resnet34": "ResNet-34",
    "resnet50": "ResNet-50",
    "resnet101": "ResNet-101",
    "resnet152": "ResNet-152",
    "resnext50_32x4d": "ResNeXt-50 32×4d",
    "resnext101_32x8d": "ResNeXt-101 32×8d",
    "resnext101_64x4d": "ResNeXt-101 64×4d",
    "wide_resnet50_2": "Wide ResNet-50-2",
    "wide_resnet101_2": "Wide ResNet-101-2",
}
"""The presets' names in the papers; resnet50_v1 is a ResNet-50 that strides elsewhere."""


def like(design: Design) -> str:
    """The preset that a design equals but for head, input, norms and where it strides; empty where it equals none."""
    for name in PRESETS:
        base = preset(name)
        if design.block == base.block and design.stem == base.stem and design.stages == base.stages and name in TITLES:
            return name
    return ""


_ASIDE = ("num_classes", "input", "norm", "stride_on", "target")
"""Addresses that no name of a network tells."""


def title(design: Design) -> str:
    """What a design is called: "ResNet-50", "ResNet-26 (blocks 2-2-2-2)", "a bottleneck ResNet, blocks 2-2-2-2, …"."""
    name = like(design)
    if name:
        return TITLES[name]
    blocks = "-".join(str(stage.blocks) for stage in design.stages)
    family = _family(design)
    if family:
        return say("{name} (blocks {blocks})", name=family, blocks=blocks)
    edited = [each for each in edits(design) if each.address not in _ASIDE]
    if len(edited) == 1 and design.base in TITLES and edited[0].after is not None:
        edit = f"{edited[0].address}={value(edited[0].after)}"
        return say("{base} with {edit}", base=TITLES[design.base], edit=edit)
    planes = "/".join(str(stage.planes) for stage in design.stages)
    if design.block == "basic":
        return say("a ResNet of basic blocks, {blocks}, planes {planes}", blocks=blocks, planes=planes)
    return say("a bottleneck ResNet, blocks {blocks}, planes {planes}", blocks=blocks, planes=planes)


def _family(design: Design) -> str:
    """The name of a design that is torchvision's but for its blocks: depth is what the papers count, fc with it."""
    base = preset("resnet18" if design.block == "basic" else "resnet50")
    groups, width = design.conv2_x.groups, design.conv2_x.width_per_group
    stages = tuple(
        structs.replace(usual, blocks=stage.blocks, groups=groups, width_per_group=width)
        for stage, usual in zip(design.stages, base.stages, strict=True)
    )
    if stages != design.stages or design.stem != base.stem:
        return ""
    depth = 2 + len(CONVOLUTIONS[design.block]) * sum(stage.blocks for stage in stages)
    if groups > 1:
        return f"ResNeXt-{depth} {groups}×{width}d"
    return {64: f"ResNet-{depth}", 128: f"Wide ResNet-{depth}-2"}.get(width, "")


def words(checkpoint: Checkpoint) -> str:
    """A checkpoint in one line: "ResNet-50, torchvision's names, 1000 classes, 320 tensors, F32"."""
    return ", ".join(
        (
            title(checkpoint.design),
            say("{scheme}'s names", scheme=checkpoint.scheme),
            head(checkpoint.head),
            some(len(checkpoint.names), "{n} tensor", "{n} tensors"),
            say(" and ").join(dtype for dtype, _ in checkpoint.dtypes),
        )
    )


def head(of: Head) -> str:
    """A head in a few words: "1000 classes", "no head", "a head of its own (fc.0.weight …)"."""
    if of.classes:
        return some(of.classes, "{n} class", "{n} classes")
    if of.others:
        return say("a head of its own ({name} …)", name=shown(of.others[0]))
    return say("no head")


def first_of(names: Sequence[str]) -> str:
    """The first three of some names, as they can be shown."""
    return ", ".join(shown(name) for name in names[:3]) + (" …" if len(names) > 3 else "")


def strangers(checkpoint: Checkpoint) -> str:
    """What else lies beside a network's tensors, in one line: how many, the first three, and what the first is like.

    Empty where nothing does.
    """
    unknown = checkpoint.unknown
    if not unknown:
        return ""
    text = some(
        len(unknown),
        "{n} tensor is none of its: {names}",
        "{n} tensors are none of its: {names}",
        names=first_of(unknown),
    )
    import difflib

    known = [theirs for _, theirs in checkpoint.names]
    close = difflib.get_close_matches(unknown[0][:80], known, n=1, cutoff=0.85)
    return text + (say("; the first is like {name}", name=shown(close[0])) if close else "")


def recast(checkpoint: Checkpoint) -> str:
    """That a network of three stages is told as one of four, in one line; empty for any other."""
    if not checkpoint.made:
        return ""
    shortcuts = sum(name.endswith("downsample.0.weight") for name in checkpoint.made)
    text = say("three stages, told as four that compute the same in eval mode: conv5_x is one block that adds nothing")
    if not shortcuts:
        return text
    return text + some(
        shortcuts, ", {n} shortcut without weights a projection", ", {n} shortcuts without weights are projections"
    )


def chosen(checkpoint: Checkpoint) -> str:
    """Which network of its file was taken, in one line, and what names the others; empty where it is the only one."""
    if not checkpoint.others:
        return ""
    names = ", ".join(said_of(other.take) for other in checkpoint.others[:3])
    return some(
        len(checkpoint.others),
        "taken: {taken}; {n} other network in the file: {names}",
        "taken: {taken}; {n} other networks in the file: {names}",
        taken=said_of(checkpoint.take),
        names=names,
    )
