"""The report of taxes, where money went back and goods did not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.services.customers.tax_numbers import save_tax_number
from core.actors import Actor
from orders.models import OrderLine, PriceReduction
from orders.queries.taxes import tax_report
from tests.checkout.test_taxes import TO_PARIS, confirm, ordered
from tests.client import Api
from tests.factories.pricing import make_tax_rate, make_tax_zone

pytestmark = pytest.mark.django_db


def test_the_report_takes_off_what_was_given_back_for_goods_that_stay(ana, mug, high_street, tess):
    make_tax_rate(make_tax_zone("de", country="DE"), 1900)
    ordered(ana, "MUG", "MUG")
    line = OrderLine.objects.get()
    given = PriceReduction.objects.create(
        order_line=line, amount=580, units=2, reason="goodwill", given_by=tess, store=high_street,
        given_at=timezone.now(),
    )  # fmt: skip
    today = timezone.now().date()

    def undone():
        (row,) = tax_report(first=today - timedelta(days=1), last=today + timedelta(days=1))
        return row.undone_base + row.undone_tax, row.undone_tax

    assert undone() == (580, 580 * line.tax_amount // 2580)
    # One of the two comes back for 10.00: its 12.90 were sold in vain, and 2.90 stay reduced of the other.
    OrderLine.objects.update(quantity_cancelled=1)
    assert undone()[0] == 1290 + given.amount // 2
    OrderLine.objects.update(quantity_cancelled=2)
    assert undone() == (2580, line.tax_amount)


def test_what_the_exempt_gave_back_is_taken_off_too(ana, mug, high_street):
    make_tax_rate(make_tax_zone("de", country="DE"), 1900)
    make_tax_rate(make_tax_zone("fr", country="FR"), 2000)
    save_tax_number(
        customer_id=ana.pk, country="FR", number="FR 40 303 265 045", by=Actor(channel="system"), now=timezone.now()
    )
    confirm(ana)
    phone = Api(ana)
    cart = phone.add("MUG", 2)
    cart["totals"] = phone.check_out(cart, fulfilments=TO_PARIS).json()["totals"]
    placed = phone.check_out(cart, fulfilments=TO_PARIS)
    assert placed.status_code == 201, placed.content
    today = timezone.now().date()

    OrderLine.objects.update(quantity_cancelled=1)

    (row,) = tax_report(first=today - timedelta(days=1), last=today + timedelta(days=1))
    assert (row.base, row.tax) == (2150, 0)
    assert (row.undone_base, row.undone_tax) == (1075, 0)
