"""The size that a compressed picture gives itself, read before a decoder believes it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_J2K_START = b"\xff\x4f\xff\x51"  # ISO/IEC 15444-1 A.4.1 and A.5.1: start of codestream, then image and tile size
_JPEG_START = b"\xff\xd8\xff"
# ISO/IEC 10918-1 table B.1 and 14495-1 C.1.1: the markers of a frame, among which C4, C8 and CC are others.
_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})


def declared_size(frame: bytes) -> tuple[int, int] | None:
    """Rows and columns of a JPEG, JPEG-LS or JPEG 2000 picture.

    Returns
    -------
    tuple of int or None
        None where there is none of these.
    """
    at = frame.find(_J2K_START)
    if at >= 0 and len(frame) >= at + 24:
        right, bottom, left, top = struct.unpack_from(">4I", frame, at + 8)
        return bottom - top, right - left
    at = frame.find(_JPEG_START)
    if at < 0:
        return None
    for marker, place in _segments(frame, at + 2):
        if marker in _FRAMES and len(frame) >= place + 7:
            rows, columns = struct.unpack_from(">2H", frame, place + 3)
            return rows, columns
    return None


def _segments(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Marker and place of its length, one after the other until the compressed values begin."""
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        yield marker, at + 2
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
