"""Design -> nn.Module, with torchvision's blocks and torchvision's state_dict names."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torchvision.models import resnet
from torchvision.ops import FrozenBatchNorm2d

from inspector.core.design.design import Design, Stage
from inspector.core.names import Form, Norm

NORMS: dict[str, Callable[[int], nn.Module]] = {"batch": nn.BatchNorm2d, "frozen": FrozenBatchNorm2d}
"""What a design's `norm` is in torch; each is made for a number of channels."""


class WideBottleneck(resnet.Bottleneck):
    """torchvision's Bottleneck with a free number of filters in each convolution, and the stride where asked.

    (N, inplanes, H, W) → (N, filters[2], H / stride, W / stride). Modules are registered in torchvision's order.
    """

    def __init__(
        self,
        inplanes: int,
        filters: tuple[int, ...],
        stride: int,
        form: Form,
        groups: int,
        dilation: int,
        downsample: nn.Module | None,
    ) -> None:
        nn.Module.__init__(self)
        norm = NORMS[form.norm]
        first, second = (stride, 1) if form.stride_on == "conv1" else (1, stride)
        self.conv1 = resnet.conv1x1(inplanes, filters[0], first)
        self.bn1 = norm(filters[0])
        self.conv2 = resnet.conv3x3(filters[0], filters[1], second, groups, dilation)
        self.bn2 = norm(filters[1])
        self.conv3 = resnet.conv1x1(filters[1], filters[2])
        self.bn3 = norm(filters[2])
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.stride = stride


class WideBasicBlock(resnet.BasicBlock):
    """torchvision's BasicBlock with a free number of filters in each convolution.

    (N, inplanes, H, W) → (N, filters[1], H / stride, W / stride). Modules are registered in torchvision's order.
    """

    def __init__(
        self,
        inplanes: int,
        filters: tuple[int, ...],
        stride: int,
        downsample: nn.Module | None,
        norm: Norm,
    ) -> None:
        nn.Module.__init__(self)
        made = NORMS[norm]
        self.conv1 = resnet.conv3x3(inplanes, filters[0], stride)
        self.bn1 = made(filters[0])
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = resnet.conv3x3(filters[0], filters[1])
        self.bn2 = made(filters[1])
        self.downsample = downsample
        self.stride = stride


class DesignedResNet(resnet.ResNet):
    """The ResNet that a design describes: torchvision's forward pass over stages made to measure."""

    def __init__(self, design: Design, *, zero_init_residual: bool) -> None:
        nn.Module.__init__(self)
        stem = design.stem
        self.inplanes = stem.planes
        self.dilation = 1
        self.conv1 = nn.Conv2d(
            design.input[1],
            stem.planes,
            kernel_size=stem.kernel,
            stride=stem.stride,
            padding=stem.kernel // 2,
            bias=False,
        )
        self.bn1 = NORMS[design.norm](stem.planes)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1) if stem.pool else nn.Identity()
        self.layer1, self.layer2, self.layer3, self.layer4 = (self._stage(design, stage) for stage in design.stages)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(self.inplanes, design.num_classes) if design.num_classes else nn.Identity()
        self._initialise(zero_init_residual=zero_init_residual)

    def _stage(self, design: Design, stage: Stage) -> nn.Sequential:
        """The blocks of one stage. Its first block keeps the dilation of the stage before, as in `_make_layer`."""
        dilation = self.dilation
        stride = stage.stride
        if stage.dilate:
            self.dilation *= stride
            stride = 1
        blocks = []
        for number in range(1, stage.blocks + 1):
            filters = stage.filters(design.block, number)
            downsample = None
            if stride != 1 or self.inplanes != filters[-1]:
                norm = NORMS[design.norm](filters[-1])
                downsample = nn.Sequential(resnet.conv1x1(self.inplanes, filters[-1], stride), norm)
            if design.block == "basic":
                block: nn.Module = WideBasicBlock(self.inplanes, filters, stride, downsample, design.norm)
            else:
                form = Form(design.stride_on, design.norm)
                block = WideBottleneck(self.inplanes, filters, stride, form, stage.groups, dilation, downsample)
            blocks.append(block)
            self.inplanes = filters[-1]
            stride, dilation = 1, self.dilation
        return nn.Sequential(*blocks)

    def _initialise(self, *, zero_init_residual: bool) -> None:
        """Torchvision's initial weights: He et al. 2015 (fan out) for convolutions, 1 and 0 for batch norms.

        With `zero_init_residual` each path's last batch norm starts at 0, so that each block starts as its shortcut
        (Goyal et al. 2017).
        """
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.constant_(module.weight, 1)
                nn.init.constant_(module.bias, 0)
        if zero_init_residual:
            for module in self.modules():
                if isinstance(module, resnet.Bottleneck):
                    module.bn3.weight.data.zero_()
                elif isinstance(module, resnet.BasicBlock):
                    module.bn2.weight.data.zero_()


def build(design: Design, device: str = "cpu", *, zero_init_residual: bool = False) -> nn.Module:
    """The network of `design` on `device`, freshly initialised as torchvision does it, in train mode.

    It maps (N, C, H, W) to (N, num_classes), to the pooled features (N, C) where there are no classes. Its state_dict
    has torchvision's names, order and shapes. On the "meta" device it has shapes and no storage.
    """
    with torch.device(device):
        return DesignedResNet(design, zero_init_residual=zero_init_residual)
