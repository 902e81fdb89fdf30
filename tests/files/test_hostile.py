"""Files of weights that lie, or that would run code: one line each, and nothing is run."""

from __future__ import annotations

import os
import pickle
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from odd_weights import archive, hostile, legacy, mapping, number, numbers, safetensors, tensor, text
from watched import nothing_runs

from inspector.core.weights.table import Contents
from inspector.errors import WeightsFileError
from inspector.files.weights import contents


def _refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(WeightsFileError) as refused, nothing_runs():
        contents(path)
    line = str(refused.value)
    assert "\n" not in line
    assert line.startswith(str(path))
    return line.removeprefix(f"{path}: ")


def _read(path: Path, data: bytes) -> Contents:
    path.write_bytes(data)
    with nothing_runs():
        return contents(path)


def test_the_watch_sees_what_python_runs(tmp_path: Path) -> None:
    with pytest.raises(AssertionError), nothing_runs():
        pickle.loads(pickle.dumps(hostile(tmp_path / "marker")["statements"]))  # noqa: S301


@pytest.mark.parametrize("protocol", [2, 5])
@pytest.mark.parametrize("what", hostile(Path("marker")))
def test_what_a_pickle_would_run_is_not_run(what: str, protocol: int, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    pickled = pickle.dumps(hostile(marker)[what], protocol=protocol)
    for data in (archive(pickled), legacy(pickled), pickled):
        assert "holds no" in _refused(tmp_path / "x.pth", data)
    assert not marker.exists()


def test_what_would_run_is_named_and_the_tensors_beside_it_are_read(tmp_path: Path) -> None:
    call = b"cposix\nsystem\n" + text("touch marker") + b"\x85R"
    data = archive(mapping(evil=call, w=tensor()), {"0": bytes(16)})
    found = _read(tmp_path / "x.pth", data)
    assert found.ignored == ("posix.system",)
    assert [(t.name, t.shape) for t in found.tables[0].tensors] == [("w", (2, 2))]


LIES = {
    "a stride of 0 that claims gigabytes": (tensor((10**9, 4), (0, 1)), r"claims the shape [1000000000, 4], but its"),
    "more than its storage has": (tensor((3, 2)), "ends at element 6 of a storage that has 4"),
    "an offset past the end": (tensor(offset=1), "ends at element 5 of a storage that has 4"),
    "a stride past the end": (tensor(stride=(2**62, 1)), "ends at element 4611686018427387906 of a storage"),
    "a negative size": (tensor((-2, 2)), "-2 is no size"),
    "a negative stride": (tensor(stride=(-1, 1)), "-1 is no size"),
    "a negative offset": (tensor(offset=-1), "-1 is no size"),
    "a negative storage": (tensor(elements=-4), "-4 is no size"),
    "a size past 64 bits": (tensor((2**64, 2)), "18446744073709551616 is no size"),
    "a storage past 64 bits": (tensor(elements=2**200), "is no size"),
    "more strides than sizes": (tensor((2,), (2, 1)), "damaged"),
    "too many dimensions": (tensor((1,) * 65, (1,) * 65), "65 dimensions, more than 64"),
    "a hundred thousand dimensions": (tensor((1,) * 10**5, (1,) * 10**5), "100000 dimensions, more than 64"),
    "a storage that is not there": (tensor(key="../1"), "the values of storage ../1 are missing"),
    "a storage larger than its values": (tensor(elements=5), "storage 0 takes 20 bytes, but has 16"),
    "a kind of storage that is none": (tensor(kind="QInt8Storage"), "torch.QInt8Storage is a kind of storage that"),
    "a storage twice": (b"(" + tensor() + tensor(elements=3) + b"t", "storage 0 has two sizes or types"),
    "a persistent id that is none": (text("hello") + b"Q", "asks for something that is no storage"),
    "a call of no function": (b"}(tR", "holds no mapping of tensors"),
    "items for a number": (b"K\1(K\1K\1u", "damaged"),
    "half a pair": (b"}(K\1u", "damaged"),
    "a memo that is not there": (b"h\7", "damaged"),
    "an operation that is none": (b"\xf0", "damaged"),
    "a text that is no text": (b"X\1\0\0\0\xff", "damaged"),
    "a stack that is empty": (b"\x87", "damaged"),
    "a long number": (b"\x8b\0\1\1\0" + bytes(2**17), "damaged"),
    "bytes that are not there": (b"\x8e" + b"\xff" * 8, "ends in the middle of a pickle"),
    "a name without end": (b"c" + b"x" * 10**5, "longer than 500 bytes"),
}
"""Values in a mapping of a pickle, as operations, and what is said of the file."""


@pytest.mark.parametrize("what", LIES)
def test_a_tensor_that_lies_is_refused(what: str, tmp_path: Path) -> None:
    value, said = LIES[what]
    assert said in _refused(tmp_path / "x.pth", archive(mapping(w=value), {"0": bytes(16)}))


def test_storages_of_old_files_have_to_be_there(tmp_path: Path) -> None:
    path, pickled = tmp_path / "x.pth", mapping(w=tensor())
    assert _read(path, legacy(pickled, {"0": (4, bytes(16))})).tables[0].tensors[0].shape == (2, 2)
    assert "the values of storage 0 are missing" in _refused(path, legacy(pickled))
    assert "storage 0 has 5 elements, where the pickle says 4" in _refused(path, legacy(pickled, {"0": (5, bytes(16))}))
    assert "ends in the middle of its values" in _refused(path, legacy(pickled, {"0": (4, bytes(15))}))
    twice = {"0": (4, bytes(16)), "1": (4, bytes(16))}
    assert "it lists a storage, 1, that no tensor lies in" in _refused(path, legacy(pickled, twice))
    odd = legacy(pickled).removesuffix(pickle.dumps([], protocol=2)) + b"\x80\x02]q\0h\0a."
    assert "it lists a storage, , that" in _refused(path, odd)


SHARE = 1 if "INSPECTOR_MUTATIONS" in os.environ else 20
"""A bomb has one twentieth of the operations that there may be, or all of them where that is asked for."""


def _times(data: bytes, number: int) -> bytes:
    return data * (number // SHARE)


BOMBS: dict[str, Callable[[], bytes]] = {
    "tuples of tuples": lambda: b")" + _times(b"q\0h\0h\0\x86", 400_000),
    "a tuple of tuples as a key": lambda: b"})" + _times(b"q\0h\0h\0\x86", 400_000) + b"K\1s",
    "lists in lists": lambda: _times(b"]", 900_000) + _times(b"a", 880_000),
    "objects in objects": lambda: _times(b"ca\nb\n", 600_000) + b")" + _times(b"R\x85", 600_000),
    "mappings in mappings": lambda: _times(b"}K\1", 600_000) + b"}" + _times(b"s", 600_000),
    "a list copied": lambda: (
        b"ccollections\nOrderedDict\nq\1](" + _times(b"K\1", 400_000) + b"eq\0" + _times(b"h\1h\0\x85R", 400_000)
    ),
    "marks": lambda: _times(b"(", 1_900_000),
    "operations": lambda: _times(b"N0", 2_000_000),
    "memos": lambda: b"(" + b"".join(b"Nr" + n.to_bytes(4, "little") for n in range(900_000 // SHARE)),
    "mappings": lambda: b"(" + _times(b"}K\1Ns", 480_000),
    "texts": lambda: b"(" + _times(b"X\xff\xff\0\0" + "\U0001f600".encode() + b"x" * 65_531, 500),
    "one text": lambda: b"X\xff\xff\xff\x7f",
    "an allocation": lambda: b"N\x8c\1ar\xff\xff\xff\xfe",
    "a frame": lambda: b"\x95" + b"\xff" * 8 + b"N",
    "the same mapping": lambda: (
        b"}(" + b"".join(text(str(n)) + b"K\1" for n in range(500_000 // SHARE)) + b"uq\0"
        b"}(" + b"".join(text(str(n)) + b"h\0" for n in range(300_000 // SHARE)) + b"u"
    ),
}  # fmt: skip
"""Operations of pickles that would take a reader gigabytes or hours."""


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_takes_neither_memory_nor_time(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.files.pickles.MOST_OPERATIONS", 2_000_000 // SHARE)
    data = b"\x80\x02" + BOMBS[what]() + b"."
    path = tmp_path / "x.pth"
    path.write_bytes(archive(data))
    del data
    start = time.perf_counter()
    tracemalloc.start()
    try:
        with pytest.raises(WeightsFileError):
            contents(path)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 300 * 2**20 / SHARE + 2**20
    assert time.perf_counter() - start < 60 / SHARE


def test_tensors_and_operations_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + number(4) + b"tQq\0"
    rebuild = b"0ctorch._utils\n_rebuild_tensor_v2\nq\1(h\0" + number(0) + numbers((4,)) + numbers((1,)) + b"\x89}tq\2"
    calls = b"h\1h\2R"
    many = b"\x80\x02]" + storage + rebuild + b"0" + calls * 200_001 + b"."
    assert "more than 200000 tensors" in _refused(path, archive(many, {"0": bytes(16)}))
    assert "more than 2000000 operations" in _refused(path, archive(b"\x80\x02" + b"N0" * 1_000_001 + b"."))


def test_a_pickle_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    data = archive(b"\x80\x02N" + bytes(33 * 2**20))
    assert "its pickle has 34603011 bytes, more than 33554432" in _refused(tmp_path / "x.pth", data)


def test_archives_that_are_packed_or_locked_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    assert "x/data.pkl is compressed, which torch never does" in _refused(path, archive(mapping(), packed=True))
    bomb = archive(mapping(w=tensor(elements=2**30)), {"0": bytes(2**22)}, packed=True)
    assert "compressed" in _refused(path, bomb)
    locked = bytearray(archive(mapping(w=tensor()), {"0": bytes(16)}))
    locked[locked.index(b"PK\1\2") + 8] |= 1
    assert "is compressed" in _refused(path, bytes(locked))


def _changed(offset: int, form: str, value: int) -> bytes:
    """An archive with one number of its list's first entry changed."""
    made = bytearray(archive(mapping(w=tensor()), {"0": bytes(16)}))
    struct.pack_into(form, made, made.index(b"PK\1\2") + offset, value)
    return bytes(made)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_changed(24, "<I", 10**6), "is compressed"),
        (_changed(42, "<I", 10**6), "lies outside its archive"),
        (_changed(42, "<I", 5), "damaged"),
        (_changed(42, "<I", 0xFFFFFFFF), "damaged"),
        (_changed(28, "<H", 60_000), "damaged"),
        (_changed(0, "<I", 0), "damaged"),
    ],
)
def test_an_archive_whose_list_lies_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    assert said in _refused(tmp_path / "x.pth", data)


def test_an_archive_that_was_cut_off_is_refused_wherever(tmp_path: Path) -> None:
    whole = archive(mapping(w=tensor()), {"0": bytes(16)})
    for length in range(1, len(whole), 3):
        assert _refused(tmp_path / "x.pth", whole[:length])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_with_a_name_twice_or_too_many_is_refused(tmp_path: Path) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("x/data.pkl", mapping())
        file.writestr("x/data.pkl", mapping())
    path = tmp_path / "x.pth"
    assert "its archive has x/data.pkl twice" in _refused(path, made.getvalue())
    end = made.getvalue().index(b"PK\5\6")
    entries = made.getvalue().index(b"PK\1\2")
    one = made.getvalue()[entries : entries + 46 + 10]
    listed = one * 65_000
    tail = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 65_000, 65_000, len(listed), entries, 0)
    assert "twice" in _refused(path, made.getvalue()[:entries] + listed + tail)
    wide = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 10**9, 10**9, 10, entries)
    where = b"PK\6\7" + struct.pack("<IQI", 0, end, 1)
    tail = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert "more than 200100 members" in _refused(path, made.getvalue()[:end] + wide + where + tail)


ODD = (
    "\x1b[2J\x1b[31mred",
    "[bold]markup[/]",
    "line\nbreak",
    "../../etc/passwd",
    "한글",
    "a" * 5_000,
    "",
    "\u202egnp.exe",
)


def test_odd_names_are_read_as_they_are(tmp_path: Path) -> None:
    data = archive(mapping(**dict.fromkeys(ODD, tensor())), {"0": bytes(16)})
    assert tuple(t.name for t in _read(tmp_path / "x.pth", data).tables[0].tensors) == ODD
    header = {name: {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for name in ODD}
    assert tuple(t.name for t in _read(tmp_path / "x", safetensors(header, 0)).tables[0].tensors) == ODD


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_harmless_in_what_is_said(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    lines = [
        _refused(path, safetensors({name: {"dtype": name, "shape": [], "data_offsets": [0, 0]}}, 0)),
        _refused(path, safetensors({name: {"dtype": "U8", "shape": [], "data_offsets": [0, 0]}}, 0)),
        _refused(path, archive(mapping(w=tensor(key=name or "0", elements=9)), {"1": bytes(16)})),
        _refused(path, archive(b"\x80\x02" + text(name) + b"}\x86.")),
        _refused(path, archive(mapping(**{name or "a": b"K\1"}))),
    ]
    for line in lines:
        assert line.isprintable()
        assert len(line) < 250


def test_modules_in_each_other_end(tmp_path: Path) -> None:
    wrapper = b"ctorch.nn.parallel.data_parallel\nDataParallel\n)\x81"

    def holding(other: bytes) -> bytes:
        return b"}(" + text("_modules") + b"}(" + text("module") + other + b"u" + text("_parameters") + b"}ub"

    data = b"\x80\x02" + wrapper + b"q\x00" + wrapper + b"q\x01" + holding(b"h\x00") + b"0" + holding(b"h\x01") + b"."
    start = time.monotonic()
    assert _refused(tmp_path / "x.pth", archive(data))
    assert time.monotonic() - start < 5


def test_of_the_classes_that_a_pickle_names_a_few_are_remembered(tmp_path: Path) -> None:
    named = b"".join(f"cmodule{number}\n{'x' * 200}\n0".encode() for number in range(20_000))
    path = tmp_path / "x.pth"
    path.write_bytes(archive(b"\x80\x02" + named + mapping(weight=tensor())[2:], {"0": bytes(16)}))
    tracemalloc.start()
    found = contents(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.ignored) == 100
    assert found.ignored[0] == "module0." + "x" * 200
    assert most < 24 * 2**20
