"""What was withheld of refunds, on invoices and credit notes: return fees, and gifts that are kept."""

import pytest

from core.data.invariants import find_breaches
from orders.models import Invoice, OrderLine
from orders.models.orders import OrderTax
from orders.rules.documents.invoices import borne
from orders.services.documents.invoicing import credit_if_less
from orders.services.returns.receiving import Arrival, Piece, receive_return
from tests.factories.documents import make_seller
from tests.factories.inventory import make_variant
from tests.factories.orders import make_order
from tests.factories.pricing import make_tax_zone
from tests.orders.test_invoices import BY, collect, invoice_of, tax_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(ana, mug, bowl, mitte, at_desk, now):
    """Two mugs and a bowl, collected; 19 % are contained in their price."""
    make_seller(mitte)
    order = make_order((mug, 2, 1190), (bowl, 1, 2380), store=mitte, state="ready", customer=ana)
    tax_all(order, make_tax_zone())
    return collect(order, at_desk, now)


def sell_with_gift(ana, mug, bowl, mitte, at_desk, now, *, mug_price, bowls, bowl_price, earned_from):
    make_seller(mitte)
    gift = make_variant(sku="GIFT", price=1500)
    order = make_order((mug, 1, mug_price), (bowl, bowls, bowl_price), (gift, 1, 0), store=mitte, state="ready",
                       customer=ana)  # fmt: skip
    order.lines.filter(sku="GIFT").update(is_gift=True, unit_price=1500, discount=1500, gift_earned_from=earned_from)
    tax_all(order, make_tax_zone())
    return collect(order, at_desk, now)


def back(order, line, units, at_desk, now, **arrival):
    goods = receive_return(
        order_number=order.number, arrival=Arrival([Piece(line.pk, units, "as_new", "other")], **arrival), by=at_desk,
        now=now,
    )  # fmt: skip
    return goods, credit_if_less(order_id=order.pk, by=BY, now=now)


def charge_fee(line, fee):
    policy = {"name": {"en": "Returns"}, "kind": "normal", "days": 30, "statutory_days": 0, "fee": fee}
    OrderLine.objects.filter(pk=line.pk).update(return_policy=policy)


@pytest.mark.parametrize(
    ("withheld", "bears"),
    [
        ([], {}),
        ([(0, {1: 500})], {}),
        ([(100, {1: 500}), (7, {2: 300, 3: 100})], {1: 100, 2: 5, 3: 2}),
        # The gift came back: its own line is worth nothing.
        ([(100, {1: 500}), (50, {2: 500}), (-150, {})], {1: 0, 2: 0}),
        ([(100, {1: 500}), (50, {2: 500}), (-30, {3: 400})], {1: 80, 2: 40}),
        # Never more comes back than was withheld.
        ([(100, {1: 500}), (-150, {}), (20, {2: 500})], {1: 0, 2: 20}),
        ([(-150, {})], {}),
    ],
)
def test_each_return_bears_what_it_withheld(withheld, bears):
    assert borne(withheld) == bears


def test_a_fee_after_a_line_that_went_before_the_invoice(order, at_desk, now):
    first, second = order.lines.all()
    back(order, first, 2, at_desk, now)
    invoice_of(order, now)
    charge_fee(second, 400)
    goods, note = back(order, second, 1, at_desk, now)

    assert note.gross == goods.amount == 1980
    assert find_breaches() == {}


def test_a_fee_on_a_line_of_another_rate_takes_nothing_back_of_earlier_credit_notes(order, at_desk, now):
    first, second = order.lines.all()
    OrderLine.objects.filter(pk=second.pk).update(tax_rate=700, tax_amount=156)
    tax = OrderTax.objects.get(order=order)
    OrderTax.objects.filter(pk=tax.pk).update(base=2000, tax=380)
    OrderTax.objects.create(order=order, zone=tax.zone, rate=700, is_included=True, base=2224, tax=156)
    invoice_of(order, now)
    back(order, first, 1, at_desk, now)
    charge_fee(second, 1000)
    goods, note = back(order, second, 1, at_desk, now)

    assert [(one["key"], one["gross"]) for one in note.content["positions"]] == [(f"line:{second.pk}", 1380)]
    assert note.gross == goods.amount
    assert find_breaches() == {}


def test_a_gift_kept_after_an_earlier_line_went_before_the_invoice(ana, mug, bowl, mitte, at_desk, now):
    order = sell_with_gift(
        ana, mug, bowl, mitte, at_desk, now, mug_price=3000, bowls=1, bowl_price=3000, earned_from=2000
    )
    first, second, gift = order.lines.order_by("position")
    back(order, first, 1, at_desk, now)
    invoice_of(order, now)

    goods, note = back(order, second, 1, at_desk, now)
    assert note.gross == goods.amount == 1500
    goods, note = back(order, gift, 1, at_desk, now)
    assert note.gross == goods.amount == 1500
    assert sum(one.gross for one in Invoice.objects.filter(kind="credit_note")) == 3000
