"""How many attacks there are: a few of each, `INSPECTOR_ADVERSARY_COUNT` of each, or as many as some minutes hold."""

from __future__ import annotations

import os
import time

import pytest

SEED = int(os.environ.get("INSPECTOR_ADVERSARY_SEED", "0"))
COUNT = int(os.environ.get("INSPECTOR_ADVERSARY_COUNT", "0"))
MINUTES = float(os.environ.get("INSPECTOR_ADVERSARY_MINUTES", "0"))
MOST_A_MINUTE = 30
"""More attacks of one kind than can be made in a minute."""
_BEGUN = time.monotonic()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known that says how many attacks there are in a quick pass."""
    config.addinivalue_line("markers", "attacks(count): how many attacks of a kind there are in a quick pass")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each attack its seeds; the mark `attacks` says how many there are in a quick pass."""
    mark = metafunc.definition.get_closest_marker("attacks")
    if "seed" in metafunc.fixturenames:
        quick = mark.args[0] if mark else 1
        count = COUNT or (int(MINUTES * MOST_A_MINUTE) if MINUTES else quick)
        metafunc.parametrize("seed", range(SEED, SEED + count))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take turns where there are minutes: each kind of attack gets as far as the others."""
    if MINUTES:
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    spec = getattr(item, "callspec", None)
    return int(spec.params.get("seed", 0)) if spec is not None else -1


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin no attack when the minutes are over."""
    if MINUTES and _turn(item) >= 0 and time.monotonic() - _BEGUN > MINUTES * 60:
        pytest.skip("the minutes are over")
