"""What tools call the cost of one forward pass: every convention a weighted sum of the same few terms."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from inspector.core.network.kinds import Terms, kind
from inspector.core.network.long_stage import Blocks
from inspector.core.network.node import Node, distinct
from inspector.core.network.tree import Tree
from inspector.errors import DesignError, nearest
from inspector.speech import later, say

DEFAULT = "conv+fc"
"""The convention that is shown unless another is asked for."""


WORDS = {
    "conv": later("conv MACs"),
    "fc": later("fc MACs"),
    "fc_bias": later("fc biases"),
    "norm": later("batch-norm outputs"),
    "norm_params": later("batch-norm weights"),
    "relu": later("relu outputs"),
    "max_pool": later("max-pool inputs"),
    "avg_pool": later("avg-pool inputs"),
    "pooled": later("avg-pool outputs"),
}
"""What each term is, in words."""


class Convention(Struct, frozen=True):
    """One tool's way of counting: how often it counts each term. `unit` says what it adds up; it is said with `say`."""

    name: str
    tool: str
    unit: str
    weights: Mapping[str, int]

    @property
    def heading(self) -> str:
        """The heading of a narrow column, seven cells at most, no two alike."""
        return _HEADINGS.get(self.name, self.name)

    @property
    def label(self) -> str:
        """The heading of a column: "MACs", "mult-adds (torchinfo)"."""
        return self.unit if self.name == DEFAULT else f"{say(self.unit)} ({self.name})"

    @property
    def formula(self) -> str:
        """The sum in words: "conv MACs + fc MACs + 2 × batch-norm outputs + avg-pool inputs"."""
        words = [(say(WORDS[term]), times) for term, times in self._weighted]
        return " + ".join(word if times == 1 else f"{times} × {word}" for word, times in words)

    @property
    def _weighted(self) -> list[tuple[str, int]]:
        return [(term, self.weights[term]) for term in Terms._fields if self.weights.get(term)]

    def of(self, node: Node) -> int:
        """What the tool says of an operation or of all that is below a group."""
        return node.macs if self.name == DEFAULT else self.cost(terms(node))

    def cost(self, amounts: Terms) -> int:
        """What the tool says of an operation or a network with these terms."""
        return sum(times * int(getattr(amounts, term)) for term, times in self.weights.items())


_HEADINGS = {
    "conv+fc": "MACs",
    "torchinfo": "t.info",
    "torchprofile": "t.prof",
    "torch-pruning": "pruning",
    "ptflops-pytorch": "ptfl.pt",
    "torch-flops": "t.flops",
    "deepspeed-flops": "ds.flop",
}
_BOTH = {"conv": 1, "fc": 1}
_ALL = {"norm": 2, "relu": 1, "max_pool": 1, "avg_pool": 1}

CONVENTIONS = {
    each.name: each
    for each in (
        Convention("conv+fc", later("torchvision's published figure; calflops and DeepSpeed `macs`"), "MACs", _BOTH),
        Convention("ptflops", later("ptflops 0.7.5, backend aten"), "MACs", {**_BOTH, "fc_bias": 1}),
        Convention("torchinfo", "torchinfo 1.8.0", "mult-adds", {**_BOTH, "fc_bias": 1, "norm_params": 1}),
        Convention("torchprofile", "torchprofile 0.1.0", "MACs", {**_BOTH, "norm": 1, "pooled": 1}),
        Convention(
            "fvcore",
            later("fvcore 0.1.5 in eval mode, which calls them FLOPs; timm's published figure"),
            "MACs",
            {**_BOTH, "norm": 2, "avg_pool": 1},
        ),
        Convention(
            "torch-pruning",
            later("Torch-Pruning 1.6.1 at batch 1; ptflops 0.6.9"),
            "MACs",
            {**_BOTH, "fc_bias": 1, **_ALL},
        ),
        Convention(
            "ptflops-pytorch",
            later("ptflops 0.7.5 without arguments: backend pytorch, relu and pools twice"),
            "MACs",
            {**_BOTH, "fc_bias": 1, "norm": 2, "relu": 2, "max_pool": 2, "avg_pool": 2},
        ),
        Convention("thop", "thop 0.1.1", "MACs", {**_BOTH, "norm": 4, "avg_pool": 1, "pooled": 1}),
        Convention("torch-flops", later("torch's FlopCounterMode"), later("FLOPs of 2 a MAC"), {"conv": 2, "fc": 2}),
        Convention(
            "deepspeed-flops",
            later("DeepSpeed and calflops `flops`"),
            later("FLOPs of 2 a MAC"),
            {"conv": 2, "fc": 2, **_ALL},
        ),
    )
}
"""Every convention by its name in reports, the smallest first; those of twice the MACs last."""


def convention(name: str) -> Convention:
    """The convention of a name; DesignError, with the nearest name, where there is none."""
    if name not in CONVENTIONS:
        raise DesignError(name, f"{say('no such counting')}{nearest(name, CONVENTIONS)} ({', '.join(CONVENTIONS)})")
    return CONVENTIONS[name]


def terms(node: Node) -> Terms:
    """The terms of an operation, or of all that is below a group."""
    if not node.children:
        return kind(node).terms(node)
    if isinstance(node.children, Blocks):
        return _added(terms(node.children[0]), _of_the_rest(node.children))
    total = Terms()
    for child, times in distinct(node.children):
        total = _added(total, terms(child), times)
    return total


def _added(total: Terms, more: Terms, times: int = 1) -> Terms:
    return Terms(*(mine + times * its for mine, its in zip(total, more, strict=True)))


def _of_the_rest(blocks: Blocks) -> Terms:
    """The terms of all blocks of a long stage but the first."""
    sums, positions = blocks.sums, blocks.positions
    normed = 0 if blocks.is_frozen else sums.normed
    return Terms(
        conv=sums.weights * positions,
        norm=normed * positions,
        norm_params=2 * normed * blocks[0].output[0],
        relu=sums.relus * positions,
    )


def count(tree: Tree) -> dict[str, int]:
    """Every convention's cost of one forward pass of the whole batch."""
    amounts = terms(tree.root)
    return {name: each.cost(amounts) for name, each in CONVENTIONS.items()}
