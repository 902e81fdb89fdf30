"""Heat maps of trained networks, as they are and after an edit: where they point, and what is said of them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from inspector.bridge.cam import cam, spread
from inspector.bridge.heats import Made, Run, Wanted, heats
from inspector.bridge.picture import composed, overlay, pixels
from inspector.bridge.weighing import weighed
from inspector.core.cam.captions import captions, notes
from inspector.core.cam.heat import Source
from inspector.core.cam.known import preparation
from inspector.core.cam.targets import target_at
from inspector.core.cam.words import caveats, facts
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.weights.plan import Policy
from inspector.errors import InputError
from inspector.files.checkpoints import opened, source
from inspector.files.design import read

PART = Path(__file__).parents[1] / "data"
WHOLE = Path(os.environ.get("INSPECTOR_DIGITS", PART))
"""A folder with all 400 pictures; the project has 120 of them."""
SHARED = Path(os.environ.get("INSPECTOR_DATA", PART))
"""A folder with networks that the project may not have."""
DIGITS = read(PART / "digits.toml")
CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
MEAN, STD = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])


def _source(path: Path, design: Design | None = None) -> Source:
    return source(opened(path, design=design))


def _run(design: Design, weights: Path | None = None, name: str = "net", origin: Design | None = None) -> Run:
    single = edit(design, "input.batch=1")
    of = _source(weights, origin) if weights else None
    return Run(name, single, preparation(single.input[2:], single.input[1]), of)


def _png(pixels_: np.ndarray) -> bytes:
    made = io.BytesIO()
    Image.fromarray(pixels_).save(made, "PNG")
    return made.getvalue()


def _one(run: Run, picture: bytes, wanted: Wanted = Wanted()) -> Made:  # noqa: B008  # frozen
    (made,) = heats([run], [("a.png", picture)], wanted)
    return made


NOISE = _png(np.random.default_rng(0).integers(0, 255, (70, 90, 3), np.uint8))


def _peaks(design: Design, policy: Policy = "slice") -> tuple[torch.Tensor, torch.Tensor]:
    """Where the maps of all pictures are largest, (N, 2), at the size of the input; and the maps."""
    held = np.load(WHOLE / "digits-heldout.npz")
    batch = ((torch.from_numpy(held["images"]).float() / 255 - MEAN) / STD).permute(0, 3, 1, 2)
    module, _ = weighed(design, _source(PART / "digits.safetensors", DIGITS), policy)
    path = target_at(analyze(design)).path
    maps = torch.cat([cam(module, part, path).maps for part in batch.split(40)])
    at = torch.stack([spread(each, (64, 64), "max").argmax() for each in maps])
    return torch.stack([at // 64, at % 64], 1), maps


def _inside(peaks: torch.Tensor) -> float:
    """The share of pictures whose peak lies in the digit's box."""
    boxes = torch.from_numpy(np.load(WHOLE / "digits-heldout.npz")["boxes"])
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    return float(((peaks >= low) & (peaks < high)).all(1).float().mean())


def test_the_map_is_largest_on_the_digit() -> None:
    assert _inside(_peaks(DIGITS)[0]) >= 0.99


@pytest.mark.parametrize(
    "assignments", [("conv5_x.planes=80",), ("conv4_x.planes=40", "stem.planes=24"), ("conv5_2.conv3=300",)], ids=str
)
def test_the_map_stays_where_it_is_after_pad(assignments: tuple[str, ...]) -> None:
    before, maps = _peaks(DIGITS)
    after, others = _peaks(edit(DIGITS, *assignments), "pad")
    assert torch.equal(before, after)
    assert float((maps - others).abs().max()) <= 1e-4 * float(maps.max())


def test_the_map_stays_on_the_digit_after_slice() -> None:
    assert _inside(_peaks(edit(DIGITS, "conv5_x.planes=56"))[0]) >= 0.95


@pytest.mark.parametrize("name", ["cifar-resnet20", "cifar-resnet56"])
def test_the_cat_stays_where_it_is(name: str) -> None:
    path = SHARED / f"{name}.safetensors"
    if not path.exists():
        pytest.skip(f"{path} is not there: INSPECTOR_DATA names a folder that has the CIFAR networks")
    design = opened(path).design
    if design.input[2:] != (32, 32) or design.stem.kernel != 3:
        design = _cifar(path)
    picture = (SHARED / "chelsea.png").read_bytes()
    wanted = Wanted(labels=CIFAR, targets=("conv4_x",))
    before = _one(_run(design, path, origin=design), picture, wanted)
    assert (before.heat.category.name, round(before.heat.category.probability, 3)) == ("cat", 1.0)
    for assignment, policy, least in (
        ("conv4_x.planes=72", "pad", 1.0),
        ("conv4_x.blocks=12", "pad", 1.0),
        ("conv4_1.conv1=60", "slice", 0.99),
        ("conv3_x.planes=31", "slice", 0.9),
    ):
        edited = edit(design, assignment)
        last = "" if "blocks" not in assignment else "conv4_9" if "56" in name else "conv4_3"
        at = Wanted(labels=CIFAR, targets=(last or "conv4_x",), policy=policy)
        after = _one(_run(edited, path, origin=design), picture, at)
        assert after.heat.category.name == "cat", assignment
        together = torch.stack([before.values.flatten(), after.values.flatten()]).corrcoef()[0, 1]
        assert float(together) >= least - 1e-5, assignment


def _cifar(path: Path) -> Design:
    """CIFAR networks say by their shapes neither their strides nor that they have no pool."""
    return edit(opened(path).design, "stem.stride=1", "stem.pool=no", "input=1,3,32,32", "conv5_x.stride=1")


def test_weights_that_are_not_there_are_said_to_be_random() -> None:
    made = _one(_run(edit(preset("resnet18"), "input=1,3,64,64")), NOISE)
    assert made.heat.weights.random[0] == "conv1.weight"
    assert (len(made.heat.weights.random), made.heat.weights.tensors) == (102, 122)
    assert "means nothing" in caveats(made.heat)[0]
    again = _one(_run(edit(preset("resnet18"), "input=1,3,64,64")), NOISE)
    assert torch.equal(made.values, again.values)
    other = _one(_run(edit(preset("resnet18"), "input=1,3,64,64")), NOISE, Wanted(seed=1))
    assert not torch.equal(made.values, other.values)


def test_weights_that_start_at_random_in_part_are_named() -> None:
    run = _run(edit(DIGITS, "conv5_x.planes=80"), PART / "digits.safetensors", origin=DIGITS)
    dropped = _one(run, NOISE, Wanted(policy="drop"))
    assert "layer4.0.conv1.weight" in dropped.heat.weights.random
    assert "conv1.weight" not in dropped.heat.weights.random
    said = " ".join(caveats(dropped.heat))
    assert f"{len(dropped.heat.weights.random)} of {dropped.heat.weights.tensors} tensors start at random" in said
    padded = _one(run, NOISE, Wanted(policy="pad"))
    assert padded.heat.weights.random == ()
    assert not [line for line in caveats(padded.heat) if "random" in line]
    assert "--policy pad" in dict(facts(padded.heat))["weights"]
    classes = _run(edit(DIGITS, "num_classes=7"), PART / "digits.safetensors", origin=DIGITS)
    headed = _one(classes, NOISE)
    assert headed.heat.weights.random == ("fc.weight", "fc.bias")
    assert "fc is random" in " ".join(caveats(headed.heat))


def test_tensors_that_a_file_lacks_start_at_random_and_are_named(tmp_path: Path) -> None:
    values = load_file(PART / "digits.safetensors")
    del values["layer3.0.conv2.weight"]
    save_file(values, tmp_path / "part.safetensors")
    known = opened(PART / "digits.safetensors", design=DIGITS)
    lacking = [(ours, theirs) for ours, theirs in known.checkpoint.names if theirs in values]
    from msgspec.structs import replace

    of = replace(
        source(known),
        path=str(tmp_path / "part.safetensors"),
        checkpoint=replace(known.checkpoint, names=tuple(lacking), missing=("layer3.0.conv2.weight",)),
    )
    for design in (DIGITS, edit(DIGITS, "conv5_x.planes=80")):
        module, weights = weighed(design, of, "slice")
        assert weights.random == ("layer3.0.conv2.weight",)
        assert torch.equal(module.get_submodule("conv1").weight, values["conv1.weight"])


def test_weights_as_they_are_are_not_said_to_be_carried_over() -> None:
    module, weights = weighed(DIGITS, _source(PART / "digits.safetensors", DIGITS), "slice")
    assert (weights.policy, weights.random, weights.obstacles, weights.promise) == ("", (), (), None)
    assert all(
        torch.equal(value, module.state_dict()[name]) for name, value in load_file(PART / "digits.safetensors").items()
    )
    _, strided = weighed(edit(DIGITS, "stride_on=conv1"), _source(PART / "digits.safetensors", DIGITS), "slice")
    assert strided.policy == "slice"
    assert any("stride" in each.words for each in strided.obstacles)


def test_a_network_too_large_for_this_machine_is_refused_before_it_is_built() -> None:
    with pytest.raises(InputError, match="of memory, this machine has"):
        weighed(edit(preset("resnet50"), "input=1,3,65536,65536"), None, "slice")
    with pytest.raises(InputError, match="of memory, this machine has"):
        weighed(edit(preset("resnet50"), "conv5_x.planes=65536"), None, "slice")


def test_names_of_a_thousand_classes_are_those_of_weights_alone() -> None:
    made = _one(_run(edit(preset("resnet18"), "input=1,3,64,64")), NOISE)
    assert made.heat.category.name == ""
    with pytest.raises(InputError, match="names of 10 classes, net has 1000"):
        _one(_run(edit(preset("resnet18"), "input=1,3,64,64")), NOISE, Wanted(labels=CIFAR))


def test_classes_targets_and_pictures_are_told_in_order() -> None:
    run = _run(DIGITS, PART / "digits.safetensors", origin=DIGITS)
    wanted = Wanted(
        targets=("conv5_x", "conv4_x"), classes=("3", "five"), labels=("0", "1", "2", "3", "4", "five", *"6789")
    )
    made = [each.heat for each in heats([run], [("a", NOISE), ("b", NOISE)], wanted)]
    assert [(each.picture.name, each.target.name, each.category.number) for each in made] == [
        (picture, target, number) for picture in "ab" for target in ("conv5_x", "conv4_x") for number in (3, 5)
    ]
    assert all(len(each.values) == each.target.size[0] * each.target.size[1] for each in made)
    assert made[0].guesses == made[3].guesses
    assert sum(each.probability for each in made[0].guesses) <= 1 + 1e-9
    assert len(made[0].guesses) == 5


def test_a_picture_of_all_of_them_is_as_large_as_they_are_many() -> None:
    runs = [_run(DIGITS, PART / "digits.safetensors", origin=DIGITS), _run(DIGITS, name="random")]
    made = list(heats(runs, [("a.png", NOISE), ("b.png", NOISE)], Wanted()))
    told = [each.heat for each in made]
    lines = [captions(each, told) for each in told]
    assert any(line.startswith("!the weights are random") for line in lines[-1])
    assert not any(line.startswith("!") for line in lines[0])
    with Image.open(io.BytesIO(composed(made, lines, notes(told)))) as image:
        image.load()
        assert image.mode == "RGB"
        assert image.width > 3 * 448
        assert image.height > 2 * 448
        assert image.getpixel((0, 0)) == image.getpixel((image.width - 1, image.height - 1)) == (255, 255, 255)
        assert [round(each) for each in image.info["dpi"]] == [200, 200]


def test_where_there_is_no_heat_the_picture_is_grey_and_where_it_is_largest_it_is_not() -> None:
    part = Image.fromarray(np.full((8, 8, 3), 100, np.uint8))
    dark = pixels(overlay(torch.zeros(2, 2), part, "max"))
    assert set(dark.data) == {100}
    lit = pixels(overlay(torch.tensor([[0.0, 0.0], [0.0, 1.0]]), part, "max"))
    assert lit.at(0, 0) == (100, 100, 100)
    assert lit.at(7, 7)[0] > 200
