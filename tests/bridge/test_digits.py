"""A trained network carried over: what its accuracy is afterwards, on pictures that it never saw."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from inspector.bridge.adapt import adapt
from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.network.network import analyze
from inspector.core.weights.plan import Policy, plan
from inspector.files.design import read

PART = Path(__file__).parents[1] / "data"
WHOLE = Path(os.environ.get("INSPECTOR_DIGITS", PART))
"""A folder with all 400 pictures; the project has 120 of them."""
HAS_ALL = WHOLE != PART
DIGITS = read(PART / "digits.toml")
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


def _values() -> dict[str, torch.Tensor]:
    return load_file(PART / "digits.safetensors")


def _accuracy(design: Design, values: dict[str, torch.Tensor]) -> float:
    held = np.load(WHOLE / "digits-heldout.npz")
    pictures = (torch.from_numpy(held["images"]).float() / 255 - MEAN) / STD
    network = build(design)
    network.load_state_dict(values, strict=True)
    with torch.no_grad():
        said = network.eval()(pictures.permute(0, 3, 1, 2)).argmax(1)
    return float((said == torch.from_numpy(held["labels"])).float().mean())


def _carried(policy: Policy, *assignments: str) -> float:
    after = edit(DIGITS, *assignments)
    planned = plan(analyze(DIGITS), analyze(after), policy)
    return _accuracy(after, adapt(_values(), DIGITS, after, planned).values)


@pytest.mark.parametrize(
    ("assignments", "accuracy"),
    [
        (("conv5_x.planes=48",), 0.925),
        (("conv4_x.planes=24",), 0.9625),
        (("conv5_1.conv2=32", "conv5_2.conv2=32"), 0.9225),
        (("conv3_x.planes=12", "conv4_x.planes=24", "conv5_x.planes=48"), 0.8975),
        (("conv5_2.conv3=128",), 0.9725),
    ],
    ids=str,
)
def test_slicing_keeps_most_of_what_it_knows(assignments: tuple[str, ...], accuracy: float) -> None:
    assert _carried("slice", *assignments) == pytest.approx(accuracy, abs=0.005 if HAS_ALL else 0.05)


@pytest.mark.parametrize(
    "assignments",
    [
        ("conv5_x.planes=80",),
        ("conv4_x.planes=40", "conv5_x.blocks=3"),
        ("conv5_2.conv3=300",),
        ("conv5_x.groups=2",),
        ("stem.planes=24", "stem.kernel=9"),
        ("input.channels=4",),
    ],
    ids=str,
)
def test_padding_keeps_all_of_it(assignments: tuple[str, ...]) -> None:
    before, after = DIGITS, edit(DIGITS, *assignments)
    planned = plan(analyze(before), analyze(after), "pad")
    values = adapt(_values(), before, after, planned).values
    if after.input[1] == 4:  # what the fourth channel holds is not read
        values["conv1.weight"] = values["conv1.weight"][:, :3]
        after = edit(after, "input.channels=3")
    assert _accuracy(after, values) == _accuracy(before, _values())


def test_dropping_what_does_not_fit_leaves_chance() -> None:
    assert _carried("drop", "conv5_x.planes=48") < 0.3
    assert _accuracy(DIGITS, _values()) > 0.95


def test_another_stride_with_the_same_weights_is_another_function() -> None:
    assert _carried("slice", "stride_on=conv1") < _accuracy(DIGITS, _values()) - 0.08
