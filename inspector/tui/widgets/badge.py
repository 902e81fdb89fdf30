"""Whether torch says the same: a line of the title."""

from __future__ import annotations

from textual.content import Content

from inspector.session.bench import Check
from inspector.speech import say
from inspector.tui.widgets.act import Act
from inspector.tui.widgets.bars import Bar


class Badge(Bar):
    """Waiting, agrees, differs, or why it cannot be said."""

    def on_click(self) -> None:
        self.post_message(Act("app.verdict"))

    def show(self, check: Check | None) -> None:
        """Show what torch said; nothing where it is not asked."""
        if check is None:
            return
        verdict = check.verdict
        if verdict is None:
            text = Content.styled(
                f"? {check.problem} " if check.problem else f"· {say('asking torch')} ", "$text-muted"
            )
        elif verdict.agrees:
            is_wide = self.app.size.width >= 100
            words = say("torch agrees, {n} modules", n=verdict.layers) if is_wide else say("torch agrees")
            text = Content.styled(f"✓ {words} ", "$text-success")
        else:
            text = Content.styled(
                f"✗ {say('torch differs, {place}', place=verdict.differences[0].name)} ", "$text-error bold"
            )
        self.draw(text, is_layout=True)
