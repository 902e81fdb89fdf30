"""Every sentence in every language: what is said is in the catalogues, and what is on a screen is said."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from editor import app_of, editor, make
from hypothesis import given, settings
from rich.cells import cell_len
from strategies import designs

import inspector
from inspector.cli import clicks
from inspector.core.changes.compare import explain
from inspector.core.changes.side_by_side import side_by_side
from inspector.core.design.design import Design
from inspector.core.design.presets import preset
from inspector.core.explain.facts import facts, title
from inspector.core.measures.counting import CONVENTIONS
from inspector.core.mistakes.diagnosis import diagnose
from inspector.core.network.network import analyze
from inspector.languages import catalogue, following, language, languages, name, with_particles
from inspector.report.comparison import columns
from inspector.speech import say, some, speaking

HOME = Path(inspector.__file__).parent
CODES = languages()[1:]
RESNET50 = preset("resnet50")


def _placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("code", CODES)
def test_every_sentence_is_in_every_catalogue_and_nothing_else_is(code: str) -> None:
    with (HOME / "languages" / f"{code}.po").open("rb") as file:
        catalog = read_po(file, locale=code)
    now, there = {each.id for each in catalogue.said() if each.id}, {each.id for each in catalog if each.id}
    assert now == there, "python -m inspector.languages.catalogue brings the catalogues up to the code"
    for each in catalog:
        texts = each.string if isinstance(each.string, tuple) else (each.string,)
        known = each.id if isinstance(each.id, tuple) else (each.id,)
        for text in texts if each.id else ():
            assert text.strip(), f"{each.id} is in English only"
            if "{" in text:
                allowed = set().union(*map(_placeholders, known))
                assert _placeholders(text) <= allowed, text
                assert _placeholders(known[0]) & _placeholders(known[-1]) <= _placeholders(text), text
            assert text[:1].isspace() == known[0][:1].isspace() or known[0] in (" or ", " and "), text
    assert not catalog.obsolete
    assert not any(each.fuzzy for each in catalog if each.id)


def _texts(catalog: catalogue.Catalog) -> dict[str, str]:
    return {str([*each.id] if isinstance(each.id, list | tuple) else each.id): "".join(each.string) for each in catalog}


@pytest.mark.parametrize("code", CODES)
def test_what_is_compiled_is_what_is_written(code: str) -> None:
    folder = HOME / "languages"
    with (folder / f"{code}.po").open("rb") as file, (folder / code / "LC_MESSAGES/messages.mo").open("rb") as other:
        written, compiled = read_po(file, locale=code), read_mo(other)
    assert _texts(written) == _texts(compiled), "python -m inspector.languages.catalogue compiles them"


def test_click_says_what_is_named_of_it() -> None:
    sources = "".join(path.read_text() for path in Path(clicks.__file__).parent.glob("*.py"))
    import click

    source = "".join(path.read_text() for path in Path(click.__file__).parent.glob("*.py"))
    for text in clicks.WORDS:
        for each in text if isinstance(text, tuple) else (text,):
            assert repr(each)[1:-1] in source or each in source, each
    assert sources


_SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}|[a-z]{3,} \{")
_SAYS = {"say", "later", "some", "later_some", "Action", "Entry"}
_NOT_SAID = {
    "__init__.py": "for whoever programs",
    "api.py": "what is typed into a shell",
    "tui/terminal/compositor.py": "for whoever programs",
    "report": "reports are English: others read them, and programs",
    "cli/presets.py": "a table of numbers, which programs may read",
    "bridge/build.py": "for whoever calls the library",
    "bridge/measure.py": "for whoever calls the library",
    "bridge/picture.py": "pictures are English: others look at them, and the font has no other letters",
    "core/cam/captions.py": "the same",
    "bridge/processor.py": "what the system says",
    "core/measures/latency.py": "for whoever programs",
    "core/mistakes/wordings.py": "what torch says",
    "core/mistakes/copied.py": "what torch says",
    "bridge/recalibrate.py": "records are English: others read them, and programs",
    "core/mistakes/keys.py": "names of modules",
    "core/mistakes/numbers.py": "words that people write with numbers",
    "core/weights/schemes.py": "names of tensors",
    "journal/record.py": "for whoever reads a journal that is damaged",
    "languages": "for whoever builds the package",
    "core/changes/gradcam.py": "Python",
    "core/explain/make_layer.py": "Python",
    "notes/__init__.py": "patterns",
    "tui/terminal/graphics.py": "a command",
    "tui/widgets/badge.py": "colours",
}
"""Files in which a text of several words need not be said, and why."""
_IDS = re.compile(
    r"^(share of|[a-z]+ changed|set aside|cut [a-z]+|no [a-z]+|new fc|other (use|shape)|\$[a-z-]+ bold|bold \$[a-z-]+"
    r"|[#.\w-]+)$"
)
"""Names inside the program that have blanks in them."""


def _unsaid(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    said: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in _SAYS or called.endswith(("Error", "Field")):
                said |= (
                    {id(each) for argument in node.args for each in ast.walk(argument)} if called in _SAYS else set()
                )
                said |= {id(each) for word in node.keywords for each in ast.walk(word)} if called == "Action" else set()
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            said |= {id(each.value) for each in node.body if isinstance(each, ast.Expr)}
        elif isinstance(node, ast.Expr):
            said.add(id(node.value))
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]
    return [text for text in texts if _SENTENCE.search(text) and not _IDS.match(text)]


def test_no_sentence_stands_in_the_code_unsaid() -> None:
    found = {}
    for path in sorted(HOME.rglob("*.py")):
        name_ = path.relative_to(HOME).as_posix()
        if not any(name_ == each or name_.startswith(f"{each}/") for each in _NOT_SAID):
            unsaid = _unsaid(path)
            if unsaid:
                found[name_] = unsaid
    assert not found, "\n".join(f"{path}: {texts}" for path, texts in found.items())


_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def _numbers(texts: list[str]) -> Counter[str]:
    return Counter(number for text in texts for number in _NUMBER.findall(text))


def _told(design: Design) -> list[list[str]]:
    """All that is said of a design: title and facts of each place, what its edits did."""
    network, base = analyze(design), analyze(preset(design.base))
    told = [
        [
            title(network, place),
            *(f"{fact.label} {line}" for fact in facts(network, place, base) for line in fact.lines),
        ]
        for place in network.places()
        if place.where[1:2] in ((), (0,), (1,))
    ]
    return [*told, *([each.what, each.why] for each in explain(base, network))]


@pytest.mark.parametrize("code", CODES)
@settings(max_examples=20)
@given(design=designs())
def test_what_is_said_has_the_same_numbers_in_every_language(code: str, design: Design) -> None:
    english = _told(design)
    with speaking(language(code)):
        other = _told(design)
    for one, twin in zip(english, other, strict=True):
        assert _numbers(one) == _numbers(twin), (one, twin)
        assert "(는)" not in " ".join(twin)
        assert "{" not in " ".join(twin)


CHANNELS = " 1024 channels instead"
PIXELS = " 224 channels instead"
MODEL = " current model is torch.Size([1000, 2048])."
ERRORS = [
    "running_mean should contain 1024 elements not 2048",
    "The size of tensor a (1024) must match the size of tensor b (2048) at non-singleton dimension 1",
    "Given groups=1, weight of size [512, 2048, 1, 1], expected input[1, 1024, 7, 7] to have 2048 channels, but got"
    + CHANNELS,
    "mat1 and mat2 shapes cannot be multiplied (1x1024 and 2048x1000)",
    "mat1 and mat2 shapes cannot be multiplied (1x100352 and 2048x1000)",
    "mat1 and mat2 shapes cannot be multiplied (2048x1 and 2048x1000)",
    "size mismatch for fc.weight: copying a param with shape torch.Size([10, 2048]) from checkpoint, the shape in"
    + MODEL,
    "Given groups=1, weight of size [64, 3, 7, 7], expected input[1, 224, 224, 3] to have 3 channels, but got" + PIXELS,
    "running_mean should contain 77 elements not 99",
]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("text", ERRORS)
def test_an_error_is_explained_with_the_same_numbers_and_edits(text: str, code: str) -> None:
    english = diagnose(text, RESNET50)
    with speaking(language(code)):
        other = diagnose(text, RESNET50)
    assert english is not None
    assert other is not None
    assert (english.edit, english.others, english.topic, english.name) == (
        other.edit,
        other.others,
        other.topic,
        other.name,
    )
    assert other.why != english.why
    assert set(_numbers([english.why])) == set(_numbers([other.why]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3은(는)", "3은"),
        ("2은(는)", "2는"),
        ("1으로(로)", "1로"),
        ("3으로(로)", "3으로"),
        ("블록을(를)", "블록을"),
        ("코드을(를)", "코드를"),
        ("파일이(가)", "파일이"),
        ("`conv3`과(와)", "`conv3`과"),
        ("channel로 (가)", "channel로 (가)"),
        ("없음", "없음"),
    ],
)
def test_particles_go_by_the_last_sound(text: str, expected: str) -> None:
    assert with_particles(text) == expected


def test_one_thing_and_several_are_told_apart_and_braces_stay_without_values() -> None:
    assert some(1, "{n} block", "{n} blocks") == "1 block"
    assert some(2, "{n} block", "{n} blocks") == "2 blocks"
    assert say("{n} more", n=3) == "3 more"
    assert say('keys: "{x}"') == 'keys: "{x}"'


def test_languages_follow_each_other_and_have_their_own_names() -> None:
    assert following("en") == "ko"
    assert following("ko") == "en"
    assert following("xx") == "en"
    assert [name(code) for code in languages()] == ["English", "한국어"]
    assert language("xx") is None


def test_a_third_language_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gettext import GNUTranslations

    from inspector.speech import Language

    monkeypatch.setattr(catalogue, "HERE", tmp_path)
    monkeypatch.setattr(catalogue, "said", _small)
    catalogue.update("de")
    path = tmp_path / "de.po"
    text = path.read_text()
    text = text.replace('msgid "Undo"\nmsgstr ""', 'msgid "Undo"\nmsgstr "Rückgängig"')
    path.write_text(
        text.replace('msgstr[0] ""', 'msgstr[0] "{n} Block"').replace('msgstr[1] ""', 'msgstr[1] "{n} Blöcke"')
    )
    catalogue.update("de")
    (compiled,) = catalogue.compiled()
    with compiled.open("rb") as file, speaking(Language("de", GNUTranslations(file))):
        assert say("Undo") == "Rückgängig"
        assert say("not there yet") == "not there yet"
        assert [some(n, "{n} block", "{n} blocks") for n in (1, 2)] == ["1 Block", "2 Blöcke"]


def _small() -> catalogue.Catalog:
    small = catalogue.Catalog(charset="utf-8")
    small.add("Undo")
    small.add(("{n} block", "{n} blocks"))
    return small


_WORDS = re.compile(r"(?<!\S)[a-z]{3,}(?: [a-z]{2,}){2,}")
"""Three English words in a row."""
DIALOGS = {
    "budget": (),
    "adapt": (),
    "cam": (),
    "choose": ("open",),
    "copy": (),
    "curve": (),
    "countings": (),
    "designs": (0, ""),
    "edits": (),
    "export": ("toml",),
    "fit": (),
    "help": (),
    "history": (),
    "mistake": (),
    "norm": (),
    "note": (),
    "quit": (),
    "side": (),
    "steps": (),
    "target": (),
    "weights": (),
}


def _lines(pilot: object) -> list[str]:
    strips = pilot.app.screen._compositor.render_strips()  # type: ignore[attr-defined]  # noqa: SLF001
    return ["".join(segment.text for segment in strip) for strip in strips]


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_screen_speaks_korean_and_has_lines_of_its_width(size: tuple[int, int]) -> None:
    async with editor(size=size, lang="ko", ascii=False) as pilot:
        make(pilot, "conv5_3.conv3=1024")
        app = app_of(pilot)
        for pane in ("app.tree", "app.ripple", "app.ranking", "app.picture"):
            app.do(pane)
            await pilot.pause()
            _is_korean(_lines(pilot), size[0], pane)
        app.do("app.tree")
        app.do("app.find")
        await pilot.pause()
        _is_korean(_lines(pilot), size[0], "find")
        await pilot.press("escape")
        for dialog, arguments in DIALOGS.items():
            if dialog == "norm":
                app.do("app.jump-to", "conv5_3.bn3")
            app.effects._dialogs.open(dialog, *arguments)  # noqa: SLF001  # as an outcome asks for it
            await pilot.pause()
            _is_korean(_lines(pilot), size[0], dialog)
            app.pop_screen()
            await pilot.pause()


def _is_korean(lines: list[str], width: int, where: str) -> None:
    assert {cell_len(line) for line in lines} == {width}, where
    english = [line.strip() for line in lines if _WORDS.search(line)]
    assert not english, f"{where}: {english}"
    assert any("가" <= char <= "힣" for line in lines for char in line), where


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_another_language_is_spoken_everywhere_at_once(size: tuple[int, int]) -> None:
    """After the key the screen is that of an editor which spoke the language from its start."""
    screens: dict[str, list[list[str]]] = {}
    for first in languages():
        async with editor(size=size, lang=first) as pilot:
            make(pilot, "conv5_3.conv3=1024")
            for pane in ("app.tree", "app.ripple", "app.ranking"):
                app_of(pilot).do(pane)
                await pilot.pause()
                screens.setdefault(first, []).append(_lines(pilot))
                await pilot.press("L")
                await pilot.pause()
                screens.setdefault(following(first), []).append(_lines(pilot))
                await pilot.press("L")
    assert screens["en"][:3] == screens["en"][3:]
    assert screens["ko"][:3] == screens["ko"][3:]


def test_designs_side_by_side_line_up_in_every_language() -> None:
    networks = [analyze(RESNET50), analyze(preset("resnet18")), analyze(preset("resnet101"))]
    for code in languages():
        with speaking(language(code)):
            table = columns(side_by_side(networks, ["하나", "two", "셋 copy"], CONVENTIONS["conv+fc"]))
        assert len({cell_len(label) for label, _ in table}) == 1
        ends = {cell_len(text) for _, text in table}
        assert len(ends) == 1, ends


@pytest.mark.parametrize("command", [(), ("config",), ("config", "path"), ("explain",), ("report",), ("compare",)])
def test_the_help_of_every_command_is_korean(command: tuple[str, ...], tmp_path: Path) -> None:
    environment = {"LANG": "ko_KR.UTF-8", "HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    arguments = [sys.executable, "-m", "inspector", *command, "--help"]
    done = subprocess.run(arguments, capture_output=True, check=True, env=environment)
    lines = [line for line in done.stdout.decode().splitlines() if "사용법:" not in line]
    english = [line for line in lines if _WORDS.search(line)]
    assert not english
    assert "사용법:" in done.stdout.decode()
