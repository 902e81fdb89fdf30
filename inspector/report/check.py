"""What of a budget holds: as text, Markdown, JSON, JUnit, and as one annotation of GitHub's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from inspector.core.budgets.amounts import exactly
from inspector.core.budgets.holding import Held
from inspector.core.budgets.quantities import Terms
from inspector.core.design.differences import edits
from inspector.core.network.network import Network
from inspector.outside import cells
from inspector.report.design_toml import design_file
from inspector.report.tables import markdown_row, markdown_text
from inspector.speech import say, some, speaking

SCHEMA = "inspector/check/1"


class Checked(NamedTuple):
    """A network that was held against a budget: `name` is what it is called, `held` what it has of each limit.

    `file` is what it was read from, none where it is a preset.
    """

    name: str
    network: Network
    baseline: Network
    terms: Terms
    held: tuple[Held, ...]
    file: str = ""

    @property
    def broken(self) -> tuple[Held, ...]:
        """The limits that do not hold."""
        return tuple(each for each in self.held if not each.is_held)

    @property
    def verdict(self) -> str:
        """What holds, in a line."""
        if not self.broken:
            return some(len(self.held), "{name}: {n} limit holds", "{name}: {n} limits hold", name=self.name)
        return say("{name}: {n} of {count} limits broken", name=self.name, n=len(self.broken), count=len(self.held))


def as_text(checked: Checked) -> str:
    """A line for each limit, in columns that line up, the verdict at the end."""
    rows = [_headings(), *map(budget_row, checked.held)]
    widths = [max(cells(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([*lines, "", checked.verdict]) + "\n"


def _headings() -> tuple[str, ...]:
    return "", say("limit"), say("there is"), say("limited to"), say("by how much")


def budget_row(held: Held) -> tuple[str, ...]:
    """A limit as a row: whether it holds, of what it is, what there is, what is allowed, and what is left."""
    limited = f"{held.sign} {exactly(held.limit, held.unit)}"
    return _mark(held), _named(held), exactly(held.amount, held.unit), limited, held.words


def _mark(held: Held) -> str:
    return "✓" if held.is_held else "✗"


def _named(held: Held) -> str:
    """What is limited, and what its growth is over."""
    return f"{held.what} ({say('over {name}', name=held.of)})" if held.of else held.what


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    mark, name, there, limited, rest = (
        text + blank if at in (0, 1, 4) else blank + text
        for at, (text, blank) in enumerate(
            (text, " " * (width - cells(text))) for text, width in zip(row, widths, strict=True)
        )
    )
    return f"{mark} {name}  {there}  {limited}  {rest}".rstrip()


def as_markdown(checked: Checked) -> str:
    """A table for a pull request or a step summary, the verdict above it."""
    lines = [f"**{markdown_text(checked.verdict)}**", "", markdown_row(_headings())]
    lines += ["|---|---|---:|---:|---|", *(markdown_row(budget_row(held)) for held in checked.held)]
    return "\n".join(lines) + "\n"


def as_json(checked: Checked) -> str:
    """The same for programs; version 1 only grows."""
    with speaking(None):
        said = {
            "schema": SCHEMA,
            "name": checked.name,
            "design": design_file(checked.network.design),
            "counting": checked.terms.counting.name,
            "dtype": checked.terms.dtype,
            "optimizer": checked.terms.optimizer,
            "holds": not checked.broken,
            "limits": [told(held) for held in checked.held],
        }
    return json.dumps(said, indent=2) + "\n"


def told(held: Held) -> dict[str, object]:
    """A limit, and what there is of it, for programs."""
    return {
        "limit": held.name,
        "quantity": held.quantity,
        "what": held.what,
        "place": held.place or None,
        "baseline": held.of or None,
        "bound": held.bound,
        "unit": held.unit,
        "allowed": held.limit,
        "amount": held.amount,
        "left": held.rest,
        "holds": held.is_held,
    }


JUNIT = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="inspector check"'
"""How a file of JUnit's begins that was written here."""


def as_junit(checked: Checked) -> str:
    """JUnit's XML, as CI systems read it: one testcase a limit; in English."""
    with speaking(None):
        counts = {"tests": str(len(checked.held)), "failures": str(len(checked.broken)), "errors": "0"}
        suites = Element("testsuites", {"name": "inspector check", **counts})
        suite = SubElement(suites, "testsuite", {"name": _plain(checked.name), **counts})
        for held in checked.held:
            of = held.place or (held.quantity.removeprefix("max-") if held.of else "")
            named = _plain(" ".join(part for part in (held.name, of) if part))
            case = SubElement(suite, "testcase", classname="inspector.check", name=named, time="0")
            if not held.is_held:
                message = _plain(_sentence(held))
                SubElement(case, "failure", message=message, type="budget").text = message
        return _xml(suites)


def error_junit(problem: str) -> str:
    """The same where nothing could be held against the budget: one testcase that is in error."""
    counts = {"tests": "1", "failures": "0", "errors": "1"}
    suites = Element("testsuites", {"name": "inspector check", **counts})
    case = SubElement(SubElement(suites, "testsuite", {"name": "inspector check", **counts}), "testcase")
    case.attrib |= {"classname": "inspector.check", "name": "budget", "time": "0"}
    SubElement(case, "error", message=_plain(problem), type="design").text = _plain(problem)
    return _xml(suites)


def _xml(root: Element) -> str:
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _plain(text: str) -> str:
    """A text without what XML 1.0 cannot hold."""
    return "".join(each if each.isprintable() else "�" for each in text)


def as_annotation(checked: Checked) -> str:
    """One annotation of GitHub's that lists all that is broken, since it shows ten a step and hides the rest.

    Nothing where all holds. In English.
    """
    if not checked.broken:
        return ""
    with speaking(None):
        lines = [checked.verdict, *map(_sentence, checked.broken)]
        changed = [each.words for each in edits(checked.network.design)]
        lines += [say("edited: {edits}", edits=", ".join(changed))] if changed else []
        return _annotation(say("over budget"), "\n".join(lines), checked.file)


def error_annotation(problem: str) -> str:
    """The annotation that says why nothing could be held against the budget."""
    return _annotation("inspector check", problem)


def _annotation(title: str, text: str, file: str = "") -> str:
    at = f"file={_property(file)}," if file else ""
    return f"::error {at}title={_property(title)}::{_data(text)}\n"


def _sentence(held: Held) -> str:
    return say(
        "{what}: {amount}, limited to {sign} {limit}: {words}",
        what=_named(held),
        amount=exactly(held.amount, held.unit),
        sign=held.sign,
        limit=exactly(held.limit, held.unit),
        words=held.words,
    )


def _data(text: str) -> str:
    """Text as a workflow command has it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def headed(checked: Checked) -> str:
    """What a step summary has: the table under a heading, in English."""
    with speaking(None):
        changed = [each.words for each in edits(checked.network.design)]
        edited = f"\n{markdown_text(say('edited: {edits}', edits=', '.join(changed)))}\n" if changed else ""
        return f"### {say('Budget')}\n\n{as_markdown(checked)}{edited}"


def error_headed(problem: str) -> str:
    """What a step summary has where nothing could be held against the budget."""
    with speaking(None):
        return f"### {say('Budget')}\n\n**{markdown_text(problem)}**\n"
