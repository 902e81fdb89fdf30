"""A number that a tool or a paper gives -> the counting, unit and design that it is one of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import log
from typing import NamedTuple

from inspector.core.design.design import Design
from inspector.core.design.differences import called
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.measures.counting import CONVENTIONS, count, terms
from inspector.core.mistakes.answer import Diagnosis
from inspector.core.network.network import analyze
from inspector.core.network.node import Node, distinct
from inspector.core.network.tree import HEAD
from inspector.core.units import dims, exact
from inspector.errors import DesignError
from inspector.speech import later, say

_LONGEST = 400
_WORDS = frozenset(
    [
        "gmac",
        "gmacs",
        "mmac",
        "mmacs",
        "mac",
        "macs",
        "gflops",
        "gflop",
        "mflops",
        "mflop",
        "flops",
        "flop",
        "kmac",
        "g",
        "m",
        "k",
        "b",
        "t",
        "gi",
        "mi",
        "params",
        "param",
        "parameters",
        "parameter",
        "trainable",
        "non",
        "nontrainable",
        "total",
        "and",
        "mult",
        "mults",
        "adds",
        "add",
        "madds",
        "multadds",
        "multiply",
        "multiplies",
        "million",
        "billion",
        "of",
        "the",
        "has",
        "have",
        "is",
        "are",
        "model",
        "models",
        "size",
        "computational",
        "complexity",
        "number",
        "mb",
        "gb",
        "mib",
        "gib",
        "kb",
        "kib",
        "bytes",
        "byte",
        "for",
        "with",
        "thop",
        "ptflops",
        "fvcore",
        "torchinfo",
        "calflops",
        "input",
        "units",
        "gigabytes",
        "megabytes",
        "giga",
        "mega",
        "in",
        "forward",
        "pass",
        "a",
        "it",
        "says",
        "said",
        "backward",
        "network",
        "estimated",
        "about",
        "approximately",
        "ca",
        "weights",
        "gmadds",
        "gops",
        "resnet",
        "torchvision",
        "keras",
        "s",
    ]
    + [name.partition("_")[0] for name in PRESETS]
)
"""What may stand beside a number that is asked about."""
_NUMBER = re.compile(r"(?<![\w.,])([0-9][0-9,_]{0,30}+(?:\.[0-9]{1,12}+)?+)")
_UNIT = re.compile(r" ?(?:([kKMGTB])(?=i?B?\b|Macs?\b|MACs?\b|FLOP|flop|OPs|MAdd|madd)|(million|billion)\b)(i?B\b)?+")
_POWERS = {"k": 1, "K": 1, "M": 2, "G": 3, "T": 4, "B": 3, "million": 2, "billion": 3}
_CLASSES = (1000, 10, 100, 2, 1, 200, 21, 101, 365, 20, 5, 3, 4, 21841)
"""Numbers of classes that people train for, the commonest first."""
_MOST_CLASSES = 65_536
_BINARY_BASE = 1024
_TOLD = 3
"""Matches that are told."""


class Asked(NamedTuple):
    """A number as it is written: its digits, how many of them stand behind the point, the power of its unit."""

    text: str
    value: float
    decimals: int
    power: int
    of: str

    @property
    def is_exact(self) -> bool:
        """Whether every digit is given."""
        return self.power == 0 and self.decimals == 0

    def fits(self, amount: int, base: int) -> bool:
        """Whether an amount is this number in its unit, rounded as it is printed."""
        return bool(abs(amount / base**self.power - self.value) <= 0.5 * 10.0**-self.decimals * (1 + 1e-9))

    def is_cut(self, amount: int, base: int) -> bool:
        """Whether it is so cut off instead of rounded."""
        return bool(0 <= amount / base**self.power - self.value < 10.0**-self.decimals)


class Amount(NamedTuple):
    """Something that is counted of a design: how many there are, which counting it is, the edit that leads there."""

    amount: int
    what: str
    design: Design
    of: str
    edit: str = ""
    tools: tuple[str, ...] = ()


def asked(text: str) -> list[Asked]:
    """The numbers that are asked about in a text of a few words; none where it is about anything else."""
    if len(text) > _LONGEST:
        return []
    words = re.findall(r"[a-z]{1,40}", re.sub(r"\b(?:wide_)?resne(?:x)?t[0-9]{1,3}\w{0,12}", " ", text.lower()))
    if any(word not in _WORDS for word in words):
        return []
    found = [each for clause in re.split(r"\n|;|, (?=[^0-9]|[0-9])| and | \| ", text) for each in _asked_in(clause)]
    is_number = any(each.power or each.of or each.value >= 10_000 for each in found)
    return [each for each in found if each.value > 0][:4] if is_number else []


def _asked_in(clause: str) -> Iterator[Asked]:
    words = clause.lower()
    match = _NUMBER.search(clause)
    if match is None:
        return
    digits = match[1].rstrip(",_")
    try:
        value = float(digits.replace(",", "").replace("_", ""))
    except ValueError:
        return
    unit = _UNIT.match(clause, match.end())
    power = _POWERS[unit[1] or unit[2]] if unit else 3 if "giga" in words or "(g)" in words else 0
    power = 2 if not power and ("mega" in words or "(m)" in words) else power
    is_bytes = bool(unit and unit[3]) or "bytes" in words.replace("gigabytes", "").replace("megabytes", "")
    end = unit.end() if unit else match.end()
    word = re.match(r"\w{0,12}", clause[end:])
    written = clause[match.start() : end + (word.end() if word else 0)].strip(" :,.")
    yield Asked(written, value, len(digits.partition(".")[2]), power, "bytes" if is_bytes else _of(words))


def _of(words: str) -> str:
    """What a number is one of, by the words beside it."""
    if "non" in words and "trainable" in words:
        return "fixed"
    if "param" in words or "trainable" in words or "weights" in words:
        return "params"
    return "cost" if any(word in words for word in ("mac", "flop", "mult", "madd", "gops")) else ""


def looked_up(text: str, design: Design) -> Diagnosis | None:
    """What the numbers in a text are of a design, or else of a preset; None where it is about no number."""
    numbers = asked(text)
    if not numbers:
        return None
    told: list[str] = []
    edits: list[str] = []
    for number in numbers:
        matches = _matches(number, design)
        told += _told(number, matches, text) if matches else [_nearest(number, design)]
        edits += [match.amount.edit for match in matches[:1] if match.amount.of != "fixed"]
    names = ", ".join(number.text for number in numbers)
    words = say("what {number} is", number=names)
    return Diagnosis(words, "", "", " ".join(dict.fromkeys(told)), next(filter(None, edits), ""), topic="counting")


class Match(NamedTuple):
    """An amount that is such a number, in powers of `base`; `is_cut` where its digits are cut off, not rounded."""

    amount: Amount
    base: int
    is_cut: bool = False

    @property
    def group(self) -> tuple[str, int, bool]:
        """What is told in one sentence: the same design, written in the same way."""
        return f"{called(self.amount.design)} {self.amount.of == 'cost'}", self.base, self.is_cut


def _matches(number: Asked, design: Design) -> list[Match]:
    """The amounts that are such a number, the design's own first; those of presets only where it has none."""
    is_binary = bool(number.power) and "billion" not in number.text and "million" not in number.text
    for designs in (_own(design), _presets(design)):
        amounts = [each for each in designs if number.of in ("", each.of)]
        found = [Match(each, 1000) for each in amounts if number.fits(each.amount, 1000)]
        if not found:
            found = [Match(each, 1000, is_cut=True) for each in amounts if number.is_cut(each.amount, 1000)]
            found += [
                Match(each, _BINARY_BASE) for each in amounts if is_binary and number.fits(each.amount, _BINARY_BASE)
            ]
        if not found and any(each.design == design for each in amounts):
            found = [Match(each, 1000) for each in _solved(number, design)]
        if found:
            return found
    return []


def _own(design: Design) -> Iterator[Amount]:
    """What is counted of a design, as it is, as the paper's v1, and for other classes."""
    yield from _counted(design, "")
    for change in ("stride_on=conv1", "stride_on=conv2"):
        if design.block == "bottleneck":
            yield from _edited(design, change)
    for classes in _CLASSES:
        yield from (each for each in _edited(design, f"num_classes={classes}") if each.of != "bytes")
    yield from _without_head(design)


def _edited(design: Design, change: str) -> Iterator[Amount]:
    try:
        other = edit(design, change)
    except DesignError:
        return
    if other != design:
        is_other_cost = change.startswith("stride_on")
        yield from (each for each in _counted(other, change) if (each.of == "cost") == is_other_cost)


def _without_head(design: Design) -> Iterator[Amount]:
    head = analyze(design).root.children[HEAD].params
    if head:
        yield Amount(analyze(design).params - head, say("parameters without fc"), design, "params")


def _presets(design: Design) -> Iterator[Amount]:
    """The same of every other preset, on images of the design's size."""
    for name in PRESETS:
        other = preset(name)
        try:
            sized = edit(other, "input=" + ",".join(map(str, design.input)))
        except DesignError:
            continue
        if other.base != design.base:
            yield from _counted(sized, "")


def _counted(design: Design, change: str) -> Iterator[Amount]:
    """What tools count of one design."""
    network = analyze(design)
    costs = count(network)
    for name, convention in CONVENTIONS.items():
        what = say("{unit} ({tool})", unit=say(convention.unit), tool=say(convention.tool))
        yield Amount(costs[name], what, design, "cost", change, (name.partition("-")[0],))
    fixed = terms(network.root).norm_params // design.input[0]
    biases = _filters(network.root)
    yield from (
        Amount(amount, say(what, n=exact(biases)) if "{n}" in what else say(what), design, of, change)
        for amount, what, of in (
            (network.params, _PARAMS, "params"),
            (network.params + biases, _KERAS, "params"),
            (network.params + biases + fixed, _KERAS_ALL, "params"),
            (network.params + fixed, _WITH_STATISTICS, "params"),
            (fixed, _STATISTICS, "fixed"),
            (4 * network.params, _BYTES, "bytes"),
            (4 * (network.params + fixed), _BYTES_IN_ALL, "bytes"),
        )
    )


def _filters(node: Node) -> int:
    """The filters of all convolutions below a node: as many biases they would have."""
    total = 0
    for child, times in distinct(node.children):
        is_convolution = bool(child.weight) and len(child.weight or ()) == 4
        total += times * (child.output[1] if is_convolution else _filters(child))
    return total


def _solved(number: Asked, design: Design) -> Iterator[Amount]:
    """The number of classes for which a design has exactly so many parameters."""
    if not number.is_exact or number.of not in ("", "params"):
        return
    one, two = (analyze(edit(design, f"num_classes={classes}")).params for classes in (1, 2))
    classes, rest = divmod(int(number.value) - one, two - one)
    if not rest and 0 <= classes < _MOST_CLASSES:
        change = f"num_classes={classes + 1}"
        yield Amount(int(number.value), say(_PARAMS), edit(design, change), "params", change)


def _told(number: Asked, matches: list[Match], text: str) -> Iterator[str]:
    """The amounts in words, those of one design together: which counting each is, and in which unit it is so."""
    groups = list(dict.fromkeys(match.group for match in matches))
    for group in groups[: 1 if number.is_exact or matches[0].amount.of == "fixed" else 2]:
        first = next(match for match in matches if match.group == group)
        own = [match.amount for match in matches if match.group == group]
        named = [each for each in own if any(tool in text.lower() for tool in each.tools)]
        amounts = {each.what: each for each in (*named, *own)}
        told = [say("{amount} {what}", amount=exact(each.amount), what=each.what) for each in amounts.values()]
        values = {
            "number": number.text,
            "amounts": say("; or ").join((list(amounts) if number.is_exact else told)[:_TOLD]),
            "design": called(first.amount.design),
            "input": dims(first.amount.design.input),
        }
        yield say(_OF_IMAGE if first.amount.of == "cost" else _IS, **values)
        if first.base == _BINARY_BASE:
            yield say(_BINARY, unit=f"{_BINARY_BASE}{_SUPER[number.power]}")
        if first.is_cut:
            yield say("Its digits are cut off there, not rounded.")


def _nearest(number: Asked, design: Design) -> str:
    """What comes nearest where no counting gives a number."""
    wanted = number.value * 1000.0**number.power
    amounts = [each for each in _own(design) if number.of in ("", each.of) and each.amount]
    amounts = amounts or [each for each in _own(design) if each.amount]
    near = min(amounts, key=lambda each: abs(log(each.amount / wanted)))
    return say(
        _NONE,
        number=number.text,
        design=called(design),
        amount=exact(near.amount),
        what=near.what,
        of=called(near.design),
    )


_SUPER = {1: "", 2: "²", 3: "³", 4: "⁴"}
_KERAS = later("trainable parameters in Keras, whose convolutions have biases ({n})")
_PARAMS = later("parameters")
_KERAS_ALL = later("parameters in all in Keras, biases of convolutions and running statistics among them")
_WITH_STATISTICS = later("parameters and running statistics")
_STATISTICS = later("running means and variances of batch norms, which Keras calls non-trainable")
_BYTES = later("bytes of parameters in float32")
_BYTES_IN_ALL = later("bytes of parameters and running statistics in float32")
_OF_IMAGE = later("{number} of {design} at {input}: {amounts}.")
_IS = later("{number} of {design}: {amounts}.")
_BINARY = later("It is counted in units of {unit}, not in a power of 1000.")
_NONE = later("No counting of {design} gives {number}, nor of another preset; the nearest is {amount} {what}, of {of}.")
