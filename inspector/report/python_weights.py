"""The lines of a generated file that load weights: strictly, and with torch and safetensors alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from inspector.core.design.design import Design
from inspector.core.network.network import analyze
from inspector.core.units import Dims
from inspector.core.weights.state_dict import tensors
from inspector.core.weights.table import Contents, Table
from inspector.errors import WeightsError
from inspector.outside import quoted, shown
from inspector.speech import say

Reader = Literal["safetensors", "torch"]
"""What reads a file in one call."""


class Stored(Struct, frozen=True):
    """A file whose tensors are exactly a design's: its name as code opens it, and how to get at them.

    `place` is the way to their mapping, `prefix` what stands before each name.
    """

    path: str
    reader: Reader
    place: tuple[str, ...] = ()
    prefix: str = ""


def stored(path: str, contents: Contents, design: Design, reader: Reader | None) -> Stored:
    """How a file's tensors are had under the names of a design, by what reads it in one call, if anything does.

    WeightsError where they are not exactly its own.
    """
    name = shown(path, 200)
    own = dict(tensors(analyze(design)))
    tables = [(table, prefix) for table in contents.tables if (prefix := _prefix(table, own)) is not None]
    is_plain = not (contents.ignored or contents.model) and all(
        type(step) is str for table, _ in tables for step in table.place
    )
    if not tables or not is_plain or reader is None:
        raise WeightsError(
            say(
                "{file}: load_state_dict does not take it as it is; this makes a file that it takes: {command}",
                file=name,
                command=f"inspector adapt {quoted(path)} --policy pad -o OUT.safetensors",
            )
        )
    (table, prefix), *_ = tables
    return Stored(path, reader, table.place, prefix)


def _prefix(table: Table, own: Mapping[str, Dims]) -> str | None:
    """What stands before a design's names in a mapping that has exactly its tensors; None where it has others."""
    there = {tensor.name: tensor.shape for tensor in table.tensors}
    first = next(iter(own))
    for name in there if len(there) == len(own) else ():
        prefix = name.removesuffix(first)
        if name.endswith(first) and {each.removeprefix(prefix): shape for each, shape in there.items()} == own:
            return prefix
    return None


def imports(of: Stored) -> Sequence[str]:
    """What has to be imported beside torch."""
    return ("from safetensors.torch import load_file",) if of.reader == "safetensors" else ()


def lines(of: Stored) -> list[str]:
    """A function `load() -> nn.Module` that builds the network and loads the weights, strictly."""
    read = (
        "load_file(path)" if of.reader == "safetensors" else 'torch.load(path, map_location="cpu", weights_only=True)'
    )
    read += "".join(f"[{_literal(step)}]" for step in of.place)
    taken = [f"    weights = {read}"]
    if of.prefix:
        name = f"name.removeprefix({_literal(of.prefix)})"
        taken.append(f"    weights = {{{name}: tensor for name, tensor in weights.items()}}")
    return [
        f"WEIGHTS = {_literal(of.path)}",
        "",
        "",
        "def load(path: str = WEIGHTS) -> nn.Module:",
        '    """The network with the weights of a file, WEIGHTS, where every name and shape has to fit."""',
        "    model = build()",
        *taken,
        "    model.load_state_dict(weights, strict=True)",
        "    return model",
    ]


def _literal(text: str) -> str:
    """A text as Python writes it, in double quotes unless it holds bytes that no text has."""
    is_text = text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)
    return json.dumps(text, ensure_ascii=False) if is_text else repr(text)
