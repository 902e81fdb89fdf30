"""The tensors of a design's state_dict against the built module's."""

from __future__ import annotations

import strategies
from hypothesis import given

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.network.network import analyze
from inspector.core.weights.state_dict import tensors


@given(strategies.designs())
def test_names_and_shapes_are_the_modules_in_its_order(design: Design) -> None:
    module = build(design, "meta")

    assert list(tensors(analyze(design))) == [(name, tuple(t.shape)) for name, t in module.state_dict().items()]
