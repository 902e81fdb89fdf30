"""Clocks: moments of a run, and the seconds between them, on the processor or by a device's own events."""

from __future__ import annotations

import time
from typing import Any, Protocol, TypeVar

Moment = TypeVar("Moment")


class Clock(Protocol[Moment]):
    """What takes moments while a network runs; the seconds between two are asked once all of it has been waited for."""

    def mark(self) -> Moment:
        """This moment, in the order of what is worked on."""

    def wait(self) -> None:
        """Wait until all that was asked for is done."""

    def seconds(self, since: Moment, until: Moment) -> float:
        """Seconds from one moment to another."""


class CpuClock:
    """The processor's: what was asked for is done when it returns. Moments are nanoseconds."""

    mark = staticmethod(time.perf_counter_ns)

    def wait(self) -> None:
        """Nothing is left to wait for."""

    def seconds(self, since: int, until: int) -> float:
        """Seconds from one moment to another."""
        return (until - since) / 1e9


class Event(Protocol):
    """A moment of a device: torch.cuda.Event, torch.mps.Event."""

    def record(self) -> object:
        """Put it behind all that the device has been given."""

    def elapsed_time(self, end_event: Any) -> float:  # noqa: ANN401  # each device takes its own kind
        """Milliseconds up to another, once the device has come to both."""


class Events(Protocol):
    """What torch has for a device whose work runs beside Python's: torch.cuda, torch.mps."""

    def Event(self, *, enable_timing: bool) -> Event:  # noqa: N802  # torch's name
        """An event that can tell time."""

    def synchronize(self) -> None:
        """Wait for the device."""


class EventClock:
    """A device's own: events are put among its work, and read once all of it is done.

    No such device was at hand where this was written: its tests hand it false events.
    """

    def __init__(self, events: Events) -> None:
        self._events = events

    def mark(self) -> Event:
        """An event, recorded."""
        event = self._events.Event(enable_timing=True)
        event.record()
        return event

    def wait(self) -> None:
        """Wait for the device."""
        self._events.synchronize()

    def seconds(self, since: Event, until: Event) -> float:
        """Seconds from one event to another."""
        return since.elapsed_time(until) / 1000
