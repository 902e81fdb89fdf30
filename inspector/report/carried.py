"""The record of weights that were carried over, as Markdown or JSON: in English, for others and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from inspector.core.units import dims, exact
from inspector.core.weights.record import Record


def as_json(record: Record) -> str:
    """All of the record, one line a tensor."""
    said = msgspec.to_builtins(record)
    lists = {name: said.pop(name) for name in ("tensors", "kept")}
    parts = [f'  "{name}": {_encoded(part)}' for name, part in {"schema": said.pop("schema"), **said}.items()]
    for name, rows in lists.items():
        lines = ",\n".join(f"    {_encoded(row)}" for row in rows)
        parts.append(f'  "{name}": [\n{lines}\n  ]' if rows else f'  "{name}": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def as_markdown(record: Record) -> str:
    """The record as a page: what was promised and measured, the edits, and folded each tensor's fate."""
    sections = [
        ["# Weights carried over", "", *_about(record)],
        ["## Edits", "", *_table(("address", "before", "after"), record.edits)] if record.edits else [],
        ["## Promise and proof", "", *_proof(record)],
        ["## Tensors", "", *_table(("fate", "tensors"), ((fate, exact(n)) for fate, n in record.fates.items()))],
        ["## Channels that were kept", "", *_kept(record)] if record.kept else [],
        ["## Every tensor", "", "<details>", "", *_tensors(record), "", "</details>"],
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


RENDERED = {"md": as_markdown, "json": as_json}
"""How the record is rendered, by a file's ending."""


def _encoded(part: object) -> str:
    return msgspec.json.encode(part).decode()


def _about(record: Record) -> Iterator[str]:
    yield f"From {_code(record.source)}, SHA-256 `{record.sha256}`."
    rule = f", other input channels: `{record.input_channels}`" if record.input_channels else ""
    yield f"Policy `{record.policy}`, seed {record.seed}{rule}."


def _proof(record: Record) -> Iterator[str]:
    proof = record.proof
    for obstacle in record.obstacles:
        yield f"- {_cell(obstacle)}"
    yield from [""] if record.obstacles else []
    yield f"Promised: {record.promise}."
    yield ""
    if proof.compared:
        yield f"Measured on one input of {dims(proof.shape)} in {proof.computed_in}: the largest difference is"
        yield f"{proof.difference:.3g}, where the old network puts out up to {proof.scale:.3g}."
    else:
        yield "Not measured: none of the old values has a counterpart."
    if record.recalibrated:
        yield ""
        yield f"Batch norms recalibrated afterwards on {exact(record.recalibrated.pictures)} pictures:"
        yield f"{record.recalibrated.ready}."


def _kept(record: Record) -> Iterator[str]:
    rows = ((f"`{each.space}`", f"`{each.source}`", exact(each.of), each.channels) for each in record.kept)
    return _table(("channels of", "from", "of", "kept, from 0"), rows)


def _tensors(record: Record) -> Iterator[str]:
    rows = [(f"`{each.name}`", each.fate, _shape(each.was), _shape(each.shape)) for each in record.tensors]
    rows += [(f"`{name}`", "gone", "", "") for name in record.gone]
    return _table(("tensor", "fate", "was", "is"), rows)


def _shape(shape: tuple[int, ...] | None) -> str:
    return "" if shape is None else dims(shape) or "scalar"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{''.join('---|' for _ in head)}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _code(text: str) -> str:
    """A text from outside, which Markdown is not to read."""
    return "`" + text.replace("`", "'") + "`"


def _cell(text: str) -> str:
    """A text as it stands in a table."""
    return text.replace("|", "\\|")
