"""Naming schemes: what other libraries call the parts that torchvision calls conv1, layer1.0.bn2, fc."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
"""What a batch norm has in a state_dict."""

RUNNING = ("running_mean", "running_var")
COUNTER = "num_batches_tracked"

_BLOCK = ("conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "downsample.0", "downsample.1")
"""The parts of a block that have tensors, by torchvision's names."""


class Suffixes(Struct, frozen=True):
    """What ends a tensor's name, behind its module's: torchvision's own words in the values' places."""

    conv: dict[str, str]
    norm: dict[str, str]
    fc: dict[str, str]


_TORCH = Suffixes(
    {".weight": ".weight"}, {f".{name}": f".{name}" for name in NORM}, {".weight": ".weight", ".bias": ".bias"}
)
_CAFFE2 = Suffixes(
    {"_w": ".weight"},
    {"_s": ".weight", "_b": ".bias", "_rm": ".running_mean", "_riv": ".running_var"},
    {"_w": ".weight", "_b": ".bias"},
)
_KERAS_NORM = {"gamma": ".weight", "beta": ".bias", "moving_mean": ".running_mean", "moving_variance": ".running_var"}


def _keras(own: dict[str, str]) -> dict[str, str]:
    return {f"/{name}{end}": to for name, to in own.items() for end in ("", ":0")}


_KERAS = Suffixes(_keras({"kernel": ".weight"}), _keras(_KERAS_NORM), _keras({"kernel": ".weight", "bias": ".bias"}))


class Modules(Struct, frozen=True):
    """What modules of a block, a stem or a head are called, in the order of torchvision's.

    `scheme` is whose names they are, where that is another's than the scheme's that has them. `inside` is how the
    prefix ends that is dropped before them: mmpretrain's blocks lie in `backbone.`, its head beside.
    """

    names: tuple[str, ...]
    scheme: str = ""
    inside: str = ""


class Scheme(Struct, frozen=True):
    """How one library names a ResNet's tensors.

    `stage` is a regular expression with two groups, the numbers of the stage and of the block, which are counted from
    `first_stage` and `first_block`. Of `blocks`, `stems` and `heads` the first that a file has is its own. Values of
    one that `is_transposed` lie as (height, width, in, out). One that `is_weak` is so plain that other networks have it
    too: only names that it knows in full count.
    """

    name: str
    stage: str
    blocks: tuple[Modules, ...]
    stems: tuple[Modules, ...]
    heads: tuple[Modules, ...]
    first_stage: int = 1
    first_block: int = 0
    suffixes: Suffixes = _TORCH
    is_transposed: bool = False
    is_weak: bool = False


def _named(names: str, scheme: str = "", inside: str = "") -> Modules:
    return Modules(tuple(names.split()), scheme, inside)


_STEM = _named("conv1 bn1")
_TORCH_BLOCK = Modules(_BLOCK)
_HEADS = (
    _named("fc"),
    _named("linear", "kuangliu"),
    _named("last_linear", "Cadene"),
    _named("head.fc", "mmpretrain", inside="backbone."),
    _named("head.fc"),
    _named("classifier"),
    _named("fc.1"),
    _named("fc.0"),
    _named("classifier.1"),
)

SCHEMES: tuple[Scheme, ...] = (
    Scheme(
        "torchvision",
        r"layer([1-9])\.([0-9]{1,6})\.",
        (_TORCH_BLOCK, _named("conv1 bn1 conv2 bn2 conv3 bn3 shortcut.0 shortcut.1", "kuangliu")),
        (
            _STEM,
            _named("layer0.conv1 layer0.bn1", "Cadene"),
            _named("layer0.0 layer0.1"),
            _named("stem.0 stem.1"),
        ),
        _HEADS,
    ),
    Scheme("NVIDIA", r"layers\.([0-9])\.([0-9]{1,6})\.", (_TORCH_BLOCK,), (_STEM,), _HEADS, first_stage=0),
    Scheme(
        "nn.Sequential",
        r"([2-7])\.([0-9]{1,6})\.",
        (_TORCH_BLOCK,),
        (_named("0 1"),),
        (_named("9"), _named("10")),
        first_stage=4,
        is_weak=True,
    ),
    Scheme(
        "Hugging Face",
        r"encoder\.stages\.([0-9])\.layers\.([0-9]{1,6})\.",
        (
            _named(
                "layer.0.convolution layer.0.normalization layer.1.convolution layer.1.normalization"
                " layer.2.convolution layer.2.normalization shortcut.convolution shortcut.normalization"
            ),
            _named(  # RegNetY's conv3 stands behind its squeeze-excite
                "layer.0.convolution layer.0.normalization layer.1.convolution layer.1.normalization"
                " layer.3.convolution layer.3.normalization shortcut.convolution shortcut.normalization"
            ),
        ),
        (
            _named("embedder.embedder.convolution embedder.embedder.normalization"),
            _named("embedder.convolution embedder.normalization"),
        ),
        (_named("classifier.1", inside="resnet."), _named("classifier.1", inside="regnet.")),
        first_stage=0,
    ),
    Scheme(
        "detectron2",
        r"res([2-9])\.([0-9]{1,6})\.",
        (_named("conv1 conv1.norm conv2 conv2.norm conv3 conv3.norm shortcut shortcut.norm"),),
        (_named("stem.conv1 stem.conv1.norm"),),
        (_named("linear"), _named("fc")),
        first_stage=2,
    ),
    Scheme(
        "Caffe2",
        r"res([2-9])_([0-9]{1,6})_",
        (_named("branch2a branch2a_bn branch2b branch2b_bn branch2c branch2c_bn branch1 branch1_bn"),),
        (_named("conv1 res_conv1_bn"), _named("conv1 conv1_bn")),
        (_named("fc1000"), _named("pred"), _named("last_out_L1000")),
        first_stage=2,
        suffixes=_CAFFE2,
    ),
    Scheme(
        "weiaicunzai",
        r"conv([2-9])_x\.([0-9]{1,6})\.",
        (
            _named(
                "residual_function.0 residual_function.1 residual_function.3 residual_function.4"
                " residual_function.6 residual_function.7 shortcut.0 shortcut.1"
            ),
        ),
        (_named("conv1.0 conv1.1"),),
        (_named("fc"),),
        first_stage=2,
    ),
    Scheme(
        "pytorchcv",
        r"stage([1-9])\.unit([0-9]{1,6})\.",
        (
            _named(
                "body.conv1.conv body.conv1.bn body.conv2.conv body.conv2.bn body.conv3.conv body.conv3.bn"
                " identity_conv.conv identity_conv.bn"
            ),
        ),
        (
            _named("init_block.conv.conv init_block.conv.bn"),
            _named("init_block.conv init_block.bn"),
        ),
        (_named("output", inside="features."),),
        first_block=1,
    ),
    Scheme(
        "Keras",
        r"conv([2-9])_block([0-9]{1,6})_",
        (_named("1_conv 1_bn 2_conv 2_bn 3_conv 3_bn 0_conv 0_bn"),),
        (_named("conv1_conv conv1_bn"),),
        (_named("predictions"), _named("probs"), _named("fc1000")),
        first_stage=2,
        first_block=1,
        suffixes=_KERAS,
        is_transposed=True,
    ),
    Scheme(
        "timm byobnet",
        r"stages\.([0-9])\.([0-9]{1,6})\.",
        (
            _named(
                "conv1_1x1.conv conv1_1x1.bn conv2_kxk.conv conv2_kxk.bn conv3_1x1.conv conv3_1x1.bn"
                " shortcut.conv shortcut.bn"
            ),
            _named("conv1_kxk.conv conv1_kxk.bn conv2_kxk.conv conv2_kxk.bn - - shortcut.conv shortcut.bn"),
        ),
        (_named("stem.conv stem.bn"), _named("stem.conv1.conv stem.conv1.bn")),
        (_named("head.fc"),),
        first_stage=0,
    ),
    Scheme(
        "timm RegNet",
        r"s([1-9])\.b([0-9]{1,6})\.",
        (
            _named("conv1.conv conv1.bn conv2.conv conv2.bn conv3.conv conv3.bn downsample.conv downsample.bn"),
            _named("f.a f.a_bn f.b f.b_bn f.c f.c_bn proj bn", "pycls"),
        ),
        (_named("stem.conv stem.bn"),),
        (_named("head.fc"),),
        first_block=1,
    ),
    Scheme(
        "torchvision RegNet",
        r"trunk_output\.block([1-9])\.block[1-9]-([0-9]{1,6})\.",
        (_named("f.a.0 f.a.1 f.b.0 f.b.1 f.c.0 f.c.1 proj.0 proj.1"),),
        (_named("stem.0 stem.1"),),
        (_named("fc"),),
    ),
)
"""Every scheme; where a name could be of two, the earlier one has it."""


def parts(scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    """Every tensor of a block: what stands behind the block's name, torchvision's word for it, and whose name it is."""
    for row in scheme.blocks:
        for own, to in _tensors(scheme, row, _BLOCK):
            yield own, to, row.scheme


def stem(scheme: Scheme, row: Modules) -> Iterator[tuple[str, str]]:
    """Every tensor of a stem that is called so: the scheme's name and torchvision's."""
    return _tensors(scheme, row, ("conv1", "bn1"))


def head(scheme: Scheme, row: Modules) -> Iterator[tuple[str, str]]:
    """Every tensor of a head that is called so: the scheme's name and torchvision's."""
    return _tensors(scheme, row, ("fc",))


def _tensors(scheme: Scheme, row: Modules, modules: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for own, to in zip(row.names, modules, strict=True):
        yield from ((f"{own}{mine}", f"{to}{its}") for mine, its in _suffixes(scheme, to).items())


def _suffixes(scheme: Scheme, module: str) -> dict[str, str]:
    if module == "fc":
        return scheme.suffixes.fc
    return scheme.suffixes.conv if module.startswith("conv") or module.endswith(".0") else scheme.suffixes.norm
