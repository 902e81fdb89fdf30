"""Headers of safetensors files, read beside the library."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from odd_weights import entry, safetensors
from safetensors import safe_open
from safetensors.torch import save_file

from inspector.core.weights.table import BITS, Contents
from inspector.errors import WeightsFileError
from inspector.files import safetensors as reader
from inspector.files.source import opened
from inspector.files.weights import contents

Found = dict[str, tuple[tuple[int, ...], str]]
ONE = entry()


def _ours(path: Path) -> Contents | WeightsFileError:
    try:
        with opened(path) as source:
            return reader.contents(source)
    except WeightsFileError as error:
        return error


def _theirs(path: Path) -> Found | Exception:
    try:
        with safe_open(path, framework="np") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
            return {name: (tuple(part.get_shape()), part.get_dtype()) for name, part in slices.items()}
    except Exception as error:  # noqa: BLE001  # its own class, and OSError
        return error


def _agree(path: Path, data: bytes) -> WeightsFileError | None:
    """Hold both readers against each other; what ours refuses, if it does."""
    path.write_bytes(data)
    ours, theirs = _ours(path), _theirs(path)
    if isinstance(ours, WeightsFileError):
        assert isinstance(theirs, Exception), (data[:500], ours)
        assert "\n" not in str(ours)
        assert str(ours).startswith(str(path))
        return ours
    found = {tensor.name: (tensor.shape, tensor.dtype) for table in ours.tables for tensor in table.tensors}
    assert found == theirs, data[:500]
    return None


def _deep(depth: int) -> bytes:
    return b'{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16],"x":' + b"[" * depth + b"]" * depth + b"}}"


@pytest.mark.parametrize("length", [0x280, 0x380, 0x480, 0x580, 0x10480, 0x4B50, 632])
def test_a_header_s_length_may_begin_as_a_pickle_or_an_archive_does(tmp_path: Path, length: int) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(safetensors(json.dumps({"a": ONE}).encode().ljust(length), 16))
    assert [tensor.name for table in contents(path).tables for tensor in table.tensors] == ["a"]


REFUSED: dict[str, tuple[bytes, str]] = {
    "a hole": (safetensors({"a": entry(places=(4, 20))}, 20), "its values begin at 4, but those before end at 0"),
    "an overlap": (safetensors({"a": ONE, "b": entry(places=(8, 24))}, 24), "begin at 8, but those before end at 16"),
    "reversed places": (safetensors({"a": entry(places=(0, 16)), "b": entry(places=(16, 0))}, 16), "values end at 0"),
    "three places": (safetensors(b'{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4,4]}}', 4), "length 2"),
    "one place": (safetensors(b'{"a":{"dtype":"F32","shape":[],"data_offsets":[0]}}', 4), "length 2"),
    "bytes that follow": (safetensors({"a": ONE}, 17), "its tensors take 16 bytes, but 17 follow its header"),
    "too few bytes": (safetensors({"a": ONE}, 15), "its tensors take 16 bytes, but 15 follow its header"),
    "another shape": (safetensors({"a": entry((2, 3))}, 16), "its shape takes 24 bytes, but its values 16"),
    "a shape past 64 bits": (safetensors({"a": entry((2**63, 2**63, 0), (0, 0))}, 0), "larger than any file"),
    "bits past 64 bits": (safetensors({"a": entry((2**61,), (0, 0))}, 0), "larger than any file"),
    "a size past 64 bits": (safetensors({"a": entry((2**64,), (0, 0))}, 0), "a size or place that no file has"),
    "a negative size": (safetensors({"a": entry((-2, -2))}, 16), "a size or place that no file has"),
    "minus zero": (safetensors(b'{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}', 0), "-0"),
    "a size that is no integer": (safetensors(b'{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}', 8), "`int`"),
    "a size that is a claim": (safetensors(b'{"a":{"dtype":"F32","shape":[true],"data_offsets":[0,4]}}', 4), "`int`"),
    "metadata that is no text": (safetensors({"__metadata__": {"a": 1}}, 0), "its metadata is not text by text"),
    "metadata twice": (safetensors(b'{"__metadata__":{},"__metadata__":{}}', 0), "two entries of metadata"),
    "no UTF-8 in a name": (safetensors(b'{"\xff":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4), "utf-8"),
    "no UTF-8 elsewhere": (
        safetensors(b'{"a":{"dtype":"F32","x":"\xff","shape":[],"data_offsets":[0,4]}}', 4),
        "utf-8",
    ),
    "an unknown type": (safetensors({"a": entry(dtype="F31")}, 16), "no type of safetensors is called F31"),
    "a type of torch alone": (
        safetensors({"a": entry((1,), dtype="C128")}, 16),
        "no type of safetensors is called C128",
    ),
    "half a byte": (safetensors({"a": entry((3,), (0, 1), "F4")}, 1), "12 bits, which are no whole bytes"),
    "no length": (b"\1\0\0", "too short"),
    "no header": (safetensors(b"", 0), "no JSON object"),
    "a header longer than any": (safetensors({}, 0, length=100_000_001), "has 100000001 bytes, more than 100000000"),
    "a header longer than the file": (
        safetensors({"a": ONE}, 16, length=9_999),
        "9999 bytes, but the file ends before",
    ),
    "an array": (safetensors(b"[]", 0), "no JSON object"),
    "text that follows": (safetensors(b"{} x", 0), "no JSON object"),
    "a byte-order mark": (safetensors(b"\xef\xbb\xbf{}", 0), "no JSON object"),
    "a tensor that is null": (safetensors(b'{"a":null}', 0), "a: Expected `object`"),
    "a tensor without places": (safetensors(b'{"a":{"dtype":"F32","shape":[]}}', 4), "`data_offsets`"),
    "a field twice": (safetensors(b'{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4), "twice"),
    "127 brackets": (safetensors(_deep(126), 16), "more than 127 brackets in brackets"),
    "a thousand brackets": (safetensors(_deep(3000), 16), "no JSON object: maximum recursion"),
    "a number too large": (safetensors(_deep(0)[:-2] + b"1e999}}", 16), "1e999"),
}
"""Headers that both refuse, and what ours says."""

TAKEN = {
    "no tensors": safetensors({}, 0),
    "metadata alone": safetensors({"__metadata__": {"format": "pt"}}, 0),
    "no metadata": safetensors({"__metadata__": None}, 0),
    "no elements": safetensors({"a": entry((0, 3), (0, 0)), "b": ONE, "c": entry((0,), (16, 16))}, 16),
    "a scalar": safetensors({"a": entry((), (0, 8), "I64")}, 8),
    "a blank before": safetensors(b'  {"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', 4),
    "blanks everywhere": safetensors(b'{ "a" :\n{ "dtype":"F32" ,"shape" :[ ],"data_offsets":[0,\t4]} }', 4),
    "not aligned": safetensors(b'{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}', 8),
    "more fields": safetensors({"a": {**ONE, "more": [1, {"x": -2.5}]}}, 16),
    "escapes": safetensors(b'{"\\u0061\\n":{"d\\u0074ype":"F32","shape":[],"data_offsets":[0,4]}}', 4),
    "odd names": safetensors({"\x1b[31m": ONE, "../\n/[b]x": entry(places=(16, 32)), "": entry(places=(32, 48))}, 48),
    "the same name": safetensors(
        b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"I8","shape":[8],"data_offsets":[0,8]}}', 8
    ),
    "125 brackets": safetensors(_deep(125), 16),
    "no names of fields": safetensors(b'{"a":["F32",[2,2],[0,16]]}', 16),
    "in another order": safetensors({"a": entry(places=(16, 32)), "b": ONE}, 32),
    "three quarters of a byte": safetensors({"a": entry((4,), (0, 3), "F6_E2M3")}, 3),
    **{word: safetensors({"a": entry((8,), (0, bits), word)}, bits) for word, bits in BITS.items() if word != "C128"},
}
"""Headers that both take."""


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_library_refuses_is_refused_in_one_sentence(case: str, tmp_path: Path) -> None:
    data, said = REFUSED[case]
    error = _agree(tmp_path / "x.safetensors", data)
    assert error is not None
    assert said in str(error)


@pytest.mark.parametrize("case", TAKEN)
def test_what_the_library_takes_is_taken(case: str, tmp_path: Path) -> None:
    assert _agree(tmp_path / "x.safetensors", TAKEN[case]) is None


def test_names_shapes_types_and_metadata_are_those_that_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    tensors = {"b": torch.zeros(3, 4), "a": torch.zeros((), dtype=torch.int64), "c": torch.zeros(0, dtype=torch.bool)}
    save_file(tensors, path, metadata={"format": "pt", "from": "우리"})
    found = _ours(path)
    assert isinstance(found, Contents)
    assert {t.name: (t.shape, t.dtype) for t in found.tables[0].tensors} == {
        "a": ((), "I64"),
        "b": ((3, 4), "F32"),
        "c": ((0,), "BOOL"),
    }
    assert dict(found.metadata) == {"format": "pt", "from": "우리"}
    assert found.tables[0].place == ()


def test_more_dimensions_than_torch_has_are_refused_here_alone(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(safetensors({"a": entry((1,) * 64 + (2, 2))}, 16))
    assert "66 dimensions, more than 64" in str(_ours(path))


def test_too_many_tensors_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    one = b'":{"dtype":"U8","shape":[],"data_offsets":[0,0]}'
    path.write_bytes(safetensors(b"{" + b",".join(b'"%d%s' % (n, one) for n in range(200_003)) + b"}", 0))
    assert "more than 200000 tensors" in str(_ours(path))
    with path.open("wb") as file:
        file.write((65 * 2**20).to_bytes(8, "little"))
        file.truncate(70 * 2**20)
    assert "68157440 bytes, more than the 67108864 that are read" in str(_ours(path))


def test_an_entry_that_is_a_book_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(safetensors({"a": entry((1,) * 40_000 + (2, 2))}, 16))
    assert "its entry in the header is longer than 65536 bytes" in str(_ours(path))


_PIECES = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"0",
    b"9",
    b"-",
    b".",
    b"e",
    b"\\",
    b"\0",
    b"\xff",
    b"null",
    b"F16",
]


def _mutated(draw: random.Random, data: bytes, values: int) -> bytes:
    """A file with some of its header changed, most often with the right length before it."""
    made = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 3))):
        at = draw.randrange(8, max(9, len(made) - values))
        match draw.randrange(5):
            case 0:
                made[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                made[at : at + draw.randrange(3)] = draw.choice(_PIECES)
            case 2:
                del made[at : at + draw.randrange(1, 9)]
            case 3:
                start = draw.randrange(8, max(9, len(made)))
                made[at:at] = made[start : start + draw.randrange(1, 40)]
            case _:
                made[at:] = made[at : at + draw.randrange(len(made))]
    if draw.random() < 0.7 and len(made) > 8 + values:
        made[:8] = (len(made) - 8 - values).to_bytes(8, "little")
    return bytes(made)


def _repeats(data: bytes) -> bool:
    """Whether a name stands twice in the header: of those, the library looks at the first one too."""
    try:
        pairs: Any = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")], object_pairs_hook=list)
        return len(dict(pairs)) < len(pairs)
    except (ValueError, TypeError, RecursionError):
        return False


def test_both_readers_agree_on_damaged_headers(tmp_path: Path, mutations: int) -> None:
    path = tmp_path / "x"
    draw = random.Random(13)  # noqa: S311  # the same ones every time
    whole = {"a": ONE, "b": entry((3,), (16, 22), "F16"), "c": entry((), (22, 30), "I64"), "__metadata__": {"f": "pt"}}
    refused = 0
    for _ in range(mutations):
        data = _mutated(draw, safetensors(whole, 30), 30)
        if not _repeats(data):
            refused += _agree(path, data) is not None
    assert mutations * 0.5 < refused < mutations
