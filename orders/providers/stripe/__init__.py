"""Cards by Stripe, online and at readers."""

from orders.providers.stripe.provider import PROVIDER

__all__ = ["PROVIDER"]
