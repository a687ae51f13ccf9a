"""
Finds the payment providers: each folder here that exports PROVIDER is one. No list names them.

What a provider must have is in base.py.
"""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from core.setup.parts import exported
from orders.providers.base import PaymentProvider
from orders.rules.checkout import CARD, TEST

SANDBOX = TEST  # The test provider is named like its method.


@cache
def all_providers() -> Mapping[str, PaymentProvider]:
    """Return every provider by its name, in the order of the folders. Found once in a process."""
    return exported(__name__, __path__, "PROVIDER")


def provider_for(name: str) -> PaymentProvider | None:
    """Return the provider of this name if it is switched on, else None."""
    provider = all_providers().get(name)
    return provider if provider is not None and provider.is_on() else None


def provider_taking(method: str) -> PaymentProvider | None:
    """
    Return the provider that takes a method, or None.

    For cards it is CARD_PROVIDER, if that is set; otherwise the first by the names of the folders.
    """
    if method == CARD and settings.CARD_PROVIDER:
        return provider_for(settings.CARD_PROVIDER)
    return next(
        (provider for provider in all_providers().values() if method in provider.methods and provider.is_on()), None
    )
