"""The life of some designs: editors that are killed among edits, saves and another hand's work, and what must be so."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from adversary.harness import Attack, Editor, leaves
from adversary.model import (
    PRESET,
    Files,
    Moment,
    Seen,
    State,
    Work,
    is_right,
    left_by_a_kill,
    moments,
    text_of,
)

from inspector.journal.folder import HALF_WRITTEN

KEYS_OF = {"more": "+", "less": "-", "undo": "u", "redo": "^r", "save": "^s"}
OFFER, LIST, SAVE = "W opens it", "enter opens it", "enter write"
QUESTION = "enter once more overwrites"
NAMES = ("a.toml", "b.toml")
_TOTAL = re.compile(r"^ ([0-9,]+) params", re.MULTILINE)
_ROWS = re.compile(r" edits? .* params ")
_FEWEST, _MOST = 64, 4096


class Session:
    """An editor that runs, and what its open designs may be by now; `at` is the one in sight."""

    def __init__(self, editor: Editor, designs: list[list[State]]) -> None:
        self.editor, self.designs, self.at = editor, designs, len(designs) - 1

    @property
    def states(self) -> list[State]:
        """What the design in sight may be."""
        return self.designs[self.at]

    @property
    def source(self) -> str | None:
        """Its design file."""
        return self.states[0].source

    def settled(self) -> Session:
        """Wait until all keys were handled, and painted: the mark goes to the next field, and comes back."""
        self.editor.press("down").wait_for("▸ expansion").press("up").wait_for("▸ planes")
        return self

    def seen(self) -> Seen:
        """What the screen says of the design in sight."""
        title = self.editor.text.splitlines()[0]
        source = next((name for name in NAMES if f" {name} " in title), None)
        return Seen(self.total(), source, "not saved" in title)

    def total(self) -> int:
        """The params that are painted; 0 where the line is not whole."""
        found = _TOTAL.search(self.editor.text)
        return int(found[1].replace(",", "")) if found else 0

    def become(self, states: list[State]) -> None:
        """See that the design in sight is one of `states`, and said to be saved or not, once all keys were handled."""
        now = self.settled().seen()
        self.designs[self.at] = [each for each in states if each.seen == now]
        assert self.designs[self.at], f"{now} is none of {states}; the screen:\n{self.editor.text}"


class Life:
    """Design files, works left by the killed, and the editors that run; each step is chosen by chance."""

    def __init__(self, attack: Attack) -> None:
        self.attack, self.chance, self.folder = attack, attack.chance, attack.folders.work
        self.works: list[Work] = []
        self.sessions: list[Session] = []
        for name in NAMES:
            self._put(name, text_of(self.chance.choice((PRESET, 256))))

    @property
    def files(self) -> Files:
        """What the design files say now."""
        return Files({name: _said(self.folder / name) for name in NAMES})

    def _put(self, name: str, text: str | None) -> None:
        path = self.folder / name
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)

    # Beginning and ending

    def begin(self) -> Session:
        """Start an editor, on a design file perhaps, and see whether what must be offered is, and nothing else."""
        model = self.chance.choice([name for name in NAMES if self.files.say(name) is not None] + [None])
        self.attack.did(f"start an editor on {model}; left are {self.works}")
        editor = self._editor(*([model] if model else []))
        said = self.files.say(model)
        start = State((PRESET,)) if said is None else State((said,), 0, said, model)
        session = Session(editor, [[start]])
        self.sessions.append(session)
        session.become([start])
        self._is_offered(editor)
        choice = self.chance.random()
        if choice < 0.75 and self.works and len(self.sessions) == 1:
            self._reopen(session)
        elif choice < 0.85 and len(self.sessions) == 1:
            self._decline(session)
        return session

    def _editor(self, *arguments: str) -> Editor:
        """An editor that stands at the planes of conv5_x."""
        editor = Editor(self.attack.folders, *arguments, size=(100, 20)).wait_for(" params ")
        return editor.press("]", "]", "]", "]", "tab").wait_for("▸ planes")

    def _is_offered(self, editor: Editor) -> None:
        """There is an offer if there must be one, and none if there must not."""
        standings = {each.standing(self.files) for each in self.works if each.is_kept is False}
        if "must" in standings and len(self.sessions) == 1:
            editor.wait_for(OFFER)
        if all(each.standing(self.files) == "must not" for each in self.works if each.is_kept is not True):
            assert OFFER not in editor.text, f"wrongly offered:\n{editor.text}"

    def _list(self, session: Session) -> int:
        """List earlier work, and count it."""
        session.editor.press("W").wait_for(lambda text: LIST in text or "there is no earlier work" in text)
        return len(_ROWS.findall(session.editor.text)) if LIST in session.editor.text else 0

    def _reopen(self, session: Session) -> None:
        """Open all that was left, and see whether it is what must have been left."""
        count, editor, files = self._list(session), session.editor, self.files
        self.attack.did(f"W lists {count}, open them all")
        if session.designs[0][0].source is None and count:
            session.designs.clear()
        before = len(session.designs)
        if count:
            editor.press(*["down"] * (count if count > 1 else 0), "enter").wait_for(lambda text: LIST not in text)
        found = [self._shown(session, before + at, before + count) for at in range(count)]
        self.attack.did(f"found {found}")
        assert is_right(found, self.works, files), (
            f"what was found is not what was left:\n  found {found}\n  left {self.works}\n  files {files}"
        )
        for seen in found:
            states = [each.opened(files) for work in self.works for each in work.as_seen(seen, files)]
            session.designs.append([each for each in dict.fromkeys(states) if each.is_unsaved == seen.is_unsaved])
            assert session.designs[-1], f"whether {seen} is saved is wrongly said: {states}"
        session.at = len(session.designs) - 1
        self.works = [
            Work(each.states, is_kept=None, is_optional=True)
            for each in self.works
            if each.standing(files) == "may" and not count
        ]

    def _shown(self, session: Session, at: int, count: int) -> Seen:
        """Go to one of the designs that were opened, from the last to the first and round, and see what it is."""
        editor = session.settled().editor
        for _ in range(count):
            if count == 1 or f" {at + 1} of {count} " in editor.text:
                break
            editor.press("}")
            session.settled()
        return session.seen()

    def _decline(self, session: Session) -> None:
        """Look at what was left, and leave it: it is kept, and not offered again."""
        if self._list(session):
            self.attack.did("W, escape")
            session.editor.press("escape").wait_for(lambda text: LIST not in text)
            for each in self.works:
                each.is_kept = None

    def kill(self) -> None:
        """Kill all editors among keys, and work out what may be left of what they had open."""
        typed = [self._typed(session, saves=at == 0) for at, session in enumerate(self.sessions)]
        self.sessions[0].editor.draw(self.chance.choice((0, 0.005, 0.02, 0.05, 0.1, 0.2)) * self.chance.random())
        for session in self.sessions:
            session.editor.kill()
        for at, (session, passed) in enumerate(zip(self.sessions, typed, strict=True)):
            seen, said = session.total(), _said(self.folder / (session.source or "-"))
            saves = at == 0 and session.source is not None
            left = [state for each in passed for state in left_by_a_kill(each, seen, said, saves=saves)]
            self.attack.did(f"killed with {seen:,} params painted, {session.source} says {said}; left {left}")
            assert left, f"{session.source} says {said}, which it cannot: {passed}"
            others = [each for at, each in enumerate(session.designs) if at != session.at]
            self.works += [Work(list(dict.fromkeys(left))), *(Work(each) for each in others)]
            session.editor.close()
        self.sessions.clear()

    def kill_at_the_start(self) -> None:
        """Kill an editor before it is of any use: nothing is lost by that."""
        seconds = 0.6 * self.chance.random()
        self.attack.did(f"start an editor and kill it after {seconds:.3f} s")
        editor = Editor(self.attack.folders)
        editor.draw(seconds).kill().close()

    def quit(self) -> None:
        """Quit all editors: unsaved work is kept, whether it was asked about or not."""
        for session in self.sessions:
            self.attack.did("quit")
            leaves(session.editor)
            session.editor.close()
            self.works += [Work(each, is_kept=True) for each in session.designs]
        for each in self.works:
            each.is_kept = None if each.is_kept is False else each.is_kept
        self.sessions.clear()

    def is_whole(self) -> None:
        """At the end all that was left is found, and nothing else."""
        self.attack.did(f"at the end are left {self.works}")
        session = Session(self._editor(), [[State((PRESET,))]])
        self.sessions.append(session)
        session.become(session.states)
        self._reopen(session)
        session.editor.kill()
        self._is_tidied()

    def _is_tidied(self) -> None:
        """What a kill left between two calls is no work, and goes with the next start a minute later."""
        for path in self.attack.folders.journals.glob("*.new"):
            long_ago = time.time() - 2 * HALF_WRITTEN
            os.utime(path, (long_ago, long_ago))
            self.attack.did(f"{path.name} was left between two calls")
        self._editor().kill()
        beside = [*self.folder.glob(".*"), *self.attack.folders.journals.glob("*.new")]
        assert not beside, f"left half written: {beside}"

    # What is done meanwhile

    def go_on(self) -> None:
        """Do something in one of the editors, or to the files."""
        session, choice = self.chance.choice(self.sessions), self.chance.random()
        if choice < 0.6:
            (passed, *_) = typed = self._typed(session, saves=True)
            session.become(list(dict.fromkeys(each[-1].state for each in typed)))
            if any(each.said != passed[0].said for each in passed) and session.source:
                assert _said(self.folder / session.source) in {each[-1].said for each in typed}
        elif choice < 0.75:
            self._save_as(session)
        elif choice < 0.9:
            self._by_another_hand()
        elif session.source is not None:
            self._save_over(session)

    def _typed(self, session: Session, *, saves: bool) -> list[list[Moment]]:
        """Type some words in one go; what each of the states may go through."""
        words = [
            self._word(session, saves=saves and self._is_as_saved(session)) for _ in range(self.chance.randint(1, 9))
        ]
        self.attack.did(f"type {' '.join(words)} from {session.states}")
        for word in words:
            session.editor.press(*(("e", *word, "enter") if word.isdigit() else (KEYS_OF[word],)))
        said = _said(self.folder / (session.source or "-"))
        return [moments(each, said, words) for each in session.states]

    def _word(self, session: Session, *, saves: bool) -> str:
        words = ["more", "more", "more", "undo", "redo", str(self.chance.randint(_FEWEST, _MOST))]
        if all(each.planes > 2 * _FEWEST for each in session.states):
            words += ["less", "less"]
        return self.chance.choice(words + ["save", "save"] * saves)

    def _is_as_saved(self, session: Session) -> bool:
        """Whether the file says to the letter what was saved, so that saving asks nothing."""
        path = self.folder / (session.source or "-")
        return (
            path.is_file()
            and all(path.read_text() == text_of(each.saved or 0) for each in session.states if each.saved)
            and all(each.saved for each in session.states)
            and bool(path.stat().st_mode & 0o200)
        )

    def _save_as(self, session: Session) -> None:
        """Save under a name: what is there already is asked about."""
        name = self.chance.choice(NAMES)
        self.attack.did(f"save as {name}")
        session.editor.press("S").wait_for(SAVE).press("^u", *name).wait_for(f" {name} ")
        self._answer(session, name)

    def _save_over(self, session: Session) -> None:
        """Save where the file says something else than what was saved: nothing is written unasked."""
        name = session.source or ""
        if self._is_as_saved(session):
            return
        self.attack.did(f"^s, though {name} says {_said(self.folder / name)} and {session.states}")
        before = _bytes(self.folder / name)
        session.editor.press("^s")
        if before is None:
            session.editor.wait_for(lambda text: SAVE in text or (self.folder / name).exists())
        elif not (self.folder / name).stat().st_mode & 0o200:
            session.editor.draw(0.3)
        else:
            session.editor.wait_for(lambda text: SAVE in text or _bytes(self.folder / name) != before)
        assert before is None or _bytes(self.folder / name) == before, f"{name} was overwritten unasked"
        if SAVE in session.editor.text:
            self._answer(session, name)
        elif before is None:
            session.become([each._replace(saved=each.planes) for each in session.states])

    def _answer(self, session: Session, name: str) -> None:
        """Press enter in the dialog for saving, and once more where that is asked for, or leave it."""
        path, editor = self.folder / name, session.editor
        before = _bytes(path)
        is_protected = before is not None and not path.stat().st_mode & 0o200
        editor.press("enter")
        if before is not None:
            editor.wait_for(lambda text: QUESTION in text or is_protected or _bytes(path) != before)
            assert _bytes(path) == before, f"{name} was overwritten unasked"
            if is_protected or self.chance.random() < 0.3:
                self.attack.did("escape")
                editor.press("escape").wait_for(lambda text: SAVE not in text)
                return
            self.attack.did("enter once more")
            editor.press("enter")
        editor.wait_for(lambda text: SAVE not in text)
        session.become([each._replace(saved=each.planes, source=name) for each in session.states])
        assert _said(path) in {each.planes for each in session.states}

    def _by_another_hand(self) -> None:
        """Change a file as somebody else does: another design, a remark, no design at all, deleted, protected."""
        name = self.chance.choice(NAMES)
        path = self.folder / name
        kind = self.chance.choice(("other", "remark", "rubbish", "deleted", "protected"))
        self.attack.did(f"{name} is {kind} by another hand")
        if kind == "other":
            self._put(name, text_of(self.chance.randrange(_FEWEST, _MOST)))
        elif kind == "deleted":
            self._put(name, None)
        elif kind == "protected" and path.exists():
            path.chmod(0o444)
        else:
            self._put(name, text_of(PRESET) + ("# by hand\n" if kind == "remark" else "= no TOML [\n"))


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _said(path: Path) -> int | None:
    """The planes that a design file says, whatever else stands in it; None where it is none."""
    if not path.is_file():
        return None
    text = path.read_text()
    planes = re.search(r"^planes = (\d+)$", text, re.MULTILINE)
    said = int(planes[1]) if planes else PRESET
    return said if text in (text_of(said), f"{text_of(said)}# by hand\n") else None
