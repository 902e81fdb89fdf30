"""Damaged files of weights: each is read or refused in a line, nothing in it runs, and it costs little."""

from __future__ import annotations

import argparse
import collections
import os
import pickle
import random
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from odd_weights import archive, entry, hostile, legacy, mapping, safetensors, tensor
from torch import nn
from watched import nothing_runs

from inspector.core.weights.table import Contents
from inspector.errors import WeightsFileError
from inspector.files.weights import contents

NUMBERS = [
    n.to_bytes(size, "little") for size in (1, 2, 4, 8) for n in (0, 1, 2 ** (8 * size - 1), 2 ** (8 * size) - 1)
]


def _torch(found: object, path: Path, *, is_zip: bool) -> bytes:
    torch.save(found, path, _use_new_zipfile_serialization=is_zip)
    return path.read_bytes()


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Whole files of every kind, small enough that most of their bytes mean something."""
    path = tmp_path_factory.mktemp("seeds") / "x"
    state = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).state_dict()
    whole = {
        "epoch": 3,
        "state_dict": state,
        "args": argparse.Namespace(lr=0.1),
        "more": collections.defaultdict(list, a=[np.float64(1)]),
        "list": [torch.zeros(2)],
    }
    arrays = {"model": {"w": np.zeros((30, 40), np.float32), "b": np.zeros(3)}}
    marker = path.parent / "marker"
    return [
        _torch(state, path, is_zip=True),
        _torch(whole, path, is_zip=True),
        _torch(state, path, is_zip=False),
        _torch(whole, path, is_zip=False),
        _torch(nn.Sequential(nn.Linear(2, 2)), path, is_zip=True),
        archive(mapping(w=tensor(), v=tensor((4,), (1,))), {"0": bytes(16)}),
        legacy(mapping(w=tensor()), {"0": (4, bytes(16))}),
        *(pickle.dumps(arrays, protocol=protocol) for protocol in (2, 4, 5)),
        *(archive(pickle.dumps(call, protocol=4)) for call in hostile(marker).values()),
        safetensors({"a": entry(), "b": entry((3,), (16, 22), "F16"), "__metadata__": {"x": "y"}}, 22),
        b'{"weight_map": {"a": "x.bin", "b": "y.bin"}}',
    ]


def _mutated(draw: random.Random, seeds: list[bytes]) -> bytes:
    """A file with bytes changed, left out, put in, said again, or of two files one after the other."""
    made = bytearray(draw.choice(seeds))
    for _ in range(draw.choice((1, 1, 1, 2, 4, 16))):
        at = draw.randrange(len(made) + 1)
        match draw.randrange(7):
            case 0 | 1:
                made[at : at + 1] = bytes([draw.randrange(256)])
            case 2:
                number = draw.choice(NUMBERS)
                made[at : at + len(number)] = number
            case 3:
                del made[at : at + draw.randrange(1, 20)]
            case 4:
                made[at:at] = draw.randbytes(draw.randrange(1, 9))
            case 5:
                start = draw.randrange(len(made) + 1)
                made[at:at] = made[start : start + draw.randrange(1, 200)]
            case _:
                other = draw.choice(seeds)
                made[at:] = other[draw.randrange(len(other)) :] if draw.random() < 0.5 else b""
    return bytes(made)


def _tried(path: Path) -> Contents | WeightsFileError:
    try:
        with nothing_runs():
            return contents(path)
    except WeightsFileError as error:
        return error


def test_a_damaged_file_is_read_or_refused_and_costs_little(
    seeds: list[bytes], mutations: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json  # noqa: F401  # what is read odd is imported before

    path = tmp_path / "x.pth"
    draw = random.Random(int(os.environ.get("INSPECTOR_SEED", "13")))  # noqa: S311  # the same ones every time
    worst, most, refused = 0.0, 0, 0
    for _ in range(mutations):
        path.write_bytes(_mutated(draw, seeds))
        tracemalloc.start()
        start = time.perf_counter()
        found = _tried(path)
        worst = max(worst, time.perf_counter() - start)
        most = max(most, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        if isinstance(found, WeightsFileError):
            refused += 1
            assert str(found).isprintable()
            assert len(str(found)) < len(str(path)) + 300
        else:
            assert found.tables
    assert worst < 2
    assert most < 16 * 2**20
    assert refused > mutations / 3
    if mutations > 300:
        cost = f"worst {worst * 1000:.0f} ms, {most / 2**20:.2f} MiB"
        with capsys.disabled():
            print(f"\n{mutations} damaged files: {refused} refused, {cost}")  # noqa: T201
