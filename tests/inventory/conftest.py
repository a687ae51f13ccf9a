import pytest

from inventory.response_caches import catalogue


@pytest.fixture(autouse=True)
def fresh_catalogue():
    """What an earlier test was shown is not ready for this one."""
    catalogue.drop()
