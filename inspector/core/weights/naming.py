"""Names of tensors in torchvision's words: which networks a set of names is of, whole or in part, by names alone.

A network is found by its blocks: whatever stands before `layer1.0.conv1.weight`, in the words of one scheme, is its
prefix, and two prefixes are two networks. Its stem and head are sought behind the same prefix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct, field

from inspector.core.weights.schemes import SCHEMES, Modules, Scheme, head, parts, stem


class Name(NamedTuple):
    """One tensor's name: the prefix before it, whose names it follows, and what torchvision calls it."""

    prefix: str
    scheme: str
    torchvision: str


class Named(Struct, frozen=True):
    """One network's names in a file, or a part of them.

    `names` leads from the file's names to torchvision's: stem, blocks, head. `strange` leads from the other names
    within its blocks to where they would stand in torchvision's (`layer1.0.se.fc1.weight`), which no plain ResNet has.
    Values lie as (height, width, in, out) and (in, out) where it `is_transposed`.
    """

    scheme: str
    prefix: str
    names: Mapping[str, str]
    strange: Mapping[str, str] = field(default_factory=dict)
    is_transposed: bool = False

    @property
    def has_blocks(self) -> bool:
        """Whether a tensor of a block is among the names; a stem or a head alone could be many a network's."""
        return any(name.startswith("layer") for name in self.names.values())


class Naming(NamedTuple):
    """The networks that a set of names is of, that with most names first, and the names that are of none."""

    networks: tuple[Named, ...]
    rest: tuple[str, ...]


MOST_NETWORKS = 100
"""Networks that are looked for in one set of names."""


def translated(names: Iterable[str]) -> Naming:
    """Every network that `names` are of, in torchvision's names; linear in their number and length.

    A part of a network will do, as an error names it. Names of a stem or a head belong to the blocks behind the same
    prefix; where there are no blocks at all, they are a network by themselves.
    """
    all_names = dict.fromkeys(names)
    found: dict[tuple[int, str], _Blocks] = {}
    for name in all_names:
        split = _split(name)
        if split is not None:
            number, prefix, block, rest = split
            found.setdefault((number, prefix), _Blocks({}, {}, {})).add(name, block, rest, number)
    largest = sorted(found.items(), key=lambda each: -len(each[1].names))[:MOST_NETWORKS]
    networks = [_network(key, blocks, all_names) for key, blocks in largest if blocks.names]
    if not networks:
        networks = list(_without_blocks(all_names))
    networks.sort(key=lambda network: -len(network.names))
    taken = {name for network in networks for name in (*network.names, *network.strange)}
    return Naming(tuple(networks), tuple(name for name in all_names if name not in taken))


def translation(name: str) -> Name | None:
    """What torchvision calls the tensor of this name; None where no scheme has it.

    A stem's or a head's name says little by itself: `decoder.conv1.weight` is conv1 behind the prefix `decoder.`.
    """
    split = _split(name)
    if split is not None:
        number, prefix, block, rest = split
        known = _PARTS[number].get(rest)
        if known is not None:
            return Name(prefix, known.scheme or SCHEMES[number].name, f"{block}{known.torchvision}")
    return _end(name)


class _Part(NamedTuple):
    torchvision: str
    scheme: str


def _parts(scheme: Scheme) -> dict[str, _Part]:
    found: dict[str, _Part] = {}
    for own, to, whose in parts(scheme):
        found.setdefault(own, _Part(to, whose))
    return found


def _all_ends() -> dict[str, _Part]:
    found: dict[str, _Part] = {}
    for scheme in SCHEMES:
        if not scheme.is_weak:
            for read, rows in ((stem, scheme.stems), (head, scheme.heads)):
                for row in rows:
                    for own, to in read(scheme, row):
                        found.setdefault(own, _Part(to, row.scheme or scheme.name))
    return found


def _before(name: str, end: int) -> int:
    """Where the part of a name begins that ends at `end`, behind a dot or a slash."""
    return max(name.rfind(".", 0, max(end, 0)), name.rfind("/", 0, max(end, 0))) + 1


_PARTS = tuple(_parts(scheme) for scheme in SCHEMES)
"""What stands behind a block's name in each scheme, and what it is."""
_ENDS = _all_ends()
"""The tensors of all stems and heads; where two schemes have a name, it is the earlier one's."""
_DEPTH = max(name.count(".") + name.count("/") for name in _ENDS) + 1
"""Parts of a stem's or head's name at most: what stands before them is a prefix."""
_TAILS = {name[_before(name, _before(name, len(name)) - 1) :] for name in _ENDS}
"""Their last two parts: what ends otherwise is none of them."""


def _stages(*, weak: bool) -> re.Pattern[str]:
    """A prefix and the beginning of a block's name, the longest prefix that there is.

    The scheme is told by the groups that match; those that are not looked for have empty ones.
    """
    rows = (scheme.stage if scheme.is_weak == weak else "(?!)()()" for scheme in SCHEMES)
    return re.compile(f"^((?:.*[./])?)(?:{'|'.join(rows)})", re.DOTALL)


_STAGE, _WEAK_STAGE = _stages(weak=False), _stages(weak=True)


class _Blocks(NamedTuple):
    names: dict[str, str]
    strange: dict[str, str]
    schemes: dict[str, None]

    def add(self, name: str, block: str, rest: str, number: int) -> None:
        known = _PARTS[number].get(rest)
        if known is None:
            if not SCHEMES[number].is_weak:
                self.strange[name] = f"{block}{rest}"
            return
        self.names[name] = f"{block}{known.torchvision}"
        if known.scheme:
            self.schemes[known.scheme] = None


def _split(name: str) -> tuple[int, str, str, str] | None:
    """A block's tensor: its scheme's number, the prefix, the block in torchvision's words ("layer1.0."), the rest."""
    match = _STAGE.match(name)
    if match is None and ("conv" in name or ".bn" in name or "downsample" in name):
        match = _WEAK_STAGE.match(name)
    if match is None or match.lastindex is None:
        return None
    last = match.lastindex
    number = last // 2 - 1
    scheme = SCHEMES[number]
    stage, block = int(match[last - 1]) - scheme.first_stage + 1, int(match[last]) - scheme.first_block
    if block < 0:
        return None
    prefix = match[1]
    if scheme.is_transposed:  # Keras' files have a group of a layer's name round the layer's tensors
        prefix = prefix.removesuffix(f"{name[len(prefix) :].partition('/')[0]}/")
    return number, prefix, f"layer{stage}.{block}.", name[match.end() :]


def _network(key: tuple[int, str], blocks: _Blocks, all_names: Mapping[str, None]) -> Named:
    """The network of some blocks, with the stem and the head that lie behind the same prefix."""
    number, prefix = key
    scheme = SCHEMES[number]
    stems = [(_present(stem(scheme, row), prefix, all_names), row.scheme) for row in scheme.stems]
    own_stem, stem_scheme = max(stems, key=lambda each: len(each[0]))
    heads = [(_head(scheme, row, prefix, all_names), row.scheme) for row in scheme.heads]
    own_head, head_scheme = next((each for each in heads if each[0]), ({}, ""))
    found = {**own_stem, **_shifted(blocks.names), **own_head}
    names: dict[str, str] = {}
    twice: dict[str, str] = {}
    seen: set[str] = set()
    for name, to in found.items():
        (twice if to in seen else names)[name] = to
        seen.add(to)
    whose = next((name for name in (*blocks.schemes, stem_scheme, head_scheme) if name), scheme.name)
    return Named(
        whose,
        prefix,
        names,
        {**blocks.strange, **twice},
        is_transposed=scheme.is_transposed,
    )


def _shifted(names: Mapping[str, str]) -> Mapping[str, str]:
    """Names of blocks whose stages begin with layer1: children of a Sequential begin earlier where it has no pool."""
    first = min(int(to[5:].partition(".")[0]) for to in names.values())
    if first >= 1:
        return names
    split = ((name, to[5:].partition(".")) for name, to in names.items())
    return {name: f"layer{int(stage) + 1 - first}.{rest}" for name, (stage, _, rest) in split}


def _present(tensors: Iterable[tuple[str, str]], prefix: str, all_names: Mapping[str, None]) -> dict[str, str]:
    """Those of a stem's or head's tensors that are there; Keras' may have their layer's name twice."""
    found = {}
    for own, to in tensors:
        module = own.partition("/")[0]
        for name in (f"{prefix}{own}", f"{prefix}{module}/{own}") if "/" in own else (f"{prefix}{own}",):
            if name in all_names:
                found[name] = to
    return found


def _head(scheme: Scheme, row: Modules, prefix: str, all_names: Mapping[str, None]) -> dict[str, str]:
    """The tensors of a head that is called so, and that is one linear layer: of a Sequential's the only one."""
    if not prefix.endswith(row.inside):
        return {}
    prefix = prefix.removesuffix(row.inside) if row.inside else prefix
    found = _present(head(scheme, row), prefix, all_names)
    module, _, number = row.names[0].rpartition(".")
    if found and module and number.isdigit():
        others = (f"{prefix}{module}.{other}.weight" for other in range(10) if str(other) != number)
        return {} if any(other in all_names for other in others) else found
    return found


def _without_blocks(all_names: Iterable[str]) -> Iterator[Named]:
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for name in all_names:
        known = _end(name)
        if known is not None:
            found.setdefault(known.prefix, (known.scheme, {}))[1].setdefault(name, known.torchvision)
    for prefix, (scheme, names) in found.items():
        yield Named(scheme, prefix, names)


def _end(name: str) -> Name | None:
    """A stem's or head's tensor: the longest that `name` ends with."""
    last = _before(name, len(name))
    at = _before(name, last - 1)
    if name[at:] not in _TAILS and name[last:] not in _TAILS:
        return None
    longest = None
    at = len(name) + 1
    for _ in range(_DEPTH):
        at = _before(name, at - 1)
        end = _ENDS.get(name[at:])
        if end is not None:
            longest = Name(name[:at], end.scheme, end.torchvision)
        if at == 0:
            break
    return longest
