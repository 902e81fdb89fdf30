"""Grad-CAM by torchcam: ReLU(Σ α_k A_k), α_k being the mean over positions of the score's gradient by map k.

The score is the class's logit, not its softmax (Selvaraju et al. 2017, section 3).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn.functional import interpolate

from inspector.core.cam.heat import Normalise
from inspector.errors import InputError, MissingError
from inspector.outside import shown
from inspector.speech import say

_LIBRARIES_EPSILON = 1e-7
"""pytorch-grad-cam's, added to what it divides by."""


class Raw(NamedTuple):
    """What Grad-CAM gives for a batch, unnormalised.

    `maps` are ReLU of `sums`, both (N, H, W); `weights` are α (N, K), `activations` A (N, K, H, W), `scores` the logits
    (N, classes), `classes` those that were explained, one for each picture.
    """

    maps: torch.Tensor
    sums: torch.Tensor
    weights: torch.Tensor
    activations: torch.Tensor
    scores: torch.Tensor
    classes: tuple[int, ...]

    @property
    def positive(self) -> torch.Tensor:
        """The share of what is positive in each sum (N): Σ max(0, L) / Σ |L|; 0 where all of it is 0."""
        total = self.sums.abs().sum((1, 2))
        return torch.where(total > 0, self.maps.sum((1, 2)) / total.clamp(min=torch.finfo(total.dtype).tiny), 0.0)

    @property
    def adds(self) -> torch.Tensor:
        """What each map adds to the sum over all positions (N, K): α_k Σ A_k."""
        return self.weights * self.activations.sum((2, 3))


def check_installed() -> None:
    """That torchcam is there. MissingError where it is not, with the line that installs it."""
    try:
        import torchcam.methods  # noqa: F401
    except Exception as error:  # noqa: BLE001  # whatever one that is missing or broken does
        what = shown(" ".join(str(error).split()), 200) or type(error).__name__
        raise MissingError(say("Grad-CAM needs torchcam: pip install 'inspector[cam]' ({what})", what=what)) from None


def cam(module: nn.Module, batch: torch.Tensor, path: str, classes: tuple[int, ...] | None = None) -> Raw:
    """Grad-CAM of a network in eval mode for a batch (N, C, H, W), at the module of that path.

    `classes` are one for each picture, the likeliest if left out. The network is left as it was, without gradients.
    Raises InputError where the network has no classes, or puts out what is no number, MissingError without torchcam.
    """
    check_installed()
    from torchcam.methods import GradCAM

    was_training = module.training
    module.eval()
    try:
        with torch.enable_grad(), GradCAM(module, path) as extractor:
            scores = module(batch)
            _check(module, scores)
            chosen = classes if classes is not None else tuple(scores.argmax(1).tolist())
            (maps,) = extractor(list(chosen), scores, normalized=False)
            activations, gradients = extractor.hook_a[0], extractor.hook_g[0]
            if activations is None or gradients is None:
                raise AssertionError(path)  # the extractor has just used them
            weights = gradients.flatten(2).mean(-1)
    finally:
        module.train(was_training)
        module.zero_grad(set_to_none=True)
    with torch.no_grad():
        sums = torch.nansum(weights[..., None, None] * activations, 1)
    return Raw(maps.detach(), sums, weights, activations, scores.detach(), tuple(chosen))


def _check(module: nn.Module, scores: torch.Tensor) -> None:
    if not isinstance(module.get_submodule("fc"), nn.Linear):
        said = say("the network has no classes (num_classes=0): Grad-CAM needs the score of one, which fc gives")
        raise InputError(said)
    if not bool(torch.isfinite(scores).all()):
        raise InputError(say("the network puts out what is no number for this picture, so there is no map"))


def spread(values: torch.Tensor, size: tuple[int, int], normalise: Normalise) -> torch.Tensor:
    """A map (H, W) at a size, from 0 to 1: bilinear, its corners' centres not aligned (align_corners=False).

    "max" divides by the largest value. "minmax" is pytorch-grad-cam's: from least to largest before it is enlarged, and
    again after.
    """
    if normalise == "max":
        most = float(values.max())
        return _enlarged(values / most if most > 0 else torch.zeros_like(values), size)
    return _stretched(_enlarged(_stretched(values), size))


def _enlarged(values: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    return interpolate(values[None, None], size, mode="bilinear", align_corners=False)[0, 0]


def _stretched(values: torch.Tensor) -> torch.Tensor:
    above = values - values.min()
    return above / (_LIBRARIES_EPSILON + above.max())
