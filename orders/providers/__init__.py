"""Chooses the provider of a payment."""

from django.conf import settings

from orders.providers.base import PaymentProvider
from orders.providers.sandbox import SandboxProvider
from orders.providers.stripe import StripeProvider, is_stripe_on

SANDBOX = SandboxProvider.name
STRIPE = StripeProvider.name


def provider_for(name: str) -> PaymentProvider | None:
    """Return the provider of this name if it is switched on, else None."""
    if name == SandboxProvider.name and settings.ENABLE_TEST_PROVIDER:
        return SandboxProvider()
    if name == StripeProvider.name and is_stripe_on():
        return StripeProvider()
    return None


def provider_of_cards() -> str:
    """Return the name of the provider that takes cards: Stripe with keys, else the test provider."""
    return STRIPE if is_stripe_on() else SANDBOX
