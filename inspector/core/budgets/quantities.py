"""What may be limited: one row a quantity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from msgspec import Struct

from inspector.core.budgets.amounts import Unit
from inspector.core.measures.counting import CONVENTIONS, DEFAULT, Convention
from inspector.core.measures.memory import DTYPES, inference_peak, training_bytes, weight_bytes
from inspector.core.network.network import Network
from inspector.core.network.tree import FIRST_STAGE, HEAD, Place
from inspector.errors import DesignError
from inspector.speech import later, say

Bound = Literal["most", "least", "exactly"]


class Terms(NamedTuple):
    """In whose terms a budget is meant.

    MACs are those of the counting; weight bytes and the peak of inference are of the dtype (in int8 maps stay fp32),
    and training is in fp32 with that optimizer.
    """

    counting: Convention = CONVENTIONS[DEFAULT]
    dtype: str = "fp32"
    optimizer: str = "adam"


USUAL = Terms()


class Quantity(Struct, frozen=True):
    """What is limited, `bound` says how.

    `name` is what it is called where it is typed: `max-params` on the command line, `max_params` in a design file.
    `words` may name a {place}; `of` gives the amount of a network, of a place in it where `has_place`.
    """

    name: str
    words: str
    unit: Unit
    bound: Bound
    of: Callable[[Network, Place, Terms], int]
    has_place: bool = False

    @property
    def key(self) -> str:
        """Its name in a design file."""
        return self.name.replace("-", "_")


def _weight_bytes(network: Network, _: Place, terms: Terms) -> int:
    return weight_bytes(network, terms.dtype)


def _training(network: Network, _: Place, terms: Terms) -> int:
    return training_bytes(network, terms.optimizer)


def _peak(network: Network, _: Place, terms: Terms) -> int:
    return inference_peak(network, DTYPES.get(terms.dtype, 4))


def _output_stride(network: Network, _: Place, __: Terms) -> int:
    return max(node.stride or 1 for node in network.root.children[FIRST_STAGE:HEAD])


def _maps(_: Network, place: Place, __: Terms) -> int:
    return place.node.output[1]


def _least_side(_: Network, place: Place, __: Terms) -> int:
    return min(_sides(place))


def _largest_side(_: Network, place: Place, __: Terms) -> int:
    return max(_sides(place))


def _sides(place: Place) -> tuple[int, ...]:
    if len(place.node.output) < 4:
        raise DesignError(place.name, say("puts out numbers, without height and width"))
    return place.node.output[2:]


GROWTH = "max-growth"
QUANTITIES = {
    each.name: each
    for each in (
        Quantity("max-params", "params", "count", "most", lambda network, _, __: network.params),
        Quantity("max-macs", "MACs", "count", "most", lambda network, _, terms: terms.counting.of(network.root)),
        Quantity("max-weight-bytes", later("weight bytes"), "bytes", "most", _weight_bytes),
        Quantity("max-training-memory", later("training memory"), "bytes", "most", _training),
        Quantity("max-inference-peak", later("inference peak"), "bytes", "most", _peak),
        Quantity("max-depth", later("depth"), "number", "most", lambda network, _, __: network.design.depth),
        Quantity("max-output-stride", later("output stride"), "number", "most", _output_stride),
        Quantity("feature-maps", later("feature maps of {place}"), "number", "exactly", _maps, has_place=True),
        Quantity("min-feature-maps", later("feature maps of {place}"), "number", "least", _maps, has_place=True),
        Quantity("max-feature-maps", later("feature maps of {place}"), "number", "most", _maps, has_place=True),
        Quantity("min-resolution", later("resolution of {place}"), "pixels", "least", _least_side, has_place=True),
        Quantity("max-resolution", later("resolution of {place}"), "pixels", "most", _largest_side, has_place=True),
        Quantity(GROWTH, later("growth"), "percent", "most", lambda network, _, __: network.params),
    )
}
"""Every quantity by its name. Growth is that of params and of MACs over the baseline's: it stands for two limits."""

COMPARED = ("max-params", "max-macs")
"""The quantities that a growth limits."""
SHORT = {"params": "max-params", "macs": "max-macs"}
"""What is typed in short in the editor, and was always."""
