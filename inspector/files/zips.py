"""A zip archive's list of members, read by hand and bounded: names, sizes and places, nothing unpacked.

What torch writes is stored, never compressed; whatever else a list may claim is refused. Source of the format:
https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

from struct import unpack_from

from msgspec import Struct

from inspector.errors import WeightsFileError
from inspector.files.source import Source
from inspector.outside import shown
from inspector.speech import say

MOST_MEMBERS = 200_100
"""Members of an archive: as many storages as there may be tensors, and what torch puts beside them."""
MOST_BYTES = 48 * 2**20
"""Bytes of an archive's list of members."""
_END, _END_64, _WHERE_64, _MEMBER, _LOCAL = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02", b"PK\x03\x04"
_IN_64 = 0xFFFFFFFF


class Member(Struct, frozen=True, gc=False):
    """A member: its name, its bytes, where its own header begins, and whether it is neither packed nor locked."""

    name: str
    size: int
    place: int
    is_stored: bool


def members(source: Source) -> dict[str, Member]:
    """An archive's members by name, in its list's order.

    Raises WeightsFileError where the list is damaged, too long, names a member twice, or places one outside the file.
    """
    number, length, start = _list(source)
    if number > MOST_MEMBERS or length > MOST_BYTES:
        raise WeightsFileError(say("its archive has more than {n} members, which are not read", n=MOST_MEMBERS))
    data = source.at(start, length)
    found: dict[str, Member] = {}
    at = 0
    for _ in range(number):
        if data[at : at + 4] != _MEMBER or at + 46 > length:
            raise damaged()
        member, at = _member(data, at)
        if member.name in found:
            raise WeightsFileError(say("its archive has {name} twice", name=shown(member.name)))
        if member.is_stored and member.place + 30 + member.size > start:
            raise WeightsFileError(say("{name} lies outside its archive: it was cut off", name=shown(member.name)))
        found[member.name] = member
    return found


def bounds(source: Source, member: Member) -> tuple[int, int]:
    """Where a member's bytes begin and end. Raises WeightsFileError where it is packed, or its header is none."""
    if not member.is_stored:
        raise WeightsFileError(say("{name} is compressed, which torch never does", name=shown(member.name)))
    header = source.at(member.place, 30)
    if header[:4] != _LOCAL:
        raise damaged()
    start = member.place + 30 + sum(unpack_from("<HH", header, 26))
    if start + member.size > source.size:
        raise damaged()
    return start, start + member.size


def damaged() -> WeightsFileError:
    """What is said of an archive that is none."""
    return WeightsFileError(say("its zip archive is damaged, or was cut off"))


def _list(source: Source) -> tuple[int, int, int]:
    """How many members the list has, how many bytes, and where it begins."""
    size = min(source.size, 22 + 0xFFFF)
    tail = source.at(source.size - size, size)
    at = tail.rfind(_END)
    if at < 0 or at + 22 > size:
        raise damaged()
    number, length, start = unpack_from("<HII", tail, at + 10)
    end = source.size - size + at
    if at >= 20 and tail[at - 20 : at - 16] == _WHERE_64:
        (end,) = unpack_from("<Q", tail, at - 12)
        block = source.at(end, 56)
        if block[:4] != _END_64:
            raise damaged()
        number, length, start = unpack_from("<QQQ", block, 32)
    if start + length > end:
        raise damaged()
    return number, length, start


def _member(data: bytes, at: int) -> tuple[Member, int]:
    """The member whose entry begins at a place of the list, and where the next one begins."""
    flags, method = unpack_from("<HH", data, at + 8)
    packed, size, names, extras, comments = unpack_from("<IIHHH", data, at + 20)
    (place,) = unpack_from("<I", data, at + 42)
    name = data[at + 46 : at + 46 + names]
    rest = data[at + 46 + names : at + 46 + names + extras]
    next_one = at + 46 + names + extras + comments
    if next_one > len(data):
        raise damaged()
    size, packed, place = _in_64(rest, [size, packed, place])
    is_stored = method == 0 and not flags & 1 and packed == size
    try:
        text = name.decode()
    except UnicodeDecodeError:
        text = name.decode("latin-1")
    return Member(text, size, place, is_stored), next_one


def _in_64(extras: bytes, numbers: list[int]) -> list[int]:
    """Sizes and place, from a member's extra field where they do not fit into 32 bits."""
    if _IN_64 not in numbers:
        return numbers
    at = 0
    while at + 4 <= len(extras):
        kind, length = unpack_from("<HH", extras, at)
        if kind == 1:
            wide = extras[at + 4 : at + 4 + length]
            for index, number in enumerate(numbers):
                if number == _IN_64:
                    if len(wide) < 8:
                        raise damaged()
                    numbers[index], wide = int.from_bytes(wide[:8], "little"), wide[8:]
            return numbers
        at += 4 + length
    raise damaged()
