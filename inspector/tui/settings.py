"""What a person can set once for every start."""

from __future__ import annotations

from msgspec import Struct

from inspector.core.counting import DEFAULT


class Settings(Struct, frozen=True):
    """`theme` is one of Textual's, `lang` en or ko; an empty string leaves it to what was last used, or the locale.

    `keys` maps the id of an action to the keys that it is to have, with commas between them.
    """

    counting: str = DEFAULT
    verify: bool = True
    ascii: bool = False
    theme: str = ""
    lang: str = ""
    keys: dict[str, str] = {}
