"""`inspector adapt` and `inspector code --weights`, from a file to a network that runs."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

from inspector.bridge.build import build
from inspector.cli import main
from inspector.core.design.edit import edit
from inspector.core.design.file import parse
from inspector.files.design import read

DATA = Path(__file__).parents[1] / "data"
DIGITS = DATA / "digits.safetensors"
IS = ["--from", str(DATA / "digits.toml")]


def _adapt(out: Path, *arguments: str, source: Path = DIGITS) -> int:
    return main(["adapt", str(source), "-o", str(out), *arguments])


def test_from_a_file_to_a_network_that_runs_without_inspector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    design = read(DATA / "digits.toml")
    network = build(design)
    network.load_state_dict(load_file(DIGITS))
    wrapped = {f"module.{name}": value for name, value in network.state_dict().items()}
    torch.save({"state_dict": wrapped, "epoch": 3}, tmp_path / "mine.pth")
    before = (tmp_path / "mine.pth").read_bytes()
    given = ["--policy", "pad", "--set", "conv5_2.conv3=300", *IS, "--report", "r.json"]
    assert _adapt(Path("out.safetensors"), *given, source=Path("mine.pth")) == 0
    said = capsys.readouterr().out
    assert "conv5_2.conv3 256 → 300" in said
    assert "a new projection passes its input on" in said
    assert "the same outputs as before in eval mode" in said
    assert "inspector code --weights out.safetensors" in said
    assert (tmp_path / "mine.pth").read_bytes() == before
    assert main(["code", "--weights", "out.safetensors", "-o", "made.py"]) == 0
    script = (
        "import sys; sys.modules['inspector'] = None; sys.path.insert(0, '.')\n"
        "import torch, made\n"
        "network = made.load().eval()\n"
        "torch.manual_seed(0)\n"
        "with torch.no_grad(): torch.save(network(torch.randn(2, 3, 64, 64)), 'out.pt')\n"
    )
    environment = {key: text for key, text in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, env=environment)
    torch.manual_seed(0)
    with torch.no_grad():
        expected = network.eval()(torch.randn(2, 3, 64, 64))
    found = torch.load(tmp_path / "out.pt", weights_only=True)
    assert (found - expected).abs().max() <= 1e-5 * expected.abs().max()
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["sha256"] == sha256(before).hexdigest()
    assert report["edits"] == [["conv5_2.conv3", "256", "300"]]
    with safe_open(tmp_path / "out.safetensors", "pt") as file:
        metadata = file.metadata()
        assert [each["name"] for each in report["tensors"]] == list(
            build(edit(design, "conv5_2.conv3=300")).state_dict()
        )
    assert parse(metadata["inspector.design"]) == edit(design, "conv5_2.conv3=300")
    assert json.loads(metadata["inspector.record"])["policy"] == "pad"


def test_kept_channels_are_in_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "r.md"
    assert (
        _adapt(
            tmp_path / "o.safetensors", "--policy", "slice", "--set", "conv5_2.conv1=60", *IS, "--report", str(report)
        )
        == 0
    )
    text = report.read_text()
    assert "| `layer4.1.conv1` | `layer4.1.conv1` | 64 |" in text
    assert "| `layer4.1.conv1.weight` | sliced | 64×256×1×1 | 60×256×1×1 |" in text
    assert "layer4.1.conv1: 64 channels → 60, the strongest are kept" in capsys.readouterr().out


def test_what_was_written_says_what_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone, first, second = (tmp_path / f"{name}.safetensors" for name in ("alone", "a", "b"))
    alone.write_bytes(DIGITS.read_bytes())  # no design file lies beside it
    assert _adapt(first, "--policy", "pad", source=alone) == 0
    assert "stem.pool=true" in capsys.readouterr().out
    assert _adapt(first, "--policy", "pad", "--force", *IS, source=alone) == 0
    assert "assumed" not in capsys.readouterr().out
    assert _adapt(second, "--policy", "pad", "--set", "conv3_x.planes=20", source=first) == 0
    said = capsys.readouterr().out
    assert "assumed" not in said
    assert "64×64, float32" in said


def test_nothing_is_written_over_unasked_and_the_source_never(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "mine.safetensors"
    source.write_bytes(DIGITS.read_bytes())
    (tmp_path / "link.safetensors").symlink_to(source)
    os.link(source, tmp_path / "hard.safetensors")
    for name in ("mine", "link", "hard"):
        assert _adapt(tmp_path / f"{name}.safetensors", "--policy", "pad", "--force", source=source) == 2
        assert "never written over" in capsys.readouterr().err
    assert source.read_bytes() == DIGITS.read_bytes()
    out = tmp_path / "out.safetensors"
    out.write_text("mine")
    assert _adapt(out, "--policy", "pad", source=source) == 2
    assert out.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert _adapt(out, "--policy", "pad", "--force", source=source) == 0
    assert _adapt(Path("-"), "--policy", "pad", source=source) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{name}.safetensors" for name in ("hard", "link", "mine", "out")
    ]


def test_the_report_is_not_written_over_what_is_read_nor_over_the_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "model.safetensors.index.json"
    (tmp_path / "a.safetensors").write_bytes(DIGITS.read_bytes())
    names = dict.fromkeys(load_file(DIGITS), "a.safetensors")
    index.write_text(json.dumps({"weight_map": names}))
    kept = index.read_bytes()
    given = ["--policy", "pad", "--force"]
    assert _adapt(tmp_path / "o.safetensors", *given, "--report", str(index), source=index) == 2
    assert _adapt(tmp_path / "a.safetensors", *given, source=index) == 2
    assert capsys.readouterr().err.count("never written over") == 2
    assert _adapt(tmp_path / "o.json", *given, "--report", str(tmp_path / "o.json"), source=index) == 2
    assert "name another file for the report" in capsys.readouterr().err
    assert _adapt(tmp_path / "no" / "o.safetensors", *given, source=index) == 2
    assert index.read_bytes() == kept
    assert (tmp_path / "a.safetensors").read_bytes() == DIGITS.read_bytes()
    assert _adapt(tmp_path / "o.safetensors", *given, "--report", str(tmp_path / "r.json"), source=index) == 0


def test_the_mode_is_the_umask_s(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        assert _adapt(tmp_path / "o.safetensors", "--policy", "drop") == 0
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "o.safetensors").stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "conv5_x.planes=0", "--policy", "pad"], "must be an integer"),
        (["--policy", "pad", "--from", "resnet50"], "are not those of resnet50"),
        (["--policy", "pad", "--report", "r.txt"], ".md or .json"),
        (["--policy", "pad", "--recalibrate", "nowhere"], "is no folder"),
        (["--policy", "pad", "--set", "conv5_x.planes=65000"], "of memory"),
        (["--policy", "pad", "--seed", "9" * 30], "--seed"),
        (["--policy", "squeeze"], "squeeze"),
        ([], "--policy"),
        (["--policy", "pad", "--take", "teacher"], "teacher"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _adapt(tmp_path / "o.safetensors", *arguments) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_batch_norms_are_recalibrated_when_asked_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        (tmp_path / f"class{number}").mkdir()
        Image.new("RGB", (70, 80), (number * 80, 30, 90)).save(tmp_path / f"class{number}" / "a.png")
    plain, calibrated = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    given = ["--policy", "slice", "--set", "conv5_x.planes=48", *IS]
    assert _adapt(plain, *given) == 0
    assert "recalibrated" not in capsys.readouterr().out
    assert _adapt(calibrated, *given, "--recalibrate", str(tmp_path)) == 0
    said = capsys.readouterr()
    assert "batch norms recalibrated on 3 pictures" in said.out
    assert "3 of 3 pictures" in said.err
    one, two = load_file(plain), load_file(calibrated)
    assert torch.equal(one["layer4.0.conv1.weight"], two["layer4.0.conv1.weight"])
    assert not torch.equal(one["bn1.running_mean"], two["bn1.running_mean"])
    with safe_open(calibrated, "pt") as file:
        assert json.loads(file.metadata()["inspector.record"])["recalibrated"]["pictures"] == 3


def test_code_refuses_weights_that_it_could_not_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", "resnet50", "--weights", str(DIGITS)]) == 2
    assert "not of this design" in capsys.readouterr().err
    values = {f"backbone.{name}": value for name, value in load_file(DIGITS).items() if "num_batches" not in name}
    torch.save(values, tmp_path / "b.pth")
    assert main(["code", "--weights", str(tmp_path / "b.pth")]) == 2
    assert "inspector adapt" in capsys.readouterr().err
    assert main(["adapt", str(tmp_path / "b.pth"), "--policy", "pad", "-o", str(tmp_path / "c.safetensors")]) == 0
    capsys.readouterr()
    assert main(["code", "--weights", str(tmp_path / "c.safetensors")]) == 0
    assert "strict=True" in capsys.readouterr().out


def test_neither_designs_nor_the_report_s_name_are_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    goal = tmp_path / "goal.toml"
    assert main(["report", str(DIGITS), "--format", "toml", "-o", str(goal)]) == 0
    kept = goal.read_bytes()
    given = ["--policy", "pad", "--force"]
    for more in (["--to", str(goal)], ["--from", str(goal)]):
        assert _adapt(goal, *given, *more) == 2
        assert "never written over" in capsys.readouterr().err
    (tmp_path / "sub").mkdir()
    out = tmp_path / "z.md"
    assert _adapt(out, "--policy", "pad", "--report", str(tmp_path / "sub" / ".." / "z.md")) == 2
    assert not out.exists()
    assert goal.read_bytes() == kept


def test_a_file_s_name_is_a_literal_of_python(tmp_path: Path) -> None:
    for name in ("\N{GRINNING FACE}.safetensors", 'a"b\\c.safetensors', os.fsdecode(b"\xff.safetensors")):
        path = tmp_path / name
        path.write_bytes(DIGITS.read_bytes())
        code = tmp_path / "made.py"
        assert main(["code", "--weights", str(path), "-o", str(code), "--force"]) == 0
        found: dict[str, object] = {}
        line = next(line for line in code.read_text().splitlines() if line.startswith("WEIGHTS = "))
        exec(line, found)  # noqa: S102  # what Python makes of it
        assert os.fsencode(str(found["WEIGHTS"])) == os.fsencode(str(path))
