"""The test provider, which moves no money."""

from orders.providers.sandbox.provider import PROVIDER

__all__ = ["PROVIDER"]
