"""A file of weights that was opened, as the editor has it and tells of it."""

from __future__ import annotations

from inspector.files.checkpoints import Opened, told
from inspector.files.reading import whole
from inspector.session.bench import Weights
from inspector.speech import say


def carried(of: Opened) -> tuple[Weights, str]:
    """The weights that what survives is told of, and what the editor says when they are opened, several lines."""
    known = of.checkpoint
    words = "\n".join(told(of, of.path.name, say("--from DESIGN says otherwise")))
    return Weights(whole(of.path), known.design, known.take, has_counters=not known.counters), words
