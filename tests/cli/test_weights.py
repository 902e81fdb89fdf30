"""`inspector weights`, and files of weights as MODEL in every command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from inspector.bridge.build import build
from inspector.cli import main
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.report.design_toml import design_file

RESNET18 = preset("resnet18")


def _state(design: Design) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return dict(build(design).state_dict())


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ResNet-18 in several wrappings."""
    made = tmp_path_factory.mktemp("weights")
    state = _state(RESNET18)
    torch.save(state, made / "plain.pth")
    torch.save({"state_dict": {f"module.{name}": each for name, each in state.items()}, "epoch": 90}, made / "ddp.pth")
    save_file(state, made / "plain.safetensors")
    headless = {f"backbone.{name}": each for name, each in state.items() if not name.startswith("fc.")}
    others = {f"backbone.{name}": each for name, each in _state(preset("resnet34")).items()}
    torch.save({"teacher": headless, "student": others}, made / "dino.pth")
    v1 = edit(preset("resnet50"), "stride_on=conv1", *(f"conv{n}_x.planes=8" for n in (2, 3, 4, 5)), "stem.planes=8")
    save_file(_state(v1), made / "v1.safetensors")
    (made / "v1.toml").write_text(design_file(v1))
    return made


def _out(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    said = capsys.readouterr()
    return said.out, said.err


@pytest.mark.parametrize("name", ["plain.pth", "ddp.pth", "plain.safetensors"])
def test_a_file_is_its_network_in_every_command(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(folder / name)
    for command in (
        ["report", "--format", "json"],
        ["report", "--format", "csv"],
        ["code"],
        ["verify", "--json"],
        ["edit"],
    ):
        code = main([*command, path, "--set", "conv5_2.conv2=256"])
        out, err = _out(capsys)
        assert code == 0
        assert main([*command, "resnet18", "--set", "conv5_2.conv2=256"]) == 0
        plain = _out(capsys)[0]
        if command == ["report", "--format", "json"]:
            said = json.loads(out)
            assert said.pop("survival")["weights"] == name
            assert said == json.loads(plain)
        elif command == ["edit"]:
            assert out.startswith(plain.rstrip())
            assert f"what of {name} survives" in out
        else:
            assert plain == out
        assert "ResNet-18, torchvision's names, 1000 classes, 122 tensors, F32" in err
    assert main(["compare", path, "resnet34"]) == 0
    assert name in _out(capsys)[0]


def test_what_a_file_is_and_what_survives_fit_on_a_screen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", str(folder / "ddp.pth")]) == 0
    out, _ = _out(capsys)
    assert "torch's zip archive, 46.8 MB" in out
    assert "ResNet-18, torchvision's names, 1000 classes, 122 tensors, F32" in out
    assert "beside it: epoch 90" in out
    assert "input=1,3,224,224" in out
    assert len(out.splitlines()) < 40
    assert main(["weights", str(folder / "ddp.pth"), "--set", "conv5_2.conv2=256"]) == 0
    out, _ = _out(capsys)
    assert "what survives of the weights: conv5_2.conv2 512 → 256" in out
    for line in (
        "  layer4.1.conv2.weight   512×512×3×3 → 256×512×3×3",
        "  layer4.1.bn2.{weight,bias,running_mean,running_var}   512 → 256",
        "  fc.weight   1000×512 → 1000×256",
        "  fc.bias   1000   its weight does not fit",
        "  layer4.1.downsample.0.weight   256×512×1×1",
    ):
        assert line in out.splitlines()


def test_the_numbers_are_those_of_the_state_dicts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", str(folder / "plain.pth"), "--set", "conv5_2.conv2=256", "--json"]) == 0
    told = json.loads(_out(capsys)[0])
    olds, news = _state(RESNET18), _state(edit(RESNET18, "conv5_2.conv2=256"))
    assert told["schema"] == "inspector/weights/1"
    same = [name for name in olds if name in news and olds[name].shape == news[name].shape and name != "fc.bias"]
    params = {name for name, _ in build(RESNET18).named_parameters()}
    assert told["survives"]["same"] == {
        "tensors": len(same),
        "params": sum(olds[name].numel() for name in same if name in params),
        "bytes": sum(olds[name].nbytes for name in same),
    }
    assert told["survives"]["new"]["tensors"] == len(news.keys() - olds.keys())
    assert [row["name"] for row in told["tensors"] if row["after"] is not None] == list(news)
    for row in told["tensors"]:
        assert row["before"] == (list(olds[row["name"]].shape) if row["name"] in olds else None)
        assert row["after"] == (list(news[row["name"]].shape) if row["name"] in news else None)
    by_part = told["survives_by_part"]
    for of, total in told["survives"].items():
        assert {key: sum(part[of][key] for part in by_part.values()) for key in total} == total


def test_which_of_several_networks_is_told_and_taken(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(folder / "dino.pth")
    assert main(["weights", path]) == 0
    out, _ = _out(capsys)
    assert "ResNet-18" in out
    assert "no head" in out
    assert "taken: teacher.backbone; 1 other network in the file: student.backbone" in out
    assert main(["report", path, "--take", "student"]) == 0
    assert "ResNet-34" in _out(capsys)[1]
    assert main(["report", path, "--take", "nobody"]) == 2
    assert "no network at nobody" in _out(capsys)[1]


def test_what_shapes_do_not_tell_is_told_by_what_lies_beside_or_is_given(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = folder / "v1.safetensors"
    assert main(["report", str(path), "--format", "toml"]) == 0
    out, err = _out(capsys)
    assert 'stride_on = "conv1"' in out
    assert "from v1.toml beside it" in err
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(path.read_bytes())
    assert main(["report", str(alone), "--format", "toml"]) == 0
    out, err = _out(capsys)
    assert "stride_on" not in out
    assert "its shapes do not tell stride_on=conv2" in err
    assert main(["report", str(alone), "--format", "toml", "--from", str(folder / "v1.toml")]) == 0
    assert 'stride_on = "conv1"' in _out(capsys)[0]
    assert main(["report", str(alone), "--from", "resnet18"]) == 2
    assert "its tensors are not those of resnet18" in _out(capsys)[1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file or directory"),
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "is a picture"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    ],
)
def test_what_is_no_file_of_weights_is_one_line(
    content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.pth"
    if content is not None:
        path.write_bytes(content)
    for command in ("weights", "report", "edit"):
        assert main([command, str(path)]) == 2
        out, err = _out(capsys)
        assert not out
        assert said in err.lower()
        assert err.count("\n") == 1


def test_no_torch_is_imported_to_tell_what_a_file_is(folder: Path) -> None:
    code = (
        "import sys; from inspector.cli import main\n"
        f"assert main(['weights', {str(folder / 'ddp.pth')!r}, '--set', 'conv5_x.planes=256']) == 0\n"
        f"assert main(['report', {str(folder / 'plain.safetensors')!r}]) == 0\n"
        "bad = {'torch', 'numpy', 'textual', 'safetensors'} & set(sys.modules); assert not bad, bad"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
