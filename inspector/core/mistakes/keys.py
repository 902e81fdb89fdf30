"""Keys of a state_dict that an error names: what prefix they have, and which module of a ResNet they are of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from inspector.core.weights.naming import translated, translation

_TENSORS = frozenset(("weight", "bias", "running_mean", "running_var", "num_batches_tracked"))


class Key(Struct, frozen=True):
    """A tensor's name taken apart.

    `path` is torchvision's of its module (`layer1.0.conv1`) and `tensor` what it is there (`weight`); `scheme` is
    whose names it follows. `inside` is the whole of it in torchvision's words where it is within a block, and no plain
    ResNet has it (`layer1.0.se.fc1.weight`). `path` and `inside` are empty for what is no part of a ResNet.
    """

    name: str
    prefix: str = ""
    scheme: str = ""
    path: str = ""
    tensor: str = ""
    inside: str = ""

    @property
    def module(self) -> str:
        """The name without the tensor's own: `decoder.conv1`; of a tensor in no module of its own the whole name."""
        module, _, tensor = self.name.rpartition(".")
        return module if module and tensor in _TENSORS else self.name


_WRAPPERS = (
    "module model net network backbone encoder _orig_mod resnet base body feature_extractor features feature "
    "trunk bottom_up visual cnn encoder_q encoder_k base_encoder momentum_encoder teacher student online_encoder "
    "target_encoder base_model img_backbone image_encoder image_backbone model_ema ema ema_model core arch m "
    "_feature_blocks wrapped_model generator f_q f_k _model _net _backbone pretrained conv_layers"
)
WRAPPERS = frozenset(_WRAPPERS.split())
"""What people call an attribute that holds a whole ResNet."""
_WITHIN = re.compile(r"layer[1-9]\.[0-9]{1,6}\.")
_STAGE = re.compile(r"(?:layers?|stages?|res|blocks?|conv)_?\.?[0-9]")
_STAGES = re.compile(r"(?!layer[5-9])")
_BLOCK = re.compile(r"(?:\A|\.)(layer[1-9]\.[0-9]{1,6}\.)")


def is_wrapper(prefix: str) -> bool:
    """Whether a prefix is what such attributes give; nothing at all is one."""
    return all(part in WRAPPERS or part.isdecimal() for part in prefix.split(".") if part)


def keyed(names: Iterable[str], beside: Iterable[str] = ()) -> dict[str, Key]:
    """Each of some names taken apart; what lies `beside` them in the same network tells what their prefixes are.

    A stem's or a head's name says little by itself: `decoder.conv1.weight` is none where no blocks lie in `decoder.`.
    """
    names = list(names)
    found: dict[str, Key] = {}
    networks = translated((*names, *beside)).networks
    bases = {network.prefix for network in networks if network.has_blocks}
    for network in networks:
        for name, to in network.names.items():
            path, _, tensor = to.rpartition(".")
            if _STAGES.match(path) and (network.has_blocks or _is_base(network.prefix, path, bases)):
                found[name] = Key(name, network.prefix, network.scheme, path, tensor)
        for name, to in network.strange.items():
            if _WITHIN.match(to):
                found[name] = Key(name, network.prefix, network.scheme, "", to.rpartition(".")[2], to)
    return {name: found.get(name) or _alone(name, bases) for name in names}


def _alone(name: str, bases: set[str]) -> Key:
    """A name that no network has: a head beside the backbone is one's all the same."""
    known = translation(name)
    if known is not None:
        path, _, tensor = known.torchvision.rpartition(".")
        if _STAGES.match(path) and (path.startswith("layer") or _is_base(known.prefix, path, bases)):
            return Key(name, known.prefix, known.scheme, path, tensor)
    block = _BLOCK.search(name)
    inside = name[block.start(1) :] if block else ""
    return Key(name, name[: block.start(1)] if block else "", tensor=name.rpartition(".")[2], inside=inside)


def _is_base(prefix: str, path: str, bases: set[str]) -> bool:
    """Whether a stem or a head behind a prefix is that of a network whose blocks are behind one of the `bases`."""
    if path == "fc":
        return is_wrapper(prefix) or any(base.startswith(prefix) for base in bases)
    return prefix in bases if bases else is_wrapper(prefix)


class Shift(Struct, frozen=True):
    """The same names on both sides with a prefix on one of them, or another one on each; what is left of each side."""

    model: str
    saved: str
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    names: int


def shift(missing: Iterable[str], unexpected: Iterable[str]) -> Shift | None:
    """The prefixes by which most of the names that each side misses are the other's; None without a name in common."""
    missing, unexpected = list(missing), list(unexpected)
    ends = {end: before for name in reversed(missing) for before, end in _splits(name)}
    counted: Counter[tuple[str, str]] = Counter()
    for name in unexpected:
        pair = next(((ends[end], before) for before, end in _splits(name) if end in ends), None)
        if pair is not None and pair[0] != pair[1] and not (_ends_in_block(pair[0]) or _ends_in_block(pair[1])):
            counted[pair] += 1
    if not counted:
        return None
    (model, saved), _ = counted.most_common(1)[0]
    have, given = set(missing), set(unexpected)
    both = {name[len(saved) :] for name in given if name.startswith(saved)}
    both &= {name[len(model) :] for name in have if name.startswith(model)}
    if not both or not (is_wrapper(model + saved) or any(_is_body(name) for name in both)):
        return None
    return Shift(
        model,
        saved,
        tuple(name for name in missing if not (name.startswith(model) and name[len(model) :] in both)),
        tuple(name for name in unexpected if not (name.startswith(saved) and name[len(saved) :] in both)),
        len(both),
    )


def _splits(name: str) -> Iterable[tuple[str, str]]:
    """Every prefix of a name with what stands behind it, the shortest prefix first; two parts are left at least."""
    parts = name.split(".")[:16]
    at = 0
    for part in parts[:-1]:
        yield name[:at], name[at:]
        at += len(part) + 1


def _ends_in_block(prefix: str) -> bool:
    """Whether a prefix reaches into a block: what has the same end there is another module."""
    if _STAGE.search(prefix):
        return True
    known = translation(f"{prefix}conv1.weight") if prefix else None
    return known is not None and known.torchvision.startswith("layer")


def _is_body(name: str) -> bool:
    """Whether a name without its prefix is of a stem or a block, not of a head."""
    known = translation(name)
    return known is None or (known.prefix == "" and not known.torchvision.startswith("fc."))


_PARTS = ("conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "downsample.0", "downsample.1")


def forward_order(path: str) -> tuple[int, int, int]:
    """What paths of modules are sorted by so that they stand in the order in which the network runs."""
    if not path.startswith("layer"):
        return (0, 0, _PARTS.index(path)) if path in _PARTS else (9, 0, 0)
    layer, block, part = path.split(".", 2)
    return int(layer[5:]), int(block), _PARTS.index(part) if part in _PARTS else len(_PARTS)
