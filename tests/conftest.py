"""Settings of the whole test run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from inspector.speech import speak

_COMMON = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("steady", max_examples=100, derandomize=True, **_COMMON)
settings.register_profile("wide", max_examples=600, **_COMMON)
settings.load_profile(os.environ.get("INSPECTOR_TEST_PROFILE", "steady"))


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test begins in English, whatever the one before spoke, and whoever runs it speaks."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    speak(None)
    yield
    speak(None)
    os.environ.pop("LANGUAGE", None)
