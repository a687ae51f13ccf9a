"""EasyPost's settings: its key switches it on."""

from collections.abc import Mapping
from typing import Any

from core.setup.environment import env

EASYPOST_API_KEY = env.str("EASYPOST_API_KEY", default="")
EASYPOST_WEBHOOK_SECRET = env.str("EASYPOST_WEBHOOK_SECRET", default="")
EASYPOST_API_URL = env.str("EASYPOST_API_URL", default="https://api.easypost.com").rstrip("/")


def find_unsafe(settings: Mapping[str, Any]) -> list[str]:
    """Return a sentence for the secret that is missing while EasyPost is switched on."""
    if settings["EASYPOST_API_KEY"] and not settings["EASYPOST_WEBHOOK_SECRET"]:
        return ["EASYPOST_WEBHOOK_SECRET is missing: EASYPOST_API_KEY switches EasyPost on."]
    return []
