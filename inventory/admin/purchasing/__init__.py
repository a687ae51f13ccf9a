"""Suppliers in the back office."""

from inventory.admin.purchasing import suppliers

__all__ = ["suppliers"]
