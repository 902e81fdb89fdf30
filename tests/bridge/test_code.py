"""Generated files, executed without `inspector`, beside the module that the bridge builds."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from strategies import designs
from torch import nn

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.report.python_code import python_file, timm_call, torchvision_call

RESNET50 = preset("resnet50")

RUNNER = """
import importlib.util, json, pickle, sys
sys.modules["inspector"] = None  # an import of it fails
import torch
torch.set_num_threads(1)  # as the tests do, for equal sums
folder = sys.argv[1]
for line in open(f"{folder}/designs.json"):
    number, shape, seed = json.loads(line)
    spec = importlib.util.spec_from_file_location(f"made{number}", f"{folder}/{number}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    network = module.build()
    network.load_state_dict(torch.load(f"{folder}/{number}.pt", weights_only=True))
    torch.manual_seed(seed)
    image = torch.randn(shape)
    with torch.no_grad():
        torch.save([network.eval()(image), network.train()(image)], f"{folder}/{number}.out")
    print(number, sum(each.numel() for each in network.parameters()), flush=True)
"""


def _states(module: nn.Module, shape: tuple[int, ...], seed: int) -> list[torch.Tensor]:
    torch.manual_seed(seed)
    image = torch.randn(shape)
    with torch.no_grad():
        return [module.eval()(image), module.train()(image)]


def test_generated_files_of_random_designs_build_the_same_networks(tmp_path: Path) -> None:
    drawn: list[Design] = []

    @settings(max_examples=100)
    @given(designs(24, 60))
    def draw(design: Design) -> None:
        batch, *sizes = design.input  # a batch norm trains on more than one value a channel
        drawn.append(edit(design, f"input={batch + 1},{','.join(str(size) for size in sizes)}"))

    draw()
    assert len(drawn) >= 100
    with (tmp_path / "designs.json").open("w") as listed:
        for number, design in enumerate(drawn):
            (tmp_path / f"{number}.py").write_text(python_file(design))
            torch.save(build(design).state_dict(), tmp_path / f"{number}.pt")
            listed.write(json.dumps([number, design.input, number]) + "\n")
    environment = {key: text for key, text in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", RUNNER, str(tmp_path)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    params = {int(line.split()[0]): int(line.split()[1]) for line in done.stdout.splitlines()}
    for number, design in enumerate(drawn):
        ours = build(design)
        ours.load_state_dict(torch.load(tmp_path / f"{number}.pt", weights_only=True))
        theirs = torch.load(tmp_path / f"{number}.out", weights_only=True)
        assert params[number] == analyze(design).params
        for mine, its in zip(_states(ours, design.input, number), theirs, strict=True):
            assert torch.equal(mine, its), (number, design)


def _executed(design: Design) -> nn.Module:
    scope: dict[str, object] = {"__name__": "made"}
    exec(compile(python_file(design), "made.py", "exec"), scope)  # noqa: S102  # that is what the file is for
    network = scope["build"]()  # type: ignore[operator]
    assert isinstance(network, nn.Module)
    return network


@pytest.mark.parametrize(
    ("assignments", "call"),
    [
        ((), "resnet.resnet50()"),
        (("num_classes=10",), "resnet.resnet50(num_classes=10)"),
        (tuple(f"layer{n}.width_per_group=128" for n in (1, 2, 3, 4)), "resnet.resnet50(width_per_group=128)"),
        (("conv4_x.blocks=23",), "resnet.resnet101()"),
        (("conv4_x.blocks=7",), "resnet.ResNet(resnet.Bottleneck, [3, 4, 7, 3])"),
        (("conv5_x.dilate=true",), "resnet.resnet50(replace_stride_with_dilation=[False, False, True])"),
        (("block=basic",), "resnet.resnet34()"),
        (("input.height=512",), "resnet.resnet50()"),
    ],
)
def test_where_torchvision_suffices_its_call_is_the_file(assignments: tuple[str, ...], call: str) -> None:
    design = edit(RESNET50, *assignments)
    assert torchvision_call(design) == call
    assert f"return {call}\n" in python_file(design)
    assert "\nclass " not in python_file(design)
    theirs, ours = _executed(design).state_dict(), build(design).state_dict()
    assert {name: each.shape for name, each in theirs.items()} == {name: each.shape for name, each in ours.items()}


@pytest.mark.parametrize(
    "assignment",
    [
        "conv5_x.planes=384",
        "stride_on=conv1",
        "conv5_3.conv3=1024",
        "stem.planes=32",
        "input=1,1,64,64",
        "conv3_x.groups=2",
    ],
)
def test_where_it_does_not_the_change_is_said_in_the_file(assignment: str) -> None:
    design = edit(RESNET50, assignment)
    text = python_file(design)
    assert torchvision_call(design) is None
    address, _, after = assignment.partition("=")
    assert f"    {address}: " in text
    assert f"-> {after}" in text
    theirs, ours = _executed(design).state_dict(), build(design).state_dict()
    assert list(theirs) == list(ours)
    assert [each.shape for each in theirs.values()] == [each.shape for each in ours.values()]


def test_a_file_run_as_a_script_prints_the_shapes(tmp_path: Path) -> None:
    path = tmp_path / "made.py"
    path.write_text(python_file(edit(RESNET50, "conv5_3.conv3=1024")))
    done = subprocess.run([sys.executable, "-P", str(path)], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-3:] == ["layer4   1 1024 7 7", "avgpool  1 1024 1 1", "fc       1 1000"]


@pytest.mark.parametrize(
    ("model", "assignments", "line"),
    [
        ("resnet50", ("num_classes=10",), 'timm.create_model("resnet50", num_classes=10, zero_init_last=False)'),
        (
            "resnet50",
            ("conv5_x.planes=384",),
            'timm.create_model("resnet50", channels=(64, 128, 256, 384), zero_init_last=False)',
        ),
        (
            "resnext50_32x4d",
            ("conv4_x.dilate=true", "conv5_x.dilate=true", "input.channels=1"),
            (
                'timm.create_model("resnet50", in_chans=1, cardinality=32, base_width=4, output_stride=8, '
                "zero_init_last=False)"
            ),
        ),
        ("resnet18", ("conv2_x.blocks=4",), 'timm.create_model("resnet18", layers=(4, 2, 2, 2), zero_init_last=False)'),
        ("resnet50", ("stride_on=conv1",), None),
        ("resnet50", ("conv5_3.conv3=1024",), None),
        ("resnet50", ("conv4_x.dilate=true",), None),
        ("resnet50", ("stem.pool=false",), None),
    ],
)
def test_timms_line_creates_the_same_network(model: str, assignments: tuple[str, ...], line: str | None) -> None:
    design = edit(preset(model), *assignments)
    assert timm_call(design) == line
    if line is None:
        return
    timm = pytest.importorskip("timm")
    theirs = eval(line, {"timm": timm})  # noqa: S307  # that is what the line is for
    ours = build(design)
    assert [(name, each.shape) for name, each in theirs.state_dict().items()] == [
        (name, each.shape) for name, each in ours.state_dict().items()
    ]
    theirs.load_state_dict(ours.state_dict())
    image = torch.randn(1, design.input[1], 64, 64)
    with torch.no_grad():
        assert torch.allclose(theirs.eval()(image), ours.eval()(image), atol=1e-5)


def test_state_can_be_kept_as_usual() -> None:
    assert pickle.loads(pickle.dumps(build(edit(RESNET50, "conv5_x.planes=8")).state_dict()))  # noqa: S301
