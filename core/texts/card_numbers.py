"""
Finds payment card numbers in texts where none belongs, so that they are refused or left out, never stored or logged.

A number is one of an issuer's range, of a length that the range has, with the right last digit (Luhn, ISO/IEC 7812).
The ranges are those of credit-card-type 10.3.0 (Braintree). What it lacks is from bin-cc 2.3.0 (Humo, Uzcard, mada,
NAPAS, BORICA, cards of South America, Ukraine and Transnistria), @juspay/simple-card-validator 1.2.3 (RuPay) and
@persian-tools/persian-tools 4.0.4 (the banks of Iran).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from stdnum import ean, imei
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from core.texts.spelling import plain_text

# By the number's beginnings, "first-last" for a range. Visa's old 13 digits and Maestro's 12 to 15 are left out: they
# are the lengths of a GTIN and of an IMEI, one in ten of which would be refused.
_LENGTHS_BY_BEGINNING = {
    "4": (16, 19),  # Visa, Dankort
    "51-55 2221-2720": (16,),  # Mastercard
    "34 37": (15,),  # American Express
    "300-305 3095 36 38 39": (14, 16, 19),  # Diners Club
    "6011 644-649 65": (16, 17, 18, 19),  # Discover, Elo, RuPay, Troy
    "1800 2131 3528-3589": (16, 17, 18, 19),  # JCB, LankaPay
    "62 810-817": (16, 17, 18, 19),  # UnionPay
    "50 56-59 63 67": (16, 17, 18, 19),  # Maestro, Elo, Verve, Uzcard, Iran
    "2200-2204": (16, 17, 18, 19),  # Mir
    "2205 9682 9792 9860 8600": (16,),  # BORICA, mada, Troy, Humo, Uzcard
    "9704": (16, 17, 18, 19),  # NAPAS
    "606985-608500 817200-820199": (16,),  # RuPay
    "604001-604200": (16, 17, 18, 19),  # Ukraine
    "603522 604201-604219 6043 604400 605474 606282": (16,),  # Cabal, Transnistria, Hipercard
    "170019 207177 603769 603770 603799 606256 606373 610433 903769 991975": (16,),  # Iran
}
SHORTEST = 14

# Fields whose values are scanned or are a product's own number, which may look like a card's by chance, and those that
# are stored as hashes alone.
_LEFT_ALONE = ("password", "sku", "barcode", "scanned", "tracking")
_ANY_DIGIT = re.compile(r"\d")
# Full stops stand in amounts and dates too, so they make one number of groups only where nothing else does.
_RUNS = (re.compile(r"[0-9]+(?:[ /_-]{1,3}[0-9]+)*"), re.compile(r"[0-9]+(?: ?\. ?[0-9]+)+"))
_GROUP = re.compile("[0-9]+")
_PARTS_OF_IMEI = [2, 6, 6, 1]
# Keys and digests sometimes have as many digits in a row as a card, and identity numbers of China may end with X.
_KEYS = re.compile(
    r"(?<![0-9a-z])(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|[0-9a-f]{32,}|[0-9]{17}x)"
    r"(?![0-9a-z])",
    re.IGNORECASE,
)
_DOUBLED = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))


def holds_card_number(text: str) -> bool:
    """Return whether a text has a payment card's number in it, in the digits and marks of any script."""
    # Most texts have too few digits; this is the cheapest way to know.
    if len(text) < SHORTEST or len(_ANY_DIGIT.findall(text)) < SHORTEST:
        return False
    plain = _KEYS.sub("x", plain_text(text))
    runs = (_GROUP.findall(run[0]) for pattern in _RUNS for run in pattern.finditer(plain))
    return any(_is_in(groups) for run in runs for groups in _apart(run))


def may_hold_card_number(field: str) -> bool:
    """Return whether a field of this name is searched at all."""
    name = field.lower()
    return not any(part in name for part in _LEFT_ALONE)


def _apart(groups: list[str]) -> Iterator[list[str]]:
    """Part a run where an article's number or an IMEI stands: that is no piece of another number."""
    if [len(group) for group in groups] == _PARTS_OF_IMEI:
        groups = ["".join(groups)]
    part: list[str] = []
    for group in groups:
        if (len(group) == 13 and ean.is_valid(group)) or (len(group) == 15 and imei.is_valid(group)):
            yield part
            yield [group]
            part = []
        else:
            part.append(group)
    yield part


def _is_in(groups: list[str]) -> bool:
    """
    Return whether groups that follow each other make up a card's number, wherever it begins and ends among them.

    It takes a fixed time for each group: forms of some megabytes come in.
    """
    digits = "".join(groups)
    ends = list(accumulate(map(len, groups)))
    if len(digits) < SHORTEST:
        return False
    begins, stops = [0, *ends[:-1]], set(ends)
    # The sums of Luhn's algorithm up to each digit, with every second digit doubled, for numbers that end at either.
    sums = [
        list(accumulate((_DOUBLED[d] if place % 2 == odd else int(d) for place, d in enumerate(digits)), initial=0))
        for odd in (0, 1)
    ]
    return any(
        (end := first + length) in stops
        and (sums[end % 2][end] - sums[end % 2][first]) % 10 == 0
        and not _is_of_another_kind(digits[first:end])
        for first in begins
        for length in _lengths_of(digits[first : first + 6])
    )


def _is_of_another_kind(digits: str) -> bool:
    """Return whether 18 digits, which few cards have, are a parcel's number (SSCC of GS1) or a person's in China."""
    return len(digits) == 18 and (ean.calc_check_digit(digits[:-1]) == digits[-1] or _is_chinese_identity(digits))


def _is_chinese_identity(digits: str) -> bool:
    # Not ric.is_valid() of python-stdnum 2.2: it refuses whoever was born before their county's code was introduced.
    try:
        return ric.calc_check_digit(digits) == digits[-1] and bool(ric.get_birth_date(digits))
    except ValidationError:
        return False


def _ranges() -> Iterator[tuple[str, str, tuple[int, ...]]]:
    for beginnings, lengths in _LENGTHS_BY_BEGINNING.items():
        for beginning in beginnings.split():
            first, _, last = beginning.partition("-")
            yield first.ljust(6, "0"), (last or first).ljust(6, "9"), lengths


_RANGES = tuple(_ranges())


@lru_cache(4096)
def _lengths_of(six: str) -> tuple[int, ...]:
    return tuple({length for first, last, lengths in _RANGES if first <= six <= last for length in lengths})
