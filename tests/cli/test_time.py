"""`inspector time`: what it prints, what it refuses, and how it is broken off."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from timed import QUIET, made

from inspector.bridge import timing
from inspector.cli import main
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.latency import Setup, Timing
from inspector.core.network.network import Network, analyze

LITTLE = ["--set", "input=1,3,32,32", "--runs", "5", "--threads", "1"]
DIGITS = Path(__file__).parents[1] / "data" / "digits.safetensors"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Network], Setup]]:
    """What is asked of torch, which answers with times that nobody measured: the second takes twice as long."""
    heard: list[tuple[list[Network], Setup]] = []

    def latencies(networks: Sequence[Network], setup: Setup, _: object = None) -> tuple[Timing, ...]:
        heard.append((list(networks), setup))
        conditions = msgspec.structs.replace(QUIET, setup=msgspec.structs.replace(setup, threads=setup.threads or 2))
        told = (made(network, float(at + 1), setup.runs) for at, network in enumerate(networks))
        return tuple(msgspec.structs.replace(each, conditions=conditions) for each in told)

    monkeypatch.setattr(timing, "latencies", latencies)
    return heard


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_real_times_stand_beside_the_macs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["time", "resnet18", *LITTLE]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert "none" in rows["maxpool"]
    assert "2,408,448" in out  # conv1's MACs: 64 × 3 × 7 × 7 a position, and 16 × 16 of them
    assert "resnet18 input=1,3,32,32   input 1×3×32×32" in out
    assert "1 thread on" in out
    assert "float32, contiguous (NCHW), torch 2." in out
    assert "medians of 5 runs, after 5 to warm up" in out
    assert "random weights and a random input, eval mode, without gradients" in out
    assert "of feature maps, measured and computed" in out


def test_as_json_every_number_is_there_unrounded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["time", "resnet18", "resnet34", *LITTLE, "--json"]) == 0
    found = _json(capsys)
    assert found["schema"] == "inspector/time/1"
    assert {
        "device",
        "threads",
        "dtype",
        "channels_last",
        "runs",
        "warm_up",
        "processor",
        "cores",
        "torch",
        "load",
    } <= set(found["conditions"])
    first, second = found["designs"]
    assert first["name"] == "resnet18 input=1,3,32,32"
    assert len(first["runs"]) == len(second["runs"]) == 5
    assert len([each for each in first["places"] if each["kind"] == "ReLU"]) == 17
    assert first["places"][0]["macs"] == first["macs"] == analyze(edit(preset("resnet18"), "input=1,3,32,32")).macs
    assert first["peak"]["measured"] == first["peak"]["computed"]
    (compared,) = found["comparisons"]
    assert compared["against"] == first["name"]
    assert compared["rounds"] == 5
    assert compared["verdict"].startswith(("no verdict", second["name"]))


def test_the_table_s_columns_add_up_and_line_up(
    asked: list[tuple[list[Network], Setup]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["time", "resnet18"]) == 0
    out = capsys.readouterr().out
    table = out.split("\n\n")[1].splitlines()
    assert len(asked[0][0]) == 1
    assert table[0].split() == ["operation", "ms", "IQR", "%", "time", "MACs", "%", "params"]
    assert table[1].split()[:4] == ["network", "18", "layers", "900.000"]
    stages = [line.split() for line in table if line.startswith("  ") and line[2] not in " o"]
    assert [row[0] for row in stages] == ["stem", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "head"]
    ends = {len(line) for line in table if line[-1:].isdigit()}
    assert len(ends) == 1
    assert "100.000" in next(line for line in out.splitlines() if line.startswith("left"))


def test_conditions_are_handed_on(asked: list[tuple[list[Network], Setup]], capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--threads", "3", "--batch", "4", "--dtype", "bfloat16", "--channels-last", "--runs", "7"]
    assert main(["time", "resnet18", *given]) == 0
    assert asked[0][1] == Setup("cpu", 3, "bfloat16", channels_last=True, runs=7)
    assert asked[0][0][0].design.input == (4, 3, 224, 224)
    out = capsys.readouterr().out
    assert "3 threads on 4 cores, bfloat16, channels_last (NHWC)" in out
    assert main(["time"]) == 0
    assert asked[1][1] == Setup()
    assert asked[1][0][0].design.base == "resnet50"


def test_several_are_compared_with_the_first(
    asked: list[tuple[list[Network], Setup]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["time", "resnet18", "resnet18", "resnet34", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert [network.design.base for network in asked[0][0]] == ["resnet18", "resnet18", "resnet34"]
    assert "resnet18 (1) · resnet18 (2) · resnet34" in out
    assert (
        "resnet18 (2) takes 2.000 times as long as resnet18 (1) (2.000 to 2.000 in the middle half of 50 rounds)" in out
    )
    assert "resnet34 takes 3.000 times as long" in out
    assert "1,814,073,344" in out
    assert main(["time", "resnet18", "--set", "conv5_x.planes=256", "--batch", "2", "--compare"]) == 0
    before, after = asked[1][0]
    assert (before.design.conv5_x.planes, after.design.conv5_x.planes) == (512, 256)
    assert before.design.input == after.design.input == (2, 3, 224, 224)
    assert "resnet18 conv5_x.planes=256 takes 2.000 times as long as resnet18" in capsys.readouterr().out


def test_of_a_file_of_weights_the_design_alone_counts(
    asked: list[tuple[list[Network], Setup]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["time", str(DIGITS), "--json"]) == 0
    assert asked[0][0][0].design.num_classes == 10
    assert _json(capsys)["conditions"]["weights"] == "random"


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (["resnet18", "--batch", "0"], 2, "input.batch"),
        (["resnet18", "--batch", "x"], 2, "input.batch"),
        (["resnet18", "--runs", "0"], 2, "--runs"),
        (["resnet18", "--compare"], 2, "--compare takes one MODEL"),
        (["resnet18", "resnet34", "--compare", "--set", "num_classes=3"], 2, "--compare takes one MODEL"),
        (["resnet1", "resnet18"], 2, "no such preset or file"),
        (["resnet18", "--device", "tpu"], 2, "--device"),
        (["resnet50", "--set", "input=60000,3,8000,8000"], 2, "of memory"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    given: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["time", *given]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("\n") == 1


def test_a_torch_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "inspector.bridge.timing", None)
    assert main(["time", "resnet18"]) == 3
    assert "torch or torchvision cannot be used" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_on_a_terminal_it_says_how_far_it_is_and_is_broken_off_cleanly() -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "inspector", "time", "resnet18", "--set", "input=1,3,32,32", "--runs", "100000"]
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    said = b""
    while not re.search(rb"run \d+ of 100000, about ", said):  # the first ones need not be told
        assert select.select([ours], [], [], 60)[0], said
        assert len(said) < 1 << 20, said[-200:]
        said += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    with suppress(OSError):  # what a terminal says whose other side is closed
        while piece := os.read(ours, 4096):
            said += piece
    os.close(ours)
    assert process.returncode == 130
    assert out == b""
    assert re.search(rb"warm-up \d of 5|run \d+ of", said)
    assert b"Traceback" not in said
    assert said.rstrip(b"\r\n").endswith(b" "), "the line is wiped"


def test_the_batch_is_that_of_all(asked: list[tuple[list[Network], Setup]]) -> None:
    given = ["resnet18", "--compare", "--batch", "4", "--set", "input=1,3,32,32"]
    assert main(["time", *given]) == 0
    assert [network.design.input for network in asked[0][0]] == [(4, 3, 224, 224), (4, 3, 32, 32)]
