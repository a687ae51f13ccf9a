"""The back office of carts, promotions, vouchers, taxes, delivery and fees; importing it registers the pages."""

from carts.admin import carts, delivery, fees, parity, promotions, vouchers

__all__ = ["carts", "delivery", "fees", "parity", "promotions", "vouchers"]
