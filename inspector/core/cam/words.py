"""What is to be said of a heat map: rows of facts, and what a picture of it would not tell."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.core.cam.heat import Heat, Preparation, Weights
from inspector.core.cam.targets import larger
from inspector.core.design.design import Design
from inspector.core.network.network import analyze
from inspector.core.network.tree import FIRST_STAGE
from inspector.core.units import dims
from inspector.core.weights.checkpoint import first_of, title
from inspector.core.weights.plan import Policy
from inspector.core.weights.record import promised
from inspector.speech import later, say, some

NOTES = {
    "frames": later("the first of several frames"),
    "turned": later("turned as its EXIF says"),
    "deep": later("16 bits a value, taken down to 8"),
    "stretched": later("its values, from the least to the largest, taken to 8 bits"),
    "clear": later("what is transparent in it laid over white"),
    "cmyk": later("CMYK taken to RGB without its colour profile"),
    "palette": later("a palette's colours"),
    "grey": later("grey taken to three equal channels"),
    "coloured": later("colours taken to grey"),
}
"""What can have been done to a picture, by its key."""
POLICIES: dict[Policy, str] = {
    "drop": later("what fits is kept, the rest starts at random"),
    "slice": later("the strongest channels are kept, new ones are read with weights of zero"),
    "pad": later("the strongest channels are kept, new ones are read with weights of zero"),
}
_NORMALISED = {
    "max": later("divided by its largest value: 0 is no evidence"),
    "minmax": later("from its least to its largest value, as torchcam and pytorch-grad-cam do: 0 is the least"),
}
_FEW = 3


def facts(heat: Heat) -> list[tuple[str, str]]:
    """Rows of a label and what it stands for: class, target, cell, map, picture, preprocessing, weights."""
    return [
        (say("class"), classes(heat)),
        (say("target"), target(heat)),
        (say("a cell"), cell(heat)),
        (say("map"), normalised(heat)),
        (say("picture"), picture(heat)),
        (say("prepared"), prepared(heat.preparation)),
        (say("weights"), weights(heat.weights, heat.design)),
    ]


def classes(heat: Heat) -> str:
    """The class and its probability, and the likeliest beside it: "cat (3): 0.998; then dog: 0.001, deer: 0.000"."""
    own = heat.category
    likelier = [each for each in heat.guesses if each.probability > own.probability]
    others = (likelier or [each for each in heat.guesses if each.number != own.number])[: _FEW - 1]
    told = ", ".join(f"{each.words}: {_probability(each.probability)}" for each in others)
    first = f"{own.words}" + (f" ({own.number})" if own.name else "") + f": {_probability(own.probability)}"
    if not told:
        return first
    if likelier:
        return say("{first}; likelier: {others}", first=first, others=told)
    return say("{first}; then {others}", first=first, others=told)


def _probability(value: float) -> str:
    return f"{value:.3f}" if value >= 0.0005 or value == 0 else f"{value:.1g}"


def target(heat: Heat) -> str:
    """The target and its maps: "conv5_3 (layer4.2): 2048 maps of 7×7"."""
    return f"{heat.target.name} ({heat.target.path}): {heat.target.words}"


def cell(heat: Heat) -> str:
    """What one cell of the map covers of the input, and depends on."""
    target_, size = heat.target, heat.preparation.size
    drawn = tuple(pixels / cells for pixels, cells in zip(size, target_.size, strict=True))
    values = {"of": dims(size), "field": dims((target_.field, target_.field))}
    if all(each == target_.stride for each in drawn):
        return say(
            "covers {cell} of the {of} pixels, and depends on {field} round it",
            cell=dims((target_.stride, target_.stride)),
            **values,
        )
    return say(
        "is drawn over {cell} of the {of} pixels; cells are {stride} pixels apart, each depends on {field}",
        cell="×".join(f"{each:.4g}" for each in drawn),
        stride=target_.stride,
        **values,
    )


def normalised(heat: Heat) -> str:
    """How much of it is evidence for the class, its largest value, and how that became a colour."""
    share = say(
        "{share} % of the evidence is for the class; at most {most}",
        share=f"{100 * heat.positive:.0f}",
        most=f"{max(heat.values):.3g}",
    )
    return f"{share}; {say(_NORMALISED[heat.normalise])}"


def picture(heat: Heat) -> str:
    """The picture's name, size and format, and what was done to it."""
    of = heat.picture
    done = [say(NOTES[note]) for note in of.notes]
    return ", ".join([f"{of.name}: {dims(of.size)} {of.format}", *done])


def prepared(of: Preparation) -> str:
    """How a picture became an input."""
    size = dims(of.size)
    cut = say("scaled to cover {size}, cut to it round the middle", size=size)
    if of.crop < 1:
        cut = say(
            "scaled so that {size} are {share} % of what would cover it, cut to them round the middle",
            size=size,
            share=f"{100 * of.crop:.4g}",
        )
    values = {"mean": _numbers(of.mean), "std": _numbers(of.std), "how": of.interpolation}
    made = say("{how}; / 255, minus {mean}, by {std}", **values)
    source = say("from {source}", source=say(of.source)) if of.source else say("assumed: ImageNet's")
    return f"{cut}, {made} ({source})"


def _numbers(values: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{value:g}" for value in values) + ")"


def weights(of: Weights, design: Design) -> str:
    """Where the weights are from, and how they were carried over."""
    if not of.file:
        return say("none: all of them start at random (seed {seed})", seed=of.seed)
    told = f"{of.file} (sha256 {of.sha256[:12]}…)" if of.sha256 else of.file
    if of.policy:
        source = title(of.design or design)
        told += say("; {title}, carried over as by `inspector adapt --policy {policy}`", title=source, policy=of.policy)
        told += f": {say(POLICIES[of.policy])}"
    return told


def caveats(heat: Heat) -> list[str]:
    """What a picture of the map would not tell, the weightiest first: what speaks against it, then what was done."""
    return [*warnings(heat), *carried(heat.weights)]


def warnings(heat: Heat) -> Iterator[str]:
    """What speaks against the map: weights that start at random, no evidence, one cell."""
    of = heat.weights
    if not of.file:
        yield say("the weights are random: this map means nothing but that the network runs")
    elif of.random:
        yield some(
            len(of.random),
            "{n} of {all} tensors starts at random, {names}: so does a part of this map",
            "{n} of {all} tensors start at random, {names}: so does a part of this map",
            all=of.tensors,
            names=first_of(of.random),
        )
        if "fc.weight" in of.random:
            yield say("fc is random, so the class and what speaks for it are: this map means nothing")
    yield from _of_map(heat)


def carried(of: Weights) -> Iterator[str]:
    """What was done to the weights, what that takes from them, and what of them is assumed."""
    for obstacle in of.obstacles[:_FEW]:
        yield obstacle.words
    if len(of.obstacles) > _FEW:
        yield some(len(of.obstacles) - _FEW, "… and {n} more like this", "… and {n} more like these")
    if of.promise is not None and of.policy:
        yield say("promised of what was carried over: {promise}", promise=promised(of.promise))
    if of.assumed:
        yield say("not told by the weights' shapes, assumed: {values}", values=first_of(of.assumed))


def _of_map(heat: Heat) -> Iterator[str]:
    network = analyze(heat.design)
    if heat.target.size == (1, 1):
        said = say("the map is 1×1: one cell over the whole picture, which says how much and not where")
        other = larger(network, heat.target.where) if heat.target.where[0] >= FIRST_STAGE else ""
        yield said + (say("; {name} has more positions, and so has a larger input", name=other) if other else "")
    elif heat.is_flat and not heat.is_dark:
        yield say("all positions say the same, so the map does not tell where")
    if heat.is_dark:
        yield say(
            "no position speaks for {name}: what there is, if anything, is against it, and the map is 0 all over",
            name=heat.category.words,
        )
    elif heat.is_flat and heat.normalise == "minmax":
        yield say("its least value is its largest, so from least to largest it is 0 all over")


def ranked(heat: Heat) -> Iterator[str]:
    """The maps of the largest weights, a line each, and whose weights they are."""
    for each in heat.largest:
        yield say(
            "map {n}: weight {weight}, adds {adds} over all positions",
            n=each.number,
            weight=f"{each.weight:+.4g}",
            adds=f"{each.adds:+.4g}",
        )
    if heat.largest and reads_fc(heat):
        height, width = heat.target.size
        yield say(
            "behind this target are the average pool and fc alone: its weights are fc's for the class, divided by {n}",
            n=f"{height}×{width}",
        )


def reads_fc(heat: Heat) -> bool:
    """Whether nothing but the average pool and fc stands behind the target: it is the last block."""
    network = analyze(heat.design)
    last = FIRST_STAGE + 3, len(network.at((FIRST_STAGE + 3,)).node.children) - 1
    return heat.target.where == last
