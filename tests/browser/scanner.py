"""A scanner: reads codes from what is seen on a screen, and types them as a wedge scanner does."""

import zlib
from typing import Any

import zxingcpp
from playwright.sync_api import Locator, Page

KEY_PAUSE_MS = 2


def read_code(place: Locator) -> str:
    """Return what the one code says that is seen on a part of a page."""
    [found] = zxingcpp.read_barcodes(_grey(place.screenshot()))
    return str(found.text)


def type_as_scanner(page: Page, text: str) -> None:
    """Type into whatever has the focus, faster than any hand, and press Enter."""
    page.keyboard.type(text, delay=KEY_PAUSE_MS)
    page.keyboard.press("Enter")


def _grey(png: bytes) -> Any:
    """Decode a PNG of 8-bit colours, as browsers take it, into rows of grey values."""
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    samples = {2: 3, 6: 4}[png[25]]
    packed, place = b"", 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        if png[place + 4 : place + 8] == b"IDAT":
            packed += png[place + 8 : place + 8 + length]
        place += 12 + length
    raw, stride = zlib.decompress(packed), width * samples
    grey, above = bytearray(), bytes(stride)
    for row in range(height):
        start = row * (stride + 1)
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + stride], above, samples)
        grey += bytes(above[at + 1] for at in range(0, stride, samples))
    return memoryview(bytes(grey)).cast("B", (height, width))


def _unfiltered(kind: int, line: bytes, above: bytes, samples: int) -> bytes:
    """Undo the filter of one row of a PNG (section 9 of its specification)."""
    out = bytearray(line)
    for at in range(len(out)):
        left = out[at - samples] if at >= samples else 0
        up, corner = above[at], above[at - samples] if at >= samples else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            guess = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
        else:
            guess = 0
        out[at] = (out[at] + guess) & 255
    return bytes(out)
