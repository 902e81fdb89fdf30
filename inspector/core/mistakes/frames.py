"""What a traceback shows besides its message: the layers that ran, and the line of code that it ends in."""

from __future__ import annotations

import re
from itertools import islice

from msgspec import Struct


class Frame(Struct, frozen=True):
    """Where a traceback ends, torch's own files left out: the file, the function, and the line of code.

    Each is empty where the text does not show it. `is_library` where the file is torchvision's or another package's.
    """

    file: str = ""
    function: str = ""
    code: str = ""
    is_library: bool = False

    @property
    def stem(self) -> str:
        """The file's name without its folders: `fcn.py`."""
        return self.file.replace("\\", "/").rpartition("/")[2]


_POINTED_AT = re.compile(r"^-++> .*+$", re.MULTILINE)
_BLOCK = re.compile(r"layer([1-4])[.\[](-?+[0-9]{1,5}+)")
_STAGE_CALL = re.compile(r"self\.layer([1-4])\(")
_CALL = re.compile(r"(?:self|layer[1-4]\.[0-9]{1,5}+)\.(conv[1-3]|bn[1-3]|downsample|fc)\b(?! *+=)")
_FARTHEST = 400
"""Lines of a traceback that are looked at, its last ones."""


def seen_in(text: str) -> frozenset[str]:
    """The pieces of torch's paths in a traceback; of the lines that IPython shows, those that its arrow points at."""
    text = "\n".join(_POINTED_AT.findall(text)) or text
    pieces = {f".layer{number}." for number in _STAGE_CALL.findall(text)}
    for number, block in islice(((match[1], match[2]) for match in _BLOCK.finditer(text)), 64):
        pieces |= {f".layer{number}.", f".layer{number}.{block}."}
    calls = _CALL.findall(text)
    if calls:
        pieces.add(f".{calls[-1]}." if pieces or "_forward_impl" not in text else f"^.{calls[-1]}.")
    return frozenset(pieces)


def innermost(text: str) -> Frame:
    """The last frame that is not within torch, in the words of Python or of IPython; an empty one without any."""
    lines = text.splitlines()[-_FARTHEST:]
    found = Frame()
    for number, line in enumerate(lines):
        file, function = _file(line.strip())
        if file and not _is_torch(file):
            found = Frame(file, function, _code(lines[number + 1 : number + 12]), _is_library(file))
    if not found.file and lines and _is_code(lines[-1]):
        return Frame("", "", lines[-1].strip())
    return found


def _file(line: str) -> tuple[str, str]:
    """File and function of a frame: `File "a.py", line 9, in forward`, `File a.py:9, in forward(x)`, `a.py in f(x)`."""
    if line.startswith('File "'):
        _, file, rest = (*line.split('"', 2), "")[:3]
        return file[-300:], rest.rpartition(" in ")[2][:60]
    name, _, function = line.partition(" in ")
    name = name.removeprefix("File ").rstrip(",")[-300:]
    name = name.partition(".py:")[0] + ".py" if ".py:" in name else name
    return (name, function[:60]) if name.endswith(".py") and " " not in name and function else ("", "")


def _code(lines: list[str]) -> str:
    """The line of code of a frame: the one that IPython points at, or the first."""
    for number, line in enumerate(lines):
        text = line.strip()
        if text.startswith("--") and "> " in text:
            return text.partition("> ")[2].strip().lstrip("0123456789").strip()[:200]
        if number and _file(text)[0]:
            break
    first = lines[0].strip() if lines else ""
    return first[:200] if _is_code(first) else ""


def _is_code(line: str) -> bool:
    """Whether a line is code rather than the next frame or the error itself."""
    text = line.strip()
    return bool(text) and not text.startswith(("File ", "~", "^")) and "Error" not in text[:40] and not _file(text)[0]


def _is_torch(file: str) -> bool:
    path = file.replace("\\", "/")
    return "/torch/" in path and "/torchvision/" not in path


def _is_library(file: str) -> bool:
    return any(
        part in file.replace("\\", "/") for part in ("site-packages/", "dist-packages/", "torchvision/", "timm/")
    )
