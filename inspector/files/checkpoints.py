"""Files of weights as networks: opened, recognised, and with what tells what their shapes do not."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from inspector.core.cam.heat import Source
from inspector.core.design.design import Design
from inspector.core.design.differences import value
from inspector.core.weights.checkpoint import Checkpoint, chosen, recast, words
from inspector.core.weights.recognise import recognise
from inspector.core.weights.record import recorded
from inspector.core.weights.retold import retold
from inspector.core.weights.table import Contents
from inspector.errors import InspectorError, WeightsError, WeightsFileError
from inspector.files.design import read
from inspector.files.weights import contents, digest
from inspector.outside import shown
from inspector.speech import say

_FEW = 4
"""Values that are told in the line on what is assumed."""


class Opened(NamedTuple):
    """A file of weights, what it holds, which network that is, and what says what its shapes do not, if anything.

    `teller` is a design file, a preset, or the file itself, in words.
    """

    path: Path
    contents: Contents
    checkpoint: Checkpoint
    teller: str = ""

    @property
    def design(self) -> Design:
        """The design that the weights are of."""
        return self.checkpoint.design

    @property
    def assumed(self) -> tuple[str, ...]:
        """What is assumed because nothing tells it: "stride_on=conv2"."""
        if self.teller:
            return ()
        told = (each for each in self.checkpoint.assumed if each.is_written and not each.source)
        return tuple(f"{each.address}={value(each.value)}" for each in told)


def opened(path: Path, take: str = "", design: Design | None = None, teller: str = "") -> Opened:
    """A file of weights, and what it is: by `design`, by what it says itself, by a design file beside it, by shapes.

    `take` names the network in it where it has several; `teller` is what `design` is called. Raises WeightsFileError,
    in one line that begins with the file's name.
    """
    name = shown(str(path), 200)
    found = contents(path)
    try:
        known = recognise(found, take)
    except WeightsError as error:
        raise WeightsFileError(f"{name}: {error}") from None
    if design is not None:
        again = retold(known, design)
        if again is None:
            raise WeightsFileError(say("{file}: its tensors are not those of {design}", file=name, design=teller))
        return Opened(path, found, again, teller)
    return Opened(path, found, *_told(path, found, known))


def _told(path: Path, found: Contents, known: Checkpoint) -> tuple[Checkpoint, str]:
    """The checkpoint as something other than shapes tells it, and what that is; as shapes do where nothing does."""
    own = recorded(found)
    if own is not None and (again := retold(known, own)):
        return again, say("the file itself")
    beside = path.with_suffix(".toml")
    try:
        written = read(beside) if beside.is_file() else None
    except (InspectorError, OSError):
        return known, ""
    if written is not None and (again := retold(known, written)):
        return again, say("{file} beside it", file=shown(beside.name))
    return known, ""


def check_values(of: Opened) -> None:
    """That torch can load a file's values. WeightsFileError of a whole pickled model, which only its own code can."""
    if of.contents.model:
        name = shown(str(of.path), 200)
        raise WeightsFileError(
            say(
                "{file}: is a whole pickled model ({model}), which only its own code can load; there, save "
                "model.state_dict() instead",
                file=name,
                model=shown(of.contents.model, 100),
            )
        )


def told(of: Opened, name: str, how: str) -> tuple[str, ...]:
    """What a file of weights is, and what is assumed of it, a line each; `how` says where there is more to be had."""
    lines = [f"{shown(name, 200)}: {words(of.checkpoint)}"]
    if chosen(of.checkpoint):
        lines.append(f"{chosen(of.checkpoint)} (--take)")
    if recast(of.checkpoint):
        lines.append(recast(of.checkpoint))
    if of.teller:
        lines.append(say("strides, dilation, pool and input are from {teller}", teller=of.teller))
    elif of.assumed:
        few = ", ".join(of.assumed[:_FEW]) + (" …" if len(of.assumed) > _FEW else "")
        lines.append(say("its shapes do not tell {values}: assumed; {how}", values=few, how=how))
    return tuple(lines)


def source(of: Opened) -> Source:
    """What torch's process needs to load the values of a file of weights, and the file's SHA-256."""
    table = next(each for each in of.contents.tables if each.place == of.checkpoint.place)
    return Source(str(of.path), of.checkpoint, table, of.contents.ignored, digest(of.path), of.assumed)
