"""A checkpoint whose keys are others than the model's, though its weights may be the same: wrapped, prefixed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from inspector.core.mistakes.answer import Finding
from inspector.core.mistakes.keys import Key, Shift
from inspector.core.mistakes.load_report import LoadReport
from inspector.outside import shown
from inspector.speech import later, say

_HOLDERS = (
    "state_dict_ema",
    "model_ema",
    "ema_state_dict",
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "net",
    "network",
    "net_state_dict",
    "weights",
    "params",
    "module",
    "teacher",
    "student",
    "ema",
    "backbone",
    "encoder",
    "classy_state_dict",
)
"""What people call the entry of a training run's file that has the weights; of several the first is named."""
_WITH_PREFIX = ("Hugging Face", "pytorchcv", "detectron2")
"""Whose names begin with a prefix of their own."""
_NO_HOLDER = re.compile(r"optim|sched|scaler|epoch|loss|best|acc|args|config|hyper|arch\Z|step|version|meta|rng")
_HOLDER = re.compile(r"state|model|net\Z|weight|param")


def unwrapped(report: LoadReport) -> Finding | None:
    """A file of a training run that was given as if it were the weights in it."""
    tops = [name for name in report.unexpected if "." not in name]
    if not tops or len(tops) < len(report.unexpected) or not (report.missing or len(tops) > 1 or tops[0] in _HOLDERS):
        return None
    holders = [name for name in _HOLDERS if name in tops]
    holders += [name for name in tops if name not in holders and _HOLDER.search(name) and not _NO_HOLDER.search(name)]
    if holders:
        why = say(_WRAPPED, key=shown(holders[0]))
        if len(holders) > 1:
            why += " " + say("{keys} may hold weights as well.", keys=", ".join(map(shown, holders[1:3])))
    elif any(_NO_HOLDER.search(name) for name in tops):
        why = say(_WRAPPED_SOMEHOW, keys=", ".join(shown(name) for name in tops[:3]))
    else:
        return None
    return Finding(say("the checkpoint was not unwrapped"), "", "", why, "", topic="pretrained")


def given_model(report: LoadReport) -> Finding | None:
    """A whole model, or whatever else it was, that was given in place of a state_dict."""
    if not report.given:
        return None
    why = say(_GIVEN, kind=shown(report.given))
    return Finding(say("load_state_dict was given no state_dict"), "", "", why, "", topic="pretrained")


def prefixed(found: Shift) -> Finding:
    """The same names with a prefix on one side, or another one on each."""
    model, saved = shown(found.model), shown(found.saved)
    if found.model and found.saved:
        why = say(_EXCHANGE, model=model, saved=saved)
        error = say("the prefixes of the checkpoint's keys and of the model's differ")
    elif found.saved:
        why = say(_TAKE_OFF, prefix=saved)
        error = say("the checkpoint's keys begin with {prefix}, the model's do not", prefix=saved)
    else:
        why = say(_UNWRAP if _is_parallel(found.model) else _PUT, prefix=model, inner=shown(_attribute(found.model)))
        error = say("the model's keys begin with {prefix}, the checkpoint's do not", prefix=model)
    return Finding(error, "", "", why, "", topic="pretrained")


def doubled(found: Shift, report: LoadReport) -> Finding:
    """The same prefix twice on one side and once on the other, or a prefix that only one side has."""
    answer = prefixed(found)
    if found.model and found.saved:
        return answer
    prefix, names = (found.model, report.missing) if found.model else (found.saved, report.unexpected)
    if not any(name.startswith(prefix * 2) for name in names):
        return answer
    if found.model:
        error = say("the model's keys have {prefix} twice, the checkpoint's once", prefix=shown(prefix))
    else:
        error = say("the checkpoint's keys have {prefix} twice, the model's once", prefix=shown(prefix))
    return Finding(error, "", "", answer.why, "", topic=answer.topic)


def one_sided(keys: Mapping[str, Key], other: Iterable[Key], *, is_saved: bool) -> Finding | None:
    """A prefix before all keys of a ResNet on one side, where the error shows nothing of the other's."""
    prefixes = Counter(key.prefix for key in keys.values() if key.path)
    if not prefixes or any(key.path != "fc" for key in other if key.path):
        return None
    prefix, count = prefixes.most_common(1)[0]
    if any(key.path and key.scheme in _WITH_PREFIX for key in keys.values()):
        return None
    if not prefix or count < sum(prefixes.values()) or not any(key.path != "fc" for key in keys.values() if key.path):
        return None
    return prefixed(Shift("", prefix, (), (), count) if is_saved else Shift(prefix, "", (), (), count))


def _by_module(keys: Mapping[str, Key]) -> dict[str, Key]:
    """The keys of a network's body by torchvision's name of their tensor."""
    return {f"{key.path}.{key.tensor}": key for key in keys.values() if key.path and key.path != "fc"}


def pairs(missing: Mapping[str, Key], unexpected: Mapping[str, Key]) -> int:
    """How many tensors stand on both sides by different names."""
    model, saved = _by_module(missing), _by_module(unexpected)
    return sum(name in saved and model[name].name != saved[name].name for name in model)


def renamed(missing: Mapping[str, Key], unexpected: Mapping[str, Key]) -> Finding | None:
    """The same modules by names of two schemes."""
    model, saved = _by_module(missing), _by_module(unexpected)
    both = [name for name in model if name in saved and model[name].name != saved[name].name]
    if not both:
        return None
    mine, its = model[both[0]], saved[both[0]]
    why = say(_RENAMED, saved=shown(its.module), model=shown(mine.module))
    scheme = its.scheme if its.scheme != "torchvision" else mine.scheme
    if scheme == "nn.Sequential":
        why += " " + say(_CHILDREN)
    elif scheme != "torchvision":
        words = say("Those are {library}'s names on the checkpoint's side.", library=scheme)
        why += " " + (words if scheme == its.scheme else say("The model has {library}'s names.", library=scheme))
    why += " " + say(_RENAME)
    return Finding(say("the checkpoint has other names for the same layers"), "", "", why, "", topic="pretrained")


def other_names(missing: Mapping[str, Key], unexpected: Mapping[str, Key]) -> Finding | None:
    """A checkpoint that has none of the network's names, and others that no library known here has."""
    needed = {key.path for key in missing.values() if key.path}
    strangers = [key for key in unexpected.values() if not key.path and not key.inside]
    is_whole = any(path.startswith("layer") for path in needed) and "conv1" in needed
    if not is_whole or not strangers or any(key.path for key in unexpected.values()):
        return None
    names = ", ".join(shown(key.name) for key in strangers[:2])
    why = say(_STRANGERS, names=names)
    words = say("the checkpoint has none of the model's names")
    return Finding(words, "", "", why, "", topic="pretrained", tells_all=True)


def _is_parallel(prefix: str) -> bool:
    return prefix in ("module.", "_orig_mod.")


def _attribute(prefix: str) -> str:
    return "model." + prefix.rstrip(".")


_WRAPPED = later(
    "The file holds a dict of a training run, and its entry {key} has the weights: "
    "model.load_state_dict(checkpoint['{key}'])."
)
_WRAPPED_SOMEHOW = later(
    "The file holds a dict of a training run ({keys}), and one of its entries has the weights, most often state_dict "
    "or model: print(checkpoint.keys()) tells, and that entry is to be loaded."
)
_GIVEN = later(
    "It got a {kind}: torch.load gave something else than a state_dict, a whole model for one. "
    "Its state_dict() is what is loaded."
)
_TAKE_OFF = later(
    "Take {prefix} off the checkpoint's keys: {{key.removeprefix('{prefix}'): value for key, value in "
    "state_dict.items()}}."
)
_EXCHANGE = later(
    "The model's keys begin with {model}, the checkpoint's with {saved}: put the one in place of the other in the "
    "checkpoint's keys."
)
_UNWRAP = later(
    "Load into {inner}, which is the network without the wrapper, or put {prefix} before the checkpoint's keys; "
    "nothing is to be taken off them."
)
_PUT = later("Load into {inner}, or put {prefix} before the checkpoint's keys; nothing is to be taken off them.")
_RENAMED = later("What the checkpoint calls {saved}, the model calls {model}.")
_CHILDREN = later(
    "Numbers in place of names come of nn.Sequential(*model.children()): 0 is conv1, 1 bn1, 4 to 7 layer1 to layer4."
)
_RENAME = later("Rename its keys before loading.")
_STRANGERS = later(
    "It has {names} and so on, and nothing of conv1 or layer1: it is of another network, which no edit "
    "gives, or its keys are to be renamed."
)
