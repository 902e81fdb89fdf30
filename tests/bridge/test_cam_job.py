"""Heat maps as a job of torch's process: what comes of it, what it says on its way, and what becomes of a crash."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.bridge.cam_job import look
from inspector.bridge.process import Reply, Torch
from inspector.bridge.protocol import Cam, Verify
from inspector.core.cam.cells import cells
from inspector.core.cam.png import texts_of, with_texts
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.errors import InputError
from inspector.files.design import read
from inspector.report.heat import texts

DATA = Path(__file__).parents[1] / "data"
DIGITS = read(DATA / "digits.toml")
WEIGHTS = str(DATA / "digits.safetensors")


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "seven.png"
    Image.fromarray(np.load(DATA / "digits-heldout.npz")["images"][3]).save(path)
    return str(path)


def _asked(picture: str, **changes: object) -> Cam:
    designs = (edit(DIGITS, "conv5_x.planes=80"), DIGITS)
    given = {"weights": WEIGHTS, "origin": DIGITS, "policy": "pad", "pixels": 40, **changes}
    return Cam(designs, ("edited", "baseline"), picture, **given)  # type: ignore[arg-type]


def test_both_networks_are_run_and_drawn(picture: str) -> None:
    told: list[str] = []
    seen = look(_asked(picture, as_png=True), told.append)
    edited, baseline = (view.heat for view in seen.views)
    assert (edited.name, baseline.name) == ("edited", "baseline")
    assert edited.category.number == baseline.category.number == 7
    assert np.allclose(edited.values, baseline.values, atol=1e-4)
    assert (seen.picture.width, seen.picture.height, len(seen.picture.data)) == (40, 40, 4800)
    assert len(cells(seen.views[0].overlay, 20, 10)) == 10
    assert told[0].startswith("reading ")
    assert "reading weights" in told
    assert any(line.startswith("running edited on ") for line in told)
    assert told[-1] == "drawing"
    data = with_texts(seen.png, texts([edited, baseline]))
    assert texts_of(data)["inspector.target"] == "conv5_2"
    with Image.open(io.BytesIO(data)) as image:
        image.load()


def test_what_cannot_be_is_one_line(picture: str) -> None:
    for changes in ({"picture": "/dev/zero"}, {"category": "cat"}, {"category": "10"}):
        asked = Cam(**{**{name: getattr(_asked(picture), name) for name in Cam.__struct_fields__}, **changes})
        with pytest.raises(InputError):
            look(asked, lambda _: None)


async def test_torch_s_process_answers_and_goes_on_after_a_problem(picture: str) -> None:
    torch, told = Torch(rest=0.01), list[str]()
    try:
        reply = await torch.ask(_asked(picture), told.append)
        assert reply is not None
        assert reply.problem == ""
        assert reply.result == look(_asked(picture), lambda _: None)
        assert told[0] == "loading torch"
        reply = await torch.ask(_asked(picture + ".none"))
        assert reply == Reply(problem=f"{picture}.none: no such file or directory")
        reply = await torch.ask(_asked(picture, lang="ko", category="cat"))
        assert reply is not None
        assert reply.problem
        reply = await torch.ask(Verify(Design()))
        assert reply is not None
        assert reply.result.agrees
    finally:
        await torch.end()
