"""The process that torch lives in when the editor asks.

It is started as `python -m inspector.bridge.worker`, reads one request a line on standard input and writes one answer a
line on standard output, both JSON. When its input ends, it ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from typing import TextIO

import msgspec

from inspector.core.design import Design
from inspector.core.network import analyze
from inspector.core.verdict import Answer, Request, judge

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal to get when the parent ends."""


def answer(request: Request) -> Answer:
    """Build the design on `meta`, ask torchinfo, and judge; whatever goes wrong is said in the answer."""
    try:
        from inspector.bridge.build import build
        from inspector.bridge.measure import measure

        network = analyze(request.design)
        verdict = judge(network, measure(build(request.design, "meta"), request.design.input))
    except Exception as error:  # noqa: BLE001  # the editor goes on whatever torch says
        return Answer(request.number, problem=f"{type(error).__name__}: {error}")
    return Answer(request.number, verdict)


def serve(requests: TextIO, answers: TextIO) -> None:
    """Answer each request in turn; torch is imported, and warmed up, before the first is read."""
    answer(Request(0, Design()))
    for line in requests:
        found = answer(msgspec.json.decode(line, type=Request))
        answers.write(msgspec.json.encode(found).decode() + "\n")
        answers.flush()


def stand_back() -> None:
    """Leave the cores to the editor and its terminal; on Linux, end with the editor however it ends."""
    os.environ["OMP_NUM_THREADS"] = "1"
    os.nice(19)
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    stand_back()
    serve(sys.stdin, sys.stdout)
