"""Pickles, read as data: no class is looked up, nothing is imported, nothing that a file names is called.

What would be an object is a stub with its class' name; what torch would make a tensor of is its shape and type.
Python's own unpickler is not used: it calls what it is told to, hashes keys that are nested without end, and takes
gigabytes for one wrong index. What reading costs is bounded: operations, bytes, tensors.
"""

from __future__ import annotations

from inspector.errors import WeightsFileError
from inspector.files.opcodes import OPERATIONS, STOP
from inspector.files.rebuilding import Storages
from inspector.files.source import Source, Stream
from inspector.files.stack import Stack
from inspector.speech import say

MOST_OPERATIONS = 2_000_000
"""Operations of all pickles of a file; ResNet-152's state_dict takes 32,000."""
MOST_BYTES = 32 * 2**20
"""Bytes of all pickles of a file, without the values that some have among them."""


class Pickles:
    """The pickles that stand one behind the other in a source, from one place to another.

    `storages` are what the tensors read so far lie in; `wanted` the classes and functions that were named so far and
    that torch does not load unasked.
    """

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.stream = Stream(source, start, end, MOST_BYTES)
        self.storages = Storages()
        self.wanted: dict[str, None] = {}
        self._left = MOST_OPERATIONS

    def read(self) -> object:
        """What the next pickle holds: numbers, texts, lists, tuples, mappings by text, `Shaped`, `Stub`.

        Raises WeightsFileError, without the file's name, where it is damaged, too large, or nothing of the kind.
        """
        stack = Stack(self.stream, self.storages, self.wanted)
        byte, operations = self.stream.byte, OPERATIONS
        try:
            for left in range(self._left, 0, -1):
                code = byte()
                if code == STOP:
                    self._left = left - 1
                    return stack.items.pop()
                operations[code](stack)
        except (IndexError, KeyError, TypeError, ValueError, OverflowError):
            raise WeightsFileError(say("its pickle is damaged, or is none that torch writes")) from None
        raise WeightsFileError(say("its pickle has more than {n} operations", n=MOST_OPERATIONS))
