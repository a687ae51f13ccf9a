"""The test provider's only setting."""

from collections.abc import Mapping
from typing import Any

from core.setup.environment import is_demo, switch

# Payments by the test provider, whose test cards determine the result.
ENABLE_TEST_PROVIDER = switch("ENABLE_TEST_PROVIDER", default=is_demo())


def find_unsafe(settings: Mapping[str, Any]) -> list[str]:
    """Return why a shop that runs for real must not take play money."""
    is_unsafe = settings["ENABLE_TEST_PROVIDER"]
    return ["ENABLE_TEST_PROVIDER lets people pay with play money: set it to 0."] if is_unsafe else []
