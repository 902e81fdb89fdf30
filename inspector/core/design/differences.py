"""How one design differs from another, address by address, and what a design is called."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.edit import Value, with_block
from inspector.core.design.fields import DESIGN_FIELDS, STAGE_FIELDS, STEM_FIELDS
from inspector.core.design.presets import preset
from inspector.core.names import STAGES, block_name
from inspector.core.units import arrow
from inspector.speech import say, some


class Edited(Struct, frozen=True):
    """One address with another value than before; None for an override that one of the two designs has no block for."""

    address: str
    before: Value | None
    after: Value | None

    @property
    def change(self) -> str:
        """The two values: "2048 → 1024"."""
        return arrow(value(self.before), value(self.after))

    @property
    def words(self) -> str:
        """The address and its two values: "conv5_3.conv3 2048 → 1024"."""
        return f"{self.address} {self.change}"


def edits(design: Design, before: Design | None = None) -> tuple[Edited, ...]:
    """What differs from another design, address by address; from the design's base if no other is given."""
    if before is None:
        before = preset(design.base)
    edited: list[Edited] = []
    if design.block != before.block:
        edited.append(Edited("block", before.block, design.block))
        before = with_block(before, design.block)
    for name in DESIGN_FIELDS:
        if name != "base":
            _note(edited, name, getattr(before, name), getattr(design, name))
    for name in STEM_FIELDS:
        _note(edited, f"stem.{name}", getattr(before.stem, name), getattr(design.stem, name))
    for stage in STAGES:
        old, new = before.stage(stage), design.stage(stage)
        if old is new:
            continue
        for name in STAGE_FIELDS:
            _note(edited, f"{stage}.{name}", getattr(old, name), getattr(new, name))
        edited += _overridden(before, design, stage)
    return tuple(edited)


def called(design: Design) -> str:
    """A design in a word or two: "resnet50", "resnet50 with conv5_x.planes=384", "resnet50 with 3 edits"."""
    differing = edits(design)
    if not differing:
        return design.base
    if len(differing) > 1:
        return say("{base} with {n} edits", base=design.base, n=len(differing))
    edit = f"{differing[0].address}={value(differing[0].after)}"
    return say("{base} with {edit}", base=design.base, edit=edit)


def told(differing: tuple[Edited, ...]) -> str:
    """Some edits in words: "conv5_3.conv3 2048 → 1024", or how many there are."""
    return differing[0].words if len(differing) == 1 else some(len(differing), "{n} edit", "{n} edits")


def version(design: Design) -> str:
    """v1.5 where a stage's first bottleneck strides on its 3×3, v1 where on its 1×1; nothing for basic blocks."""
    if design.block == "basic":
        return ""
    return "v1.5" if design.stride_on == "conv2" else "v1"


def layers(design: Design) -> str:
    """The weighted layers as a sum, conv1, the convolutions of each stage, fc if any: "1 + 9 + 12 + 18 + 9 + 1"."""
    per_block = len(CONVOLUTIONS[design.block])
    fc = ["1"] if design.num_classes else []
    return " + ".join(["1", *(str(per_block * stage.blocks) for stage in design.stages), *fc])


def value(of: Value | None) -> str:
    """A field's value as it is typed: "384", "true", "1,3,224,224"; "none" where there is none."""
    if of is None:
        return "none"
    if isinstance(of, bool):
        return str(of).lower()
    return ",".join(str(size) for size in of) if isinstance(of, tuple) else str(of)


def _overridden(before: Design, design: Design, stage: str) -> Iterator[Edited]:
    """Convolutions whose override is not what it was, or is gone; blocks that are gone say nothing."""
    old, new = before.stage(stage), design.stage(stage)
    if old.overrides == new.overrides:
        return
    for block in sorted({each.block for each in (*old.overrides, *new.overrides)}):
        if block > new.blocks:
            continue
        filters = new.filters(design.block, block)
        were = old.filters(design.block, block) if block <= old.blocks else (None,) * len(filters)
        for at, name in enumerate(CONVOLUTIONS[design.block]):
            if getattr(new.override(block), name) != getattr(old.override(block), name):
                yield Edited(f"{block_name(stage, block)}.{name}", were[at], filters[at])


def _note(edited: list[Edited], address: str, before: Value, after: Value) -> None:
    if before != after:
        edited.append(Edited(address, before, after))
