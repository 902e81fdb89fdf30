"""Batch norms recalibrated on pictures, against torch's own running means over the same batches."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
import torch
from carrying import weights
from PIL import Image

from inspector.bridge.build import build
from inspector.bridge.recalibrate import recalibrate
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.errors import InputError

SMALL = edit(preset("resnet18"), "width=0.125", "input=1,3,32,32", "num_classes=5")


def _pictures(count: int, size: tuple[int, int] = (32, 32), mode: str = "RGB") -> Iterator[tuple[str, bytes]]:
    generator = torch.Generator().manual_seed(0)
    for number in range(count):
        values = torch.randint(0, 256, (size[1], size[0], 3), generator=generator, dtype=torch.uint8)
        file = io.BytesIO()
        Image.fromarray(values.numpy()).convert(mode).save(file, "PNG")
        yield f"{number}.png", file.getvalue()


@pytest.mark.parametrize(("count", "batches"), [(2, [2]), (32, [32]), (33, [33]), (40, [32, 8])])
def test_statistics_are_the_means_over_the_batches(count: int, batches: list[int]) -> None:
    values = weights(SMALL, torch.float32)
    told: list[int] = []
    made, said = recalibrate(values, SMALL, _pictures(count), told.append)
    tensors = [torch.frombuffer(bytearray(_plain(data)), dtype=torch.uint8) for _, data in _pictures(count)]
    pictures = torch.stack([each.reshape(32, 32, 3).permute(2, 0, 1) for each in tensors]).float() / 255
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    pictures = (pictures - mean[:, None, None]) / std[:, None, None]
    network = build(SMALL)
    network.load_state_dict(values)
    first = network.get_submodule("conv1")
    with torch.no_grad():
        seen = [first(batch) for batch in pictures.split(batches)]
    assert torch.allclose(
        made["bn1.running_mean"], torch.stack([each.mean((0, 2, 3)) for each in seen]).mean(0), atol=1e-5
    )
    assert torch.allclose(
        made["bn1.running_var"], torch.stack([each.var((0, 2, 3)) for each in seen]).mean(0), rtol=1e-4
    )
    assert said.pictures == told[-1] == count
    assert "32×32" in said.ready
    kept = [name for name in values if not name.endswith(("running_mean", "running_var", "num_batches_tracked"))]
    assert all(torch.equal(made[name], values[name]) for name in kept)


def _plain(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.tobytes()


def test_pictures_of_any_size_and_mode_are_taken() -> None:
    grey = edit(SMALL, "input.channels=1")
    made, said = recalibrate(weights(grey, torch.float16), grey, _pictures(3, (50, 41), "P"), lambda _: None)
    assert made["bn1.running_var"].dtype == torch.float16
    assert said.ready.startswith("L, ")


@pytest.mark.parametrize(
    ("assignments", "pictures", "why"),
    [
        ((), [("x.png", b"no picture")], "x.png: is no picture"),
        ((), list(_pictures(1)), "two pictures"),
        (("norm=frozen",), list(_pictures(2)), "frozen"),
        (("input.channels=5",), list(_pictures(2)), "1 or 3 channels"),
    ],
)
def test_what_cannot_be_is_refused(assignments: tuple[str, ...], pictures: list[tuple[str, bytes]], why: str) -> None:
    design = edit(SMALL, *assignments)
    with pytest.raises(InputError, match=why):
        recalibrate(weights(design, torch.float32), design, pictures, lambda _: None)


def test_pictures_are_those_that_cam_looks_at() -> None:
    """PostScript is not even looked at, 16 bits are the 8 that they stand for, and what is clear lies over white."""
    made = [_statistics(kind) for kind in ("8 bits", "16 bits")]
    assert torch.allclose(made[0], made[1], atol=1e-3)
    assert torch.allclose(_statistics("clear"), _statistics("white"), atol=1e-6)
    postscript = io.BytesIO()
    Image.new("RGB", (8, 8)).save(postscript, "EPS")
    pictures = [*_pictures(2), ("x.png", postscript.getvalue())]
    with pytest.raises(InputError, match=r"x\.png: is no picture of a format that is read"):
        recalibrate(weights(SMALL, torch.float32), SMALL, pictures, lambda _: None)


def _statistics(kind: str) -> torch.Tensor:
    """The first batch norm's means over three pictures of a kind."""
    values = torch.randint(0, 256, (3, 32, 32), generator=torch.Generator().manual_seed(1)).numpy()
    pictures = []
    for number, each in enumerate(values):
        if kind == "16 bits":
            image = Image.fromarray((each * 257).astype("uint16"))
        elif kind == "8 bits":
            image = Image.fromarray(each.astype("uint8"))
        else:
            image = (
                Image.new("RGBA", (32, 32), (number, 90, 7, 0))
                if kind == "clear"
                else Image.new("RGB", (32, 32), "white")
            )
        file = io.BytesIO()
        image.save(file, "PNG")
        pictures.append((f"{number}.png", file.getvalue()))
    return recalibrate(weights(SMALL, torch.float32), SMALL, pictures, lambda _: None)[0]["bn1.running_mean"]
