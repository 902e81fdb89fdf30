"""Torch's process as a service, with processes that the tests write themselves: late, wrong, large, broken, gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from inspector.bridge.process import ANOTHER, Reply, Torch
from inspector.bridge.protocol import Request, Verify
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset

RESNET50 = preset("resnet50")
HEAD = """
import json, os, sys, time
def say(number, result=None, problem="", progress=""):
    print(json.dumps({"number": number, "result": result, "problem": problem, "progress": progress}), flush=True)
print("a library says hello")
say(0)
for line in sys.stdin:
    asked = json.loads(line)
    number, request = asked["number"], asked["request"]
    kind, planes = request["kind"], request.get("design", {}).get("conv5_x", {}).get("planes", 0)
"""


class Double(Request, frozen=True, tag="double"):
    """Another kind of request, as checkpoints and heat maps will be."""

    result: ClassVar[Any] = int

    number: int


class Same(Verify, frozen=True, tag="verify"):
    """A verification that is answered by a number."""

    result: ClassVar[Any] = int


def _of(planes: int) -> Same:
    return Same(edit(RESNET50, f"conv5_x.planes={planes}"))


async def _there(path: Path) -> None:
    """Wait until there is such a file."""
    for _ in range(500):
        if path.exists():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(path)


@pytest.fixture
def service(tmp_path: Path) -> Callable[..., Any]:
    @asynccontextmanager
    async def started(body: str, **settings: float) -> AsyncIterator[Torch]:
        path = tmp_path / "worker.py"
        path.write_text(HEAD + "".join(f"    {line}\n" for line in body.splitlines()))
        torch = Torch((str(path),), **{"rest": 0.05, **settings})  # type: ignore[arg-type]
        try:
            yield torch
        finally:
            await torch.end()

    return started


async def test_a_request_is_answered_whatever_else_is_printed(service: Callable[..., Any]) -> None:
    async with service("print('hello'); say(number, planes)") as torch:
        assert await torch.ask(_of(8)) == Reply(8)
        assert await torch.ask(_of(16)) == Reply(16)


async def test_of_a_kind_the_newest_counts_and_others_are_answered_beside_it(service: Callable[..., Any]) -> None:
    body = "time.sleep(0.2)\nsay(number, planes if kind == 'verify' else 2 * request['number'])"
    async with service(body) as torch:
        asked = [
            asyncio.ensure_future(torch.ask(request)) for request in (_of(8), Double(3), _of(16), _of(24), Double(4))
        ]
        assert await asyncio.gather(*asked) == [None, None, None, Reply(24), Reply(8)]


async def test_what_is_superseded_while_it_is_worked_on_is_dropped(service: Callable[..., Any]) -> None:
    async with service("time.sleep(0.3)\nsay(number, planes)") as torch:
        first = asyncio.ensure_future(torch.ask(_of(8)))
        await asyncio.sleep(0.6)
        second = asyncio.ensure_future(torch.ask(_of(16)))
        await asyncio.sleep(0.02)
        third = asyncio.ensure_future(torch.ask(_of(24)))
        assert await asyncio.gather(first, second, third) in ([Reply(8), None, Reply(24)], [None, None, Reply(24)])


async def test_how_far_it_is_is_told(service: Callable[..., Any]) -> None:
    told: list[str] = []
    body = "say(number, progress='half of it')\nsay(number - 1, progress='of another')\nsay(number, 1)"
    async with service(body) as torch:
        assert await torch.ask(_of(8), told.append) == Reply(1)
    assert told == ["half of it"]


async def test_a_problem_is_handed_on(service: Callable[..., Any]) -> None:
    async with service("say(number, problem='RuntimeError: no')") as torch:
        assert await torch.ask(_of(8)) == Reply(problem="RuntimeError: no")


async def test_an_answer_that_is_none_is_a_problem(service: Callable[..., Any]) -> None:
    async with service("say(number, 'seven')") as torch:
        reply = await torch.ask(_of(8))
        assert reply is not None
        assert "an answer that is none" in reply.problem


async def test_an_answer_that_is_too_large_is_a_problem_and_the_next_is_answered(service: Callable[..., Any]) -> None:
    async with service("say(number, 7 if planes == 8 else 'x' * 300_000)", largest=1 << 17) as torch:
        reply = await torch.ask(_of(16))
        assert reply is not None
        assert "an answer of more than" in reply.problem
        assert await torch.ask(_of(8)) == Reply(7)


async def test_an_answer_that_is_too_late_is_a_problem_and_the_next_is_answered(service: Callable[..., Any]) -> None:
    async with service("time.sleep(600 if planes == 16 else 0); say(number, planes)", longest=0.4) as torch:
        reply = await torch.ask(_of(16))
        assert reply is not None
        assert "no answer within" in reply.problem
        assert await torch.ask(_of(8)) == Reply(8)


async def test_an_answer_that_nobody_waits_for_is_not_waited_for(service: Callable[..., Any]) -> None:
    async with service("time.sleep(600 if planes == 16 else 0); say(number, planes)", stale=0.3) as torch:
        first = asyncio.ensure_future(torch.ask(_of(16)))
        await asyncio.sleep(0.5)
        assert await torch.ask(_of(8)) == Reply(8)
        assert await first is None


async def test_who_is_cancelled_cancels_the_request(service: Callable[..., Any], tmp_path: Path) -> None:
    mark = tmp_path / "begun"
    body = f"open({str(mark)!r}, 'a').write('x')\ntime.sleep(600 if planes == 16 else 0)\nsay(number, planes)"
    async with service(body) as torch:
        first = asyncio.ensure_future(torch.ask(_of(16)))
        await _there(mark)
        begun = time.monotonic()
        first.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await first
        assert await torch.ask(_of(8)) == Reply(8)
        assert time.monotonic() - begun < 5


async def test_a_process_that_dies_is_started_once_more_and_the_request_put_to_it(
    service: Callable[..., Any], tmp_path: Path
) -> None:
    told: list[str] = []
    mark = tmp_path / "died"
    die = f"    open({str(mark)!r}, 'w')\n    os.kill(os.getpid(), 9)"
    body = f"if not os.path.exists({str(mark)!r}):\n{die}\nsay(number, 1)"
    async with service(body) as torch:
        assert await torch.ask(_of(8), told.append) == Reply(1)
    assert told == [ANOTHER]


async def test_a_process_that_dies_twice_is_not_started_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "worker.py"
    path.write_text("open('starts', 'a').write('x')\nraise SystemExit(1)\n")
    torch = Torch((str(path),), rest=0.01)
    with contextlib.chdir(tmp_path):
        assert await torch.ask(_of(8)) == Reply(problem="torch's process ended twice")
        assert await torch.ask(_of(16)) == Reply(problem="torch's process ended twice")
    assert (tmp_path / "starts").read_text() == "xx"


async def test_a_request_that_ends_every_process_fails_alone(service: Callable[..., Any], tmp_path: Path) -> None:
    told: list[str] = []
    starts = tmp_path / "starts"
    body = "if planes == 16:\n    os.kill(os.getpid(), 7)\nsay(number, planes)"
    async with service(body) as torch:
        path = tmp_path / "worker.py"
        counted = f"open({str(starts)!r}, 'a').write('x')\n" + path.read_text()
        path.write_text(counted.replace("for line in sys.stdin", "say(0)\nfor line in sys.stdin"))
        for _ in range(3):
            assert await torch.ask(_of(16), told.append) == Reply(problem="torch's process ended twice")
            assert await torch.ask(_of(8)) == Reply(8)
    assert told == [ANOTHER] * 3
    assert starts.read_text() == "x" * 7


async def test_a_process_that_never_comes_to_be_there_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "worker.py"
    path.write_text("import time\nprint('a library says hello', flush=True)\ntime.sleep(600)\n")
    torch = Torch((str(path),), rest=0.01, longest=0.6)
    assert await torch.ask(_of(8)) == Reply(problem="torch's process was not ready within 1 s")
    assert await torch.ask(_of(16)) == Reply(problem="torch's process was not ready within 1 s")
    assert torch._process is not None  # noqa: SLF001  # nobody sees it but by this
    assert torch._process.returncode == -9  # noqa: SLF001


async def test_a_process_that_is_idle_may_end_as_often_as_it_will(service: Callable[..., Any], tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    async with service("say(number, os.getpid())") as torch:
        path = tmp_path / "worker.py"
        path.write_text(f"open({str(starts)!r}, 'a').write('x')\n" + path.read_text())
        for planes in range(8, 40, 8):
            reply = await torch.ask(_of(planes))
            assert reply is not None
            assert reply.problem == ""
            os.kill(reply.result, 9)
            await asyncio.sleep(0.3)
            assert len(starts.read_text()) == planes // 8, "none is started before something is asked"


async def test_a_longer_hold_is_kept_and_the_newest_of_what_waited_is_answered(service: Callable[..., Any]) -> None:
    async with service("say(number, planes)") as torch:
        torch.hold(0.4)
        begun = time.monotonic()
        first = asyncio.ensure_future(torch.ask(_of(8)))
        torch.hold()
        second = asyncio.ensure_future(torch.ask(_of(16)))
        assert await asyncio.gather(first, second) == [None, Reply(16)]
        assert time.monotonic() - begun > 0.4


async def test_nothing_is_started_while_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "worker.py"
    path.write_text(f"open({str(tmp_path / 'starts')!r}, 'a').write('x')\n" + HEAD + "    say(number, 1)\n")
    torch = Torch((str(path),), rest=0.3)
    torch.hold()
    asked = asyncio.ensure_future(torch.ask(_of(8)))
    for _ in range(4):
        await asyncio.sleep(0.1)
        torch.hold()
        assert not (tmp_path / "starts").exists()
    assert await asked == Reply(1)
    await torch.end()


@pytest.mark.skipif(sys.platform != "linux", reason="the process is paused on Linux alone")
async def test_a_process_that_was_held_is_not_taken_for_a_slow_one(service: Callable[..., Any], tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    body = "time.sleep(1.5 if planes == 512 else 0)\nsay(number, planes)"
    async with service(body, stale=1.0, rest=0.3) as torch:
        path = tmp_path / "worker.py"
        path.write_text(f"open({str(starts)!r}, 'a').write('x')\n" + path.read_text())
        first = asyncio.ensure_future(torch.ask(_of(512)))
        await _there(starts)
        await asyncio.sleep(0.5)  # it is at work by now
        last = asyncio.ensure_future(torch.ask(_of(520)))
        for _ in range(12):
            torch.hold()
            await asyncio.sleep(0.12)
        assert await last == Reply(520)
        assert await first is None
    assert starts.read_text() == "x"


async def test_the_process_goes_with_the_service(service: Callable[..., Any]) -> None:
    async with service("say(number, os.getpid())") as torch:
        reply = await torch.ask(_of(8))
        assert reply is not None
    for _ in range(100):
        await asyncio.sleep(0.02)
        try:
            os.kill(reply.result, 0)
        except ProcessLookupError:
            return
    raise AssertionError(reply.result)


async def test_torch_itself_verifies_in_its_process() -> None:
    torch = Torch(rest=0.01)
    reply = await torch.ask(Verify(Design()))
    assert reply is not None
    assert (reply.problem, reply.result.agrees, reply.result.layers) == ("", True, 158)
    await torch.end()
