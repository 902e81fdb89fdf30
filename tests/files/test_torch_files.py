"""What torch.save writes, in both of its formats, read without torch and held against torch."""

from __future__ import annotations

import argparse
import collections
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from inspector.core.weights.table import Contents
from inspector.errors import WeightsFileError
from inspector.files.dtypes import BY_TORCH
from inspector.files.weights import contents

FORMATS = pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "legacy"])
DATA = Path("/work/shared/data")


def _saved(found: object, path: Path, *, is_zip: bool) -> Contents:
    torch.save(found, path, _use_new_zipfile_serialization=is_zip)
    return contents(path)


def _shapes(found: Contents, number: int = 0) -> dict[str, tuple[tuple[int, ...], str]]:
    return {tensor.name: (tensor.shape, tensor.dtype) for tensor in found.tables[number].tensors}


def _true(state: dict[str, torch.Tensor]) -> dict[str, tuple[tuple[int, ...], str]]:
    return {
        name: (tuple(value.shape), BY_TORCH[str(value.dtype).removeprefix("torch.")]) for name, value in state.items()
    }


class Block(nn.Module):
    """A module with a buffer that its state_dict has, one that it has not, and none."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1, bias=False)
        self.inner = nn.Sequential(nn.BatchNorm2d(4), nn.Identity())
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("passing", torch.zeros(5), persistent=False)
        self.register_buffer("none", None)


@FORMATS
def test_a_state_dict_has_its_names_shapes_and_types_in_order(is_zip: bool, tmp_path: Path) -> None:  # noqa: FBT001
    state = Block().state_dict()
    found = _saved(state, tmp_path / "x.pth", is_zip=is_zip)
    assert list(_shapes(found).items()) == list(_true(state).items())
    assert found.format == ("torch's zip archive" if is_zip else "torch's format before 1.6")
    assert found.tables[0].place == ()
    assert not found.ignored
    assert not found.model


TYPES = [
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
    torch.uint8, torch.bool, torch.complex64, torch.complex128, torch.float8_e4m3fn, torch.float8_e5m2, torch.uint16,
]  # fmt: skip


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """A tensor of any type and shape, or a view of one."""
    shape = draw(st.lists(st.integers(0, 5), max_size=4))
    made = torch.zeros(shape, dtype=draw(st.sampled_from(TYPES)))
    how = draw(st.sampled_from(["whole", "turned", "part", "every other", "parameter", "spread"]))
    if how == "turned" and shape:
        return made.transpose(0, -1)
    if how in ("part", "every other") and shape and shape[0] > 1:
        return made[1:] if how == "part" else made[::2]
    if how == "spread":
        return made.unsqueeze(0).expand(3, *shape)
    return nn.Parameter(made, requires_grad=False) if how == "parameter" else made


@given(state=st.dictionaries(st.text(max_size=20).filter(lambda t: t.isascii()), tensors(), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
@FORMATS
def test_any_tensors_have_the_shapes_and_types_that_were_saved(
    is_zip: bool,  # noqa: FBT001
    state: dict[str, torch.Tensor],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.pth"
    assert _shapes(_saved(state, path, is_zip=is_zip)) == _true(state)


@FORMATS
def test_mappings_of_tensors_are_found_where_they_are_and_others_are_said(is_zip: bool, tmp_path: Path) -> None:  # noqa: FBT001
    model = Block()
    state = model.state_dict()
    optimizer = torch.optim.Adam(model.parameters())
    model.conv(torch.zeros(1, 3, 2, 2)).sum().backward()
    optimizer.step()
    whole = {
        "epoch": 90,
        "arch": "resnet50",
        "best_acc1": torch.tensor(76.5),
        "best": np.float64(0.5),
        "is_last": True,
        "size": (3, 224, 224),
        "args": argparse.Namespace(model="resnet50", lr=0.1, opt=None),
        "state_dict": state,
        "optimizer": optimizer.state_dict(),
        "other": {"fifth": {"teacher": {**state, "extra": torch.zeros(1)}, "param_groups": []}},
        "ema": {"module": {**state, "more": torch.zeros(9)}},
        "counts": collections.Counter(a=3),
        "lists": [{"w": torch.zeros(2)}],
    }
    found = _saved(whole, tmp_path / "x.pth", is_zip=is_zip)
    assert [(table.place, len(table.tensors)) for table in found.tables] == [
        (("ema", "module"), len(state) + 1),
        (("state_dict",), len(state)),
        (("lists", "0"), 1),
        ((), 1),
    ]
    assert _shapes(found, 1) == _true(state)
    assert _shapes(found, 3) == {"best_acc1": ((), "F32")}
    assert dict(found.said) == {
        "epoch": "90",
        "arch": "resnet50",
        "best": "0.5",
        "is_last": "True",
        "size": "3, 224, 224",
        "args.model": "resnet50",
        "args.lr": "0.1",
        "args.opt": "None",
        "counts.a": "3",
    }
    assert set(found.ignored) >= {"argparse.Namespace", "numpy.dtype"}


@FORMATS
def test_a_whole_model_is_one_by_its_class_and_has_what_its_state_dict_has(is_zip: bool, tmp_path: Path) -> None:  # noqa: FBT001
    model = Block()
    found = _saved(model, tmp_path / "x.pth", is_zip=is_zip)
    assert found.model.endswith(".Block")
    assert list(_shapes(found).items()) == list(_true(model.state_dict()).items())
    found = _saved({"net": nn.DataParallel(model), "epoch": 3}, tmp_path / "y.pth", is_zip=is_zip)
    assert found.model.endswith(".Block")
    assert found.tables[0].place == ("net",)
    assert list(_shapes(found)) == [f"module.{name}" for name in model.state_dict()]
    assert found.said == (("epoch", "3"),)


@FORMATS
def test_tied_tensors_and_keys_that_are_no_words_are_read(is_zip: bool, tmp_path: Path) -> None:  # noqa: FBT001
    one = torch.zeros(4, 4)
    found = _saved({"a": one, "b": one, "c": one[1:, ::2], 3: one, (1, 2): one}, tmp_path / "x.pth", is_zip=is_zip)
    shapes = {"a": (4, 4), "b": (4, 4), "c": (3, 2), "3": (4, 4)}
    assert _shapes(found) == {name: (shape, "F32") for name, shape in shapes.items()}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_protocol_of_pickles_is_read(protocol: int, tmp_path: Path) -> None:
    state = Block().state_dict()
    torch.save(state, tmp_path / "x.pth", pickle_protocol=protocol)
    assert _shapes(contents(tmp_path / "x.pth")) == _true(state)
    arrays = {"conv": np.zeros((4, 3), np.float32), "large": np.zeros((50, 50), np.float16), "n": np.int64(3)}
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"model": arrays, "__author__": "me"}, protocol=protocol))
    found = contents(tmp_path / "x.pkl")
    assert found.format == "a pickle of numpy arrays"
    assert found.tables[0].place == ("model",)
    assert _shapes(found) == {"conv": ((4, 3), "F32"), "large": ((50, 50), "F16")}
    assert found.said == (("__author__", "me"),)


def test_tensors_that_only_running_can_load_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(pickle.dumps({"w": torch.zeros(2)}))
    with pytest.raises(WeightsFileError, match="pickled one by one, which only running it can load"):
        contents(path)


@pytest.mark.filterwarnings("ignore")
def test_a_torchscript_archive_is_refused_as_one(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    torch.jit.trace(nn.Linear(2, 2), torch.zeros(1, 2)).save(path)
    with pytest.raises(WeightsFileError, match=r"is a TorchScript archive: a program, of which torch\.jit\.load makes"):
        contents(path)


@pytest.mark.filterwarnings("ignore")
def test_an_exported_program_is_refused_as_one(tmp_path: Path) -> None:
    path = tmp_path / "x.pt2"
    torch.export.save(torch.export.export(nn.Linear(2, 2), (torch.zeros(1, 2),)), path)
    with pytest.raises(WeightsFileError, match=r"is a program of torch\.export, no state_dict"):
        contents(path)


def test_files_of_old_and_files_of_our_own_are_read() -> None:
    if not (DATA / "resnet20-12fca82f.th").exists():
        pytest.skip("the weights of the CIFAR networks are not here")
    found = contents(DATA / "resnet20-12fca82f.th")
    assert found.format == "torch's format before 1.6"
    assert found.tables[0].place == ("state_dict",)
    assert len(found.tables[0].tensors) == 97
    assert dict(found.said)["best_prec1"].startswith("91.78")
    for name in ("resnet20-12fca82f.th", "resnet56-4bfd9763.th", "digits.pth"):
        state = torch.load(DATA / name, weights_only=True, map_location="cpu")
        assert _shapes(contents(DATA / name)) == _true(state.get("state_dict", state))
