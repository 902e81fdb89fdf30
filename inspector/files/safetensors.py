"""A safetensors file, read by its header: 8 bytes that say how long it is, JSON, then the values.

What is refused is what the safetensors library refuses (0.8), and headers that would take too much memory to read. Of
entries with the same name the last one counts; unlike the library, those before it are not looked at.
Source of the format: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from inspector.core.weights.table import BITS, Contents, Table, Tensor
from inspector.errors import WeightsFileError
from inspector.files.source import Source
from inspector.outside import shown
from inspector.speech import later, say

_METADATA_KEY = "__metadata__"
FORMAT = later("safetensors")
MOST_TENSORS = 200_000
"""More than this many tensors are not read; a million take the library a gigabyte of memory."""
MOST_BYTES = 100_000_000
"""A header that says that it is longer is refused, as the library does."""
_READ = 64 * 2**20
"""A header that is longer is refused here: its tensors' names would have to be 250 letters each."""
_ENTRY = 2**16
"""Bytes of one tensor's entry."""
_DEPTH = 127
"""Brackets in brackets that the library reads: its JSON reader's own."""
_DIMS = 64
"""Dimensions of a tensor; torch has 64 at most."""
_SIZES = 2**64
"""The library counts in as many bits."""


class _Entry(Struct, gc=False):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


_HEADER = Decoder(dict[str, Raw])
_METADATA = Decoder(dict[str, str] | None)
_ENTRIES = Decoder(_Entry)
_ROWS = Decoder(tuple[str, tuple[int, ...], tuple[int, int]])
"""An entry without the names of what it says; the library takes it too."""


def contents(source: Source) -> Contents:
    """The names, shapes and types of its tensors, in the header's order, and its metadata.

    Raises WeightsFileError, without the file's name, for whatever the library refuses: a header that is none, or
    tensors whose bytes overlap, leave holes, or are not those that their shapes take.
    """
    header = _header(source)
    metadata = _metadata(header.pop(_METADATA_KEY, None))
    tensors: list[Tensor] = []
    places: list[tuple[int, int, int]] = []
    for name, raw in header.items():
        entry = _entry(name, bytes(raw))
        tensors.append(Tensor(name, entry.shape, entry.dtype))
        places.append((*entry.data_offsets, len(places)))
    _check_places(sorted(places), tensors, source.size - 8 - _length(source))
    tables = (Table(tuple(tensors)),) if tensors else ()
    return Contents(FORMAT, tables, metadata=tuple(metadata.items()))


def _length(source: Source) -> int:
    if source.size < 8:
        raise WeightsFileError(say("too short: a safetensors file begins with 8 bytes, the length of its header"))
    return int.from_bytes(source.at(0, 8), "little")


def _header(source: Source) -> dict[str, Raw]:
    """The header's entries, unread; the last one of those with the same name."""
    length = _length(source)
    if length > MOST_BYTES:
        said = say("its header says that it has {n} bytes, more than {most}", n=length, most=MOST_BYTES)
        raise WeightsFileError(said)
    if length > source.size - 8:
        raise WeightsFileError(say("its header says that it has {n} bytes, but the file ends before", n=length))
    if length > _READ:
        raise WeightsFileError(
            say("its header has {n} bytes, more than the {most} that are read", n=length, most=_READ)
        )
    data = source.at(8, length)
    if data.count(b"{") > MOST_TENSORS + 2:
        raise WeightsFileError(say("its header has more than {n} tensors, which are not read", n=MOST_TENSORS))
    if data.count(f'"{_METADATA_KEY}"'.encode()) > 1:
        raise WeightsFileError(say("its header has two entries of metadata"))
    try:
        if not data.isascii():
            data.decode()
        return _HEADER.decode(data)
    except (UnicodeDecodeError, DecodeError, RecursionError) as error:
        raise WeightsFileError(say("its header is no JSON object: {why}", why=_of(error))) from None


def _metadata(raw: Raw | None) -> dict[str, str]:
    try:
        return (_METADATA.decode(raw) if raw is not None else None) or {}
    except DecodeError:
        raise WeightsFileError(say("its metadata is not text by text")) from None


def _entry(name: str, raw: bytes) -> _Entry:
    """A tensor's entry, once it is one that the library takes."""
    if len(raw) > _ENTRY:
        raise _wrong(name, say("its entry in the header is longer than {n} bytes", n=_ENTRY))
    try:
        if raw.count(b'":') != 3 or b"-" in raw:
            _check_odd(name, raw)
        entry = _Entry(*_ROWS.decode(raw)) if raw.startswith(b"[") else _ENTRIES.decode(raw)
    except (DecodeError, RecursionError, ValueError) as error:
        raise _wrong(name, _of(error)) from None
    if entry.dtype not in BITS or entry.dtype == "C128":
        raise _wrong(name, say("no type of safetensors is called {type}", type=shown(entry.dtype)))
    if len(entry.shape) > _DIMS:
        raise _wrong(name, say("{n} dimensions, more than {most}", n=len(entry.shape), most=_DIMS))
    sizes = (*entry.shape, *entry.data_offsets)
    if min(sizes) < 0 or max(sizes) >= _SIZES:
        raise _wrong(name, say("a size or place that no file has"))
    return entry


def _check_odd(name: str, raw: bytes) -> None:
    """An entry that says something else than three things: none of them twice, nothing that the library cannot read."""
    from json import loads

    if _depth(raw) > _DEPTH - 1:
        raise _wrong(name, say("more than {n} brackets in brackets", n=_DEPTH))
    pairs = loads(raw, object_pairs_hook=_Pairs, parse_int=_whole, parse_float=_finite)
    keys = [key for key, _ in pairs] if isinstance(pairs, _Pairs) else []
    for field in _Entry.__struct_fields__:
        if keys.count(field) > 1:
            raise _wrong(name, say("{field} twice in its entry", field=field))


class _Pairs(list[tuple[str, object]]):
    """Keys and values of a JSON object, those with the same key too."""


def _whole(text: str) -> int:
    """Minus zero is no integer for the library."""
    if text == "-0":
        raise ValueError(text)
    return int(text)


def _finite(text: str) -> float:
    if float(text) in (float("inf"), float("-inf")):
        raise ValueError(text)
    return float(text)


def _depth(raw: bytes) -> int:
    """How many brackets are open at once; those in strings count too, where they make it more."""
    depth = most = 0
    is_text = is_escaped = False
    for code in raw:
        if is_text:
            is_text = is_escaped or code != 0x22
            is_escaped = code == 0x5C and not is_escaped
        elif code == 0x22:
            is_text = True
        elif code in b"[{":
            depth += 1
            most = max(most, depth)
        elif code in b"]}":
            depth -= 1
    return most


def _check_places(places: list[tuple[int, int, int]], tensors: list[Tensor], length: int) -> None:
    """That tensors (start, end, number) lie one behind the other in `length` bytes, with nothing else among them."""
    at = 0
    for start, end, number in places:
        tensor = tensors[number]
        if start != at:
            raise _wrong(
                tensor.name, say("its values begin at {start}, but those before end at {at}", start=start, at=at)
            )
        if end < start:
            raise _wrong(
                tensor.name, say("its values end at {end}, before they begin at {start}", end=end, start=start)
            )
        if (size := _bytes(tensor)) != end - start:
            said = say("its shape takes {size} bytes, but its values {n}", size=size, n=end - start)
            raise _wrong(tensor.name, said)
        at = end
    if at != length:
        raise WeightsFileError(say("its tensors take {at} bytes, but {n} follow its header", n=length, at=at))


def _bytes(tensor: Tensor) -> int:
    """Bytes of a tensor; WeightsFileError where they are none, or more than the library can count."""
    bits = 1
    for size in (*tensor.shape, BITS[tensor.dtype]):
        bits *= size
        if bits >= _SIZES:
            raise _wrong(tensor.name, say("its shape is larger than any file"))
    if bits % 8:
        raise _wrong(tensor.name, say("{n} bits, which are no whole bytes", n=bits))
    return bits // 8


def _wrong(name: str, reason: str) -> WeightsFileError:
    return WeightsFileError(say("its header, {name}: {why}", name=shown(name), why=reason))


def _of(error: Exception) -> str:
    return shown(str(error), 120)
