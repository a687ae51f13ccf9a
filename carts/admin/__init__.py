"""The back office of carts, promotions, vouchers, taxes and shipping; importing it registers the pages."""

from carts.admin import carts, parity, promotions, vouchers

__all__ = ["carts", "parity", "promotions", "vouchers"]
