"""What reaches into Textual's insides: each private part that is used, by name; and nothing else does."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import pytest
import textual.keys
from rich.console import Console
from rich.style import Style
from textual._compositor import Compositor, CompositorUpdate
from textual.app import App
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.widgets import TextArea

import inspector.tui

ROOM = Path(inspector.tui.__file__).parent
USED: dict[str, tuple[object, str]] = {
    "compositor.py _dirty_regions": (Compositor(), "_dirty_regions"),
    "compositor.py _regions_to_spans": (Compositor, "_regions_to_spans"),
    "compositor.py _compositor": (Screen, "_compositor"),
    "compositor.py _color_system": (Console(), "_color_system"),
    "compositor.py _make_ansi_codes": (Style, "_make_ansi_codes"),
    "driver.py _auto_restart": (Driver, "_auto_restart"),
    "driver.py _debug": (Driver, "_debug"),
    "driver.py _loop": (Driver, "_loop"),
    "driver.py _sigtstp_application": (LinuxDriver, "_sigtstp_application"),
    "ascii.py _filters": (App, "_filters"),
    "legible.py _filters": (App, "_filters"),
    "keys.py _character_to_key": (textual.keys, "_character_to_key"),
    "painted.py _scroll_update": (ScrollView, "_scroll_update"),
    "painted.py _size_updated": (ScrollView, "_size_updated"),
    "pasting.py _on_paste": (TextArea, "_on_paste"),
}
"""Files of the room, the private part that each uses, and who has it."""


def _private(path: Path) -> set[str]:
    """Names with an underscore that a file uses but does not make itself."""
    tree = ast.parse(path.read_text())
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr.startswith("_")}
    used |= {a.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for a in node.names}
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    own |= {
        target.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for target in ast.walk(target)
        if isinstance(target, ast.Attribute)
    }
    private = {name for name in used if name.startswith("_") and not name.startswith("__")}
    return private - (own - {name for _, name in USED.values()})


def test_each_private_part_that_is_used_is_named_here() -> None:
    used = {f"{path.name} {name}" for path in (ROOM / "terminal").glob("*.py") for name in _private(path)}
    assert used == set(USED)


@pytest.mark.parametrize("part", USED)
def test_each_private_part_is_there(part: str) -> None:
    owner, name = USED[part]
    is_there = hasattr(owner, name) or f"self.{name}" in inspect.getsource(owner)  # type: ignore[arg-type]
    assert is_there, f"{part}: this Textual has no such part any more"


def test_what_is_overridden_and_relied_on_is_as_it_was() -> None:
    assert list(inspect.signature(Compositor.render_partial_update).parameters) == ["self"]
    assert list(inspect.signature(CompositorUpdate.render_segments).parameters) == ["self", "console"]
    assert list(inspect.signature(Compositor._regions_to_spans).parameters) == ["regions"]  # noqa: SLF001
    assert inspect.iscoroutinefunction(App.on_event)
    assert list(inspect.signature(Screen._reset_focus).parameters) == ["self", "widget", "avoiding"]  # noqa: SLF001
    for name in ("_get_terminal_size", "run_input_thread", "start_application_mode", "stop_application_mode"):
        assert list(inspect.signature(getattr(LinuxDriver, name)).parameters) == ["self"], name
    for part in ("self._file = ", "self.exit_event", "self.fileno = ", "target=self._run_input_thread"):
        assert part in inspect.getsource(LinuxDriver), f"driver.py relies on {part}"
    assert "_fatal_error" in inspect.getsource(App._handle_exception)  # noqa: SLF001
    assert "_return_code = 1" in inspect.getsource(App._handle_exception)  # noqa: SLF001  # a crash, as cli.edit knows it
    assert isinstance(MessagePump.message_queue_size, property)


def _classes(module: Any) -> list[type]:  # noqa: ANN401  # a module
    return [each for each in vars(module).values() if inspect.isclass(each) and each.__module__ == module.__name__]


def test_nothing_outside_the_room_takes_the_place_of_a_private_part() -> None:
    from importlib import import_module

    paths = [path for path in ROOM.rglob("*.py") if path.parent.name != "terminal" and path.name != "__init__.py"]
    for path in paths:
        module = import_module("inspector.tui." + ".".join(path.relative_to(ROOM).with_suffix("").parts))
        for each in _classes(module):
            theirs = {
                name
                for base in each.__mro__[1:]
                if base.__module__.startswith("textual")
                for name in vars(base)
                if name.startswith("_") and not name.startswith("__")
            }
            own = {name for name, made in vars(each).items() if inspect.isfunction(made) or isinstance(made, property)}
            assert not own & theirs, each
