"""Heat maps in words, as JSON, and as the texts that go with their picture."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version

from msgspec import to_builtins

from inspector.core.cam.heat import Heat
from inspector.core.cam.words import caveats, facts, picture, prepared, ranked, weights
from inspector.outside import cells
from inspector.report.design_toml import design_file
from inspector.speech import say, speaking

SCHEMA = "inspector/cam/1"


def as_text(heats: Sequence[Heat]) -> str:
    """What each heat map is of, in the language that is spoken; what is as in the one before is not said again."""
    blocks, before = [], set[tuple[str, str]]()
    for heat in heats:
        rows = facts(heat)
        title = f"{heat.picture.name} · {heat.name}"
        own = [row for at, row in enumerate(rows) if at < 2 or row not in before]
        own += [(say("largest"), line) for line in ranked(heat)]
        notes = [(say("notes"), line) for line in caveats(heat)]
        own += [row for row in notes if row not in before]
        before = {*rows, *notes}
        blocks.append(title + "\n" + _lined(own))
    return "\n".join(blocks)


def _lined(rows: Iterable[tuple[str, str]]) -> str:
    listed, lines, before = list(rows), [], ""
    width = max(cells(label) for label, _ in listed)
    for label, text in listed:
        shown_ = label if label != before else ""
        lines.append(f"  {shown_}{' ' * (width - cells(shown_))}  {text}\n")
        before = label
    return "".join(lines)


def as_json(heats: Sequence[Heat]) -> str:
    """The same for programs, in English, the maps as they are, not normalised; version 1 only grows."""
    with speaking(None):
        told = {"schema": SCHEMA, "version": _version(), "maps": [_told(heat) for heat in heats]}
    return json.dumps(told, indent=2) + "\n"


def _told(heat: Heat) -> dict[str, object]:
    height, width = heat.target.size
    rows = [list(heat.values[at * width : (at + 1) * width]) for at in range(height)]
    of = heat.weights
    return {
        "name": heat.name,
        "design": design_file(heat.design),
        "picture": {**_plain(heat.picture), "words": picture(heat)},
        "preprocessing": {**_plain(heat.preparation), "words": prepared(heat.preparation)},
        "weights": {
            "file": of.file or None,
            "sha256": of.sha256 or None,
            "policy": of.policy or None,
            "seed": of.seed,
            "tensors": of.tensors,
            "random": list(of.random),
            "words": weights(of, heat.design),
        },
        "target": {
            "name": heat.target.name,
            "path": heat.target.path,
            "maps": heat.target.maps,
            "size": list(heat.target.size),
            "stride": heat.target.stride,
            "receptive_field": heat.target.field,
        },
        "class": {**_plain(heat.category), "score": heat.score},
        "top": [_plain(each) for each in heat.guesses],
        "positive": heat.positive,
        "normalised": heat.normalise,
        "largest": [_plain(each) for each in heat.largest],
        "caveats": caveats(heat),
        "values": rows,
    }


def _plain(value: object) -> dict[str, object]:
    made = to_builtins(value)
    assert isinstance(made, dict)  # noqa: S101  # a struct
    return made


def texts(heats: Sequence[Heat]) -> dict[str, str]:
    """What stands in the text chunks of their PNG: of the first one by name, of all as JSON."""
    first = heats[0]
    with speaking(None):
        return {
            "Software": f"inspector {_version()}",
            "Title": f"Grad-CAM: {first.picture.name}, {first.name}",
            "inspector.design": design_file(first.design),
            "inspector.target": first.target.name,
            "inspector.class": f"{first.category.number} {first.category.name}".strip(),
            "inspector.probability": repr(first.category.probability),
            "inspector.weights": first.weights.sha256 or f"random, seed {first.weights.seed}",
            "inspector.preprocessing": prepared(first.preparation),
            "inspector.cam": as_json(heats),
        }


def array(heats: Sequence[Heat]) -> bytes:
    """The maps as they are, not normalised, as a .npy file: float32, (maps, H, W); (H, W) of one.

    ValueError where they are not of one size.
    """
    sizes = {heat.target.size for heat in heats}
    if len(sizes) > 1:
        raise ValueError(sizes)
    (size,) = sizes
    shape = size if len(heats) == 1 else (len(heats), *size)
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    values = [value for heat in heats for value in heat.values]
    magic = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little")
    return magic + head.encode("ascii") + struct.pack(f"<{len(values)}f", *values)


def _version() -> str:
    try:
        return version("inspector")
    except PackageNotFoundError:  # not installed, run from its source
        return "0"
