"""Weights told as another design with the same tensors: what is counted follows the design."""

from __future__ import annotations

import pytest

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.weights.checkpoint import Checkpoint
from inspector.core.weights.recognise import recognise
from inspector.core.weights.retold import retold
from inspector.core.weights.state_dict import has_exactly, is_of_same_tensors, tensors
from inspector.core.weights.survival import COUNTER
from inspector.core.weights.table import Contents, Table, Tensor

RESNET18 = preset("resnet18")
FROZEN = edit(RESNET18, "norm=frozen")


def _read(design: Design, *, has_counters: bool, prefix: str = "", stages: int = 4) -> Checkpoint:
    shapes = dict(tensors(analyze(design)))
    kept = {
        name: shape
        for name, shape in shapes.items()
        if (has_counters or not name.endswith(COUNTER)) and not any(f"layer{n}." in name for n in range(stages + 1, 5))
    }
    return recognise(Contents("zip", (Table(tuple(Tensor(prefix + name, shape) for name, shape in kept.items())),)))


def _holds(known: Checkpoint) -> None:
    """That a checkpoint says of its design what its docstring promises."""
    own = [name for name, _ in tensors(analyze(known.design))]
    names = [name for name, _ in known.names]
    lacking = [name for name in own if name not in names and name not in known.made]
    assert names == [name for name in own if name in names]
    assert set(known.made) <= set(own)
    assert known.missing == tuple(name for name in lacking if not name.endswith(COUNTER))
    assert known.counters == sum(name.endswith(COUNTER) for name in lacking)


@pytest.mark.parametrize("has_counters", [True, False])
@pytest.mark.parametrize("design", [RESNET18, FROZEN], ids=["batch", "frozen"])
@pytest.mark.parametrize("prefix", ["", "backbone.body."])
def test_counters_follow_the_design(design: Design, prefix: str, *, has_counters: bool) -> None:
    known = _read(RESNET18, has_counters=has_counters, prefix=prefix)
    again = retold(known, design)
    assert again is not None
    assert again.design == design
    _holds(known)
    _holds(again)
    assert again.counters == (20 if design == RESNET18 and not has_counters else 0)
    assert len(again.unknown) == (20 if design == FROZEN and has_counters else 0)


@pytest.mark.parametrize("has_counters", [True, False])
@pytest.mark.parametrize("norm", ["batch", "frozen"])
def test_what_is_made_for_three_stages_follows_too(norm: str, *, has_counters: bool) -> None:
    three = edit(RESNET18, "stem.kernel=3", "conv2_x.planes=16", "conv3_x.planes=32", "conv4_x.planes=64")
    known = _read(three, has_counters=has_counters, stages=3)
    again = retold(known, edit(known.design, f"norm={norm}"))
    assert again is not None
    assert known.made
    _holds(again)


def test_of_other_tensors_it_is_not_told() -> None:
    known = _read(RESNET18, has_counters=True)
    for change in ("conv5_2.conv2=256", "num_classes=10", "conv5_x.blocks=3", "stem.kernel=3"):
        other = edit(RESNET18, change)
        assert retold(known, other) is None
        assert not is_of_same_tensors(analyze(other), analyze(RESNET18))
        assert not has_exactly(analyze(other), dict(tensors(analyze(RESNET18))))
    assert has_exactly(analyze(RESNET18), dict(tensors(analyze(RESNET18))))
    assert not has_exactly(analyze(RESNET18), dict(tensors(analyze(RESNET18))) | {"more": (1,)})
