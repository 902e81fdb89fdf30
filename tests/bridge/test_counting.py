"""The conventions beside the tools that they are named after, run on the real module."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from strategies import designs
from torch import nn

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.measures.counting import count
from inspector.core.network.network import analyze


def _fvcore(module: nn.Module, image: torch.Tensor) -> int:
    from fvcore.nn import FlopCountAnalysis

    logging.getLogger("fvcore").setLevel(logging.ERROR)
    return int(FlopCountAnalysis(module, image).unsupported_ops_warnings(enabled=False).total())


def _thop(module: nn.Module, image: torch.Tensor) -> int:
    from thop import profile

    return int(profile(module, inputs=(image,), verbose=False)[0])


def _ptflops(backend: str = "") -> Callable[[nn.Module, torch.Tensor], int]:
    def ask(module: nn.Module, image: torch.Tensor) -> int:
        from ptflops import get_model_complexity_info

        macs, _ = get_model_complexity_info(
            module,
            tuple(image.shape[1:]),
            as_strings=False,
            print_per_layer_stat=False,
            verbose=False,
            **({"backend": backend} if backend else {}),
        )
        return int(macs)

    return ask


def _flop_counter(module: nn.Module, image: torch.Tensor) -> int:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(image)
    return int(counter.get_total_flops())


TOOLS = {
    "fvcore": _fvcore,
    "thop": _thop,
    "ptflops": _ptflops("aten"),
    "ptflops-pytorch": _ptflops("pytorch"),
    "torch-flops": _flop_counter,
}


def _asked(name: str, design: Design) -> int:
    module, image = build(design).eval(), torch.zeros(design.input)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # the tools' own, of torch's deprecations
        return TOOLS[name](module, image)


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("model", ["resnet50", "resnet18", "resnext50_32x4d", "resnet50_v1"])
def test_a_tool_says_the_same_of_presets(name: str, model: str) -> None:
    design = edit(preset(model), "input.height=96", "input.width=64")
    assert _asked(name, design) == count(analyze(design))[name]


def test_ptflops_without_arguments_is_its_backend_pytorch() -> None:
    design = edit(preset("resnet50"), "input.height=64", "input.width=64")
    with contextlib.redirect_stdout(io.StringIO()):
        asked = _ptflops()(build(design).eval(), torch.zeros(design.input))
    assert asked == count(analyze(design))["ptflops-pytorch"]


@pytest.mark.parametrize("name", TOOLS)
@settings(max_examples=25)
@given(design=designs(24, 60))
def test_a_tool_says_the_same_of_random_designs(name: str, design: Design) -> None:
    if name.startswith("ptflops"):
        design = edit(design, "input.batch=1")  # it makes its own input, of one image
    assert _asked(name, design) == count(analyze(design))[name]
