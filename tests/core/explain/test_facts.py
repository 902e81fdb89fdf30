from __future__ import annotations

import re

from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.explain.facts import facts, title
from inspector.core.network.kinds import operation
from inspector.core.network.network import analyze


def _said(name: str, *assignments: str) -> dict[str, str]:
    network = analyze(edit(preset("resnet50"), *assignments))
    return {fact.label: " ".join(fact.lines) for fact in facts(network, network.find(name))}


def test_a_convolution_is_written_out_in_its_own_numbers() -> None:
    said = _said("conv5_3.conv3", "input.batch=2")
    assert said["weight"] == "2048 filters × 512 channels × 1 × 1"
    assert said["params"].startswith("2048 × 512 × 1 × 1 = 1,048,576")
    assert said["MACs"].startswith("1,048,576 × 7 × 7 × 2 images = 102,760,448")


def test_why_it_is_fifty_layers() -> None:
    assert _said("network")["layers"] == "1 + 9 + 12 + 18 + 9 + 1 = 50, conv1, 3 a block, fc"


def test_where_a_stage_strides_and_why_a_block_projects() -> None:
    assert _said("conv5_x")["strides"] == "/2 in conv5_1's 3×3 (v1.5)"
    assert _said("conv5_x", "stride_on=conv1")["strides"] == "/2 in conv5_1's 1×1 (v1)"
    assert _said("conv5_x", "conv5_x.dilate=true")["strides"] == "nowhere: dilation 2 instead"
    assert _said("conv2_x")["strides"] == "nowhere: height and width stay"
    assert "1024 channels and 2048 come in" in _said("conv5_3", "conv5_3.conv3=1024")["shortcut"]
    assert "identity" in _said("conv5_3")["shortcut"]


@given(designs())
def test_products_that_are_written_out_are_right(design: Design) -> None:
    network = analyze(design)
    for place in network.places():
        assert title(network, place)
        assert operation(place.node)
        for fact in facts(network, place):
            text = " ".join(fact.lines).replace(",", "").replace(" images", "")
            written = re.fullmatch(r"([\d×+ ]+) = (\d+)(?: .*)?", text)
            if written and fact.label in ("params", "MACs"):
                product = eval(written[1].replace("×", "*"))  # noqa: S307  # digits and signs only
                assert product == int(written[2])


def test_the_output_size_is_written_out_with_its_formula() -> None:
    said = _said("conv5_1.conv2", "conv5_x.dilate=true")
    assert said["height"] == "⌊(14 + 2·1 - 1·(3 - 1) - 1) / 1⌋ + 1 = 14"
    assert _said("conv5_2.conv2", "conv5_x.dilate=true")["height"] == "⌊(14 + 2·2 - 2·(3 - 1) - 1) / 1⌋ + 1 = 14"
    said = _said("maxpool", "input=1,3,224,100")
    assert said["height"] == "⌊(112 + 2·1 - 1·(3 - 1) - 1) / 2⌋ + 1 = 56"
    assert said["width"] == "⌊(50 + 2·1 - 1·(3 - 1) - 1) / 2⌋ + 1 = 25"


def test_bytes_of_single_operations() -> None:
    assert _said("conv5_3.conv3")["bytes"] == "4.19 MB of parameters, 401 kB of output"
    assert _said("conv5_3.bn3")["bytes"] == "16.4 kB of parameters, 16.4 kB of buffers, 401 kB of output"


@given(designs())
def test_output_sizes_follow_from_the_formula_that_is_written(design: Design) -> None:
    network = analyze(design)
    for place in network.places():
        for fact in facts(network, place):
            if fact.lines[0].startswith("⌊"):
                formula, size = fact.lines
                inside, stride = re.fullmatch(r"⌊(.*) / (\d+)⌋", formula).groups()  # type: ignore[union-attr]
                counted = eval(inside.replace("·", "*")) // int(stride) + 1  # noqa: S307  # digits and signs only
                assert f"+ 1 = {counted}" == size


def test_what_is_more_than_in_the_baseline_adds_up_to_the_difference_of_the_totals() -> None:
    baseline, network = analyze(preset("resnet50")), analyze(edit(preset("resnet50"), "conv5_3.conv3=1024"))
    more = {}
    for name in ("conv5_3.conv3", "conv5_3.bn3", "conv5_3.downsample", "fc"):
        said = {fact.label: fact.lines for fact in facts(network, network.find(name), baseline, "lean")}
        assert said["against"][0] == "lean"
        more[name] = int(next(line for line in said["against"] if "params" in line).split()[0].replace(",", ""))
    assert more == {
        "conv5_3.conv3": -524_288,
        "conv5_3.bn3": -2_048,
        "conv5_3.downsample": 2_099_200,
        "fc": -1_024_000,
    }
    assert sum(more.values()) == network.params - baseline.params
