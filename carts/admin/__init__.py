"""The back office of carts, promotions, vouchers, taxes, shipping and fees; importing it registers the pages."""

from carts.admin import carts, fees, parity, promotions, vouchers

__all__ = ["carts", "fees", "parity", "promotions", "vouchers"]
