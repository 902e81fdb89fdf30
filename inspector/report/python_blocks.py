"""The parts of a generated file that are the same for every design; names between @ are filled in."""

BOTTLENECK = '''
class Block(resnet.Bottleneck):
    """torchvision's bottleneck, with free numbers of filters; @WHY@."""

    def __init__(self, inplanes, filters, stride, groups, dilation):
        nn.Module.__init__(self)
        first, second = @FIRST@
        self.conv1 = resnet.conv1x1(inplanes, filters[0], first)
        self.bn1 = @NORM@(filters[0])
        self.conv2 = resnet.conv3x3(filters[0], filters[1], second, groups, dilation)
        self.bn2 = @NORM@(filters[1])
        self.conv3 = resnet.conv1x1(filters[1], filters[2])
        self.bn3 = @NORM@(filters[2])
        self.relu = nn.ReLU(inplace=True)
        self.downsample = projection(inplanes, filters[2], stride)
        self.stride = stride

'''

PROJECTION = '''
def projection(inplanes, outplanes, stride):
    """The shortcut: the identity fits the sum only where neither the size nor the channels change."""
    if stride == 1 and inplanes == outplanes:
        return None
    return nn.Sequential(resnet.conv1x1(inplanes, outplanes, stride), @NORM@(outplanes))
'''

BASIC = '''
class Block(resnet.BasicBlock):
    """torchvision's basic block, with free numbers of filters."""

    def __init__(self, inplanes, filters, stride):
        nn.Module.__init__(self)
        self.conv1 = resnet.conv3x3(inplanes, filters[0], stride)
        self.bn1 = @NORM@(filters[0])
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = resnet.conv3x3(filters[0], filters[1])
        self.bn2 = @NORM@(filters[1])
        self.downsample = projection(inplanes, filters[1], stride)
        self.stride = stride

'''

NETWORK = '''
class EditedResNet(resnet.ResNet):
    """torchvision's forward pass over stages made to measure."""

    def __init__(self):
        nn.Module.__init__(self)
        planes = @PLANES@
        self.conv1 = nn.Conv2d(@CHANNELS@, planes, kernel_size=@KERNEL@, stride=@STRIDE@, padding=@PADDING@, bias=False)
        self.bn1 = @NORM@(planes)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = @POOL@
        self.inplanes, self.dilation = planes, 1
        for name in STAGES:
            setattr(self, name, self.stage(name))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = @FC@
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def stage(self, name):
        """The blocks of one stage: the first strides, and keeps the dilation of the stage before."""
        stride, dilation = STAGES[name].stride, self.dilation
        if STAGES[name].dilate:
            self.dilation, stride = self.dilation * stride, 1
        blocks = []
        for number in range(STAGES[name].blocks):
            filters = OVERRIDES.get((name, number), STAGES[name].filters)
            blocks.append(Block(self.inplanes, filters, stride@EXTRA@))
            self.inplanes, stride, dilation = filters[-1], 1, self.dilation
        return nn.Sequential(*blocks)
'''

RUN = """
if __name__ == "__main__":
    model, x = @MADE@().eval(), torch.zeros(@INPUT@)
    with torch.no_grad():
        for name, module in model.named_children():
            x = module(torch.flatten(x, 1) if name == "fc" else x)
            print(f"{name:8}", *x.shape)
"""
