"""What notes say beside the real module: every number, and every claim that a paragraph depends on."""

from __future__ import annotations

import re
from collections import Counter
from math import prod
from typing import NamedTuple

import pytest
import torch
from hypothesis import given, settings
from strategies import designs
from torch import nn
from torchinfo import summary
from torchvision.ops import FrozenBatchNorm2d

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.explain.claims import claims
from inspector.core.explain.spot import Spot, spot
from inspector.core.explain.values import Sight, values
from inspector.core.names import STAGES, block_name
from inspector.core.network.kinds import kind
from inspector.core.network.network import Network, analyze
from inspector.core.network.node import Where
from inspector.core.weights.survival import survival


class Ran(NamedTuple):
    """A module, what went in and came out of each of its parts, and how often each ran."""

    module: nn.Module
    parts: dict[str, nn.Module]
    ins: dict[str, tuple[int, ...]]
    outs: dict[str, tuple[int, ...]]
    runs: Counter[str]

    @property
    def macs(self) -> int:
        """MACs of convolutions and fc."""
        return sum(
            part.weight.numel() * self.outs[name][0] * prod(self.outs[name][2:])
            for name, part in self.parts.items()
            if isinstance(part, nn.Conv2d | nn.Linear)
        )

    @property
    def last(self) -> str:
        """The path of the last block."""
        return f"layer4.{len(self.parts['layer4']) - 1}"  # type: ignore[arg-type]  # a Sequential

    @property
    def params(self) -> int:
        return sum(each.numel() for each in self.module.parameters())


def ran(design: Design) -> Ran:
    """The module of a design after a forward pass without storage."""
    module = build(design, "meta").eval()
    parts = dict(module.named_modules())
    ins, outs, runs = {}, {}, Counter[str]()
    for name, part in parts.items():

        def note(_: nn.Module, given_: tuple[torch.Tensor, ...], out: torch.Tensor, name: str = name) -> None:
            ins[name], outs[name] = tuple(given_[0].shape), tuple(out.shape)
            runs[name] += 1

        part.register_forward_hook(note)
    module(torch.empty(design.input, device="meta"))
    return Ran(module, parts, ins, outs, runs)


def _path(name: str) -> str:
    """Torch's path of a place, of the paper's name of it: conv5_3.conv3, conv5_1.downsample.conv."""
    block, _, rest = name.partition(".")
    found = re.fullmatch(r"conv(\d)_(\d+)", block)
    if found is None:
        return name
    rest = rest.replace("downsample.conv", "downsample.0").replace("downsample.bn", "downsample.1")
    return f"layer{int(found[1]) - 1}.{int(found[2]) - 1}" + (f".{rest}" if rest else "")


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[2]}×{shape[3]}"


def _first(names: list[str]) -> str:
    """The first six names of tensors, as a note has them."""
    return ", ".join(f"`{name}`" for name in names[:6]) + (" …" if len(names) > 6 else "") or "–"


def _count(module: nn.Module | None) -> int:
    return sum(each.numel() for each in module.parameters()) if module is not None else 0


class Oracle:
    """What a note should say at a place, worked out of modules alone."""

    def __init__(self, design: Design, said: dict[str, str], real: Ran, whole: dict[str, object] | None = None) -> None:
        """`whole` are the numbers of the whole network, where they are known already."""
        self.design, self.said, self.real = design, said, real
        self.conv = real.parts[_path(said["conv"])]
        self.norm = real.parts[_path(said["norm"])]
        self.layer = real.parts[said["stage_path"]]
        self.block = real.parts[_path(said["block"])]
        names = ("conv1", "conv2", "conv3") if design.block == "bottleneck" else ("conv1", "conv2")
        self.path = [getattr(self.block, name) for name in names]
        self.blocks = [part for name, part in real.parts.items() if re.fullmatch(r"layer\d\.\d+", name)]
        self.whole = {**self._network(), **self._target()} if whole is None else whole

    def numbers(self) -> dict[str, object]:
        return {**self._convolution(), **self._norm(), **self._stage(), **self._block(), **self.whole}

    def _convolution(self) -> dict[str, object]:
        name, conv = _path(self.said["conv"]), self.conv
        out = self.real.outs[name]
        assert isinstance(conv, nn.Conv2d)
        return {
            "filters": conv.out_channels,
            "channels": conv.weight.shape[1],
            "maps_in": conv.in_channels,
            "conv_groups": conv.groups,
            "kernel": conv.kernel_size[0],
            "in_size": _size(self.real.ins[name]),
            "out_size": _size(out),
            "conv_params": conv.weight.numel(),
            "conv_macs": conv.weight.numel() * out[0] * out[2] * out[3],
            "image": _size(self.design.input),
            "batch": self.design.input[0],
            "sum": f"{self.said['block']}.add",
        }

    def _norm(self) -> dict[str, object]:
        name, norm = _path(self.said["norm"]), self.norm
        out = self.real.outs[name]
        norms = [part for part in self.real.parts.values() if isinstance(part, nn.BatchNorm2d | FrozenBatchNorm2d)]
        assert isinstance(norm, nn.BatchNorm2d | FrozenBatchNorm2d)
        channels = norm.weight.numel()
        assert channels == self.conv.out_channels
        relus = sum(self.real.runs[name] for name, part in self.real.parts.items() if isinstance(part, nn.ReLU))
        return {
            "norm_channels": channels,
            "norm_size": _size(out),
            "norm_count": out[0] * out[2] * out[3],
            "norm_params": _count(norm),
            "norms": len(norms),
            "all_norm_params": sum(map(_count, norms)),
            "momentum": nn.BatchNorm2d(1).momentum,
            "relus": relus,
        }

    def _stage(self) -> dict[str, object]:
        layer, number = self.layer, STAGES.index(self.said["stage"])
        first, last = layer[0], layer[-1]
        outs = [self.real.outs[f"layer{each}"][1] for each in (1, 2, 3, 4)]
        path = [name for name, part in self.real.parts.items() if isinstance(part, nn.Conv2d | nn.Linear)]
        depth = len([name for name in path if "downsample" not in name])
        sum_ = self.said["layers"].partition(" = ")[0]
        assert sum(map(int, sum_.split(" + "))) == depth
        stage = self.design.stage(self.said["stage"])
        alone = [
            f"{block_name(self.said['stage'], at + 1)}.{name}"
            for at, block in enumerate(layer)
            for name in ("conv1", "conv2", "conv3")
            if getattr(stage.override(at + 1), name) is not None and hasattr(block, name)
        ]
        return {
            "stage_path": f"layer{number + 1}",
            "stage_before": ("stem", *STAGES)[number],
            "stage_after": (*STAGES, "head")[number + 1],
            "blocks": len(layer),
            "stem_planes": self.real.parts["conv1"].out_channels,
            "inplanes": first.conv1.in_channels,
            "planes": stage.planes,
            "expansion": stage.expansion,
            "planes_out": stage.planes * stage.expansion,
            "outplanes": self.real.outs[f"layer{number + 1}"][1],
            "all_planes": ", ".join(str(each.planes) for each in self.design.stages),
            "all_outplanes": ", ".join(map(str, outs)),
            "width": int(stage.planes * stage.width_per_group / 64) * stage.groups,
            "alone": ", ".join(alone[:4]) + (" …" if len(alone) > 4 else "") or "–",
            "layers": f"{sum_} = {depth}",
            "per_block": len(self.path),
            "block_class": type(first).__mro__[1].__name__,
            "call_stride": first.stride,
            "dilate_argument": ", dilate=True" if stage.dilate else "",
            "stride": stage.stride,
            "first_block": block_name(self.said["stage"], 1),
            "first_out": self.real.outs[f"layer{number + 1}.0"][1],
            "others": len(layer) - 1,
            "last": last,
        }

    def _block(self) -> dict[str, object]:
        name = _path(self.said["block"])
        given_, out = self.real.ins[name], self.real.outs[name]
        entering, leaving = given_[1], out[1]
        own = sum(each.weight.numel() for each in self.path)
        if self.design.block == "bottleneck":
            other = nn.Sequential(
                nn.Conv2d(entering, leaving, 3, bias=False, device="meta"),
                nn.Conv2d(leaving, leaving, 3, bias=False, device="meta"),
            )
        else:
            quarter = max(leaving // 4, 1)
            other = nn.Sequential(
                nn.Conv2d(entering, quarter, 1, bias=False, device="meta"),
                nn.Conv2d(quarter, quarter, 3, bias=False, device="meta"),
                nn.Conv2d(quarter, leaving, 1, bias=False, device="meta"),
            )
        middle = self.path[1]
        projections = [each.downsample for each in self.blocks if each.downsample is not None]
        return {
            "block_path": name,
            "block_keras": self.said["block"].replace("_", "_block"),
            "entering": self.path[0].in_channels,
            "leaving": self.path[-1].out_channels,
            "block_in_size": _size(given_),
            "block_size": _size(out),
            "first": self.path[0].out_channels,
            "second": middle.out_channels,
            "first_params": self.path[0].weight.numel(),
            "second_params": middle.weight.numel(),
            "third_params": self.path[-1].weight.numel(),
            "last_conv": f"{self.said['block']}.conv{len(self.path)}",
            "quarter": max(leaving // 4, 1),
            "own_params": own,
            "other_params": _count(other),
            "own_share": f"{100 * own / _count(other):.1f}",
            "block_stride": self.block.stride,
            "projection_params": _count(self.block.downsample),
            "projections": len(projections),
            "identities": len(self.blocks) - len(projections),
            "total_blocks": len(self.blocks),
            "all_projection_params": sum(map(_count, projections)),
            "middle": f"{self.said['block']}.conv2",
            "middle_in": middle.in_channels,
            "middle_filters": middle.out_channels,
            "groups": middle.groups,
            "per_group": middle.weight.shape[1],
            "grouped_params": middle.weight.numel(),
            "ungrouped_params": nn.Conv2d(
                middle.in_channels, middle.out_channels, 3, bias=False, device="meta"
            ).weight.numel(),
            "width_per_group": self.design.stage(self.said["stage"]).width_per_group,
            "base_width": 64,
        }

    def strided(self) -> list[str]:
        names = [
            name for name in ("conv1", "maxpool") if getattr(self.real.parts[name], "stride", 1) not in (1, (1, 1))
        ]
        firsts = [(stage, self.real.parts[f"layer{at}.0"]) for at, stage in enumerate(STAGES, 1)]
        return names + [block_name(stage, 1) for stage, block in firsts if block.stride > 1]

    def versions(self) -> tuple[int, int]:
        if self.design.block == "basic":
            return self.real.macs, self.real.macs
        first, second = (ran(edit(self.design, f"stride_on={name}")).macs for name in ("conv1", "conv2"))
        return first, second

    def _network(self) -> dict[str, object]:
        real, (v1, v15) = self.real, self.versions()
        fc = real.parts["fc"]
        stem = real.parts["conv1"].stride[0] * getattr(real.parts["maxpool"], "stride", 1)
        base = build(preset(self.design.base), "meta").state_dict()
        own = real.module.state_dict()
        same = [name for name in base if name in own and base[name].shape == own[name].shape]
        image = torch.empty(self.design.input, device="meta")
        stats = summary(build(self.design, "meta"), input_data=image, device="meta", verbose=0)
        weighted = [out for name, out in real.outs.items() if isinstance(real.parts[name], nn.Conv2d | nn.Linear)]
        return {
            "strided": ", ".join(self.strided()) or "–",
            "total_stride": stem * prod(real.parts[f"layer{number}.0"].stride for number in (1, 2, 3, 4)),
            "last_size": _size(real.outs["layer4"]),
            "macs_v1": v1,
            "macs_v15": v15,
            "macs_more": v15 - v1,
            "share_more": f"{100 * (v15 - v1) / v1:.1f}",
            "head_cells": prod(real.ins["avgpool"][2:]),
            "features": real.ins["fc"][1],
            "classes": getattr(fc, "out_features", 0),
            "fc_params": _count(fc),
            "fc_share": f"{100 * _count(fc) / real.params:.1f}",
            "last_block": block_name("conv5_x", len(real.parts["layer4"])),
            "macs": real.macs,
            "params": real.params,
            "flops": 2 * real.macs,
            "bytes_params": 4 * real.params,
            "bytes_half": 2 * real.params,
            "bytes_buffers": sum(each.nbytes for each in real.module.buffers()),
            "bytes_torchinfo": stats.total_output_bytes,
            "activations": sum(map(prod, weighted)),
            "base": self.design.base,
            "tensors": len(base),
            "survive": len(same),
            "reshaped": len([name for name in base if name in own]) - len(same),
            "reshaped_names": _first([name for name in own if name in base and name not in same]),
            "arrive": len(own.keys() - base.keys()),
            "vanish": len(base.keys() - own.keys()),
        }

    def _target(self) -> dict[str, object]:
        real, path = self.real, self.said["target_path"]
        model = real.module
        assert eval(self.said["target_python"], {"model": model}) is real.parts[path]  # noqa: S307  # our own
        out = real.outs[path]
        half = max(out[1] // 2, 1)
        last = "conv3" if self.design.block == "bottleneck" else "conv2"
        halved = ran(edit(self.design, f"{self.said['target']}.{last}={half}"))
        news = [
            name
            for name, part in halved.parts.items()
            if name.endswith(".downsample") and real.parts.get(name) is None and isinstance(part, nn.Sequential)
        ]
        added = sum(_count(halved.parts[name]) for name in news)
        stages = [re.fullmatch(r"layer(\d)\.(\d+)\.downsample", name) for name in news]
        names = [f"conv{int(each[1]) + 1}_{int(each[2]) + 1}.downsample" for each in stages if each]
        return {
            "maps": out[1],
            "map_size": _size(out),
            "cells": out[2] * out[3],
            "half": half,
            "half_params": f"{halved.params - real.params:+,}" if halved.params != real.params else "±0",
            "half_macs": f"{halved.macs - real.macs:+,}" if halved.macs != real.macs else "±0",
            "half_projections": ", ".join(names) or "–",
            "half_projection_params": added,
            "half_rest": f"{halved.params - real.params - added:+,}" if halved.params - real.params - added else "±0",
        }

    def claims(self, numbers: dict[str, object]) -> dict[str, bool]:
        """What is so, of modules and the numbers above."""
        real, design = self.real, self.design
        path = _path(self.said["conv"])
        is_stem, is_beside = "." not in path, "downsample" in path
        entering, leaving = self.path[0].in_channels, self.path[-1].out_channels
        between = [each.out_channels for each in self.path[:-1]]
        v1, v15 = self.whole["macs_v1"], self.whole["macs_v15"]
        second, stage = real.parts["layer1.0"], design.stage(self.said["stage"])
        usual = stage.planes * stage.expansion
        base = preset(design.base)
        last_out = real.outs["layer4"]
        has = [each.downsample is not None for each in self.blocks]
        return {
            "bottleneck": len(self.path) == 3,
            "basic": len(self.path) == 2,
            "v1": len(self.path) == 3 and design.stride_on == "conv1",
            "v1.5": len(self.path) == 3 and design.stride_on == "conv2",
            "versions": v1 != v15,
            "strided": bool(self.strided()),
            "blocks-stride": any(each.stride > 1 for each in self.blocks),
            "second-strides": second.stride > 1,
            "second-projects": second.downsample is not None,
            "has-identities": not all(has),
            "has-projections": any(has),
            "blocks-keep": any(each.stride == 1 for each in self.blocks),
            "many": prod(last_out[2:]) > 1,
            "classes": isinstance(real.parts["fc"], nn.Linear),
            "frozen": not list(self.norm.parameters()),
            "first-stage": self.said["stage"] == "conv2_x",
            "last-stage": self.said["stage"] == "conv5_x",
            "alone": numbers["alone"] != "–",
            "others": len(self.layer) > 1,
            "uniform": all(each.conv1.in_channels == usual for each in self.layer[1:]),
            "matches": numbers["outplanes"] == usual,
            "expands": usual > stage.planes,
            "wide": len(self.path) == 3 and numbers["width"] != stage.planes,
            "dilates": stage.dilate,
            "stage-projects": self.layer[0].downsample is not None,
            "identity": self.block.downsample is None,
            "projection": self.block.downsample is not None,
            "channels-differ": entering != leaving,
            "block-strides": self.block.stride > 1,
            "narrows": max(between) < min(entering, leaving),
            "widens": between[-1] >= leaving,
            "costs": int(str(numbers["own_params"])) > int(str(numbers["other_params"])),
            "grouped": self.path[1].groups > 1,
            "own": not is_beside,
            "beside": is_beside,
            "read": not is_beside
            and (isinstance(real.parts["fc"], nn.Linear) or path != f"{real.last}.conv{len(self.path)}"),
            "summed": is_beside or (not is_stem and path.endswith(f"conv{len(self.path)}")),
            "pieces": self.conv.weight.shape[1] < self.conv.in_channels,
            "first-conv": is_stem,
            "point": self.conv.kernel_size == (1, 1),
            "lone": numbers["norm_count"] == 1,
            "halves": int(str(numbers["maps"])) > 1,
            "price": numbers["half_projections"] != "–",
            "reads-last": self.said["target"] == numbers["last_block"],
            "fits": not (numbers["reshaped"] or numbers["arrive"] or numbers["vanish"]),
            "reshaped": bool(numbers["reshaped"]),
            "arrives": bool(numbers["arrive"]),
            "vanishes": bool(numbers["vanish"]),
            "means-other": (design.block, design.stride_on, design.stem.stride, design.stem.pool)
            != (base.block, base.stride_on, base.stem.stride, base.stem.pool)
            or [(each.stride, each.dilate) for each in design.stages]
            != [(each.stride, each.dilate) for each in base.stages],
        }


ELSEWHERE = {
    "conv", "norm", "stage", "block", "target", "target_path", "target_python",  # what the oracle begins from
    "readers",  # test_readers
    "cell", "field",  # test_receptive
    "count_torchinfo", "count_fvcore", "count_thop", "count_ptflops", "count_ptflops_aten", "spread",  # test_counting
    "bytes_backward", "bytes_adam", "bytes_sgd", "bytes_peak", "bytes_inference",  # test_memory
}  # fmt: skip
"""Values that another test holds against the real module."""


def _agrees(network: Network, where: Where, real: Ran, whole: dict[str, object] | None = None) -> dict[str, object]:
    said = values(network, where)
    oracle = Oracle(network.design, said, real, whole)
    numbers = oracle.numbers()
    for name in said.keys() - ELSEWHERE:
        assert said[name].replace(",", "") == str(numbers[name]).replace(",", ""), name
    assert claims(Sight(network, where)) == oracle.claims(numbers)
    return oracle.whole


@settings(max_examples=25)
@given(designs(widest=24, largest=70))
def test_every_number_and_claim_of_the_notes_is_the_module_s_at_every_place(design: Design) -> None:
    network, real = analyze(design), ran(design)
    whole: dict[str, object] | None = None
    seen: set[Spot] = set()
    for place in network.places():
        spoken = spot(network, place.where)._replace(network=None)  # type: ignore[arg-type]  # what is spoken of alone
        if spoken not in seen:
            seen.add(spoken)
            whole = _agrees(network, place.where, real, whole)


CASES = [
    ("resnet50", "", "conv5_1"),
    ("resnet50", "", "conv2_1"),
    ("resnet50", "conv5_3.conv3=1024", "conv5_3"),
    ("resnet50", "conv5_3.conv2=256", "conv5_3"),
    ("resnet50", "conv5_x.expansion=1", "conv5_2"),
    ("resnet50", "conv4_x.planes=512", "conv5_1"),
    ("resnet18", "conv5_2.conv1=64", "conv5_2"),
    ("resnet18", "", "conv2_1"),
    ("resnext50_32x4d", "conv4_x.dilate=true", "conv4_1.downsample"),
    ("wide_resnet50_2", "stride_on=conv1", "conv3_1.downsample.bn"),
]


@pytest.mark.parametrize(("base", "change", "at"), CASES)
def test_the_designs_that_notes_were_wrong_about(base: str, change: str, at: str) -> None:
    network = analyze(edit(preset(base), *change.split()))
    _agrees(network, network.find(at).where, ran(network.design))


@settings(max_examples=25)
@given(designs(widest=24, largest=40))
def test_a_note_speaks_of_the_place_that_one_stands_at(design: Design) -> None:
    network = analyze(design)
    for place in network.places():
        spoken = spot(network, place.where)
        if place.node.kind == "Conv2d":
            assert spoken.conv == place
        if kind(place.node).is_norm:
            assert spoken.norm == place
        if place.node.kind == "Projection":
            assert spoken.conv.name == f"{place.name}.conv"
        if kind(place.node).is_block:
            assert spoken.block == place
        if place.node.kind == "Stage":
            assert spoken.stage == place


@settings(max_examples=15)
@given(designs(widest=24, largest=40))
def test_readers_are_what_has_other_channels_where_a_convolution_has_other_filters(design: Design) -> None:
    network = analyze(design)
    before = build(design, "meta")
    parts = dict(before.named_modules())
    for place in network.places():
        if place.node.kind != "Conv2d" or len(place.where) > 3:
            continue
        window = place.node.window
        name = "stem.planes" if place.name == "conv1" else place.name
        groups = design.stage(network.at(place.where[:1]).name).groups if len(place.where) == 3 else 1
        more = place.node.output[1] + (groups if window else 1)
        after = dict(build(edit(design, f"{name}={more}"), "meta").named_modules())
        moved = {
            path
            for path, part in parts.items()
            if isinstance(part, nn.Conv2d | nn.Linear)
            and path in after
            and part.weight.shape[1] != after[path].weight.shape[1]
        }
        readers = {_path(each.name) for each in spot(network, place.where).readers}
        assert moved <= readers
        assert {each for each in readers if "downsample" not in each} <= moved


@settings(max_examples=30)
@given(designs(widest=24, largest=40))
def test_what_is_carried_is_what_torch_would_load(design: Design) -> None:
    for base in PRESETS[:2]:
        found = survival(analyze(preset(base)), analyze(design))
        counts = found.fits, found.other_shape, found.new, found.gone
        old, new = (build(each, "meta").state_dict() for each in (preset(base), design))
        both = old.keys() & new.keys()
        same = sum(old[name].shape == new[name].shape for name in both)
        assert tuple(each.tensors for each in counts) == (
            same,
            len(both) - same,
            len(new.keys() - old.keys()),
            len(old.keys() - new.keys()),
        )


def test_what_the_notes_say_of_batch_norm_is_what_it_does() -> None:
    """Mean and variance by channel over batch and positions; running ones moved a tenth; refused for a single value."""
    norm = nn.BatchNorm2d(3)
    x = torch.rand(2, 3, 2, 2) ** 3
    moved = norm(x)
    for channel in range(3):
        values_ = x[:, channel].flatten()
        mean, variance = values_.mean(), values_.var(unbiased=False)
        assert torch.allclose(moved[:, channel].flatten(), (values_ - mean) / (variance + norm.eps).sqrt(), atol=1e-5)
        assert torch.isclose(norm.running_mean[channel], 0.1 * mean)
        skew = ((values_ - mean) / variance.sqrt()).pow(3).mean()
        after = moved[:, channel].flatten()
        assert torch.isclose(((after - after.mean()) / after.std(unbiased=False)).pow(3).mean(), skew, atol=1e-3)
    held = norm.running_mean.clone()
    norm.eval()(x)
    assert torch.equal(norm.running_mean, held)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        nn.BatchNorm2d(3).train()(torch.rand(1, 3, 1, 1))


def test_what_the_notes_say_of_fc_and_grad_cam_is_so() -> None:
    """Grad-CAM's weight of a map is fc's, divided by the number of positions, where the target is the last block."""
    design = edit(preset("resnet18"), "input=1,3,64,64", "num_classes=5")
    module = build(design).eval()
    held: list[torch.Tensor] = []

    def keep(_: nn.Module, __: object, out: torch.Tensor) -> None:
        out.retain_grad()
        held.append(out)

    module.layer4[-1].register_forward_hook(keep)
    scores = module(torch.rand(1, 3, 64, 64))
    scores[0, 3].backward()
    (maps,) = held
    assert maps.grad is not None
    weights = maps.grad.mean(dim=(2, 3))[0]
    cells = int(values(analyze(design), ())["head_cells"])
    assert torch.allclose(weights, module.fc.weight[3] / cells, atol=1e-6)


def _versions(design: Design) -> tuple[torch.Tensor, torch.Tensor]:
    """What v1 and v1.5 of a design make of one image with the same weights, each channel kept alive by its bias."""
    first, second = (build(edit(design, f"stride_on={name}")).double().eval() for name in ("conv1", "conv2"))
    weights = first.state_dict()
    for name, each in weights.items():
        if name.endswith("bias"):
            each.fill_(1.0)
    second.load_state_dict(weights)
    with torch.no_grad():
        image = torch.rand(design.input, dtype=torch.double)
        return first(image), second(image)


@settings(max_examples=25)
@given(designs(widest=8, largest=3).filter(lambda design: design.block == "bottleneck"))
def test_v1_and_v15_compute_the_same_where_the_note_says_so(design: Design) -> None:
    if not claims(Sight(analyze(design), ()))["versions"]:
        assert torch.allclose(*_versions(design), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("change", "differs"), [("input=1,3,64,64", True), ("input=1,3,1,1", False)])
def test_a_checkpoint_of_v1_loads_into_v15_and_computes_something_else(change: str, *, differs: bool) -> None:
    design = edit(preset("resnet50"), change)
    assert claims(Sight(analyze(design), ()))["versions"] is differs
    assert torch.allclose(*_versions(design), rtol=1e-6) is not differs


@pytest.mark.parametrize("change", ["conv5_3.conv3=1024", "conv4_x.planes=128", "num_classes=10"])
def test_each_tensor_of_another_shape_is_a_line_of_torch_s_error(change: str) -> None:
    network = analyze(edit(preset("resnet50"), change))
    reshaped = int(values(network, ())["reshaped"])
    weights = build(preset("resnet50")).state_dict()
    with pytest.raises(RuntimeError, match="size mismatch") as raised:
        build(network.design).load_state_dict(weights, strict=False)
    assert str(raised.value).count("size mismatch for") == reshaped
