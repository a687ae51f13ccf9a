"""Fees on an order as a whole, from the back office to the refund."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from carts.models import Fee
from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import TaxCategory
from omnistore.engagement.queries.subjects.orders import _totals
from orders.models import Order, OrderLine, Refund
from orders.queries.accrual import accrual_order
from orders.queries.orders import get_order
from orders.queries.receipts import receipt_of
from orders.queries.taxes import tax_report
from orders.services.fulfilment.cancellation import cancel_order, preview_cancellation
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.orders import make_till_session
from tests.factories.pricing import make_fee, make_german_taxes, make_tax_rate
from tests.factories.states import no_guards

PICKUP = [{"kind": "pickup", "store": "high-street"}]
SYSTEM = Actor(channel="system")


@pytest.fixture
def handling(db):
    return make_fee(name={"en": "Handling", "de": "Bearbeitung"})


def ordered(person, quantity=1, **how):
    phone = Api(person)
    placed = phone.check_out(phone.add("MUG", quantity), **{"fulfilments": PICKUP} | how)
    assert placed.status_code == 201, placed.content
    return placed.json()


def refunded():
    return sum(Refund.objects.values_list("amount", flat=True))


def test_the_cart_names_it_and_counts_it_in_the_total(ana, mug, handling):
    cart = Api(ana).add("MUG", 3)

    assert cart["fees"] == [{"name": "Handling", "amount": {"amount": "2.00", "currency": "EUR"}}]
    assert {name: money["amount"] for name, money in cart["totals"].items()} == {
        "items": "38.70", "discount": "0.00", "deposit": "0.00", "shipping": "0.00", "fees": "2.00", "tax": "0.00",
        "grand": "40.70",
    }  # fmt: skip


def test_reading_it_costs_no_statement(ana, mug, handling, django_assert_num_queries):
    phone = Api(ana)
    phone.add("MUG")
    phone.get("cart/")

    with django_assert_num_queries(2):
        assert phone.get("cart/").json()["totals"]["fees"]["amount"] == "2.00"


def test_a_changed_fee_applies_at_once(ana, mug, handling):
    phone = Api(ana)
    assert phone.add("MUG")["totals"]["fees"]["amount"] == "2.00"

    Fee.objects.update(amount=350)
    assert phone.get("cart/").json()["totals"]["fees"]["amount"] == "3.50"

    Fee.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert phone.get("cart/").json()["fees"] == []

    Fee.objects.all().delete()
    assert phone.get("cart/").json()["totals"]["grand"]["amount"] == "12.90"


def test_it_disappears_from_an_order_that_is_no_longer_small(ana, mug):
    make_fee(amount=300, below=2000)
    phone = Api(ana)

    assert phone.add("MUG")["totals"]["fees"]["amount"] == "3.00"
    assert phone.add("MUG")["totals"]["fees"]["amount"] == "0.00"


def test_the_order_keeps_it_with_its_tax(ana, mug, handling):
    make_german_taxes()

    order = ordered(ana)

    assert (order["totals"]["fees"]["amount"], order["totals"]["grand"]["amount"]) == ("2.00", "14.90")
    assert order["fees"] == [{"name": "Handling", "amount": {"amount": "2.00", "currency": "EUR"}}]
    assert [(tax["net"]["amount"], tax["tax"]["amount"]) for tax in order["taxes"]] == [("12.52", "2.38")]
    assert Order.objects.values_list("fee_total", "fee_tax", "fee_tax_added").get() == (200, 32, 0)
    handling.delete()
    read = Api(ana).get(f"orders/{order['number']}/").json()
    assert (read["totals"], read["fees"]) == (order["totals"], order["fees"])
    assert find_breaches() == {}


def test_each_reader_reads_it_in_their_language(ana, mug, handling):
    order = ordered(ana)

    read = Api(ana).get(f"orders/{order['number']}/", **{"Accept-Language": "de"}).json()

    assert read["fees"][0]["name"] == "Bearbeitung"
    assert receipt_of(order["number"], language="de").fees[0][0] == "Bearbeitung"


def test_tax_on_top_of_it_is_paid_too(ana, mug, handling):
    make_german_taxes(is_included=False)

    order = ordered(ana)

    # 19 % on 14.90, of which 38 cents on the fee.
    assert (order["totals"]["tax"]["amount"], order["totals"]["grand"]["amount"]) == ("2.83", "17.73")
    assert Order.objects.get().fee_tax_added == 38
    assert find_breaches() == {}
    cancel_order(number=order["number"], reason="customer", by=SYSTEM, now=timezone.now())
    assert refunded() == 1773


def test_a_category_of_its_own_stands_in_the_tax_report(ana, mug):
    zone = make_german_taxes()
    services, _new = TaxCategory.objects.get_or_create(code="services", defaults={"name": {"en": "Services"}})
    make_tax_rate(zone, 1000, category="services")
    make_fee(tax_category=services)

    ordered(ana)

    rows = {row.rate: (row.base, row.tax) for row in tax_report(first=date(2020, 1, 1), last=date(2100, 1, 1))}
    assert rows == {1900: (1084, 206), 1000: (182, 18)}
    assert find_breaches() == {}


def test_a_total_that_grew_by_a_new_fee_is_not_charged_unseen(ana, mug):
    phone = Api(ana)
    cart = phone.add("MUG")
    make_fee()

    answer = phone.check_out(cart, fulfilments=PICKUP)

    assert (answer.status_code, answer.json()["code"]) == (409, "total_changed")
    assert answer.json()["totals"]["fees"]["amount"] == "2.00"
    assert not Order.objects.exists()


class TestRefunds:
    def test_it_goes_back_with_the_whole_order(self, ana, mug, handling):
        order = ordered(ana)
        assert preview_cancellation(number=order["number"], by=SYSTEM).refund == 1490

        cancel_order(number=order["number"], reason="customer", by=SYSTEM, now=timezone.now())

        assert refunded() == 1490
        assert find_breaches() == {}

    def test_it_stays_when_a_part_had_left(self, ana, mug, lamp, handling, high_street, tess):
        phone = Api(ana)
        phone.add("LAMP")
        placed = phone.check_out(phone.add("MUG"), fulfilments=PICKUP).json()
        order = Order.objects.get()
        collect(order, tess, high_street, order.lines.get(variant=mug))

        by = Actor(channel="web", customer_id=ana.pk)
        cancel_order(number=placed["number"], reason="customer", by=by, now=timezone.now())

        assert refunded() == 4900
        assert find_breaches() == {}

    def test_it_stays_when_goods_come_back(self, ana, mug, handling):
        order = ordered(ana, 2)
        OrderLine.objects.update(quantity_fulfilled=2)
        Order.objects.update(closed_at=timezone.now())

        asked = Api(ana).post(
            f"orders/{order['number']}/returns/",
            {"lines": [{"line": order["lines"][0]["id"], "quantity": 2}], "method": "store", "refund": "original"},
        )

        assert asked.json()["amount"]["amount"] == "25.80"


def collect(order, tess, store, line):
    by = Actor(channel="till", staff_id=tess.pk, store_id=store.pk, store_code=store.code)
    [pickup] = order.fulfilments.all()
    with no_guards():
        order.fulfilments.update(state="ready")
    hand_over_pickup(
        proof=prove_by_document(pickup_id=pickup.pk), collected_by="", pieces={line.pk: None}, tenders=(),
        session_id=None, by=by, now=timezone.now(),
    )  # fmt: skip


def test_a_till_charges_its_own(ana, mug, high_street, tess):
    make_fee(name={"en": "Bag"}, amount=20, channel="till")
    make_fee(name={"en": "Handling"}, channel="web")
    session = make_till_session(high_street, tess)
    sale = {
        "session": str(session.pk),
        "lines": [{"sku": "MUG", "quantity": 1}],
        "payments": [{"method": "cash", "tendered": {"amount": "20.00", "currency": "EUR"}}],
    }

    sold = Api(tess).post("till/sales/", sale).json()

    assert [fee["name"] for fee in sold["fees"]] == ["Bag"]
    assert sold["totals"]["grand"]["amount"] == "13.10"
    assert find_breaches() == {}


def test_it_earns_no_points(ana, mug, handling):
    ordered(ana)

    found = accrual_order(order_id=Order.objects.get().pk)

    assert found is not None and found.shipping == 200
    assert list(found.amounts().values()) == [1290]


def test_pages_messages_and_the_receipt_show_it(ana, mug, handling):
    Api(ana).add("MUG")
    browser = signed_in(ana)
    before = [browser.get(reverse(page)).content.decode() for page in ("cart", "checkout")]
    order = ordered(ana, 1)
    after = [browser.get(reverse(page, args=[order["number"]])).content.decode() for page in ("order", "order_receipt")]

    for page in [*before, *after]:
        assert "Handling" in page and "€2.00" in page
    assert ("Handling", "€2.00") in _totals(get_order(order["number"]), "en")
    assert receipt_of(order["number"], language="en").fees == [("Handling", "€2.00")]


def test_head_office_says_what_it_is_where_and_until_when(db):
    office = signed_in(make_staff("Hana Head", email="hana@example.com", is_superuser=True))
    form = {
        "name_en": "Small order", "name_de": "Mindermengenzuschlag", "currency": "EUR", "amount": "3.00",
        "below": "20.00", "channel": "web", "country": "DE", "starts_at_0": "2026-01-01", "starts_at_1": "00:00",
    }  # fmt: skip

    answer = office.post(reverse("admin:carts_fee_add"), form)

    assert answer.status_code == 302, answer.context["errors"]
    [fee] = Fee.objects.all()
    assert (fee.amount, fee.below, fee.channel, fee.country, fee.ends_at) == (300, 2000, "web", "DE", None)
    assert fee.name == {"en": "Small order", "de": "Mindermengenzuschlag"}
    listed = office.get(reverse("admin:carts_fee_changelist")).content.decode()
    assert "Small order" in listed and "€3.00" in listed


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"below": 0}, {"country": "de"}, {"ends_at": datetime(2019, 1, 1, tzinfo=UTC)}],
)
def test_the_database_refuses_a_fee_that_cannot_be(db, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_fee(**wrong)

    assert not Fee.objects.exists()


def test_the_audit_finds_an_order_whose_fees_do_not_add_up(ana, mug, handling):
    ordered(ana)
    assert find_breaches() == {}

    Order.objects.update(fees=[{"name": {"en": "Handling"}, "amount": 150}])

    assert any("fees" in name for name in find_breaches())
