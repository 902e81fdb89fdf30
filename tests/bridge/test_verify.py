"""`inspector verify`, which can fail; and the process that the editor asks."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from caches import forget

from inspector.bridge.build import build
from inspector.bridge.measure import measure
from inspector.bridge.protocol import READY, Answer, Verify, asked
from inspector.bridge.worker import serve
from inspector.cli import main
from inspector.core.design.edit import addresses, edit, resolve
from inspector.core.design.fields import PRESETS, Integer
from inspector.core.design.presets import preset
from inspector.core.measures.verdict import Verdict, judge
from inspector.core.names import Norm
from inspector.core.network import layers
from inspector.core.network.network import analyze
from inspector.core.network.node import Node
from inspector.core.units import Dims
from inspector.errors import DesignError


def test_verify_says_what_it_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--set", "conv5_3.conv3=1024", "--set", "input=2,3,65,97"]) == 0
    out = capsys.readouterr().out
    assert "160 layers: path, output shape, params and mult-adds of each, and the totals" in out
    assert out.endswith("all agree\n")
    assert main(["verify", "resnet18", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["agrees"], found["layers"]) == ("inspector/verify/1", True, 60)
    assert found["differences"] == []
    assert set(found["versions"]) == {"torch", "torchvision", "torchinfo"}


EXTREMES = int(os.environ.get("INSPECTOR_EXTREMES", "4"))
"""How many extreme designs are verified; each takes a second or so."""


def _extreme(seed: int) -> list[str]:
    """Edits that a random design takes, each to one end of what it may be or to anything between."""
    choose = random.Random(seed)  # noqa: S311  # numbers to try
    design, made = preset(choose.choice(PRESETS)), []
    for _ in range(choose.randint(2, 10)):
        address = choose.choice([each for each in addresses(design, "") if "blocks" not in each and each != "block"])
        field = resolve(design, address)
        spec = field.spec
        if isinstance(spec, Integer):
            value: object = choose.choice(
                (spec.low, spec.high, choose.randint(spec.low, spec.high), 2 ** choose.randint(0, 16))
            )
        else:
            value = choose.choice(
                ("true", "false", "conv1", "conv2", f"{choose.randint(1, 70000)},3,{choose.randint(1, 4000)},33")
            )
        with suppress(DesignError):
            design = edit(design, f"{address}={value}")
            made.append(f"{address}={value}")
    return [f"base={design.base}", *made]


@pytest.mark.parametrize("part", range(4))
def test_extreme_designs_agree_and_no_input_is_made_for_them(part: int) -> None:
    for seed in range(part, EXTREMES, 4):
        base, *made = _extreme(seed)
        design = edit(preset(base.partition("=")[2]), *made)
        verdict = judge(analyze(design), measure(build(design, "meta"), design.input))
        assert verdict.agrees, (seed, base, made, verdict.differences[:3])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 2**20, "KiB: nothing was allocated for the inputs"


def test_a_batch_of_thousands_costs_no_memory() -> None:
    script = """if True:
        import re, sys
        from inspector.cli import main
        code = main(["verify", "--set", "input.batch=12000"])
        print(int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) >> 10)
        sys.exit(code)
    """  # ru_maxrss would be that of the process that started it, where that is larger
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    *said, peak = done.stdout.splitlines()
    assert (done.returncode, said[-1]) == (0, "all agree")
    assert int(peak) < 1200, "MiB"


def test_a_wrong_formula_is_found_in_exactly_the_layers_concerned(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = layers.batch_norm

    def wrong(key: str, label: str, x: Dims, reach: int, norm: Norm) -> Node:
        node = right(key, label, x, reach, norm)
        return msgspec.structs.replace(node, params=node.params + 1) if label == "bn2" else node

    monkeypatch.setattr(layers, "batch_norm", wrong)
    forget()
    try:
        assert main(["verify", "resnet18", "--json"]) == 1
    finally:
        monkeypatch.undo()
        forget()
    differences = json.loads(capsys.readouterr().out)["differences"]
    wrong_names = {each["name"] for each in differences} - {"network"}
    assert wrong_names == {f"conv{stage}_{block}.bn2" for stage in (2, 3, 4, 5) for block in (1, 2)}
    assert {each["what"] for each in differences} == {"params", "mult-adds"}
    assert main(["verify", "resnet18"]) == 0


def test_a_difference_is_told_in_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    right = layers.linear
    monkeypatch.setattr(layers, "linear", lambda key, x, out: msgspec.structs.replace(right(key, x, out), params=7))
    forget()
    try:
        assert main(["verify", "resnet18"]) == 1
    finally:
        monkeypatch.undo()
        forget()
    lines = capsys.readouterr().out.splitlines()
    assert lines[3] == "2 differ"
    assert lines[4].split() == ["inspector", "torchinfo"]
    assert lines[5].split() == ["fc", "params", "7", "513000"]


def test_the_worker_answers_each_request_and_survives_what_torch_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    designs = [preset("resnet18"), edit(preset("resnet50"), "conv5_3.conv3=1024")]
    lines = b"".join(asked(number, Verify(design)) for number, design in enumerate(designs, start=1))
    answers = io.BytesIO()
    serve(io.BytesIO(lines), answers)
    there, ready, *found = [msgspec.json.decode(line, type=Answer) for line in answers.getvalue().splitlines()]
    assert [(each.number, each.problem) for each in (there, ready)] == [(READY, ""), (READY, "")]
    assert [(each.number, each.problem) for each in found] == [(1, ""), (2, "")]
    assert all(msgspec.json.decode(each.result, type=Verdict).agrees for each in found)
    monkeypatch.setattr("inspector.bridge.measure.measure", lambda *_: 1 / 0)
    answers = io.BytesIO()
    serve(io.BytesIO(lines), answers)
    assert b"ZeroDivisionError" in answers.getvalue()


def test_a_torch_that_is_broken_is_no_difference(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise RuntimeError('broken torch')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "inspector", "verify", "resnet18"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "inspector: torch, torchvision or torchinfo cannot be used: broken torch\n"
