"""Networks, run and timed: whole, and layer by layer by hooks in the whole run; several in turn, A B A B."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from msgspec import structs
from torch import nn
from torch.utils.hooks import RemovableHandle

from inspector.bridge import processor
from inspector.bridge.build import build
from inspector.bridge.clocks import Clock, CpuClock, EventClock
from inspector.bridge.peak import Alive
from inspector.core.measures.latency import SIZES, Conditions, Peak, Setup, Timing, by_operation, timing
from inspector.core.measures.memory import inference_peak, memory
from inspector.core.measures.progress import Progress
from inspector.core.network.kinds import kind
from inspector.core.network.network import Network
from inspector.core.units import exact, short_bytes
from inspector.errors import MissingError, RunError
from inspector.outside import shown
from inspector.speech import say

MOST = 50_000
"""Operations of the largest network that is timed layer by layer."""
EVENTS: dict[str, Any] = {"cuda": torch.cuda, "mps": torch.mps}
"""Where torch has the events of a device."""

EVERY = 0.1
"""Seconds between two words on how far it is."""

Tell = Callable[[Progress], None]


def latencies(
    networks: Sequence[Network], setup: Setup, tell: Tell = lambda _: None, clock: Clock[Any] | None = None
) -> tuple[Timing, ...]:
    """The time of each network with random weights and a random input, in eval mode, without gradients.

    In each round all of them run once whole, and then once more with hooks on their leaves. `tell` is told how far it
    is. Raises MissingError where there is no such device, RunError where a network is too large or torch refuses.
    """
    _check(networks, setup)
    clock = clock or (CpuClock() if setup.device == "cpu" else EventClock(EVENTS[setup.device]))
    with _threads(setup.threads):
        load = processor.load()
        try:
            runners = [_Runner(network, setup, clock) for network in networks]
            _run(runners, setup, tell)
        except (RuntimeError, TypeError) as error:  # what torch raises of types, devices and memory
            what = shown(" ".join(str(error).split()), 200)
            said = say(
                "torch cannot run it on {device} in {dtype}: {what}", device=setup.device, dtype=setup.dtype, what=what
            )
            raise RunError(said) from error
        done = structs.replace(setup, threads=torch.get_num_threads())
        return tuple(runner.timing(done, load) for runner in runners)


def _run(runners: Sequence[_Runner], setup: Setup, tell: Tell) -> None:
    """Warm up, then run all in turn so many times, while nothing is collected as garbage."""
    rounds = setup.warm_up + setup.runs
    with _without_garbage(), torch.inference_mode():
        begun = told = time.monotonic()
        first = 0.0
        for number in range(rounds):
            if number == setup.warm_up:
                for runner in runners:
                    runner.forget()
            for runner in runners:
                runner.plain()
            for runner in runners:
                runner.watched()
            now = time.monotonic()
            first = first or now - begun  # dearer than those that follow
            each = (now - begun - first) / number if number else first
            if number in (0, rounds - 1) or now - told >= EVERY:
                told = now
                tell(Progress(number + 1, setup.warm_up, rounds, each * (rounds - number - 1)))


class _Runner:
    """One network, ready to run, and the seconds of its runs."""

    def __init__(self, network: Network, setup: Setup, clock: Clock[Any]) -> None:
        self._network, self._clock, self._setup = network, clock, setup
        self._operations = list(network.operations())
        before = torch.cuda.memory_allocated() if setup.device == "cuda" else 0
        dtype, layout = getattr(torch, setup.dtype), torch.channels_last if setup.channels_last else None
        self._module = build(network.design, setup.device).eval().to(dtype)
        weights = torch.cuda.memory_allocated() - before if setup.device == "cuda" else 0
        self._image = torch.randn(network.design.input, device=setup.device).to(dtype)
        if layout is not None:
            self._module = self._module.to(memory_format=layout)
            self._image = self._image.contiguous(memory_format=layout)
        self._leaves = {name: each for name, each in self._module.named_modules() if not [*each.children()]}
        self._peak = self._measured(before + weights)
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._whole: list[float] = []
        self._hooked: list[float] = []
        self._layers: list[tuple[float, ...]] = []

    def _measured(self, before: int) -> Peak:
        """The bytes of feature maps at the peak of a run, beside what was allocated before.

        It runs in `no_grad`: in inference mode an operation that is made of others is seen as one.
        """
        computed = inference_peak(self._network, SIZES[self._setup.dtype])
        if self._setup.device == "cuda":
            torch.cuda.reset_peak_memory_stats()
            with torch.no_grad():
                self._module(self._image)
            return Peak(torch.cuda.max_memory_allocated() - before, computed, is_allocator=True)
        with torch.no_grad(), Alive(self._image, self._module) as alive:
            self._module(self._image)
        return Peak(alive.peak, computed)

    def plain(self) -> None:
        """Run once, whole."""
        self._whole.append(self._run()[1])

    def watched(self) -> None:
        """Run once with hooks on all leaves."""
        calls: list[tuple[str, Any, Any]] = []
        with _hooks(self._leaves, self._clock, calls):
            begin, took = self._run()
        self._hooked.append(took)
        called = [path for path, _, _ in calls]
        expected = [place.path for place in self._operations if kind(place.node).is_module]
        if called != expected:
            raise RunError(say("the module calls other layers than the design has; inspector verify tells which"))
        moments = [(self._clock.seconds(begin, one), self._clock.seconds(begin, other)) for _, one, other in calls]
        self._layers.append(by_operation(self._operations, moments))

    def _run(self) -> tuple[Any, float]:
        """When a run began, and the seconds that it took."""
        clock = self._clock
        clock.wait()
        begin = clock.mark()
        self._module(self._image)
        end = clock.mark()
        clock.wait()
        return begin, clock.seconds(begin, end)

    def timing(self, setup: Setup, load: float | None) -> Timing:
        """What came of the runs."""
        name, cores, shape = processor.processor(setup.device), processor.cores(), self._network.design.input
        conditions = Conditions(setup, name, cores, str(torch.__version__), shape, load)
        return timing(self._network, conditions, self._whole, self._hooked, self._layers, self._peak)


@contextmanager
def _hooks(leaves: dict[str, nn.Module], clock: Clock[Any], calls: list[tuple[str, Any, Any]]) -> Iterator[None]:
    """Note path, begin and end of each call of a leaf, as long as the block lasts."""
    mark, begun = clock.mark, [None]

    def begin(*_: object) -> None:
        begun[0] = mark()

    def end(path: str, *_: object) -> None:
        calls.append((path, begun[0], mark()))

    handles: list[RemovableHandle] = []
    try:
        for path, leaf in leaves.items():
            handles += (leaf.register_forward_pre_hook(begin), leaf.register_forward_hook(partial(end, path)))
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """So many threads of torch in a block; its own number where that is 0."""
    before = torch.get_num_threads()
    torch.set_num_threads(number or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _without_garbage() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _check(networks: Sequence[Network], setup: Setup) -> None:
    """That there is the device, and room for the networks."""
    if setup.device in EVENTS and not EVENTS[setup.device].is_available():
        raise MissingError(say("{device}: torch has no such device here", device=setup.device))
    for network in networks:
        count = sum(1 for _ in network.operations())
        if count > MOST:
            said = say(
                "{n} operations are more than are timed one by one; at most {most}", n=exact(count), most=exact(MOST)
            )
            raise RunError(said)
    room = processor.memory() if setup.device == "cpu" else None
    needed = sum(_needed(network, setup) for network in networks)
    if room is not None and needed > room:
        said = say(
            "weights and feature maps need {needed}, and this machine has {room} of memory",
            needed=short_bytes(needed),
            room=short_bytes(room),
        )
        raise RunError(said)


def _needed(network: Network, setup: Setup) -> int:
    """Bytes: weights are made in fp32, feature maps in the type that is asked for."""
    held = memory(network)
    return held.params["fp32"] + held.buffers["fp32"] + inference_peak(network, SIZES[setup.dtype])
