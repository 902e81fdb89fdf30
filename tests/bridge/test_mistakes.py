from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator

import pytest
import torch
import torchvision
from heard import Ears
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import designs, edits
from torch import nn

from inspector.bridge.build import build
from inspector.core.design.design import Design
from inspector.core.design.edit import edit
from inspector.core.design.presets import preset
from inspector.core.mistakes.by_hand import errors_by_hand
from inspector.core.mistakes.diagnosis import Diagnosis, diagnose
from inspector.core.mistakes.shape_errors import Forward, read
from inspector.core.network.network import Network, analyze
from inspector.errors import DesignError

RESNET50 = edit(preset("resnet50"), "input=1,3,64,64")
Change = Callable[[nn.Module], None]


def _conv(channels: int, filters: int) -> nn.Conv2d:
    return nn.Conv2d(channels, filters, 1, bias=False)


def _set(path: str, module: Callable[[], nn.Module]) -> Change:
    def change(network: nn.Module) -> None:
        network.set_submodule(path, module())

    return change


LAST_CONV3 = _set("layer4.2.conv3", lambda: _conv(512, 1024))
LAST_BN3 = _set("layer4.2.bn3", lambda: nn.BatchNorm2d(1024))
FIRST_CONV3 = _set("layer4.0.conv3", lambda: _conv(512, 1024))
FIRST_BN3 = _set("layer4.0.bn3", lambda: nn.BatchNorm2d(1024))
PROJECTION = _set("layer4.0.downsample.0", lambda: nn.Conv2d(1024, 1024, 1, stride=2, bias=False))
PROJECTION_BN = _set("layer4.0.downsample.1", lambda: nn.BatchNorm2d(1024))


def NEW_PROJECTION(network: nn.Module) -> None:  # noqa: N802  # a step like the others
    network.layer4[2].downsample = nn.Sequential(_conv(2048, 1024), nn.BatchNorm2d(1024))


def UNSTRIDED(network: nn.Module) -> None:  # noqa: N802  # a step like the others
    network.layer4[0].conv2.stride = (1, 1)


def _by_hand(*changes: Change, name: str = "resnet50", device: str = "cpu") -> nn.Module:
    """torchvision's network with some modules changed; what its weights are does not matter."""
    with torch.device("meta"):
        network = torchvision.models.get_model(name, weights=None).eval()
        for change in changes:
            change(network)
    return network.eval() if device == "meta" else network.to_empty(device=device).eval()


def _error(network: nn.Module, channels: int = 3, size: int = 64) -> str:
    with pytest.raises(RuntimeError) as caught, torch.no_grad():
        network(torch.zeros(1, channels, size, size))
    return str(caught.value)


def _diagnosed(*changes: Change, design: Design = RESNET50) -> Diagnosis:
    found = diagnose(_error(_by_hand(*changes)), design)
    assert found is not None
    edit(design, *found.edit.split())
    return found


@pytest.mark.parametrize(
    ("changes", "error", "name", "edited"),
    [
        ((LAST_CONV3,), "a batch norm was built for other channels", "conv5_3.bn3", "conv5_3.conv3=1024"),
        (
            (LAST_CONV3, LAST_BN3),
            "path and shortcut have different numbers of feature maps",
            "conv5_3.add",
            "conv5_3.conv3=1024",
        ),
        ((LAST_CONV3, LAST_BN3, NEW_PROJECTION), "fc was built for other inputs", "fc", "conv5_3.conv3=1024"),
        (
            (FIRST_CONV3, FIRST_BN3, PROJECTION, PROJECTION_BN),
            "a convolution was built for other channels",
            "conv5_2.conv1",
            "conv5_1.conv3=1024",
        ),
        ((UNSTRIDED,), "path and shortcut have feature maps of different sizes", "conv5_1.add", "conv5_x.stride=1"),
    ],
)
def test_each_step_by_hand_is_known_by_its_error(
    changes: tuple[Change, ...], error: str, name: str, edited: str
) -> None:
    found = _diagnosed(*changes)
    assert (found.error, found.name, found.edit) == (error, name, edited)
    assert found.path == analyze(RESNET50).find(name).path


@pytest.mark.parametrize("changes", [(FIRST_CONV3,), (FIRST_CONV3, FIRST_BN3, PROJECTION)])
def test_the_first_block_is_among_the_others(changes: tuple[Change, ...]) -> None:
    assert "conv5_1.conv3=1024" in _diagnosed(*changes).others


def test_maps_of_one_pixel_have_words_of_their_own() -> None:
    def unstrided(network: nn.Module) -> None:
        network.layer4[0].downsample[0].stride = (1, 1)

    text = _error(_by_hand(unstrided), size=32)
    found = diagnose(text, edit(RESNET50, "input=1,3,32,32"))
    assert "output with shape" in text
    assert found is not None
    assert (found.name, found.edit) == ("conv5_1.add", "conv5_x.stride=1")


def test_a_grey_image_is_an_edit_of_the_input() -> None:
    found = diagnose(_error(_by_hand(), channels=1), RESNET50)
    assert found is not None
    assert (found.name, found.edit) == ("conv1", "input.channels=1")


def test_a_flatten_and_a_pool_that_are_left_out_are_no_edit() -> None:
    def unflattened(network: nn.Module) -> None:
        network.fc = nn.Sequential(nn.Unflatten(1, (2048, 1, 1)), network.fc)

    def unpooled(network: nn.Module) -> None:
        network.avgpool = nn.Identity()

    found = [_diagnosed(change) for change in (unflattened, unpooled)]
    assert [each.error for each in found] == [
        "the pooled feature maps were not flattened",
        "the average pool was left out",
    ]
    assert {each.edit for each in found} == {""}


def test_a_traceback_tells_which_of_two_stages_it_is() -> None:
    grown = _set("layer3.5.bn3", lambda: nn.BatchNorm2d(2048)), _set("layer3.5.conv3", lambda: _conv(256, 2048))
    narrow = FIRST_CONV3, FIRST_BN3, PROJECTION, PROJECTION_BN, _set("layer4.1.conv1", lambda: _conv(1024, 512))
    found = []
    for changes in (grown, narrow):
        with pytest.raises(RuntimeError, match=r"tensor a \(2048\) must match the size of tensor b \(1024\)") as caught:
            _by_hand(*changes)(torch.zeros(1, 3, 64, 64))
        found.append(diagnose("".join(traceback.format_exception(caught.value)), RESNET50))
    assert [each.edit for each in found if each] == ["conv4_6.conv3=2048", "conv5_1.conv3=1024"]
    assert [each.name for each in found if each] == ["conv4_6.add", "conv5_2.add"]


def _refused(model: nn.Module, saved: nn.Module, *, prefix: str = "", strict: bool = True) -> Diagnosis:
    with pytest.raises(RuntimeError) as caught:
        model.load_state_dict(
            {prefix + name: each for name, each in saved.state_dict().items()}, strict=strict, assign=True
        )
    found = diagnose(str(caught.value), RESNET50)
    assert found is not None
    return found


@pytest.mark.parametrize("strict", [True, False])
def test_other_classes_are_an_edit_and_advice(strict: bool) -> None:  # noqa: FBT001  # a parameter of the test
    ours = _by_hand(device="meta")
    other = _by_hand(_set("fc", lambda: nn.Linear(2048, 10)), device="meta")
    for model, saved in ((other, ours), (ours, other)):
        found = _refused(model, saved, strict=strict)
        assert (found.name, found.edit) == ("fc", "num_classes=10")
        assert "strict=False" in found.why


def test_a_prefix_is_no_edit() -> None:
    ours = _by_hand(device="meta")
    found = _refused(ours, ours, prefix="module.")
    assert (found.edit, "module." in found.why) == ("", True)


@pytest.mark.parametrize(
    "edited",
    [
        "conv5_3.conv3=1024",
        "conv5_1.conv1=300",
        "conv4_3.conv2=96",
        "conv5_x.planes=256",
        "conv3_x.expansion=2",
        "conv4_x.blocks=4",
        "conv4_x.blocks=8",
        "conv2_x.groups=2",
        "conv3_x.width_per_group=128",
        "stem.planes=32",
        "stem.kernel=3",
        "num_classes=7",
        "input.channels=1",
        "conv5_3.conv3=1024 num_classes=10",
    ],
)
def test_the_edit_is_found_again_in_the_shapes(edited: str) -> None:
    ours, other = build(RESNET50, "meta"), build(edit(RESNET50, *edited.split()), "meta")
    for model, saved in ((other, ours), (ours, other)):
        found = _refused(model, saved)
        assert sorted(found.edit.split()) == sorted(edited.split())


@pytest.mark.parametrize("name", ["resnext50_32x4d", "wide_resnet50_2", "resnet101"])
def test_another_presets_checkpoint_is_several_edits(name: str) -> None:
    found = _refused(_by_hand(device="meta"), _by_hand(name=name, device="meta"))
    edited = edit(RESNET50, *found.edit.split())
    assert _shapes(edited) == _shapes(preset(name))


def test_a_checkpoint_of_other_blocks_is_not_forced() -> None:
    found = _refused(_by_hand(device="meta"), _by_hand(name="resnet18", device="meta"))
    assert "The checkpoint has the shapes of resnet18" in found.why
    assert not found.edit


def _shapes(design: Design) -> dict[str, tuple[int, ...]]:
    return {name: tuple(each.shape) for name, each in build(design, "meta").state_dict().items()}


@settings(max_examples=40)
@given(st.data())
def test_the_errors_by_hand_are_those_of_torch(data: st.DataObject) -> None:
    design = data.draw(designs(widest=10, largest=40))
    try:
        edited = edit(design, data.draw(edits(design)))
    except DesignError:
        assume(False)
    before, after = analyze(design), analyze(edited)
    assume(all(one.blocks == two.blocks for one, two in zip(design.stages, edited.stages, strict=True)))
    assume(design.num_classes and edited.num_classes)
    expected = {(met.kind, met.numbers) for met in errors_by_hand(before, after)}
    for text in _errors(before, after):
        error = read(text)
        if isinstance(error, Forward):
            assert (error.kind, error.numbers) in expected
            found = diagnose(text, design)
            assert found is not None
            assert found.edit or any(word in found.error for word in ("left out", "flattened", "axes"))


def _errors(before: Network, after: Network) -> Iterator[str]:
    """What torch says until the edit is done: filters first, and then always the module that the error is raised in."""
    network, target = build(before.design, "cpu").eval(), build(after.design, "cpu").eval()
    new = dict(target.named_modules())
    for path, module in list(network.named_modules()):
        twin = new.get(path)
        if isinstance(module, nn.Conv2d) and isinstance(twin, nn.Conv2d) and "downsample" not in path:
            channels = module.in_channels // twin.groups * twin.groups
            shape = channels, twin.out_channels, twin.kernel_size
            window = twin.stride, twin.padding, twin.dilation, twin.groups
            network.set_submodule(path, nn.Conv2d(*shape, *window, bias=False).eval())
    network.fc = nn.Linear(network.fc.in_features, target.fc.out_features)
    places = [met.path for met in errors_by_hand(before, after) if not met.is_alone]
    for path in dict.fromkeys(places):
        try:
            with torch.no_grad():
                network(torch.zeros(after.design.input))
        except RuntimeError as error:
            yield str(error)
        block = path.partition(".downsample")[0]
        if path != block or path not in new or hasattr(new[path], "downsample"):
            network.get_submodule(block).downsample = new[block].downsample
        elif path in dict(network.named_modules()):
            network.set_submodule(path, new[path])
    with torch.no_grad():
        assert network(torch.zeros(after.design.input)).shape == after.root.output


class Broken:
    """A forward pass that torch ends with an error: what went in and came out of each module until then."""

    def __init__(self, network: nn.Module) -> None:
        self.parts = dict(network.named_modules())
        self.ins: dict[str, torch.Size] = {}
        self.outs: dict[str, torch.Size] = {}
        self.last = ""
        for name, part in self.parts.items():

            def enter(_: nn.Module, came: tuple[torch.Tensor, ...], name: str = name) -> None:
                self.ins[name], self.last = came[0].shape, name

            def leave(_: nn.Module, __: object, out: torch.Tensor, name: str = name) -> None:
                self.outs[name] = out.shape

            part.register_forward_pre_hook(enter)
            part.register_forward_hook(leave)
        self.text = _error(network)

    @property
    def unended(self) -> nn.Module:
        """The innermost module that was entered and not left."""
        return self.parts[[name for name in self.ins if name not in self.outs][-1]]

    @property
    def came(self) -> torch.Size:
        return self.ins[[name for name in self.ins if name not in self.outs][-1]]

    def of_sum(self) -> tuple[torch.Size, torch.Size]:
        """What the path and the shortcut of the block that was not left bring."""
        block = [name for name in self.ins if name not in self.outs][-1]
        beside = self.outs.get(f"{block}.downsample", self.ins[block])
        return self.outs[f"{block}.bn3"], beside


def _sum(broken: Broken, values: dict[str, str], at: int) -> bool:
    path, beside = broken.of_sum()
    first = values["first"] if at == 2 else re.findall(r"n=(\d+)", values["maps"])[0] if "n=" in values["maps"] else ""
    return values["other"] == str(beside[at]) and first in ("", str(path[at]))


def _number_of(module: nn.Module) -> int:
    if isinstance(module, nn.BatchNorm2d):
        return module.num_features
    return module.in_channels if isinstance(module, nn.Conv2d) else module.in_features


SAID: dict[str, Callable[[Broken, dict[str, str]], bool]] = {
    "{place} was built for {built}, and {maps} arrive.": lambda broken, _: _number_of(broken.unended) != broken.came[1],
    "{place} was built for {built}, and the image has {came}.": lambda broken, values: (
        broken.came[1] == int(values["came"])
    ),
    "fc was built for {inputs} inputs, and {maps} arrive.": lambda broken, values: (
        _number_of(broken.unended) == int(values["inputs"])
    ),
    "At {place} the path brings {maps} and the identity {other}.": lambda broken, values: _sum(broken, values, 1),
    "At {place} the path brings {maps} and the projection {other}.": lambda broken, values: _sum(broken, values, 1),
    "At {place} the path brings maps of {first} pixels a side and the identity {other}.": lambda broken, values: _sum(
        broken, values, 2
    ),
    "At {place} the path brings maps of {first} pixels a side and the projection {other}.": lambda broken, values: _sum(
        broken, values, 2
    ),
    "{n} channel": lambda broken, values: int(values["n"]) == _number_of(broken.unended),
    "{n} feature map": lambda broken, values: int(values["n"]) in _arriving(broken),
}


def _arriving(broken: Broken) -> set[int]:
    """The numbers of maps that meet where torch refuses."""
    if "" in broken.ins and broken.unended.__class__.__name__ == "Bottleneck":
        return {shape[1] for shape in broken.of_sum()}
    return {broken.came[1]}


@pytest.mark.parametrize(
    "changes",
    [
        (LAST_CONV3,),
        (LAST_CONV3, LAST_BN3),
        (LAST_CONV3, LAST_BN3, NEW_PROJECTION),
        (FIRST_CONV3,),
        (FIRST_CONV3, FIRST_BN3),
        (FIRST_CONV3, FIRST_BN3, PROJECTION),
        (FIRST_CONV3, FIRST_BN3, PROJECTION, PROJECTION_BN),
        (UNSTRIDED,),
        (_set("layer3.2.conv2", lambda: nn.Conv2d(256, 96, 3, padding=1, bias=False)),),
        (_set("layer1.0.conv1", lambda: _conv(64, 32)), _set("layer1.0.bn1", lambda: nn.BatchNorm2d(32))),
        (_set("conv1", lambda: nn.Conv2d(3, 32, 7, 2, 3, bias=False)),),
        (_set("conv1", lambda: nn.Conv2d(1, 64, 7, 2, 3, bias=False)),),
        (_set("fc", lambda: nn.Linear(512, 1000)),),
    ],
)
def test_every_sentence_of_a_diagnosis_is_so_of_what_was_run(changes: tuple[Change, ...]) -> None:
    broken, ears = Broken(_by_hand(*changes)), Ears()
    found: list[Diagnosis] = []

    def said() -> str:
        diagnosis = diagnose(broken.text, RESNET50)
        assert diagnosis is not None
        found.append(diagnosis)
        return diagnosis.why

    heard = ears.listen(said)
    assert heard
    held = [each for each in heard if each.text in SAID]
    assert held, heard
    for each in held:
        assert SAID[each.text](broken, each.values), each
    unheld = {each.text for each in heard} - set(SAID)
    assert not any("{" in text for text in unheld), unheld
