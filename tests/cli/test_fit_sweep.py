"""`inspector fit` and `inspector sweep`: what they print, write, keep and go on with."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inspector.cli import main
from inspector.files.design import read, read_whole
from inspector.report import swept


def _out(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    said = capsys.readouterr()
    return said.out, said.err


def test_fit_tells_the_values_and_why_no_larger_one_holds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    assert main(["fit", "width", "--max-macs", "2G", "-o", str(path)]) == 0
    out, _ = _out(capsys)
    assert "conv5_x.planes  512 → 352" in out
    assert "the next larger one does not: MACs 34,790,400 over" in out
    design, budget = read_whole(path)
    assert design.conv5_x.planes == 352
    assert budget.of("max-macs") == 2 * 10**9
    assert main(["check", str(path)]) == 0


def test_fit_says_where_none_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "conv5_x.planes", "--max-macs", "3G"]) == 1
    assert "none of the values tried holds it, of conv5_x.planes: with conv5_x.planes=8, MACs" in _out(capsys)[0]
    assert main(["fit", "conv5_x.planes", "--max-macs", "3G", "--json"]) == 1
    told = json.loads(_out(capsys)[0])
    assert told["fits"] is False
    assert told["broken"][0]["limit"] == "max-macs"


def test_fit_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "conv5_3.conv3", "--max-params", "26M", "--max", "2040", "--json"]) == 0
    told = json.loads(_out(capsys)[0])
    assert told["assignments"] == ["conv5_3.conv3=992"]
    assert told["next_larger_breaks"][0]["holds"] is False


@pytest.mark.parametrize(
    "options", [["conv5_x.planes"], ["block", "--max-params", "1M"], ["x.y", "--max-params", "1M"]]
)
def test_what_cannot_be_fitted_is_refused(options: list[str]) -> None:
    assert main(["fit", *options]) == 2


def test_sweep_in_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    axes = ["conv4_x.planes=128:256:32", "conv5_x.planes=256:512:64"]
    files = {ending: tmp_path / f"sweep.{ending}" for ending in ("csv", "json", "svg")}
    for path in files.values():
        assert main(["sweep", *axes, "-o", str(path)]) == 0
    rows = list(csv.DictReader(files["csv"].read_text().splitlines()))
    told = json.loads(files["json"].read_text())
    assert len(rows) == len(told["rows"]) == 25
    for row, each in zip(rows, told["rows"], strict=True):
        assert [row["conv4_x.planes"], row["conv5_x.planes"]] == each["values"]
        assert [int(row[name]) for name in told["columns"]] == each["numbers"]
    assert [at for at, row in enumerate(rows) if row["front"] == "1"] == told["front"]["rows"]
    assert rows[-1]["params"] == "25557032"
    assert files["svg"].read_text().count("<circle") > 25
    assert main(["sweep", *axes]) == 0
    out, _ = _out(capsys)
    assert "◉" in out
    assert "on the front" in out
    assert not list(tmp_path.glob("*.part"))


def test_combinations_that_are_no_design_are_told_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "conv5_x.groups=1,3", "conv5_3.conv1=512"]) == 0
    assert "must be divisible by the 3 groups" in _out(capsys)[0]
    assert main(["sweep", "conv5_x.planes=0:8"]) == 2
    assert "from 1 to 65536" in _out(capsys)[1]


def test_one_core_and_several_find_the_same(tmp_path: Path) -> None:
    axes = ["conv4_x.planes=8:400:8", "conv5_x.planes=8:800:8"]
    for jobs in ("1", "3"):
        assert main(["sweep", *axes, "--no-memory", "--jobs", jobs, "-o", str(tmp_path / f"{jobs}.csv")]) == 0
    assert (tmp_path / "1.csv").read_text() == (tmp_path / "3.csv").read_text()
    assert len((tmp_path / "1.csv").read_text().splitlines()) == 1 + 50 * 100


def test_a_sweep_that_is_interrupted_loses_nothing_and_goes_on(tmp_path: Path) -> None:
    axes = ["conv4_x.planes=8:1600:8", "conv5_x.planes=8:3200:8"]
    command = [sys.executable, "-m", "inspector", "sweep", *axes, "--no-memory", "-o", "sweep.csv"]
    part = tmp_path / "sweep.csv.part"
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while time.monotonic() < end and not (part.is_file() and part.stat().st_size > 500_000):
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert "--resume" in said
    kept = part.read_bytes()
    assert len(kept) > 500_000
    assert not (tmp_path / "sweep.csv").exists()
    part.write_bytes(kept[:-7])  # a line that was cut off
    again = subprocess.run(
        [*command[:-2], "-o", "sweep.csv"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert again.returncode == 2
    assert "--resume" in again.stderr
    other = subprocess.run(
        [*command, "--resume", "--counting", "fvcore"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert other.returncode == 2
    assert "another sweep" in other.stderr
    done = subprocess.run([*command, "--resume"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not part.exists()
    rows = list(csv.reader((tmp_path / "sweep.csv").read_text().splitlines()))
    assert len(rows) == 1 + 200 * 400
    assert [row[:2] for row in rows[1:]] == [[str(a), str(b)] for a in range(8, 1601, 8) for b in range(8, 3201, 8)]


def test_nothing_is_written_over_and_a_closed_pipe_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.csv"
    path.write_text("mine")
    assert main(["sweep", "conv5_x.blocks=1:3", "-o", str(path)]) == 2
    assert path.read_text() == "mine"
    assert main(["sweep", "conv5_x.blocks=1:3", "--resume"]) == 2
    _out(capsys)
    script = f"{sys.executable} -m inspector sweep conv5_x.planes=1:3000:1 --no-memory --format csv | head -n 2"
    done = subprocess.run(["/bin/bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert len(done.stdout.splitlines()) == 2
    if os.geteuid():
        folder = tmp_path / "closed"
        folder.mkdir(mode=0o500)
        assert main(["sweep", "conv5_x.blocks=1:3", "-o", str(folder / "x.csv")]) == 2


def test_the_model_may_come_first_and_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('base = "resnet18"\n')
    assert main(["fit", str(path), "width", "--max-params", "5M"]) == 0
    assert "conv5_x.planes  512 → " in _out(capsys)[0]
    assert main(["sweep", "resnet34", "conv5_x.planes=128,256"]) == 0
    assert "resnet34: 2 designs" in _out(capsys)[0]
    for command in (["fit", str(path), "width", "--max-params", "5M"], ["sweep", str(path), "conv5_x.planes=1,2"]):
        assert main([*command, "-o", str(path), "--force"]) == 2
    assert main(["compare", str(path), "resnet50", "-o", str(path), "--force"]) == 2
    assert path.read_text() == 'base = "resnet18"\n'


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["fit", "conv4_x.planes", "--model", "resnext50_32x4d", "--max-params", "13M"], "with conv4_x.planes=16"),
        (
            ["fit", "conv5_x.blocks", "--feature-maps", "conv5_3=2048", "--max-params", "20M"],
            "none of the values tried",
        ),
    ],
)
def test_where_none_holds_the_least_design_is_told(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(options) == 1
    assert words in _out(capsys)[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["fit", "num_classes", "conv5_x.planes", "--max-params", "20M", "--set", "num_classes=0"], "cannot be scaled"),
        (["fit", "layer4.planes", "conv5_x.planes", "--max-params", "20M"], "named twice"),
        (
            ["fit", "conv4_x.planes", "--min", "60000", "--max", "50000", "--max-params", "20M"],
            "multiple of 8 from 60000",
        ),
        (["fit", "width", "--min", "400", "--max", "420", "--max-params", "20M"], "no factor makes all of them"),
        (["sweep", "conv5_x.planes=256", "layer4.planes=512"], "by another range already"),
        (["sweep", "width=0.5", "conv5_x.planes=512"], "by another range already"),
        (["report", "-o", "x.png"], "no format ends in .png"),
        (["sweep", "width=1,abc,0.5"], "must be a number above 0"),
        (["sweep", "width=1,nan"], "must be a number above 0"),
        (["sweep", "conv5_x.planes=500:505"], "name the step"),
        (["sweep", "--set", "conv5_3.conv1=100", "conv*_x.groups=3", "--format", "svg"], "no combination is a design"),
        (["sweep", "conv5_x.planes=256", "-o", "."], "is a directory"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(options) == 2
    assert words in _out(capsys)[1]


@pytest.mark.parametrize("front", ["params:peak_bytes", "weight_bytes:backward_bytes", "backward_bytes:params"])
def test_a_front_of_any_two_columns_is_drawn(front: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    axes = ["conv4_x.planes=128:256:64", "conv5_x.planes=256:512:128"]
    assert main(["sweep", *axes, "--front", front]) == 0
    assert "◉ here" in _out(capsys)[0]
    assert main(["sweep", *axes, "--front", front, "-o", str(tmp_path / "a.svg")]) == 0


def test_limits_tell_which_designs_hold_and_the_front_is_of_those(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    axes = [
        "conv4_x.planes=128:256:32",
        "conv5_x.planes=256:512:64",
        "--max-params",
        "20M",
        "--max-weight-bytes",
        "70MiB",
    ]
    path = tmp_path / "a.csv"
    assert main(["sweep", *axes, "-o", str(path)]) == 0
    rows = list(csv.DictReader(path.read_text().splitlines()))
    most = 70 * 2**20
    for row in rows:
        assert row["holds"] == str(int(int(row["params"]) <= 20_000_000 and int(row["weight_bytes"]) <= most))
        assert row["holds"] >= row["front"]
    assert {row["holds"] for row in rows} == {"0", "1"}
    assert main(["sweep", *axes]) == 0
    held = sum(row["holds"] == "1" for row in rows)
    assert f"{held} designs hold the limits" in _out(capsys)[0]
    assert main(["sweep", "conv5_x.planes=256:512:64", "--max-params", "1k"]) == 0
    assert "0 designs hold the limits" in _out(capsys)[0]
    assert main(["sweep", "conv5_x.planes=256", "--max-weight-bytes", "70MiB", "--no-memory"]) == 2


def test_what_is_read_is_never_the_file_that_is_kept_meanwhile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("in.csv.part", "base.toml"):
        Path(name).write_text('base = "resnet50"\n')
    ranges = ["conv5_x.planes=64", "-o", "in.csv", "--force"]
    assert main(["sweep", "--model", "./in.csv.part", *ranges]) == 2
    assert main(["sweep", *ranges]) == 2
    assert "is left alone" in _out(capsys)[1]
    growth = ["--against", "base.toml", "--max-growth", "5%", "--force"]
    assert main(["fit", "resnet50", "conv5_x.planes", *growth, "-o", "base.toml"]) == 2
    assert main(["check", *growth, "--junit", "base.toml"]) == 2
    for name in ("in.csv.part", "base.toml"):
        assert Path(name).read_text() == 'base = "resnet50"\n'


def test_every_point_of_a_plot_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "num_classes=0,1,10"]) == 0  # 1000, where one is, is the end of the axis
    assert _out(capsys)[0].count("◉") == 4
    path = tmp_path / "big.svg"
    assert main(["sweep", "num_classes=1:3000:1", "input.batch=1", "--no-memory", "-o", str(path)]) == 0
    assert path.read_text().count('class="best"') > 1000
    _out(capsys)
    assert main(["sweep", "num_classes=1000:1010:1", "input.batch=1", "--no-memory"]) == 0
    assert "params over MACs (G)" in _out(capsys)[0]


def test_values_are_one_however_they_are_spelt_and_problems_are_english(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "conv5_x.planes=64,064", "--format", "csv"]) == 0
    assert len(_out(capsys)[0].splitlines()) == 2
    options = ["conv3_x.groups=2,3", "--set", "conv3_2.conv2=64", "--format", "json", "--lang", "ko"]
    assert main(["sweep", *options]) == 0
    assert "must be divisible" in _out(capsys)[0]


DAMAGE = {
    "a line that is none": lambda lines: [*lines[:2], b"garbage", *lines[3:]],
    "too few numbers": lambda lines: [*lines[:2], b'[1,["320"],[1]]', *lines[3:]],
    "a line twice": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "too many": lambda lines: [*lines, *lines[1:]],
    "other values": lambda lines: [lines[0], lines[1].replace(b"256", b"999"), *lines[2:]],
    "bytes": lambda lines: [*lines[:2], b"\xff\xfe", *lines[3:]],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_was_kept_is_looked_at_before_it_is_gone_on_with(
    damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["sweep", "conv5_x.planes=256:512:64", "-o", "x.csv"]

    def stopped(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setitem(swept.RENDERED, "csv", stopped)
        assert main(command) == 130
    part = Path("x.csv.part")
    lines = part.read_bytes().removesuffix(b"\n").split(b"\n")
    assert len(lines) == 6
    damaged = b"\n".join(DAMAGE[damage](lines)) + b"\n"
    part.write_bytes(damaged)
    assert main([*command, "--resume"]) == 2
    assert "is damaged" in _out(capsys)[1]
    assert part.read_bytes() == damaged
    assert main(command) == 2
    assert "--force begins anew" in _out(capsys)[1]
    assert main([*command, "--force"]) == 0
    assert len(Path("x.csv").read_text().splitlines()) == 6
    part.write_bytes(b"")  # killed before a word was written
    assert main([*command, "--resume", "--force"]) == 0
    assert not part.exists()


def test_a_fitted_design_is_a_design_file(tmp_path: Path) -> None:
    path = tmp_path / "fit.toml"
    assert main(["fit", "conv5_x.planes", "--max-params", "20M", "--multiple", "64", "-o", str(path)]) == 0
    assert read(path).conv5_x.planes == 384
