"""
The payment provider's card fields, on the two pages that need them.

Their input goes to the provider and never to the shop. Only these pages, and only if keys are configured, may run the
provider's script and show its frame.
"""

from django.conf import settings
from django.http import HttpResponse

from core.web.csp import STRICT, written_policy
from orders.providers.stripe import is_stripe_on

_SCRIPTS, _HOOKS, _API = "https://js.stripe.com", "https://hooks.stripe.com", "https://api.stripe.com"


def card_key() -> str:
    """Return the key for the provider's script, empty without a provider."""
    return settings.STRIPE_PUBLISHABLE_KEY if is_stripe_on() else ""


def with_card_fields(response: HttpResponse) -> HttpResponse:
    """Allow a page to load the provider's script and frames, if it shows them."""
    if card_key():
        live = f"'self' {settings.LIVE_URL}".strip()
        response.headers["Content-Security-Policy"] = written_policy(
            STRICT
            | {
                "script-src": f"'self' {_SCRIPTS}",
                "frame-src": f"{_SCRIPTS} {_HOOKS}",
                "connect-src": f"{live} {_API}",
            }
        )
    return response
