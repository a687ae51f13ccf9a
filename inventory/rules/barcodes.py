"""Barcodes as scanners send them, and the one form in which they are stored."""

from stdnum import ean, isbn
from stdnum.exceptions import ValidationError

from core.texts.spelling import plain_text

GTIN_DIGITS = 14
SHORT, LONG = 8, 13
# What the database takes: an EAN-8, an EAN-13 that is none, or a GTIN-14 that is neither.
STORED = r"^([0-9]{8}|(?!00000)[0-9]{13}|[1-9][0-9]{13})$"


class NotABarcode(ValueError):
    """Not an EAN-8, EAN-13, UPC-A, GTIN-14 or ISBN, or misread: the check digit is wrong."""


def canonical_barcode(text: str) -> str:
    """
    Return the one form of a barcode: 8 digits for EAN-8, 14 for the GTIN-14 of a trade unit, else 13.

    The shorter codes are GTIN-14s without their leading zeros, so UPC-A 036000291452, 0036000291452 and 00036000291452
    are one number. An ISBN-10 is the EAN-13 of the same book. Spaces and hyphens are ignored. Raises NotABarcode.
    """
    try:
        code = ean.compact(plain_text(text)).upper()
        if not code.isascii():
            raise NotABarcode(text)
        if isbn.isbn_type(code) == "ISBN10":
            code = isbn.to_isbn13(code)
        code = str(ean.validate(code)).rjust(GTIN_DIGITS, "0")
    except ValidationError as error:
        raise NotABarcode(text) from error
    if not code.strip("0"):
        raise NotABarcode(text)
    # All of them are one number with zeros before it (GS1 XML 3 user guide, "Communicating GS1 trade item numbers").
    return next(code[-digits:] for digits in (SHORT, LONG, GTIN_DIGITS) if not code[:-digits].strip("0"))
