"""The names of stores and warehouses."""

from collections.abc import Iterable

from core.data import sql
from core.texts.translated import in_language

_NAMES = "SELECT code, name FROM inventory_location WHERE code = ANY(%(codes)s::text[])"


def names_of_places(codes: Iterable[str | None]) -> dict[str, str]:
    """Return the names of places in the active language, by code, in one statement; None and "" name no place."""
    rows = sql.fetch_all(_NAMES, {"codes": sorted({code for code in codes if code})})
    return {row["code"]: in_language(row["name"]) for row in rows}
