"""Every action by its id: what help, `inspector keys` and the keymap of the settings go by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from textual.binding import Binding, BindingType

Section = tuple[str, list[Binding]]
"""Where keys apply, and their bindings."""


def sections() -> list[Section]:
    """Every key of the editor, by pane; the dialogs last."""
    from inspector.tui.app import InspectorApp
    from inspector.tui.screens.choose import ChooseScreen
    from inspector.tui.screens.designs import DesignsScreen
    from inspector.tui.screens.dialog import Dialog
    from inspector.tui.screens.help import HelpScreen
    from inspector.tui.screens.mistake import MistakeScreen
    from inspector.tui.screens.note import NoteScreen
    from inspector.tui.screens.quit import QuitScreen
    from inspector.tui.widgets.detail import Detail, ValueInput
    from inspector.tui.widgets.find import FindInput
    from inspector.tui.widgets.listing import Listing
    from inspector.tui.widgets.picture import Picture
    from inspector.tui.widgets.ranking import Ranking
    from inspector.tui.widgets.ripple import Ripple
    from inspector.tui.widgets.tree import TreeTable

    palette = Binding("ctrl+p", "command_palette", "Every command, by name")
    named: list[tuple[str, list[BindingType]]] = [
        ("Everywhere", [*InspectorApp.BINDINGS, palette]),
        ("Tree", TreeTable.BINDINGS),
        ("Numbers", Detail.BINDINGS),
        ("While typing", ValueInput.BINDINGS),
        ("While finding", FindInput.BINDINGS),
        ("Picture", Picture.BINDINGS),
        ("Ripple, rankings", [*Listing.BINDINGS, *Ripple.BINDINGS, *Ranking.BINDINGS]),
        ("Open designs", DesignsScreen.BINDINGS),
        ("Notes", NoteScreen.BINDINGS),
        ("Other dialogs", _once([Dialog, ChooseScreen, MistakeScreen, QuitScreen, HelpScreen])),
    ]
    return [(title, [each for each in bindings if isinstance(each, Binding)]) for title, bindings in named]


def _once(screens: Iterable[type]) -> list[BindingType]:
    """The bindings that each screen has itself."""
    return [each for screen in screens for each in screen.__dict__.get("BINDINGS", [])]


def remapped(bindings: Iterable[BindingType], keymap: Mapping[str, str]) -> Iterator[Binding]:
    """The bindings with the keys that a keymap gives to their ids."""
    for each in bindings:
        if isinstance(each, Binding):
            keys = keymap.get(each.id or "")
            yield each.with_key(keys, key_display=None) if keys else each
