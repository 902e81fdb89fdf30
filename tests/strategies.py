"""Designs and edits that Hypothesis draws: whatever the editor admits, within sizes that build quickly."""

from __future__ import annotations

from hypothesis import strategies as st

from inspector.core.design.design import CONVOLUTIONS, Design, Override, Stage, Stem
from inspector.core.design.fields import PRESETS
from inspector.core.names import STAGES, block_name


@st.composite
def overrides(draw: st.DrawFn, kind: str, blocks: int, groups: int) -> tuple[Override, ...]:
    numbers = draw(st.lists(st.integers(1, blocks), unique=True, max_size=2))
    found = []
    for block in sorted(numbers):
        chosen = draw(st.lists(st.sampled_from(CONVOLUTIONS[kind]), unique=True, min_size=1))
        filters = {name: draw(st.integers(1, 12)) * (1 if name == "conv3" else groups) for name in chosen}
        found.append(Override(block, **filters))
    return tuple(found)


@st.composite
def stages(draw: st.DrawFn, kind: str, widest: int) -> Stage:
    blocks = draw(st.integers(1, 3))
    stride = draw(st.integers(1, 3))
    if kind == "basic":
        return Stage(
            blocks=blocks,
            planes=draw(st.integers(1, widest)),
            expansion=1,
            stride=stride,
            overrides=draw(overrides(kind, blocks, 1)),
        )
    groups = draw(st.sampled_from([1, 1, 2, 3, 8]))
    planes = draw(st.integers(1, widest))
    least = -(-64 // planes)
    return Stage(
        blocks=blocks,
        planes=planes,
        expansion=draw(st.integers(1, 5)),
        stride=stride,
        groups=groups,
        width_per_group=draw(st.integers(least, least + 100)),
        dilate=draw(st.booleans()),
        overrides=draw(overrides(kind, blocks, groups)),
    )


@st.composite
def designs(draw: st.DrawFn, widest: int = 70, largest: int = 130) -> Design:
    """Designs of at most `widest` planes and `largest` pixels a side; small ones where they are really run."""
    kind = draw(st.sampled_from(["bottleneck", "bottleneck", "basic"]))
    stem = Stem(
        planes=draw(st.integers(1, widest)),
        kernel=draw(st.sampled_from([1, 3, 5, 7, 11])),
        stride=draw(st.integers(1, 4)),
        pool=draw(st.booleans()),
    )
    size = st.integers(1, largest)
    drawn = {name: draw(stages(kind, widest)) for name in STAGES}
    blocks = [block_name(name, number + 1) for name in STAGES for number in range(drawn[name].blocks)]
    return Design(
        base=draw(st.sampled_from(PRESETS)),
        block=kind,
        stride_on="conv1" if kind == "basic" else draw(st.sampled_from(["conv1", "conv2"])),
        input=(draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(size), draw(size)),
        num_classes=draw(st.one_of(st.just(0), st.integers(1, 1200))),
        target=draw(st.sampled_from(["last", "last", *blocks])),
        stem=stem,
        norm=draw(st.sampled_from(["batch", "batch", "frozen"])),
        **drawn,
    )


@st.composite
def edits(draw: st.DrawFn, design: Design) -> str:
    """One assignment that is likely, though not certain, to be allowed in `design`."""
    stage = draw(st.sampled_from(STAGES))
    block = draw(st.integers(1, design.stage(stage).blocks))
    convolution = draw(st.sampled_from(CONVOLUTIONS[design.block]))
    number = str(STAGES.index(stage) + 1)
    address = draw(
        st.sampled_from(
            [
                "num_classes",
                "norm",
                "stem.planes",
                "stem.stride",
                "input.height",
                "input.batch",
                "target",
                f"{stage}.planes",
                f"layer{number}.planes",
                f"{stage}.blocks",
                f"{stage}.expansion",
                f"{stage}.stride",
                f"{block_name(stage, block)}.{convolution}",
                f"layer{number}.{block - 1}.{convolution}",
            ]
        )
    )
    if address == "norm":
        return f"{address}={draw(st.sampled_from(['batch', 'frozen']))}"
    if address == "target":
        return f"{address}={block_name(stage, block)}"
    return f"{address}={draw(st.integers(0 if address == 'num_classes' else 1, 40))}"
