"""The back office of the catalogue, locations and stock; importing it registers the pages."""

from inventory.admin import (
    catalogue,
    deposits,
    locations,
    oversales,
    price_files,
    price_lists,
    purchasing,
    return_policies,
    stock,
    stock_documents,
)

__all__ = [
    "catalogue",
    "deposits",
    "locations",
    "oversales",
    "price_files",
    "price_lists",
    "purchasing",
    "return_policies",
    "stock",
    "stock_documents",
]
