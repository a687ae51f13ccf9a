"""Every address of a shop with something of everything can be opened, by everybody who may."""

import pytest

pytestmark = pytest.mark.django_db


def test_every_address_of_a_whole_shop_can_be_opened(visitor):
    addresses = list(visitor.addresses())

    assert len(addresses) > 400
    assert visitor.broken() == []
