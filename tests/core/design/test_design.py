from __future__ import annotations

import pytest
from msgspec import structs

from inspector.core.design.design import Design, Override, Stage, Stem
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.errors import DesignError, InspectorError


def test_a_design_is_resnet50_unless_told_otherwise() -> None:
    assert Design() == preset("resnet50")


@pytest.mark.parametrize(
    ("make", "address"),
    [
        (lambda: Stage(0, 64), "stage.blocks"),
        (lambda: Stage(3, True), "stage.planes"),
        (lambda: Stage(3, 64.0), "stage.planes"),
        (lambda: Stage(3, 64, dilate=1), "stage.dilate"),
        (lambda: Stage(3, 1, width_per_group=63), "stage.width_per_group"),
        (lambda: Stage(3, 65536, groups=65536, width_per_group=65536), "stage.width_per_group"),
        (lambda: Stage(3, 65536, expansion=65536), "stage.expansion"),
        (lambda: Stage(3, 64, overrides=(Override(4, conv1=8),)), "stage.overrides.block"),
        (lambda: Stage(3, 64, overrides=(Override(2, conv1=8), Override(1, conv1=8))), "stage.overrides.block"),
        (lambda: Stage(3, 64, groups=2, overrides=(Override(2, conv2=9),)), "block 2.conv2"),
        (lambda: Stage(3, 64, overrides=(Override(2),)), "stage.overrides.block"),
        (lambda: Stage(3, 64, overrides=[Override(2, conv1=8)]), "stage.overrides"),
        (lambda: Stage(3, 64, overrides=(1,)), "stage.overrides"),
        (lambda: Override(0), "block 0.block"),
        (lambda: Override(1, conv3="8"), "block 1.conv3"),
        (lambda: Stem(kernel=8), "stem.kernel"),
        (lambda: Stem(pool=None), "stem.pool"),
        (lambda: Design(base="vgg16"), "base"),
        (lambda: Design(input=(1, 3, 224)), "input"),
        (lambda: Design(input=[1, 3, 224, 224]), "input"),
        (lambda: Design(conv2_x=None), "conv2_x"),
        (lambda: Design(block="basic"), "stride_on"),
        (lambda: Design(block="basic", stride_on="conv1"), "conv2_x.expansion"),
    ],
)
def test_what_cannot_be_is_refused_where_it_is_made(make: object, address: str) -> None:
    with pytest.raises(DesignError) as raised:
        make()  # type: ignore[operator]
    assert raised.value.address == address
    assert isinstance(raised.value, InspectorError)
    assert raised.value.exit_code == 2


def test_designs_are_values() -> None:
    design = Design()
    assert hash(design) == hash(Design())
    with pytest.raises(AttributeError):
        design.num_classes = 3  # type: ignore[misc]
    assert structs.replace(design, num_classes=10) != design


def test_an_override_that_makes_a_map_too_large_is_refused() -> None:
    assignments = ("stem.stride=1", "stem.pool=false", "conv2_1.conv1=65536", "input=65536,3,65536,65536")
    with pytest.raises(DesignError, match="more than torch can address"):
        edit(Design(), *assignments)
