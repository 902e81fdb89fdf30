"""Which ResNet a file of weights is of."""

from __future__ import annotations

import strategies
from hypothesis import given
from hypothesis import strategies as st
from renaming import contents, renamed, turned

from inspector.core.design.design import Design
from inspector.core.network.network import analyze
from inspector.core.weights.recognise import recognise
from inspector.core.weights.schemes import SCHEMES
from inspector.core.weights.state_dict import tensors

PREFIXES = ("", "module.", "model.backbone.", "_orig_mod.module.", "a.b-c/", "student.0.", "backbone.body.")


@given(
    strategies.designs(),
    st.sampled_from(SCHEMES),
    st.sampled_from(PREFIXES),
    st.sampled_from([(), ("state_dict",), ("model", "ema")]),
)
def test_the_tensors_of_any_design_are_those_of_the_design_that_is_recognised(
    design: Design, scheme: object, prefix: str, place: tuple[str, ...]
) -> None:
    shapes = dict(tensors(analyze(design)))
    file = {
        name: turned(shape) if scheme.is_transposed else shape
        for own, shape in shapes.items()
        if (name := renamed(scheme, own, prefix))
    }

    found = recognise(contents(file, place))

    counters = {name for name in shapes if name.endswith("num_batches_tracked")}
    own = dict(tensors(analyze(found.design)))
    assert {name: shape for name, shape in own.items() if not name.endswith("num_batches_tracked")} == {
        name: shape for name, shape in shapes.items() if name not in counters
    }
    assert (found.scheme, found.place, found.is_transposed) == (scheme.name, place, scheme.is_transposed)
    assert {theirs for _, theirs in found.names} == set(file)
    assert found.names == tuple(
        (name, renamed(scheme, name, prefix)) for name in own if renamed(scheme, name, prefix) in file
    )
    assert not found.missing
    assert not found.unknown
    assert found.head.classes == design.num_classes
    assert found.counters == sum(name.endswith("num_batches_tracked") for name in own) - len(
        counters & {ours for ours, _ in found.names}
    )
