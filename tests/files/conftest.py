"""How many damaged files are tried: few in every run, many where it is asked for."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def mutations() -> int:
    """INSPECTOR_MUTATIONS=10000 tries so many of each."""
    return int(os.environ.get("INSPECTOR_MUTATIONS", "300"))
