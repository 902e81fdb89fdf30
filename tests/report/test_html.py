"""The HTML report and the pictures: the same numbers, harmless, small, and quiet in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from long_designs import overridden
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS
from inspector.core.network.network import Network, analyze
from inspector.core.units import exact
from inspector.report.comparison import RENDERED, compared
from inspector.report.drawing import RUN, groups, tall, wide
from inspector.report.formats import FORMATS, TALL, Carried, subject
from inspector.report.notebook import comparison_html, network_html

RESNET50 = preset("resnet50")
EDITED = analyze(edit(RESNET50, "conv5_3.conv3=1024"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class _Page(HTMLParser):
    """Tags, attributes and the texts of table cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.tables[-1][-1].append("".join(self._cell))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def _html(network: Network) -> str:
    return FORMATS["html"].render(subject(network))


@settings(max_examples=25)
@given(designs())
def test_every_layer_and_total_is_in_the_page_with_the_numbers_of_the_json(design: Design) -> None:
    network = analyze(design)
    told = json.loads(FORMATS["json"].render(subject(network)))
    page = _Page(_html(network))
    layers = next(table for table in page.tables if table[0][:3] == ["path", "name", "kind"])
    assert [(row[0], row[1], row[2], row[6], row[7]) for row in layers[1:]] == [
        (each["path"], each["name"], each["kind"], exact(each["params"]), exact(each["macs"]))
        for each in told["layers"]
    ]
    countings = next(table for table in page.tables if table[0][0] == "counting")
    assert {row[0]: row[1].split(" ")[0] for row in countings[1:]} == {
        name: exact(cost) for name, cost in told["totals"]["counting"].items()
    }
    text = _html(network)
    for number in (told["totals"]["params"], told["totals"]["macs"], told["totals"]["bytes"]["train_activations"]):
        assert exact(number) in text


def test_what_follows_is_told_with_its_reasons() -> None:
    page = _Page(_html(EDITED))
    changes = next(table for table in page.tables if table[0] == ["place", "what", "why", "params", "MACs"])
    assert changes[3] == [
        "conv5_3.downsample",
        "new: 1×1, 2048 → 1024",
        "the identity no longer fits the sum: 2048 ≠ 1024",
        "+2,099,200",
        "+102,760,448",
    ]
    assert sum(int(row[3].replace(",", "") or 0) for row in changes[1:]) == 548_864


def test_what_survives_is_told_where_there_are_weights() -> None:
    about = subject(EDITED)._replace(weights=Carried("a<b>.pth", analyze(RESNET50)))
    text = FORMATS["html"].render(about)
    assert "a&lt;b&gt;.pth" in text
    survival = next(table for table in _Page(text).tables if table[0] == ["", "tensors", "params", "bytes"])
    assert survival[1][:2] == ["same", "313"]


@pytest.mark.parametrize("name", ["html", "svg", "md"])
def test_nothing_is_asked_for_from_anywhere(name: str) -> None:
    text = FORMATS[name].render(subject(EDITED))
    assert not re.findall(r"(?:src|href|url|@import|xlink)\s*[=(]", text)
    assert set(re.findall(r"https?://[^\"\s<]*", text)) <= {"http://www.w3.org/2000/svg"}


def test_pages_are_small() -> None:
    assert len(_html(analyze(preset("resnet152"))).encode()) < 1_000_000
    assert len(network_html(analyze(edit(preset("resnet152"), "width=0.5"))).encode()) < 60_000


def test_a_long_network_is_drawn_and_told() -> None:
    network = analyze(overridden(300))
    text = _html(network)
    assert "more blocks" in text
    assert text.count("<tr>") > 3_000


@pytest.mark.parametrize("render", [wide, tall])
@settings(max_examples=40)
@given(design=designs())
def test_drawings_have_every_block_and_no_text_without_room(render: object, design: Design) -> None:
    network = analyze(design)
    drawing = render(network, analyze(preset(design.base)), design.base)  # type: ignore[operator]
    units = [unit for group in groups(network, network, RUN) for unit in group.units]
    assert sum(unit.times for unit in units if unit.kind in ("block", "rest")) == sum(s.blocks for s in design.stages)
    assert len(drawing.boxes) >= len(units)
    for text in (*drawing.texts, *(line for box in drawing.boxes for line in box.lines)):
        room = 6.7 * len(text.text)
        left = text.x - {"start": 0, "middle": room / 2, "end": room}[text.anchor]
        assert left >= -0.1, text
        assert left + room <= drawing.width + 0.1, text
        assert 0 < text.y < drawing.height, text
    for box in drawing.boxes:
        for line in box.lines:
            assert box.x <= line.x - 6.7 * len(line.text) / 2
            assert line.x + 6.7 * len(line.text) / 2 <= box.x + box.width


def test_boxes_do_not_overlap() -> None:
    for render in (wide, tall):
        boxes = render(EDITED, analyze(RESNET50), "x").boxes
        for at, one in enumerate(boxes):
            for other in boxes[at + 1 :]:
                apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
                apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
                assert apart_x or apart_y, (one, other)


def test_what_differs_is_marked_and_projections_are_told_apart() -> None:
    drawing = wide(EDITED, analyze(RESNET50), "x")
    marked = [text.text for text in drawing.texts if text.role == "edited"]
    assert marked == ["conv5_3", "avgpool", "fc"]
    assert sum(arc.is_projection for arc in drawing.arcs) == 5
    assert [frame.mark for frame in drawing.frames] == ["", "", "", "", "edited", "edited"]
    longer = analyze(edit(RESNET50, "conv3_x.blocks=5"))
    assert "new" in {box.mark for box in wide(longer, analyze(RESNET50), "x").boxes}


@pytest.mark.parametrize("format_", [FORMATS["svg"], TALL])
def test_a_picture_is_xml(format_: object) -> None:
    root = ET.fromstring(format_.render(subject(EDITED)))  # type: ignore[attr-defined]  # noqa: S314  # it is ours
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "conv5_3" in texts
    assert "1×1, 1024" in texts


HOSTILE = ["<script>alert(1)</script>", "a|b", "[red]x[/red]", "=cmd()", "x\ny", "\x1b[31m", '"><img src=x>', "'a' & b"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text_in_every_format(name: str) -> None:
    found = compared([analyze(RESNET50), EDITED], [name, f"{name}2"], CONVENTIONS["conv+fc"])
    pages = [RENDERED["html"](found), comparison_html(found)]
    pages.append(FORMATS["html"].render(subject(EDITED)._replace(weights=Carried(name, analyze(RESNET50)))))
    for text in pages:
        tags = [tag for tag, _ in _Page(text).tags]
        assert tags.count("script") <= 1
        assert "img" not in tags
        assert "\x1b" not in text
    markdown = RENDERED["md"](found)
    table = [line for line in markdown.split("\n") if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in table[:20]}) == 1
    assert "<script>" not in markdown
    assert "<img" not in markdown
    json.loads(RENDERED["json"](found))


def test_a_notebook_takes_the_colours_of_its_page() -> None:
    for text in (
        network_html(EDITED),
        comparison_html(compared([analyze(RESNET50), EDITED], ["a", "b"], CONVENTIONS["conv+fc"])),
    ):
        assert "<script" not in text
        assert "<style" not in text
        assert not re.search(r"\sid=", text)
        backgrounds = set(re.findall(r"background:([^;\"]*)", text))
        assert backgrounds <= {"none", "rgba(128,128,128,.35)"}


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here to open a page in")
@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_opens_it_without_an_error_or_a_request(tmp_path: Path, width: int) -> None:
    page = tmp_path / "report.html"
    told = "`${document.documentElement.scrollWidth} ${document.querySelectorAll('th').length}`"
    script = f"<script>document.title = {told}</script>"
    page.write_text(_html(EDITED).replace("</body>", f"{script}</body>"))
    assert CHROMIUM is not None
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command += [f"--window-size={max(width, 500)},900", "--enable-logging=stderr", "--v=0", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "CONSOLE" not in done.stderr
    title = re.search(r"<title>(\d+) (\d+)</title>", done.stdout)
    assert title
    assert int(title[1]) <= max(width, 500)  # tables scroll by themselves, the page does not
    assert int(title[2]) > 20
