"""Stock documents in the back office: made and acted on with a scanner, on a phone as on a desk."""

from inventory.admin.stock_documents import pages

__all__ = ["pages"]
