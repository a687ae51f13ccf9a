"""What the catalogue does when something happened."""

from core.journal import Entry, handles
from inventory.events import CatalogueChanged, PriceChanged, PriceListChanged
from inventory.response_caches import catalogue


@handles(CatalogueChanged, PriceChanged, PriceListChanged)
def drop_cached_catalogue(entry: Entry) -> None:
    """Have every process build lists and product pages anew."""
    catalogue.drop()
