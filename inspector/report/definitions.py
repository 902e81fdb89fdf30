"""What every number in a report means, for who reads it without the program."""

from __future__ import annotations

from inspector.core.measures.memory import OUTSIDE

DEFINITIONS: tuple[tuple[str, str], ...] = (
    (
        "weight of a convolution",
        "filters × (channels / groups) × kernel height × kernel width; the image's size is not in it",
    ),
    (
        "params",
        "elements of all weights and biases; a batch norm has two a channel, and none where it is frozen",
    ),
    (
        "MACs, conv+fc",
        "multiply-accumulates of convolutions and fc for the whole batch, no biases: filters' elements × positions",
    ),
    (
        "other countings",
        "sums of convolutions, fc, fc's biases, batch norms, ReLUs and pools, as each tool counts them",
    ),
    ("weights, bytes", "4 bytes a parameter in fp32; buffers are not in it"),
    (
        "kept for backward",
        "bytes in fp32 that autograd keeps of a forward pass in train mode: inputs, ReLU outputs, a max pool's indices",
    ),
    (
        "peak of inference",
        "bytes in fp32 of feature maps alive at once in a pass without gradients, the image and shortcuts among them",
    ),
    ("not in the bytes", OUTSIDE),
    ("maps", "bytes in fp32 of all the feature maps that the operations of a stage put out"),
    ("stride", "input pixels between neighbouring positions of a feature map"),
    (
        "receptive field",
        "1 + Σ (kernel - 1) · dilation · stride so far: input pixels a side that a position depends on, without edges",
    ),
    ("weighted layers", "conv1, each block's convolutions, fc, as the paper counts them; projections are not counted"),
    ("survives", "tensors of a state_dict with the same name and shape that go with the same operation"),
    ("v1.5, v1", "where a stage's first bottleneck strides: on its 3×3 (torchvision), on its first 1×1 (the paper)"),
)
"""Names and definitions, in the order in which they are met."""
