"""What commands take: a model and its edits, a counting, a file; and how a shell completes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from inspect import cleandoc
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from inspector.cli.given import FROM, TAKE, commands, ends_as_file, load
from inspector.core.measures.counting import CONVENTIONS
from inspector.errors import InspectorError
from inspector.languages import languages
from inspector.speech import later, say

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from inspector.core.design.design import Design


class _Completed(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """An argument whose words a shell completes."""

    def words(self, context: click.Context, incomplete: str) -> Iterable[str]:
        """What may stand here, whatever has been typed of it."""
        raise NotImplementedError

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002  # click calls it so
        incomplete: str,
    ) -> list[CompletionItem]:
        """The words that begin with what has been typed."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(word) for word in self.words(ctx, incomplete) if word.startswith(incomplete)]


class Model(_Completed):
    """A preset, a design file or a file of weights; a shell completes them, and commands where one could stand."""

    name = "model"

    def words(self, context: click.Context, incomplete: str) -> Iterable[str]:  # noqa: ARG002
        """Presets, and at the first place commands."""
        from inspector.core.design.fields import PRESETS

        is_later = any(context.params.get(name) for name in ("assignments", "counting"))
        is_first = context.command.name == "edit" and not is_later
        return [*PRESETS, *(name for name in commands(context) if name != "edit" and is_first)]

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Files where no word begins so."""
        from click.shell_completion import CompletionItem

        return super().shell_complete(ctx, param, incomplete) or [CompletionItem(incomplete, type="file")]


class Assignment(_Completed):
    """ADDRESS=VALUE; a shell completes the address, with the value that it has in the model."""

    name = "assignment"

    def words(self, context: click.Context, incomplete: str) -> Iterable[str]:  # noqa: ARG002
        """Every address with its value, after the edits that stand on the line already."""
        from inspector.core.design.edit import addresses, several
        from inspector.core.design.fields import PRESETS

        typed = os.environ.get("COMP_WORDS", "").split()  # click parses nothing where an option lacks its value
        models = [word for word in typed if word in PRESETS or ends_as_file(word)]
        given = tuple(after for before, after in pairwise(typed) if before == "--set" and "=" in after != incomplete)
        try:
            design = assign(load(models[0] if models else "resnet50"), given)
        except InspectorError:
            return []
        every = (*addresses(design, incomplete), *several(incomplete))
        known = (address for address in every if address.startswith(incomplete))
        return [_with_value(design, address) for address in known]


class Address(_Completed):
    """An address, which a shell completes."""

    name = "address"

    def words(self, context: click.Context, incomplete: str) -> Iterable[str]:  # noqa: ARG002
        """Every address of numbers of resnet50, and those that mean several."""
        from inspector.core.design.edit import addresses, several
        from inspector.core.design.presets import preset

        return [*several(incomplete), *addresses(preset("resnet50"), incomplete)]


def _with_value(design: Design, address: str) -> str:
    """An address and the value that it has; one that means several has none."""
    from inspector.core.design.differences import value
    from inspector.core.design.edit import WIDTH, resolve

    if address == WIDTH or "*" in address:
        return f"{address}="
    return f"{address}={value(resolve(design, address).value)}"


class Counting(_Completed):
    """A counting, which a shell completes; what it may be is looked up where it is used."""

    name = "counting"

    def words(self, context: click.Context, incomplete: str) -> Iterable[str]:  # noqa: ARG002
        """The countings."""
        return CONVENTIONS


class At(_Completed):
    """A place of the network, which a shell completes: by torch's path where that is begun, by the paper's name."""

    name = "place"

    def words(self, context: click.Context, incomplete: str) -> Iterable[str]:
        """Every place of the model that the line has, or of resnet50."""
        from inspector.core.network.network import analyze

        model = str(context.params.get("model") or "resnet50")
        try:
            network = analyze(assign(load(model), ()))
        except InspectorError:
            return []
        is_path = incomplete.startswith(("layer", "avg"))
        return dict.fromkeys(place.path if is_path else place.name for place in network.places() if place.depth)


class Subject(_Completed):
    """A topic, which a shell completes, or the text of an error."""

    name = "subject"

    def words(self, context: click.Context, incomplete: str) -> Iterable[str]:  # noqa: ARG002
        """The topics."""
        from inspector.core.explain.concepts import TOPICS

        return TOPICS


def with_model(command: Any) -> Any:  # noqa: ANN401  # a decorator, over functions of any signature
    """The MODEL argument, `--set`, and what says more of weights, which every command on one design has."""
    command = click.option(
        "--set",
        "assignments",
        type=Assignment(),
        metavar="ADDRESS=VALUE",
        multiple=True,
        help=later("Edit before anything else: conv5_x.planes=384, conv5_3.conv3=1024, input=1,3,512,512. Repeatable."),
    )(with_weights(command))
    return click.argument("model", type=Model(), default="resnet50", metavar="[MODEL]")(command)


def with_weights(command: Any) -> Any:  # noqa: ANN401  # a decorator, over functions of any signature
    """`--take` and `--from`, which say what a file of weights is where it does not."""
    text = later("Where MODEL is a file of weights with several networks: which one.")
    command = click.option("--take", metavar="NAME", expose_value=False, callback=_kept(TAKE), help=text)(command)
    text = later("Where MODEL is a file of weights: the preset or design file that says what shapes do not tell.")
    return click.option(
        "--from", "origin", type=Model(), metavar="DESIGN", expose_value=False, callback=_kept(FROM), help=text
    )(command)


def _kept(key: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    def keep(context: click.Context, _: click.Parameter, value: str | None) -> None:
        context.meta[key] = value or ""

    return keep


def with_counting(command: Any) -> Any:  # noqa: ANN401  # a decorator, over functions of any signature
    """`--counting`, which every command that shows costs has."""
    text = later("Whose counting the tables show: {countings}.")
    return click.option("--counting", type=Counting(), metavar="NAME", help=text)(command)


def with_output(command: Any) -> Any:  # noqa: ANN401  # a decorator, over functions of any signature
    """`--output` and `--force`, which every command that can write a file has."""
    command = click.option("--force", is_flag=True, help=later("Overwrite FILE if there is one."))(command)
    text = later("Write to a file instead of standard output.")
    return click.option("--output", "-o", metavar="FILE", help=text)(command)


def with_language(command: Any) -> Any:  # noqa: ANN401  # a decorator, over functions of any signature
    """`--lang`, which every command that speaks at length has; what it says is spoken by then."""
    text = later("The language to speak; the settings' or the locale's if left out.")
    return click.option("--lang", type=click.Choice(languages()), expose_value=False, help=text)(command)


def in_language(command: click.Command) -> click.Command:
    """A command whose help, and that of those below it, is in the language that is spoken: each text is said once."""
    if command.name not in _TOLD:
        _TOLD.add(command.name)
        command.help = say(cleandoc(command.help or ""))
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.help:
                parameter.help = say(parameter.help, countings=", ".join(CONVENTIONS))
        for below in command.commands.values() if isinstance(command, click.Group) else ():
            in_language(below)
    return command


_TOLD: set[str | None] = set()


def assign(design: Design, assignments: tuple[str, ...]) -> Design:
    """`design` with every `--set` made; DesignError where one is not allowed."""
    from inspector.core.design.edit import edit

    return edit(design, *assignments)
