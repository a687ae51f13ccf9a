"""Reads the pixels of a screenshot (PNG) without an image library."""

import struct
import zlib
from typing import Any

_CHANNELS = {2: 3, 6: 4}  # red, green, blue; and the same with transparency


def grey_of(png: bytes) -> Any:
    """Return the picture's brightness as rows of bytes (a view of height by width) for barcode readers."""
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert depth == 8 and colour in _CHANNELS, "screenshots are 8 bits deep, in colour, not interlaced"
    channels = _CHANNELS[colour]
    rows = _rows(zlib.decompress(_data_of(png)), width * channels, height, channels)
    grey = bytearray()
    for row in rows:
        grey += bytes(
            (red * 299 + green * 587 + blue * 114) // 1000
            for red, green, blue in zip(row[::channels], row[1::channels], row[2::channels], strict=True)
        )
    return memoryview(bytes(grey)).cast("B", (height, width))


def _data_of(png: bytes) -> bytes:
    place, data = 8, b""
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        place += length + 12
    return data


def _rows(data: bytes, length: int, height: int, step: int) -> list[bytearray]:
    """Undo the five filters of PNG (RFC 2083, section 6)."""
    rows, above = [], bytearray(length)
    for number in range(height):
        start = number * (length + 1)
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + length])
        for place in range(length):
            left = row[place - step] if place >= step else 0
            corner = above[place - step] if place >= step else 0
            row[place] = (row[place] + _predicted(kind, left, above[place], corner)) & 255
        rows.append(row)
        above = row
    return rows


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda value: abs(guess - value))
    return (0, left, up, (left + up) // 2)[kind]
