"""Settings of the whole test run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_COMMON = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("steady", max_examples=100, derandomize=True, **_COMMON)
settings.register_profile("wide", max_examples=600, **_COMMON)
settings.load_profile(os.environ.get("INSPECTOR_TEST_PROFILE", "steady"))
