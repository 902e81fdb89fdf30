"""What is said of measured time: under which conditions, how far it can be trusted, and what MACs do not tell."""

from __future__ import annotations

from inspector.core.measures.latency import QUIET, Conditions, Timing, sorts
from inspector.core.network.kinds import KINDS
from inspector.core.units import dims, exact
from inspector.speech import later, say, some

RANDOM = later("random weights and a random input, eval mode, without gradients")
"""What is run."""


def conditions(of: Conditions) -> tuple[str, ...]:
    """What computed and how, and how often, a line each."""
    setup = of.setup
    layout = say("channels_last (NHWC)") if setup.channels_last else say("contiguous (NCHW)")
    threads = some(setup.threads, "{n} thread", "{n} threads")
    cores = some(of.cores, "{n} core", "{n} cores")
    runs = some(setup.runs, "{n} run", "{n} runs")
    on = say("{threads} on {cores}", threads=threads, cores=cores) if setup.device == "cpu" else setup.device
    how = ", ".join((of.processor, on, setup.dtype, layout, f"torch {of.torch}"))
    often = say("medians of {runs}, after {n} to warm up", runs=runs, n=setup.warm_up)
    if of.load is None:
        return how, often
    return how, f"{often}; {say('in the minute before the load was {load}', load=f'{of.load:.2f}')}"


def shape(of: Conditions) -> str:
    """What went in."""
    return say("input {size}", size=dims(of.input))


def noise(timing: Timing) -> str:
    """That a machine was not quiet; an empty string where it was."""
    if timing.is_quiet:
        return ""
    return say(
        "not quiet: the middle half of the runs spreads over {spread} % of the median, more than {most} %; "
        "measure again while nothing else runs, or with fewer threads",
        spread=f"{100 * timing.whole.relative:.1f}",
        most=f"{100 * QUIET:.0f}",
    )


def peak(timing: Timing) -> str:
    """The bytes of feature maps at the worst moment, measured and computed."""
    of = timing.peak
    values = {"measured": exact(of.measured), "computed": exact(of.computed)}
    if of.is_allocator:
        return say(
            "{measured} bytes beside the weights, by the device's allocator, with workspaces; "
            "{computed} of feature maps computed",
            **values,
        )
    if of.measured == of.computed:
        return say("{measured} bytes of feature maps, measured and computed", **values)
    return say("{measured} bytes of feature maps measured, {computed} computed", **values)


def costless(timing: Timing) -> str:
    """What takes time though it has no MACs, the longest first; an empty string where nothing does."""
    found = [each for each in sorts(timing) if not each.macs and each.seconds > 0]
    if not found:
        return ""
    return say(
        "without MACs: {share} % of the time ({what})",
        share=percent(sum(each.share for each in found)),
        what="; ".join(
            say("{what} {share} %", what=say(KINDS[each.kind].title), share=percent(each.share)) for each in found
        ),
    )


def slowest(timing: Timing) -> str:
    """The operation that takes longest, and its MACs, which may be none."""
    most = max(timing.operations, key=lambda each: each.seconds.median)
    values = {"name": most.name, "share": percent(most.share)}
    if not most.macs:
        return say("the slowest layer is {name}: {share} % of the time, and no MACs", **values)
    part = percent(most.macs / timing.layers.macs)
    return say("the slowest layer is {name}: {share} % of the time, {part} % of the MACs", **values, part=part)


def left(timing: Timing) -> str:
    """What of the run is no layer's, and how the residual sums are timed."""
    said = say(
        "{left} ms are no layer's: Python's own between them, and the hooks'", left=milliseconds(timing.left.median)
    )
    return f"{said}; {say('a residual add is what passes between the modules before and behind it')}"


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds, to the microsecond: 0.0228 → "22.800"."""
    return f"{1000 * seconds:.3f}"


def percent(share: float) -> str:
    """A share in percent, with one decimal: 0.123 → "12.3", and "<0.1" for what is less than half of that."""
    return "<0.1" if 0 < share < 0.0005 else f"{100 * share:.1f}"
