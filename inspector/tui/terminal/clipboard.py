"""Copying: by the terminal (OSC 52), and to the system's clipboard where there is one."""

from __future__ import annotations


def to_system(text: str) -> str:
    """Copy to the system's clipboard; the name of the program that took it, an empty string where there is none.

    It may take as long as another program does: not for the thread that the screen is drawn in.
    """
    import pyperclip

    copy, _ = pyperclip.determine_clipboard()
    if not copy:
        return ""
    try:
        copy(text)
    except (pyperclip.PyperclipException, OSError):
        return ""
    return str(copy.__name__).removeprefix("copy_")
