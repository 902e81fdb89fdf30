"""A checkpoint without a head, or with another one than the model's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from inspector.core.mistakes.answer import Finding
from inspector.core.mistakes.keys import Key
from inspector.outside import shown
from inspector.speech import later, say

_HEAD = re.compile(
    r"(?:\A|\.)(fc|linear|last_linear|classifier|classification_head|head|heads|logits|output|cls_head|predictions"
    r"|fc1000|projection_head|proj_head|projector|projection|predictor|mlp|contrastive_head|cls|out)"
    r"((?:\.(?:fc|linear|layers|[0-9]{1,3})){0,4}+)\.(weight|bias|running_mean|running_var|num_batches_tracked)\Z"
)
_PROJECTIONS = ("projection_head", "proj_head", "projector", "projection", "predictor", "mlp", "contrastive_head")


class Head(Struct, frozen=True):
    """What one side's head is called, its keys, and the linear layers in it; none where it is one itself."""

    name: str
    keys: tuple[str, ...]
    linears: tuple[str, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether it is one layer under one name."""
        return not self.linears


def is_head(key: Key) -> bool:
    """Whether a key is of what stands behind the pooling."""
    return key.path == "fc" or (not key.path and not key.inside and _HEAD.search(key.name) is not None)


def head_of(keys: Mapping[str, Key]) -> Head | None:
    """The head among some keys; None where there is none."""
    found: dict[str, dict[str, None]] = {}
    for key in keys.values():
        match = _HEAD.search(key.name) if is_head(key) else None
        if match is not None:
            found.setdefault(match[1], {})[key.name] = None
    if not found:
        return None
    name = next((each for each in found if each not in _PROJECTIONS), next(iter(found)))
    names = tuple(found[name])
    return Head(_root(names[0], name), names, _linears(name, names))


def _root(key: str, name: str) -> str:
    """Where a head begins: the key up to the head's own name."""
    match = _HEAD.search(key)
    return key[: match.end(1)] if match else name


def _linears(name: str, keys: Iterable[str]) -> tuple[str, ...]:
    """The layers of a Sequential that have a weight and no statistics."""
    matches = [match for key in keys if (match := _HEAD.search(key)) is not None and match[2]]
    norms = {match[2] for match in matches if match[3].startswith(("running", "num"))}
    return tuple(
        dict.fromkeys(f"{name}{match[2]}" for match in matches if match[2][-1].isdecimal() and match[2] not in norms)
    )


def heads(missing: Mapping[str, Key], unexpected: Mapping[str, Key]) -> Finding | None:
    """What is wrong where the heads differ in more than their shape."""
    wanted, saved = head_of(missing), head_of(unexpected)
    if wanted is None and saved is None:
        return None
    if wanted is None:
        if saved is not None and _is_bias_alone(saved):
            return _answer(say("the model's head has no bias"), say(_BIAS_SAVED, head=_shown(saved)))
        return _answer(say("the checkpoint has a head that the model lacks"), say(_NO_MODEL_HEAD, head=_shown(saved)))
    if saved is None:
        if _is_bias_alone(wanted):
            return _answer(say("the checkpoint's head has no bias"), say(_BIAS_WANTED, head=_shown(wanted)))
        return _answer(say("the checkpoint has no head"), say(_NO_HEAD, head=_shown(wanted)))
    return _otherwise(wanted, saved)


def _is_bias_alone(head: Head) -> bool:
    """Whether nothing but a head's bias differs: its weight is on both sides, as every key would be listed."""
    return all(key.endswith(".bias") for key in head.keys)


def _otherwise(wanted: Head, saved: Head) -> Finding:
    """What is wrong where both have a head."""
    error = say("the checkpoint's head is a Sequential")
    if saved.name.rpartition(".")[2] in _PROJECTIONS:
        error, why = say("the checkpoint has no head"), say(_PROJECTION, head=_shown(wanted), saved=_shown(saved))
    elif len(saved.linears) > 1:
        linears = ", ".join(map(shown, saved.linears))
        why = say(_SEQUENTIAL, head=_shown(saved), linears=linears, n=len(saved.linears))
    elif len(wanted.linears) > 1 or (wanted.linears and saved.is_one):
        error = say("the model's head is a Sequential")
        why = say(_MODEL_SEQUENTIAL, head=_shown(wanted), linears=", ".join(map(shown, wanted.linears)))
        why += " " + say(_LEAVE, head=_shown(saved))
    elif saved.linears and wanted.is_one:
        why = say(_DROPOUT, linear=shown(saved.linears[0]), head=_shown(wanted))
    else:
        error = say("the checkpoint's head has another name")
        why = say(_CALLED, saved=_stem(saved), head=_stem(wanted))
    return _answer(error, why)


def _answer(error: str, why: str) -> Finding:
    return Finding(error, "fc", "fc", why, "", topic="pretrained")


def _shown(head: Head | None) -> str:
    return shown(head.name) if head else ""


def _stem(head: Head) -> str:
    """What a head's keys have in common, without the tensor's name."""
    return shown(head.keys[0].rpartition(".")[0])


_NO_HEAD = later(
    "It has no {head}: the weights of a backbone, or of self-supervised training. Here strict=False is right, and "
    "{head} is trained anew."
)
_BIAS_WANTED = later(
    "Its {head} was saved without a bias: build {head} with bias=False, or load with strict=False, which leaves the "
    "bias at random."
)
_BIAS_SAVED = later(
    "The checkpoint's {head} has a bias, the model's was built with bias=False: build it with one, or load with "
    "strict=False, which leaves the checkpoint's out."
)
_NO_MODEL_HEAD = later("The model has no {head}: it is left out of the checkpoint, and strict=False is right.")
_PROJECTION = later(
    "It has no {head}; {saved} is what self-supervised training put in its place, and is left out. strict=False is "
    "right, and {head} is trained anew."
)
_SEQUENTIAL = later(
    "It was saved with {head} = nn.Sequential(…) of {n} linear layers ({linears}): build the same {head} before "
    "loading, or leave it out and train the model's anew."
)
_MODEL_SEQUENTIAL = later("The model's {head} is an nn.Sequential ({linears}), the checkpoint's is none of the kind.")
_LEAVE = later(
    "Load before it is replaced, or leave {head} out: strict=False is right here, and the new head is trained anew."
)
_DROPOUT = later(
    "Its one linear layer is {linear}, behind a Dropout or the like: build {head} = nn.Sequential(…) so before "
    "loading, or rename {linear}. to the model's name, if both are for as many classes."
)
_CALLED = later(
    "Its head is called {saved}, the model's {head}: rename the two keys before loading, if both are for as many "
    "classes; else leave them out, with strict=False."
)
