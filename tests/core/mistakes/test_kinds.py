"""Every kind of error in words of its own: what must be answered, and what must not be."""

from __future__ import annotations

import time
from typing import NamedTuple

import pytest
from messages import CONV, FC, SIZE, SUM

from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.mistakes.diagnosis import Diagnosis, diagnose

LOADING = "RuntimeError: Error(s) in loading state_dict for {}:\n"
PLACES = '  File "/x/site-packages/torchvision/models/resnet.py", line 274, in _forward_impl\n    x = self.{}(x)\n'
ADD = '  File "/x/site-packages/torchvision/models/resnet.py", line 160, in forward\n    out += identity\n'


def _missing(*keys: str) -> str:
    return "\tMissing key(s) in state_dict: " + ", ".join(f'"{key}"' for key in keys) + ". \n"


def _unexpected(*keys: str) -> str:
    return "\tUnexpected key(s) in state_dict: " + ", ".join(f'"{key}"' for key in keys) + ". \n"


def _size(name: str, saved: list[int], model: list[int]) -> str:
    return SIZE.format(name, saved, model) + "\n"


def _sum(a: int, b: int, dimension: int) -> str:
    return SUM.format(a, b, dimension)


def _fc(*sizes: int) -> str:
    return FC.format(*sizes)


class Case(NamedTuple):
    """A text about a model, what its answer must have, what it must not have, and the edit."""

    text: str
    model: str
    has: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    edit: str = ""


CASES = {
    # a checkpoint, by its keys
    "basic into bottleneck": Case(
        LOADING.format("ResNet")
        + _missing("layer1.0.conv3.weight", "layer1.0.bn3.bias")
        + _size("layer2.1.conv1.weight", [128, 128, 3, 3], [128, 512, 1, 1]),
        "resnet50",
        ("The checkpoint's blocks are basic, the model's are bottlenecks.", "resnet34"),
        ("resnet18", "resnet101"),
        "block=basic",
    ),
    "bottleneck into basic, 101": Case(
        LOADING.format("ResNet")
        + _unexpected("layer1.0.conv3.weight", "layer3.6.conv1.weight", "layer3.22.bn3.weight")
        + _size("layer1.0.conv1.weight", [64, 64, 1, 1], [64, 64, 3, 3]),
        "resnet34",
        ("resnet101",),
        ("resnet50,",),
        "block=bottleneck conv4_x.blocks=23",
    ),
    "deeper blocks alone": Case(
        LOADING.format("ResNet") + _unexpected("layer2.4.bn3.weight", "layer2.7.conv1.weight", "layer3.35.bn2.bias"),
        "resnet50",
        ("conv3_5.bn3 (layer2.4.bn3)", "resnet152"),
        ("blocks are",),
        "conv3_x.blocks=8 conv4_x.blocks=36",
    ),
    "grouped widths of a preset": Case(
        LOADING.format("ResNet")
        + _size("layer1.0.conv1.weight", [256, 64, 1, 1], [64, 64, 1, 1])
        + _size("layer1.0.conv2.weight", [256, 8, 3, 3], [64, 64, 3, 3])
        + _size("layer4.2.conv2.weight", [2048, 64, 3, 3], [512, 512, 3, 3]),
        "resnet101",
        ("resnext101_32x8d",),
        (),
        "conv*_x.groups=32 conv*_x.width_per_group=8",
    ),
    "unwrapped": Case(
        LOADING.format("Net")
        + _missing("conv1.weight", "layer1.0.conv1.weight")
        + _unexpected("best_acc", "net", "epoch"),
        "resnet18",
        ("checkpoint['net']",),
        ("blocks", "conv1"),
    ),
    "unwrapped, two of them": Case(
        LOADING.format("Net")
        + _missing("conv1.weight", "layer1.0.conv1.weight")
        + _unexpected("state_dict", "state_dict_ema", "args"),
        "resnet18",
        ("checkpoint['state_dict_ema']", "state_dict may hold weights as well"),
    ),
    "unwrapped, of no name": Case(
        LOADING.format("Net") + _missing("conv1.weight") + _unexpected("iteration_step", "optimizer"),
        "resnet18",
        ("(iteration_step, optimizer)", "print(checkpoint.keys())"),
    ),
    "a model in place of a state_dict": Case(
        "TypeError: Expected state_dict to be dict-like, got <class 'timm.models.resnet.ResNet'>.",
        "resnet18",
        ("timm.models.resnet.ResNet", "state_dict()"),
    ),
    "another library's block": Case(
        LOADING.format("ResNet") + _size("layers.3.0.conv1.weight", [512, 1024, 1, 1], [512, 256, 3, 3]),
        "resnet34",
        ("conv5_1.conv1", "layers.3.0.conv1 in the text", "bottlenecks"),
        ("at conv1",),
        "block=bottleneck",
    ),
    "a decoder's convolution": Case(
        LOADING.format("UNet") + _size("up.block2.conv1.weight", [96, 1024, 3, 3], [96, 256, 3, 3]),
        "resnet18",
        ("up.block2.conv1 is no layer of the ResNet", "1024 inputs: what conv4_x of bottlenecks ends in"),
        ("conv1:",),
    ),
    "stem of both": Case(
        LOADING.format("ResNet") + _size("module.conv1.weight", [64, 4, 3, 3], [64, 3, 7, 7]),
        "resnet50",
        ("64×4×3×3 at conv1", "these 2 together do"),
        ("No edits",),
        "input.channels=4 stem.kernel=3",
    ),
    "headless": Case(
        LOADING.format("ResNet") + _missing("module.fc.bias", "module.fc.weight"),
        "resnet101",
        ("no module.fc", "strict=False is right"),
        ("No edits of",),
    ),
    "a head of three layers": Case(
        LOADING.format("ResNet")
        + _missing("fc.weight", "fc.bias")
        + _unexpected("fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias", "fc.5.weight"),
        "resnet34",
        ("of 3 linear layers (fc.0, fc.2, fc.5)",),
        ("nothing at fc",),
    ),
    "a head with its own norm": Case(
        LOADING.format("ResNet")
        + _missing("fc.weight", "fc.bias")
        + _unexpected("fc.0.weight", "fc.1.weight", "fc.1.running_mean", "fc.3.weight"),
        "resnet34",
        ("of 2 linear layers (fc.0, fc.3)",),
    ),
    "prefix and projection": Case(
        LOADING.format("ResNet")
        + _missing("conv1.weight", "layer1.0.conv1.weight", "fc.weight", "fc.bias")
        + _unexpected(
            "encoder.conv1.weight", "encoder.layer1.0.conv1.weight", "projector.0.weight", "projector.2.weight"
        ),
        "resnet50",
        ("removeprefix('encoder.')", "projector is what self-supervised training put in its place"),
    ),
    "the model's prefix": Case(
        LOADING.format("DistributedDataParallel")
        + _missing("module.model.conv1.weight", "module.model.bn1.weight")
        + _unexpected("model.conv1.weight", "model.bn1.weight"),
        "resnet34",
        ("the model's keys begin with module.", "Load into model.module"),
        ("removeprefix",),
    ),
    "no layer of a ResNet, other classes": Case(
        LOADING.format("FCN")
        + _size("aux_classifier.4.weight", [21, 256, 1, 1], [5, 256, 1, 1])
        + _size("aux_classifier.4.bias", [21], [5]),
        "resnet101",
        ("aux_classifier.4 is no layer of the ResNet", "21 and 5"),
        ("other names",),
    ),
    "counters": Case(
        LOADING.format("ResNet") + _missing("layer2.0.bn1.num_batches_tracked", "layer2.0.bn2.num_batches_tracked"),
        "resnet18",
        ("harmless", "strict=False is right"),
        ("these numbers",),
    ),
    "quantised": Case(
        LOADING.format("QuantizableResNet")
        + _missing("conv1.scale", "conv1.zero_point", "layer1.0.conv1.scale", "layer1.0.conv1.zero_point"),
        "resnet18",
        ("The model is quantised",),
        ("nothing at",),
    ),
    "a deep stem that was saved": Case(
        LOADING.format("ResNet")
        + _missing("conv1.weight")
        + _unexpected("conv1.0.weight", "conv1.3.weight", "conv1.6.weight")
        + _size("bn1.weight", [64], [32]),
        "resnet50",
        ("The checkpoint's stem is of several convolutions", "the model's conv1 is one"),
        ("stem.planes",),
    ),
    "attention": Case(
        LOADING.format("ResNet") + _unexpected("module.layer3.2.cbam.channel.fc1.weight"),
        "resnet50",
        ("attention modules in its blocks", "no edit makes one of the other"),
        ("these numbers",),
    ),
    "an unknown module in a block": Case(
        LOADING.format("ResNet") + _missing("layer3.2.adapter.weight", "layer3.2.adapter.bias"),
        "resnet50",
        ("other modules in its blocks (layer3.2.adapter)",),
    ),
    "three stages": Case(
        LOADING.format("ResNet") + _size("layer2.0.conv1.weight", [32, 16, 3, 3], [128, 64, 3, 3]),
        "resnet18",
        ("three stages are out of reach",),
        ("conv5_x.blocks",),
    ),
    "three stages by their fc": Case(
        LOADING.format("ResNet")
        + _size("layer3.1.conv2.weight", [128, 128, 3, 3], [256, 256, 3, 3])
        + _size("linear.weight", [10, 128], [10, 256]),
        "resnet18",
        ("The checkpoint ends with layer3",),
    ),
    "norms without statistics": Case(
        LOADING.format("ResNet") + _unexpected("bn1.running_mean", "bn1.running_var", "layer1.0.bn1.running_mean"),
        "resnet18",
        ("Only the checkpoint has running_mean",),
        ("nothing at",),
    ),
    "folded norms": Case(
        LOADING.format("ResNet") + _missing("bn1.weight", "bn1.running_mean") + _unexpected("conv1.bias"),
        "resnet18",
        ("they were folded into the convolutions",),
    ),
    "neither is the model": Case(
        LOADING.format("ResNet") + _size("layer4.1.conv1.weight", [512, 512, 3, 3], [128, 512, 3, 3]),
        "resnet50",
        ("Neither side is resnet50",),
    ),
    # other wordings of it
    "0.4.1, both sizes of fc": Case(
        LOADING.format("ResNet")
        + "\tsize mismatch for fc.weight: copying a param of torch.Size([1000, 512]) from checkpoint, "
        "where the shape is torch.Size([7, 512]) in current model.\n",
        "resnet34",
        ("for 1000 classes, the model's for 7",),
        (),
        "num_classes=7",
    ),
    "0.3": Case(
        "RuntimeError: While copying the parameter named layer4.1.bn2.weight, whose dimensions in the model are "
        "torch.Size([256]) and whose dimensions in the checkpoint are torch.Size([512]).",
        "resnet18",
        ("512 at conv5_2.bn2, the model 256",),
        (),
        "conv5_2.conv2=256",
    ),
    "0.3, one key": Case(
        "KeyError: 'unexpected key \"module.layer1.0.conv1.weight\" in state_dict'",
        "resnet18",
        ("removeprefix('module.')",),
    ),
    "0.3, a set of keys": Case(
        "KeyError: 'missing keys in state_dict: \"{\\'fc.weight\\', \\'fc.bias\\'}\"'", "resnet18", ("no fc",)
    ),
    "fvcore": Case(
        "WARNING [05/01 fvcore]: Skip loading parameter 'roi_heads.box_predictor.cls_score.weight' to the model due to "
        "incompatible shapes: (81, 1024) in the checkpoint but (4, 1024) in the model! You might want to double check",
        "resnet50",
        ("roi_heads.box_predictor.cls_score is no layer", "81 and 4"),
    ),
    "fvcore's lists": Case(
        "[10/10 d2]: Some model parameters or buffers are not found in the checkpoint:\n\x1b[34mfc.{bias, "
        "weight}\x1b[0m\n[10/10 d2]: The checkpoint state_dict contains keys that are not used by the model:\n  "
        "\x1b[35mlinear.weight\x1b[0m\n",
        "resnet50",
        ("Its head is called linear, the model's fc",),
    ),
    "mmcv": Case(
        "2024-01-01 - mmcls - WARNING - The model and loaded state dict do not match\n\nunexpected key in source "
        "state_dict: conv1.weight, layer1.0.conv1.weight\n\nmissing keys in source state_dict: backbone.conv1.weight, "
        "backbone.layer1.0.conv1.weight\n\n2024-01-01 - start",
        "resnet50",
        ("the model's keys begin with backbone.",),
        ("removeprefix",),
    ),
    "timm": Case(
        "WARNING:timm.models._builder:Unexpected keys (fc.weight, fc.bias) found while loading pretrained weights. "
        "This may be expected if model is being adapted.",
        "resnet50",
        ("The model has no fc",),
    ),
    "torch's return": Case(
        "<_IncompatibleKeys(missing_keys=['fc.weight', 'fc.bias'], unexpected_keys=['head.weight', 'head.bias'])>",
        "resnet50",
        ("Its head is called head, the model's fc",),
    ),
    "printed lists": Case(
        "missing keys: ['fc.weight', 'fc.bias']\nunexpected keys: []", "resnet50", ("no fc", "strict=False is right")
    ),
    "transformers 4": Case(
        "Some weights of ResNetForImageClassification were not initialized from the model checkpoint at a/b and are "
        "newly initialized because the shapes did not match:\n- classifier.1.weight: found shape torch.Size([1000, "
        "512]) in the checkpoint and torch.Size([3, 512]) in the model instantiated\n- classifier.1.bias: found shape "
        "torch.Size([1000]) in the checkpoint and torch.Size([3]) in the model instantiated\nYou should probably TRAIN "
        "this model",
        "resnet18",
        ("for 1000 classes, the model's for 3", "begins at random"),
        ("strict=False",),
        "num_classes=3",
    ),
    "transformers 5": Case(
        "\x1b[1mResNetForImageClassification LOAD REPORT\x1b[0m from: a/b\nKey                 | Status   | "
        "\n--------------------+----------+-\nclassifier.1.bias   | MISMATCH | Reinit due to size mismatch - ckpt: "
        "torch.Size([1000]) vs model:torch.Size([3])\nclassifier.1.weight | MISMATCH | Reinit due to size mismatch - "
        "ckpt: torch.Size([1000, 2048]) vs model:torch.Size([3, 2048])\n\nNotes:\n- MISMATCH: ckpt weights",
        "resnet50",
        ("for 1000 classes, the model's for 3",),
        (),
        "num_classes=3",
    ),
    "transformers 5, folded": Case(
        "Key | Status | | \n----+---+-+-\nresnet.encoder.stages.2.layers.{6...22}.layer.0.convolution.weight | "
        "UNEXPECTED | | ",
        "resnet50",
        ("conv4_7.conv1",),
        (),
        "conv4_x.blocks=23",
    ),
    # a forward pass
    "1.1, sizes with blanks": Case(
        "RuntimeError: Given groups=1, weight of size 64 3 7 7, expected input[8, 4, 200, 200] to have 3 channels, but "
        "got 4 channels instead",
        "resnet18",
        ("the image has 4",),
        (),
        "input.channels=4",
    ),
    "0.4, a weight without words": Case(
        "RuntimeError: Given groups=1, weight[64, 3, 7, 7], so expected input[8, 1, 224, 224] to have 3 channels, but "
        "got 1 channels instead",
        "resnet18",
        ("the image has 1",),
        (),
        "input.channels=1",
    ),
    "m1 and m2": Case(
        "RuntimeError: size mismatch, m1: [8 x 4608], m2: [512 x 10] at /opt/THTensorMath.cpp:41",
        "resnet18",
        ("4608 = 512 × 3 × 3", "AdaptiveAvgPool2d(1)", "image of 288×288"),
        ("conv5_",),
    ),
    "meta": Case(
        "RuntimeError: a and b must have same reduction dim, but got [4, 512] X [2048, 7].",
        "resnet18",
        ("2048 inputs and 7 classes, and 512 feature maps arrive",),
        (),
        "num_classes=7",
    ),
    "meta, a sum": Case(
        "RuntimeError: Attempting to broadcast a dimension of length 2048 at -3! Mismatching argument at index 1 had "
        "torch.Size([1, 2048, 7, 7]); but expected shape should be broadcastable to [1, 1024, 7, 7]",
        "resnet50",
        ("1024 feature maps and the identity 2048",),
        (),
        "conv5_3.conv3=1024",
    ),
    "expanded size": Case(
        "    out += residual\nRuntimeError: The expanded size of the tensor (14) must match the existing size (7) at "
        "non-singleton dimension 3",
        "resnet18",
        ("14 pixels a side and the projection 7",),
        (),
        "conv5_x.stride=1",
    ),
    "expanded size, a padding": Case(
        "RuntimeError: The expanded size of the tensor (18) must match the existing size (20) at non-singleton "
        "dimension 2",
        "resnet50",
        ("18 pixels a side and the shortcut 20", "padding=1"),
    ),
    "positions, not square": Case(
        _fc(4, 20480, 2048, 9), "resnet50", ("20480 = 2048 × 2 × 5", "not square", "AdaptiveAvgPool2d(1)"), ("conv5_",)
    ),
    "positions of another model": Case(_fc(4, 8192, 512, 9), "resnet50", ("8192 = 512 × 4 × 4", "image of 320×320")),
    "two positions beside an edit": Case(
        _fc(4, 1024, 512, 9), "resnet18", ("a fixed pool leaves 2 positions",), (), "conv5_2.conv2=1024 num_classes=9"
    ),
    "a projection left out": Case(
        PLACES.format("layer1") + ADD + _sum(256, 64, 1),
        "resnet152",
        ("the projection was left out", "64 maps come into conv2_1 and 256 leave it", "layer1.0.downsample"),
        ("conv2_2",),
    ),
    "a projection left out beside a stride": Case(
        PLACES.format("layer2") + ADD + _sum(28, 56, 3),
        "resnet34",
        ("its projection was left out (downsample=None)", "no stride=2"),
        (),
        "conv3_x.stride=1",
    ),
    "a padding left out": Case(
        PLACES.format("layer4") + ADD + _sum(6, 7, 3),
        "resnet101",
        ("conv5_1.add", "padding=1", "6 pixels"),
        ("stride=1",),
    ),
    "a padding left out in a basic block": Case(
        PLACES.format("layer1") + ADD + _sum(54, 56, 2), "resnet18", ("conv2_1.add", "padding=1")
    ),
    "a pool that rounds down": Case(_sum(8, 7, 3), "resnet50", ("ceil_mode=True",), ("padding=1:",)),
    "expansion": Case(
        '  File "net.py", line 9, in forward\n    out = out + self.shortcut(x)\n' + _sum(64, 256, 1),
        "resnet34",
        ("conv2_1.add", "BasicBlock.expansion was set to 4", "conv5_x.planes=2048"),
        ("conv4_",),
        "conv5_x.planes=2048",
    ),
    "a decoder's sum": Case(
        '  File "/app/models/unet.py", line 77, in forward\n    d3 = self.up3(d4) + e3\n' + _sum(512, 128, 1),
        "resnet50",
        ("unet.py", "conv3_x of bottlenecks", "conv3_x of basic blocks"),
        ("conv3_1.add",),
    ),
    "a decoder's sizes": Case(
        '  File "/app/fpn.py", line 30, in forward\n    p4 = self.lateral(c4) + F.interpolate(p5, scale_factor=2)\n'
        + _sum(25, 26, 3),
        "resnet50",
        ("fpn.py", "multiples of 32"),
        ("padding=1",),
    ),
    "a decoder's concatenation": Case(
        "RuntimeError: Sizes of tensors must match except in dimension 1. Expected size 38 but got size 37 for tensor "
        "number 1 in the list.",
        "resnet34",
        ("torch.cat gets maps of 38 and of 37", "multiples of 32"),
    ),
    "a decoder's convolution in a pass": Case(
        "RuntimeError: Given groups=1, weight of size [256, 2048, 1, 1], expected input[2, 512, 8, 8] to have 2048 "
        "channels, but got 512 channels instead",
        "resnet34",
        ("256×2048×1×1", "2048 maps are what conv5_x of bottlenecks ends in"),
        ("conv5_3",),
    ),
    "a transposed convolution": Case(
        "RuntimeError: Given transposed=1, weight of size [2048, 256, 4, 4], expected input[2, 512, 8, 8] to have 2048 "
        "channels, but got 512 channels instead",
        "resnet34",
        ("stands beside the ResNet",),
    ),
    "a pool larger than its map": Case(
        "RuntimeError: Given input size: (2048x2x2). Calculated output size: (2048x-4x-4). Output size is too small",
        "resnet50 input=1,3,64,64",
        ("maps of 2×2 for this image, and avgpool is fixed at 7×7", "AdaptiveAvgPool2d(1)", "224 pixels"),
    ),
    "a pool of another image": Case(
        "RuntimeError: Given input size: (512x4x4). Calculated output size: (512x-2x-2). Output size is too small at "
        "x.c:64",
        "resnet18",
        ("maps of 4×4 for an image of 128×128", "7×7"),
    ),
    "a kernel larger than its map": Case(
        "RuntimeError: Calculated padded input size per channel: (1 x 1). Kernel size: (3 x 3). Kernel size can't be "
        "greater than actual input size",
        "resnet18",
        ("Maps of 1×1", "3×3", "32 pixels"),
    ),
    "one value a channel": Case(
        "ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 2048, 1, 1])",
        "resnet101 input=1,3,32,32",
        ("conv5_1.bn3", "drop_last=True", "model.eval()", "batch of 2"),
    ),
    "one value a channel, old words": Case(
        "ValueError: Expected more than 1 value per channel when training, got input size [1, 512, 1, 1]",
        "resnet34",
        ("conv5_1.bn1", "image of 32×32"),
    ),
    "one value a channel elsewhere": Case(
        "ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 256, 1, 1])",
        "resnet50",
        ("no batch norm of resnet50 gets it", "ASPP"),
    ),
    "an image without a batch": Case(
        "RuntimeError: Expected 4-dimensional input for 4-dimensional weight 64 3 7 7, but got 3-dimensional input of "
        "size [3, 96, 96] instead",
        "resnet18",
        ("N, C, H, W", "image.unsqueeze(0)"),
    ),
    "an image without a channel": Case(
        "RuntimeError: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [28, 28]",
        "resnet18",
        ("image[None, None]",),
        ("unsqueeze",),
    ),
    "a batch norm without a batch": Case(
        "ValueError: expected 4D input (got 3D input)", "resnet18", ("image.unsqueeze(0)",)
    ),
    "groups in a basic block": Case(
        "ValueError: BasicBlock only supports groups=1 and base_width=64", "resnet18", ("must be 1 in a basic block",)
    ),
    "dilation in a basic block": Case(
        "NotImplementedError: Dilation > 1 not supported in BasicBlock",
        "resnet18",
        ("must be false in a basic block, as in torchvision", "stride=1", "bottlenecks"),
    ),
    "a label too large": Case(
        "IndexError: Target 10 is out of bounds.",
        "resnet50 num_classes=10",
        ("needs 11 classes", "labels run from 0 to 9"),
        (),
        "num_classes=11",
    ),
    "a label below 0": Case("IndexError: Target -1 is out of bounds.", "resnet50", ("ignore_index",), ("num_classes",)),
    "a label on a GPU": Case(
        "Loss.cu:250: block: [0,0,0], thread: [3,0,0] Assertion `t >= 0 && t < n_classes` failed.",
        "resnet50 num_classes=6",
        ("labels run from 0 to 5",),
    ),
    "a label of another model": Case(
        "IndexError: Target 3 is out of bounds.", "resnet50", ("needs 4 classes or more",)
    ),
    "a batch norm's weight": Case(
        "RuntimeError: weight should contain 96 elements not 48",
        "resnet50",
        ("a batch norm was built for other channels", "48 channels, and 96 feature maps arrive"),
    ),
    "a layer that is not there": Case(
        "ValueError: Invalid layer name: layer3.7",
        "resnet34",
        ("layer3.0 to layer3.5", "layer3.5"),
        (),
        "target=layer3.5",
    ),
    "torchcam's words for it": Case(
        "ValueError: unknown `target_layer` names: ['layer4.3'], closest matches: {}; see `model.named_modules()`",
        "resnet50",
        ("layer4.0 to layer4.2",),
        (),
        "target=layer4.2",
    ),
    "torch.fx' words for it": Case(
        "ValueError: node: 'layer2.9' is not present in model. Hint: use `get_graph_node_names`",
        "resnet18",
        ("layer2.0 and layer2.1",),
        (),
        "target=layer2.1",
    ),
    "a transposed convolution of a weight that none here has": Case(
        "Given transposed=1, weight of size [64, 3, 4, 4], expected input[1, 128, 32, 32] to have 64 channels, but got "
        "128 channels instead",
        "resnet50",
        ("no transposed convolution", "64×3×4×4", "built for 64 channels, and 128 arrive"),
    ),
    "a transposed convolution of a weight that some convolution has": Case(
        "Given transposed=1, weight of size [64, 64, 3, 3], expected input[1, 128, 32, 32] to have 64 channels, but "
        "got 128 channels instead",
        "resnet18",
        ("no transposed convolution",),
    ),
    "a scalar against a vector": Case(
        LOADING.format("X") + _size("logit_scale", [], [1]),
        "resnet50",
        ("logit_scale stands beside the ResNet",),
    ),
    "a vector against a scalar": Case(
        LOADING.format("X") + _size("logit_scale", [1], []),
        "resnet50",
        ("logit_scale stands beside the ResNet",),
    ),
    "a batch whose channels come last": Case(
        CONV.format(1, [64, 3, 7, 7], [32, 224, 224, 3], 3, 224),
        "resnet50",
        ("images.permute(0, 3, 1, 2)",),
        ("permute(2, 0, 1)",),
    ),
    "channels last at another stem": Case(
        CONV.format(1, [64, 3, 3, 3], [128, 32, 32, 3], 3, 32),
        "resnet18",
        ("images.permute(0, 3, 1, 2)",),
        ("feature maps",),
    ),
    "an image whose channels come last": Case(
        CONV.format(1, [64, 3, 7, 7], [1, 224, 224, 3], 3, 224),
        "resnet50",
        ("image.permute(2, 0, 1)", "images.permute(0, 3, 1, 2) a batch"),
    ),
    "one value a channel of a small image": Case(
        PLACES.format("layer3")
        + "ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 256, 1, 1])",
        "resnet50",
        ("conv4_1", "for an image of 16×16"),
        ("decoder",),
    ),
    "an fc without a bias": Case(
        LOADING.format("X") + _missing("fc.bias"),
        "resnet50",
        ("saved without a bias", "bias=False"),
        ("no head",),
    ),
    "an fc with a bias": Case(
        LOADING.format("X") + _unexpected("fc.bias"),
        "resnet50",
        ("the model's was built with bias=False",),
        ("left out of the checkpoint",),
    ),
    "a head of another name": Case(
        LOADING.format("X") + _missing("head.weight", "head.bias") + _unexpected("fc.weight", "fc.bias"),
        "resnet50",
        ("if both are for as many classes",),
    ),
    "a fourth convolution": Case(
        LOADING.format("X") + _missing("layer1.0.conv4.weight"),
        "resnet50",
        ("a fourth convolution in its blocks (layer1.0.conv4)",),
        ("in its blocks in its blocks",),
    ),
    "a grey image at another stem": Case(
        CONV.format(1, [64, 3, 3, 3], [8, 1, 32, 32], 3, 1),
        "resnet18",
        ("the image has 1 channel",),
        ("feature map",),
    ),
    "a view": Case(
        "RuntimeError: shape '[-1, 2048]' is invalid for input of size 1000",
        "resnet50",
        ("1000 is no multiple of 2048", "torch.flatten(x, 1)"),
    ),
}


def _diagnosed(text: str, model: str) -> Diagnosis:
    name, *edits = model.split()
    found = diagnose(text, edit(preset(name), *edits))
    assert found is not None
    return found


def _all(found: Diagnosis) -> str:
    return f"{found.name} ({found.path}): {found.error} {found.why}"


@pytest.mark.parametrize("name", CASES)
def test_a_kind_is_answered(name: str) -> None:
    case = CASES[name]
    found = _diagnosed(case.text, case.model)
    for words in case.has:
        assert words in _all(found)
    for words in case.lacks:
        assert words not in _all(found)
    assert found.edit == case.edit
    assert "  " not in found.why
    assert "{" not in found.why.replace("{key.removeprefix", "")


@pytest.mark.parametrize("name", CASES)
def test_it_is_answered_in_a_log_too(name: str) -> None:
    case = CASES[name]
    before = "epoch 1: 45%|████▌     | loss 0.3\nUserWarning: for bn1.num_batches_tracked: copying from a parameter\n"
    text = f"{before}Traceback (most recent call last):\n{case.text}\n\nepoch 2 done\n"
    assert _diagnosed(text, case.model) == _diagnosed(case.text, case.model)


@pytest.mark.parametrize("name", [name for name in CASES if "fvcore" not in name and "mmcv" not in name])
def test_it_is_answered_in_colours_and_frames(name: str) -> None:
    case = CASES[name]
    text = "\n".join(f" │ \x1b[31m{line}\x1b[0m" for line in case.text.splitlines())
    assert _diagnosed(text, case.model).error == _diagnosed(case.text, case.model).error


def test_what_is_raised_counts_before_what_is_warned_of() -> None:
    text = CASES["fvcore"].text + "\n" + CASES["a pool larger than its map"].text
    assert _diagnosed(text, "resnet50").error == "a pool is larger than its map"


def test_of_two_that_are_raised_the_first_counts() -> None:
    first, second = CASES["headless"].text, CASES["one value a channel"].text
    head = "Traceback (most recent call last):\n"
    assert "no head" in _diagnosed(f"{head}{first}{head}{second}", "resnet50").error
    assert "one value" in _diagnosed(f"{head}{second}\n{head}{first}", "resnet50").error


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
@pytest.mark.parametrize(
    "text",
    [
        SIZE.format("fc.weight", [1000, 512], [7, 512]).partition(", the shape")[0],
        SIZE.format("layer4.0.conv1.weight", [512, 256, 3, 3], [512, 256, 1, 1]),
        SUM.format(1024, 2048, 1).partition(" at non")[0],
        SUM.format(14, 7, 3).partition(" at non")[0],
        CONV.format(1, [64, 3, 7, 7], [1, 1, 32, 32], 3, 1).partition(", but got")[0],
    ],
)
def test_a_part_of_a_message_is_answered(text: str, name: str) -> None:
    assert _diagnosed(text, name).why


def test_the_whole_message_counts_before_its_beginning() -> None:
    whole, part = SUM.format(56, 28, 1), SUM.format(56, 28, 1).partition(" at non")[0]
    assert "feature maps" in _diagnosed(whole, "resnet50").why
    assert "pixels a side" in _diagnosed(part, "resnet50").why
    conv = CONV.format(1, [64, 3, 7, 7], [1, 1, 32, 32], 3, 1)
    assert _diagnosed(conv.partition(", but got")[0], "resnet18") == _diagnosed(conv, "resnet18")


def test_names_in_braces_are_not_all_written_out() -> None:
    line = "x{}.{{0...499}}.weight: found shape [1] in the checkpoint and [2] in the model instantiated\n"
    start = time.monotonic()
    diagnose("".join(line.format(number) for number in range(4000)), edit(preset("resnet18")))
    assert time.monotonic() - start < 5
