"""Design files: TOML that says only what differs from its base."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, structs

from inspector.core.design import toml
from inspector.core.design.design import Design, Override, Stage, Stem, at_stage, refusal
from inspector.core.design.edit import with_block
from inspector.core.design.fields import BUDGET, DESIGN_FIELDS, OVERRIDE_FIELDS, STAGE_FIELDS, STEM_FIELDS, Spec
from inspector.core.design.presets import preset
from inspector.core.names import STAGES
from inspector.errors import DesignError, DesignFileError, nearest
from inspector.outside import shown
from inspector.speech import say


def parse(text: str) -> Design:
    """The design that a TOML text describes. Raises DesignFileError where it is no TOML, DesignError otherwise."""
    return design_of(tables(text))


def tables(text: str) -> dict[str, object]:
    """A TOML text as it is. Raises DesignFileError where it is none."""
    try:
        return toml.loads(text)
    except ValueError as error:
        raise DesignFileError(say("not TOML: {what}", what=shown(str(error), 200))) from None


def design_of(data: Mapping[str, object]) -> Design:
    """The design that a file's tables describe, its [budget] aside. Raises DesignError."""
    _check_keys(data, (*DESIGN_FIELDS, "stem", *STAGES, BUDGET), "")
    values: dict[str, object] = {name: _frozen(data[name]) for name in DESIGN_FIELDS if name in data}
    for name, value in values.items():
        _check_value(name, DESIGN_FIELDS[name], value)
    design = preset(str(values.get("base", "resnet50")))
    if "block" in values:
        design = with_block(design, values.pop("block"))  # type: ignore[arg-type]  # checked above
    if "stem" in data:
        values["stem"] = Stem(**_values("stem", design.stem, data["stem"], STEM_FIELDS))  # type: ignore[arg-type]
    for name in STAGES:
        if name in data:
            values[name] = _stage(name, design.stage(name), data[name])
    return structs.replace(design, **values)


def differences(design: Design) -> dict[str, object]:
    """What a design file says of `design`: its base, and whatever differs from it, as TOML's own types."""
    base = preset(design.base)
    said: dict[str, object] = {"base": design.base}
    if design.block != base.block:
        said["block"] = design.block
        base = with_block(base, design.block)
    for name in ("stride_on", "norm", "input", "num_classes", "target"):
        value = getattr(design, name)
        if value != getattr(base, name):
            said[name] = list(value) if isinstance(value, tuple) else value
    for name in ("stem", *STAGES):
        part = _part_differences(getattr(base, name), getattr(design, name))
        if part:
            said[name] = part
    return said


def _part_differences(base: Struct, part: Struct) -> dict[str, object]:
    said: dict[str, object] = {}
    for name, value in structs.asdict(part).items():
        if value == getattr(base, name):
            continue
        if name == "overrides":
            said[name] = [
                {key: number for key, number in structs.asdict(override).items() if number is not None}
                for override in value
            ]
        else:
            said[name] = value
    return said


def _stage(name: str, base: Stage, data: object) -> Stage:
    values = _values(name, base, data, {**STAGE_FIELDS, "overrides": None})
    if isinstance(data, Mapping) and "overrides" in data:
        tables = data["overrides"]
        if not isinstance(tables, list):
            raise DesignError(
                f"{name}.overrides", say("must be tables, written {how}", how=f"[[{name}.overrides]]"), tables
            )
        values["overrides"] = tuple(_override(f"{name}.overrides[{at}]", table) for at, table in enumerate(tables))
    try:
        return Stage(**values)  # type: ignore[arg-type]  # checked field by field
    except DesignError as error:
        raise at_stage(error, name) from None


def _override(address: str, data: object) -> Override:
    values = _values(address, None, data, OVERRIDE_FIELDS)
    if "block" not in values:
        raise DesignError(f"{address}.block", say("is missing; it says which block, counted from 1"))
    return Override(**values)  # type: ignore[arg-type]  # checked field by field


def _values(address: str, base: Struct | None, data: object, specs: Mapping[str, Spec | None]) -> dict[str, object]:
    """The fields of `base` with those of a TOML table over them, each checked; a spec of None is checked elsewhere."""
    if not isinstance(data, Mapping):
        raise DesignError(address, say("must be a table, written {how}", how=f"[{address}]"), data)
    _check_keys(data, specs, f"{address}.")
    values = structs.asdict(base) if base is not None else {}
    for name, spec in specs.items():
        if name in data and spec is not None:
            _check_value(f"{address}.{name}", spec, data[name])
            values[name] = data[name]
    return values


def _check_keys(data: Mapping[str, object], known: Mapping[str, Spec | None] | tuple[str, ...], prefix: str) -> None:
    for key in data:
        if key not in known:
            raise DesignError(f"{prefix}{key}", f"{say('unknown key')}{nearest(key, known)}", data[key])


def _check_value(address: str, spec: Spec, value: object) -> None:
    if not spec.admits(value):
        raise refusal(address, spec, value)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
