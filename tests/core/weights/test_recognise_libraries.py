"""What torchvision, timm, transformers and Torch-Pruning make is recognised, or refused by the name of its cause.

The default run takes a few of timm's networks; INSPECTOR_ZOO=1 takes all of its ResNets and their relatives.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import timm
import torch
import torch_pruning
import torchvision
import transformers
from renaming import contents
from torch import nn

from inspector.bridge.build import build
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.weights.checkpoint import Checkpoint, like, words
from inspector.core.weights.recognise import recognise
from inspector.core.weights.state_dict import tensors
from inspector.core.weights.untold import ANTI_ALIASED
from inspector.errors import WeightsError

ALL = bool(os.environ.get("INSPECTOR_ZOO"))
FEW = ("resnet18", "resnetblur18", "resnet50_gn", "resnet18d", "skresnet18", "ecaresnetlight")
RESNETS = {"resnet", "resnest", "res2net", "sknet"}
"""Where timm makes networks of class ResNet."""
RELATIVES = {
    "senet",
    "resnetv2",
    "regnet",
    "byobnet",
    "nfnet",
    "hrnet",
    "dla",
    "cspnet",
    "tresnet",
    "selecsls",
}
CAUSES = {
    "SEModule": "squeeze-excite",
    "EcaModule": "efficient channel attention (ECA)",
    "SelectiveKernel": "selective kernels (SK)",
    "SplitAttn": "split attention (ResNeSt)",
    "Bottle2neck": "Res2Net's split 3×3",
    "GroupNorm": "norms without running statistics (group, layer or instance norm)",
    "GroupNormAct": "norms without running statistics (group, layer or instance norm)",
}
"""What a class among a network's modules means, in the words of a refusal."""


def made(name: str, **said: object) -> nn.Module:
    with torch.device("meta"):
        return timm.create_model(name, **said)


def shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


def assert_exact(found: Checkpoint, file: dict[str, tuple[int, ...]]) -> None:
    own = dict(tensors(analyze(found.design)))
    assert [name for name, _ in found.names] == list(own)
    assert {theirs: own[ours] for ours, theirs in found.names} == file
    assert (found.missing, found.counters, found.unknown) == ((), 0, ())


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "resnet50_v1"])
def test_torchvisions_are_its_presets(name: str) -> None:
    with torch.device("meta"):
        file = shapes(torchvision.models.get_model(name))

    found = recognise(contents(file))

    assert found.design == preset(name)
    assert_exact(found, file)


def expected(module: nn.Module) -> set[str]:
    """What speaks against one of timm's ResNets, by its modules."""
    found = {CAUSES[kind] for each in module.modules() if (kind := type(each).__name__) in CAUSES}
    if isinstance(module.conv1, nn.Sequential):
        found.add("a deep stem")
    if isinstance(module.maxpool, nn.Sequential) and any(isinstance(each, nn.Conv2d) for each in module.maxpool):
        found.add("a convolution in the pool's place")
    blocks = [block for number in range(1, 5) for block in getattr(module, f"layer{number}")]
    kinds = {type(block).__name__ for block in blocks if type(block).__name__ != "Bottle2neck"}
    if len(kinds) > 1:
        found.add("blocks of two convolutions and of three: a design has one kind")
    for place, block in enumerate(blocks):
        if block.downsample is not None:
            if len(block.downsample) == 3:
                found.add("an average-pooled shortcut (D)")
            elif block.downsample[0].kernel_size != (1, 1):
                number = place - len(module.layer1)
                assert number == 0
                found.add("a projection of 3×3 in layer2.0: a design's is 1×1")
                break
    return found


def resnets() -> Iterator[str]:
    """The names of timm's networks of class ResNet."""
    for name in timm.list_models():
        if timm.model_entrypoint(name).__module__.removeprefix("timm.models.") in RESNETS:
            yield name


@pytest.mark.parametrize("name", list(resnets()) if ALL else FEW)
def test_timms_resnets_are_recognised_exactly_or_refused_by_every_cause(name: str) -> None:
    module = made(name)
    file = shapes(module)
    causes = expected(module)

    if not causes:
        found = recognise(contents(file))
        assert_exact(found, file)
        names = [twin for twins, _ in ANTI_ALIASED.values() for twin in twins if twin == name]
        assert not names or any(names[0] in twin for twin in found.twins)
        for twin in names:
            with pytest.raises(WeightsError, match=f"{twin}, as is said of it, is anti-aliased"):
                recognise(contents(file, config=(("architecture", twin),)))
        return
    with pytest.raises(WeightsError) as caught:
        recognise(contents(file))
    assert set(caught.value.causes) == causes


@pytest.mark.parametrize("name", ["regnetx_002"])
def test_timms_regnetx_runs_as_its_design(name: str) -> None:
    assert_same(timm.create_model(name), ())


def relatives() -> Iterator[str]:
    for name in timm.list_models():
        if timm.model_entrypoint(name).__module__.removeprefix("timm.models.") in RELATIVES:
            yield name


@pytest.mark.skipif(not ALL, reason="all of timm's relatives of ResNets: INSPECTOR_ZOO=1")
def test_relatives_are_recognised_exactly_or_refused() -> None:
    exact, refused = [], []
    for name in relatives():
        file = shapes(made(name))
        try:
            found = recognise(contents(file))
        except WeightsError:
            refused.append(name)
        else:
            assert_exact(found, file)
            exact.append(name)
    assert all(name.startswith("regnetx") for name in exact)
    assert len(exact) == len([name for name in relatives() if name.startswith("regnetx")])
    assert len(refused) > 150


@pytest.mark.skipif(not ALL, reason="all of timm's networks: INSPECTOR_ZOO=1")
def test_all_twins_among_timms_are_named() -> None:
    by_shapes: dict[object, list[str]] = {}
    for name in resnets():
        module = made(name)
        if not expected(module):
            by_shapes.setdefault(tuple(sorted(shapes(module).items())), []).append(name)
    found = {names[0]: tuple(names[1:]) for names in by_shapes.values() if len(names) > 1}
    assert found == {name: twins for name, (twins, _) in ANTI_ALIASED.items()}


def shaken(module: nn.Module) -> nn.Module:
    """A module whose norms do something."""
    for each in module.modules():
        if isinstance(each, nn.BatchNorm2d):
            each.running_mean.normal_(0, 0.1)
            each.running_var.uniform_(0.5, 1.5)
    return module.eval()


@torch.no_grad()
def assert_same(module: nn.Module, config: tuple[tuple[str, str], ...], size: int = 64) -> Checkpoint:
    """The checkpoint of a module, whose weights make the design's own compute the same, to the last bit."""
    weights = shaken(module).state_dict()
    found = recognise(contents(shapes(module), config=config))
    built = build(found.design, "cpu").eval()
    built.load_state_dict({ours: weights[theirs] for ours, theirs in found.names})
    images = torch.randn(2, 3, size, size)
    said = module(images)
    if not isinstance(said, torch.Tensor):
        said = said.logits if hasattr(said, "logits") else said.pooler_output.flatten(1)
    assert torch.equal(built(images), said)
    return found


@pytest.mark.parametrize(
    ("kind", "strides_first", "has_head"),
    [("bottleneck", False, True), ("bottleneck", True, False), ("basic", False, True), ("basic", True, False)],
)
def test_hugging_faces_run_as_their_designs(kind: str, *, strides_first: bool, has_head: bool) -> None:
    config = transformers.ResNetConfig(
        layer_type=kind,
        downsample_in_bottleneck=strides_first,
        downsample_in_first_stage=strides_first,
        depths=[2, 1, 2, 1],
        hidden_sizes=[32, 64, 128, 256],
        embedding_size=16,
        num_labels=5,
    )
    model = (transformers.ResNetForImageClassification if has_head else transformers.ResNetModel)(config)
    said = (
        ("downsample_in_bottleneck", str(strides_first).lower()),
        ("downsample_in_first_stage", str(strides_first).lower()),
    )

    found = assert_same(model, said)

    assert (found.scheme, found.prefix) == ("Hugging Face", "resnet." if has_head else "")
    assert found.head.classes == (5 if has_head else 0)
    sources = {each.address: each.source for each in found.assumed}
    assert sources["conv2_x.stride"] == ("config.json" if strides_first else "")
    assert sources.get("stride_on", "config.json") == "config.json"


def test_hugging_faces_regnet_runs_as_its_design() -> None:
    config = transformers.RegNetConfig(
        layer_type="x", depths=[1, 1, 2, 1], hidden_sizes=[32, 64, 128, 256], groups_width=16
    )
    assert_same(transformers.RegNetForImageClassification(config), ())


def test_torchvisions_regnet_runs_as_its_design() -> None:
    assert assert_same(torchvision.models.regnet_x_400mf(), ()).scheme == "torchvision RegNet"


def test_children_in_a_sequential_run_as_their_design() -> None:
    module = nn.Sequential(*list(torchvision.models.resnet18().children())[:-1], nn.Flatten())
    assert assert_same(module, ()).head.classes == 0


@pytest.mark.parametrize("seed", range(40 if ALL else 2))
def test_pruned_networks_run_as_their_designs(seed: int) -> None:
    torch.manual_seed(seed)
    name = ("resnet18", "resnet50", "resnet34", "resnext50_32x4d")[seed % 4]
    module = torchvision.models.get_model(name, num_classes=10)
    torch_pruning.pruner.BasePruner(
        module,
        torch.randn(1, 3, 64, 64),
        importance=torch_pruning.importance.RandomImportance(),
        global_pruning=seed % 3 == 0,
        pruning_ratio=(0.1, 0.3, 0.5, 0.6)[seed // 4 % 4],
        round_to=8 if seed % 5 == 0 else None,
        ignored_layers=[module.fc],
    ).step()

    found = assert_same(module, ())

    assert found.design.base == name
    assert not found.missing
    assert all(stage.expansion <= 16 for stage in found.design.stages)


def test_detectors_and_segmenters_backbones_are_found() -> None:
    with torch.device("meta"):
        detector = torchvision.models.detection.fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None)
        segmenter = torchvision.models.segmentation.fcn_resnet50(weights=None, weights_backbone=None)
    found = recognise(contents(shapes(detector)))
    assert (like(found.design), found.prefix, len(found.unknown)) == ("resnet50", "backbone.body.", 30)

    bare = {name: shape for name, shape in shapes(detector).items() if not name.endswith("num_batches_tracked")}
    found = recognise(contents(bare))
    assert (found.design.norm, found.counters, found.missing) == ("frozen", 0, ())

    found = recognise(contents(shapes(segmenter)))
    assert words(found) == "ResNet-50, torchvision's names, no head, 318 tensors, F32"
    assert found.prefix == "backbone."


@pytest.mark.parametrize(
    "name",
    [
        "vgg11",
        "densenet121",
        "mobilenet_v3_small",
        "convnext_tiny",
        "efficientnet_b0",
        "googlenet",
        "vit_b_16",
        "swin_t",
    ],
)
def test_other_networks_are_no_resnets(name: str) -> None:
    with torch.device("meta"):
        file = shapes(torchvision.models.get_model(name, **({"init_weights": False} if name == "googlenet" else {})))

    with pytest.raises(WeightsError) as caught:
        recognise(contents(file))

    first = ", ".join(list(file)[:3])
    assert str(caught.value) == f"no ResNet by its names: its {len(file)} tensors are {first} …"
