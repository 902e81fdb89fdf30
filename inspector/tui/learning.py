"""Notes on concepts, torch's errors explained, the Grad-CAM target, and copying."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType

from inspector.core.describe import edits, value
from inspector.core.design import Design
from inspector.core.edit import edit, in_order
from inspector.core.editable import editable
from inspector.core.gradcam import address, lines, target
from inspector.core.presets import preset
from inspector.errors import DesignError
from inspector.report import python_file, render
from inspector.tui.designs import DesignsApp

if TYPE_CHECKING:
    from inspector.tui.screens.copy import Item


class LearningApp(DesignsApp):
    """An app that explains what it shows, and hands it over."""

    LEARNING: ClassVar[list[BindingType]] = [
        Binding("i", "note", "A note on what this is, in plain words", id="app.note"),
        Binding("I", "error", "An error of torch, pasted and explained", id="app.error"),
        Binding("t", "target", "Make this block the Grad-CAM target", id="app.target"),
        Binding("T", "maps", "Grad-CAM: other feature maps, and their price", id="app.grad-cam"),
        Binding("y", "copy", "Copy: path, edits, lines for Grad-CAM", id="app.copy"),
    ]

    wanted_lang = ""

    def action_note(self, about: str = "") -> None:
        """Open the note on a topic, or on what is selected."""
        from inspector.core.concepts import topic
        from inspector.notes import language
        from inspector.tui.screens.note import NoteScreen

        def left(lang: str | None) -> None:
            self.wanted_lang = lang or self.wanted_lang

        self.settle()
        about = about or topic(self.network, self.selected)
        lang = language(self.wanted_lang, os.environ)
        self.push_screen(NoteScreen(self.network, self.selected, about, lang), left)

    def notes(self) -> Iterator[SystemCommand]:
        """Every note as a command."""
        from inspector.core.concepts import TOPICS
        from inspector.notes import heading, language

        lang = language(self.wanted_lang, os.environ)
        for about in TOPICS:
            yield SystemCommand(f"Note: {heading(about, lang)}", about, partial(self.action_note, about))

    def action_error(self) -> None:
        """Explain an error of torch, and do what one wants done about it."""
        from inspector.tui.screens.mistake import MistakeScreen, Wish

        def wished(wish: Wish | None) -> None:
            if wish is None:
                return
            if wish.action == "note":
                self.action_note(wish.text)
            elif wish.action == "go":
                self.jump(self.network.find(wish.text).where)
            else:
                assignments = wish.text.split()
                label = assignments[0].partition("=")[0]
                self.become(self.history.record(edit(self.history.current, *assignments), label))
                self._go_to(label)
                self.notify("done; r says what followed from it, place by place", timeout=4)

        self.settle()
        self.push_screen(MistakeScreen(self.network), wished)

    def _go_to(self, address: str) -> None:
        """Go to the place that an address is about, if it is about one."""
        for name in (address, address.rpartition(".")[0]):
            try:
                self.jump(self.network.find(name).where)
            except DesignError:
                continue
            return

    def action_target(self) -> None:
        """Make the block that one stands in the target, or the last block of the stage."""
        self.settle()
        at = self.selected
        top = self.network.at(at[:1])
        if not at or top.node.kind != "Stage":
            self.notify("a target is a block: go to one, or to a stage for its last", timeout=3)
            return
        where = at[:2] if len(at) > 1 else (*at, len(top.node.children) - 1)
        name = self.name_at(where)
        design = edit(self.history.current, f"target={name}")
        if design == self.history.current:
            self.notify(f"{name} is the target already; T changes its feature maps", timeout=3)
            return
        self.become(self.history.record(design, "target"))
        found = target(self.network)
        self.notify(f"Grad-CAM reads {name} now: {found.words}", markup=False, timeout=3)

    def action_maps(self) -> None:
        from inspector.tui.screens.target import TargetScreen

        def chosen(design: Design | None) -> None:
            if design is not None:
                self.become(self.history.record(design, address(design)))
                self.jump(target(self.network).where)
                self.notify("done; r says what followed from it, place by place", timeout=4)

        self.settle()
        self.push_screen(TargetScreen(self.network), chosen)

    def action_copy(self) -> None:
        from inspector.tui.screens.copy import CopyScreen

        def chosen(item: Item | None) -> None:
            if item is not None:
                self.copy(*item)

        self.settle()
        self.push_screen(CopyScreen(self.copies()), chosen)

    def copies(self) -> list[Item]:
        """What there is to copy, by what it is; the selected place first."""
        design, place = self.history.current, self.network.at(self.selected)
        items = [("torch's path", place.path)] if place.path else []
        items += [("name", place.name)]
        fields = editable(design, place)
        items += [("address", f"{fields[0].address}={value(fields[0].value)}")] if fields else []
        items += [(library, "\n".join(code)) for library, code in lines(target(self.network)).items()]
        assignments = [f"{each.address}={value(each.after)}" for each in edits(design)]
        ordered = in_order(preset(design.base), assignments)
        if len(ordered) == len(assignments):
            items += [("command", " ".join(["inspector", design.base, *(f"--set {each}" for each in ordered)]))]
        items += [("design file", render(self.network, self.baseline, "toml"))]
        items += [("Python", python_file(design))]
        return items

    def copy(self, label: str, text: str) -> None:
        """Copy by the terminal and, in a thread, to the system's clipboard; say which took it."""
        self.copy_to_clipboard(text)

        def by_system() -> None:
            from inspector.tui.clipboard import to_system

            program = to_system(text)
            took = f"the terminal (OSC 52) and {program}" if program else "the terminal (OSC 52)"
            self.call_from_thread(self.notify, f"copied {label}: {took}", markup=False, timeout=3)

        self.run_worker(by_system, thread=True, group="copy", exit_on_error=False)
