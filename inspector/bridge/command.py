"""A command of `inspector`, run in a process of its own for the editor: what takes torch, files and a while."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from typing import NamedTuple


class Text(NamedTuple):
    """A text that a command reads as a file: it is handed a pipe."""

    text: str


class Ran(NamedTuple):
    """How a command ended: its exit code, what it said, and the last line of what it said on standard error."""

    code: int
    said: str
    problem: str


async def run(*arguments: str | Text) -> Ran:
    """Run `inspector ARGUMENTS…`; whoever is cancelled while waiting ends it."""
    pipes = {each: os.pipe() for each in arguments if isinstance(each, Text)}
    given = [f"/dev/fd/{pipes[each][0]}" if isinstance(each, Text) else each for each in arguments]
    readers = [reader for reader, _ in pipes.values()]
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "inspector", *given),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            pass_fds=readers,
        )
    except OSError:
        for writer in (writer for _, writer in pipes.values()):
            os.close(writer)
        raise
    finally:
        for reader in readers:
            os.close(reader)
    writing = asyncio.gather(*(asyncio.to_thread(_write, writer, each.text) for each, (_, writer) in pipes.items()))
    try:
        said, problem = await process.communicate()
        await writing
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    lines = problem.decode(errors="replace").splitlines()
    return Ran(process.returncode or 0, said.decode(errors="replace"), lines[-1] if lines else "")


def _write(descriptor: int, text: str) -> None:
    """Write a text to a pipe, and close it; whoever reads it may have ended."""
    with contextlib.suppress(OSError), os.fdopen(descriptor, "w", encoding="utf-8") as pipe:
        pipe.write(text)
