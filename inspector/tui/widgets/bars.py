"""The single lines: what is open, how much it comes to, which keys there are."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from inspector.core.describe import version
from inspector.core.network import Network
from inspector.core.units import difference, dims, exact, short, short_difference


class Bar(Static):
    """One line of the screen; what it shows already is not drawn again."""

    _said: object = None

    def say(self, line: Content) -> None:
        if (line.plain, line.spans) != self._said:
            self._said = line.plain, line.spans
            self.update(line, layout=False)


class TitleBar(Bar):
    """Which design is open, at which input, and whether it has unsaved edits."""

    def show(self, network: Network, *, is_edited: bool, is_unsaved: bool, file: str) -> None:
        design = network.design
        parts = [
            Content.styled(" inspector ", "$text-primary bold"),
            Content(f"  {design.base} {version(design)}".rstrip() + (", edited" if is_edited else "")),
            Content.styled(f"   {dims(design.input)}   {design.depth} layers", "$text-muted"),
            Content.styled(f"   {file}" if file else "", "$text-muted"),
            Content.styled("   ● not saved" if is_unsaved else "", "$text-warning"),
        ]
        self.say(Content("").join(parts))


class Totals(Bar):
    """Parameters and MACs, with their differences to the baseline."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._network: Network | None = None
        self._baseline: Network | None = None

    def show(self, network: Network, baseline: Network) -> None:
        self._network, self._baseline = network, baseline
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        """The longest way of saying it that fits: exact numbers first, exact differences next."""
        if self._network is None or self._baseline is None:
            return
        params, macs = self._network.params, self._network.macs
        more_params, more_macs = params - self._baseline.params, macs - self._baseline.macs
        wide = self.size.width >= 110
        choices = [
            (exact, difference, f"   against {self._baseline.design.base}" if wide else ""),
            (exact, difference, ""),
            (exact, short_difference, ""),
            (short, short_difference, ""),
        ]
        for number, delta, against in choices:
            parts = [
                Content.styled(f" {number(params)} params ", "bold"),
                _delta(delta(more_params), more_params),
                Content.styled(f"    {number(macs)} MACs", "bold"),
                Content.styled(" conv+fc ", "$text-muted"),
                _delta(delta(more_macs), more_macs),
                Content.styled(against, "$text-muted"),
            ]
            line = Content("").join(parts)
            if cell_len(line.plain) <= self.size.width:
                break
        self.say(line)


def _delta(text: str, amount: int) -> Content:
    return Content.styled(text, "$text-warning" if amount else "$text-muted")


class KeyBar(Bar):
    """The keys of the pane that has the focus; each can be clicked."""

    _keys: Sequence[tuple[str, str, str]] = ()

    def show(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """`keys` are (key, what it does, the action that a click runs); an empty action shows a key that rests."""
        if keys == self._keys:
            return
        self._keys = keys
        parts = [Content(" ")]
        for key, words, action in keys:
            if action:
                parts.append(
                    Content.from_markup(f"[@click={action}][bold $text-accent]$key[/] $words[/]", key=key, words=words)
                )
                parts.append(Content("   "))
            else:
                parts.append(Content.styled(f"{key} {words}   ", "$foreground 30%"))
        self.say(Content("").join(parts))
