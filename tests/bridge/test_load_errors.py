"""What load_state_dict says of real checkpoints and models, and what is told of it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping

import pytest
import timm
import torch
import torchvision
from heard import Ears
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import designs, edits
from torch import nn
from torch.nn.utils import prune
from transformers import ResNetConfig, ResNetForImageClassification

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.fields import PRESETS
from inspector.core.design.presets import preset
from inspector.core.mistakes.diagnosis import Diagnosis, diagnose
from inspector.core.network.network import analyze
from inspector.core.weights.state_dict import tensors
from inspector.errors import DesignError

State = Mapping[str, torch.Tensor]
NAMES = [name for name in PRESETS if not name.endswith("_v1")]


def _model(name: str = "resnet50", **changes: object) -> nn.Module:
    with torch.device("meta"):
        return torchvision.models.get_model(name, weights=None, **changes)


def _said(model: nn.Module, state: Mapping[str, object], *, strict: bool = True) -> str:
    with pytest.raises(RuntimeError) as caught:
        model.load_state_dict(dict(state), assign=True, strict=strict)
    return str(caught.value)


def _found(text: str, design: Design | str = "resnet50") -> Diagnosis:
    design = preset(design) if isinstance(design, str) else design
    found = diagnose(text, design)
    assert found is not None
    edit(design, *found.edit.split())
    assert found.why
    assert "  " not in found.why
    return found


def _renamed(state: State, change: Callable[[str], str]) -> State:
    return {change(name): value for name, value in state.items()}


class Wrapped(nn.Module):
    """A network behind an attribute."""

    def __init__(self, name: str, network: nn.Module) -> None:
        super().__init__()
        self.add_module(name, network)


# Names ------------------------------------------------------------------------------------------------------

PREFIXES = ("module.", "backbone.", "model.", "_orig_mod.", "encoder_q.", "net.0.", "wibble.")


@pytest.mark.parametrize("prefix", [*PREFIXES, "module.backbone.", "a.b.c."])
@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_a_prefix_before_the_checkpoint_s_keys_is_taken_off(prefix: str, name: str) -> None:
    model = _model(name)
    found = _found(_said(model, _renamed(model.state_dict(), lambda key: prefix + key)), name)
    assert found.error == f"the checkpoint's keys begin with {prefix}, the model's do not"
    assert f"removeprefix('{prefix}')" in found.why
    assert not found.edit
    assert "num_batches" not in found.why


@pytest.mark.parametrize("attribute", ["module", "backbone", "model", "wibble"])
def test_a_prefix_before_the_model_s_keys_is_not_taken_off_the_checkpoint_s(attribute: str) -> None:
    model = _model("resnet34")
    for wrapped in (Wrapped(attribute, model), Wrapped("module", Wrapped(attribute, model))):
        prefix = next(iter(wrapped.state_dict())).removesuffix("conv1.weight")
        found = _found(_said(wrapped, model.state_dict()), "resnet34")
        assert found.error == f"the model's keys begin with {prefix}, the checkpoint's do not"
        assert f"Load into model.{prefix[:-1]}" in found.why
        assert "removeprefix" not in found.why
        assert not found.edit


def test_a_prefix_is_told_once_and_twice() -> None:
    model = _model("resnet34")
    once, twice = Wrapped("module", model), Wrapped("module", Wrapped("module", model))
    found = _found(_said(twice, once.state_dict()), "resnet34")
    assert found.error == "the model's keys have module. twice, the checkpoint's once"
    assert "Load into model.module" in found.why
    found = _found(_said(once, twice.state_dict()), "resnet34")
    assert found.error == "the checkpoint's keys have module. twice, the model's once"
    assert "Take module. off" in found.why


def test_two_prefixes_are_exchanged() -> None:
    model = _model("resnet34")
    found = _found(_said(Wrapped("model", model), Wrapped("backbone", model).state_dict()), "resnet34")
    assert found.error == "the prefixes of the checkpoint's keys and of the model's differ"
    assert "model.," in found.why
    assert "backbone.:" in found.why


@pytest.mark.parametrize(
    "rest",
    [("epoch", "arch", "best_acc1", "optimizer"), ("args", "lr_scheduler"), ("pytorch-lightning_version", "loops")],
)
@pytest.mark.parametrize("key", ["state_dict", "model", "model_state_dict", "net", "network", "teacher", "my_weights"])
def test_a_file_is_unwrapped(key: str, rest: tuple[str, ...]) -> None:
    model = _model()
    found = _found(_said(model, {**dict.fromkeys(rest, 1), key: model.state_dict()}))
    assert found.error == "the checkpoint was not unwrapped"
    assert f"model.load_state_dict(checkpoint['{key}'])" in found.why
    assert not found.edit


def test_children_of_a_sequential_have_numbers() -> None:
    model = _model("resnet18")
    body = nn.Sequential(*list(model.children())[:-1])
    for one, state in ((model, body.state_dict()), (body, model.state_dict())):
        found = _found(_said(one, state), "resnet18")
        assert found.error == "the checkpoint has other names for the same layers"
        assert "nn.Sequential(*model.children())" in found.why
        assert "The checkpoint has" not in found.why
        assert not found.edit


def test_names_of_another_library_are_named() -> None:
    with torch.device("meta"):
        theirs = ResNetForImageClassification(ResNetConfig())
    ours = _model()
    found = _found(_said(ours, theirs.state_dict()))
    assert "resnet.embedder.embedder.convolution, the model calls conv1" in found.why
    assert "Hugging Face's names on the checkpoint's side" in found.why
    found = _found(_said(theirs, ours.state_dict()))
    assert "What the checkpoint calls conv1, the model calls resnet.embedder.embedder.convolution" in found.why
    assert "The model has Hugging Face's names" in found.why
    assert not found.edit


def test_another_network_altogether_is_none_of_ours() -> None:
    found = _found(_said(_model(), _model("vgg11").state_dict()))
    assert found.error == "the checkpoint has none of the model's names"
    assert "features.0.weight" in found.why
    assert not found.edit


# Heads ------------------------------------------------------------------------------------------------------


def _sequential(*numbers: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Dropout() for _ in range(max(numbers) + 1)]
    for number in numbers:
        layers[number] = nn.Linear(8, 8, device="meta")
    return nn.Sequential(*layers)


def test_a_checkpoint_without_a_head_is_loaded_in_part() -> None:
    model = _model()
    found = _found(_said(model, {key: value for key, value in model.state_dict().items() if not key.startswith("fc.")}))
    assert (found.error, found.name, found.edit) == ("the checkpoint has no head", "fc", "")
    assert "Here strict=False is right" in found.why


@pytest.mark.parametrize("numbers", [(0, 3), (1, 4), (0, 2, 4)])
def test_a_head_of_several_layers_is_built_before_loading(numbers: tuple[int, ...]) -> None:
    plain, other = _model(), _model()
    other.fc = _sequential(*numbers)
    found = _found(_said(plain, other.state_dict()))
    assert found.error == "the checkpoint's head is a Sequential"
    assert f"of {len(numbers)} linear layers ({', '.join(f'fc.{number}' for number in numbers)})" in found.why
    found = _found(_said(other, plain.state_dict()))
    assert found.error == "the model's head is a Sequential"
    assert not found.edit


def test_a_head_behind_a_dropout_is_one_layer() -> None:
    plain, other = _model(), _model()
    other.fc = _sequential(1)
    found = _found(_said(plain, other.state_dict()))
    assert "Its one linear layer is fc.1" in found.why
    assert _found(_said(other, plain.state_dict())).error == "the model's head is a Sequential"


@pytest.mark.parametrize("name", ["linear", "last_linear", "head.fc", "classifier"])
def test_a_head_of_another_name_is_renamed(name: str) -> None:
    model = _model()
    state = _renamed(model.state_dict(), lambda key: key.replace("fc.", f"{name}."))
    found = _found(_said(model, state))
    assert f"Its head is called {name}, the model's fc" in found.why
    assert not found.edit


def test_a_prefix_and_a_head_that_lacks_are_told_together() -> None:
    model = _model()
    state = {f"module.backbone.{key}": value for key, value in model.state_dict().items() if "fc." not in key}
    found = _found(_said(model, state))
    assert "removeprefix('module.backbone.')" in found.why
    assert "strict=False is right, and fc is trained anew" in found.why
    assert found.why.count("No edit of the network is needed.") == 1


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
@pytest.mark.parametrize("classes", [2, 10, 21])
def test_other_classes_are_an_edit_on_either_side(name: str, classes: int) -> None:
    ours, other = _model(name), _model(name, num_classes=classes)
    for model, saved, pair in ((ours, other, (classes, 1000)), (other, ours, (1000, classes))):
        found = _found(_said(model, saved.state_dict()), name)
        assert found.edit == f"num_classes={classes}"
        assert f"is for {pair[0]} classes, the model's for {pair[1]}." in found.why
        assert "strict=False alone does not help" in found.why


# Extras -----------------------------------------------------------------------------------------------------


def test_counters_of_batch_norms_are_harmless() -> None:
    model = _model("resnet101")
    fewer = {key: value for key, value in model.state_dict().items() if not key.endswith("num_batches_tracked")}
    text = "Error(s) in loading state_dict for ResNet:\n\tUnexpected key(s) in state_dict: " + ", ".join(
        f'"{key}"' for key in model.state_dict() if key not in fewer
    )
    found = _found(text, "resnet101")
    assert "which is harmless" in found.error
    assert "strict=False is right here" in found.why
    assert not found.edit


def test_counters_of_thop_are_harmless() -> None:
    model, counted = _model("resnet18"), _model("resnet18")
    for module in counted.modules():
        module.register_buffer("total_ops", torch.zeros(1))
        module.register_buffer("total_params", torch.zeros(1))
    for one, state in ((model, counted.state_dict()), (counted, model.state_dict())):
        found = _found(_said(one, state), "resnet18")
        assert "thop" in found.error
        assert not found.edit


def test_masks_of_pruning_are_multiplied() -> None:
    model, pruned = torchvision.models.resnet18(), torchvision.models.resnet18()
    for module in pruned.modules():
        if isinstance(module, nn.Conv2d):
            prune.l1_unstructured(module, "weight", 0.2)
    found = _found(_said(model, pruned.state_dict()), "resnet18")
    assert "weight = weight_orig × weight_mask" in found.why
    assert "nothing at" not in found.why
    assert "parametrisation" not in found.why
    found = _found(_said(pruned, model.state_dict()), "resnet18")
    assert "The model is in the midst of torch.nn.utils.prune" in found.why
    assert not found.edit


def test_weights_in_parts_are_told() -> None:
    model, normed = torchvision.models.resnet18(), torchvision.models.resnet18()
    nn.utils.parametrizations.weight_norm(normed.conv1)
    for one, state in ((model, normed.state_dict()), (normed, model.state_dict())):
        found = _found(_said(one, state), "resnet18")
        assert "weights are reparametrised" in found.error
        assert not found.edit
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nn.utils.spectral_norm(model.layer1[0].conv1)
    found = _found(_said(torchvision.models.resnet18(), model.state_dict()), "resnet18")
    assert "spectral_norm" in found.why
    assert "prune" not in found.why


# Other networks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("seresnet50", "squeeze-and-excitation"),
        ("ecaresnet50t", "several convolutions"),
        ("resnet50d", "several convolutions"),
        ("resnet26t", "several convolutions"),
        ("res2net50_26w_4s", "Res2Net"),
        ("resnest14d", "several convolutions"),
        ("skresnet18", "selective kernels"),
        ("gcresnet50t", ""),
        ("legacy_seresnet18", "squeeze-and-excitation"),
    ],
)
def test_another_kind_of_resnet_is_not_edited_into_ours(name: str, word: str) -> None:
    design = "resnet18" if name.endswith("18") else "resnet50"
    with torch.device("meta"):
        theirs = timm.create_model(name)
    ours = _model(design)
    for one, state in ((ours, theirs.state_dict()), (theirs, ours.state_dict())):
        found = _found(_said(one, state), design)
        assert not found.edit
        assert word in f"{found.error} {found.why}"
        assert "stem.planes" not in found.why


def test_segmentation_has_parts_that_are_no_layers() -> None:
    with torch.device("meta"):
        network = torchvision.models.segmentation.fcn_resnet50(weights=None, weights_backbone=None, aux_loss=True)
        other = torchvision.models.segmentation.fcn_resnet50(
            weights=None, weights_backbone=None, aux_loss=True, num_classes=2
        )
        bare = torchvision.models.segmentation.fcn_resnet50(weights=None, weights_backbone=None, aux_loss=False)
    found = _found(_said(other, network.state_dict()))
    assert "classifier.4 is no layer of the ResNet" in found.error
    assert "Its outputs differ, 21 and 2" in found.why
    found = _found(_said(bare, network.state_dict()))
    assert "the auxiliary head" in found.why
    assert "strict=False passes over" in found.why
    assert not found.edit


def test_what_stands_behind_has_the_width_that_it_was_built_for() -> None:
    with torch.device("meta"):
        model, saved = (nn.ModuleDict({"decoder": nn.Conv2d(channels, 48, 1)}) for channels in (64, 256))
    found = _found(_said(model, saved.state_dict()), "resnet34")
    assert "decoder is no layer of the ResNet" in found.error
    assert "The checkpoint's has 256 inputs: what conv2_x of bottlenecks ends in." in found.why
    assert "The model's has 64 inputs: what conv2_x of basic blocks ends in." in found.why
    assert not found.edit


# Shapes -----------------------------------------------------------------------------------------------------


def _shapes(design: Design) -> dict[str, tuple[int, ...]]:
    return dict(tensors(analyze(design)))


@pytest.mark.parametrize("saved", NAMES)
@pytest.mark.parametrize("model", ["resnet18", "resnet34", "resnet50", "resnext50_32x4d"])
def test_a_preset_s_checkpoint_is_named_or_made(model: str, saved: str) -> None:
    if model == saved:
        return
    text = _said(_model(model), _model(saved).state_dict())
    found = _found(text, model)
    assert found == _found(text, model)
    if found.edit:
        assert _shapes(edit(preset(model), *found.edit.split())) == _shapes(preset(saved))
        assert found.path.startswith("layer")
        assert found.name
    else:
        assert f"Build {saved} to load it." in found.why
    assert len(found.edit.split()) <= 4


@pytest.mark.parametrize(
    ("design", "edited"),
    [
        ("resnet18", "input.channels=1 stem.kernel=3"),
        ("resnet50", "input.channels=4 stem.kernel=3 stem.planes=32"),
        ("resnet50", "conv5_3.conv3=1024 num_classes=10"),
        ("resnet50", "conv5_x.planes=256 num_classes=10"),
        ("resnet34", "block=bottleneck"),
        ("resnet101", "block=basic"),
        ("resnet50", "conv2_x.blocks=2 conv3_x.blocks=3"),
        ("resnet50", "conv*_x.width_per_group=128"),
        ("resnet50", "conv3_2.conv1=96 conv3_2.conv2=80"),
    ],
)
def test_several_edits_are_found_again(design: str, edited: str) -> None:
    before, after = preset(design), edit(preset(design), *edited.split())
    ours, other = build(before, "meta"), build(after, "meta")
    for model, saved in ((other, ours), (ours, other)):
        found = _found(_said(model, saved.state_dict()), before)
        assert _shapes(edit(before, *found.edit.split())) == _shapes(after), found.edit


@settings(max_examples=40)
@given(st.data())
def test_an_edit_that_is_told_gives_the_shapes_that_it_is_told_to_give(data: st.DataObject) -> None:
    design = data.draw(designs(widest=10, largest=40))
    try:
        edited = edit(design, data.draw(edits(design)))
    except DesignError:
        assume(False)
    assume(_shapes(design) != _shapes(edited) and design.num_classes and edited.num_classes)
    assume(design.norm == edited.norm)
    text = _said(build(edited, "meta"), build(design, "meta").state_dict())
    found = _found(text, design)
    if found.edit and found.is_whole and found.error == "the checkpoint has other shapes":
        assert _only(text, _shapes(edit(design, *found.edit.split()))) == _only(text, _shapes(edited))


def _only(text: str, shapes: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The shapes of the tensors that a text names."""
    names = set(re.findall(r"[\w.]+", text))
    return {name: shape for name, shape in shapes.items() if name in names and name.endswith(".weight")}


# Every sentence with numbers --------------------------------------------------------------------------------


def _dims(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("×")))


def test_every_shape_that_is_told_is_the_tensor_s() -> None:
    ears = Ears()
    for model, saved in (("resnet50", "resnet34"), ("resnet18", "resnext50_32x4d"), ("resnet50", "resnet101")):
        text = _said(_model(model), _model(saved).state_dict())

        def said(text: str = text, model: str = model) -> str:
            return _found(text, model).why

        for heard in ears.listen(said):
            if heard.text == "The checkpoint has {saved} at {place}, the model {model}.":
                path = analyze(preset(saved)).find(heard.values["place"]).path
                for which, name in (("saved", saved), ("model", model)):
                    own = _shapes(preset(name)).get(f"{path}.weight")
                    told = heard.values[which]
                    assert _dims(told) == own if "×" in told else (own is None) == (told == "nothing")
            if heard.text == "The checkpoint has the shapes of {preset}, the model is {design}.":
                assert (heard.values["preset"], heard.values["design"]) == (saved, model)
