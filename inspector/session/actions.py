"""Every action by its id: what it does, in words and as a function, its keys, and why it rests where it does.

From this table are made the bindings, the line of keys, the help, the palette, `inspector keys`, the checks of the
settings' keys, and what the tests press.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct, structs

from inspector.errors import DesignError
from inspector.languages import following
from inspector.session import clocking, dialogs, editing, moving, opening, saving
from inspector.session.bench import Bench
from inspector.session.outcome import Outcome, Say
from inspector.speech import later, spoken

Settles = Literal["all", "typing", "nothing"]


def never(_: Bench) -> str:
    """Never rests."""
    return ""


class Action(Struct, frozen=True):
    """One action. `keys` are Textual's names of its keys, with commas between; without any it is for messages alone.

    `run` is what it does to a bench and what it is given; without it a pane does something of its own, `by` one of its
    methods, and so does a dialog that has to say what is meant before it answers with the action. `words` say what it
    does, `short` is a word for the line of keys, both to be said with `say`; `sign` is the sign of its keys where that
    is not their names. `rests` says why it cannot be done now. What is being typed or sought is ended before, as far as
    it `settles`.
    """

    id: str
    keys: str
    words: str
    run: Callable[..., Bench | Outcome] | None = None
    by: str = ""
    short: str = ""
    sign: str = ""
    rests: Callable[[Bench], str] = never
    settles: Settles = "all"
    is_listed: bool = True
    is_priority: bool = False

    @property
    def pane(self) -> str:
        """Where its keys apply: "app" everywhere, else a pane or a dialog."""
        return self.id.partition(".")[0]


def speak(bench: Bench, lang: str) -> Bench:
    """Speak a language from now on."""
    return structs.replace(bench, lang=lang)


def speak_next(bench: Bench) -> Bench:
    """Speak the next language from now on."""
    return speak(bench, following(spoken()))


_EVERYWHERE = (
    Action("app.edit", "e,enter", "Edit the numbers", editing.edit, short="edit"),
    Action("app.step-up", "plus,equals_sign", "Step up", editing.step, short="more", sign="+"),
    Action("app.step-down", "minus", "Step down", editing.step_back, short="less"),
    Action("app.undo", "u", "Undo", editing.undo, short="undo", rests=editing.nothing_to_undo),
    Action("app.redo", "ctrl+r", "Redo", editing.redo, short="redo", rests=editing.nothing_to_redo),
    Action(
        "app.find", "slash", "Find by path, name, kind, shape", moving.find, short="find", sign="/", settles="typing"
    ),
    Action("app.next-match", "n", "Next match", moving.next_match, settles="typing"),
    Action("app.previous-match", "N", "Previous match", moving.previous_match, settles="typing"),
    Action("app.follow", "f", "To what feeds it (a shortcut's source)", moving.follow, rests=moving.nothing_feeds),
    Action("app.back", "less_than_sign,alt+left", "Back to where you were", moving.trail_back, sign="<"),
    Action("app.forward", "greater_than_sign,alt+right", "Forward again", moving.trail_forward, sign=">"),
    Action("app.ripple", "r", "What the last edit did, and why", moving.ripple, short="ripple"),
    Action("app.ranking", "o", "What costs most, what changed most", moving.ranking, short="order"),
    Action("app.picture", "m", "Feature maps as a picture", moving.picture, short="maps"),
    Action("app.next-pane", "tab", "Next pane", moving.next_pane),
    Action("app.previous-pane", "shift+tab", "Previous pane", moving.previous_pane, is_listed=False),
    Action("app.tree", "escape", "Back to the tree", moving.back_to_tree, short="tree"),
    Action(
        "app.designs", "w", "The open designs: new, name, copy, close, compare", opening.ask_designs, short="designs"
    ),
    Action(
        "app.previous-design",
        "left_curly_bracket",
        "Previous design",
        opening.previous_design,
        sign="{",
        rests=opening.only_one,
    ),
    Action(
        "app.next-design", "right_curly_bracket", "Next design", opening.next_design, sign="}", rests=opening.only_one
    ),
    Action("app.side-by-side", "C", "The open designs side by side", dialogs.ask_side, rests=opening.only_one),
    Action("app.history", "H", "History: every edit and its effect", opening.ask_history),
    Action("app.earlier", "W", "Work that was not saved: open it again", opening.earlier),
    Action("app.note", "i", "A note on what this is, in plain words", dialogs.ask_note, short="note"),
    Action(
        "app.steps", "M", "Step through _make_layer, or through a batch norm", dialogs.ask_steps, rests=dialogs.no_steps
    ),
    Action("app.edit-by-address", "A", "Edit by address: width=0.75, conv*_x.expansion=2", dialogs.ask_edits),
    Action("app.error", "I", "An error of torch, pasted and explained", dialogs.ask_error),
    Action("app.target", "t", "Make this block the Grad-CAM target", editing.make_target, rests=editing.no_block),
    Action("app.grad-cam", "T", "Grad-CAM: other feature maps, and their price", editing.ask_maps, short="grad-cam"),
    Action("app.look", "V", "Grad-CAM of a picture, here", dialogs.ask_look, short="look"),
    Action("app.copy", "y", "Copy: path, edits, lines for Grad-CAM", saving.ask_copy),
    Action("app.baseline", "b", "Make this design the baseline", opening.baseline_here, short="baseline"),
    Action("app.choose-baseline", "B", "Another baseline: a preset, a file, an open design", opening.ask_baseline),
    Action("app.export", "x", "Export", saving.export, short="export"),
    Action("app.save", "ctrl+s", "Save the design file", saving.save),
    Action("app.save-as", "S", "Save under another name", saving.save_as),
    Action("app.countings", "c", "What each tool counts", dialogs.ask_countings, short="counts"),
    Action("app.time", "K", "How long each layer takes: measure it", clocking.measure),
    Action("app.budget", "P", "A budget: params, MACs, bytes, resolution", dialogs.ask_budget),
    Action("app.fit", "F", "Fit the budget: the largest value that holds", dialogs.ask_fit, rests=dialogs.no_budget),
    Action("app.curve", "R", "The curve of this number: params, MACs", dialogs.ask_curve, rests=dialogs.no_curve),
    Action("app.weights", "p", "Pretrained weights: what of them fits", dialogs.ask_weights, short="weights"),
    Action("app.adapt", "a", "Carry the weights over into a file", dialogs.ask_adapt, rests=dialogs.no_weights),
    Action("app.verdict", "v", "What torch says; to what differs", saving.tell_verdict),
    Action("app.next-language", "L", "Another language", speak_next, settles="nothing"),
    Action("app.help", "question_mark,f1", "Help", dialogs.ask_help, short="help", sign="?"),
    Action("app.suspend", "ctrl+z", "Suspend; fg comes back", saving.suspend),
    Action("app.quit", "q", "Quit", saving.leave, short="quit"),
    Action("app.quit-anywhere", "ctrl+q", "Quit, from anywhere", saving.leave, is_priority=True),
    Action("app.palette", "ctrl+p", "Every command, by name", by="command_palette", is_priority=True),
)

_TREE = (
    Action("tree.up", "up,k", "Up", by="move(-1)"),
    Action("tree.down", "down,j", "Down", by="move(1)"),
    Action("tree.close", "left,h", "Fold, or go to the group", by="close"),
    Action("tree.open", "right,l", "Unfold, or go into the group", by="open"),
    Action("tree.toggle", "space", "Fold or unfold", by="fold"),
    Action("tree.page-up", "pageup", "Page up", by="page(-1)"),
    Action("tree.page-down", "pagedown", "Page down", by="page(1)"),
    Action("tree.first", "home,g", "First row", by="end(0)"),
    Action("tree.last", "end,G", "Last row", by="end(-1)"),
    Action("tree.previous-stage", "left_square_bracket", "Previous stage", moving.previous_stage, sign="["),
    Action("tree.next-stage", "right_square_bracket", "Next stage", moving.next_stage, sign="]"),
    Action("tree.level-1", "1", "Show stages", by="level(1)"),
    Action("tree.level-2", "2", "Show blocks", by="level(2)"),
    Action("tree.level-3", "3", "Show operations", by="level(3)"),
    Action("tree.level-4", "4", "Show everything", by="level(4)"),
    Action("tree.share", "s", "Bar: share of params, MACs, or time", moving.share, settles="typing"),
    Action("tree.differences", "d", "Columns of differences to the baseline", moving.differences, settles="typing"),
)

_DETAIL = (
    Action("detail.previous", "up,k", "Previous field", editing.mark_previous),
    Action("detail.next", "down,j", "Next field", editing.mark_next),
    Action("detail.step-up", "plus,equals_sign,right,l", "Step up", editing.step, short="more", sign="+"),
    Action("detail.step-down", "minus,left,h", "Step down", editing.step_back, short="less"),
    Action(
        "detail.open",
        "enter,e,space",
        "Type a value (a digit or a letter begins it)",
        editing.begin,
        short="type",
    ),
    Action("detail.previous-stage", "left_square_bracket", "Previous stage", moving.previous_stage, sign="["),
    Action("detail.next-stage", "right_square_bracket", "Next stage", moving.next_stage, sign="]"),
    Action("detail.page-down", "pagedown", "Scroll down", by="scroll(1)"),
    Action("detail.page-up", "pageup", "Scroll up", by="scroll(-1)"),
)

_FIELD = (
    Action("field.keep", "enter", "Keep", editing.keep, short="keep", settles="nothing"),
    Action("field.revert", "escape", "Take back", editing.revert, short="take back", settles="nothing"),
    Action("field.previous", "up,shift+tab", "Previous field", editing.on_to_previous, settles="nothing"),
    Action("field.next", "down,tab", "Next field", editing.on_to_next, settles="nothing"),
)

_FIND = (
    Action("find.keep", "enter", "Go to the match", moving.keep_match, settles="nothing"),
    Action("find.note", "ctrl+n", "The note that is about it", moving.find_note, settles="nothing"),
    Action("find.back", "escape", "Back to where you were", moving.drop_match, settles="nothing"),
    Action("find.next", "down,tab", "Next match", moving.next_match, settles="nothing"),
    Action("find.previous", "up,shift+tab", "Previous match", moving.previous_match, settles="nothing"),
)

_PANES = (
    Action("picture.previous", "left,h,up,k", "Previous feature map", by="move(-1)"),
    Action("picture.next", "right,l,down,j", "Next feature map", by="move(1)"),
    Action("list.up", "up,k", "Up", by="move(-1)"),
    Action("list.down", "down,j", "Down", by="move(1)"),
    Action("list.page-up", "pageup", "Page up", by="page(-1)"),
    Action("list.page-down", "pagedown", "Page down", by="page(1)"),
    Action("list.first", "home,g", "First", by="end(0)"),
    Action("list.last", "end,G", "Last", by="end(-1)"),
    Action("list.choose", "enter,space", "Go to it in the tree", by="choose", short="go there"),
    Action("ripple.since", "r", "Since the last edit, or the baseline", moving.since, short="since"),
    Action("ranking.order", "o", "Next order", moving.order, short="next order"),
    Action("ranking.level", "l", "Operations, blocks, or stages", moving.ranks, short="ops, blocks, stages"),
)

_DIALOGS = (
    Action("designs.new", "n", "New: a preset, a design file", opening.ask_new, by="answer('new')"),
    Action("designs.copy", "d", "Duplicate", opening.copy, by="answer('copy')"),
    Action("designs.rename", "r", "Rename", opening.rename, by="rename"),
    Action(
        "designs.compare",
        "c",
        "Compare: make it the baseline of the current one",
        opening.compare,
        by="answer('compare')",
    ),
    Action("designs.save", "s", "Save all that is unsaved", saving.save_all, by="answer('save')"),
    Action("designs.close", "x,delete", "Close", opening.close, by="answer('close')"),
    Action("note.back", "escape,i,q", "Back", by="dismiss"),
    Action("note.next", "right,l,n", "Next note", by="turn(1)"),
    Action("note.previous", "left,h,p", "Previous note", by="turn(-1)"),
    Action("note.titles", "t,tab", "The titles of all notes", by="titles"),
    Action("note.language", "L", "Another language", by="language"),
    Action("note.down", "j", "Down", by="scroll(1)"),
    Action("note.up", "k", "Up", by="scroll(-1)"),
    Action("side.right", "right,l", "Scroll right", by="scroll(8)"),
    Action("side.left", "left,h", "Scroll left", by="scroll(-8)"),
    Action("side.back", "q,C", "Back", by="dismiss"),
    Action("steps.next", "down,j,right,l,space", "Next step", by="go(1)"),
    Action("steps.previous", "up,k,left,h", "Step before", by="go(-1)"),
    Action("steps.back", "escape,q,M", "Back", by="dismiss"),
    Action("norm.next", "right,l,down,j", "Next step", by="go(1)"),
    Action("norm.previous", "left,h,up,k", "Step before", by="go(-1)"),
    Action("norm.again", "space", "Another forward pass in train mode", by="again"),
    Action("norm.back", "escape,q,M", "Back", by="dismiss"),
    Action("cam.next", "down", "The next file", by="move(1)"),
    Action("cam.previous", "up", "The file before", by="move(-1)"),
    Action("cam.page-down", "pagedown", "Scroll down", by="page(1)"),
    Action("cam.page-up", "pageup", "Scroll up", by="page(-1)"),
    Action("cam.complete", "tab", "Take the file, or the other field", by="complete"),
    Action("cam.save", "ctrl+s", "Save a PNG", by="save"),
    Action("adapt.next", "down", "The next policy", by="choose(1)"),
    Action("adapt.save", "ctrl+s", "Write the Python file that loads the weights", by="save"),
    Action("adapt.previous", "up", "The policy before", by="choose(-1)"),
    Action("budget.put", "ctrl+s", "Put it into the design's file", by="put"),
    Action("curve.other", "space,left,right", "The other curve", by="other"),
    Action("fit.next", "down", "The next number", by="choose(1)"),
    Action("fit.previous", "up", "The number before", by="choose(-1)"),
    Action("target.next", "down", "The next way", by="choose(1)"),
    Action("target.previous", "up", "The way before", by="choose(-1)"),
    Action("dialog.back", "escape", "Back", by="dismiss"),
    Action("choose.up", "up", "Preset above", by="move(-1)"),
    Action("choose.down", "down", "Preset below", by="move(1)"),
    Action("mistake.first", "f2", "Do the first that is offered", by="wish"),
    Action("recover.forget", "x,delete", "Forget it for good", opening.forget, by="forget"),
    Action("quit.export", "s,ctrl+s", "Save a design file first", saving.save_and_leave, by="answer('quit.export')"),
    Action("quit.save", "a", "Save all and quit", saving.save_all_and_leave, by="answer('quit.save')"),
    Action("quit.quit", "q", "Quit without saving", saving.leave_unsaved, by="answer('quit.quit')"),
    Action("help.back", "q,question_mark,f1", "Back", by="dismiss"),
)

_MESSAGES = (
    Action("app.resize", "", "Have another room", moving.resize, settles="nothing"),
    Action("app.enter", "", "Give a pane the focus", editing.enter, settles="nothing"),
    Action("app.jump", "", "Go to a place", moving.jump),
    Action("app.jump-to", "", "Go to a place by its name", moving.jump_to),
    Action("app.make", "", "Make edits as one step", editing.make),
    Action("app.language", "", "Speak a language", speak, settles="nothing"),
    Action("app.count", "", "Show another counting", moving.count),
    Action("app.set-budget", "", "Have a budget", moving.set_budget),
    Action("app.own-budget", "", "Have a budget in the design's file", saving.own_budget),
    Action("app.save-over", "", "Ask before a file is written over", saving.save_over),
    Action("app.saved", "", "A design file was saved", saving.saved, settles="nothing"),
    Action("app.wrote", "", "An export was written", saving.wrote),
    Action("app.rank-by", "", "Rank in an order", moving.rank_by),
    Action("app.take", "", "Copy a text", saving.copy),
    Action("app.progress", "", "What torch's process is about", saving.progress, settles="nothing"),
    Action("app.done", "", "What torch said", saving.done, settles="nothing"),
    Action("app.timing", "", "Time is being measured", clocking.progress, settles="nothing"),
    Action("app.timed", "", "Time was measured", clocking.done, settles="nothing"),
    Action("tree.go", "", "Stand at a place", moving.go, settles="typing"),
    Action("tree.leap", "", "Jump to a place, out of a filter", moving.leap, settles="typing"),
    Action("list.point", "", "Stand at a place of a list", moving.point),
    Action("detail.press", "", "Mark a field and press a part of it", editing.press),
    Action("detail.letter", "", "Choose by a letter", editing.choose, settles="nothing"),
    Action("detail.begin", "", "Begin a value with what was typed", editing.begin),
    Action("field.type", "", "Type into a field", editing.typed, settles="nothing"),
    Action("field.leave", "", "End typing", editing.leave, settles="nothing"),
    Action("find.type", "", "Find as one types", moving.sought_for, settles="nothing"),
    Action("designs.switch", "", "Go to a design", opening.switch),
    Action("choose.open", "", "Open a design", opening.open_design),
    Action("choose.compare", "", "Compare with a design", opening.compare_with),
    Action("history.go", "", "Go to a step", editing.to_step),
    Action("target.set", "", "Have other feature maps", editing.set_maps),
    Action("earlier.found", "", "Work was found", opening.offered, settles="nothing"),
    Action("recover.open", "", "Go on with work that was found", opening.resume),
    Action("recover.leave", "", "Leave the work that was found", opening.decline),
)

ACTIONS: dict[str, Action] = {
    action.id: action for action in (*_EVERYWHERE, *_TREE, *_DETAIL, *_FIELD, *_FIND, *_PANES, *_DIALOGS, *_MESSAGES)
}
"""Every action, by its id, in the order in which help lists those that have keys."""

SECTIONS: dict[str, tuple[str, ...]] = {
    later("Everywhere"): ("app",),
    later("Tree"): ("tree",),
    later("Numbers"): ("detail",),
    later("While typing"): ("field",),
    later("While finding"): ("find",),
    later("Picture"): ("picture",),
    later("Ripple, rankings"): ("list", "ripple", "ranking"),
    later("Open designs"): ("designs",),
    later("Notes"): ("note",),
    later("Step by step"): ("steps", "norm"),
    later("Weights, pictures"): ("adapt", "cam"),
    later("Other dialogs"): (
        "dialog",
        "choose",
        "side",
        "target",
        "budget",
        "fit",
        "curve",
        "mistake",
        "recover",
        "quit",
        "help",
    ),
}
"""Where keys apply, by the panes and dialogs that have them."""


def do(bench: Bench, id: str, *arguments: object, **options: object) -> Outcome:  # noqa: A002  # the table's word
    """Do an action: end what is half done, run it, explain what cannot be, and have torch asked where it should be.

    Total: whatever a bench is and whatever was pressed, there is an outcome.
    """
    action = ACTIONS[id]
    if action.settles != "nothing":
        bench = editing.settle(bench) if action.settles == "all" else editing.settle_typing(bench)
        bench = structs.replace(bench, letters="") if bench.letters else bench
    after, effects = _run(action, bench, arguments, options)
    after, asked = saving.verification(after)
    return Outcome(after, (*effects, *asked))


def _run(action: Action, bench: Bench, arguments: tuple[object, ...], options: dict[str, object]) -> Outcome:
    """What an action makes of a settled bench; why it rests, where it does."""
    why = action.rests(bench)
    if why:
        return Outcome(bench, (Say(why, 2),))
    if action.run is None:
        return Outcome(bench)
    try:
        made = action.run(bench, *arguments, **options)
    except DesignError as error:
        made = editing.refused(bench, error)
    return made if isinstance(made, Outcome) else Outcome(made)
