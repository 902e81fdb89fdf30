"""Sizes that differ in a module that is no layer of the ResNet."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.core.design.design import Design
from inspector.core.mistakes.answer import Finding
from inspector.core.mistakes.ends import End, ends_in
from inspector.core.mistakes.keys import Key
from inspector.core.mistakes.load_report import Mismatch
from inspector.core.units import dims
from inspector.outside import shown
from inspector.speech import later, say


def foreign(sizes: Sequence[tuple[Key, Mismatch]], design: Design) -> Finding | None:
    """Sizes that differ in a module that is no layer of the ResNet, with what it was built for."""
    if not sizes:
        return None
    key, size = next((each for each in sizes if len(each[1].saved) > 1), sizes[0])
    module = shown(key.module)
    error = say("{name} is no layer of the ResNet", name=module)
    first = say(
        "{name} stands beside the ResNet, with {saved} in the checkpoint and {model} in the model.",
        name=module,
        saved=dims(size.saved) or "()",
        model=dims(size.model) or "()",
    )
    rest = say(_LEAVE_OUT, name=module)
    if size.saved and size.model and size.saved[1:] == size.model[1:] and size.saved[0] != size.model[0]:
        what = say(
            "Its outputs differ, {saved} and {model}: most often classes.", saved=size.saved[0], model=size.model[0]
        )
        return Finding(error, "", "", f"{first} {what} {rest}", "", topic="pretrained")
    if len(size.saved) > 1 and len(size.model) > 1 and size.saved[1] != size.model[1]:
        ends = ends_in((size.saved[1], size.model[1]), design)
        told = [_built("checkpoint", size.saved[1], ends[0]), _built("model", size.model[1], ends[1]), rest]
        return Finding(error, "", "", " ".join((first, *filter(None, told))), "", topic="pretrained")
    return Finding(error, "", "", f"{first} {rest}", "", topic="pretrained")


def _built(side: str, inputs: int, end: End | None) -> str:
    return say(_BUILT_FOR[side, end.kind], inputs=inputs, stage=end.stage) if end else ""


_BUILT_FOR = {
    ("checkpoint", "bottleneck"): later("The checkpoint's has {inputs} inputs: what {stage} of bottlenecks ends in."),
    ("checkpoint", "basic"): later("The checkpoint's has {inputs} inputs: what {stage} of basic blocks ends in."),
    ("model", "bottleneck"): later("The model's has {inputs} inputs: what {stage} of bottlenecks ends in."),
    ("model", "basic"): later("The model's has {inputs} inputs: what {stage} of basic blocks ends in."),
}
_LEAVE_OUT = later(
    "Leave {name} out of the checkpoint and train it anew; strict=False alone does not help, it raises all the same "
    "where shapes differ."
)
