from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from strategies import designs

from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.file import differences, parse
from inspector.core.design.presets import preset
from inspector.errors import DesignError, DesignFileError
from inspector.files.design import read
from inspector.report.design_toml import design_file


@given(designs())
def test_a_design_written_and_read_is_the_same(design: Design) -> None:
    assert parse(design_file(design)) == design


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_its_base_and_nothing_else(name: str) -> None:
    assert differences(preset(name)) == {"base": name}


def test_a_file_says_only_what_differs() -> None:
    edited = edit(preset("resnet50"), "conv5_3.conv3=1024", "conv4_x.planes=128", "input=1,3,512,512")
    assert differences(edited) == {
        "base": "resnet50",
        "input": [1, 3, 512, 512],
        "conv4_x": {"planes": 128},
        "conv5_x": {"overrides": [{"block": 3, "conv3": 1024}]},
    }


def test_an_empty_file_is_resnet50() -> None:
    assert parse("") == preset("resnet50")


def test_a_basic_network_may_be_based_on_a_bottleneck_one() -> None:
    assert parse('base = "resnet50"\nblock = "basic"').conv5_x == preset("resnet34").conv5_x


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[conv5_x]\nplane = 3", "conv5_x.plane = 3: unknown key; did you mean planes?"),
        ("conv5 = 3", "conv5 = 3: unknown key; did you mean conv5_x?"),
        ("[conv5_x]\nplanes = '384'", "conv5_x.planes = '384': must be an integer from 1 to 65536"),
        ("[conv5_x]\nplanes = true", "conv5_x.planes = true: must be an integer from 1 to 65536"),
        ("[stem]\npool = 1", "stem.pool = 1: must be true or false"),
        ("stem = 3", "stem = 3: must be a table, written [stem]"),
        ("[conv5_x]\noverrides = 3", "conv5_x.overrides = 3: must be tables, written [[conv5_x.overrides]]"),
        ("[[conv5_x.overrides]]\nconv3 = 8", "conv5_x.overrides[0].block: is missing"),
        ("[[conv5_x.overrides]]\nblock = 3\nconv4 = 8", "conv5_x.overrides[0].conv4 = 8: unknown key"),
        ("[[conv5_x.overrides]]\nblock = 3\nconv3 = 0", "conv5_x.overrides[0].conv3 = 0: must be an integer"),
        ("[[conv5_x.overrides]]\nblock = 4\nconv3 = 8", "conv5_x.overrides.block = 4: there is no such block"),
        ("base = 'resnet49'", "base = resnet49: must be resnet18 or"),
        ("base = ['resnet50']", "base = ['resnet50']: must be resnet18 or"),
        ("input = [1, 3, 224]", "input = [1, 3, 224]: must be N,C,H,W"),
        ("base = 'resnet18'\n[conv5_x]\nexpansion = 4", "conv5_x.expansion = 4: must be 1 in a basic block"),
        (
            "base = 'resnet18'\n[conv5_x]\n[[conv5_x.overrides]]\nblock = 1\nconv3 = 8",
            "conv5_1.conv3 = 8: a basic block",
        ),
        ("[conv5_x]\ngroups = 7\n[[conv5_x.overrides]]\nblock = 3\nconv1 = 8", "conv5_3.conv1 = 8: must be divisible"),
    ],
)
def test_what_is_no_design_is_named_with_its_key(text: str, message: str) -> None:
    with pytest.raises(DesignError) as raised:
        parse(text)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        "[conv5_x",
        "a = ",
        "\x00",
        "x = " + "[" * 5000,
        "x = " + "9" * 9000,
        "num_classes = 0x" + "f" * 5000,
        "a." * 3000 + "a = 1",
        "input = [0x" + "f" * 5000 + "]",
    ],
)
def test_what_is_no_toml_is_said_in_one_line(text: str) -> None:
    with pytest.raises((DesignFileError, DesignError)) as raised:
        parse(text)
    assert "\n" not in str(raised.value)


def test_what_cannot_be_read_is_said_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "noise.toml").write_bytes(os.urandom(2048) + b"\xff\xfe")
    for path, message in (
        (tmp_path, "is a directory"),
        (tmp_path / "missing.toml", "no such file or directory"),
        (tmp_path / "noise.toml", "not text in UTF-8"),
        (Path("/dev/zero"), "is a device or a pipe"),
        (tmp_path / ("x" * 300), "file name too long"),
        (tmp_path / "a\x00b", "embedded null byte"),
    ):
        with pytest.raises(DesignFileError, match=message) as raised:
            read(path)
        assert "\n" not in str(raised.value)


def test_an_error_in_a_file_begins_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[conv5_x]\nplanes = 0\n")
    with pytest.raises(DesignFileError, match=r"mine.toml: conv5_x.planes = 0: must be an integer from 1 to 65536"):
        read(path)
