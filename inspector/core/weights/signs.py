"""What no design can say of a network, told by the names of its tensors: squeeze-excite, a deep stem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from inspector.core.units import Dims
from inspector.core.weights.naming import Named
from inspector.speech import later


class Sign(Struct, frozen=True):
    """A thing that a network has, in words, and how the names of its tensors end where it has it.

    `size` is the number of dimensions of such a tensor, where that tells it from others of the name.
    """

    words: str
    pattern: str
    size: int = 0


_PRE_ACTIVATION = later("norms before convolutions (pre-activation: ResNet V2, BiT)")
_ATTENTION = r"(?:^|\.)(?:se|se_module|se_layer|attn|attn_last|eca)\."

IN_BLOCKS = (
    Sign(later("squeeze-excite"), rf"{_ATTENTION}(?:fc1?|fc\.0|0)\.weight$"),
    Sign(later("squeeze-excite"), r"\.se_layer\.conv1(?:\.conv)?\.weight$"),
    Sign(later("squeeze-excite"), r"\.attention\.0\.weight$"),
    Sign(later("efficient channel attention (ECA)"), rf"{_ATTENTION}conv\.weight$", size=3),
    Sign(later("global context attention"), rf"{_ATTENTION}(?:conv_attn|mlp_add)\."),
    Sign(later("bilinear attention"), rf"{_ATTENTION}ba\."),
    Sign(later("channel and spatial attention (CBAM)"), r"\.(?:channel\.fc1|spatial\.conv|ca\.fc1|sa\.conv1)\."),
    Sign(later("self-attention"), r"\.(?:self_attn|qkv|pos_embed|to_qkv)\."),
    Sign(later("selective kernels (SK)"), r"\.(?:paths\.[0-9]|fc_reduce)\."),
    Sign(later("split attention (ResNeSt)"), r"\.conv2\.(?:bn0|bn1|fc1|fc2)\."),
    Sign(later("Res2Net's split 3×3"), r"\.(?:convs|bns)\.[0-9]\.(?:weight|conv\.weight)$"),
    Sign(later("an average-pooled shortcut (D)"), r"\.downsample\.1\.weight$", size=4),
    Sign(later("an average-pooled shortcut (D)"), r"\.shortcut\.(?:conv\.conv|1\.convolution|1)\.weight$", size=4),
    Sign(later("an average-pooled shortcut (D)"), r"\.idpath\.1\.0\.weight$", size=4),
    Sign(later("instance norms beside batch norms (IBN)"), r"\.bn1\.IN\.weight$"),
    Sign(later("PReLU"), r"\.(?:prelu|act[0-9]?|relu[0-9]?)\.weight$"),
    Sign(later("weights scaled by a gain instead of norms (NF)"), r"(?:\.gain|\.skipinit_gain)$"),
    Sign(later("evolved norms (EvoNorm)"), r"\.(?:bn[0-9]?|norm[0-9]?)\.v$"),
    Sign(later("filter response norms (FRN)"), r"\.tau$"),
    Sign(later("an anti-aliasing filter (blur)"), r"\.filt$"),
    Sign(later("convolutions with a bias"), r"\.(?:conv[0-9]|downsample\.0|shortcut|shortcut\.0)\.bias$"),
    Sign(later("convolutions with a bias"), r"\.(?:convolution\.bias|[0-9]_conv/(?:[^/]{1,200}/)?bias(?::0)?)$"),
    Sign(later("convolutions with a bias"), r"\.(?:residual_function\.[036]|f\.[abc]\.0|body\.conv[0-9]\.conv)\.bias$"),
    Sign(later("a fourth convolution in its blocks"), r"\.(?:conv4|conv2_1x1\.conv|conv2b_kxk\.conv)\.weight$"),
    Sign(
        later("weights under a pruning mask (torch.nn.utils.prune.remove makes them plain)"), r"\.weight_(?:orig|mask)$"
    ),
    Sign(
        later("weights split into direction and size (weight norm)"), r"\.(?:weight_[gv]|parametrizations\..{1,200})$"
    ),
    Sign(_PRE_ACTIVATION, r"\.[123]_relu/"),
)
"""What blocks can have beside a plain block's tensors; names stand behind the block's."""

AT_ENDS = (
    Sign(later("a deep stem"), r"^(?:conv1|stem|layer0)\.(?:3|1\.conv|1\.convolution)\.weight$", size=4),
    Sign(later("a deep stem"), r"^(?:stem\.|layer0\.)?conv2(?:\.conv)?\.weight$", size=4),
    Sign(later("a deep stem"), r"^embedder\.embedder\.1\.convolution\.weight$", size=4),
    Sign(later("a deep stem"), r"^init_block\.conv2\.conv\.weight$", size=4),
    Sign(later("a stem convolution with a bias"), r"^(?:conv1|stem\.0|stem\.conv|stem\.conv1)\.bias$"),
    Sign(later("a stem convolution with a bias"), r"^conv1_conv/(?:conv1_conv/)?bias(?::0)?$"),
    Sign(later("a convolution in the pool's place"), r"^maxpool\.0\.weight$", size=4),
    Sign(later("an attention pool (CLIP)"), r"^(?:attnpool\.q_proj\.weight|head\.q\.weight|head\.pos_embed)$"),
    Sign(later("a convolution before the last pool"), r"^final_conv\.conv\.weight$"),
    Sign(later("PReLU"), r"^(?:prelu|act1|relu)\.weight$"),
)
"""What stems and heads can have; names are the file's, behind the network's prefix."""

ANYWHERE = (
    Sign(
        _PRE_ACTIVATION,
        r"(?:^|\.)(?:stages\.0\.(?:blocks|layers)\.0|s1\.b1)\.conv1\.weight$",
        size=4,
    ),
    Sign(
        _PRE_ACTIVATION,
        r"(?:^|[./])block1[./]unit01[./](?:conv1|a/standardized_conv2d)",
    ),
    Sign(later("weights scaled by a gain instead of norms (NF)"), r"(?:^|\.)stages\.0\.0\.conv1\.gain$"),
    Sign(
        later("a deep stem and average-pooled shortcuts (fastai's xresnet)"),
        r"(?:^|\.)4\.0\.(?:convpath|convs)\.0\.0\.weight$",
        size=4,
    ),
    Sign(later("blocks that are numbered through all stages (PaddleClas)"), r"(?:^|\.)blocks\.0\.conv0\.conv\.weight$"),
)
"""What tells a kind of ResNet in which no block has torchvision's parts."""


class _Signs:
    """Signs that are looked for together."""

    def __init__(self, signs: tuple[Sign, ...]) -> None:
        self.signs = tuple((sign, re.compile(sign.pattern)) for sign in signs)
        self.any = re.compile("|".join(f"(?:{sign.pattern})" for sign in signs))

    def of(self, name: str, shape: Dims) -> list[str]:
        """What a tensor tells; names of more than 512 characters tell nothing."""
        if len(name) > 512 or not self.any.search(name):
            return []
        return [sign.words for sign, pattern in self.signs if sign.size in (0, len(shape)) and pattern.search(name)]


_IN_BLOCKS, _AT_ENDS, _ANYWHERE = _Signs(IN_BLOCKS), _Signs(AT_ENDS), _Signs(ANYWHERE)
_HARMLESS = re.compile(r"\.(?:total_ops|total_params)$")
"""Counters that thop leaves in every module."""


def causes(named: Named, shapes: Mapping[str, Dims]) -> tuple[list[str], list[str]]:
    """What a network has that no design can say, in words to be said with `say`, and what in its blocks tells nothing.

    `shapes` are those of all tensors beside it, by the file's names.
    """
    found: dict[str, None] = {}
    others: list[str] = []
    seen: dict[tuple[str, int], bool] = {}
    for name, to in (*named.strange.items(), *_projections(named)):
        rest = f".{to.split('.', 2)[2]}" if to.startswith("layer") else f".{to}"
        key = rest, len(shapes[name])
        if key not in seen:
            told = _IN_BLOCKS.of(rest, shapes[name])
            found.update(dict.fromkeys(told))
            seen[key] = bool(told) or _HARMLESS.search(rest) is not None
        if not seen[key] and name in named.strange:
            others.append(name)
    outer = named.prefix.removesuffix("resnet.").removesuffix("features.")
    for name, shape in shapes.items():
        if name.startswith(outer) and name not in named.names and name not in named.strange:
            found.update(dict.fromkeys(_AT_ENDS.of(name[len(outer) :].removeprefix(named.prefix[len(outer) :]), shape)))
    return list(found), others


def _projections(named: Named) -> Iterator[tuple[str, str]]:
    """The tensors of shortcuts whose names are known, and whose shapes may tell that a pool stands before them."""
    return ((name, to) for name, to in named.names.items() if to.endswith("downsample.1.weight"))


def kinds(shapes: Mapping[str, Dims]) -> list[str]:
    """What tells a kind of ResNet whose blocks have other parts, in words to be said with `say`."""
    told = (_ANYWHERE.of(name, shape) for name, shape in shapes.items() if "conv" in name)
    return list(dict.fromkeys(words for each in told for words in each))
