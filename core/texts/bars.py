"""Barcodes as bars: EAN-13 and EAN-8 (GS1 General Specifications 5.2), and Code 128 for everything else."""

from collections.abc import Sequence

# Seven modules per digit; the right half of an EAN is the inverse of the left, and the left of an EAN-13 says its first
# digit by which of its digits are mirrored.
_LEFT = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
_RIGHT = tuple("".join("10"[int(module)] for module in digit) for digit in _LEFT)
_MIRRORED = tuple(digit[::-1] for digit in _RIGHT)
_FIRST = (*("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"),)
_GUARD, _CENTRE = "101", "01010"

# The widths of bars and gaps of each symbol of Code 128, by its value; the last is the stop.
_SYMBOLS = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222
123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321
232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224
111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112
"""
_WIDTHS = tuple(_SYMBOLS.split())
_START, _STOP, _CHECKED_BY = 104, 106, 103  # Of code set B, which has all letters, digits and marks of ASCII.


def modules_of(code: str) -> str:
    """
    Return the modules of a barcode from left to right: 1 for a bar, 0 for a gap; empty for what cannot be bars.

    code: 13 or 8 digits with their check digit become an EAN; any other text of printable ASCII a Code 128.
    """
    if code.isascii() and code.isdigit() and len(code) in (8, 13) and _is_checked(code):
        return _ean13(code) if len(code) == 13 else _ean8(code)
    return _code_128(code)


def bars_of(code: str) -> Sequence[tuple[int, int]]:
    """Return where each bar begins and how wide it is, in modules."""
    bars: list[tuple[int, int]] = []
    for place, module in enumerate(modules_of(code)):
        if module == "1" and bars and sum(bars[-1]) == place:
            bars[-1] = (bars[-1][0], bars[-1][1] + 1)
        elif module == "1":
            bars.append((place, 1))
    return bars


def _is_checked(digits: str) -> bool:
    """Return whether the last of the digits is the check digit of the others."""
    return sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(reversed(digits))) % 10 == 0


def _ean13(code: str) -> str:
    digits = [int(digit) for digit in code]
    left = [
        _LEFT[digit] if side == "L" else _MIRRORED[digit]
        for digit, side in zip(digits[1:7], _FIRST[digits[0]], strict=True)
    ]
    return "".join([_GUARD, *left, _CENTRE, *(_RIGHT[digit] for digit in digits[7:]), _GUARD])


def _ean8(code: str) -> str:
    digits = [int(digit) for digit in code]
    left, right = (_LEFT[digit] for digit in digits[:4]), (_RIGHT[digit] for digit in digits[4:])
    return "".join([_GUARD, *left, _CENTRE, *right, _GUARD])


def _code_128(text: str) -> str:
    if not text or not all(" " <= letter <= "~" for letter in text):
        return ""
    values = [_START, *(ord(letter) - ord(" ") for letter in text)]
    check = sum(value * max(1, place) for place, value in enumerate(values)) % _CHECKED_BY
    widths = "".join(_WIDTHS[value] for value in [*values, check, _STOP])
    return "".join("10"[place % 2] * int(width) for place, width in enumerate(widths))
