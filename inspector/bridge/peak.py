"""The most bytes of feature maps alive at once while a network runs, watched as torch's operations make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Alive(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """The most bytes of feature maps that were alive at once, parameters and buffers aside; the image is one of them.

    What an operation needs for itself and lets go before it is done is not seen.
    """

    def __init__(self, image: torch.Tensor, module: torch.nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._known = {tensor.untyped_storage()._cdata for tensor in module.state_dict().values()}  # noqa: SLF001
        self._alive: dict[StorageWeakRef, int] = {}
        self._note(image)
        self.peak = 0

    def _note(self, tensor: torch.Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._known and storage.nbytes():  # noqa: SLF001
            self._alive[StorageWeakRef(storage)] = storage.nbytes()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(
        self, func: Callable[..., Any], _types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> object:
        out = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(out):
            if isinstance(tensor, torch.Tensor):
                self._note(tensor)
        gone = [each for each in self._alive if each.expired()]  # type: ignore[no-untyped-call]
        for each in gone:
            del self._alive[each]
        self.peak = max(self.peak, sum(self._alive.values()))
        return out
