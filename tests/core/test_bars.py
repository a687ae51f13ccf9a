"""Barcodes as bars, read back as a scanner does."""

from itertools import pairwise

import pytest

from core.templatetags.bars import bars
from core.texts.bars import _FIRST, _LEFT, _MIRRORED, _RIGHT, _WIDTHS, bars_of, modules_of


def read_ean(modules):
    """Return the digits of an EAN, as the bars say them."""
    half = (len(modules) - 11) // 2
    left, right = modules[3 : 3 + half], modules[8 + half : -3]
    digits, sides = "", ""
    for place in range(0, half, 7):
        symbol = left[place : place + 7]
        known = _LEFT if symbol in _LEFT else _MIRRORED
        digits, sides = digits + str(known.index(symbol)), sides + ("L" if known is _LEFT else "G")
    digits += "".join(str(_RIGHT.index(right[place : place + 7])) for place in range(0, half, 7))
    return (str(_FIRST.index(sides)) if half == 42 else "") + digits


def read_code_128(modules):
    """Return the text of a Code 128, after its check."""
    symbols, place = [], 0
    while place < len(modules) - 13:
        symbols.append(modules[place : place + 11])
        place += 11
    widths = ["".join(str(len(run)) for run in _runs(symbol)) for symbol in symbols]
    start, *values, check = [_WIDTHS.index(width) for width in widths]
    assert (start + sum(value * place for place, value in enumerate(values, 1))) % 103 == check
    return "".join(chr(value + 32) for value in values)


def _runs(symbol):
    runs = [symbol[0]]
    for before, module in pairwise(symbol):
        if module == before:
            runs[-1] += module
        else:
            runs.append(module)
    return runs


@pytest.mark.parametrize("code", ["4006381333931", "0036000291452", "9783161484100", "2000000000008"])
def test_thirteen_digits_are_an_ean(code):
    modules = modules_of(code)

    assert len(modules) == 95
    assert (modules[:3], modules[45:50], modules[-3:]) == ("101", "01010", "101")
    assert read_ean(modules) == code


def test_a_known_ean_has_its_printed_bars():
    """The example of GS1's own description of the symbol, written down there module by module."""
    assert modules_of("5901234123457") == (
        "101" "0001011" "0100111" "0110011" "0010011" "0111101" "0011101" "01010"
        "1100110" "1101100" "1000010" "1011100" "1001110" "1000100" "101"
    )  # fmt: skip


def test_eight_digits_are_a_short_ean():
    assert (len(modules_of("96385074")), read_ean(modules_of("96385074"))) == (67, "96385074")


@pytest.mark.parametrize("text", ["O-2026-17", "R-000123", "10614141543219", "a b~"])
def test_anything_else_is_a_code_128(text):
    assert read_code_128(modules_of(text)) == text


@pytest.mark.parametrize("text", ["", "مرحبا", "a\nb"])
def test_what_cannot_be_bars_is_none(text):
    assert modules_of(text) == ""
    assert bars(text) == text


@pytest.mark.parametrize("code", ["4006381333931", "O-17"])
def test_bars_and_gaps_are_the_modules(code):
    drawn = ["0"] * len(modules_of(code))
    for first, width in bars_of(code):
        drawn[first : first + width] = "1" * width

    assert "".join(drawn) == modules_of(code)


def test_every_symbol_is_eleven_modules_wide():
    assert {sum(int(width) for width in symbol) for symbol in _WIDTHS[:-1]} == {11}
    assert len(set(_WIDTHS)) == 107


def test_a_picture_has_its_text_and_escapes_it():
    picture = bars("<b>&")

    assert 'aria-label="&lt;b&gt;&amp;"' in picture
    assert "<bdi>&lt;b&gt;&amp;</bdi>" in picture
    assert picture.count("<rect") == len(bars_of("<b>&"))


@pytest.mark.parametrize("code", ["12345678", "1234567890123", "10000001"])
def test_digits_with_another_check_digit_are_no_ean(code):
    assert read_code_128(modules_of(code)) == code
