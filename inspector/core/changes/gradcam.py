"""The feature maps that Grad-CAM reads: the output of one block, the target of the design.

Grad-CAM (Selvaraju et al. 2017) weights each feature map of the target by the mean of its gradient over all positions,
and adds them up: one heat map of the target's height and width, whatever the number of maps.
"""

from __future__ import annotations

from msgspec import Struct

from inspector.core.changes.compare import Effect, explain
from inspector.core.design.design import CONVOLUTIONS, Design
from inspector.core.design.edit import edit
from inspector.core.measures.receptive import receptive_field
from inspector.core.names import STAGES, block_name, layer_name
from inspector.core.network.network import Network, analyze
from inspector.core.network.node import Where
from inspector.core.network.tree import FIRST_STAGE
from inspector.core.units import dims
from inspector.speech import some


class Target(Struct, frozen=True):
    """A block whose `maps` feature maps of `size` (H, W) Grad-CAM reads.

    A position of its heat map stands for `stride` × `stride` input pixels, and depends on `field` × `field` of them.
    `expression` is the block in Python: model.layer4[-1].
    """

    name: str
    path: str
    where: Where
    maps: int
    size: tuple[int, int]
    stride: int
    field: int
    expression: str

    @property
    def words(self) -> str:
        """What Grad-CAM reads: "2048 maps of 7×7"."""
        return some(self.maps, "{n} map of {size}", "{n} maps of {size}", size=dims(self.size))


def target(network: Network) -> Target:
    """The design's target in its network."""
    stage, block = network.design.target_block
    where = (FIRST_STAGE + STAGES.index(stage), block - 1)
    place = network.at(where)
    _, maps, height, width = place.node.output
    number = -1 if block == network.design.stage(stage).blocks else block - 1
    return Target(
        name=place.name,
        path=place.path,
        where=where,
        maps=maps,
        size=(height, width),
        stride=place.node.stride or 1,
        field=receptive_field(network, where) or 1,
        expression=f"model.{layer_name(stage)}[{number}]",
    )


def lines(read: Target) -> dict[str, tuple[str, ...]]:
    """The lines that give the target to pytorch-grad-cam, a list of modules, and to torch-cam, a name."""
    return {
        "pytorch-grad-cam": (
            "from pytorch_grad_cam import GradCAM",
            f"target_layers = [{read.expression}]",
            "cam = GradCAM(model=model, target_layers=target_layers)",
        ),
        "torch-cam": (
            "from torchcam.methods import GradCAM",
            f'cam = GradCAM(model, target_layer="{read.path}")',
        ),
    }


def address(design: Design) -> str:
    """What sets the number of the target's feature maps: the filters of its last convolution, conv5_3.conv3."""
    stage, block = design.target_block
    return f"{block_name(stage, block)}.{CONVOLUTIONS[design.block][-1]}"


class Price(Struct, frozen=True):
    """What another number of feature maps would cost: parameters and MACs more than now, and all that changes with it.

    `effects` are what changes, place by place, with the reasons.
    """

    design: Design
    params: int
    macs: int
    effects: tuple[Effect, ...]

    @property
    def projections(self) -> tuple[Effect, ...]:
        """Projections that come, since the identity fits the sum no longer."""
        return tuple(
            each
            for each in self.effects
            if each.change.status == "new" and each.change.after is not None and each.change.after.kind == "Projection"
        )


def price(network: Network, maps: str) -> Price:
    """What it would cost to have `maps` feature maps at the target; DesignError where that cannot be."""
    return price_of(network, edit(network.design, f"{address(network.design)}={maps}"))


def price_of(network: Network, design: Design) -> Price:
    """What it would cost to have another design."""
    after = analyze(design)
    effects = explain(network, after)
    return Price(design, after.params - network.params, after.macs - network.macs, effects)
