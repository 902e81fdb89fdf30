"""`inspector cam`, from files to a picture, numbers and words."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.cli import main
from inspector.core.cam.png import texts_of
from inspector.core.design.file import parse
from inspector.files.design import read
from inspector.files.weights import contents

DATA = Path(__file__).parents[1] / "data"
DIGITS = str(DATA / "digits.safetensors")
DESIGN = read(DATA / "digits.toml")


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(np.load(DATA / "digits-heldout.npz")["images"][3]).save("seven.png")
    return "seven.png"


def _json(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "inspector/cam/1"
    maps: list[dict[str, object]] = told["maps"]
    return maps


def test_from_a_checkpoint_to_a_picture(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cam", DIGITS, picture, "-o", "out.png", "--array", "out.npy"]) == 0
    said = capsys.readouterr()
    assert "class 7" in said.out
    assert "conv5_2 (layer4.1): 256 maps of 8×8" in said.out
    assert "covers 8×8 of the 64×64 pixels" in said.out
    assert "out.png: written" in said.err
    assert "random" not in said.out
    texts = texts_of(Path("out.png").read_bytes())
    assert parse(texts["inspector.design"]) == DESIGN
    assert (texts["inspector.target"], texts["inspector.class"]) == ("conv5_2", "7")
    assert len(texts["inspector.weights"]) == 64
    (told,) = json.loads(texts["inspector.cam"])["maps"]
    array = np.load("out.npy")
    assert array.shape == (8, 8)
    assert array.dtype == np.float32
    assert np.allclose(array, told["values"])
    with Image.open("out.png") as image:
        assert image.format == "PNG"


def test_the_edited_network_beside_the_unedited_one(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = [
        "cam",
        DIGITS,
        picture,
        "-o",
        "o.png",
        "--set",
        "conv5_x.planes=80",
        "--policy",
        "pad",
        "--compare",
        "--json",
    ]
    assert main([*given, "--largest", "4", "--class", "7"]) == 0
    before, after = _json(capsys)
    assert before["name"] == "digits.safetensors"
    assert after["name"] == "digits.safetensors, conv5_x.planes 64 → 80"
    assert before["weights"]["policy"] is None  # type: ignore[index]
    assert after["weights"]["policy"] == "pad"  # type: ignore[index]
    assert after["target"]["maps"] == 320  # type: ignore[index]
    assert np.allclose(before["values"], after["values"], atol=1e-4)  # type: ignore[arg-type]
    assert [each["number"] for each in before["largest"]] == [each["number"] for each in after["largest"]]  # type: ignore[attr-defined]
    assert len(before["largest"]) == 4  # type: ignore[arg-type]


def test_weights_for_a_design_that_was_edited_elsewhere(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.toml").write_text((DATA / "digits.toml").read_text().replace("planes = 64", "planes = 72"))
    assert main(["cam", "mine.toml", picture, "--weights", DIGITS, "-o", "o.png", "--json", "--compare"]) == 0
    before, after = _json(capsys)
    assert (before["target"]["maps"], after["target"]["maps"]) == (256, 288)  # type: ignore[index]
    assert after["weights"]["random"] == []  # type: ignore[index]
    alone = Path("alone.safetensors")
    alone.write_bytes(Path(DIGITS).read_bytes())
    assert main(["cam", str(DATA / "digits.toml"), picture, "--weights", str(alone), "-o", "p.png", "--json"]) == 0
    (told,) = _json(capsys)
    assert told["weights"]["policy"] is None  # type: ignore[index]
    assert parse(str(told["design"])) == DESIGN, "strides and pool are the design's, which shapes do not tell"


def test_without_weights_it_is_said_aloud(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["cam", "resnet18", picture, "-o", "o.png", "--size", "64,96", "--target", "conv4_x", "--target", "stem"])
        == 0
    )
    said = capsys.readouterr()
    assert "the weights are random: this map means nothing" in said.err
    assert "the weights are random: this map means nothing" in said.out
    assert "conv4_x (layer3.1): 256 maps of 4×6" in said.out
    assert "stem (maxpool): 64 maps of 16×24" in said.out


def test_networks_pictures_and_classes_side_by_side(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("names.txt").write_text("\n".join(f"digit {n}" for n in range(10)))
    given = [picture, picture, "--against", str(DATA / "digits.toml"), "--class", "digit 3", "--class", "7"]
    assert main(["cam", DIGITS, *given, "--labels", "names.txt", "-o", "o.png", "--json", "--normalise", "minmax"]) == 0
    told = _json(capsys)
    assert [each["class"]["number"] for each in told] == [3, 7] * 4  # type: ignore[index]
    assert {each["normalised"] for each in told} == {"minmax"}
    assert [bool(each["weights"]["file"]) for each in told] == [True] * 4 + [False] * 4  # type: ignore[index]


def test_names_in_a_config_json_beside_the_weights(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.safetensors").write_bytes(Path(DIGITS).read_bytes())
    Path("mine.toml").write_text((DATA / "digits.toml").read_text())
    config = {"id2label": {str(n): f"d{n}" for n in range(10)}, "pretrained_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}}
    Path("config.json").write_text(json.dumps(config))
    assert main(["cam", "mine.safetensors", picture, "-o", "o.png", "--json", "--class", "d7"]) == 0
    (told,) = _json(capsys)
    assert told["class"]["name"] == "d7"  # type: ignore[index]
    assert told["preprocessing"]["mean"] == [0.5] * 3  # type: ignore[index]
    assert (
        main(["cam", "mine.safetensors", picture, "-o", "p.png", "--json", "--mean", "0.4", "--std", "0.1,0.2,0.3"])
        == 0
    )
    (told,) = _json(capsys)
    assert (told["preprocessing"]["mean"], told["preprocessing"]["std"]) == ([0.4] * 3, [0.1, 0.2, 0.3])  # type: ignore[index]
    assert "the command" in told["preprocessing"]["words"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "num_classes=0"], "needs the score"),
        (["--class", "10"], "there are 10, from 0 to 9"),
        (["--class", "cat"], "have no names here"),
        (["--target", "fc"], "reads the maps of a block"),
        (["--target", "conv9_1"], "no such node"),
        (["--size", "0"], "input.height"),
        (["--size", "x"], "input.height"),
        (["--mean", "1,2"], "must be 3 numbers"),
        (["--std", "0"], "must not be 0"),
        (["--std", "nan"], "must be 3 numbers"),
        (["--compare"], "nothing is edited"),
        (["--labels", "seven.png"], "seven.png: "),
        (["--labels", "nowhere"], "nowhere: no such file"),
        (["--weights", DIGITS], "is a file of weights itself"),
        (["--array", "a.npy", "--target", "conv5_x", "--target", "conv2_x"], "maps of one size"),
        (["--array", "o.png"], "is where the picture goes"),
        (["--against", "resnet51"], "no such preset"),
        (["-o", "seven.png", "--force"], "is what is read"),
        (["-o", "-"], "not to standard output"),
        (["-o", "no/where.png"], "no such folder"),
        (["--input-channels", "x"], "No such option"),
        (["--set", "input.channels=4"], "1 or 3 channels"),
        ([*(["--class", "1"] * 101)], "at most"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_is_said_in_one_line(
    arguments: list[str], said: str, picture: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cam", DIGITS, picture, "-o", "o.png", *arguments]) == 2
    err = capsys.readouterr().err.splitlines()
    assert said in err[-1]
    assert not Path("o.png").exists()


def test_files_that_are_none_are_refused(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("pipe.png")
    Path("text.png").write_text("hello")
    Path("cut.png").write_bytes(Path(picture).read_bytes()[:300])
    for name, said in (
        (".", "is a directory"),
        ("pipe.png", "a device"),
        ("text.png", "no picture"),
        ("cut.png", "cut off"),
    ):
        assert main(["cam", DIGITS, name, "-o", "o.png"]) == 2
        assert said in capsys.readouterr().err.splitlines()[-1]


def test_nothing_is_written_over_unasked(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("o.png").write_text("mine")
    assert main(["cam", DIGITS, picture, "-o", "o.png"]) == 2
    assert "--force" in capsys.readouterr().err
    assert Path("o.png").read_text() == "mine"
    assert main(["cam", DIGITS, picture, "-o", "o.png", "--force"]) == 0
    with Image.open(io.BytesIO(Path("o.png").read_bytes())) as image:
        assert image.format == "PNG"


def test_without_torchcam_the_line_that_installs_it_is_said(
    picture: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torchcam.methods", None)
    assert main(["cam", DIGITS, picture, "-o", "o.png"]) == 3
    assert "pip install 'inspector[cam]'" in capsys.readouterr().err


def test_nothing_that_is_read_is_written_over(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", DIGITS, "--format", "toml", "-o", "d.toml"]) == 0
    Path("m.safetensors").write_bytes(Path(DIGITS).read_bytes())
    names = {tensor.name for table in contents(Path(DIGITS)).tables for tensor in table.tensors}
    index = Path("model.safetensors.index.json")
    index.write_text(json.dumps({"weight_map": dict.fromkeys(sorted(names), "m.safetensors")}))
    kept = {path: path.read_bytes() for path in Path().iterdir()}
    for given in (
        [DIGITS, picture, "--from", "d.toml", "-o", "d.toml"],
        [str(index), picture, "-o", "m.safetensors"],
        [DIGITS, picture, "-o", picture],
    ):
        assert main(["cam", *given, "--force"]) == 2
        assert "never written over" in capsys.readouterr().err
    Path("sub").mkdir()
    assert main(["cam", DIGITS, picture, "-o", "q.png", "--array", "sub/../q.png"]) == 2
    assert {path: path.read_bytes() for path in kept} == kept
    assert not Path("q.png").exists()


def test_where_numbers_are_from_is_said_of_each(picture: str, capsys: pytest.CaptureFixture[str]) -> None:
    for given, said in (
        (["--mean", "0.5,0.5,0.5"], "from the command; the rest is assumed"),
        (["--mean", "0.5,0.5,0.5", "--std", "0.2,0.2,0.2"], "from the command)"),
        ([], "assumed: ImageNet's"),
    ):
        assert main(["cam", DIGITS, picture, "-o", "o.png", "--force", *given]) == 0
        assert said in " ".join(capsys.readouterr().out.split())
    assert main(["cam", DIGITS, picture, "-o", "o.png", "--seed", "9" * 20]) == 2
