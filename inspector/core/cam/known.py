"""How a network wants its pictures, as far as the config.json beside its weights tells."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from msgspec import DecodeError, ValidationError
from msgspec.json import decode
from msgspec.structs import replace

from inspector.core.cam.heat import GREY_MEAN, GREY_STD, IMAGENET_MEAN, IMAGENET_STD, Preparation
from inspector.speech import later

_PREFIX = "pretrained_cfg."
"""What timm's keys begin with."""
CONFIG, COMMAND = later("config.json"), later("the command")
PARTLY = {"": later("the command; the rest is assumed"), CONFIG: later("the command; the rest from config.json")}
"""Where only the mean or the standard deviation is the command's: by where the other is from."""


def preparation(size: tuple[int, int], channels: int, config: Iterable[tuple[str, str]] = ()) -> Preparation:
    """How pictures are made ready for an input of `size` (H, W): as a config.json says, else as ImageNet's are.

    `config` are its keys, dotted, and its values as short JSON.
    """
    said = {key.removeprefix(_PREFIX): text for key, text in config}
    mean, std = _numbers(said.get("mean", ""), channels), _numbers(said.get("std", ""), channels)
    usual = Preparation(size, *((GREY_MEAN, GREY_STD) if channels == 1 else (IMAGENET_MEAN, IMAGENET_STD)))
    if mean is None or std is None or not all(std):
        return usual
    crop = _numbers(f"[{said.get('crop_pct', 1)}]", 1) or (1.0,)
    how = "bicubic" if said.get("interpolation") == "bicubic" else "bilinear"
    share = crop[0] if 0.1 <= crop[0] <= 1 else 1.0
    return replace(usual, mean=mean, std=std, crop=share, interpolation=how, source=CONFIG)


def _numbers(text: str, count: int) -> tuple[float, ...] | None:
    """So many finite numbers in a JSON list."""
    try:
        found = tuple(decode(text, type=list[float]))
    except (DecodeError, ValidationError, RecursionError):
        return None
    return found if len(found) == count and all(isfinite(each) for each in found) else None
