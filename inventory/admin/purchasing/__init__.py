"""Suppliers, their terms, and what to order, in the back office."""

from inventory.admin.purchasing import reorder, suppliers

__all__ = ["reorder", "suppliers"]
