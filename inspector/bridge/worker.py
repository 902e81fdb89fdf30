"""The processes that the editor asks: the one that torch lives in, and one for what takes long without torch.

It is started as `python -m inspector.bridge.worker PID`, with the editor's process number, reads one request a line on
standard input and writes its answers, a line each, on standard output, all of it JSON. When its input ends, it ends.
Torch is imported, and warmed up, where it is started with `torch` before the number. It leaves the cores to the editor
but where it is started with `timing`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from inspector.bridge.protocol import READY, Asked, Cam, Cut, Diagnose, Time, Verify, answered
from inspector.core.budgets.cutting import Cut as Found
from inspector.core.cam.seen import Seen
from inspector.core.design.design import Design
from inspector.core.measures.latency import Timing
from inspector.core.measures.verdict import Verdict, judge
from inspector.core.mistakes.diagnosis import Diagnosis
from inspector.core.network.network import analyze
from inspector.errors import InspectorError
from inspector.languages import language
from inspector.outside import shown
from inspector.speech import say, speaking

Tell = Callable[[str], None]

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal to get when the parent ends."""


def verify(request: Verify) -> Verdict:
    """Build the design on `meta`, ask torchinfo, and judge."""
    from inspector.bridge.build import build
    from inspector.bridge.measure import measure

    network = analyze(request.design)
    return judge(network, measure(build(request.design, "meta"), request.design.input))


def diagnosis(request: Diagnose) -> Diagnosis | None:
    """Diagnose an error; no thread could, for Python's patterns let no other thread run."""
    from inspector.core.mistakes.diagnosis import diagnose

    with speaking(language(request.lang)):
        return diagnose(request.text, request.design)


def cut(request: Cut) -> tuple[Found, ...]:
    """Try every value of every number that can be cut."""
    from inspector.core.budgets.budget import parse
    from inspector.core.budgets.cutting import Against, cuts
    from inspector.core.budgets.quantities import Terms
    from inspector.core.measures.counting import convention

    networks = analyze(request.baseline), analyze(request.pretrained)
    against = Against(parse(request.budget), *networks, Terms(convention(request.counting)))
    with speaking(language(request.lang)):
        return cuts(request.design, against, request.selected)


def heat_maps(request: Cam, tell: Tell) -> Seen:
    """Run the networks on the picture, and draw their heat maps."""
    with speaking(language(request.lang)):
        tell(say("loading torch"))
        from inspector.bridge.cam_job import look

        return look(request, tell)


def times(request: Time, tell: Tell) -> tuple[Timing, ...]:
    """Run the networks in turn; one core is left to the editor unless it says how many it takes."""
    with speaking(language(request.lang)):
        tell(say("loading torch"))
        from inspector.bridge.processor import spare
        from inspector.bridge.timing import latencies

        setup = msgspec.structs.replace(request.setup, threads=request.setup.threads or spare())
        return latencies([analyze(design) for design in request.designs], setup, lambda at: tell(at.words))


HANDLERS: dict[type, Callable[[Any], object]] = {Verify: verify, Diagnose: diagnosis, Cut: cut}
"""What answers each kind of request."""
TELLING: dict[type, Callable[[Any, Tell], object]] = {Cam: heat_maps, Time: times}
"""What answers those that take a while, and says how far it is."""


def answer(asked: Asked, tell: Tell = lambda _: None) -> bytes:
    """The line that answers; whatever goes wrong is said in it. `tell` is told in words how far it is."""
    kind = type(asked.request)
    try:
        made = TELLING[kind](asked.request, tell) if kind in TELLING else HANDLERS[kind](asked.request)
        return answered(asked.number, made)
    except InspectorError as error:
        return answered(asked.number, problem=shown(str(error), 1000))
    except Exception as error:  # noqa: BLE001  # the editor goes on whatever torch says
        return answered(asked.number, problem=shown(" ".join(f"{type(error).__name__}: {error}".split()), 300))


def serve(requests: BinaryIO, answers: BinaryIO, *, warms_up: bool = True) -> None:
    """Say that one is there, import and warm up torch, say that one can work, then answer each request in turn."""
    _say(answered(READY), answers)
    if warms_up:
        answer(Asked(READY, Verify(Design())))
    _say(answered(READY), answers)
    for line in requests:
        asked = msgspec.json.decode(line, type=Asked)

        def tell(words: str, number: int = asked.number) -> None:
            _say(answered(number, progress=words), answers)

        _say(answer(asked, tell), answers)


def _say(line: bytes, answers: BinaryIO) -> None:
    answers.write(line)
    answers.flush()


def follow(editor: int) -> None:
    """End with the editor however it ends, as far as the system lets one."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != editor:  # it ended before its end could be told of
        sys.exit()


def stand_back() -> None:
    """Leave the cores to the editor, as far as the system lets one."""
    os.environ["OMP_NUM_THREADS"] = "1"
    with contextlib.suppress(OSError, AttributeError):
        os.nice(19)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def own_output() -> BinaryIO:
    """Standard output for answers alone: what libraries print goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    follow(int(sys.argv[-1]))
    if "timing" not in sys.argv:  # what waits for the cores measures its waiting
        stand_back()
    serve(sys.stdin.buffer, own_output(), warms_up="torch" in sys.argv)
