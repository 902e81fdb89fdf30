from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.names import STAGES
from inspector.core.network.network import analyze
from inspector.core.network.totals import totals
from inspector.errors import DesignError


@given(designs())
def test_the_closed_form_is_what_the_tree_adds_up_to(design: Design) -> None:
    network = analyze(design)
    assert totals(design) == (network.params, network.macs)


@given(
    designs(), st.sampled_from(STAGES), st.integers(1, 40), st.integers(1, 3), st.booleans(), st.sampled_from([0, 7])
)
def test_it_is_so_without_overrides_too(
    design: Design,
    stage: str,
    planes: int,
    stride: int,
    dilate: bool,  # noqa: FBT001  # drawn
    classes: int,
) -> None:
    plain = design
    for each in STAGES:
        for block in [override.block for override in design.stage(each).overrides]:
            for name, filters in zip(
                ("conv1", "conv2", "conv3"), design.stage(each).plain_filters(design.block), strict=False
            ):
                plain = edit(plain, f"{each[:-1]}{block}.{name}={filters}")
    try:
        edited = edit(plain, f"{stage}.planes={planes}", f"{stage}.stride={stride}", f"num_classes={classes}")
        if design.block == "bottleneck":
            edited = edit(edited, f"{stage}.dilate={str(dilate).lower()}")
    except DesignError:
        edited = plain
    assert not any(each.overrides for each in edited.stages)
    network = analyze(edited)
    assert totals(edited) == (network.params, network.macs)


def test_of_every_preset() -> None:
    for name in PRESETS:
        network = analyze(preset(name))
        assert totals(preset(name)) == (network.params, network.macs)
