"""Points in the web shop, and what the API says of them."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import PointAccrual, PointBatch
from core.actors import Actor
from orders.models import Order
from orders.services.payments.loyalty import open_order_points
from tests.client import Api
from tests.factories.balances import give_credit
from tests.factories.loyalty import make_tier, switch_on
from tests.storefront.conftest import ADDRESS, Visit


@pytest.fixture(autouse=True)
def programme(db):
    cache.clear()
    return switch_on()


@pytest.fixture
def member(ana, mug, postage):
    """Ana, signed in, with a mug in the cart."""
    visit = Visit(ana)
    visit.add("MUG")
    return visit


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def earn(visit):
    visit.check_out()
    order = Order.objects.get()
    by = Actor(channel="web", customer_id=order.customer_id)
    open_order_points(order_id=order.pk, by=by, now=timezone.now())
    return order


def test_the_cart_and_the_checkout_say_what_the_order_earns(member):
    assert "You earn 12 points with this order." in words(member.get("/cart/"))
    assert words(member.get("/checkout/")).count("You earn 12 points with this order.") == 2


def test_what_points_pay_earns_nothing(member, ana):
    give_credit(ana, 500, kind="points")
    form = member.checkout_form(use_points="on", look="balances", **ADDRESS)

    assert words(member.post("/checkout/", form)).count("You earn 7 points with this order.") == 2


def test_a_guest_is_promised_nothing(guest, mug, postage):
    guest.add("MUG")

    assert "You earn" not in words(guest.get("/cart/"))


def test_points_pay_no_more_than_the_shop_lets_them(member, ana, programme):
    give_credit(ana, 5000, kind="points")
    programme.most_percent = 50
    programme.save()

    member.check_out(use_points="on")

    payments = Order.objects.get().payments.order_by("pk").values_list("method", "amount", "points")
    assert list(payments) == [("points", 645, 645), ("test", 645, None)]


def test_fewer_points_than_the_shop_takes_pay_nothing(member, ana, programme):
    give_credit(ana, 500, kind="points")
    programme.minimum_points = 501
    programme.save()

    assert "use_points" not in member.get("/checkout/").content.decode()
    refused = Api(ana).check_out(
        fulfilments=[{"kind": "pickup", "store": "high-street"}],
        payments=[{"method": "points", "amount": {"amount": "5.00", "currency": "EUR"}}, {"method": "test"}],
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_not_possible")
    assert not Order.objects.exists()


def test_my_points_shows_what_waits_what_ends_and_the_tier(member, ana):
    make_tier("silver", 10)
    make_tier("gold", 100)
    order = earn(member)
    give_credit(ana, 250, kind="points")
    PointBatch.objects.filter(kind="given").update(expires_at=timezone.now() + timedelta(days=40))

    page = words(member.get("/account/points/"))

    assert "250 points" in page
    assert "Worth €2.50 on your next orders." in page
    assert f"Order {order.number} · once you have received everything 12" in page
    assert "Silver" in page
    assert "88 more points to reach Gold." in page
    assert "Loaded +250" in page


def test_the_history_of_points_goes_on_over_pages(ana):
    for points in range(1, 23):
        give_credit(ana, points, kind="points")
    visit = Visit(ana)

    page = visit.get("/account/points/").content.decode()

    older = re.search(r'rel="next" href="(\?before=\d+)"', page)[1]
    rest = words(visit.get(f"/account/points/{older}"))
    assert "+2 " in rest and "+1 " in rest and "+3 " not in rest
    assert visit.get("/account/points/?before=x").status_code == 200
    assert visit.get(f"/account/points/?before={10**30}").status_code == 200


def test_strangers_are_led_to_the_sign_in(guest):
    assert guest.get("/account/points/").headers["Location"].startswith("/accounts/login/")


def test_the_api_tells_the_person_all_of_it(member, ana):
    make_tier("gold", 100)
    order = earn(member)

    told = Api(ana).get("me/").json()["loyalty"]

    assert (told["points"], told["pending"], told["year_points"]) == (0, 12, 12)
    assert told["pending_lots"] == [{"points": 12, "order": order.number, "matures_at": None}]
    assert told["next_tier"] == {"code": "gold", "name": "Gold", "missing": 88}
    assert PointAccrual.objects.get().channel == "web"
