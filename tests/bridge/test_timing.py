"""Networks run and timed, with clocks that tick once a look; real ones are looked at where that is asked for."""

from __future__ import annotations

import asyncio
import gc
import io
import os
from collections.abc import Callable
from contextlib import suppress

import msgspec
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import designs
from torch import nn

from inspector.bridge import processor, timing
from inspector.bridge.clocks import CpuClock, EventClock
from inspector.bridge.process import PATIENCE, TIMER, Torch
from inspector.bridge.protocol import READY, Answer, Time, asked
from inspector.bridge.timing import latencies
from inspector.bridge.worker import serve
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.latency import SIZES, Dtype, Setup, Timing
from inspector.core.measures.memory import inference_peak
from inspector.core.measures.progress import Progress
from inspector.core.network.kinds import kind
from inspector.core.network.network import analyze
from inspector.errors import MissingError, RunError

SMALL = edit(preset("resnet18"), "input=1,3,32,32")
ONCE = Setup(threads=1, runs=2, warm_up=1)
IS_REAL = bool(os.environ.get("INSPECTOR_TIMES"))
"""Whether real times are measured: on a quiet machine, with nothing beside it."""


class Ticks:
    """A clock that is one second further whenever it is looked at."""

    def __init__(self) -> None:
        self.now = 0

    def mark(self) -> int:
        self.now += 1
        return self.now

    def wait(self) -> None:
        pass

    def seconds(self, since: int, until: int) -> float:
        return float(until - since)


@settings(max_examples=25)
@given(designs(24, 60))
def test_every_call_is_timed_in_the_tree_s_order(design: Design) -> None:
    network = analyze(design)
    (found,) = latencies([network], ONCE, clock=Ticks())
    operations = list(network.operations())
    modules = sum(kind(place.node).is_module for place in operations)
    assert [(each.where, each.path) for each in found.operations] == [(each.where, each.path) for each in operations]
    assert {each.seconds.median for each in found.operations} == {1.0}
    assert found.runs == (1.0, 1.0)
    assert found.hooked.median == 2 * modules + 1
    assert found.layers.seconds.median == len(operations)
    assert found.left.median == 2 * modules + 1 - len(operations)
    assert found.peak.measured == found.peak.computed == inference_peak(network)


@settings(max_examples=12)
@given(designs(12, 30), st.sampled_from(list(SIZES)), st.booleans())
def test_the_peak_that_is_measured_is_the_one_that_is_computed(
    design: Design,
    dtype: Dtype,
    is_last: bool,  # noqa: FBT001  # hypothesis hands it over
) -> None:
    network = analyze(design)
    (found,) = latencies([network], Setup(threads=1, dtype=dtype, channels_last=is_last, runs=1, warm_up=0))
    assert found.peak.measured == found.peak.computed == inference_peak(network, SIZES[dtype])


def test_networks_run_in_turn_and_what_warms_up_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    def logged(design: Design, device: str = "cpu") -> nn.Module:
        module = build(design, device)
        module.register_forward_pre_hook(lambda *_: called.append(design.base))
        return module

    build = timing.build
    monkeypatch.setattr(timing, "build", logged)
    monkeypatch.setattr(timing, "EVERY", 0)
    told: list[Progress] = []
    other = edit(preset("resnet34"), "input=1,3,32,32")
    found = latencies([analyze(SMALL), analyze(other)], ONCE, told.append, Ticks())
    assert called == ["resnet18", "resnet34", *["resnet18", "resnet34", "resnet18", "resnet34"] * 3]
    assert [len(each.runs) for each in found] == [2, 2]
    assert [each.words.partition(",")[0] for each in told] == ["warm-up 1 of 1", "run 1 of 2", "run 2 of 2"]
    assert told[-1].left == 0


def test_conditions_are_those_that_there_really_were(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    seen: list[tuple[int, bool, bool]] = []

    class Looks(Ticks):
        def mark(self) -> int:
            seen.append((torch.get_num_threads(), torch.is_inference_mode_enabled(), gc.isenabled()))
            return super().mark()

    monkeypatch.setattr(processor, "load", lambda: None)
    (found,) = latencies([analyze(SMALL)], Setup(threads=2, runs=1, warm_up=0), clock=Looks())
    assert set(seen) == {(2, True, False)}
    assert (torch.get_num_threads(), gc.isenabled()) == (before, True)
    assert found.conditions.setup == Setup(threads=2, runs=1, warm_up=0)
    assert (found.conditions.torch, found.conditions.input) == (torch.__version__, (1, 3, 32, 32))
    assert found.conditions.load is None
    (found,) = latencies([analyze(SMALL)], Setup(runs=1, warm_up=0), clock=Ticks())
    assert found.conditions.setup.threads == before


def test_a_processor_has_a_name_that_is_text() -> None:
    name = processor.processor("cpu")
    assert name.isprintable()
    assert name.endswith(f"({torch.backends.cpu.get_cpu_capability()})")
    assert not name.startswith("(")
    assert processor.cores() >= 1
    assert processor.spare() == max(1, processor.cores() - 1)


class _Event:
    def __init__(self, device: _Device) -> None:
        self._device, self.at = device, -1

    def record(self) -> None:
        self._device.queued += 1
        self.at = self._device.queued

    def elapsed_time(self, end_event: _Event) -> float:
        assert max(self.at, end_event.at) <= self._device.done, "read before the device had come to it"
        return 1000.0 * (end_event.at - self.at)


class _Device:
    """A device that does nothing before it is waited for: each event is a second after the one before."""

    def __init__(self) -> None:
        self.queued = self.done = 0

    def Event(self, *, enable_timing: bool) -> _Event:  # noqa: N802  # torch's name
        assert enable_timing
        return _Event(self)

    def synchronize(self) -> None:
        self.done = self.queued


def test_a_device_is_waited_for_before_its_events_are_read() -> None:
    (found,) = latencies([analyze(SMALL)], ONCE, clock=EventClock(_Device()))
    (expected,) = latencies([analyze(SMALL)], ONCE, clock=Ticks())
    assert (found.places, found.runs, found.left) == (expected.places, expected.runs, expected.left)


def test_events_are_those_of_torch() -> None:
    for module in timing.EVENTS.values():
        assert callable(module.Event)
        assert callable(module.synchronize)
        assert callable(module.Event.record)
        assert callable(module.Event.elapsed_time)


def test_the_processor_s_clock_is_in_seconds() -> None:
    clock = CpuClock()
    clock.wait()
    assert clock.seconds(1_000_000_000, 3_500_000_000) == 2.5
    assert clock.seconds(clock.mark(), clock.mark()) >= 0


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_named(device: str) -> None:
    if timing.EVENTS[device].is_available():
        pytest.skip(f"{device} is there")
    with pytest.raises(MissingError, match=f"{device}: torch has no such device here"):
        latencies([analyze(SMALL)], msgspec.structs.replace(ONCE, device=device))


def test_what_cannot_be_run_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunError, match=r"weights and feature maps need .* and this machine has .* of memory"):
        latencies([analyze(edit(preset("resnet50"), "input=60000,3,8000,8000"))], ONCE)
    with pytest.raises(RunError, match=r"operations are more than are timed one by one; at most 50,000"):
        latencies([analyze(edit(preset("resnet50"), "conv4_x.blocks=9000"))], ONCE)

    def refuses(*_: object) -> nn.Module:
        raise RuntimeError('"slow_conv" not implemented\nfor Half')

    monkeypatch.setattr(timing, "build", refuses)
    expected = 'torch cannot run it on cpu in float16: "slow_conv" not implemented for Half'
    with pytest.raises(RunError, match=expected):
        latencies([analyze(SMALL)], msgspec.structs.replace(ONCE, dtype="float16"))


def test_another_module_than_the_design_s_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    build = timing.build
    monkeypatch.setattr(timing, "build", lambda design, device: build(edit(design, "conv3_x.blocks=3"), device))
    with pytest.raises(RunError, match="other layers than the design has"):
        latencies([analyze(SMALL)], ONCE)


def test_hooks_are_gone_afterwards() -> None:
    module = timing.build(SMALL)
    leaves = {"conv1": module.conv1}
    calls: list[tuple[str, object, object]] = []
    with pytest.raises(KeyError), timing._hooks(leaves, Ticks(), calls):  # noqa: SLF001  # nobody sees it but by this
        raise KeyError
    assert not module.conv1._forward_hooks  # noqa: SLF001
    assert not module.conv1._forward_pre_hooks  # noqa: SLF001


def test_it_is_told_now_and_then_and_at_the_end() -> None:
    told: list[Progress] = []
    latencies([analyze(SMALL)], Setup(threads=1, runs=40, warm_up=0), told.append)
    assert [told[0].done, told[-1].done] == [1, 40]
    assert len(told) < 30


def test_the_worker_answers_with_a_timing_a_design_and_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "EVERY", 0)
    request = Time((SMALL, edit(SMALL, "num_classes=0", "norm=frozen")), ONCE, "ko")
    answers = io.BytesIO()
    serve(io.BytesIO(asked(1, request)), answers, warms_up=False)
    first, *others = [msgspec.json.decode(line, type=Answer) for line in answers.getvalue().splitlines()]
    assert first.number == READY
    assert len([each for each in others if each.progress]) == 4
    assert not others[-1].problem
    found = msgspec.json.decode(others[-1].result, type=Time.result)
    assert [each.conditions.input for each in found] == [(1, 3, 32, 32)] * 2
    assert "FrozenBatchNorm2d" in {each.kind for each in found[1].operations}
    answers = io.BytesIO()
    huge = Time((edit(preset("resnet50"), "input=60000,3,8000,8000"),), ONCE)
    serve(io.BytesIO(asked(1, huge)), answers, warms_up=False)
    problem = msgspec.json.decode(answers.getvalue().splitlines()[-1], type=Answer).problem
    assert problem.startswith("weights and feature maps need")


def _waits(found: list[int], torch_: Torch) -> Callable[[str], None]:
    """What notes the process's number once it is at work."""

    def tell(words: str) -> None:
        if "run " in words and torch_._process is not None and not found:  # noqa: SLF001  # nobody sees it but by this
            found.append(torch_._process.pid)  # noqa: SLF001

    return tell


async def test_time_is_measured_in_a_process_that_does_not_stand_back_and_ends_when_nobody_waits() -> None:
    torch_ = Torch(TIMER, rest=0, stale=0.3, longest=PATIENCE)
    found: list[int] = []
    setup = Setup(runs=100_000, warm_up=1)
    waiting = asyncio.ensure_future(torch_.ask(Time((SMALL,), setup), _waits(found, torch_)))
    for _ in range(3000):
        await asyncio.sleep(0.02)
        if found or waiting.done():
            break
    assert found, waiting
    assert os.getpriority(os.PRIO_PROCESS, found[0]) == os.getpriority(os.PRIO_PROCESS, 0)
    if hasattr(os, "sched_getscheduler"):
        assert os.sched_getscheduler(found[0]) == os.sched_getscheduler(0)
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    for _ in range(200):
        await asyncio.sleep(0.02)
        if not _is_there(found[0]):
            break
    assert not _is_there(found[0])
    reply = await torch_.ask(Time((SMALL,), Setup(runs=1, warm_up=0)))
    assert reply is not None
    assert reply.problem == ""
    assert isinstance(reply.result[0], Timing)
    assert reply.result[0].conditions.setup.threads == processor.spare()
    await torch_.end()


def _is_there(number: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(number, 0)
        return True
    return False


@pytest.mark.skipif(not IS_REAL, reason="INSPECTOR_TIMES=1 measures real times, which takes a quiet machine")
@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_the_layers_add_up_to_the_whole_run(name: str) -> None:
    (found,) = latencies([analyze(preset(name))], Setup(threads=int(os.environ.get("INSPECTOR_THREADS", "1"))))
    print(found.whole, found.hooked, found.layers.seconds, found.left)  # noqa: T201  # figures are what it is for
    assert found.layers.share == pytest.approx(1, abs=0.05)
    assert found.layers.seconds.median == pytest.approx(found.whole.median, rel=0.05)
