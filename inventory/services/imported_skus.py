"""The SKU in a row of a file."""

from core.data.imports import RowRefused
from core.data.imports.cells import required_text
from inventory.rules.skus import LONGEST_SKU, NotASku, stored_sku


def imported_sku(cells: dict[str, str], *, longest: int = LONGEST_SKU) -> str:
    """Read an SKU in its stored form, its case as written. Raises RowRefused."""
    written = required_text(cells, "sku", longest=longest)
    try:
        return stored_sku(written)
    except NotASku:
        raise RowRefused("sku_not_valid", written) from None
