"""The operations of pickles, protocols 2 to 5, one row each: what each does to the stack.

As pickletools has them, without those of protocols 0 and 1 and those that need a running program. Source:
https://github.com/python/cpython/blob/3.11/Lib/pickletools.py
"""

from __future__ import annotations

from collections.abc import Callable
from struct import unpack

from inspector.files.rebuilding import Named
from inspector.files.stack import LONGEST_NAME, Stack, extend, put

Operation = Callable[[Stack], None]
STOP = ord(".")
_LONGEST_NUMBER = 2**8
"""Bytes of the longest integer that is read."""

_MOST_MARKS = 10_000
"""Tuples in lists in mappings, begun and not yet ended; Python itself writes no more than 1,000."""


def _always(value: object) -> Operation:
    def do(stack: Stack) -> None:
        stack.items.append(value)

    return do


def _new(make: type[list[object] | dict[str, object]]) -> Operation:
    def do(stack: Stack) -> None:
        stack.items.append(make())

    return do


def _whole(size: int, *, signed: bool = False) -> Operation:
    def do(stack: Stack) -> None:
        stack.items.append(int.from_bytes(stack.stream.take(size), "little", signed=signed))

    return do


def _long(size: int) -> Operation:
    def do(stack: Stack) -> None:
        if (length := stack.number(size)) > _LONGEST_NUMBER:
            raise ValueError
        stack.items.append(int.from_bytes(stack.stream.take(length), "little", signed=True))

    return do


def _float(stack: Stack) -> None:
    stack.items.append(unpack(">d", stack.stream.take(8))[0])


def _text(size: int) -> Operation:
    def do(stack: Stack) -> None:
        stack.items.append(stack.text(stack.number(size)))

    return do


def _payload(size: int) -> Operation:
    def do(stack: Stack) -> None:
        stack.items.append(stack.payload(stack.number(size)))

    return do


def _skip(size: int) -> Operation:
    def do(stack: Stack) -> None:
        stack.stream.take(size)

    return do


def _remember(size: int) -> Operation:
    def do(stack: Stack) -> None:
        stack.memo[stack.number(size)] = stack.items[-1]

    return do


def _memoize(stack: Stack) -> None:
    stack.memo[len(stack.memo)] = stack.items[-1]


def _recall(size: int) -> Operation:
    def do(stack: Stack) -> None:
        stack.items.append(stack.memo[stack.number(size)])

    return do


def _mark(stack: Stack) -> None:
    if len(stack.marks) > _MOST_MARKS:
        raise ValueError
    stack.marks.append(stack.items)
    stack.items = []


def _pop(stack: Stack) -> None:
    if stack.items:
        stack.items.pop()
    else:
        stack.since_mark()


def _pop_mark(stack: Stack) -> None:
    stack.since_mark()


def _tuple(size: int) -> Operation:
    def do(stack: Stack) -> None:
        if len(stack.items) < size:
            raise IndexError
        stack.items[-size:] = [tuple(stack.items[-size:])]

    return do


def _tuple_since_mark(stack: Stack) -> None:
    items = stack.since_mark()
    stack.items.append(tuple(items))


def _list_since_mark(stack: Stack) -> None:
    items = stack.since_mark()
    stack.items.append(items)


def _append(stack: Stack) -> None:
    item = stack.items.pop()
    extend(stack.items[-1], [item])


def _appends(stack: Stack) -> None:
    items = stack.since_mark()
    extend(stack.items[-1], items)


def _set_item(stack: Stack) -> None:
    value, key = stack.items.pop(), stack.items.pop()
    put(stack.items[-1], key, value)


def _set_items(stack: Stack) -> None:
    items = stack.since_mark()
    for key, value in zip(items[::2], items[1::2], strict=True):
        put(stack.items[-1], key, value)


def _global(stack: Stack) -> None:
    module, name = (stack.stream.line(LONGEST_NAME).decode() for _ in range(2))
    stack.items.append(stack.named(module, name))


def _stack_global(stack: Stack) -> None:
    name, module = stack.items.pop(), stack.items.pop()
    stack.items.append(stack.named(module, name))


def _call(stack: Stack) -> None:
    args, what = stack.items.pop(), stack.items.pop()
    stack.items.append(stack.call(what, args))


def _make(stack: Stack) -> None:
    """An object of a class; one that is no class is a damaged pickle."""
    args, what = stack.items.pop(), stack.items.pop()
    if not isinstance(what, Named):
        raise TypeError
    stack.items.append(stack.call(what, args))


def _make_by_words(stack: Stack) -> None:
    stack.items.pop()  # its arguments by name
    _make(stack)


def _build(stack: Stack) -> None:
    state = stack.items.pop()
    stack.build(stack.items[-1], state)


def _persistent(stack: Stack) -> None:
    stack.items.append(stack.storages.found(stack.items.pop()))


OPERATIONS: dict[int, Operation] = {
    0x80: _skip(1),  # PROTO
    0x95: _skip(8),  # FRAME: windows are our own
    ord("N"): _always(None),
    0x88: _always(True),
    0x89: _always(False),
    ord("J"): _whole(4, signed=True),
    ord("K"): _whole(1),
    ord("M"): _whole(2),
    0x8A: _long(1),
    0x8B: _long(4),
    ord("G"): _float,
    ord("X"): _text(4),
    0x8C: _text(1),
    0x8D: _text(8),
    ord("U"): _payload(1),  # text of Python 2
    ord("T"): _payload(4),
    ord("C"): _payload(1),
    ord("B"): _payload(4),
    0x8E: _payload(8),
    0x96: _payload(8),
    ord("("): _mark,
    ord("0"): _pop,
    ord("1"): _pop_mark,
    ord(")"): _always(()),
    ord("t"): _tuple_since_mark,
    0x85: _tuple(1),
    0x86: _tuple(2),
    0x87: _tuple(3),
    ord("]"): _new(list),
    ord("l"): _list_since_mark,
    ord("a"): _append,
    ord("e"): _appends,
    ord("}"): _new(dict),
    ord("s"): _set_item,
    ord("u"): _set_items,
    0x8F: _new(list),  # a set
    0x90: _appends,
    0x91: _list_since_mark,
    ord("q"): _remember(1),
    ord("r"): _remember(4),
    0x94: _memoize,
    ord("h"): _recall(1),
    ord("j"): _recall(4),
    ord("c"): _global,
    0x93: _stack_global,
    ord("R"): _call,
    0x81: _make,
    0x92: _make_by_words,
    ord("b"): _build,
    ord("Q"): _persistent,
}
"""What is done for each operation that a checkpoint may have; the end of a pickle is `STOP`."""
