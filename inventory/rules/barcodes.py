"""Barcodes as scanners send them, and the one form in which they are stored."""

from stdnum import ean, isbn
from stdnum.exceptions import ValidationError

UPC_A_DIGITS, EAN_13_DIGITS = 12, 13


class NotABarcode(ValueError):
    """Not an EAN-8, EAN-13, UPC-A or ISBN, or misread: the check digit is wrong."""


def canonical_barcode(text: str) -> str:
    """
    Return the one form of a barcode: 8 digits for EAN-8, else 13.

    A UPC-A is the EAN-13 with a zero before it, an ISBN-10 is the EAN-13 of the same book. Spaces and hyphens are
    ignored. Raises NotABarcode.
    """
    try:
        code = ean.compact(text).strip().upper()
        if not code.isascii():
            raise NotABarcode(text)
        if len(code) == UPC_A_DIGITS:
            code = code.rjust(EAN_13_DIGITS, "0")
        elif isbn.isbn_type(code) == "ISBN10":
            code = isbn.to_isbn13(code)
        return str(ean.validate(code))
    except ValidationError as error:
        raise NotABarcode(text) from error
