"""Growths and other edits that Hypothesis draws for carrying weights over, and weights to carry."""

from __future__ import annotations

import os

import torch
from hypothesis import assume
from hypothesis import strategies as st
from strategies import designs, edits

from inspector.bridge.build import build
from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.edit import edit, resolve
from inspector.core.names import STAGES, block_name
from inspector.errors import DesignError

EXAMPLES = int(os.environ.get("INSPECTOR_CARRIED", "5"))
"""How many edits are drawn for each property and policy; a hundred and more where they are asked for."""
IS_LONG = EXAMPLES > 50


def weights(design: Design, dtype: torch.dtype = torch.float64, seed: int = 0) -> dict[str, torch.Tensor]:
    """Weights as training leaves them: no batch norm is what it began as, and none is silent."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        values = build(design).state_dict()
    for name, value in values.items():
        if value.ndim == 1:
            noise = torch.rand(value.shape, generator=generator)
            values[name] = 0.5 + noise if name.endswith(("weight", "var")) else noise - 0.5
    return {name: value.to(dtype) if value.ndim else value + 3 for name, value in values.items()}


@st.composite
def small_designs(draw: st.DrawFn) -> Design:
    """Designs that run in milliseconds."""
    design = draw(designs(10, 40))
    batch, channels = min(design.input[0], 2), design.input[1]
    return edit(design, f"input={batch},{channels},24,20", f"num_classes={min(design.num_classes, 7)}")


@st.composite
def growths(draw: st.DrawFn, design: Design) -> Design:
    """`design` with some of its numbers made larger, and nothing made smaller."""
    for _ in range(draw(st.integers(1, 4))):
        stage = draw(st.sampled_from(STAGES))
        block = draw(st.integers(1, design.stage(stage).blocks))
        convolution = draw(st.sampled_from(CONVOLUTIONS[design.block]))
        names = ["stem.planes", "stem.kernel", f"{stage}.planes", f"{stage}.blocks"]
        names += [f"{block_name(stage, block)}.{convolution}"] * 2
        if design.block == "bottleneck":
            names += [f"{stage}.expansion", f"{stage}.groups", f"{stage}.width_per_group"]
        address = draw(st.sampled_from(names))
        field = resolve(design, address)
        step = {"stem.kernel": 2, "width_per_group": 64}.get(address.rpartition(".")[2], 1)
        if field.block and convolution != "conv3":
            step = design.stage(stage).groups
        more = draw(st.integers(1, 2 if address.endswith(("blocks", "groups")) else 6)) * step
        try:
            design = edit(design, f"{address}={int(field.value) + more}")
        except DesignError:
            assume(False)
    return design


@st.composite
def edited(draw: st.DrawFn, design: Design) -> Design:
    """`design` after some edits of any kind."""
    for _ in range(draw(st.integers(1, 3))):
        assignment = draw(edits(design))
        if draw(st.integers(0, 5)) == 0:
            assignment = draw(
                st.sampled_from(
                    ["block=basic", "input.channels=1", "input.channels=6", "stem.kernel=5", "stem.pool=no"]
                )
            )
        try:
            design = edit(design, assignment)
        except DesignError:
            continue
    return edit(design, "input.batch=2", "input.height=24", "input.width=20")
