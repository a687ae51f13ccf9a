"""The back office of the catalogue, locations and stock; importing it registers the pages."""

from inventory.admin import catalogue, locations, price_files, price_lists, stock

__all__ = ["catalogue", "locations", "price_files", "price_lists", "stock"]
