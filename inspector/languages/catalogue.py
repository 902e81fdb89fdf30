"""Makes and compiles the catalogues: `python -m inspector.languages.catalogue [CODE …]`, which needs Babel.

Every catalogue, and those of new languages by their codes, gets the texts that the code has now, what was said of them
already stays, and it is compiled. `compiled` is all that is done when the package is built.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
_FIRST = {"say": 0, "later": 0, "Action": 2, "Entry": 1}
"""Calls whose argument of that number is a text."""
_PAIRS = {"some": 1, "later_some": 0}
"""Calls whose arguments from that number on are what is said of one thing and of several."""
Text = str | tuple[str, str]
"""What is said: one text, or one for one thing and one for several."""


def texts(source: str) -> Iterator[tuple[int, Text]]:
    """What the code of a file says, each with its line: Babel's own reader does not look into f-strings."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in _PAIRS:
                pair = [each.value for each in node.args[_PAIRS[name] :][:2] if isinstance(each, ast.Constant)]
                if len(pair) == 2:  # it is no pair of a table, which `later_some` names
                    yield node.lineno, (str(pair[0]), str(pair[1]))
            if name == "Action" and isinstance(node.args[1], ast.Constant) and not node.args[1].value:
                continue  # one for messages alone, which nobody is told of
            wanted = node.args[_FIRST[name] : _FIRST[name] + 1] if name in _FIRST else []
            wanted += [each.value for each in node.keywords if name == "Action" and each.arg == "short"]
            for each in wanted:
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value:
                    yield node.lineno, each.value
        elif isinstance(node, ast.FunctionDef) and any(map(_is_command, node.decorator_list)):
            yield node.lineno, ast.get_docstring(node) or ""


def _is_command(decorator: ast.expr) -> bool:
    """Whether a function under a decorator is a command of click, whose help is its docstring."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(function, ast.Attribute) and function.attr in ("command", "group")


def said() -> Catalog:
    """All that the package says, in the order of its files."""
    catalog = Catalog(project="inspector", charset="utf-8")
    for path in sorted(HERE.parent.rglob("*.py")):
        for _, text in sorted(texts(path.read_text(encoding="utf-8")), key=lambda each: each[0]):
            catalog.add(text, locations=[(path.relative_to(HERE.parent.parent).as_posix(), None)])  # type: ignore[list-item]
    return catalog


def update(code: str) -> None:
    """Bring the catalogue of a language up to what the package says now; begin it where there is none."""
    path = HERE / f"{code}.po"
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=code)
    else:
        catalog = Catalog(locale=code, project="inspector", charset="utf-8")
    catalog.update(said(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalog, width=120, omit_header=False)


def compiled() -> list[Path]:
    """Compile every catalogue, to where gettext looks for it."""
    written = []
    for path in sorted(HERE.glob("*.po")):
        target = HERE / path.stem / "LC_MESSAGES" / "messages.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as file, target.open("wb") as out:
            write_mo(out, read_po(file, locale=path.stem))
        written.append(target)
    return written


if __name__ == "__main__":
    for each in sorted({*sys.argv[1:], *(path.stem for path in HERE.glob("*.po"))}):
        update(each)
    compiled()
