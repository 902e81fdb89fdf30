"""A ResNet as a person describes it: frozen values, checked where they are made."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from operator import attrgetter

from msgspec import Struct, structs

from inspector.core.design.fields import (
    DESIGN_FIELDS,
    LAST,
    MAX_DERIVED_CHANNELS,
    MAX_ELEMENTS,
    OVERRIDE_FIELDS,
    STAGE_FIELDS,
    STEM_FIELDS,
    BlockName,
    Choice,
    Spec,
)
from inspector.core.names import STAGES, BlockKind, Norm, StrideOn, block_name
from inspector.errors import DesignError
from inspector.speech import say

CONVOLUTIONS: dict[str, tuple[str, ...]] = {"bottleneck": ("conv1", "conv2", "conv3"), "basic": ("conv1", "conv2")}
"""The convolutions of a block's residual path, in forward order."""


def _check(struct: Struct, specs: Mapping[str, Spec], prefix: str, optional: tuple[str, ...] = ()) -> None:
    for name, spec in specs.items():
        value = getattr(struct, name)
        if not spec.admits(value) and not (value is None and name in optional):
            raise refusal(prefix + name, spec, value)


def refusal(address: str, spec: Spec, value: object) -> DesignError:
    """The error for a value that `spec` does not admit; a text in a number's place is shown in quotes."""
    is_misplaced = isinstance(value, str) and not isinstance(spec, Choice | BlockName)
    return DesignError(address, spec.allowed, repr(value) if is_misplaced else value)


class Override(Struct, frozen=True, forbid_unknown_fields=True):
    """The number of filters of single convolutions in one block, counted from 1; None leaves what the stage says."""

    block: int
    conv1: int | None = None
    conv2: int | None = None
    conv3: int | None = None

    def __post_init__(self) -> None:
        _check(self, OVERRIDE_FIELDS, f"block {self.block}.", optional=("conv1", "conv2", "conv3"))


class Stage(Struct, frozen=True, forbid_unknown_fields=True):
    """conv2_x to conv5_x of the paper, layer1 to layer4 of torchvision: blocks of one width."""

    blocks: int
    planes: int
    expansion: int = 4
    stride: int = 1
    groups: int = 1
    width_per_group: int = 64
    dilate: bool = False
    overrides: tuple[Override, ...] = ()

    def __post_init__(self) -> None:
        _check(self, STAGE_FIELDS, "stage.")
        if self.width < 1:
            reason = say(
                "makes the 3×3 int({planes} · {width} / 64) = 0 channels wide; must be at least 64 / planes",
                planes=self.planes,
                width=self.width_per_group,
            )
            raise DesignError("stage.width_per_group", reason, self.width_per_group)
        if self.width > MAX_DERIVED_CHANNELS:
            reason = say(
                "makes the 3×3 {n} channels wide; at most {most} can be built", n=self.width, most=MAX_DERIVED_CHANNELS
            )
            raise DesignError("stage.width_per_group", reason, self.width_per_group)
        if self.outplanes > MAX_DERIVED_CHANNELS:
            reason = say(
                "makes {n} output channels; at most {most} can be built", n=self.outplanes, most=MAX_DERIVED_CHANNELS
            )
            raise DesignError("stage.expansion", reason, self.expansion)
        if self.overrides != ():
            self._check_overrides()

    def _check_overrides(self) -> None:
        previous = 0
        if type(self.overrides) is not tuple or any(type(override) is not Override for override in self.overrides):
            raise DesignError("stage.overrides", say("must be a tuple of Override"), self.overrides)
        for override in self.overrides:
            if override == Override(override.block):
                raise DesignError("stage.overrides.block", say("must set conv1, conv2 or conv3"), override.block)
            if override.block > self.blocks:
                reason = say("there is no such block; must be an integer from 1 to {n}", n=self.blocks)
                raise DesignError("stage.overrides.block", reason, override.block)
            if override.block <= previous:
                raise DesignError("stage.overrides.block", say("must be named once, in rising order"), override.block)
            previous = override.block
            for name in ("conv1", "conv2"):
                filters = getattr(override, name)
                if filters is not None and filters % self.groups:
                    reason = say("must be divisible by the {n} groups of conv2", n=self.groups)
                    raise DesignError(f"block {override.block}.{name}", reason, filters)

    @property
    def width(self) -> int:
        """Channels of the 3×3: int(planes · width_per_group / 64) · groups, as torchvision's Bottleneck has it."""
        return self.planes * self.width_per_group // 64 * self.groups

    @property
    def outplanes(self) -> int:
        """Channels that leave a block without overrides: planes · expansion."""
        return self.planes * self.expansion

    def override(self, block: int) -> Override:
        """The overrides of `block`, counted from 1; an empty one where there are none."""
        at = bisect_left(self.overrides, block, key=attrgetter("block"))
        if at < len(self.overrides) and self.overrides[at].block == block:
            return self.overrides[at]
        return Override(block)

    def next_override(self, block: int) -> int:
        """The first overridden block behind `block`, or one more than there are blocks."""
        at = bisect_left(self.overrides, block + 1, key=attrgetter("block"))
        return self.overrides[at].block if at < len(self.overrides) else self.blocks + 1

    def plain_filters(self, kind: BlockKind) -> tuple[int, ...]:
        """Filters of each convolution of a block without overrides, in forward order."""
        width = self.width
        return (width, width, self.outplanes) if kind == "bottleneck" else (self.planes, self.planes)

    def filters(self, kind: BlockKind, block: int) -> tuple[int, ...]:
        """Filters of each convolution of `block`'s residual path, in forward order."""
        plain = self.plain_filters(kind)
        if not self.overrides:
            return plain
        override = self.override(block)
        chosen = (override.conv1, override.conv2, override.conv3)
        return tuple(own if one is None else one for one, own in zip(chosen, plain, strict=False))


class Stem(Struct, frozen=True, forbid_unknown_fields=True):
    """conv1, bn1, relu, and the 3×3 max pool of stride 2 where `pool` is true."""

    planes: int = 64
    kernel: int = 7
    stride: int = 2
    pool: bool = True

    def __post_init__(self) -> None:
        _check(self, STEM_FIELDS, "stem.")


_PARTS: tuple[tuple[str, type], ...] = (("stem", Stem), *((name, Stage) for name in STAGES))


def _bottlenecks(blocks: int, planes: int, stride: int = 2) -> Stage:
    return Stage(blocks=blocks, planes=planes, stride=stride)


class Design(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole ResNet and the shape of what goes in. `Design()` is torchvision's ResNet-50 at 1×3×224×224.

    `input` is (N, C, H, W). `base` names the preset that differences are measured against, `target` the block whose
    feature maps Grad-CAM reads. With `num_classes` 0 there is no fc, and the pooled features leave, (N, C). Raises
    DesignError, which names the address, where a value is of the wrong type, out of range, or at odds with another.
    """

    base: str = "resnet50"
    block: BlockKind = "bottleneck"
    stride_on: StrideOn = "conv2"
    input: tuple[int, int, int, int] = (1, 3, 224, 224)
    num_classes: int = 1000
    target: str = LAST
    stem: Stem = Stem()
    conv2_x: Stage = _bottlenecks(3, 64, stride=1)
    conv3_x: Stage = _bottlenecks(4, 128)
    conv4_x: Stage = _bottlenecks(6, 256)
    conv5_x: Stage = _bottlenecks(3, 512)
    norm: Norm = "batch"

    def __post_init__(self) -> None:
        _check(self, DESIGN_FIELDS, "")
        for name, kind in _PARTS:
            if type(getattr(self, name)) is not kind:
                raise DesignError(name, say("must be a {kind}", kind=kind.__name__), getattr(self, name))
        if self.block == "basic":
            self._check_basic()
        self._check_size()
        if self.target != LAST:
            self._check_target()

    def _check_target(self) -> None:
        stage, block = self.target_block
        blocks = self.stage(stage).blocks
        if block > blocks:
            first, last = block_name(stage, 1), block_name(stage, blocks)
            reason = say("no such block; {stage} has {first} to {last}", stage=stage, first=first, last=last)
            raise DesignError("target", reason, self.target)

    def _check_basic(self) -> None:
        if self.stride_on != "conv1":
            raise DesignError("stride_on", say("a basic block strides on conv1, its first 3×3"), self.stride_on)
        for name in STAGES:
            stage: Stage = getattr(self, name)
            for field, only in (("expansion", 1), ("groups", 1), ("width_per_group", 64), ("dilate", False)):
                value = getattr(stage, field)
                if value != only:
                    reason = say("must be {value} in a basic block, as in torchvision", value=str(only).lower())
                    raise DesignError(f"{name}.{field}", reason, value)
            for override in stage.overrides:
                if override.conv3 is not None:
                    address = block_name(name, override.block) + ".conv3"
                    raise DesignError(address, say("a basic block has conv1 and conv2 only"), override.conv3)

    def _check_size(self) -> None:
        batch, channels, height, width = self.input
        widest = max(channels, self.stem.planes)
        for stage in self.stages:
            widest = max(widest, stage.width, stage.outplanes)
            for override in stage.overrides:
                widest = max(widest, override.conv1 or 0, override.conv2 or 0, override.conv3 or 0)
        if widest * batch * height * width > MAX_ELEMENTS:
            reason = say("feature maps of {n} channels would be more than torch can address (2**60 elements)", n=widest)
            raise DesignError("input", reason, list(self.input))

    @property
    def stages(self) -> tuple[Stage, Stage, Stage, Stage]:
        """conv2_x to conv5_x, in forward order."""
        return self.conv2_x, self.conv3_x, self.conv4_x, self.conv5_x

    @property
    def depth(self) -> int:
        """Weighted layers, counted as the paper does: the stem, each block's convolutions, fc; no projection."""
        return 1 + bool(self.num_classes) + len(CONVOLUTIONS[self.block]) * sum(stage.blocks for stage in self.stages)

    @property
    def target_block(self) -> tuple[str, int]:
        """The stage of the target, and its number there, counted from 1."""
        if self.target == LAST:
            return STAGES[-1], self.stages[-1].blocks
        stage, _, block = self.target.partition("_")
        return f"{stage}_x", int(block)

    def stage(self, name: str) -> Stage:
        """The stage of the paper's name `conv2_x` … `conv5_x`."""
        named: Stage = getattr(self, name)
        return named


def replace_in_stage(design: Design, stage: str, **changes: object) -> Design:
    """`design` with fields of one stage changed; DesignError names the stage's own address."""
    try:
        changed = structs.replace(design.stage(stage), **changes)
    except DesignError as error:
        raise at_stage(error, stage) from None
    return structs.replace(design, **{stage: changed})


def at_stage(error: DesignError, stage: str) -> DesignError:
    """An error of a stage that did not know its name, with the address it has within a design."""
    scope, _, rest = error.address.partition(".")
    number = scope.removeprefix("block ")
    owner = stage if scope == number else block_name(stage, int(number)) if number.isdigit() else f"{stage}.overrides"
    return DesignError(f"{owner}.{rest}", error.reason, error.value)
