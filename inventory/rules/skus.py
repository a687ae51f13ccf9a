"""SKUs: the shop's own numbers of its articles, in the one form in which they are stored and compared."""

from core.texts.spelling import has_invisible, plain_text

LONGEST_SKU = 64


class NotASku(ValueError):
    """The text is empty, too long, or has characters that nobody sees, which would make a twin of another SKU."""


def stored_sku(text: str) -> str:
    """Return an SKU as it is stored: digits and wide letters in ASCII, the case as written. Raises NotASku."""
    sku = plain_text(text)
    if not 0 < len(sku) <= LONGEST_SKU or has_invisible(text.strip()):
        raise NotASku(text)
    return sku
