"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import inspector
from inspector.core.network.kinds import KINDS

ROOT = Path(inspector.__file__).parent
READING = {"read_text", "read_bytes", "write_text", "write_bytes", "open", "fdopen", "mkstemp", "unlink", "rename"}
MAY_READ = {"files", "journal", "notes"}
"""Rooms that touch files; notes read those that come with the package."""
MAY_OPEN = {
    "bridge/command.py",
    "bridge/arrays.py",
    "bridge/decode.py",
    "bridge/processor.py",
    "bridge/values.py",
    "bridge/worker.py",
    "cli/printer.py",
    "languages/__init__.py",
    "languages/catalogue.py",
    "report/json_report.py",
}
"""Standard streams are files too: the worker keeps its own, a broken one is pointed at nothing; catalogues and the
schema of the report come with the package, and the processor's name stands in a file of the system.

What torch loads the values of is looked at first; a picture is decoded from bytes that `files` has read.
"""


def _files() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def test_files_are_read_and_written_in_one_place() -> None:
    touching = set()
    for name, tree in _files():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                is_method = isinstance(node.func, ast.Attribute) and node.func.attr in READING
                is_ours = is_method and ast.unparse(node.func).startswith("self.")
                is_builtin = isinstance(node.func, ast.Name) and node.func.id == "open"
                if is_builtin or (is_method and not is_ours):
                    touching.add(name)
    assert {name for name in touching if name.partition("/")[0] not in MAY_READ} == MAY_OPEN


def test_parts_of_a_node_have_names() -> None:
    for name, tree in _files():
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
                is_from_the_end = isinstance(node.slice, ast.UnaryOp) and isinstance(node.slice.op, ast.USub)
                assert not (node.value.attr == "children" and is_from_the_end), f"{name}:{node.lineno}"


def test_what_is_so_of_several_kinds_stands_in_the_table_of_kinds() -> None:
    for name, tree in _files():
        if name.startswith("core/network/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
                parts = node.keys if isinstance(node, ast.Dict) else node.elts
                kinds = [part for part in parts if isinstance(part, ast.Constant) and part.value in KINDS]
                assert len(kinds) < 2, f"{name}:{node.lineno}"


def test_there_is_one_app_and_it_is_short() -> None:
    apps = {
        node.name: [ast.unparse(base) for base in node.bases]
        for name, tree in _files()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and name.startswith("tui/")
    }
    assert [name for name, bases in apps.items() if "App[None]" in bases] == ["KeysInOrder"]
    assert [name for name, bases in apps.items() if "KeysInOrder" in bases] == ["InspectorApp"]
    assert not [name for name, bases in apps.items() if "InspectorApp" in bases]
    assert len((ROOT / "tui" / "app.py").read_text(encoding="utf-8").splitlines()) < 300
