"""Texts in a PNG file: who opens it years later can read what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zlib import crc32

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = len(SIGNATURE) + 25
"""Where the first chunk, IHDR, ends."""


def with_texts(png: bytes, texts: Mapping[str, str]) -> bytes:
    """The PNG file with these texts in international text chunks (iTXt) behind its header.

    Keys are 1 to 79 letters of Latin-1. ValueError where it is no PNG file.
    """
    if not png.startswith(SIGNATURE) or png[12:16] != b"IHDR":
        raise ValueError(png[:16])
    chunks = b"".join(_chunk(key, text) for key, text in texts.items())
    return png[:_HEADER] + chunks + png[_HEADER:]


def texts_of(png: bytes) -> dict[str, str]:
    """The texts in a PNG file's international text chunks, uncompressed ones."""
    return dict(_texts(png))


def _texts(png: bytes) -> Iterator[tuple[str, str]]:
    at = len(SIGNATURE)
    while at + 8 <= len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + length]
        if kind == b"iTXt":
            key, _, rest = body.partition(b"\0")
            text = rest[2:].split(b"\0", 2)[-1]
            yield key.decode("latin-1"), text.decode("utf-8", "replace")
        at += length + 12


def _chunk(key: str, text: str) -> bytes:
    name = key.encode("latin-1", "replace")[:79]
    body = name + b"\0\0\0\0\0" + text.replace("\0", "").encode("utf-8", "backslashreplace")
    return len(body).to_bytes(4, "big") + b"iTXt" + body + crc32(b"iTXt" + body).to_bytes(4, "big")
