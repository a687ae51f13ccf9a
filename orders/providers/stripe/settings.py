"""Stripe's settings: its keys switch it on."""

from collections.abc import Mapping
from typing import Any

from core.setup.environment import a_choice, env, number

STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_PUBLISHABLE_KEY = env.str("STRIPE_PUBLISHABLE_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
# Manual: authorised first, then captured.
STRIPE_CAPTURE = a_choice("STRIPE_CAPTURE", env.str("STRIPE_CAPTURE", default="automatic"), ("automatic", "manual"))
STRIPE_API_URL = env.str("STRIPE_API_URL", default="https://api.stripe.com")
STRIPE_RETRIES = number("STRIPE_RETRIES", default=2)


def find_unsafe(settings: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each key that is missing while Stripe is switched on."""
    if not settings["STRIPE_SECRET_KEY"]:
        return []
    others = ("STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")
    return [f"{name} is missing: STRIPE_SECRET_KEY switches Stripe on." for name in others if not settings[name]]
