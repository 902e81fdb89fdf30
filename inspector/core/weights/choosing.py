"""The networks that lie in a file of weights, and which of them is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from inspector.core.weights.checkpoint import TOP, Other, said_of, taken
from inspector.core.weights.naming import Named, translated
from inspector.core.weights.table import Contents, Table, Tensor
from inspector.errors import WeightsError, nearest
from inspector.outside import shown
from inspector.speech import say

_OPTIMIZER = re.compile(r"(?:^|_)optim(?:izer)?s?(?:_|$)|scheduler|scaler|momentum_buffer|exp_avg")
_AVERAGED = re.compile(r"(?:^|[._])ema(?:[._]|$)|averaged")
_FIRST = re.compile(r"(?:^|[._])(?:teacher|encoder_q|online_encoder|online_network|base_encoder)(?:[._]|$)")
_SECOND = re.compile(
    r"(?:^|[._])(?:student|encoder_k|momentum_encoder|target_encoder|target_network|discriminator|old)(?:[._]|$)"
)


class Candidate(Struct, frozen=True):
    """A network in a file, or what could be one: its names, and the mapping they lie in.

    `tensors` are those of the mapping by name; of a name that is there twice the last, as readers have it.
    """

    table: Table
    named: Named
    tensors: Mapping[str, Tensor]

    @property
    def take(self) -> str:
        """What names it among the networks of its file."""
        return taken(self.table.place, self.named.prefix)

    @property
    def rank(self) -> int:
        """What is meant first: averaged weights as timm does, DINO's teacher, MoCo's query; their counterparts last."""
        where = self.take.lower()
        if _AVERAGED.search(where):
            return 0
        return 3 if _SECOND.search(where) else 1 if _FIRST.search(where) else 2


def weights(contents: Contents) -> tuple[Table, ...]:
    """The mappings of a file that are no optimizer's; WeightsError where there are none, or they are empty."""
    tables = tuple(table for table in contents.tables if table.tensors)
    if not tables:
        raise WeightsError(say("no tensors"))
    plain = tuple(table for table in tables if not any(_OPTIMIZER.search(step.lower()) for step in table.place))
    if not plain:
        raise WeightsError(say("an optimizer's state alone; the weights are in another file"))
    return plain


FRAGMENT = 10
"""How many times smaller than the largest network of its file something is that is none, but a fragment."""


def candidates(tables: Iterable[Table]) -> list[Candidate]:
    """The networks in some mappings, that which is meant first; what is much smaller than the largest comes last."""
    found = []
    for table in tables:
        by_name = {tensor.name: tensor for tensor in table.tensors}
        found += [Candidate(table, named, by_name) for named in translated(by_name).networks if named.has_blocks]
    most = max((len(each.named.names) for each in found), default=0)
    found = [each for each in found if FRAGMENT * len(each.named.names) >= most]
    found.sort(key=lambda each: (2 * len(each.named.names) < most, each.rank, -len(each.named.names)))
    return found


def named_by(take: str, found: Sequence[Candidate]) -> list[Candidate]:
    """Those that `take` names: by place and prefix, or by one of them. WeightsError where it names none."""
    if not take:
        return list(found)
    wanted = take.strip("./") or TOP
    chosen = [
        each
        for each in found
        if wanted
        in (each.take, *([] if wanted == TOP else [".".join(each.table.place), each.named.prefix.strip("./")]))
    ]
    if chosen:
        return chosen
    all_names = [each.take for each in found]
    hint = nearest(wanted, all_names)
    raise WeightsError(
        say(
            "no network at {take}{hint} ({names})",
            take=shown(take),
            hint=hint,
            names=", ".join(map(said_of, all_names[:5])),
        )
    )


def others(beside: Iterable[Candidate]) -> tuple[Other, ...]:
    """What is said of the other networks of a file."""
    return tuple(Other(each.take, each.named.scheme, len(each.named.names)) for each in beside)
