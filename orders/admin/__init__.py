"""The back office of orders and their money; importing it registers the pages."""

from orders.admin import dues, loyalty, orders, providers, taxes

__all__ = ["dues", "loyalty", "orders", "providers", "taxes"]
