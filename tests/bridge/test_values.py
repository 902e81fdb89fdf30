"""Values of tensors, loaded by torch from every kind of file, and nothing else with them."""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import json
import os
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from odd_weights import Call, archive, mapping, tensor
from safetensors.torch import save_file
from torch import nn

from inspector.bridge.values import values
from inspector.errors import WeightsFileError
from inspector.files.weights import contents

FORMATS = pytest.mark.parametrize("form", ["zip", "legacy", "safetensors"])


def _state() -> dict[str, torch.Tensor]:
    return {
        "conv.weight": torch.randn(4, 3, 2, 2),
        "bn.count": torch.tensor(7),
        "half": torch.randn(5).half(),
        "none": torch.zeros(0, 3),
        "wide": torch.randn(6, 4)[::2].t().contiguous(),
    }


def _save(state: dict[str, torch.Tensor], path: Path, form: str) -> None:
    if form == "safetensors":
        save_file(state, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=form == "zip")


def _refused(path: Path, *names: str, **more: object) -> str:
    with pytest.raises(WeightsFileError) as refused:
        values(path, (), names, **more)  # type: ignore[arg-type]
    line = str(refused.value)
    assert line.isprintable()
    assert line.startswith(str(path.parent))
    return line.removeprefix(f"{path}: ")


@FORMATS
def test_what_is_wanted_is_loaded_in_order_and_is_ones_own(form: str, tmp_path: Path) -> None:
    state, path = _state(), tmp_path / "x"
    _save(state, path, form)
    wanted = ["half", "conv.weight", "none", "wide", "half"]
    found = values(path, (), wanted, shapes={name: tuple(state[name].shape) for name in wanted})
    assert list(found) == wanted[:4]
    for name, value in found.items():
        assert torch.equal(value, state[name])
        assert value.dtype == state[name].dtype
        assert value.is_contiguous()
        value.fill_(9)
    again = values(path, (), wanted)
    assert torch.equal(again["half"], state["half"])


@pytest.mark.parametrize("form", ["zip", "legacy"])
def test_views_are_contiguous_copies_and_tied_tensors_are_two(form: str, tmp_path: Path) -> None:
    one = torch.randn(6, 4)
    path = tmp_path / "x.pth"
    _save({"a": one, "b": one, "c": one[1:, ::2].t(), "d": nn.Parameter(one[0]).expand(3, 4)}, path, form)
    found = values(path, (), "abcd")
    assert torch.equal(found["c"], one[1:, ::2].t())
    assert torch.equal(found["d"], one[0].expand(3, 4))
    assert all(value.is_contiguous() and not value.requires_grad for value in found.values())
    found["a"].zero_()
    assert torch.equal(found["b"], one)
    assert found["d"].untyped_storage().nbytes() == 48


@pytest.mark.parametrize("form", ["zip", "legacy"])
def test_a_mapping_is_found_at_its_place(form: str, tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    whole = {"state": {0: [{"w": torch.ones(2)}, {"w": torch.zeros(2)}]}, "w": torch.full((2,), 5.0)}
    torch.save(whole, path, _use_new_zipfile_serialization=form == "zip")
    for table in contents(path).tables:
        found = values(path, table.place, [tensor.name for tensor in table.tensors])
        assert set(found) == {"w"}
    assert torch.equal(values(path, ("state", "0", "1"), ["w"])["w"], torch.zeros(2))
    with pytest.raises(WeightsFileError, match="has no 7 any more"):
        values(path, ("state", "7"), ["w"])


@pytest.mark.parametrize("form", ["zip", "legacy"])
def test_settings_and_counters_beside_the_tensors_are_passed_over(form: str, tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    made = collections.defaultdict(list)
    made["x"].append(np.float64(0.5))
    whole = {
        "state_dict": {"w": torch.ones(2)},
        "args": argparse.Namespace(lr=0.1, out=Path("x"), when=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
        "more": made,
        "scores": np.zeros((3, 2)),
    }
    torch.save(whole, path, _use_new_zipfile_serialization=form == "zip")
    said = contents(path)
    before = set(torch.serialization.get_safe_globals())
    found = values(path, ("state_dict",), ["w"], shapes={"w": (2,)}, ignored=said.ignored)
    assert torch.equal(found["w"], torch.ones(2))
    assert set(torch.serialization.get_safe_globals()) == before


class AttributeDict(dict[str, object]):
    """What Lightning keeps its settings in, in a module of another name."""


@pytest.mark.parametrize("name", ["lightning_fabric.utilities.data", "easydict"])
def test_mappings_of_other_classes_are_mappings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, module = tmp_path / "x.ckpt", types.ModuleType(name)
    monkeypatch.setattr(AttributeDict, "__module__", name)
    for above in ("lightning_fabric", "lightning_fabric.utilities", name):
        monkeypatch.setitem(sys.modules, above, module)
    module.AttributeDict = AttributeDict  # type: ignore[attr-defined]
    settings = AttributeDict(lr=0.1, weights=AttributeDict(w=torch.ones(3)))
    settings.extra = 3  # type: ignore[attr-defined]
    torch.save({"state_dict": {"w": torch.zeros(2)}, "hyper_parameters": settings}, path)
    monkeypatch.delitem(sys.modules, name)
    said = contents(path)
    assert said.said == (("hyper_parameters.lr", "0.1"), ("hyper_parameters.extra", "3"))
    assert [table.place for table in said.tables] == [("hyper_parameters", "weights"), ("state_dict",)]
    for table in said.tables:
        (tensor,) = table.tensors
        assert values(path, table.place, ["w"], ignored=said.ignored)["w"].shape == tensor.shape


@pytest.mark.parametrize("ending", ["safetensors", "bin"])
def test_several_files_are_loaded_by_their_index(ending: str, tmp_path: Path) -> None:
    parts = {f"{n}.{ending}": {f"{n}.a": torch.randn(n, 2), f"{n}.b": torch.randn(n)} for n in (1, 2)}
    for name, state in parts.items():
        _save(state, tmp_path / name, "safetensors" if ending == "safetensors" else "zip")
    path = tmp_path / "x.index.json"
    path.write_text(json.dumps({"weight_map": {key: name for name, state in parts.items() for key in state}}))
    found = values(path, (), ["2.b", "1.a"])
    assert list(found) == ["2.b", "1.a"]
    assert torch.equal(found["2.b"], parts[f"2.{ending}"]["2.b"])
    assert "has no tensor 3.a any more" in _refused(path, "3.a")
    (tmp_path / f"2.{ending}").unlink()
    assert "is no file any more" in _refused(path, "2.b")


@FORMATS
def test_a_file_that_has_changed_is_refused(form: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    _save(_state(), path, form)
    assert _refused(path, "half", shapes={"half": (6,)}) == "half has the shape [5] now, where it had [6]"
    assert _refused(path, "other") == "has no tensor other any more"
    path.write_bytes(path.read_bytes()[:-9])
    assert "torch cannot load it" in _refused(path, "half")
    path.unlink()
    assert _refused(path, "half") == "is no file any more"


def test_what_would_run_code_is_refused_and_not_run(tmp_path: Path) -> None:
    marker, path = tmp_path / "marker", tmp_path / "x.pth"
    whole = {"w": torch.ones(2), "x": Call(os.system, f"touch '{marker}'")}
    for is_zip in (True, False):
        torch.save(whole, path, _use_new_zipfile_serialization=is_zip)
        said = _refused(path, "w", ignored=contents(path).ignored)
        assert said == "names code that is not run: posix.system; save its state_dict alone"
        assert _refused(path, "w") == (
            "torch cannot load it: Trying to load unsupported GLOBAL posix.system whose module posix is blocked."
        )
    torch.save({"w": torch.ones(2), "x": Call(eval, f"open({str(marker)!r}, 'w')")}, path)
    assert "not an allowed global by default" in _refused(path, "w")
    assert "add_safe_globals" not in _refused(path, "w")
    assert not marker.exists()


@pytest.mark.parametrize("form", ["zip", "legacy"])
def test_a_whole_model_is_refused_with_what_to_do(form: str, tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save(nn.Linear(2, 2), path, _use_new_zipfile_serialization=form == "zip")
    said = _refused(path, "weight", ignored=contents(path).ignored)
    assert said == "is a whole pickled model, which only its own code can load; there, save model.state_dict() instead"


def test_a_tensor_that_claims_gigabytes_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    path.write_bytes(archive(mapping(w=tensor((2**31, 1), (0, 1), elements=1)), {"0": bytes(4)}))
    assert "w claims more values than it has" in _refused(path, "w")


def test_what_is_no_tensor_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save({"w": 3, "m": torch.zeros(2, device="meta"), "s": torch.zeros(3, 3).to_sparse()}, path)
    for name in "wms":
        assert _refused(path, name) == f"has no tensor {name} any more"


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_arrays_of_numpy_are_read_from_where_they_lie(protocol: int, tmp_path: Path) -> None:
    path = tmp_path / "x.pkl"
    draw = np.random.default_rng(0)
    state = {
        "large": draw.normal(size=(60, 7, 3, 3)).astype(np.float32),
        "huge": draw.normal(size=(50, 700)),
        "small": draw.normal(size=5).astype(np.float16),
        "turned": np.asfortranarray(draw.normal(size=(40, 30))),
        "few turned": np.asfortranarray(draw.normal(size=(2, 3))),
        "flags": draw.normal(size=9) > 0,
        "none": np.zeros((0, 3)),
        "one": np.array(7),
        "large end": draw.normal(size=(4, 4)).astype(">f4"),
    }
    path.write_bytes(pickle.dumps({"model": state, "__author__": "me", "more": np.float32(3)}, protocol=protocol))
    found = contents(path)
    (table,) = found.tables
    names = list(state)[:-1]
    loaded = values(path, ("model",), names, ignored=found.ignored, table=table)
    assert list(loaded) == names
    for name, value in loaded.items():
        assert value.is_contiguous()
        assert torch.equal(value, torch.from_numpy(np.ascontiguousarray(state[name])).reshape(state[name].shape))
    assert "is a pickle of numpy arrays, whose values are not loaded" in _refused(path, "large end", table=table)
    assert "is a pickle of numpy arrays, whose values are not loaded" in _refused(path, "large")
    path.write_bytes(path.read_bytes()[:3000])
    assert "has no values of huge that can be read" in _refused(path, "huge", table=table)
