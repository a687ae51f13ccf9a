"""Which provider takes which payment."""

from django.conf import settings

from orders.providers.base import PaymentProvider
from orders.providers.sandbox import SandboxProvider

SANDBOX = SandboxProvider.name


def provider_for(name: str) -> PaymentProvider | None:
    """Return the provider of this name if it is switched on, else None."""
    if name == SandboxProvider.name and settings.ENABLE_TEST_PROVIDER:
        return SandboxProvider()
    return None
