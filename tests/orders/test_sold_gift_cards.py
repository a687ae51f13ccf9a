"""A gift card as a product: sold on every channel, loaded when paid, shown once, voided with its purchase."""

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Balance
from accounts.rules.gift_cards import plain_code
from core.data.invariants import find_breaches
from core.errors import NotFound
from inventory.models import Product
from orders.models import Refund
from orders.rules.checkout import Tender
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.payments.gift_cards import GiftCardUsed, gift_cards_of, issue_sold_gift_cards, show_sold_gift_card
from tests.client import Api
from tests.factories.balances import give_card
from tests.factories.inventory import make_stock, make_variant
from tests.factories.orders import make_order
from tests.journal import read_journal
from tests.refusals import refused


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


@pytest.fixture
def voucher(db):
    variant = make_variant(sku="GIFT-25", price=2500)
    Product.objects.filter(pk=variant.product_id).update(kind="gift_card")
    return variant


def cards_of(order):
    return gift_cards_of(order_id=order.pk, number=order.number)


def issue(order, by, now):
    return issue_sold_gift_cards(order_id=order.pk, by=by, now=now)


def test_each_unit_becomes_a_card_that_is_loaded_once(ana, mitte, mug, voucher, as_ana, now):
    order = make_order((voucher, 2, 2500), (mug, 1, 1290), store=mitte, customer=ana)

    assert [issue(order, as_ana, now) for _time in range(2)] == [2, 0]

    assert [(card.amount, card.customer_id, card.code_shown_at) for card in cards_of(order)] == [
        (2500, ana.pk, None)
    ] * 2
    assert find_breaches() == {}


def test_an_order_without_gift_cards_costs_one_statement(ana, mitte, mug, as_ana, now, django_assert_num_queries):
    order = make_order((mug, 1, 1290), store=mitte, customer=ana)

    with django_assert_num_queries(1):
        assert issue(order, as_ana, now) == 0


def test_a_card_is_not_loaded_before_it_is_paid(ana, mitte, voucher, at_desk, tess, now):
    order = make_order((voucher, 1, 2500), store=mitte, customer=ana, paid="pay_in_store", state="ready")
    assert issue(order, at_desk, now) == 0

    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None,
        tenders=[Tender("card")],
        session_id=None, by=at_desk, now=now,
    )  # fmt: skip

    assert issue(order, at_desk, now) == 1


def test_its_code_is_shown_once_to_its_buyer(ana, ben, mitte, voucher, as_ana, now, app):
    order = make_order((voucher, 1, 2500), store=mitte, customer=ana)
    issue(order, as_ana, now)
    [card] = app.get(f"orders/{order.number}/gift-cards/").json()["results"]

    assert Api(ben).post(f"orders/{order.number}/gift-cards/{card['id']}/code/").status_code == 404
    shown = app.post(f"orders/{order.number}/gift-cards/{card['id']}/code/")
    again = app.post(f"orders/{order.number}/gift-cards/{card['id']}/code/")

    assert card["is_code_shown"] is False
    assert plain_code(shown.json()["code"])
    assert (again.status_code, again.json()["code"]) == (409, "code_shown_already")
    assert app.post("gift-cards/balance/", {"code": shown.json()["code"]}).json()["balance"]["amount"] == "25.00"


def test_the_card_of_another_order_is_not_shown(ana, mitte, voucher, mug, as_ana, now):
    order = make_order((mug, 1, 1290), store=mitte, customer=ana)
    foreign = give_card(9900)

    with pytest.raises(NotFound):
        show_sold_gift_card(order_number=order.number, card_id=foreign.pk, now=now)
    foreign.refresh_from_db()
    assert foreign.code_shown_at is None


def test_clerks_see_only_codes_of_their_own_stores_sales(ana, mitte, voucher, as_ana, now, till):
    order = make_order((voucher, 1, 2500), store=mitte, customer=ana)
    issue(order, as_ana, now)
    [card] = cards_of(order)
    address = f"till/orders/{order.number}/gift-cards/{card.id}/code/"

    assert till.post(address).status_code == 404
    order.channel, order.store = "till", mitte
    order.save()
    assert plain_code(till.post(address).json()["code"])


def test_refunding_the_purchase_voids_the_card(ana, mitte, voucher, as_ana, now):
    order = make_order((voucher, 1, 2500), store=mitte, customer=ana)
    issue(order, as_ana, now)

    cancel_order(number=order.number, reason="shopper", by=as_ana, now=now)

    [card] = cards_of(order)
    assert (card.state, card.amount) == ("closed", 0)
    assert Refund.objects.get().amount == 2500
    assert issue(order, as_ana, now) == 0
    assert find_breaches() == {}


def test_a_used_card_is_not_refunded(ana, mitte, voucher, as_ana, now):
    order = make_order((voucher, 1, 2500), store=mitte, customer=ana)
    issue(order, as_ana, now)
    Balance.objects.filter(kind="gift_card").update(held=1)

    with refused(GiftCardUsed):
        cancel_order(number=order.number, reason="shopper", by=as_ana, now=now)

    assert not Refund.objects.exists()
    assert order.fulfilments.get().state == "placed"


@pytest.mark.django_db(transaction=True)
def test_it_is_sold_loaded_and_spent_over_the_api(ana, mitte, mug, voucher, empty_journal):
    make_stock(mug, mitte, on_hand=9)
    phone = Api(ana)
    phone.add("GIFT-25")
    bought = phone.check_out().json()

    [card] = phone.get(f"orders/{bought['number']}/gift-cards/").json()["results"]
    code = phone.post(f"orders/{bought['number']}/gift-cards/{card['id']}/code/").json()["code"]
    guest = Api()
    guest.add("MUG")
    spent = guest.check_out(
        fulfilments=[{"kind": "pickup", "store": mitte.code}], payments=[{"method": "gift_card", "code": code}]
    )
    assert spent.status_code == 201
    read_journal(now=timezone.now())
    assert find_breaches() == {}


@pytest.fixture
def legacy(ana, mitte, mug, voucher, as_ana, now):
    """An order of the time when gift cards lay in pickups, with a mug; its card has paid for something since."""
    order = make_order((voucher, 1, 2500), (mug, 1, 1290), store=mitte, customer=ana, state="ready")
    issue(order, as_ana, now)
    Balance.objects.filter(kind="gift_card").update(held=1)
    return order


def test_a_used_card_stays_with_its_buyer_and_stops_nothing_else(legacy, as_ana, now):
    cancel_order(number=legacy.number, reason="shopper", by=as_ana, now=now)

    legacy.refresh_from_db()
    assert (legacy.state, Refund.objects.get().amount) == ("completed", 1290)
    assert [(line.quantity_fulfilled, line.quantity_cancelled) for line in legacy.lines.all()] == [(1, 0), (0, 1)]
    Balance.objects.filter(kind="gift_card").update(held=0)
    assert find_breaches() == {}
