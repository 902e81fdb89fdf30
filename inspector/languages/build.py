"""Compiles the catalogues when the package is built: hatchling calls it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface):
    """What hatchling calls before it packs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Compile, and have what is compiled packed."""
        sys.path.insert(0, str(Path(__file__).parent))
        from catalogue import compiled  # type: ignore[import-not-found]

        build_data["artifacts"] += [f"/{path.relative_to(self.root).as_posix()}" for path in compiled()]
