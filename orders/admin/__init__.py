"""The back office of orders and their money; importing it registers the pages."""

from orders.admin import orders, providers

__all__ = ["orders", "providers"]
