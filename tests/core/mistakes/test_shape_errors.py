from __future__ import annotations

from inspector.core.mistakes.load_report import LoadReport, Mismatch
from inspector.core.mistakes.shape_errors import Forward, read


def _forward(text: str) -> tuple[str, tuple[tuple[int, ...], ...]]:
    error = read(text)
    assert isinstance(error, Forward)
    return error.kind, error.numbers


def test_numbers_stand_in_the_order_of_the_message() -> None:
    assert _forward("running_mean should contain 1024 elements not 2048") == ("norm", ((1024,), (2048,)))
    text = "The size of tensor a (5) must match the size of tensor b (6) at non-singleton dimension {}"
    assert [_forward(text.format(dimension)) for dimension in (1, 2, 3)] == [
        ("sum", ((5,), (6,))),
        ("map", ((5,), (6,))),
        ("map", ((5,), (6,))),
    ]
    text = "output with shape [1, 8, 1, {}] doesn't match the broadcast shape [1, 9, 1, 3]"
    assert [_forward(text.format(width)) for width in (1, 3)] == [("map", ((1,), (3,))), ("sum", ((8,), (9,)))]
    text = "mat1 and mat2 shapes cannot be multiplied (7x1024 and 2048x1000)"
    assert _forward(text) == ("fc", ((1024,), (2048,), (1000,)))


def test_a_number_may_be_broken_where_the_line_ends_with_it() -> None:
    text = "running_mean should contain 1024 elements not 20"
    assert _forward(f"{text}\n48")[1] == _forward(f"{text}  \n  │ 48  \nnext")[1] == ((1024,), (2048,))
    assert _forward(f"{text}\n48 warnings")[1] == ((1024,), (20,))


def test_pieces_of_paths_are_seen() -> None:
    text = "running_mean should contain 1 elements not 2"
    for before, pieces in (
        ("in layer4.2.bn3: ", {".layer4.", ".layer4.2.", ".bn3."}),
        ("model.layer3[-1].conv2 = conv\n", {".layer3.", ".layer3.-1."}),
        ("x = self.layer4(x)\nidentity = self.downsample(x)\n", {".layer4.", ".downsample."}),
        ("in _forward_impl\n x = self.bn1(x)\n", {"^.bn1."}),
        ("", set()),
    ):
        error = read(before + text)
        assert isinstance(error, Forward)
        assert error.seen == pieces


def test_a_checkpoint_has_two_sides() -> None:
    error = read(
        'Missing key(s) in state_dict: "a.layer4.2.downsample.0.weight", "layer1.0.bn1.bias". '
        'Unexpected key(s) in state_dict: "module.layer1.0.bn1.bias", "conv1.weight", "head.weight". '
        "size mismatch for module.fc.weight: copying a param with shape torch.Size([1000, 2048]) from checkpoint, "
        "the shape in current model is torch.Size([10, 2048])."
    )
    assert error == LoadReport(
        missing=("a.layer4.2.downsample.0.weight", "layer1.0.bn1.bias"),
        unexpected=("module.layer1.0.bn1.bias", "conv1.weight", "head.weight"),
        sizes=(Mismatch("module.fc.weight", (1000, 2048), (10, 2048)),),
    )
