"""Several networks side by side: every number is the network's own, and the stages add up to the whole."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import designs

from inspector.core.changes.side_by_side import WHOLE, side_by_side
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.counting import convention
from inspector.core.measures.memory import memory
from inspector.core.network.network import analyze
from inspector.report.comparison import as_text, compared
from inspector.report.comparison import json as as_json
from inspector.report.comparison import markdown as as_markdown


@settings(max_examples=20)
@given(st.lists(designs(), min_size=2, max_size=4), st.sampled_from(["conv+fc", "thop"]))
def test_stages_add_up_and_differences_are_right(drawn: list[object], counting: str) -> None:
    networks = [analyze(each) for each in drawn]  # type: ignore[arg-type]  # designs
    table = side_by_side(networks, ["a"] * len(networks), convention(counting))
    found = compared(networks, ["a"] * len(networks), convention(counting))
    assert len(set(table.names)) == len(networks)
    quantities = {each.key: each.rows for each in table.quantities}
    for at, network in enumerate(networks):
        for key, total in (("params", network.params), ("cost", convention(counting).of(network.root))):
            assert quantities[key][WHOLE][at] == total
            assert sum(row[at] for part, row in quantities[key].items() if part != WHOLE) == total
        assert quantities["backward_bytes"][WHOLE][at] == memory(network).train_activations
    lines = as_text(table).splitlines()
    assert len({len(line) for line in lines if line.startswith("params")}) == 1
    assert json.loads(as_json(found))["params"][WHOLE] == [network.params for network in networks]


def test_what_is_told_of_two() -> None:
    base = preset("resnet50")
    networks = [analyze(base), analyze(edit(base, "conv5_3.conv3=1024"))]
    found = compared(networks, ["a", "b"], convention("conv+fc"))
    text, markdown = as_text(found.table), as_markdown(found)
    assert "25,557,032     26,105,896     +548,864" in text
    assert "| params | 25,557,032 | 26,105,896 | +548,864 |" in markdown
    assert "| MACs, conv5_x | 809,238,528 | 886,308,864 | +77,070,336 |" in markdown
    assert "| conv5_x C×H×W | 2048×7×7 | 1024×7×7 |  |" in markdown
    rows = markdown.partition("<details>")[0].strip().splitlines()
    assert {row.count("|") for row in rows} == {5}
