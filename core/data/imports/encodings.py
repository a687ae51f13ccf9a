"""
In which encoding a file is written, as far as the file itself says so.

A byte order mark says it, and UTF-8 is known by its form. Any other text of 8 bits a letter has no mark: the same bytes
are `crème` in Windows-1252 and `crčme` in Windows-1250. Libraries guess, and are wrong for many short files. So
Windows-1252, which spreadsheets write in Western Europe, is taken only if no other encoding would give another text.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from io import BufferedIOBase
from typing import NamedTuple

from django.utils.translation import gettext as _

UTF_8 = "utf-8-sig"
WESTERN = "cp1252"
# The longest marks first: that of UTF-32 begins like that of UTF-16.
_MARKS = {
    codecs.BOM_UTF8: UTF_8,
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# What the same bytes may be instead, by the names that people know.
_NAMES = {
    WESTERN: "Windows-1252",
    "iso8859_15": "ISO-8859-15",
    "cp1250": "Windows-1250",
    "iso8859_2": "ISO-8859-2",
    "cp1254": "Windows-1254",
    "cp1257": "Windows-1257",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "mac_roman": "Mac Roman",
    "cp850": "DOS 850",
}
_WESTERN_LETTERS = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôöøùúûüŒœªº")
_LETTERS = {
    WESTERN: _WESTERN_LETTERS | frozenset("Õõ"),
    "iso8859_15": _WESTERN_LETTERS | frozenset("Õõ"),
    "mac_roman": _WESTERN_LETTERS,
    "cp850": _WESTERN_LETTERS,
}
_JOINERS = "’‘´·­‐‑–—"
_BOXES = frozenset(map(chr, range(0x2500, 0x25A0)))  # Drawn by old programs, never written.
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_UTF_8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CHUNK = 1 << 20
_MOST_WORDS = 50_000


class Encoding(NamedTuple):
    """An encoding by Python's name. unclear: why the letters outside ASCII cannot be read, if so."""

    name: str
    unclear: str = ""


def encoding_of(content: BufferedIOBase) -> Encoding:
    """Return the encoding of a file, which is read to its end unless it begins with a byte order mark."""
    first = content.read(_CHUNK)
    for mark, name in _MARKS.items():
        if first.startswith(mark):
            return Encoding(name)
    words: set[bytes] = set()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf_8 = True
    for lines, is_last in _in_lines(first, content):
        try:
            decoder.decode(lines, is_last)
        except UnicodeDecodeError:
            is_utf_8 = False
        if len(words) < _MOST_WORDS and not lines.isascii():
            words.update(_WORD.findall(lines))
        if not is_utf_8:
            decoder.reset()
    # Where some letters are UTF-8, the others are damaged: their rows are refused, and the rest is read.
    if is_utf_8 or any(map(_UTF_8_LETTER.search, words)):
        return Encoding(UTF_8)
    return _of_8_bits(sorted(words))


def _in_lines(first: bytes, content: BufferedIOBase) -> Iterator[tuple[bytes, bool]]:
    """Yield the content in pieces that end with a line, so that no word is cut, and whether each is the last."""
    rest, piece = b"", first
    while piece:
        whole, end, rest = (rest + piece).rpartition(b"\n")
        yield whole + end, False
        # A line that never ends is no reason to keep the whole file.
        if len(rest) > _CHUNK:
            yield rest, False
            rest = b""
        piece = content.read(_CHUNK)
    yield rest, True


def _of_8_bits(words: list[bytes]) -> Encoding:
    readings = {name: read for name in _NAMES if (read := _read(words, name)) is not None}
    western = readings.pop(WESTERN, None)
    if western is None:
        return Encoding(UTF_8, _("neither UTF-8 nor Windows-1252"))
    has_words = any(map(str.isalpha, "".join(western)))
    for name, read in readings.items():
        # A price list whose only sign is € is not one that is full of single letters.
        if not has_words and all(len(word) == 1 and word.isalpha() for word in read):
            continue
        for one, other in zip(western, read, strict=True):
            if one != other:
                unclear = _("“%(one)s” in Windows-1252 or “%(other)s” in %(name)s?")
                return Encoding(UTF_8, unclear % {"one": one, "other": other, "name": _NAMES[name]})
    return Encoding(WESTERN)


def _read(words: list[bytes], name: str) -> list[str] | None:
    """Return the words in an encoding; None if one of them cannot be a word."""
    try:
        read = [word.decode(name) for word in words]
    except UnicodeDecodeError:
        return None
    return read if all(_is_word(word, _LETTERS.get(name)) for word in read) else None


def _is_word(word: str, letters: frozenset[str] | None) -> bool:
    return all(_fits(word, place, letters) for place, letter in enumerate(word) if not letter.isascii())


def _fits(word: str, place: int, letters: frozenset[str] | None) -> bool:
    """Return whether a letter or mark may stand at its place: no sign inside a word, no alphabets mixed."""
    letter, before, after = word[place], word[place - 1 : place], word[place + 1 : place + 2]
    kind = unicodedata.category(letter)
    if letter in _JOINERS or kind == "Zs":
        return True
    if kind in ("Cc", "Cn", "Co", "Lm", "Sk") or letter in _BOXES:
        return False
    if kind[0] not in "LM":
        return not (any(map(str.isalpha, word[:place])) and any(map(str.isalpha, word[place + 1 :])))
    if letters is not None and letter not in letters:
        return False
    neighbours = [near for near in (before, after) if near.isalpha()]
    if kind == "Lu" and before.islower():
        return False
    return all(_is_latin(near) == _is_latin(letter) for near in neighbours)


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
