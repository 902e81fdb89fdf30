from __future__ import annotations

import pytest

from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.measures.counting import count
from inspector.core.network.network import analyze
from inspector.errors import DesignError

TABLE = {  # params, conv+fc MACs, torchinfo mult-adds: measured on the tools themselves at 1×3×224×224
    "resnet18": (11_689_512, 1_814_073_344, 1_814_083_944),
    "resnet34": (21_797_672, 3_663_761_408, 3_663_779_432),
    "resnet50": (25_557_032, 4_089_184_256, 4_089_238_376),
    "resnet101": (44_549_160, 7_801_405_440, 7_801_511_784),
    "resnet152": (60_192_808, 11_513_626_624, 11_513_779_048),
    "resnext50_32x4d": (25_028_904, 4_230_479_872, 4_230_549_096),
    "resnext101_32x8d": (88_791_336, 16_414_015_488, 16_414_219_368),
    "resnext101_64x4d": (83_455_272, 15_460_270_080, 15_460_473_960),
    "wide_resnet50_2": (68_883_240, 11_398_021_120, 11_398_090_344),
    "wide_resnet101_2": (126_886_696, 22_753_050_624, 22_753_189_480),
    "resnet50_v1": (25_557_032, 3_857_973_248, 3_858_027_368),
}

EDITS = {
    ("conv5_x.planes=256",): (13_970_472, 3_532_611_584),
    ("conv5_x.planes=384",): (18_993_704, 3_773_165_568),
    ("conv4_x.planes=128",): (19_091_496, 2_939_551_744),
    tuple(f"conv{n}_x.width_per_group=128" for n in (2, 3, 4, 5)): (68_883_240, 11_398_021_120),
    (
        *(f"conv{n}_x.groups=32" for n in (2, 3, 4, 5)),
        *(f"conv{n}_x.width_per_group=4" for n in (2, 3, 4, 5)),
    ): (25_028_904, 4_230_479_872),
    tuple(f"layer{n}.expansion=2" for n in (1, 2, 3, 4)): (17_763_880, 2_957_795_328),
    ("conv5_x.blocks=2",): (21_094_440, 3_870_818_304),
    ("conv4_x.blocks=8",): (27_791_400, 4_525_916_160),
    ("num_classes=10",): (23_528_522, 4_087_156_736),
    ("stride_on=conv1",): (25_557_032, 3_857_973_248),
    ("conv5_3.conv3=1024",): (26_105_896, 4_165_230_592),
}


def test_every_preset_is_in_the_table() -> None:
    assert tuple(TABLE) == PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_the_measured_numbers(name: str) -> None:
    network = analyze(preset(name))
    assert (network.params, network.macs, count(network)["torchinfo"]) == TABLE[name]
    assert network.design.base == name


@pytest.mark.parametrize("assignments", EDITS, ids=lambda found: found[0])
def test_edits_have_the_measured_numbers(assignments: tuple[str, ...]) -> None:
    network = analyze(edit(preset("resnet50"), *assignments))
    assert (network.params, network.macs) == EDITS[assignments]


def test_depths_are_those_of_the_names() -> None:
    assert [preset(name).depth for name in ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")] == [
        18,
        34,
        50,
        101,
        152,
    ]


def test_an_unknown_preset_is_answered_with_the_nearest() -> None:
    with pytest.raises(DesignError, match="resnet5: no such preset; did you mean resnet50"):
        preset("resnet5")
