"""Several and finer taxes of real orders, from the form in which they are entered to the receipt and the report."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from carts.models import TaxRate
from carts.providers.taxes.base import KnownRate
from carts.services.taxes import save_rates
from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import TaxCategory
from orders.models import OrderLine, Refund
from orders.queries.receipts import receipt_of
from orders.queries.taxes import tax_report
from orders.services.fulfilment.cancellation import cancel_order
from tests.client import Api, signed_in
from tests.factories.accounts import make_staff
from tests.factories.pricing import make_tax_rate, make_tax_zone

PICKUP = [{"kind": "pickup", "store": "high-street"}]


@pytest.fixture
def two_taxes(db):
    """5 % and 9.975 % on top, as in Quebec."""
    zone = make_tax_zone("qc", is_included=False)
    make_tax_rate(zone, 500, levy="GST")
    make_tax_rate(zone, 997, finer=500, levy="QST")
    return zone


def ordered(person, quantity=3):
    phone = Api(person)
    placed = phone.check_out(phone.add("MUG", quantity), fulfilments=PICKUP)
    assert placed.status_code == 201, placed.content
    return placed.json()


def test_the_order_has_a_line_for_each_tax(ana, mug, two_taxes):
    """On 38.70: 1.94 and 3.86."""
    order = ordered(ana)

    assert [(tax["levy"], tax["rate"], tax["net"]["amount"], tax["tax"]["amount"]) for tax in order["taxes"]] == [
        ("QST", "9.975", "38.70", "3.86"), ("GST", "5", "38.70", "1.94"),
    ]  # fmt: skip
    assert (order["lines"][0]["tax_rate"], order["lines"][0]["tax"]["amount"]) == ("14.975", "5.80")
    assert order["totals"]["grand"]["amount"] == "44.50"
    again = Api(ana).get(f"orders/{order['number']}/").json()
    assert (again["taxes"], again["lines"]) == (order["taxes"], order["lines"])
    assert find_breaches() == {}


def test_one_finer_rate(ana, mug):
    make_tax_rate(make_tax_zone("ny", is_included=False), 887, finer=500)

    order = ordered(ana)

    assert [(tax["levy"], tax["rate"], tax["tax"]["amount"]) for tax in order["taxes"]] == [("", "8.875", "3.43")]
    assert find_breaches() == {}


def test_the_receipt_names_each_tax(ana, mug, two_taxes):
    receipt = receipt_of(ordered(ana)["number"], language="en")

    assert [(tax.rate, tax.tax) for tax in receipt.taxes] == [("QST 9.975%", "€3.86"), ("GST 5%", "€1.94")]


def test_the_report_takes_off_each_tax_that_goes_back(ana, mug, two_taxes):
    ordered(ana)
    OrderLine.objects.update(quantity_fulfilled=3, quantity_returned=3)

    rows = tax_report(first=date(2020, 1, 1), last=date(2100, 1, 1))

    assert [(row.levy, str(row.rate), row.base, row.tax) for row in rows] == [
        ("QST", "997.5", 3870, 386), ("GST", "500", 3870, 194),
    ]  # fmt: skip
    assert [(row.undone_base, row.undone_tax) for row in rows] == [(3870, 386), (3870, 194)]


def test_the_report_knows_what_a_tax_on_top_of_others_was_computed_on(ana, mug, two_taxes):
    TaxRate.objects.filter(levy="QST").update(is_compound=True)
    ordered(ana)
    OrderLine.objects.update(quantity_fulfilled=3, quantity_returned=3)

    rows = tax_report(first=date(2020, 1, 1), last=date(2100, 1, 1))

    assert [(row.base, row.tax) for row in rows] == [(3870 + 194, 405), (3870, 194)]
    assert [(row.undone_base, row.undone_tax) for row in rows] == [(row.base, row.tax) for row in rows]


def test_all_of_them_go_back_with_the_money(ana, mug, two_taxes):
    order = ordered(ana)

    cancel_order(number=order["number"], reason="customer", by=Actor(channel="system"), now=timezone.now())

    assert sum(Refund.objects.values_list("amount", flat=True)) == 4450


def test_head_office_enters_rates_in_percent(db):
    zone = make_tax_zone("qc")
    category = TaxCategory.objects.create(code="standard", name={"en": "Standard"}, is_standard=True)
    office = signed_in(make_staff("Hana Head", email="hana@example.com", is_superuser=True))
    form = {"zone": zone.pk, "category": category.pk, "percent": "9.975", "levy": "QST", "starts_date": "2026-01-01"}

    answer = office.post(reverse("admin:carts_taxrate_add"), form)

    assert answer.status_code == 302, answer.context["errors"]
    rate = TaxRate.objects.get()
    assert (rate.basis_points, rate.finer, rate.levy) == (997, 500, "QST")
    page = office.get(reverse("admin:carts_taxrate_change", args=[rate.pk])).content.decode()
    assert 'value="9.975"' in page
    assert "9.975%" in office.get(reverse("admin:carts_taxrate_changelist")).content.decode()


def test_a_tax_service_may_know_a_finer_rate(db):
    zone = make_tax_zone("ny")
    TaxCategory.objects.create(code="standard", name={"en": "Standard"}, is_standard=True)
    rate = make_tax_rate(zone, 887, finer=500).rate

    assert save_rates(zone=zone, known=[KnownRate("standard", rate, date(2021, 1, 1))]) == 0
    assert save_rates(zone=zone, known=[KnownRate("standard", rate + 1, date(2021, 1, 1))]) == 1
    assert (TaxRate.objects.get().basis_points, TaxRate.objects.get().finer) == (888, 500)


@pytest.mark.parametrize("wrong", [{"finer": 1000}, {"is_compound": True}, {"levy": "GST"}])
def test_the_database_refuses_a_rate_that_cannot_be(two_taxes, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_tax_rate(two_taxes, 100, **wrong)
    assert TaxRate.objects.count() == 2
