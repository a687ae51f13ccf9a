import pytest

from inventory.ready import catalogue


@pytest.fixture(autouse=True)
def fresh_catalogue():
    """What an earlier test was shown is not ready for this one."""
    catalogue.drop()
