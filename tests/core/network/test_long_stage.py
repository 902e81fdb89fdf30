from __future__ import annotations

from hypothesis import given
from long_designs import lazily, overridden
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.measures.counting import count, terms
from inspector.core.measures.memory import memory
from inspector.core.measures.receptive import receptive_field, receptive_fields
from inspector.core.network.blocks import bottleneck
from inspector.core.network.kinds import operation
from inspector.core.network.long_stage import Blocks
from inspector.core.network.network import analyze
from inspector.core.network.search import search
from inspector.core.network.stages import FEW


@given(designs())
def test_a_stage_is_the_same_whether_its_blocks_are_made_or_not(design: Design) -> None:
    whole, lazy = analyze(design), lazily(design)
    assert all(isinstance(stage.children, Blocks) for stage in lazy.root.children if stage.kind == "Stage")
    assert list(lazy.places()) == list(whole.places())
    assert lazy.root == whole.root
    assert whole.root == lazy.root
    assert hash(lazy.root) == hash(whole.root)


@given(designs())
def test_all_that_is_measured_is_the_same(design: Design) -> None:
    whole, lazy = analyze(design), lazily(design)
    assert count(lazy) == count(whole)
    assert memory(lazy) == memory(whole)
    assert list(receptive_fields(lazy)) == list(receptive_fields(whole))
    for place in whole.places():
        assert terms(lazy.at(place.where).node) == terms(place.node)
        assert receptive_field(lazy, place.where) == receptive_field(whole, place.where)
        assert operation(lazy.at(place.where).node) == operation(place.node)
    for text in ("1", "projection", "conv4", "relu"):
        assert list(search(lazy, text)) == list(search(whole, text))


@given(designs(), designs())
def test_long_stages_are_equal_exactly_where_their_blocks_are(one: Design, other: Design) -> None:
    whole, lazy = (analyze(one), analyze(other)), (lazily(one), lazily(other))
    for number in range(len(whole[0].root.children)):
        mine, its = (each.root.children[number].children for each in lazy)
        assert (mine == its) == (tuple(mine) == tuple(its))


def test_an_edit_of_a_long_stage_makes_no_block_that_nobody_looks_at() -> None:
    design = overridden(10_000)
    analyze(design)
    before = bottleneck.cache_info().misses
    network = analyze(edit(design, "input.height=480"))
    assert network.macs == count(network)["conv+fc"]
    assert memory(network).gradients == 4 * network.params
    assert receptive_field(network, (4, 5000)) == receptive_field(network, (4, 4999)) + 32
    assert bottleneck.cache_info().misses - before < 40


def test_a_block_of_a_long_stage_is_found_as_any_other() -> None:
    network = analyze(overridden(FEW + 1))
    stage = network.find("conv4_x").node
    assert isinstance(stage.children, Blocks)
    assert stage.children[3] is stage.children[3]
    assert stage.children[-1] is stage.children[FEW]
    assert stage.children[2:4] == (stage.children[2], stage.children[3])
    assert network.find("conv4_4.conv1") == network.find("layer3.3.conv1") == network.at((4, 3, 0))
    assert network.get("conv4_34") is network.get((4, FEW + 1)) is None
    assert network.params == sum(place.node.params for place in network.operations())
