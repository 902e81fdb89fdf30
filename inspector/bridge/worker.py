"""The process that torch lives in when the editor asks.

It is started as `python -m inspector.bridge.worker PID`, with the editor's process number, reads one request a line on
standard input and writes one answer a line on standard output, both JSON. When its input ends, it ends.
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
from inspector.core.verdict import READY, Answer, Request, judge

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
    """Say that one is there, import and warm up torch, then answer each request in turn."""
    _say(Answer(READY), answers)
    answer(Request(READY, Design()))
    for line in requests:
        _say(answer(msgspec.json.decode(line, type=Request)), answers)


def _say(found: Answer, answers: TextIO) -> None:
    answers.write(msgspec.json.encode(found).decode() + "\n")
    answers.flush()


def stand_back(editor: int) -> None:
    """End with the editor however it ends, and leave the cores to it, as far as the system lets one."""
    os.environ["OMP_NUM_THREADS"] = "1"
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != editor:  # it ended before its end could be told of
        sys.exit()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(19)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def own_output() -> TextIO:
    """Standard output for answers alone: what libraries print goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    stand_back(int(sys.argv[1]))
    serve(sys.stdin, own_output())
