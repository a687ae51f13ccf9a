import pytest

from inventory.channels.response_caches import catalogue


@pytest.fixture(autouse=True)
def fresh_catalogue():
    """Drop the cached responses of earlier tests."""
    catalogue.drop()
