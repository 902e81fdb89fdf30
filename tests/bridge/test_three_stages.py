"""CIFAR's networks of three stages, whose shortcuts have no weights, are four stages that compute the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from inspector.bridge.build import build
from inspector.bridge.encoding import renamed
from inspector.bridge.values import values
from inspector.cli import main
from inspector.core.weights.checkpoint import recast
from inspector.files.checkpoints import opened


class Block(nn.Module):
    """The basic block of He et al. 2015 for CIFAR: F(x) + x, x padded with channels of zeros (option A)."""

    def __init__(self, came: int, planes: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(came, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.stride, self.more = stride, (planes - came) // 2

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        path = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        x = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.more, self.more))
        return functional.relu(path + x)


class Cifar(nn.Module):
    """Three stages of basic blocks, and a head called linear."""

    def __init__(self, planes: tuple[int, int, int], blocks: int, classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, planes[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes[0])
        came = planes[0]
        for number, own in enumerate(planes, 1):
            rows = []
            for block in range(blocks):
                rows.append(Block(came, own, 2 if number > 1 and not block else 1))
                came = own
            setattr(self, f"layer{number}", nn.Sequential(*rows))
        self.linear = nn.Linear(came, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def _trained(module: nn.Module) -> nn.Module:
    """The module with statistics that are none of the initial ones."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias)
            nn.init.normal_(part.running_mean)
            nn.init.uniform_(part.running_var, 0.5, 2)
    return module.double().eval()


@pytest.mark.parametrize(
    ("planes", "blocks", "has_counters"),
    [((16, 32, 64), 3, True), ((8, 16, 20), 1, False), ((16, 18, 40), 2, True), ((4, 10, 12), 2, False)],
)
def test_four_stages_compute_what_three_did(
    planes: tuple[int, int, int], blocks: int, *, has_counters: bool, tmp_path: Path
) -> None:
    torch.manual_seed(sum(planes))
    module = _trained(Cifar(planes, blocks, 7))
    state = {
        f"module.{name}": value
        for name, value in module.state_dict().items()
        if has_counters or not name.endswith("num_batches_tracked")
    }
    path = tmp_path / "net.th"
    torch.save({"state_dict": state, "best_prec1": 91.7}, path, _use_new_zipfile_serialization=False)

    of = opened(path)
    known = of.checkpoint
    assert known.design.num_classes == 7
    assert recast(known)
    loaded = renamed(values(path, known.place, [there for _, there in known.names]), known)
    four = build(of.design).double()
    missing, unexpected = four.load_state_dict(loaded, strict=False)
    assert not unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing)
    x = torch.randn(2, 3, 32, 32, dtype=torch.float64)
    with torch.no_grad():
        assert torch.allclose(four.eval()(x), module(x), rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["resnet20-12fca82f.th", "resnet56-4bfd9763.th"])
def test_the_files_that_are_in_the_world(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(__file__).parents[3] / "shared/data" / name
    if not path.exists():
        pytest.skip(f"{name} is not here: akamaster's CIFAR networks")
    out = tmp_path / "out.safetensors"
    assert main(["adapt", str(path), "--set", "conv5_x.planes=96", "--policy", "pad", "-o", str(out)]) == 0
    assert "three stages, told as four" in capsys.readouterr().out
    assert main(["code", "--weights", str(out), "-o", str(tmp_path / "made.py")]) == 0
    scope: dict[str, object] = {}
    exec((tmp_path / "made.py").read_text(), scope)  # noqa: S102  # our own
    module = scope["load"]()  # type: ignore[operator]
    assert module(torch.randn(2, 3, 32, 32)).shape == (2, 10)
