"""One hostile string through everything that shows, prints or writes something: nothing but text comes out."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from msgspec import structs
from textual.pilot import Pilot
from textual.widgets import Input, TextArea
from timed import made

from inspector.bridge import timing
from inspector.cli import cli, main
from inspector.core.design.edit import edit
from inspector.core.design.history import Baseline, History
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.outside import harmless, is_text, plain, quoted, shown
from inspector.report.formats import FORMATS, subject
from inspector.session.bench import Check, Offer, Work
from inspector.session.outcome import Say
from inspector.tui.app import InspectorApp
from inspector.tui.config import Settings

HOSTILE = "a\x1b[31mb\x1b]0;t\x07\x9b2J\x7f\u202e\u2066[bold]x[/bold] $(touch X);`id`\r\n\udcffz"
"""Sequences, C1, DEL, marks that turn writing round, markup, a shell's signs, a line break, a byte that is no text."""
RESNET50 = preset("resnet50")


def _is_harmless(text: str) -> bool:
    return all(char in "\n\t" or is_text(char) for char in text)


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Parameter]]:
    """Every command with each of its parameters that take a text."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            assert sub is not None
            yield from _commands(sub, (*path, name))
    for parameter in command.params if path else ():
        if not getattr(parameter, "is_flag", False):
            yield path, parameter


COMMANDS = list(_commands(cli))


@pytest.mark.parametrize(("path", "parameter"), COMMANDS, ids=lambda value: getattr(value, "name", value))
def test_whatever_a_command_is_given_it_prints_text(
    path: tuple[str, ...],
    parameter: click.Parameter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(timing, "latencies", lambda networks, *_: tuple(map(made, networks)))
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(HOSTILE.encode("utf-8", "surrogateescape"))))
    for value in (HOSTILE, f"x={HOSTILE}", f"num_classes={HOSTILE}", f"./{HOSTILE}", "-"):
        given = [value] if isinstance(parameter, click.Argument) else [parameter.opts[0], value]
        assert main([*path, *given]) in (0, 2, 3)
        said = capsys.readouterr()
        assert _is_harmless(said.out), said.out
        assert _is_harmless(said.err), said.err
        assert said.err.count("\n") <= 1 or "Usage" in said.err


def test_a_file_of_such_a_name_is_named_in_text_and_in_commands_that_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    name = HOSTILE.replace("/", "") + ".toml"
    Path(name).write_text("num_classes = 1000")
    error = "running_mean should contain 1024 elements not 2048"
    assert main(["explain", error, name]) == 0
    out = capsys.readouterr().out
    assert _is_harmless(out)
    (command,) = (line.partition("inspector ")[2] for line in out.splitlines() if "--set" in line)
    script = f"printf '%s\\0' {command}"
    told = subprocess.run(["/bin/bash", "-c", script], capture_output=True, check=True).stdout
    assert told.split(b"\0")[0] == name.encode("utf-8", "surrogateescape")
    assert not Path("X").exists()
    for text in ("num_classes = -1", f'"{plain(HOSTILE)}" = 1', "\x1b[31m"):
        Path(name).write_text(text)
        assert main(["report", name]) == 2
        assert _is_harmless(capsys.readouterr().err)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_on_designs_of_such_names_is_text(format_: str) -> None:
    about = subject(analyze(edit(RESNET50, "conv5_3.conv3=1024")), analyze(RESNET50))
    assert _is_harmless(FORMATS[format_].render(about))


def _work() -> Work:
    """Work as a journal may have it, whose names went through no dialog."""
    history = History.of(RESNET50).record(edit(RESNET50, "num_classes=7"), HOSTILE)
    history = history.compared(Baseline(edit(RESNET50, "num_classes=9"), HOSTILE))
    return Work(history, RESNET50, Path("/tmp") / HOSTILE.replace("/", ""), HOSTILE)  # noqa: S108  # never written


def _drawn(pilot: Pilot[None]) -> str:
    strips = pilot.app.screen._compositor.render_strips()  # noqa: SLF001  # what is sent to the terminal
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


ARGUMENTS = {"choose": ("open",), "designs": (0, HOSTILE), "export": ("toml",)}


async def test_whatever_is_shown_is_text() -> None:
    app = InspectorApp(RESNET50, settings=Settings(verify=False))
    app.words = (Say(HOSTILE, 8, "warning"),)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        opened = structs.replace(app.bench.here, work=_work())
        told = structs.replace(app.bench, designs=(opened, structs.replace(opened, number=1)))
        told = structs.replace(told, offers=(Offer(1, _work(), 0.0, HOSTILE),))
        app._take(structs.replace(told, check=Check(told.design, problem=HOSTILE)), (Say(HOSTILE, 5, "warning"),))  # noqa: SLF001
        await pilot.pause(0.1)
        assert _is_harmless(_drawn(pilot))
        for name in app.effects._dialogs._makers:  # noqa: SLF001  # every dialog there is
            app.effects._dialogs.open(name, *ARGUMENTS.get(name, ()))  # noqa: SLF001
            await pilot.pause()
            for field in app.screen.query(Input):
                field.value = HOSTILE
            for area in app.screen.query(TextArea):
                area.text = HOSTILE
            await pilot.pause()
            assert _is_harmless(_drawn(pilot)), name
            if app.screen.query(Input):
                app.screen.query(Input).first().focus()
                await pilot.press("enter")
                await pilot.pause()
                assert _is_harmless(_drawn(pilot)), name
            while len(app.screen_stack) > 1:
                app.pop_screen()
                await pilot.pause()
        for pane in ("r", "o", "d", "slash"):
            await pilot.press(pane)
            await pilot.pause()
            assert _is_harmless(_drawn(pilot)), pane


def test_what_is_shown_says_what_was_there() -> None:
    assert shown("a\x1b[31m\u202eb\udcff") == "a\\x1b[31m\\u202eb\\udcff"
    assert shown("x" * 90, 20) == "x" * 19 + "…"
    assert harmless("a\tb\n\x9b") == "a\tb\n\\x9b"
    assert harmless("필터\u3000é") == "필터\u3000é"
    assert shown(10**9999) == "a int too large to show"


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("\x1b[31mqq\x1b[0m", "qq"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("a\x1bPq\x1b\\b\x1bcd\x9b\x7f\u202e", "abd"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[200", ""),
        ("필터\x1b[", "필터"),
        ("", ""),
    ],
)
def test_what_is_pasted_is_text(pasted: str, text: str) -> None:
    assert plain(pasted) == text


@pytest.mark.parametrize(
    "word", [HOSTILE, "a b; touch X", "it's", "\\'\x01", "필터 \u202e", "plain.toml", "\U000e0001"]
)
def test_a_word_of_a_command_is_one_word_of_a_shell(word: str) -> None:
    script = f"printf %s {quoted(word)}"
    said = subprocess.run(["/bin/bash", "-c", script], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    assert said.stdout == word.encode("utf-8", "surrogateescape")
    assert quoted(word).isprintable()
