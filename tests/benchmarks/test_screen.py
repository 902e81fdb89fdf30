"""How fast the editor starts and answers, beside the smallest Textual program; run with `-n 0 --benchmark-only`.

Both programs run in a real pseudo-terminal, read by the same emulator, so a noisy machine slows both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tomli_w
from long_designs import all_overridden, overridden
from pytest_benchmark.fixture import BenchmarkFixture
from terminal import Terminal

from inspector.core.design.file import differences

FLOOR = """
from textual.app import App
from textual.widgets import Static
class Floor(App):
    BINDINGS = [("plus", "step", "step")]
    steps = 0
    def compose(self):
        yield Static("0 params")
    def action_step(self):
        self.steps += 1
        self.query_one(Static).update(f"{self.steps} params")
Floor().run()
"""
LONG = ("--set", "conv3_x.blocks=400", "--set", "conv4_x.blocks=700", "--set", "conv5_x.blocks=97")
MANY = {"1200": overridden(1200), "40000": all_overridden()}
"""Designs of so many blocks, no two of them alike."""
PROGRAMS = {
    "floor": ("-c", FLOOR),
    "inspector": ("-m", "inspector"),
    "inspector, 1200 blocks": ("-m", "inspector", *LONG),
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Terminal]]:
    opened: list[Terminal] = []

    def started(name: str) -> Terminal:
        while opened:
            opened.pop().close()
        if name in MANY:
            (tmp_path / "many.toml").write_text(tomli_w.dumps(differences(MANY[name])))
        program = PROGRAMS.get(name, ("-m", "inspector", "many.toml"))
        opened.append(Terminal(*program, columns=140, lines=40, cwd=tmp_path))
        return opened[-1].wait("params")

    yield started
    for editor in opened:
        editor.close()


@pytest.mark.benchmark(group="start to first useful screen")
@pytest.mark.parametrize("name", PROGRAMS)
def test_start(benchmark: BenchmarkFixture, start: Callable[[str], Terminal], name: str) -> None:
    assert benchmark.pedantic(start, args=(name,), rounds=8, warmup_rounds=1)


@pytest.mark.benchmark(group="key to paint, every node unfolded")
@pytest.mark.parametrize("name", PROGRAMS)
def test_key_to_paint(benchmark: BenchmarkFixture, start: Callable[[str], Terminal], name: str) -> None:
    editor = start(name).settle()
    editor.press("4", "]", "]", "]", "]").settle()

    _press_plus(benchmark, editor, r"([\d,]+) params", rounds=60)


def _press_plus(benchmark: BenchmarkFixture, editor: Terminal, number: str, rounds: int) -> None:
    """Time + from the key until the number that a pattern finds is another one."""

    def shown() -> str:
        found = re.search(number, editor.text)
        assert found, editor.text
        return found[1]

    def rest() -> tuple[tuple[str], dict[str, object]]:
        editor.settle(0.05)
        return (shown(),), {}

    def press(before: str) -> None:
        editor.send("+").wait(lambda _: shown() != before)

    benchmark.pedantic(press, setup=rest, rounds=rounds)


PLACES = {"input": ("down",), "conv4_x": ("]", "]", "]"), "conv4_1": ("]", "]", "]", "down")}
"""The keys that lead to a place from the network's row: + steps the input's height, planes, a convolution's filters."""


@pytest.mark.benchmark(group="key to paint, many blocks that differ, a journal kept")
@pytest.mark.parametrize("is_open", [False, True], ids=["", "ripple open"])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", MANY)
def test_key_to_paint_of_many_blocks(
    benchmark: BenchmarkFixture, start: Callable[[str], Terminal], name: str, place: str, *, is_open: bool
) -> None:
    editor = start(name).settle()
    editor.press("2", *PLACES[place], *(("r", "tab") if is_open else ())).settle()

    _press_plus(benchmark, editor, r"▸ \w+ +− +(\d+)", rounds=20)
    benchmark.extra_info["resident MiB"] = _resident(editor.pid)


def _resident(pid: int) -> int:
    """The memory of a process, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) // 1024 if found else 0
