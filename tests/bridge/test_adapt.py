"""Weights carried over, on values: what the plan promises is what comes out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import torch
from carrying import EXAMPLES, edited, growths, small_designs, weights
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from inspector.bridge.adapt import Adapted, adapt
from inspector.bridge.build import build
from inspector.bridge.encoding import encoded, renamed
from inspector.bridge.proof import measure
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.weights.draw import NEW
from inspector.core.weights.obstacles import Cost
from inspector.core.weights.plan import InputRule, Plan, Policy, plan
from inspector.core.weights.recognise import recognise
from inspector.core.weights.record import Proof
from inspector.core.weights.spaces import Spaces
from inspector.core.weights.table import Contents, Table, Tensor
from inspector.errors import InputError
from inspector.report.python_code import python_file
from inspector.report.python_weights import Stored

SMALL = edit(
    preset("resnet50"),
    "width=0.125",
    *(f"{stage}.blocks=2" for stage in ("conv2_x", "conv3_x", "conv4_x", "conv5_x")),
    "input=1,3,32,32",
    "num_classes=5",
)
DESIGNS = {
    "small": SMALL,
    "basic": edit(SMALL, "block=basic"),
    "groups": edit(SMALL, "conv4_x.groups=4", "conv5_x.groups=2", "conv4_x.width_per_group=32"),
    "no head": edit(SMALL, "num_classes=0"),
    "frozen": edit(SMALL, "norm=frozen"),
}


def _carried(
    before: Design,
    after: Design,
    policy: Policy,
    values: dict[str, torch.Tensor] | None = None,
    rule: InputRule | None = None,
) -> tuple[Plan, Adapted, Proof]:
    values = weights(before) if values is None else values
    planned = plan(analyze(before), analyze(after), policy, rule)
    done = adapt(values, before, after, planned)
    return planned, done, measure(values, before, done, after, planned)


def _generated(design: Design, values: dict[str, torch.Tensor]) -> torch.nn.Module:
    """The network that the generated file loads, from a file of safetensors and from one of torch's."""
    network = None
    for reader, ending in (("safetensors", "safetensors"), ("torch", "pth")):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"made.{ending}"
            if reader == "torch":
                torch.save({"state_dict": {f"module.{name}": value for name, value in values.items()}}, path)
                stored = Stored(str(path), "torch", ("state_dict",), "module.")
            else:
                path.write_bytes(encoded(values, {}))
                stored = Stored(str(path), "safetensors")
            scope: dict[str, object] = {"__name__": "made"}
            exec(compile(python_file(design, stored), "made.py", "exec"), scope)  # noqa: S102  # what it is for
            network = scope["load"]()  # type: ignore[operator]
        assert all(torch.equal(value, values[name]) for name, value in network.state_dict().items())
    assert network is not None
    return network


def _train(design: Design, values: dict[str, torch.Tensor], shape: tuple[int, ...]) -> torch.Tensor:
    """What a network puts out in train mode, in float64."""
    network = build(design).to(torch.float64)
    network.load_state_dict(values)
    picture = torch.randn(4, *shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    with torch.no_grad():
        return network.train()(picture)


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_growing_keeps_the_outputs(data: st.DataObject) -> None:
    before = data.draw(small_designs())
    after = data.draw(growths(before))
    for dtype, tolerance in ((torch.float64, 1e-12), (torch.float32, 1e-5)):
        planned, _, measured = _carried(before, after, "pad", weights(before, dtype))
        assert measured.computed_in == str(dtype).removeprefix("torch.")
        kinds = {each.kind for each in planned.obstacles}
        if not kinds & {"merged", "groups", "sliced"}:  # an appended block may be narrower than an overridden one
            assert planned.promise.cost <= Cost.TRAIN
            assert measured.difference <= tolerance * measured.scale, planned.obstacles


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_what_is_promised_for_training_holds_there(data: st.DataObject) -> None:
    before = data.draw(small_designs())
    after = data.draw(growths(before))
    values = weights(before)
    planned = plan(analyze(before), analyze(after), "pad")
    if planned.promise.cost == Cost.NOTHING:
        done = adapt(values, before, after, planned)
        old, new = (
            _train(design, tensors, (before.input[1], 40, 40))
            for design, tensors in ((before, values), (after, done.values))
        )
        assert (old - new[:, : old.shape[1]]).abs().max() <= 1e-9 * old.abs().max()


@pytest.mark.parametrize("policy", ["drop", "slice", "pad"])
@settings(max_examples=EXAMPLES)
@given(st.data())
def test_whatever_is_edited_the_generated_file_loads_it_strictly_and_runs(policy: Policy, data: st.DataObject) -> None:
    before = data.draw(small_designs())
    after = data.draw(edited(before))
    values = weights(before, torch.float32)
    kept = {name: value.clone() for name, value in values.items()}
    planned, done, measured = _carried(before, after, policy, values)
    assert all(torch.equal(kept[name], value) for name, value in values.items())
    assert [(each.name, each.shape) for each in planned.carries] == [
        (name, tuple(value.shape)) for name, value in done.values.items()
    ]
    network = _generated(after, done.values)
    with torch.no_grad():
        assert network.eval()(torch.randn(after.input)).isfinite().all()
    if planned.promise.cost <= Cost.TRAIN:
        assert measured.difference <= 1e-5 * measured.scale + 1e-6  # a single output may happen to be near zero
    assert measured.holds(planned.promise, "F32")
    assert all(torch.equal(done.values[each.name], kept[each.name]) for each in planned.carries if each.fate == "same")
    assert sum(planned.fates.values()) == len(done.values)


@pytest.mark.parametrize(
    ("name", "assignments", "cost"),
    [
        ("small", ("conv5_x.planes=80",), Cost.NOTHING),
        ("small", ("conv4_x.expansion=5", "conv3_x.blocks=4"), Cost.NOTHING),
        ("small", ("conv5_x.groups=2",), Cost.NOTHING),
        ("groups", ("conv4_x.width_per_group=64",), Cost.NOTHING),
        ("groups", ("conv4_x.groups=6",), Cost.NOTHING),
        ("groups", ("conv4_x.groups=6", "conv4_x.width_per_group=64"), Cost.NOTHING),
        ("small", ("stem.kernel=9",), Cost.NOTHING),
        ("small", ("input.height=40",), Cost.NOTHING),
        ("small", ("input.channels=5",), Cost.NOTHING),
        ("small", ("num_classes=9", "conv5_x.planes=80"), Cost.NOTHING),
        ("small", ("num_classes=0", "conv5_x.planes=80"), Cost.NOTHING),
        ("no head", ("conv5_x.planes=80",), Cost.NOTHING),
        ("no head", ("conv5_x.planes=80", "num_classes=4"), Cost.NOTHING),
        ("small", ("norm=frozen",), Cost.TRAIN),
        ("frozen", ("norm=batch", "conv5_x.planes=80"), Cost.TRAIN),
        ("frozen", ("conv4_x.blocks=3", "conv5_2.conv3=300", "conv4_x.planes=40"), Cost.TRAIN),
        ("small", ("conv5_2.conv3=300",), Cost.TRAIN),
        ("small", ("conv5_x.blocks=3", "conv5_3.conv3=300"), Cost.TRAIN),
        ("basic", ("stem.planes=24",), Cost.TRAIN),
        ("basic", ("conv2_x.planes=24",), Cost.TRAIN),
    ],
    ids=str,
)
def test_growths_are_exact(name: str, assignments: tuple[str, ...], cost: Cost) -> None:
    before = DESIGNS[name]
    planned, _, measured = _carried(before, edit(before, *assignments), "pad")
    assert planned.promise.cost == cost
    assert measured.compared
    assert measured.difference <= 1e-12 * measured.scale


@pytest.mark.parametrize(
    ("name", "assignments", "kinds"),
    [
        ("small", ("stem.planes=32",), ("merged",)),
        ("small", ("conv3_x.stride=1",), ("stride",)),
        ("small", ("stride_on=conv1",), ("stride",)),
        ("small", ("conv5_x.dilate=true",), ("stride", "dilation")),
        ("small", ("stem.pool=false",), ("pool",)),
        ("small", ("stem.stride=1",), ("stride",)),
        ("small", ("conv4_x.blocks=1",), ("removed",)),
        ("small", ("block=basic",), ("block",)),
        ("groups", ("conv4_x.groups=2", "conv4_x.width_per_group=64"), ("groups",)),
    ],
    ids=str,
)
def test_what_no_policy_can_keep_is_said_before(
    name: str, assignments: tuple[str, ...], kinds: tuple[str, ...]
) -> None:
    before = DESIGNS[name]
    planned, _, measured = _carried(before, edit(before, *assignments), "pad")
    assert set(kinds) <= {each.kind for each in planned.obstacles}
    assert planned.promise.cost == Cost.ALL
    assert measured.difference > 1e-3 * measured.scale


@pytest.mark.parametrize("name", ["small", "basic", "groups"])
@pytest.mark.parametrize("stage", ["conv3_x", "conv4_x", "conv5_x"])
def test_slicing_silent_channels_changes_nothing(name: str, stage: str) -> None:
    before = DESIGNS[name]
    after = edit(before, f"{stage}.planes={before.stage(stage).planes * 3 // 4}")
    values = weights(before)
    planned = plan(analyze(before), analyze(after), "slice")
    first = adapt(values, before, after, planned)
    old = Spaces(analyze(before))
    for (_, source), origin in first.origins.items():
        left_out = [channel for channel in range(old.channels[source]) if channel not in origin]
        for tensor in old.by_name[source].producers if left_out else ():
            if values[tensor].ndim == 1 and tensor.endswith((".weight", ".bias")):
                values[tensor][left_out] = 0.0
    done = adapt(values, before, after, planned)
    assert done.origins == first.origins
    measured = measure(values, before, done, after, planned)
    assert planned.promise.cost == Cost.PART
    assert measured.difference <= 1e-12 * measured.scale


def test_the_strongest_filters_are_kept_in_their_order() -> None:
    after = edit(SMALL, "conv5_2.conv1=3")
    values = weights(SMALL)
    values["layer4.1.conv1.weight"] *= 0.01
    values["layer4.1.conv1.weight"][[40, 7, 21]] *= 1000
    _, done, _ = _carried(SMALL, after, "slice", values)
    assert done.origins["layer4.1.conv1", "layer4.1.conv1"] == (7, 21, 40)
    assert torch.equal(done.values["layer4.1.bn1.bias"], values["layer4.1.bn1.bias"][[7, 21, 40]])
    assert torch.equal(done.values["layer4.1.conv2.weight"], values["layer4.1.conv2.weight"][:, [7, 21, 40]])


@pytest.mark.parametrize(("rule", "channels"), [("sum", 1), ("sum", 4), ("repeat", 6), ("zero", 5), ("repeat", 9)])
def test_other_input_channels_are_exact_where_it_is_said(rule: InputRule, channels: int) -> None:
    planned, _, measured = _carried(SMALL, edit(SMALL, f"input.channels={channels}"), "pad", rule=rule)
    assert planned.promise.cost == Cost.NOTHING
    assert measured.difference <= 1e-12 * measured.scale


@pytest.mark.parametrize("channels", [1, 2, 4, 5, 6, 9])
def test_repeated_and_summed_channels_are_timms(channels: int) -> None:
    models = pytest.importorskip("timm.models")
    values = weights(SMALL)
    rule: InputRule = "sum" if channels == 1 else "repeat"
    _, done, _ = _carried(SMALL, edit(SMALL, f"input.channels={channels}"), "pad", values, rule)
    theirs = models.adapt_input_conv(channels, values["conv1.weight"].float())
    assert torch.allclose(done.values["conv1.weight"].float(), theirs, atol=1e-6)


def test_slice_pads_what_grows_as_pad_does() -> None:
    after = edit(SMALL, "conv5_x.planes=80", "conv4_x.blocks=3", "conv5_2.conv3=400")
    values = weights(SMALL)
    (one, first, _), (other, second, _) = (_carried(SMALL, after, policy, values) for policy in ("slice", "pad"))
    assert one.carries == other.carries
    assert all(torch.equal(first.values[name], second.values[name]) for name in first.values)


def test_an_appended_block_and_a_new_projection_learn() -> None:
    after = edit(SMALL, "conv5_x.planes=80", "conv4_x.blocks=3", "conv5_2.conv3=400")
    _, done, _ = _carried(SMALL, after, "pad")
    network = build(after).to(torch.float64)
    network.load_state_dict(done.values)
    steps = torch.optim.SGD(network.parameters(), lr=1e-3)
    for _ in range(2):
        steps.zero_grad()
        network(torch.randn(4, 3, 32, 32, dtype=torch.float64)).square().sum().backward()
        steps.step()
    assert all(parameter.grad.abs().max() > 0 for parameter in network.parameters())


def test_the_seed_says_what_is_random_and_the_process_has_its_own() -> None:
    after = edit(SMALL, "conv5_x.planes=80")
    planned = plan(analyze(SMALL), analyze(after), "pad")
    values = weights(SMALL)
    state = torch.random.get_rng_state()
    first, again, other = (adapt(values, SMALL, after, planned, seed).values for seed in (1, 1, 2))
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["layer4.0.conv1.weight"], other["layer4.0.conv1.weight"])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_every_tensor_has_the_files_type(dtype: torch.dtype) -> None:
    after = edit(SMALL, "conv5_x.planes=80", "conv4_x.blocks=3", "conv5_2.conv3=400", "input.channels=1")
    _, done, measured = _carried(SMALL, after, "pad", weights(SMALL, dtype))
    assert {value.dtype for value in done.values.values() if value.ndim} == {dtype}
    assert measured.difference <= 0.05 * measured.scale


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("layer1.0.bn1.bias", None, "no such tensor"),
        ("layer1.0.bn1.bias", torch.zeros(3), r"has the shape \[3\]; must be \[8\]"),
        ("layer1.0.bn1.bias", torch.zeros(8, dtype=torch.int8), "floating-point"),
    ],
)
def test_weights_of_another_network_are_refused(name: str, value: torch.Tensor | None, said: str) -> None:
    values = weights(SMALL)
    values = {key: each for key, each in values.items() if key != name} | ({name: value} if value is not None else {})
    with pytest.raises(InputError, match=said):
        _carried(SMALL, SMALL, "pad", values)


def test_values_that_lie_the_other_way_round_are_turned() -> None:
    values = weights(SMALL, torch.float32)
    table = Table(tuple(Tensor(name, tuple(value.shape)) for name, value in values.items()))
    known = structs.replace(recognise(Contents("safetensors", (table,))), is_transposed=True)
    turned = {name: value.permute(2, 3, 1, 0) if value.ndim == 4 else value.t() for name, value in values.items()}
    assert all(torch.equal(value, values[name]) for name, value in renamed(turned, known).items())


def test_a_file_without_num_batches_tracked_gets_zeros() -> None:
    values = {name: value for name, value in weights(SMALL).items() if value.ndim}
    _, done, measured = _carried(SMALL, edit(SMALL, "conv5_x.planes=80"), "pad", values)
    assert all(value == 0 for value in done.values.values() if not value.ndim)
    assert measured.difference <= 1e-12 * measured.scale


def test_drop_keeps_what_fits_alone() -> None:
    planned, done, measured = _carried(SMALL, edit(SMALL, "conv5_x.planes=80"), "drop")
    old = weights(SMALL)
    fitting = [name for name, value in done.values.items() if value.shape == old[name].shape]
    assert planned.fates == {"same": len(fitting), "initialised": len(old) - len(fitting)}
    assert planned.promise.cost == Cost.ALL
    assert measured.difference > 1e-3 * measured.scale
    assert NEW not in {at for origin in done.origins.values() for at in origin}
