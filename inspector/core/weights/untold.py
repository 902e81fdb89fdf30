"""What the shapes of a ResNet's tensors do not tell: where it strides, dilation, the pool, the input; and its twins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from msgspec import DecodeError
from msgspec.json import decode

from inspector.core.design.fields import INPUT_FIELDS
from inspector.core.names import STAGES
from inspector.core.weights.checkpoint import Assumed
from inspector.core.weights.structure import Structure
from inspector.speech import later

CONFIG = "config.json"
STRIDES_FIRST = {"Caffe2", "detectron2", "Keras"}
"""Schemes whose plain ResNets stride on the first 1×1 (v1): weights of MSRA's, and those that were made from them."""
REGNETS = {"timm RegNet", "pycls", "torchvision RegNet"}
"""Schemes of networks with a stem of 3×3, stride 2, no pool, whose first stage strides too."""
FREEZES = {"detectron2", "Caffe2"}
"""Schemes of detectors, whose norms are frozen where they have no counters."""
_FROZEN_PREFIXES = ("body.", "conv_encoder.model.", "backbone.model.", "bottom_up.")
"""How prefixes end in detectors of torchvision, DETR and detectron2."""


def _is_regnet(of: Structure, scheme: str) -> bool:
    """Whether the names are a RegNet's; those of Hugging Face's are a ResNet's too, whose stem is 7×7."""
    return scheme in REGNETS or (scheme == "Hugging Face" and of.kernel == 3)


def untold(
    of: Structure, scheme: str, prefix: str, config: Mapping[str, str], *, has_counters: bool
) -> tuple[Assumed, ...]:
    """What is assumed of a network, each value with its address; what config.json says is taken from there."""
    return (
        *_strides_on(of, scheme, config),
        *_stem(of, scheme),
        *_strides(of, scheme, config),
        *_dilation(of),
        _input(of, scheme, config),
        *_norm(scheme, prefix, has_counters=has_counters),
        Assumed("", "ReLU", later("activations have no weights; nor have epsilons, anti-aliasing and dropout")),
    )


def _strides_on(of: Structure, scheme: str, config: Mapping[str, str]) -> Iterator[Assumed]:
    if of.kind == "basic":
        return
    why = later("a stride on the first 1×1 (v1) and one on the 3×3 (v1.5) have the same weights")
    said = config.get("downsample_in_bottleneck")
    is_plain = all(block.groups == 1 for stage in of.stages for block in stage)
    if said in ("true", "false"):
        yield Assumed("stride_on", "conv1" if said == "true" else "conv2", why, CONFIG)
    elif scheme in STRIDES_FIRST and is_plain:
        yield Assumed("stride_on", "conv1", why, later("whose names they are"))
    else:
        yield Assumed("stride_on", "conv2", why)


def _stem(of: Structure, scheme: str) -> Iterator[Assumed]:
    source = ""
    stride, has_pool = (2, True) if of.kernel > 3 else (1, False)
    if _is_regnet(of, scheme):
        stride, has_pool, source = 2, False, later("whose names they are")
    yield Assumed(
        "stem.stride", stride, later("a stride has no weights; a 7×7 mostly has 2, a 3×3 for small images 1"), source
    )
    yield Assumed("stem.pool", has_pool, later("a pool has no weights; a 7×7 mostly has one, a 3×3 none"), source)


_EQUAL = later(
    "a design's projection between equal channels strides, by 2 or more; PaddleClas has them without a stride"
)


def _strides(of: Structure, scheme: str, config: Mapping[str, str]) -> Iterator[Assumed]:
    """Strides of stages that begin with a projection; one that begins with an identity has stride 1 for certain."""
    channels = of.planes
    for number, (name, blocks) in enumerate(zip(STAGES, of.stages, strict=True)):
        first = blocks[0]
        comes, channels = channels, blocks[-1].filters[-1]
        if not first.has_projection:
            continue
        address = f"{name}.stride"
        if number:
            yield Assumed(address, 2, later("a projection has the same weights whatever its stride"))
        elif config.get("downsample_in_first_stage") == "true":
            yield Assumed(address, 2, later("a projection has the same weights whatever its stride"), CONFIG)
        elif _is_regnet(of, scheme):
            yield Assumed(
                address,
                2,
                later("a projection has the same weights whatever its stride"),
                later("whose names they are"),
            )
        elif comes == first.filters[-1]:
            yield Assumed(address, 2, _EQUAL)
        else:
            yield Assumed(address, 1, later("a projection has the same weights whatever its stride"))


def _dilation(of: Structure) -> Iterator[Assumed]:
    if of.kind == "bottleneck":
        why = later("a dilated 3×3 has the same weights; backbones for segmentation dilate conv4_x and conv5_x")
        yield Assumed("conv*_x.dilate", False, why)


def _input(of: Structure, scheme: str, config: Mapping[str, str]) -> Assumed:
    why = later("convolutions have the same weights for images of every size")
    low, high = INPUT_FIELDS["height"].low, INPUT_FIELDS["height"].high
    for key in ("pretrained_cfg.input_size", "input_size", "image_size"):
        sizes = _numbers(config.get(key, ""))[-2:]
        if sizes and all(low <= size <= high for size in sizes) and prod(sizes) <= 2**20:
            return Assumed("input", (1, of.channels, sizes[0], sizes[-1]), why, CONFIG)
    size = 224 if of.kernel > 3 or _is_regnet(of, scheme) else 32
    return Assumed("input", (1, of.channels, size, size), why)


def _numbers(text: str) -> list[int]:
    """The whole numbers of a text in JSON: one, or a list of them."""
    try:
        found = decode(text.encode())
    except (DecodeError, UnicodeEncodeError):
        return []
    numbers = found if isinstance(found, list) else [found]
    return numbers if all(type(number) is int for number in numbers) else []


def _norm(scheme: str, prefix: str, *, has_counters: bool) -> Iterator[Assumed]:
    if has_counters:
        return
    why = later("without num_batches_tracked norms may be frozen, or a converter has left the counters out")
    is_frozen = scheme in FREEZES or prefix.endswith(_FROZEN_PREFIXES)
    yield Assumed("norm", "frozen" if is_frozen else "batch", why, later("whose names they are") if is_frozen else "")


V1 = later(
    "stride on the first 1×1 (v1) or on the 3×3 (v1.5): pytorchcv's resnet50 and resnet50b, mm's caffe and pytorch"
)
DILATED = later("dilated backbones for segmentation (DeepLab, FCN)")
RAISED = later("a stride of 1 in conv5_x (re-identification)")
ANTI_ALIASED = {
    "resnet18": (("resnetblur18",), later("anti-aliased: timm's resnetblur18")),
    "resnet50": (("resnetaa50", "resnetblur50"), later("anti-aliased: timm's resnetaa50 and resnetblur50")),
}
"""timm's networks with a preset's names and shapes, by the preset."""
_NAMES = ("architecture", "arch", "model_name", "model", "name")


def twins(kind: str, preset: str) -> tuple[str, ...]:
    """Other networks with the same names and shapes as one of this kind of block, in words to be said with `say`."""
    found = (V1, DILATED) if kind == "bottleneck" else ()
    return (*found, *([ANTI_ALIASED[preset][1]] if preset in ANTI_ALIASED else []), RAISED)


def twin_said(said: Mapping[str, str], preset: str) -> str:
    """The name of a network that looks like a preset and is none, where a file or its config.json says it is that."""
    told = {said[key].partition(".")[0] for key in _NAMES if key in said}
    return next((name for name in ANTI_ALIASED.get(preset, ((),))[0] if name in told), "")


def believed(config: Mapping[str, str], of: Structure) -> Mapping[str, str]:
    """A config.json, unless it is of another network: of other numbers of blocks or channels."""
    ends = [stage[-1].filters[-1] for stage in of.stages]
    told = {"depths": [len(stage) for stage in of.stages], "hidden_sizes": ends}
    is_other = any(key in config and _numbers(config[key]) != own for key, own in told.items())
    return {} if is_other else config
