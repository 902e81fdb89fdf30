"""Which ResNet a file of weights is of."""

from __future__ import annotations

import timeit
from collections.abc import Mapping

import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from renaming import contents, renamed, turned

from inspector.core.design.design import Design, Stem
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.file import differences
from inspector.core.design.presets import preset
from inspector.core.network.network import analyze
from inspector.core.units import Dims
from inspector.core.weights.checkpoint import Checkpoint, Head, chosen, strangers, title, words
from inspector.core.weights.fitting import fitting
from inspector.core.weights.recognise import recognise
from inspector.core.weights.schemes import SCHEMES, Scheme
from inspector.core.weights.state_dict import tensors
from inspector.core.weights.table import Contents, Table
from inspector.errors import WeightsError

PREFIXES = ("", "module.", "model.backbone.", "_orig_mod.module.", "a.b-c/", "student.0.", "backbone.body.")


@given(
    strategies.designs(),
    st.sampled_from(SCHEMES),
    st.sampled_from(PREFIXES),
    st.sampled_from([(), ("state_dict",), ("model", "ema")]),
)
def test_the_tensors_of_any_design_are_those_of_the_design_that_is_recognised(
    design: Design, scheme: Scheme, prefix: str, place: tuple[str, ...]
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


GROUPED = "layer1.0.conv1 in 32 groups: a design has them in a bottleneck's conv2"
FIVE = "5 stages: a design has four"
MASKED = "weights under a pruning mask (torch.nn.utils.prune.remove makes them plain)"
OWN = "a head of its own (fc.weight …)"
RESNET50 = dict(tensors(analyze(preset("resnet50"))))
RESNET18 = dict(tensors(analyze(preset("resnet18"))))


def refusal(shapes: Mapping[str, Dims], take: str = "", **said: object) -> WeightsError:
    with pytest.raises(WeightsError) as caught:
        recognise(contents(shapes, **said), take)
    assert "\n" not in str(caught.value)
    return caught.value


def two(first: str, second: str, *places: tuple[str, ...]) -> Contents:
    """A file with two networks, in one mapping by prefix, or in two by place."""
    if not places:
        return contents({f"{prefix}{name}": shape for prefix in (first, second) for name, shape in RESNET18.items()})
    tables = [
        contents({f"{prefix}{name}": shape for name, shape in RESNET18.items()}, place).tables[0]
        for prefix, place in zip((first, second), places, strict=True)
    ]
    return Contents("zip", tuple(tables))


@pytest.mark.parametrize(
    ("file", "taken", "other"),
    [
        (two("module.encoder_q.", "module.encoder_k."), "module.encoder_q", "module.encoder_k"),
        (two("module.momentum_encoder.", "module.base_encoder."), "module.base_encoder", "module.momentum_encoder"),
        (two("backbone.", "backbone.", ("student",), ("teacher",)), "teacher.backbone", "student.backbone"),
        (two("", "", ("state_dict",), ("state_dict_ema",)), "state_dict_ema", "state_dict"),
        (two("", "module.", ("model",), ("model_ema",)), "model_ema.module", "model"),
        (two("ema_model.", "model."), "ema_model", "model"),
        (two("target_network.", "online_network."), "online_network", "target_network"),
        (two("", "copy."), ".", "copy"),
        (two("", "ema."), "ema", "."),
    ],
)
def test_of_two_networks_one_is_taken_and_the_other_named(file: Contents, taken: str, other: str) -> None:
    found = recognise(file)
    assert (found.take, [each.take for each in found.others]) == (taken, [other])
    assert chosen(found) == f"taken: {_said(taken)}; 1 other network in the file: {_said(other)}"
    assert not found.unknown

    again = recognise(file, other)
    assert (again.take, [each.take for each in again.others]) == (other, [taken])
    assert again.design == found.design

    with pytest.raises(WeightsError, match=r"^no network at nowhere \("):
        recognise(file, "nowhere")


def _said(take: str) -> str:
    return ". (the top)" if take == "." else take


def test_a_network_that_is_alone_needs_no_name() -> None:
    for prefix in ("", "module.", "backbone."):
        found = recognise(contents({prefix + name: shape for name, shape in RESNET18.items()}))
        assert (found.take, found.others) == ("", ())


def test_a_network_is_taken_by_its_place_or_its_prefix() -> None:
    file = two("backbone.", "backbone.", ("student",), ("teacher",))
    assert recognise(file, "student").place == ("student",)
    assert recognise(two("module.encoder_q.", "module.encoder_k."), "module.encoder_k.").prefix == "module.encoder_k."


def test_where_one_of_two_is_no_plain_resnet_the_other_is_taken() -> None:
    odd = {f"ema.{name}": shape for name, shape in RESNET18.items()} | {"ema.layer1.0.se.fc1.weight": (8, 64, 1, 1)}
    found = recognise(contents({**odd, **RESNET18}))
    assert (found.take, [each.take for each in found.others]) == (".", ["ema"])


def test_a_small_part_of_a_network_is_not_taken_for_the_network() -> None:
    part = {f"ema.{name}": shape for name, shape in RESNET18.items() if name.startswith("layer1")}
    assert recognise(contents({**part, **RESNET18})).take == "."


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"layer1.0.se.fc1.weight": (8, 64, 1, 1)}, "squeeze-excite"),
        ({"layer1.0.se.fc.0.weight": (8, 64)}, "squeeze-excite"),
        ({"layer1.0.se_module.fc1.weight": (8, 64, 1, 1)}, "squeeze-excite"),
        ({"layer1.0.se_layer.conv1.conv.weight": (8, 64, 1, 1)}, "squeeze-excite"),
        ({"layer1.0.se.conv.weight": (1, 1, 3)}, "efficient channel attention (ECA)"),
        ({"layer1.0.ca.fc1.weight": (4, 64, 1, 1)}, "channel and spatial attention (CBAM)"),
        ({"layer1.0.bn1.IN.weight": (32,)}, "instance norms beside batch norms (IBN)"),
        ({"layer1.0.prelu.weight": (64,)}, "PReLU"),
        ({"layer1.0.conv1.bias": (64,)}, "convolutions with a bias"),
        ({"layer2.0.downsample.0.bias": (128,)}, "convolutions with a bias"),
        ({"layer1.0.conv1.gain": (64, 1, 1, 1)}, "weights scaled by a gain instead of norms (NF)"),
        ({"layer1.0.conv2.1.filt": (64, 1, 3, 3)}, "an anti-aliasing filter (blur)"),
        ({"layer1.0.conv1.weight_orig": (64, 64, 3, 3), "layer1.0.conv1.weight": None}, MASKED),
        ({"layer1.0.lora.A": (4, 64)}, "1 tensor that no block has (layer1.0.lora.A)"),
        ({"conv1.bias": (64,)}, "a stem convolution with a bias"),
        ({"conv2.weight": (32, 32, 3, 3)}, "a deep stem"),
        ({"conv1.0.weight": (32, 3, 3, 3), "conv1.3.weight": (32, 32, 3, 3), "conv1.weight": None}, "a deep stem"),
        ({"maxpool.0.weight": (64, 64, 3, 3)}, "a convolution in the pool's place"),
        ({"attnpool.q_proj.weight": (512, 512)}, "an attention pool (CLIP)"),
        ({"conv1.weight": None}, "no conv1 in the stem"),
        ({"conv1.weight": (64, 3, 7, 5)}, "a stem of 7×5: a design's kernel is square and odd"),
        ({"conv1.weight": (64, 3, 4, 4)}, "a stem of 4×4: a design's kernel is square and odd"),
        ({"layer1.0.conv1.weight": (64, 64, 3, 3, 3)}, "convolutions in three dimensions: a design's have two"),
        ({"layer1.0.conv1.weight": (64, 64, 3)}, "convolutions in one dimension: a design's have two"),
        ({"layer1.0.conv1.weight": (64, 64, 5, 5)}, "layer1.0.conv1 is 5×5: a design's is 3×3"),
        ({"layer1.0.conv1.weight": (64, 2, 3, 3)}, GROUPED),
        ({"layer1.0.conv1.weight": (64, 63, 3, 3)}, "layer1.0.conv1 takes 63 channels where 64 come"),
        ({"layer1.0.conv3.weight": (64, 64, 1, 1)}, "blocks of two convolutions and of three: a design has one kind"),
        ({"layer2.0.downsample.0.weight": (128, 64, 3, 3)}, "a projection of 3×3 in layer2.0: a design's is 1×1"),
        ({"layer1.1.downsample.0.weight": (64, 64, 1, 1)}, "a projection in layer1.1, where an identity would do"),
        ({"layer2.0.downsample.": None}, "no projection in layer2.0, where 64 channels become 128 (option A)"),
        ({"layer3.": None, "layer4.": None}, "2 stages: a design has four"),
        ({"layer1.": None}, "blocks of layer2, layer3, layer4 alone: a design has layer1 to layer4"),
        ({"layer5.0.conv1.weight": (512, 512, 3, 3), "layer5.0.conv2.weight": (512, 512, 3, 3)}, FIVE),
        ({"layer3.0.": None}, "no tensor of layer3.0, and some of layer3.1"),
        ({"running_": None}, "norms without running statistics (group, layer or instance norm)"),
        ({"bn": None, "downsample.1": None}, "no norms"),
        ({"layer1.0.bn1.bias": (63,)}, "layer1.0.bn1.bias is 63 where it would be 64"),
    ],
)
def test_what_no_design_can_say_is_named(change: dict[str, Dims | None], cause: str) -> None:
    gone = tuple(name for name, shape in change.items() if shape is None)
    shapes = {name: shape for name, shape in RESNET18.items() if not any(each in name for each in gone)}

    error = refusal({**shapes, **{name: shape for name, shape in change.items() if shape is not None}})

    assert error.causes == (cause,)
    assert cause in str(error)


def test_several_causes_are_all_named() -> None:
    shapes = {name: shape for name, shape in RESNET50.items() if "running_" not in name}
    shapes |= {"layer1.0.se.fc1.weight": (16, 256, 1, 1), "conv2.weight": (32, 32, 3, 3)}
    assert str(refusal(shapes)) == (
        "no ResNet that a design can say: squeeze-excite; a deep stem; norms without running statistics"
        " (group, layer or instance norm); its plain tensors are resnet50's"
    )


def test_blocks_of_several_groups_in_a_stage_are_named() -> None:
    shapes = RESNET50 | {"layer1.1.conv2.weight": (64, 2, 3, 3)}
    assert refusal(shapes).causes == ("blocks of 1 and 32 groups in layer1: a stage has one number",)


def test_what_is_no_network_is_said() -> None:
    assert str(refusal({})) == "no tensors"
    assert str(refusal({"exp_avg": (3,)}, place=("optimizer", "state", "0"))) == (
        "an optimizer's state alone; the weights are in another file"
    )
    assert str(refusal({"fc.weight": (10, 512), "conv1.weight": (64, 3, 7, 7)})).startswith(
        "no ResNet by its names: its 2 tensors are"
    )
    assert str(refusal({"x\x1b[31m\n": (1,)})) == r"no ResNet by its names: its 1 tensor is x\x1b[31m\n"


def test_counters_are_told_apart_from_what_is_missing() -> None:
    shapes = {name: shape for name, shape in RESNET18.items() if not name.endswith("num_batches_tracked")}
    found = recognise(contents(shapes))
    assert (found.counters, found.missing, found.design.norm) == (20, (), "batch")
    assert "norm" in {each.address for each in found.assumed}

    del shapes["layer3.1.bn2.running_var"]
    assert recognise(contents(shapes)).missing == ("layer3.1.bn2.running_var",)
    assert "norm" not in {each.address for each in recognise(contents(RESNET18)).assumed}


def test_a_detectors_norms_without_counters_are_frozen() -> None:
    shapes = {f"backbone.body.{name}": shape for name, shape in RESNET50.items() if "num_batches" not in name}
    found = recognise(contents(shapes))
    assert (found.design.norm, found.counters) == ("frozen", 0)


def test_affine_norms_of_caffe2_lack_their_statistics() -> None:
    caffe2 = next(scheme for scheme in SCHEMES if scheme.name == "Caffe2")
    shapes = {renamed(caffe2, name): shape for name, shape in RESNET50.items() if renamed(caffe2, name)}
    shapes = {name: shape for name, shape in shapes.items() if not name.endswith(("_rm", "_riv"))}
    found = recognise(contents(shapes))
    assert (found.design.stride_on, found.design.norm) == ("conv1", "frozen")
    assert set(found.missing) == {name for name in RESNET50 if "running_" in name}


def test_what_is_unknown_is_counted_and_its_like_is_named() -> None:
    found = recognise(
        contents(RESNET18 | {"fc.weigth": (1000, 512), "projector.0.weight": (128, 512), "total_ops": (1,)})
    )
    assert found.unknown == ("fc.weigth", "projector.0.weight", "total_ops")
    assert strangers(found) == (
        "3 tensors are none of its: fc.weigth, projector.0.weight, total_ops; the first is like fc.weight"
    )
    assert strangers(recognise(contents(RESNET18))) == ""


def test_thops_counters_are_harmless() -> None:
    found = recognise(contents(RESNET18 | {"layer1.0.total_ops": (1,), "layer1.0.conv1.total_params": (1,)}))
    assert found.unknown == ("layer1.0.total_ops", "layer1.0.conv1.total_params")


@pytest.mark.parametrize(
    ("fc", "head", "says"),
    [
        ({"fc.weight": (10, 512), "fc.bias": (10,)}, Head(10), "10 classes"),
        ({}, Head(0), "no head"),
        (
            {"fc.0.weight": (512, 512), "fc.2.weight": (128, 512)},
            Head(0, ("fc.0.weight", "fc.2.weight")),
            "a head of its",
        ),
        ({"fc.weight": (10, 1024), "fc.bias": (10,)}, Head(0, ("fc.weight", "fc.bias")), OWN),
        ({"fc.weight": (10, 512)}, Head(0, ("fc.weight",)), OWN),
        ({"fc.weight": (10, 512, 1, 1), "fc.bias": (10,)}, Head(0, ("fc.weight", "fc.bias")), OWN),
        ({"fc.1.weight": (7, 512), "fc.1.bias": (7,)}, Head(7), "7 classes"),
    ],
)
def test_a_head_is_fc_or_is_named(fc: dict[str, Dims], head: Head, says: str) -> None:
    shapes = {name: shape for name, shape in RESNET18.items() if not name.startswith("fc")}
    found = recognise(contents(shapes | fc))
    assert found.head == head
    assert found.design.num_classes == head.classes
    assert says in words(found)
    assert found.unknown == head.others


def test_what_a_config_says_is_taken_from_there() -> None:
    config = (("pretrained_cfg.input_size", "[3, 176, 192]"), ("downsample_in_bottleneck", "true"))
    found = recognise(contents(RESNET50, config=config))
    assert (found.design.input, found.design.stride_on) == ((1, 3, 176, 192), "conv1")
    sources = {each.address: each.source for each in found.assumed}
    assert (sources["input"], sources["stride_on"], sources["stem.pool"]) == ("config.json", "config.json", "")


@pytest.mark.parametrize("size", ["[3, 0, 4]", "[1e9]", "{}", "null", "[99999, 99999]", "x", "\ud800"])
def test_a_config_that_says_nonsense_is_passed_over(size: str) -> None:
    assert recognise(contents(RESNET50, config=(("input_size", size),))).design == preset("resnet50")


def test_a_file_that_says_it_is_another_network_is_refused() -> None:
    error = refusal(RESNET50, said=(("arch", "resnetblur50"),))
    assert error.causes == ("resnetblur50, as is said of it, is anti-aliased",)
    assert recognise(contents(RESNET18, said=(("arch", "resnetblur50"),))).design.base == "resnet18"


def test_a_config_of_another_network_is_passed_over() -> None:
    config = (("downsample_in_bottleneck", "true"), ("depths", "[3, 4, 6, 3]"), ("hidden_sizes", "[256,512,1024,2048]"))
    assert recognise(contents(RESNET50, config=config)).design.stride_on == "conv1"
    for key, value in (("depths", "[3, 4, 23, 3]"), ("hidden_sizes", "[64]")):
        other = ((key, value), config[0])
        assert recognise(contents(RESNET50, config=other)).design.stride_on == "conv2"


@pytest.mark.parametrize("first", [2, 3, 4])
def test_children_of_a_sequential_without_a_pool_or_an_activation(first: int) -> None:
    stem = {"conv1": "0", "bn1": "1"}
    shapes = {}
    for name, shape in RESNET18.items():
        child, _, rest = name.partition(".")
        number = stem.get(child) or str(int(child[5:]) - 1 + first) if child != "fc" else "9"
        shapes[f"net.{number}.{rest}"] = shape

    found = recognise(contents(shapes))

    assert (found.scheme, found.prefix, found.design) == ("nn.Sequential", "net.", preset("resnet18"))


def test_what_is_assumed_can_be_set() -> None:
    for shapes in (RESNET18, RESNET50):
        found = recognise(contents(shapes))
        for each in found.assumed:
            if each.address:
                value = each.value
                text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()
                assert edit(found.design, f"{each.address}={text}") == found.design
            assert each.why


def test_a_small_stem_is_for_small_images() -> None:
    shapes = RESNET18 | {"conv1.weight": (64, 3, 3, 3)}
    found = recognise(contents(shapes)).design
    assert (found.stem, found.input) == (Stem(kernel=3, stride=1, pool=False), (1, 3, 32, 32))


def test_a_projection_between_equal_channels_strides() -> None:
    shapes = RESNET18 | {
        "layer1.0.downsample.0.weight": (64, 64, 1, 1),
        **{f"layer1.0.downsample.1.{name}": (64,) for name in ("weight", "bias", "running_mean", "running_var")},
        "layer1.0.downsample.1.num_batches_tracked": (),
    }
    assert recognise(contents(shapes)).design.conv2_x.stride == 2


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("resnet50", "ResNet-50, torchvision's names, 1000 classes, 320 tensors, F32"),
        ("wide_resnet50_2", "Wide ResNet-50-2, torchvision's names, 1000 classes, 320 tensors, F32"),
        ("resnext101_64x4d", "ResNeXt-101 64×4d, torchvision's names, 1000 classes, 626 tensors, F32"),
    ],
)
def test_a_preset_is_called_by_its_name(name: str, says: str) -> None:
    assert words(recognise(contents(tensors(analyze(preset(name)))))) == says


def test_other_networks_are_called_by_their_numbers() -> None:
    design = edit(preset("resnet50"), "conv*_x.blocks=2")
    assert title(design) == "ResNet-26 (blocks 2-2-2-2)"
    assert title(edit(design, "width=0.125")) == "a bottleneck ResNet, blocks 2-2-2-2, planes 8/16/32/64"
    assert title(edit(preset("resnet18"), "width=0.5")) == "a ResNet of basic blocks, 2-2-2-2, planes 32/64/128/256"
    assert title(edit(preset("resnext50_32x4d"), "conv4_x.blocks=7")) == "ResNeXt-53 32×4d (blocks 3-4-7-3)"


def test_types_are_counted() -> None:
    plain = contents(RESNET18).tables[0]
    mixed = tuple(structs.replace(each, dtype="F16") if "conv" in each.name else each for each in plain.tensors)
    found = recognise(Contents("safetensors", (Table(mixed),)))
    assert found.dtypes == (("F32", 85), ("F16", 17))
    assert words(found).endswith("F32 and F16")


def test_parts_of_networks_fit_presets() -> None:
    assert fitting({"layer4.2.conv3.weight": (2048, 512, 1, 1)}) == ("resnet50", "resnet101", "resnet152")
    assert fitting({"layer3.22.conv2.weight": (256, 256, 3, 3)}) == ("resnet101", "resnet152")
    assert fitting({"fc.weight": (7, 512), "conv1.weight": (64, 1, 7, 7)}) == ("resnet18", "resnet34")
    assert fitting({"layer1.0.conv2.weight": (128, 4, 3, 3)}) == ("resnext50_32x4d",)
    assert fitting({"layer1.0.conv1.weight": (65, 64, 1, 1)}) == ()


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "resnet50_v1"])
def test_a_design_file_says_little(name: str) -> None:
    found = recognise(contents(tensors(analyze(edit(preset(name), "num_classes=10", "conv5_2.conv2=448")))))
    assert set(differences(found.design)) == {"base", "num_classes", "conv5_x"}
    assert found.design.base == name


def test_time() -> None:
    file = contents(tensors(analyze(preset("resnet152"))))
    recognise(file)
    assert min(timeit.repeat(lambda: recognise(file), number=1, repeat=5)) < 0.06  # 7 ms on a quiet machine


SIZES = st.one_of(st.integers(0, 5), st.sampled_from([64, 128, 65_537, 2**40]))
NAMES = st.sampled_from(
    [*RESNET18, *RESNET50, "layer9.0.conv1.weight", "layers.9.0.conv1.weight", "layer1.999999.conv1.weight", "x"]
)


@given(st.sampled_from([RESNET18, RESNET50]), st.data())
def test_whatever_is_in_a_table_it_is_recognised_exactly_or_refused(
    of: Mapping[str, Dims], data: st.DataObject
) -> None:
    shapes = dict(of)
    for _ in range(data.draw(st.integers(0, 6))):
        name = data.draw(NAMES)
        shapes.pop(name, None)
        if data.draw(st.booleans()):
            shapes[name] = tuple(data.draw(st.lists(SIZES, max_size=5)))
        if data.draw(st.booleans()):
            part = data.draw(NAMES).rpartition(".")[0]
            shapes = {name: shape for name, shape in shapes.items() if part not in name}
    found = outcome(shapes)
    if isinstance(found, str):
        assert found
        assert "\n" not in found
        return
    own = dict(tensors(analyze(found.design)))
    assert {ours: own[ours] for ours, _ in found.names} == {ours: shapes[ours] for ours, _ in found.names}
    assert {ours for ours, _ in found.names} | set(found.unknown) == set(shapes)
    lacks = {name for name in own if name not in dict(found.names)}
    assert lacks == set(found.missing) | {name for name in lacks if name.endswith("num_batches_tracked")}
    assert found.counters == len(lacks) - len(found.missing)


def outcome(shapes: Mapping[str, Dims]) -> Checkpoint | str:
    try:
        return recognise(contents(shapes))
    except WeightsError as error:
        return str(error)


@pytest.mark.parametrize(
    ("renaming", "scheme", "prefix"),
    [
        ((("downsample", "shortcut"), ("fc.", "linear.")), "kuangliu", ""),
        ((("fc.", "last_linear."),), "Cadene", ""),
        ((), "mmpretrain", "backbone."),
        (
            (("layer", "net.layer"), ("conv1", "net.conv1"), ("bn1", "net.bn1"), ("fc.", "net.fc.")),
            "torchvision",
            "net.",
        ),
    ],
)
def test_copies_of_torchvisions_names(renaming: tuple[tuple[str, str], ...], scheme: str, prefix: str) -> None:
    shapes = {}
    for name, shape in RESNET18.items():
        for old, new in renaming:
            if name.startswith(old) or old == "downsample":
                name = name.replace(old, new, 1)  # noqa: PLW2901  # one renaming after another
        if scheme == "mmpretrain":
            name = f"head.{name}" if name.startswith("fc") else f"backbone.{name}"  # noqa: PLW2901
        shapes[name] = shape

    found = recognise(contents(shapes))

    assert (found.scheme, found.prefix, found.head.classes) == (scheme, prefix, 1000)
    assert not found.unknown


def test_keras_own_resnets_have_biases() -> None:
    keras = next(scheme for scheme in SCHEMES if scheme.name == "Keras")
    shapes = {renamed(keras, name): turned(shape) for name, shape in RESNET50.items() if renamed(keras, name)}
    assert recognise(contents(shapes)).design.stride_on == "conv1"
    shapes |= {name.replace("kernel", "bias"): shape[-1:] for name, shape in shapes.items() if "conv/kernel" in name}
    assert refusal(shapes).causes == ("convolutions with a bias", "a stem convolution with a bias")


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("stages.0.blocks.0.conv1.weight", "norms before convolutions (pre-activation: ResNet V2, BiT)"),
        ("bit.encoder.stages.0.layers.0.conv1.weight", "norms before convolutions (pre-activation: ResNet V2, BiT)"),
        (
            "resnet/block1/unit01/a/standardized_conv2d/kernel",
            "norms before convolutions (pre-activation: ResNet V2, BiT)",
        ),
        ("stages.0.0.conv1.gain", "weights scaled by a gain instead of norms (NF)"),
        ("4.0.convpath.0.0.weight", "a deep stem and average-pooled shortcuts (fastai's xresnet)"),
        ("blocks.0.conv0.conv.weight", "blocks that are numbered through all stages (PaddleClas)"),
    ],
)
def test_other_kinds_of_resnets_are_named(name: str, cause: str) -> None:
    assert refusal({name: (64, 64, 1, 1)}).causes == (cause,)


@pytest.mark.parametrize(
    "place", ["optimizer", "optimizers", "optim", "optimizer_states", "lr_scheduler", "gan_optimizer"]
)
def test_an_optimizers_tensors_are_no_weights(place: str) -> None:
    state = contents({f"{name}": shape for name, shape in RESNET50.items()}, (place, "state")).tables[0]
    own = contents(RESNET18, ("optimized_model",)).tables[0]
    assert recognise(Contents("zip", (state, own))).place == ("optimized_model",)
