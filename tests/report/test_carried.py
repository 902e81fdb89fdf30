"""The record of weights that were carried over: what it says adds up, and is read again."""

from __future__ import annotations

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import designs, edits

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.weights.draw import origins
from inspector.core.weights.plan import plan
from inspector.core.weights.record import Proof, Recalibrated, Record, Source, record
from inspector.core.weights.state_dict import tensors
from inspector.errors import DesignError
from inspector.report.carried import as_json, as_markdown

PROOF = Proof(1.5e-7, 2.25, (1, 3, 64, 64), "float32", 10)


def _record(before: Design, after: Design, name: str = "mine.pth") -> Record:
    planned = plan(analyze(before), analyze(after), "slice")
    strengths = {draw.source: [0.0] * draw.of for draw in planned.draws.values()}
    strengths |= {name: [0.0] * 10_000 for draw in planned.draws.values() for name in draw.together}
    found = {pair: origins(draw, strengths) for pair, draw in planned.draws.items()}
    return record(Source(name, "0" * 64, before), after, planned, found, 3, PROOF, Recalibrated(7, "RGB"))


@settings(max_examples=20)
@given(st.data())
def test_every_tensor_is_told_once_and_the_sums_are_theirs(data: st.DataObject) -> None:
    before = data.draw(designs())
    try:
        after = edit(before, data.draw(edits(before)))
    except DesignError:
        return
    told = _record(before, after)
    said = json.loads(as_json(told))
    own = dict(tensors(analyze(after)))
    assert {each["name"]: tuple(each["shape"]) for each in said["tensors"]} == own
    assert {*said["gone"]} == {*dict(tensors(analyze(before)))} - {*own}
    assert (said["schema"], said["seed"], said["recalibrated"]["pictures"]) == ("inspector/adapt/1", 3, 7)
    text = as_markdown(told)
    table = text.partition("## Tensors")[2].partition("##")[0]
    assert sum(int(each.replace(",", "")) for each in re.findall(r"\| ([0-9,]+) \|$", table, re.MULTILINE)) == len(own)
    assert text.count("| gone |") == len(said["gone"])


def test_a_page_says_what_was_promised_and_measured() -> None:
    before = preset("resnet50")
    text = as_markdown(_record(before, edit(before, "conv5_3.conv3=1024"), "a`b|<b>c.pth"))
    assert "From `a'b|<b>c.pth`, SHA-256" in text
    assert "| conv5_3.conv3 | 2048 | 1024 |" in text
    assert "- layer4.2.conv3: 2048 channels → 1024, the strongest are kept" in text
    assert "Promised: other outputs: what is left out is missing" in text
    assert "1.5e-07, where the old network puts out up to 2.25" in text
    assert "| `layer4.2.conv3` | `layer4.0.conv3` | 2,048 | 0-1023 |" in text
    assert "| `layer4.2.downsample.0.weight` | selection |  | 1024×2048×1×1 |" in text
    assert "recalibrated afterwards on 7 pictures" in text
