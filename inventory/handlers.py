"""Reactions of the catalogue to events."""

from core.journal import Entry, handles
from inventory.channels.response_caches import catalogue
from inventory.events import CatalogueChanged, PriceChanged, PriceListChanged


@handles(CatalogueChanged, PriceChanged, PriceListChanged)
def drop_cached_catalogue(entry: Entry) -> None:
    """Drop the cached lists and product pages in every process."""
    catalogue.drop()
