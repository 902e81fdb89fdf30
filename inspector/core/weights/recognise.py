"""Which ResNet a file of weights is of: by names and shapes alone, told exactly or refused by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from inspector.core.design.design import Design, Stem
from inspector.core.design.edit import resolve, write
from inspector.core.design.fields import PRESETS
from inspector.core.design.file import differences
from inspector.core.design.presets import preset
from inspector.core.names import STAGES
from inspector.core.network.network import analyze
from inspector.core.units import Dims, dims
from inspector.core.weights.checkpoint import Assumed, Checkpoint, Head, first_of, like
from inspector.core.weights.choosing import Candidate, candidates, named_by, others, weights
from inspector.core.weights.fitting import fitting
from inspector.core.weights.naming import Named
from inspector.core.weights.schemes import COUNTER, RUNNING
from inspector.core.weights.signs import causes, kinds
from inspector.core.weights.stage_numbers import stage_of
from inspector.core.weights.state_dict import tensors
from inspector.core.weights.structure import Structure, structure
from inspector.core.weights.table import Contents, Table, Tensor
from inspector.core.weights.three_stages import PADDED, completed
from inspector.core.weights.untold import believed, twin_said, twins, untold
from inspector.errors import DesignError, WeightsError
from inspector.speech import say, some

MOST_TRIED = 8
"""Networks of one file that are looked at until one is a ResNet that a design can say."""


def recognise(contents: Contents, take: str = "") -> Checkpoint:
    """The ResNet that a file's tensors are of; of several that which `take` names, or that which is mostly meant.

    Its design's tensors have exactly the names and shapes of the file's, but for what the checkpoint says is missing or
    unknown. Raises WeightsError, one line with every cause, where no design can say what the file holds.
    """
    tables = weights(contents)
    found = candidates(tables)
    if not found:
        raise _foreign(tables)
    first: WeightsError | None = None
    for candidate in named_by(take, found)[:MOST_TRIED]:
        try:
            checkpoint = _read(candidate, contents)
        except WeightsError as error:
            first = first or error
        else:
            beside = [each for each in found if each is not candidate]
            return structs.replace(checkpoint, others=others(beside), unknown=_unknown(checkpoint, candidate, beside))
    raise first or _foreign(tables)


def shapes_of(named: Named, table: Mapping[str, Tensor]) -> dict[str, Dims]:
    """The shapes of a network's tensors by torchvision's names, as torch has them."""
    turned = _turned if named.is_transposed else _same
    return {to: turned(table[name].shape) for name, to in named.names.items()}


def _same(shape: Dims) -> Dims:
    return shape


def _turned(shape: Dims) -> Dims:
    """(height, width, in, out) → (out, in, height, width), (in, out) → (out, in)."""
    return (shape[3], shape[2], *shape[:2]) if len(shape) == 4 else shape[::-1]


def _read(candidate: Candidate, contents: Contents) -> Checkpoint:
    named, table = candidate.named, candidate.tensors
    shapes = shapes_of(named, table)
    made = completed(shapes)
    shapes |= made
    told = _structure(named, table, shapes)
    has_counters = any(name.endswith(COUNTER) for name in shapes)
    config = believed(dict(contents.config), told)
    assumed = untold(told, named.scheme, named.prefix, config, has_counters=has_counters)
    if any(".downsample." in name for name in made):
        assumed = (Assumed("", "option A", PADDED), *assumed)
    try:
        design = _design(told, assumed)
    except DesignError as error:
        raise WeightsError(say("no design can say these shapes: {what}", what=error), (str(error),)) from None
    twin = twin_said({**dict(contents.said), **config}, like(design))
    if twin:
        raise _refused([say("{name}, as is said of it, is anti-aliased", name=twin)], named, shapes)
    back = {to: name for name, to in named.names.items()}
    own = dict(tensors(analyze(design)))
    _check(own, shapes)
    missing = [name for name in own if name not in back and name not in made]
    types = Counter(table[back[name]].dtype for name in own if name in back and not name.endswith(COUNTER))
    head = tuple(name for name in named.names if named.names[name].startswith("fc.") and not told.classes)
    return Checkpoint(
        design=design,
        names=tuple((name, back[name]) for name in own if name in back),
        place=candidate.table.place,
        prefix=named.prefix,
        scheme=named.scheme,
        assumed=assumed,
        missing=tuple(name for name in missing if not name.endswith(COUNTER)),
        counters=sum(name.endswith(COUNTER) for name in missing),
        unknown=(),
        twins=twins(design.block, like(design)),
        others=(),
        head=Head(told.classes, head or _heads(named, table)),
        dtypes=tuple(types.most_common()),
        is_transposed=named.is_transposed,
        made=tuple(name for name in own if name in made),
    )


def _structure(named: Named, table: Mapping[str, Tensor], shapes: Mapping[str, Dims]) -> Structure:
    """The structure of a network, or WeightsError with everything that no design can say of it."""
    told, faults = structure(shapes, named.strange.values())
    signs, strange = causes(named, {name: tensor.shape for name, tensor in table.items()})
    found = [say(sign) for sign in signs]
    norms = [name for name in shapes if ".bn" in name or name.startswith("bn")]
    if not norms:
        found.append(say("no norms"))
    elif not any(name.endswith(RUNNING) for name in shapes) and named.scheme != "Caffe2":
        found.append(say("norms without running statistics (group, layer or instance norm)"))
    if strange and not signs:
        found.append(
            some(
                len(strange),
                "{n} tensor that no block has ({names})",
                "{n} tensors that no block has ({names})",
                names=first_of(strange),
            )
        )
    found += faults.plain.values()
    if not found:
        found += faults.derived.values()
    if found or told is None:
        raise _refused(found, named, shapes)
    return told


def _refused(found: Sequence[str], named: Named, shapes: Mapping[str, Dims]) -> WeightsError:
    """What is said of a network that no design can say, with the preset that is nearest."""
    what = say("; ").join(found)
    message = say("no ResNet that a design can say: {what}", what=what)
    fits = fitting(shapes)
    if fits:
        message = say(
            "no ResNet that a design can say: {what}; its plain tensors are {base}'s", what=what, base=fits[0]
        )
    elif base := _nearest(named):
        message = say("no ResNet that a design can say: {what}; it has as many blocks as {base}", what=what, base=base)
    return WeightsError(message, tuple(found))


_PLACE = re.compile(r"layer([0-9]{1,2})\.([0-9]{1,6})\.")


def _nearest(named: Named) -> str:
    """The first preset with as many blocks in each stage, of as many convolutions."""
    blocks: dict[str, int] = {}
    has_third = False
    for name in (*named.names.values(), *named.strange.values()):
        match = _PLACE.match(name)
        if match:
            blocks[match[1]] = max(blocks.get(match[1], 0), int(match[2]) + 1)
            has_third = has_third or name.startswith("conv3.", match.end())
    counts = [blocks[stage] for stage in sorted(blocks, key=int)]
    kind = "bottleneck" if has_third else "basic"
    designs = ((name, preset(name)) for name in PRESETS)
    return next(
        (name for name, each in designs if each.block == kind and [stage.blocks for stage in each.stages] == counts), ""
    )


def _design(told: Structure, assumed: Iterable[Assumed]) -> Design:
    """The design of a structure, with the base from which it differs least."""
    bases = [preset(name) for name in PRESETS if preset(name).block == told.kind]
    stages = {
        name: stage_of(told.kind, [block.filters for block in blocks], blocks[0].groups)
        for name, blocks in zip(STAGES, told.stages, strict=True)
    }
    stem = Stem(planes=told.planes, kernel=told.kernel)
    design = structs.replace(bases[0], num_classes=told.classes, stem=stem, **stages)
    for each in assumed:
        if each.is_written:
            design = write(design, resolve(design, each.address), each.value)
    return min((structs.replace(design, base=base.base) for base in bases), key=_length)


def _length(design: Design) -> int:
    """How many values a design file says."""
    return sum(len(said) if isinstance(said, dict) else 1 for said in differences(design).values())


def _check(own: Mapping[str, Dims], shapes: Mapping[str, Dims]) -> None:
    """WeightsError where a tensor has another shape than the design's; what a design has none of is told as unknown."""
    for name, shape in shapes.items():
        if name in own and own[name] != shape:
            what = say(
                "{name} is {size} where it would be {own}",
                name=name,
                size=dims(shape) or "1",
                own=dims(own[name]) or "1",
            )
            raise WeightsError(say("no ResNet that a design can say: {what}", what=what), (what,))


_HEAD = re.compile(r"(?:fc|head|heads|linear|last_linear|classifier|projector|projection_head|mlp|attnpool)[._]")


def _heads(named: Named, table: Iterable[str]) -> tuple[str, ...]:
    """Tensors beside a network's own that look like a head's."""
    return tuple(
        name
        for name in table
        if name.startswith(named.prefix) and name not in named.names and _HEAD.match(name, len(named.prefix))
    )


def _unknown(checkpoint: Checkpoint, candidate: Candidate, beside: Iterable[Candidate]) -> tuple[str, ...]:
    """Tensors in the mapping that are none of the design's, and no other network's there."""
    known = {name for _, name in checkpoint.names}
    for each in beside:
        if each.table is candidate.table:
            known.update(each.named.names)
    return tuple(name for name in candidate.tensors if name not in known)


def _foreign(tables: Iterable[Table]) -> WeightsError:
    """What is said of a file in which no block of a ResNet is."""
    largest = max(tables, key=lambda table: len(table.tensors))
    found = [say(words) for words in kinds({tensor.name: tensor.shape for tensor in largest.tensors})]
    if found:
        return WeightsError(say("no ResNet that a design can say: {what}", what=say("; ").join(found)), tuple(found))
    names = first_of([tensor.name for tensor in largest.tensors])
    what = some(len(largest.tensors), "its {n} tensor is {names}", "its {n} tensors are {names}", names=names)
    return WeightsError(say("no ResNet by its names: {what}", what=what), (what,))
