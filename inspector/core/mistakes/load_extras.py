"""Keys of a checkpoint that no plain ResNet has: harmless ones, other forms of a weight, parts of other networks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from inspector.core.mistakes.answer import Finding
from inspector.core.mistakes.keys import Key
from inspector.core.weights.signs import ANYWHERE, IN_BLOCKS
from inspector.outside import shown
from inspector.speech import later, say, some


class Extra(Struct, frozen=True):
    """Tensors that something has added: what their names end in, what it is, what to do about it on either side."""

    ending: re.Pattern[str]
    error: str
    saved: str
    model: str = ""


EXTRAS = (
    Extra(
        re.compile(r"(?:\A|\.)num_batches_tracked\Z"),
        later("counters of batch norms stand on one side only, which is harmless"),
        later(
            "num_batches_tracked counts the batches that a batch norm has seen; torch before 0.4.1, frozen batch norms "
            "and files converted from elsewhere do not have it. strict=False is right here, or drop these keys."
        ),
    ),
    Extra(
        re.compile(r"(?:\A|\.)total_(?:ops|params)\Z"),
        later("counters of thop stand on one side only, which is harmless"),
        later(
            "total_ops and total_params are what thop's profile left in the model, no weights. strict=False is right "
            "here, or drop these keys."
        ),
        later(
            "total_ops and total_params are what thop's profile put into the model, no weights: load before profile "
            "runs, or with strict=False."
        ),
    ),
    Extra(
        re.compile(r"(?:\.weight_[guv]|\.original[01]?)\Z"),
        later("weights are reparametrised on one side only"),
        later(
            "The checkpoint has weights in parts, of weight_norm, spectral_norm or another parametrisation: take it "
            "off (remove_weight_norm, remove_parametrizations) and save again; strict=False would leave those layers "
            "at random."
        ),
        later(
            "The model has weights in parts, of weight_norm, spectral_norm or another parametrisation: load before it "
            "is put on."
        ),
    ),
    Extra(
        re.compile(r"_(?:mask|orig)\Z"),
        later("weights are pruned and masked on one side only"),
        later(
            "The checkpoint was saved in the midst of torch.nn.utils.prune, without prune.remove: weight = weight_orig "
            "× weight_mask. Multiply the two and save the product as weight; strict=False would leave those layers at "
            "random."
        ),
        later(
            "The model is in the midst of torch.nn.utils.prune: its weight is weight_orig × weight_mask. Load before "
            "it is pruned, or call prune.remove first."
        ),
    ),
    Extra(
        re.compile(
            r"(?:scale|zero_point|_packed_params(?:\.\w{1,40})?|_packed_params_dtype|fake_quant_enabled|observer_enabled"
            r"|min_val|max_val|eps|\.activation_post_process(?:\.\w{1,40})?)\Z"
        ),
        later("one side is quantised"),
        later(
            "scale and zero_point are of a quantised network: it loads into a model that is prepared and converted in "
            "the same way, not into one of float weights."
        ),
        later(
            "The model is quantised, or prepared for it (scale, zero_point): load float weights first, and quantise "
            "then."
        ),
    ),
)
"""What training, measuring and shrinking leave in a state_dict."""


class Stranger(Struct, frozen=True):
    """A part that no plain ResNet has: where it stands within a block, or in the network, and whose it is."""

    words: re.Pattern[str]
    what: str


INSIDE = (
    Stranger(
        re.compile(r"\.(?:se|se_module|se_layer|squeeze|excitation|senet|se_block)\."),
        later("squeeze-and-excitation modules"),
    ),
    Stranger(
        re.compile(r"\.(?:attn|attention|ca|sa|cbam|eca|gc|ge|gate|channel_attention|spatial_attention)\."),
        later("attention modules"),
    ),
    Stranger(re.compile(r"\.(?:convs|bns)\.[0-9]|\.nums"), later("the split 3×3 of Res2Net")),
    Stranger(re.compile(r"\.conv2\.(?:conv|fc[12]|bn[01]|radix)"), later("the split attention of ResNeSt")),
    Stranger(re.compile(r"\.bn[123]\.(?:IN|BN)\."), later("the instance norms of IBN-Net")),
    Stranger(re.compile(r"\.downsample\.2\."), later("a pool in the shortcut, as ResNet-D has it")),
    Stranger(re.compile(r"\.conv4\."), later("a fourth convolution")),
    Stranger(re.compile(r"\.(?:conv_offset|conv2_offset)"), later("deformable convolutions")),
)
"""What variants put into a block."""
_DEEP = re.compile(r"(?:\A|\.)(?:conv1|stem|layer0)\.(?:[0-9]\.)?(?:3|4|6|7|conv[23])(?:\.|\Z)")
_DEEP_PART = re.compile(r"(?:\A|\.)(?:conv1|stem)\.[0-9]\.")
_BIAS = re.compile(r"(?:\A|\.)(?:conv[123]|downsample\.0|shortcut\.0)\.bias\Z")
_TOPS = (
    (re.compile(r"aux_?(?:classifier|head|logits)?\."), later("the auxiliary head that segmentation is trained with")),
    (re.compile(r"attnpool\."), later("the attention pool of CLIP")),
    (re.compile(r"(?:rpn|roi_heads?|bbox_head|mask_head|fpn|neck|box_head)\b"), later("a part of a detector")),
    (
        re.compile(r"(?:decode_head|decoder|segmentation_head|up\w{0,20}|aspp|classifier)\b"),
        later("what stands behind it"),
    ),
    (
        re.compile(r"(?:queue|queue_ptr|proj\w{0,20}|predictor|prototypes)\b"),
        later("a part of self-supervised training"),
    ),
)


def extras(missing: Sequence[str], unexpected: Sequence[str]) -> tuple[list[Finding], set[str]]:
    """What is said of tensors that something has added, and all keys that this explains."""
    found: list[Finding] = []
    explained: set[str] = set()
    for each in EXTRAS:
        saved, model = (_ending(each.ending, side, explained) for side in (unexpected, missing))
        if saved or model:
            words = each.saved if saved or not each.model else each.model
            found.append(Finding(say(each.error), "", "", say(words), "", topic="pretrained"))
            explained |= {*saved, *model}
            explained |= _fellows((saved or model), missing if saved else unexpected, ("weight", "bias"))
            explained |= _fellows((saved or model), unexpected if saved else missing, _PARTS)
    return found, explained


def _ending(ending: re.Pattern[str], names: Sequence[str], explained: set[str]) -> list[str]:
    """Those that end so, but for the tensors of modules of which more is on the same side."""
    found = [name for name in names if name not in explained and ending.search(name)]
    others = {name.rpartition(".")[0] for name in names if name.endswith((".running_mean", ".running_var"))}
    return [name for name in found if name.rpartition(".")[0] not in others]


_PARTS = ("weight_orig", "weight_mask", "bias_orig", "bias_mask", "weight_u", "weight_v", "weight_g")


def _fellows(names: Iterable[str], others: Iterable[str], tensors: Sequence[str]) -> set[str]:
    """Tensors of the same modules: the plain ones that some stand for, or other parts of them."""
    modules = {name.rpartition(".")[0].replace(".parametrizations.weight", "") for name in names}
    return {name for name in others if name.rpartition(".")[2] in tensors and name.rpartition(".")[0] in modules}


def other_network(missing: Mapping[str, Key], unexpected: Mapping[str, Key]) -> Finding | None:
    """A deep stem, or modules within blocks, that only one side has: that is of another network."""
    for side, keys, other in (("model", missing, unexpected), ("checkpoint", unexpected, missing)):
        stem = _deep_stem(keys, other)
        if stem:
            why = say(_STEM[side], key=shown(stem))
            return Finding(
                say("the stems are of two kinds"), "conv1", "conv1", why, "", topic="pretrained", tells_all=True
            )
        sign, name = next(
            ((sign, name) for sign in ANYWHERE for name in keys if re.search(sign.pattern, name)), (None, "")
        )
        if sign is not None:
            return _another(side, say(sign.words), name)
        key = next((key for key in keys.values() if key.inside and not _BIAS.search(key.name)), None)
        if key is not None:
            return _another(side, say(_what(key.inside)), key.name)
    return None


def _what(inside: str) -> str:
    """What a module within a block is."""
    rest = f".{inside.split('.', 2)[2]}"
    own = (stranger.what for stranger in INSIDE if stranger.words.search(f"{rest}."))
    signs = (sign.words for sign in IN_BLOCKS if not sign.size and re.search(sign.pattern, rest))
    return next(own, "") or next(signs, "") or later("other modules")


def _another(side: str, what: str, name: str) -> Finding:
    why = say(_INSIDE[side], what=what, name=shown(name.rpartition(".")[0] or name))
    return Finding(
        say("model and checkpoint are of two kinds of network"), "", "", why, "", topic="pretrained", tells_all=True
    )


def _deep_stem(keys: Mapping[str, Key], other: Mapping[str, Key]) -> str:
    """A key of a stem of several convolutions; "" where there is none."""
    deep = next((name for name in keys if _DEEP.search(name)), "")
    is_plain = any(key.path == "conv1" for key in other.values())
    return deep or next((name for name in keys if is_plain and _DEEP_PART.search(name)), "")


def is_bias(name: str) -> bool:
    """Whether a key is that of a convolution's bias."""
    return _BIAS.search(name) is not None


def biases(missing: Mapping[str, Key], unexpected: Mapping[str, Key]) -> Finding | None:
    """Convolutions with a bias on one side only: folded batch norms, or another library's convolutions."""
    saved, model = ([name for name in keys if _BIAS.search(name)] for keys in (unexpected, missing))
    if not saved and not model:
        return None
    norms = [key for key in (missing if saved else unexpected).values() if ".bn" in f".{key.path}" and key.path]
    why = say(_FOLDED if norms else _BIASES, name=shown((saved or model)[0]), side=_side(is_saved=bool(saved)))
    return Finding(
        say("convolutions have a bias on one side only"), "", "", why, "", topic="pretrained", tells_all=True
    )


def _side(*, is_saved: bool) -> str:
    return say("checkpoint") if is_saved else say("model")


def statistics(missing: Mapping[str, Key], unexpected: Mapping[str, Key]) -> Finding | None:
    """Running statistics on one side only: no batch norm, or one that keeps none."""
    for is_saved, keys in ((False, missing), (True, unexpected)):
        tensors = {key.tensor for key in keys.values() if key.path}
        if tensors and tensors <= {"running_mean", "running_var", "num_batches_tracked"} and "running_mean" in tensors:
            why = say(_STATISTICS, side=_side(is_saved=is_saved), other=_side(is_saved=not is_saved))
            return Finding(say("running statistics stand on one side only"), "", "", why, "", topic="batchnorm")
    return None


def beside(missing: Iterable[Key], unexpected: Iterable[Key]) -> Finding | None:
    """Modules that stand beside the ResNet on one side only."""
    for side, keys in (("checkpoint", unexpected), ("model", missing)):
        names = dict.fromkeys(key.module for key in keys)
        if names:
            first = next(iter(names))
            what = next((say(what) for words, what in _TOPS if words.match(_without_wrapper(first))), "")
            told = f"{shown(first)} ({what})" if what else shown(first)
            why = _only(side, len(names), told)
            error = say("{name} is no layer of the ResNet", name=shown(first))
            return Finding(error, "", "", f"{why} {say(_BESIDE[side])}", "", topic="pretrained")
    return None


def _only(side: str, count: int, name: str) -> str:
    """How many modules only one side has, in words."""
    if side == "checkpoint":
        return some(
            count,
            "Only the checkpoint has {name}, which is no layer of the ResNet.",
            "Only the checkpoint has {name} and other modules that are no layers of the ResNet, {n} in all.",
            name=name,
        )
    return some(
        count,
        "Only the model has {name}, which is no layer of the ResNet.",
        "Only the model has {name} and other modules that are no layers of the ResNet, {n} in all.",
        name=name,
    )


def _without_wrapper(name: str) -> str:
    return name.removeprefix("module.").removeprefix("model.")


_STEM = {
    "model": later(
        "The model's stem is of several convolutions ({key}), as ResNet-C and ResNet-D have it (deep_base, stem_type "
        "deep); the checkpoint's conv1 is one. They are two networks, and no edit makes one of the other: build the "
        "model with a plain stem."
    ),
    "checkpoint": later(
        "The checkpoint's stem is of several convolutions ({key}), as ResNet-C and ResNet-D have it (deep_base, "
        "stem_type deep); the model's conv1 is one. They are two networks, and no edit makes one of the other: build "
        "the one that was saved."
    ),
}
_INSIDE = {
    "model": later(
        "The model has {what} in its blocks ({name}), which the checkpoint lacks and no plain ResNet has: it is "
        "another network, and no edit makes one of the other. strict=False would leave them at random."
    ),
    "checkpoint": later(
        "The checkpoint has {what} in its blocks ({name}), which the model lacks and no plain ResNet has: it is of "
        "another network, and no edit makes one of the other. Build the one that was saved."
    ),
}
_FOLDED = later(
    "Only the {side} has {name}, and its batch norms are gone: they were folded into the convolutions. It loads into a "
    "model that is folded in the same way; no edit of the network gives it."
)
_BIASES = later(
    "Only the {side} has {name}: its convolutions were built with a bias, as Caffe's and Keras' are. torchvision's "
    "have none; no edit of the network gives one."
)
_STATISTICS = later(
    "Only the {side} has running_mean and running_var: the {other}'s norms keep none, as GroupNorm, InstanceNorm, or a "
    "batch norm with track_running_stats=False."
)
_BESIDE = {
    "checkpoint": later("strict=False passes over what only the checkpoint has."),
    "model": later("strict=False leaves what only the model has at random, to be trained."),
}
