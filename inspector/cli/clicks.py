"""What click itself says, by gettext: named here, so that it stands in the catalogues."""

from __future__ import annotations

from inspector.speech import later, later_some

WORDS = (
    later("Usage:"),
    later("Options"),
    later("Commands"),
    later("Show this message and exit."),
    later("Show the version and exit."),
    later("No such option {name!r}."),
    later("No such command {name!r}."),
    later("Missing argument"),
    later("Missing option"),
    later("Missing parameter"),
    later("Missing command."),
    later("Missing {param_type}"),
    later("Invalid value: {message}"),
    later("Invalid value for {param_hint}: {message}"),
    later("Option {name!r} does not take a value."),
    later("Choose from:\n\t{choices}"),
    later("default: {default}"),
    later_some("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    later_some("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    later_some("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    later_some("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
)
