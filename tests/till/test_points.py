"""Points at the till: what the customer has, what the sale earns, and what the receipt says."""

import pytest

from accounts.models import PointAccrual
from tests.client import Api
from tests.factories.balances import give_credit
from tests.factories.loyalty import make_tier, switch_on
from tests.till.conftest import sale_of, text_of

MUG = "4006381333931"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def programme(transactional_db):
    return switch_on()


@pytest.fixture
def sale(clerk, ana, mug):
    """Ana's cart at the till with two mugs in it."""
    Api(ana).add("MUG", 2)
    return f"customer-{ana.pk}"


def test_a_sale_shows_points_and_what_it_earns_and_the_receipt_says_so(clerk, ana, sale):
    give_credit(ana, 120, kind="points")
    shown = text_of(clerk.get("sale", sale))
    assert "120 points" in shown
    assert "Earns 25 points" in shown

    done = clerk.sell(sale)

    assert "25 points earned" in text_of(done)
    earning = PointAccrual.objects.get()
    assert (earning.points, earning.channel, earning.store) == (25, "till", "high-street")
    assert "25 points earned" in text_of(clerk.get("receipt", earning.reference))


def test_the_customers_page_shows_the_tier(clerk, ana, sale):
    make_tier("silver", 20)
    make_tier("gold", 100)
    clerk.sell(sale)

    page = text_of(clerk.get("customer", ana.pk))

    assert "Tier Silver" in page
    assert "25 pending" in page
    assert "75 points to Gold" in page


def test_a_sale_to_nobody_earns_nothing(clerk, mug):
    sale = sale_of(clerk.scan(MUG))

    assert "Earns" not in text_of(clerk.get("sale", sale))
    clerk.sell(sale)
    assert not PointAccrual.objects.exists()
