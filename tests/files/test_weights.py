"""The one door to files of weights: what each kind of file is said to be, and what lies beside it."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import tarfile
import threading
import zipfile
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from adversary.odd_files import KINDS, WAITS
from odd_weights import entry, safetensors
from safetensors.torch import save_file

from inspector.errors import InputError, WeightsFileError
from inspector.files.source import Source, opened
from inspector.files.weights import contents, digest, looks_like_weights

AT = Source.at
STATE = {"conv1.weight": torch.zeros(4, 3, 7, 7), "bn1.num_batches_tracked": torch.tensor(3)}


def _said(path: Path) -> str:
    with pytest.raises(WeightsFileError) as refused:
        contents(path)
    line = str(refused.value)
    assert "\n" not in line
    assert line.startswith(str(path))
    return line.removeprefix(f"{path}: ")


def _zip(*names: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, b"x")
    return made.getvalue()


def _tar() -> bytes:
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w") as file:
        file.addfile(tarfile.TarInfo("sys_info"))
    return made.getvalue()


def _npz() -> bytes:
    made = BytesIO()
    np.savez(made, a=np.zeros(3))
    return made.getvalue()


OTHERS: dict[str, tuple[str, bytes, str]] = {
    "nothing": ("x.pth", b"", "is empty"),
    "HDF5": ("x.h5", b"\x89HDF\r\n\x1a\n" + bytes(50), "is HDF5, as Keras has it"),
    "Keras": ("x.keras", _zip("metadata.json", "config.json", "model.weights.h5"), "is a model of Keras"),
    "GGUF": ("x.gguf", b"GGUF\3\0\0\0" + bytes(50), "is GGUF"),
    "ONNX": ("x.onnx", b"\x08\x07\x12\x07pytorch", "is a model in ONNX"),
    "Caffe": ("x.caffemodel", b"\n\x0fResNet-50-model", "is a model of Caffe"),
    "TensorFlow Lite": ("x.tflite", b"\x1c\0\0\0TFL3" + bytes(50), "is a model of TensorFlow Lite"),
    "a pointer": ("x.pth", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a pointer of Git LFS"),
    "a page": ("x.pth", b"\n<!DOCTYPE html>\n<html><head>", "is a web page, not the file"),
    "gzip": ("x.pth.gz", gzip.compress(b"x"), "is compressed with gzip"),
    "tar": ("x.pth", _tar(), r"is a tar archive: torch before 0.1.10 saved so"),
    "npy": ("x.npy", b"\x93NUMPY\1\0", "is one array of numpy"),
    "npz": ("x.npz", _npz(), "is an archive of numpy arrays"),
    "another zip": ("x.zip", _zip("a/b.txt"), "is a zip archive, but none of torch: data.pkl is not in it"),
    "an empty zip": ("x.zip", _zip(), "is an empty zip archive"),
    "a text pickle": ("x.pkl", pickle.dumps({"a": 1}, protocol=0), "is a pickle of protocol 0 or 1"),
    "text": ("x.pth", b"hello world, hello world", "is no file of weights: neither safetensors nor"),
    "design": ("x.toml", b'base = "resnet50"\n', "is no file of weights: neither safetensors nor"),
    "other JSON": ("config.json", b'{"architectures": []}', "is no index of weights"),
    "one byte": ("x.pth", b"\x80", "is no file of weights: neither safetensors nor"),
    "no safetensors": ("x.safetensors", b"hello world, hello world", "more than 100000000"),
    "no tensors": ("x.safetensors", safetensors({"__metadata__": {"a": "b"}}, 0), "holds no tensors"),
    "a number": ("x.pkl", pickle.dumps(3), "holds no mapping of tensors"),
    "a result": ("x.pkl", pickle.dumps({"epoch": 3, "loss": 0.5}), "holds no mapping of tensors, but: epoch, loss"),
    "a path": ("x.pkl", pickle.dumps(Path("x")), "holds no tensors, but an object of pathlib.PosixPath"),
}
"""Files that are no weights: name, bytes, and what is said."""


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_no_file_of_weights_is_said_in_one_line(what: str, tmp_path: Path) -> None:
    name, data, said = OTHERS[what]
    (tmp_path / name).write_bytes(data)
    assert said in _said(tmp_path / name)


@pytest.mark.parametrize("what", KINDS)
def test_whatever_lies_there_is_refused_in_one_line(what: str, tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    KINDS[what](path)
    if what == "unreadable" and os.geteuid() == 0:
        pytest.skip("root reads every file")
    said = _said(path)
    if what in WAITS or what in ("socket", "endless"):
        assert said == "is a device or a pipe, so no file of weights" or "no such device" in said


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or directory") as missing:
        contents(tmp_path / "x.pth")
    assert missing.value.is_missing
    with pytest.raises(WeightsFileError, match="file name too long"):
        contents(tmp_path / ("x" * 300))


def test_a_folder_says_what_lies_in_it(tmp_path: Path) -> None:
    assert _said(tmp_path) == "is a directory, and no weights lie in it"
    for name in ("b.pth", "a.safetensors", "config.json", "c.bin", "d.th"):
        (tmp_path / name).touch()
    assert _said(tmp_path) == "is a directory; name a file in it: a.safetensors, b.pth, c.bin"
    (tmp_path / "model.safetensors.index.json").touch()
    assert _said(tmp_path) == "is a directory; name a file in it: model.safetensors.index.json"


def test_the_bytes_tell_what_a_file_is_and_not_its_name(tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "x.pth")
    assert contents(tmp_path / "x.pth").format == "safetensors"
    torch.save(STATE, tmp_path / "x.safetensors")
    assert contents(tmp_path / "x.safetensors").format == "torch's zip archive"
    torch.save(STATE, tmp_path / "x", _use_new_zipfile_serialization=False)
    assert contents(tmp_path / "x").format == "torch's format before 1.6"


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("resnet50-0676ba61.pth", True),
        ("/a/b.PT", True),
        ("model.safetensors", True),
        ("model.safetensors.index.json", True),
        ("pytorch_model.bin", True),
        ("x.th", True),
        ("model_best.pth.tar", True),
        ("last.ckpt", True),
        ("R-50.pkl", True),
        ("resnet50", False),
        ("design.toml", False),
        ("config.json", False),
    ],
)
def test_names_of_weights_are_told_by_their_endings(name: str, looks: bool) -> None:  # noqa: FBT001
    assert looks_like_weights(name) == looks


def _index(folder: Path, places: dict[str, str]) -> Path:
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {"total_size": 3}, "weight_map": places}))
    return path


@pytest.mark.parametrize("ending", ["safetensors", "bin"])
def test_several_files_are_one_by_their_index(ending: str, tmp_path: Path) -> None:
    parts = {f"model-{n}.{ending}": {f"{n}.a": torch.zeros(n, 2), f"{n}.b": torch.zeros(n)} for n in (1, 2)}
    for name, state in parts.items():
        (torch.save if ending == "bin" else save_file)(state, tmp_path / name)
    path = _index(tmp_path, {"2.a": f"model-2.{ending}", "1.a": f"model-1.{ending}", "1.b": f"model-1.{ending}"})
    found = contents(path)
    assert [(t.name, t.shape) for t in found.tables[0].tensors] == [("2.a", (2, 2)), ("1.a", (1, 2)), ("1.b", (1,))]
    assert found.format == "safetensors or torch's, in several files"


def test_an_index_names_files_beside_it_that_have_what_it_says(tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "a.safetensors")
    assert "says that x is in a.safetensors, where it is not" in _said(_index(tmp_path, {"x": "a.safetensors"}))
    missing = _said(_index(tmp_path, {"x": "b.safetensors"}))
    assert missing == f"{tmp_path / 'b.safetensors'}: no such file or directory"
    for name in ("../a.safetensors", str(tmp_path / "a.safetensors"), "a/b", "..", "", "a\\b", "a\0b", "c:b"):
        assert "names a file that is not beside it" in _said(_index(tmp_path, {"x": name}))
    path = _index(tmp_path, {"x": "model.safetensors.index.json"})
    assert "is no file of weights, but an index names it" in _said(path)
    assert "more than 200000 tensors or 64 files" in _said(_index(tmp_path, {str(n): f"{n}.bin" for n in range(65)}))
    assert "more than 200000 tensors or 64 files" in _said(_index(tmp_path, {str(n): "a" for n in range(203_000)}))
    os.mkfifo(tmp_path / "pipe")
    assert "is a device or a pipe" in _said(_index(tmp_path, {"x": "pipe"}))


def test_what_config_json_says_is_said_flat_and_short(tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "model.safetensors")
    said = {
        "architecture": "resnet50",
        "depths": [3, 4, 6, 3],
        "downsample_in_bottleneck": True,
        "nothing": None,
        "embedding_size": 64,
        "id2label": {str(n): "cat" for n in range(1000)},
        "pretrained_cfg": {"input_size": [3, 224, 224], "mean": [0.485, 0.456, 0.406], "test": {"crop_pct": 0.95}},
        "long": "x" * 500,
    }
    (tmp_path / "config.json").write_text(json.dumps(said))
    assert dict(contents(tmp_path / "model.safetensors").config) == {
        "architecture": "resnet50",
        "depths": "[3, 4, 6, 3]",
        "downsample_in_bottleneck": "true",
        "nothing": "null",
        "embedding_size": "64",
        "num_labels": "1000",
        "pretrained_cfg.input_size": "[3, 224, 224]",
        "pretrained_cfg.mean": "[0.485, 0.456, 0.406]",
        "pretrained_cfg.test.crop_pct": "0.95",
    }


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 500 + "1" + "}" * 500, "{", "[]", "\xff", "x" * 2**21])
def test_a_config_json_that_is_none_is_passed_over(text: str, tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(text, encoding="latin-1")
    assert contents(tmp_path / "model.safetensors").config == ()


def _truncated(path: Path) -> None:
    os.truncate(path, 20)


def _grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def _rewritten(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data)
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("change", [_truncated, _grown, _rewritten])
def test_a_file_that_is_written_to_meanwhile_is_refused(
    change: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in (("x.safetensors", safetensors({"a": entry()}, 16)), ("x.pth", b"")):
        path = tmp_path / name
        path.write_bytes(data)
        if not data:
            torch.save(STATE, path)
        calls: list[int] = []

        def changing(source: Source, offset: int, number: int, *, path: Path = path, calls: list[int] = calls) -> bytes:
            calls.append(number)
            if len(calls) == 2:
                change(path)
            return AT(source, offset, number)

        with monkeypatch.context() as patched:
            patched.setattr(Source, "at", changing)
            assert _said(path) == "was changed while it was read; once it is written to its end, open it again"
        assert len(calls) > 1


def test_a_file_that_is_cut_off_while_it_is_read_is_no_end_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save({str(n): torch.zeros(3) for n in range(500)}, path)
    data = path.read_bytes()
    stopping = threading.Event()

    def write() -> None:
        while not stopping.is_set():
            path.write_bytes(data[: len(data) // 2])
            path.write_bytes(data)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for _ in range(50):
            try:
                assert len(contents(path).tables[0].tensors) == 500
            except WeightsFileError as error:
                assert "\n" not in str(error)  # noqa: PT017  # either is right
    finally:
        stopping.set()
        writing.join()


def test_the_digest_is_the_files(tmp_path: Path) -> None:
    path = tmp_path / "x"
    data = os.urandom(2**20 + 5)
    path.write_bytes(data)
    assert digest(path) == sha256(data).hexdigest()
    with pytest.raises(WeightsFileError, match="is a directory"):
        digest(tmp_path)


def test_no_more_is_read_than_there_is(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    with opened(path) as source:
        assert source.at(1, 2) == b"bc"
    with pytest.raises(WeightsFileError, match="ends too early"), opened(path) as source:
        source.at(1, 3)
