"""
The payment provider's own fields for a card, on the two pages that need them.

What is typed into them goes to the provider and never comes here. Only with keys, and only on these pages, may a script
of the provider run and its frame be shown.
"""

from django.conf import settings
from django.http import HttpResponse

from core.web.csp import STRICT, written_policy
from orders.providers.stripe import is_stripe_on

_SCRIPTS, _HOOKS, _API = "https://js.stripe.com", "https://hooks.stripe.com", "https://api.stripe.com"


def card_key() -> str:
    """Return the key that the provider's script is told, empty without a provider."""
    return settings.STRIPE_PUBLISHABLE_KEY if is_stripe_on() else ""


def with_card_fields(response: HttpResponse) -> HttpResponse:
    """Let a page load the provider's script and frames, if it shows them."""
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
