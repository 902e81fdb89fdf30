"""What MODEL names: a preset, a design file, or a file of weights, and what is known of that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from msgspec.structs import replace

from inspector.core.design.design import Design
from inspector.errors import DesignError, InspectorError, WeightsError, WeightsFileError
from inspector.outside import quoted, shown
from inspector.speech import later, say

if TYPE_CHECKING:
    from inspector.core.weights.checkpoint import Checkpoint
    from inspector.core.weights.table import Contents


class Opened(NamedTuple):
    """A file of weights, what it holds, which network that is, and what says what its shapes do not, if anything.

    `teller` is a design file, a preset, or the file itself.
    """

    path: Path
    contents: Contents
    checkpoint: Checkpoint
    teller: str = ""

    @property
    def assumed(self) -> tuple[str, ...]:
        """What is assumed because nothing tells it: "stride_on=conv2"."""
        from inspector.core.design.differences import value

        if self.teller:
            return ()
        told = (each for each in self.checkpoint.assumed if each.is_written and not each.source)
        return tuple(f"{each.address}={value(each.value)}" for each in told)


class Given(NamedTuple):
    """A design, and the weights that it was read off, if it was."""

    design: Design
    weights: Opened | None = None


_TAKE, _FROM = "inspector.take", "inspector.from"


def with_weights(command: Any) -> Any:  # noqa: ANN401  # a decorator, over functions of any signature
    """`--take` and `--from`, which say what a file of weights is where it does not."""
    from inspector.cli.arguments import Model

    text = later("Where MODEL is a file of weights with several networks: which one.")
    command = click.option("--take", metavar="NAME", expose_value=False, callback=_kept(_TAKE), help=text)(command)
    text = later("Where MODEL is a file of weights: the preset or design file that says what shapes do not tell.")
    return click.option(
        "--from", "origin", type=Model(), metavar="DESIGN", expose_value=False, callback=_kept(_FROM), help=text
    )(command)


def _kept(key: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    def keep(context: click.Context, _: click.Parameter, value: str | None) -> None:
        context.meta[key] = value or ""

    return keep


def given(model: str) -> Given:
    """What MODEL names. Raises a child of InspectorError, in one line that names it."""
    from inspector.cli.arguments import names_file
    from inspector.core.design.fields import PRESETS
    from inspector.core.design.presets import preset

    if model in PRESETS:
        return Given(preset(model))
    if names_file(model):
        from inspector.files.design import read
        from inspector.files.weights import is_weights

        path = Path(model)
        return opened(path) if is_weights(path) else Given(read(path, takes_pipes=True))
    raise _unknown(model)


def _unknown(model: str) -> DesignError:
    from inspector.cli.arguments import commands
    from inspector.core.design.fields import PRESETS
    from inspector.errors import nearest

    known = [*PRESETS, *commands(click.get_current_context(silent=True))]
    hint = nearest(model, known) or say(" (presets: {names})", names=", ".join(PRESETS))
    return DesignError(model, f"{say('no such preset or file')}{hint}")


def opened(path: Path, take: str | None = None, origin: str | None = None) -> Given:
    """A file of weights, and what it is: by `origin`, by what it says itself, by a design file beside it, by shapes.

    `take` and `origin` are those of the command line if left out. Raises WeightsFileError and WeightsError.
    """
    from inspector.core.weights.recognise import recognise
    from inspector.files.weights import contents

    context = click.get_current_context(silent=True)
    meta = context.meta if context else {}
    name = shown(str(path), 200)
    found = contents(path)
    try:
        known = recognise(found, meta.get(_TAKE, "") if take is None else take)
    except WeightsError as error:
        raise WeightsFileError(f"{name}: {error}") from None
    design, teller = _told(path, found, known, meta.get(_FROM, "") if origin is None else origin)
    if design is not None:
        known = replace(known, design=design)
    return Given(known.design, Opened(path, found, known, teller))


def _told(path: Path, found: Contents, known: Checkpoint, origin: str) -> tuple[Design | None, str]:
    """The design that something other than shapes tells, and what that is."""
    from inspector.core.network.network import analyze
    from inspector.core.weights.record import recorded
    from inspector.core.weights.state_dict import is_of_same_tensors
    from inspector.files.design import read

    network = analyze(known.design)
    if origin:
        design = given(origin).design
        if not is_of_same_tensors(analyze(design), network):
            file, told = shown(str(path), 200), shown(origin, 200)
            raise WeightsFileError(say("{file}: its tensors are not those of {design}", file=file, design=told))
        return design, shown(origin, 200)
    own = recorded(found)
    if own is not None:
        return own, say("the file itself")
    beside = path.with_suffix(".toml")
    try:
        written = read(beside) if beside.is_file() else None
    except (InspectorError, OSError):
        return None, ""
    if written is not None and is_of_same_tensors(analyze(written), network):
        return written, say("{file} beside it", file=shown(beside.name))
    return None, ""


def opening(of: Opened) -> tuple[str, ...]:
    """What a file of weights is, and what is assumed of it, a line each."""
    from inspector.core.weights.checkpoint import chosen, words

    name = shown(str(of.path), 200)
    lines = [f"{name}: {words(of.checkpoint)}"]
    if chosen(of.checkpoint):
        lines.append(f"{chosen(of.checkpoint)} (--take)")
    if of.teller:
        lines.append(say("strides, dilation, pool and input are from {teller}", teller=of.teller))
    elif of.assumed:
        told = ", ".join(of.assumed[:_FEW]) + (" …" if len(of.assumed) > _FEW else "")
        how = say("inspector weights {file} tells more", file=quoted(str(of.path)))
        lines.append(say("its shapes do not tell {values}: assumed; {how}", values=told, how=how))
    return tuple(lines)


_FEW = 4
