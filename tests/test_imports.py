"""Torch and Textual are guests: who imports them is looked up in fresh interpreters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

HEAVY = ("torch", "torchvision", "torchinfo", "textual", "rich")
LATER = (
    "textual.widgets._text_area",
    "tomllib",
    "shlex",
    "inspector.journal.keeper",
    "inspector.core.mistakes",
    "inspector.tui.widgets.find",
    "inspector.tui.widgets.ranking",
    "inspector.tui.widgets.ripple",
)
"""What a dialog needs, or a start whose first screen is there already."""
EDITOR = "from inspector.tui.app import InspectorApp\nfrom inspector import preset\nInspectorApp(preset('resnet50'))"


def _imported(code: str, names: Sequence[str] = HEAVY) -> set[str]:
    script = f"import sys\n{code}\nprint('\\n@', *(name for name in {names!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("@")[2].split())


@pytest.mark.parametrize(
    "code",
    [
        "import inspector",
        "from inspector import Design, preset, analyze, edit; analyze(edit(preset('resnet50'), 'conv5_x.planes=384'))",
        "from inspector.cli import main; main(['report', '--format', 'json'])",
        "from inspector.cli import main; main(['report', '--format', 'md', '--set', 'conv5_x.planes=384'])",
        "from inspector.cli import main; main(['report', '--format', 'html', '--set', 'conv5_x.planes=384'])",
        "from inspector.cli import main; main(['report', '--format', 'svg'])",
        "from inspector.cli import main; main(['compare', 'resnet18', 'resnet34', '--format', 'html'])",
        "from inspector.cli import main; main(['check', '--max-params', '20M', '--max-growth', '5%'])",
        "from inspector.cli import main; main(['fit', 'width', '--max-macs', '2G'])",
        "from inspector.cli import main; main(['sweep', 'conv5_x.planes=64:512:64'])",
        "from inspector import analyze; analyze('resnet18')._repr_mimebundle_()",
        "from inspector.cli import main; main(['presets'])",
        "from inspector.cli import main; main(['--version'])",
        "from inspector.cli import main; main(['report', '--set', 'conv5_x.planes=0'])",
        "from inspector.files.weights import contents; contents",
        "import inspector.bridge.process, inspector.journal.keeper, inspector.session.actions",
    ],
)
def test_answers_without_weights_need_neither_torch_nor_textual(code: str) -> None:
    assert _imported(code) == set()


def test_the_editor_needs_no_torch() -> None:
    assert _imported(EDITOR) == {"textual", "rich"}


def test_the_first_screen_waits_for_nothing_that_it_does_not_show() -> None:
    assert _imported(EDITOR, LATER) == set()


def test_only_the_bridge_brings_torch() -> None:
    assert _imported("import inspector.bridge.measure, inspector.bridge.build") >= {"torch", "torchvision", "torchinfo"}


def test_importing_the_package_loads_no_room() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import inspector, sys; print([n for n in sys.modules if n.startswith('inspector.')])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_listed() -> None:
    import inspector

    assert set(inspector.__all__) <= set(dir(inspector))
    with pytest.raises(AttributeError, match="no attribute 'vgg'"):
        inspector.vgg  # noqa: B018


def test_a_preset_is_opened_without_what_reads_files_of_weights() -> None:
    code = (
        "import sys, inspector.tui.app as tui\n"
        "tui.InspectorApp.run = lambda self: None\n"
        "sys.stdout.isatty = sys.stdin.isatty = lambda: True\n"
        "from inspector.cli import main\n"
        "assert main(['resnet50']) == 0\n"
        "late = {'inspector.files.checkpoints', 'inspector.core.weights.recognise', 'inspector.files.design'}\n"
        "print(*(late & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")
