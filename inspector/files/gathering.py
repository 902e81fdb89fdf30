"""Mappings of tensors, found in what a pickle holds, wherever in it they are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from inspector.core.weights.table import Contents, Span, Table, Tensor
from inspector.errors import WeightsFileError
from inspector.files.rebuilding import Shaped, Stub
from inspector.outside import shown
from inspector.speech import say

_DEPTH = 8
"""Mappings in mappings."""
_STEPS = 400_000
"""Modules, parameters and buffers of a pickled model."""
_NAMES = 2**26
"""Letters of all their names."""
_NESTED = 100
"""Modules in modules."""
_SAID = 100
"""Values that are said."""
_LETTERS = 200
"""Letters of a value that is said."""
_FEW = 8
"""Items of a list that is said in full."""
_OF_OPTIMIZERS = ("optimizer", "optimizers", "optimizer_states", "optimizer_state_dict", "optim", "lr_schedulers")


def gathered(form: str, root: object, wanted: dict[str, None]) -> Contents:
    """The tables of tensors in what a pickle holds, the largest first, and its other values as short texts.

    The state of optimizers is left out: it has tensors, but no weights. Raises WeightsFileError where there are none.
    """
    search = _Search()
    search.walk(root, ())
    if not search.tables:
        raise WeightsFileError(_nothing(root))
    tables = sorted(search.tables, key=lambda table: (-len(table.tensors), -sum(t.elements for t in table.tensors)))
    said = tuple(islice(_said(root), _SAID))
    return Contents(form, tuple(tables), said, model=search.model, ignored=tuple(wanted))


class _Search:
    """A walk through what a pickle holds, each mapping once; `model` is the first pickled module's class."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self.model = ""
        self._seen: set[int] = set()
        self._steps = 0
        self._letters = 0

    def walk(self, value: object, place: tuple[str, ...]) -> None:
        """Find what is in a value that stands at a place."""
        if id(value) in self._seen or len(place) > _DEPTH:
            return
        self._seen.add(id(value))
        items = dict(_items(value))
        if "param_groups" in items or (place and place[-1] in _OF_OPTIMIZERS):
            return
        if isinstance(value, Stub) and _is_module(value):
            self.model = self.model or _unwrapped(value).name
            self._add(list(self._of_module(value, "", 0)), place)
            return
        found = {name: shaped for name, held in items.items() if (shaped := _shaped(held))}
        spans = tuple((name, shaped.span) for name, shaped in found.items() if shaped.span is not None)
        self._add([Tensor(name, shaped.shape, shaped.dtype) for name, shaped in found.items()], place, spans)
        for name, held in items.items():
            if isinstance(held, dict | list | tuple | Stub) and _shaped(held) is None:
                self.walk(held, (*place, name))

    def _add(self, tensors: list[Tensor], place: tuple[str, ...], spans: tuple[tuple[str, Span], ...] = ()) -> None:
        if tensors:
            self.tables.append(Table(tuple(tensors), place, spans))

    def _of_module(self, module: Stub, prefix: str, depth: int) -> Iterator[Tensor]:
        """A pickled module's tensors under the names that its state_dict has."""
        self._step(prefix, depth)
        state = module.state if isinstance(module.state, dict) else {}
        passing = state.get("_non_persistent_buffers_set")
        passing = set(_texts(passing)) if isinstance(passing, list) else set()
        for field, without in (("_parameters", set()), ("_buffers", passing)):
            for name, held in _items(state.get(field)):
                self._step(prefix + name, depth)
                if (found := _shaped(held)) and name not in without:
                    yield Tensor(prefix + name, found.shape, found.dtype)
        for name, child in _items(state.get("_modules")):
            if isinstance(child, Stub):
                yield from self._of_module(child, f"{prefix}{name}.", depth + 1)

    def _step(self, name: str, depth: int) -> None:
        self._steps += 1
        self._letters += len(name)
        if self._steps > _STEPS or self._letters > _NAMES or depth > _NESTED:
            raise WeightsFileError(say("it is a model of more modules than are read"))


def _items(value: object) -> Iterator[tuple[str, object]]:
    """What a mapping, a list or an object has, by name."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from ((str(number), item) for number, item in enumerate(value))
    elif isinstance(value, Stub):
        yield from value.items.items()
        if isinstance(value.state, dict):
            yield from value.state.items()


def _texts(values: list[object]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))


def _shaped(value: object) -> Shaped | None:
    """A tensor, or an array of numpy's."""
    held = value.state if isinstance(value, Stub) else value
    return held if isinstance(held, Shaped) else None


def _is_module(value: Stub) -> bool:
    return isinstance(value.state, dict) and "_modules" in value.state and "_parameters" in value.state


def _unwrapped(module: Stub) -> Stub:
    """The module in torch's wrappers for several devices."""
    for _ in range(_NESTED):  # a file can have two in each other
        if not module.name.startswith("torch.nn.parallel.") or not isinstance(module.state, dict):
            break
        inner = dict(_items(module.state.get("_modules"))).get("module")
        if not isinstance(inner, Stub):
            break
        module = inner
    return module


def _said(root: object) -> Iterator[tuple[str, str]]:
    """Numbers and texts at the top, and in what lies there: epoch, arch, args.model."""
    if isinstance(root, Stub) and _is_module(root):
        return
    seen: set[int] = set()
    for name, value in _items(root):
        if (text := _text(value)) is not None:
            yield _short(name), text
        elif name not in _OF_OPTIMIZERS and isinstance(value, dict | Stub) and id(value) not in seen:
            seen.add(id(value))
            held = dict(_items(value))
            if "_modules" in held or "param_groups" in held or any(_shaped(item) for item in held.values()):
                continue
            inner = ((_short(f"{name}.{key}"), _text(item)) for key, item in held.items())
            yield from ((key, text) for key, text in inner if text is not None)


def _text(value: object) -> str | None:
    """A number or a text as a short text, and a short list of them; None of anything else."""
    if value is None or isinstance(value, bool | int | float):
        return _short(str(value))
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, bytes) and value.isascii():
        return _short(value.decode())  # text of Python 2
    if isinstance(value, list | tuple) and value and len(value) <= _FEW:
        texts = [_text(item) for item in value if not isinstance(item, list | tuple)]
        if len(texts) == len(value) and None not in texts:
            return _short(", ".join(text for text in texts if text is not None))
    if isinstance(value, Stub) and value.name.endswith("multiarray.scalar"):
        return _scalar(value)
    return None


def _scalar(value: Stub) -> str | None:
    """A number of numpy's, of eight or four bytes."""
    from struct import unpack

    kind, data = value.args[:2] if len(value.args) == 2 else (None, None)
    code = kind.args[0] if isinstance(kind, Stub) and kind.args else None
    form = {"f8": "<d", "f4": "<f", "i8": "<q", "i4": "<i"}.get(code if isinstance(code, str) else "")
    size = int(str(code)[1:]) if form else 0
    return str(unpack(form, data)[0]) if form and isinstance(data, bytes) and len(data) == size else None


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"


def _nothing(root: object) -> str:
    """What is said of a pickle without tensors: what it has."""
    names = [name for name, _ in _items(root)]
    if isinstance(root, Stub):
        return say("holds no tensors, but an object of {name}", name=shown(root.name))
    if names:
        return say("holds no mapping of tensors, but: {names}", names=shown(", ".join(names[:5]), 120))
    return say("holds no mapping of tensors")
