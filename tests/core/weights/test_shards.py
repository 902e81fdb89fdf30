from __future__ import annotations

import json
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.core.weights.shards import is_beside, weight_map
from inspector.errors import WeightsFileError


def test_an_index_is_from_tensors_to_files_in_its_order() -> None:
    places = {"b": "2.bin", "a": "1.bin", "c": "2.bin"}
    found = weight_map(json.dumps({"metadata": {"total_size": 1}, "weight_map": places}).encode())
    assert list(found.items()) == list(places.items())


@given(name=st.text(alphabet="ab./\\:\0 ", max_size=6))
def test_a_name_beside_leads_nowhere_else(name: str) -> None:
    if is_beside(name):
        for path in (PurePosixPath("/folder") / name, PureWindowsPath("c:/folder") / name):
            assert path.name == name
            assert path.parent.name == "folder"


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b'{"weight_map": 3}', b'{"weight_map": {"a": 1}}', b"\xff"])
def test_what_is_no_index_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(WeightsFileError, match="is no index of weights: it has no weight_map"):
        weight_map(text)
