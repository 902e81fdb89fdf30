"""An error of torch -> what is wrong, where, and the edit of the design that helps, if one does."""

from __future__ import annotations

from msgspec import structs

from inspector.core.design.design import Design
from inspector.core.mistakes.answer import Diagnosis as Diagnosis  # noqa: PLC0414  # whoever diagnoses has it from here
from inspector.core.mistakes.at_fc import at_fc
from inspector.core.mistakes.computed import computed
from inspector.core.mistakes.left_out import beside_edit, left_out, misfit
from inspector.core.mistakes.load_report import LoadReport
from inspector.core.mistakes.outside import another_convolution, outside
from inspector.core.mistakes.passes import by_edit, for_other_classes, nowhere, turned
from inspector.core.mistakes.shape_errors import Forward, read
from inspector.core.network.network import Network, analyze


def diagnose(text: str, design: Design) -> Diagnosis | None:
    """The first error of torch in `text` (a whole traceback, or one line), mapped to `design`; None without one.

    A number that some tool gives ("4.12 GMac") is looked up where that is all there is.
    `text` may be hard-wrapped, indented and coloured. Raises nothing.
    """
    error = read(text)
    if error is None:
        from inspector.core.mistakes.numbers import looked_up

        return looked_up(text, design)
    if isinstance(error, LoadReport):
        from inspector.core.mistakes.load import diagnose_load

        return diagnose_load(error, analyze(design))
    return _forward(error, analyze(design))


def _forward(error: Forward, network: Network) -> Diagnosis:
    """What needs no search first, then the likeliest of the edits that run into the error, then what is left."""
    plain = computed(error, network) or turned(error) or outside(error, network)
    if plain is None and error.kind == "fc":
        plain = at_fc(error, network)
    plain = plain or left_out(error, network)
    if plain is not None:
        return plain
    found = by_edit(error, network.design) or for_other_classes(error, network.design)
    if found is None:
        return misfit(error, network) or another_convolution(error, network) or nowhere(error, network.design)
    more = beside_edit(error, found, network)
    return structs.replace(found, why=f"{found.why} {more}") if more else found
