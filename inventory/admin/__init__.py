"""The back office of goods, stores and stock; importing it registers the pages."""

from inventory.admin import catalogue, locations, price_lists, stock

__all__ = ["catalogue", "locations", "price_lists", "stock"]
