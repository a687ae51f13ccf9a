"""What the catalogue does when something happened."""

from core.journal import Entry, handles
from inventory.events import CatalogueChanged, PriceChanged, PriceListChanged
from inventory.ready import catalogue


@handles(CatalogueChanged, PriceChanged, PriceListChanged)
def drop_ready_catalogue(entry: Entry) -> None:
    """Have every process build lists and product pages anew."""
    catalogue.drop()
