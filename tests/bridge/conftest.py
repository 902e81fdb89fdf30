"""Two test processes on two cores: torch is to use one each."""

from __future__ import annotations

import torch

torch.set_num_threads(1)
