"""The back office of orders and their money; importing it registers the pages."""

from orders.admin import loyalty, orders, providers

__all__ = ["loyalty", "orders", "providers"]
