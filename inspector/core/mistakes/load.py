"""What was said when a checkpoint was loaded, sorted by its keys before any edit of the network is sought."""

from __future__ import annotations

from msgspec import structs

from inspector.core.design.differences import called
from inspector.core.mistakes import load_extras, load_foreign, load_heads, load_names, load_shapes, load_sides
from inspector.core.mistakes.answer import Diagnosis, Finding, together
from inspector.core.mistakes.keys import Key, keyed, shift
from inspector.core.mistakes.load_report import LoadReport, Mismatch
from inspector.core.network.network import Network
from inspector.speech import later, say


def diagnose_load(report: LoadReport, network: Network) -> Diagnosis:
    """The findings about a checkpoint, the one that stands before all others first."""
    alone = load_names.given_model(report) or load_names.unwrapped(report)
    if alone is not None:
        return together([alone])
    report, extras = _without_extras(report)
    moved = shift(report.missing, report.unexpected)
    if moved is not None and 3 * moved.names < 2 * load_names.pairs(keyed(report.missing), keyed(report.unexpected)):
        moved = None  # most names differ in more than what stands before them
    found: list[Finding] = []
    if moved is not None:
        found.append(load_names.doubled(moved, report))
        missing, unexpected = _behind(moved.model, moved.missing), _behind(moved.saved, moved.unexpected)
        twins = [key for key in keyed(unexpected).values() if key.path and key.prefix]
        if twins:
            found.append(load_names.another(twins))
            unexpected = tuple(name for name in unexpected if not name.startswith(twins[0].prefix))
        report = structs.replace(report, missing=missing, unexpected=unexpected)
    elif not report.sizes:
        found += _one_sided(report)
    if moved is not None or not found:
        found += _of_keys(report, network)
    found += extras
    if not found:
        why = say(_NOTHING, design=called(network.design))
        return Diagnosis(say("the checkpoint has other names"), "", "", why, "")
    return together(found)


def _one_sided(report: LoadReport) -> list[Finding]:
    missing, unexpected = keyed(report.missing), keyed(report.unexpected)
    saved = load_names.one_sided(unexpected, missing.values(), is_saved=True)
    model = load_names.one_sided(missing, unexpected.values(), is_saved=False)
    found = [each for each in (saved, model) if each is not None]
    head = load_heads.heads(missing, unexpected) if found else None
    return [*found, head] if head is not None else found


def _of_keys(report: LoadReport, network: Network) -> list[Finding]:
    """What is found in the keys that are left when prefixes and extras are off."""
    both = [size.name for size in report.sizes]
    missing, unexpected = keyed(report.missing, both), keyed(report.unexpected, both)
    sized = keyed(both, (*report.missing, *report.unexpected))
    found: list[Finding | None] = [load_extras.other_network(missing, unexpected)]
    if found[0] is None:
        found.append(load_names.renamed(missing, unexpected))
        if found[-1] is not None:
            missing, unexpected = _unpaired(missing, unexpected), _unpaired(unexpected, missing)
        found.append(load_names.other_names(missing, unexpected))
    pairs = [(sized[size.name], size) for size in report.sizes]
    if found[-1] is None:
        is_other = found[0] is not None
        found += _of_modules(missing, unexpected, pairs, network, was_loaded=report.was_loaded, is_other=is_other)
    return [each for each in found if each is not None]


def _of_modules(  # all that is known
    missing: dict[str, Key],
    unexpected: dict[str, Key],
    pairs: list[tuple[Key, Mismatch]],
    network: Network,
    *,
    was_loaded: bool,
    is_other: bool,
) -> list[Finding | None]:
    """What is found in modules that differ: other shapes, another head, parts that stand beside the network."""
    found: list[Finding | None] = []
    if not is_other:
        of_resnet = load_sides.sides(missing.values(), unexpected.values(), pairs)
        found.append(load_sides.three_stages(of_resnet))
        found.append(load_extras.biases(missing, unexpected) or load_extras.statistics(missing, unexpected))
        if found == [None, None]:
            found.append(load_shapes.shapes(of_resnet, network, was_loaded=was_loaded))
    strangers = [pair for pair in pairs if not pair[0].path]
    found.append(None if is_other else load_foreign.foreign(strangers, network.design))
    is_short = not is_other and found[0] is not None  # three stages: the head is the least of it
    found.append(None if is_short else load_heads.heads(missing, unexpected))
    beside = [[key for key in side.values() if _is_beside(key)] for side in (missing, unexpected)]
    found.append(None if is_other else load_extras.beside(*beside))
    return found


def _is_beside(key: Key) -> bool:
    is_other = load_heads.is_head(key) or load_extras.is_bias(key.name)
    return not key.path and not key.inside and not is_other


def _without_extras(report: LoadReport) -> tuple[LoadReport, list[Finding]]:
    found, explained = load_extras.extras(report.missing, report.unexpected)
    missing, unexpected = (
        tuple(name for name in side if name not in explained) for side in (report.missing, report.unexpected)
    )
    return structs.replace(report, missing=missing, unexpected=unexpected), found


def _behind(prefix: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.removeprefix(prefix) for name in names)


def _unpaired(keys: dict[str, Key], other: dict[str, Key]) -> dict[str, Key]:
    """The keys whose tensors the other side does not have by another name."""
    there = {(key.path, key.tensor) for key in other.values() if key.path}
    return {name: key for name, key in keys.items() if (key.path, key.tensor) not in there}


_NOTHING = later("Nothing in it tells what is wrong with a checkpoint for {design}.")
