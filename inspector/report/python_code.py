"""A design as one Python file that needs torch and torchvision alone; and as a line of timm."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.core.changes.gradcam import target
from inspector.core.design.design import Design, Stage
from inspector.core.design.differences import edits, value, version
from inspector.core.design.presets import preset
from inspector.core.names import STAGES
from inspector.core.network.network import analyze
from inspector.core.units import dims, exact
from inspector.report.formats import Subject
from inspector.report.python_blocks import BASIC, BOTTLENECK, NETWORK, PROJECTION, RUN
from inspector.report.python_weights import Stored, imports, lines

_PLANES = (64, 128, 256, 512)
_BY_CALL = ("torchvision's own constructor expresses it.",)
_BY_SUBCLASS = (
    "torchvision's constructor cannot express it, so its blocks and its ResNet are subclassed: the forward passes and",
    "the names in the state_dict are torchvision's.",
)
_NAMED = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")


def render(subject: Subject) -> str:
    """The Python file of the network's design."""
    return python_file(subject.network.design)


def python_file(design: Design, weights: Stored | None = None) -> str:
    """A module with `build() -> nn.Module`, and with `load` where there are weights; a script that prints the shapes.

    The network maps (N, C, H, W) to (N, num_classes), or to (N, features) where it has no head.
    """
    call = torchvision_call(design)
    body = _by_call(design, call) if call else _by_subclass(design)
    loading = [*lines(weights), "", ""] if weights else []
    parts = [
        *_docstring(design, is_call=call is not None),
        "",
        *body,
        "",
        "",
        *loading,
        *_target(design),
        "",
        "",
        *_run(design, "load" if weights else "build"),
    ]
    text = "\n".join(parts) + "\n"
    for line in imports(weights) if weights else ():
        text = text.replace("import torch\n", f"import torch\n{line}\n", 1)
    return text


def _target(design: Design) -> list[str]:
    read = target(analyze(design))
    return [
        "def target_layers(model: nn.Module) -> list[nn.Module]:",
        f'    """What Grad-CAM reads: the output of {read.name}, {read.words}."""',
        f"    return [{read.expression}]",
    ]


def torchvision_call(design: Design) -> str | None:
    """The call of torchvision that builds the design, `resnet50(num_classes=10)`; None where none can."""
    if not _is_plain(design) or design.input[1] != 3:
        return None
    stages, first = design.stages, design.conv2_x
    arguments = {}
    if design.num_classes not in (0, 1000):
        arguments["num_classes"] = str(design.num_classes)
    if design.norm != "batch":
        arguments["norm_layer"] = _NORMS[design.norm]
    if first.groups != 1:
        arguments["groups"] = str(first.groups)
    if first.width_per_group != 64:
        arguments["width_per_group"] = str(first.width_per_group)
    if any(stage.dilate for stage in stages[1:]):
        arguments["replace_stride_with_dilation"] = str([stage.dilate for stage in stages[1:]])
    name = _name(design)
    listed = [f"{key}={text}" for key, text in arguments.items()]
    if name:
        return f"resnet.{name}({', '.join(listed)})"
    block = "BasicBlock" if design.block == "basic" else "Bottleneck"
    blocks = [stage.blocks for stage in stages]
    return f"resnet.ResNet({', '.join([f'resnet.{block}', str(blocks), *listed])})"


def timm_call(design: Design) -> str | None:
    """The `timm.create_model` line of the same network, with torchvision's initialisation; None where none can."""
    dilates = [stage.dilate for stage in design.stages[1:]]
    strides = {(False, False, False): 32, (False, False, True): 16, (False, True, True): 8}.get(
        (dilates[0], dilates[1], dilates[2])
    )
    if strides is None or design.norm != "batch" or not _is_plain(design, planes=None):
        return None
    first = design.conv2_x
    name = _name(design) or ("resnet18" if design.block == "basic" else "resnet50")
    channels = tuple(stage.planes for stage in design.stages)
    arguments = [
        *([f"layers={tuple(stage.blocks for stage in design.stages)}"] if not _name(design) else []),
        *([f"channels={channels}"] if channels != _PLANES else []),
        *([f"num_classes={design.num_classes}"] if design.num_classes != 1000 else []),
        *([f"in_chans={design.input[1]}"] if design.input[1] != 3 else []),
        *([f"cardinality={first.groups}"] if first.groups != 1 else []),
        *([f"base_width={first.width_per_group}"] if first.width_per_group != 64 else []),
        *([f"output_stride={strides}"] if strides != 32 else []),
        "zero_init_last=False",
    ]
    return f'timm.create_model("{name}", {", ".join(arguments)})'


def _is_plain(design: Design, planes: tuple[int, ...] | None = _PLANES) -> bool:
    """Whether the design is one that the constructors of torchvision and timm know, whatever its blocks."""
    first = design.conv2_x
    return (
        design.stem == preset("resnet50").stem
        and (design.stride_on == "conv2" or design.block == "basic")
        and not (first.dilate and first.stride > 1)
        and (planes is None or tuple(stage.planes for stage in design.stages) == planes)
        and tuple(stage.stride for stage in design.stages) == (1, 2, 2, 2)
        and all(_is_alike(stage, first, design) for stage in design.stages)
    )


def _is_alike(stage: Stage, first: Stage, design: Design) -> bool:
    expansion = 1 if design.block == "basic" else 4
    same = (stage.groups, stage.width_per_group) == (first.groups, first.width_per_group)
    return same and stage.expansion == expansion and not stage.overrides


def _name(design: Design) -> str:
    """Torchvision's function with these blocks, or nothing."""
    blocks = tuple(stage.blocks for stage in design.stages)
    for name in _NAMED:
        known = preset(name)
        if known.block == design.block and tuple(stage.blocks for stage in known.stages) == blocks:
            return name
    return ""


def _docstring(design: Design, *, is_call: bool) -> Iterator[str]:
    network = analyze(design)
    differing = edits(design)
    yield f'"""{design.base} {version(design)}'.rstrip() + (", edited." if differing else ".")
    yield ""
    yield f"{exact(network.params)} parameters; {exact(network.macs)} MACs of convolutions and fc"
    yield f"for an input of {dims(design.input)} (N×C×H×W)."
    if differing:
        yield ""
        yield f"What differs from {design.base}:"
        yield ""
        yield from (f"    {each.address}: {value(each.before)} -> {value(each.after)}" for each in differing)
    yield ""
    yield from _BY_CALL if is_call else _BY_SUBCLASS
    timm = timm_call(design)
    if timm:
        yield ""
        yield f"In timm: {timm}"
    yield '"""'


def _imports(design: Design) -> list[str]:
    frozen = ["from torchvision.ops import FrozenBatchNorm2d"] if design.norm == "frozen" else []
    return ["import torch", "from torch import nn", "from torchvision.models import resnet", *frozen]


def _by_call(design: Design, call: str) -> list[str]:
    body = [f"    return {call}"]
    if not design.num_classes:
        body = [f"    model = {call}", f"    model.fc = {_NO_FC}", "    return model"]
    return [
        *_imports(design),
        "",
        "",
        "def build() -> nn.Module:",
        '    """The network, freshly initialised, in train mode."""',
        *body,
    ]


def _by_subclass(design: Design) -> list[str]:
    is_basic = design.block == "basic"
    first = "stride, 1" if design.stride_on == "conv1" else "1, stride"
    block = (BASIC if is_basic else BOTTLENECK).replace("@FIRST@", first)
    why = {
        "conv1": "the stride is on the first 1×1, as in the paper (v1)",
        "conv2": "the stride is on the 3×3, as in torchvision (v1.5)",
    }[design.stride_on]
    return [
        "from typing import NamedTuple",
        "",
        *_imports(design),
        "",
        "",
        "class Stage(NamedTuple):",
        '    """Blocks of one width; `filters` are those of each convolution of a block."""',
        "",
        "    blocks: int",
        "    filters: tuple[int, ...]",
        "    stride: int = 1",
        "    groups: int = 1",
        "    dilate: bool = False",
        "",
        "",
        "STAGES = {",
        *(_stage_row(design, number, name) for number, name in enumerate(STAGES, start=1)),
        "}",
        "",
        *_override_rows(design),
        "",
        "",
        *block.replace("@WHY@", why).replace("@NORM@", _NORMS[design.norm]).strip("\n").splitlines(),
        "",
        "",
        *PROJECTION.replace("@NORM@", _NORMS[design.norm]).strip("\n").splitlines(),
        "",
        "",
        *_network_lines(design),
        "",
        "",
        "def build() -> nn.Module:",
        '    """The network, freshly initialised as torchvision does it, in train mode."""',
        "    return EditedResNet()",
    ]


def _stage_row(design: Design, number: int, name: str) -> str:
    stage, base = design.stage(name), preset(design.base)
    arguments = [str(stage.blocks), str(stage.plain_filters(design.block))]
    arguments += [f"stride={stage.stride}"] if stage.stride != 1 else []
    arguments += [f"groups={stage.groups}"] if stage.groups != 1 else []
    arguments += ["dilate=True"] if stage.dilate else []
    changed = [each for each in edits(design) if each.address.startswith(f"{name}.")]
    note = "; ".join(
        f"{each.address.partition('.')[2]} {value(each.before)} -> {value(each.after)}" for each in changed
    )
    said = f"  # {name}: {note}" if note and design.block == base.block else f"  # {name}"
    return f'    "layer{number}": Stage({", ".join(arguments)}),{said}'


def _override_rows(design: Design) -> Iterator[str]:
    yield "# Blocks with filters of their own, by their number in the stage (from 0)."
    rows = []
    for number, name in enumerate(STAGES, start=1):
        stage = design.stage(name)
        plain = stage.plain_filters(design.block)
        for override in stage.overrides:
            filters = stage.filters(design.block, override.block)
            changes = ", ".join(
                f"conv{at} {after} where the stage has {before}"
                for at, (before, after) in enumerate(zip(plain, filters, strict=True), start=1)
                if before != after
            )
            rows.append(f'    ("layer{number}", {override.block - 1}): {filters},  # {changes}'.removesuffix("  # "))
    yield from (
        ["OVERRIDES: dict[tuple[str, int], tuple[int, ...]] = {", *rows, "}"]
        if rows
        else ["OVERRIDES: dict[tuple[str, int], tuple[int, ...]] = {}"]
    )


_FC = "nn.Linear(self.inplanes, {})  # whatever the last block puts out"
_NO_FC = "nn.Identity()  # no classes: the pooled features leave, (N, C)"
_NORMS = {"batch": "nn.BatchNorm2d", "frozen": "FrozenBatchNorm2d"}


def _network_lines(design: Design) -> list[str]:
    stem = design.stem
    pool = "nn.MaxPool2d(kernel_size=3, stride=2, padding=1)" if stem.pool else "nn.Identity()"
    extra = ", STAGES[name].groups, dilation" if design.block == "bottleneck" else ""
    text = (
        NETWORK.replace("@CHANNELS@", str(design.input[1]))
        .replace("@PLANES@", str(stem.planes))
        .replace("@KERNEL@", str(stem.kernel))
        .replace("@STRIDE@", str(stem.stride))
        .replace("@PADDING@", str(stem.kernel // 2))
        .replace("@POOL@", pool)
        .replace("@FC@", _FC.format(design.num_classes) if design.num_classes else _NO_FC)
        .replace("@NORM@", _NORMS[design.norm])
        .replace("@EXTRA@", extra)
    )
    return text.strip("\n").splitlines()


def _run(design: Design, made: str) -> list[str]:
    sizes = ", ".join(str(size) for size in design.input)
    return RUN.replace("@MADE@", made).replace("@INPUT@", sizes).strip("\n").splitlines()
