from __future__ import annotations

from inspector.languages import language
from inspector.speech import speaking
from inspector.tui.terminal.ascii import is_needed, to_ascii


def test_ascii_is_chosen_where_nothing_else_is_drawn() -> None:
    assert is_needed({"TERM": "linux"})
    assert is_needed({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"})
    assert not is_needed({"TERM": "xterm-256color", "LANG": "ko_KR.UTF-8"})
    assert not is_needed({"TERM": "xterm", "LC_ALL": "C"})
    assert to_ascii("▾ 2048×7×7 → 한") == "v 2048x7x7 > ??"


def test_letters_of_the_language_that_is_spoken_stay() -> None:
    with speaking(language("ko")):
        assert to_ascii("▾ 2048×7×7 → 한글 ✓") == "v 2048x7x7 > 한글 +"
