"""`inspector presets`: what there is to begin with."""

from __future__ import annotations

import click

from inspector.cli.printer import put


@click.command("presets")
def command() -> None:
    """List the presets with their parameters and MACs at 1×3×224×224."""
    from inspector.core.design.differences import version
    from inspector.core.design.fields import PRESETS
    from inspector.core.design.presets import preset
    from inspector.core.network.network import analyze
    from inspector.core.units import exact

    put(f"{'preset':18}{'layers':>6}  {'block':16}{'params':>12}{'MACs (conv+fc)':>17}\n")
    for name in PRESETS:
        network = analyze(preset(name))
        block = f"{network.design.block} {version(network.design)}"
        numbers = f"{exact(network.params):>12}{exact(network.macs):>17}"
        put(f"{name:18}{network.design.depth:>6}  {block:16}{numbers}\n")
