"""Reactions of the catalogue to events."""

from core.journal import Entry, handles
from inventory.events import CatalogueChanged, PriceChanged, PriceListChanged
from inventory.response_caches import catalogue


@handles(CatalogueChanged, PriceChanged, PriceListChanged)
def drop_cached_catalogue(entry: Entry) -> None:
    """Drop the cached lists and product pages in every process."""
    catalogue.drop()
