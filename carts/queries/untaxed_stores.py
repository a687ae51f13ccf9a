"""Stores in places whose taxes the shop does not know: what they sell bears none, and nothing stops them."""

from core.data import sql

_EXISTS = (
    "SELECT to_regclass('carts_taxzone') IS NOT NULL AND to_regclass('inventory_location') IS NOT NULL AS is_there"
)
_UNTAXED = """
SELECT location.code, location.country_code FROM inventory_location AS location
WHERE location.kind = 'store' AND location.is_active AND EXISTS (SELECT FROM carts_taxzone)
  AND NOT EXISTS (SELECT FROM carts_taxzone AS zone WHERE zone.country = location.country_code)
ORDER BY location.country_code, location.code
"""


def find_untaxed_stores() -> list[str]:
    """Return a sentence for each country with stores but without a tax zone; none for a shop without any zone."""
    exists = sql.fetch_one(_EXISTS, {})
    if exists is None or not exists["is_there"]:
        return []
    stores: dict[str, list[str]] = {}
    for row in sql.fetch_all(_UNTAXED, {}):
        stores.setdefault(row["country_code"], []).append(row["code"])
    return [
        f"Nothing is taxed in {country}, where these stores are: {', '.join(codes)}."
        for country, codes in stores.items()
    ]
