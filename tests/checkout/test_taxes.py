"""Taxes of real orders: the place of supply, receipts, and the report."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import TaxNumber, TaxNumberCheck
from accounts.services.customers.tax_numbers import NotATaxNumber, forget_tax_number, save_tax_number
from carts.models import Cart, ShippingRate, TaxRate, TaxZone
from carts.providers.base import ServiceError
from carts.providers.taxes.base import KnownRate
from carts.providers.taxes.listed import ListedRates
from carts.queries.carts import get_cart
from carts.queries.quoting import place_at, quote_cart, supply_of
from carts.services.taxes import refresh_rates, save_rates
from core.actors import Actor
from core.data.invariants import find_breaches
from inventory.models import Location, TaxCategory
from orders.models import Order, OrderLine, OrderTax, Refund
from orders.queries.taxes import tax_report
from orders.services.fulfilment.cancellation import cancel_order
from tests.client import Api, signed_in
from tests.factories.accounts import make_customer
from tests.factories.orders import make_till_session
from tests.factories.pricing import make_german_taxes, make_tax_rate, make_tax_zone

PICKUP = [{"kind": "pickup", "store": "high-street"}]
PARIS = {
    "name": "Ana", "street_address": "1 rue de Rivoli", "city": "Paris", "postal_code": "75001", "country_code": "FR",
}  # fmt: skip
TO_BERLIN = [{"kind": "ship", "address": {**PARIS, "city": "Berlin", "postal_code": "10119", "country_code": "DE"}}]
TO_PARIS = [{"kind": "ship", "address": PARIS}]


def ordered(person, *skus, fulfilments=PICKUP):
    phone = Api(person)
    for sku in skus:
        cart = phone.add(sku)
    placed = phone.check_out(cart, fulfilments=fulfilments)
    assert placed.status_code == 201, placed.content
    return phone, placed


def confirm(customer, *, until=None):
    """A service has said that the customer's VAT number is in use."""
    now = timezone.now()
    number = TaxNumber.objects.get(customer=customer)
    TaxNumberCheck.objects.create(
        customer=customer, number=number.number, service="vies", is_valid=True, reference="WAPI1", answered_at=now
    )
    TaxNumber.objects.update(confirmed_until=until or now + timedelta(days=30))


def taxes_of(order):
    return [(tax["rate"], tax["net"]["amount"], tax["tax"]["amount"]) for tax in order["taxes"]]


def test_an_order_keeps_the_tax_of_each_line_and_a_line_for_each_rate(ana, mug, lamp):
    zone = make_german_taxes()
    lamp.product.tax_category = TaxCategory.objects.get(code="reduced")
    lamp.product.save()

    phone, placed = ordered(ana, "MUG", "LAMP")

    order = placed.json()
    assert order["totals"]["grand"]["amount"] == "61.90" and order["totals"]["tax"]["amount"] == "0.00"
    assert taxes_of(order) == [("19", "10.84", "2.06"), ("7", "45.79", "3.21")]
    assert [(line["tax_rate"], line["tax"]["amount"]) for line in order["lines"]] == [("19", "2.06"), ("7", "3.21")]
    assert phone.get(f"orders/{order['number']}/").json()["taxes"] == order["taxes"]
    assert OrderTax.objects.filter(zone=zone).count() == 2
    assert find_breaches() == {}


def test_added_tax_is_in_the_cart_and_in_the_total(ana, mug):
    make_german_taxes(is_included=False)
    phone = Api(ana)
    cart = phone.add("MUG", 3)

    placed = phone.check_out(cart, fulfilments=PICKUP)

    assert cart["totals"]["tax"]["amount"] == "7.35" and cart["totals"]["grand"]["amount"] == "46.05"
    assert placed.status_code == 201
    assert placed.json()["totals"] == cart["totals"]
    assert find_breaches() == {}


def test_the_place_of_supply_is_the_address_or_the_store(ana, mug, high_street):
    make_german_taxes()
    make_tax_rate(make_tax_zone("fr", country="FR"), 2000)
    make_tax_rate(make_tax_zone("mitte", country="DE", postcode_prefixes=["101"]), 500)

    _phone, sent = ordered(ana, "MUG", fulfilments=TO_PARIS)
    _phone, collected = ordered(ana, "MUG")

    assert taxes_of(sent.json()) == [("20", "10.75", "2.15")]
    assert taxes_of(collected.json()) == [("5", "12.29", "0.61")]


def test_shipping_has_its_own_rate_where_the_shop_says_so(ana, mug):
    make_german_taxes()
    reduced = TaxCategory.objects.get(code="reduced")
    rate = ShippingRate.objects.create(currency="EUR", amount=490)
    _phone, with_its_goods = ordered_with_shipping(ana)

    rate.tax_category = reduced
    rate.save()
    _phone, of_its_own = ordered_with_shipping(ana)

    assert taxes_of(with_its_goods) == [("19", "14.96", "2.84")]
    assert taxes_of(of_its_own) == [("19", "10.84", "2.06"), ("7", "4.58", "0.32")]
    assert find_breaches() == {}


def ordered_with_shipping(person):
    phone = Api(person)
    cart = phone.add("MUG")
    cart["totals"] = phone.check_out(cart, fulfilments=TO_BERLIN).json()["totals"]
    placed = phone.check_out(cart, fulfilments=TO_BERLIN)
    assert placed.status_code == 201, placed.content
    return phone, placed.json()


def test_a_business_abroad_sees_and_pays_no_tax(ana, mug):
    make_german_taxes()
    make_tax_rate(make_tax_zone("fr", country="FR"), 2000)
    staff = Actor(channel="system")
    save_tax_number(customer_id=ana.pk, country="FR", number="FR 40 303 265 045", by=staff, now=timezone.now())
    confirm(ana)
    phone = Api(ana)
    cart = phone.add("MUG")

    refused = phone.check_out(cart, fulfilments=TO_PARIS)
    cart["totals"] = refused.json()["totals"]
    placed = phone.check_out(cart, fulfilments=TO_PARIS)

    assert (refused.status_code, refused.json()["code"]) == (409, "total_changed")
    assert placed.json()["totals"]["grand"]["amount"] == "10.75" and placed.json()["totals"]["tax"]["amount"] == "-2.15"
    assert placed.json()["taxes"][0]["exempt"] is True and taxes_of(placed.json()) == [("0", "10.75", "0.00")]
    assert find_breaches() == {}


def test_a_number_that_no_service_has_confirmed_frees_nobody_of_tax(ana, mug):
    make_german_taxes()
    make_tax_rate(make_tax_zone("fr", country="FR"), 2000)
    staff = Actor(channel="system")
    save_tax_number(customer_id=ana.pk, country="FR", number="FR 40 303 265 045", by=staff, now=timezone.now())
    phone = Api(ana)

    unconfirmed = phone.check_out(phone.add("MUG"), fulfilments=TO_PARIS)
    confirm(ana, until=timezone.now())
    lapsed = phone.check_out(phone.add("MUG"), fulfilments=TO_PARIS)

    for placed in (unconfirmed.json(), lapsed.json()):
        assert taxes_of(placed) == [("20", "10.75", "2.15")]


def test_what_a_business_from_abroad_collects_or_buys_at_a_till_is_taxed_there(ana, mug, high_street, tess):
    make_german_taxes()
    make_tax_rate(make_tax_zone("at", country="AT"), 2000)
    Location.objects.filter(pk=high_street.pk).update(country_code="AT")
    staff = Actor(channel="system")
    save_tax_number(customer_id=ana.pk, country="AT", number="ATU13585627", by=staff, now=timezone.now())
    confirm(ana)
    phone = Api(ana)

    collected = phone.check_out(phone.add("MUG"), fulfilments=[{"kind": "pickup", "store": "high-street"}])
    session = make_till_session(high_street, tess)
    sold = Api(tess).post(
        "till/sales/",
        {
            "session": str(session.pk),
            "customer": str(ana.pk),
            "lines": [{"sku": "MUG"}],
            "payments": [{"method": "cash", "tendered": {"amount": "20.00", "currency": "EUR"}}],
        },
    )

    for bought in (collected, sold):
        assert bought.status_code == 201, bought.content
        assert taxes_of(bought.json()) == [("20", "10.75", "2.15")]
        assert bought.json()["totals"]["grand"]["amount"] == "12.90"


def test_an_exemption_that_nothing_explains_is_found(ana, mug):
    make_german_taxes()
    phone = Api(ana)
    phone.check_out(phone.add("MUG"), fulfilments=TO_BERLIN)

    OrderTax.objects.update(is_exempt=True, rate=0, tax=0)

    assert {
        "only goods that were sent to another member state are free of tax",
        "only a business whose number a service had confirmed buys free of tax",
    } <= find_breaches().keys()


def test_cancelled_goods_are_refunded_with_their_tax(ana, mug):
    make_german_taxes(is_included=False)
    ShippingRate.objects.create(currency="EUR", amount=490)
    phone = Api(ana)
    cart = phone.add("MUG", 2)
    cart["totals"] = phone.check_out(cart, fulfilments=TO_BERLIN).json()["totals"]
    number = phone.check_out(cart, fulfilments=TO_BERLIN).json()["number"]

    cancel_order(number=number, reason="customer", by=Actor(channel="web"), now=timezone.now())

    order = Order.objects.get()
    assert (order.grand_total, order.tax_total, order.shipping_tax_added) == (3653, 583, 93)
    assert Refund.objects.get().amount == 3653
    assert find_breaches() == {}


def test_receipts_show_the_taxes(ana, mug):
    make_german_taxes()
    phone, placed = ordered(ana, "MUG")

    receipt = phone.get(f"orders/{placed.json()['number']}/receipt/", HTTP_ACCEPT="text/html").content.decode()

    assert "19%" in receipt and "€10.84" in receipt and "€2.06" in receipt


def test_the_report_adds_up_with_the_orders(ana, ben, mug, lamp):
    make_german_taxes()
    for person, sku in ((ana, "MUG"), (ben, "LAMP"), (ana, "MUG")):
        ordered(person, sku)
    gone = Order.objects.order_by("pk").first()
    cancel_order(number=gone.number, reason="customer", by=Actor(channel="web"), now=timezone.now())
    today = timezone.now().date()

    rows = tax_report(first=today - timedelta(days=1), last=today + timedelta(days=1))

    held = Order.objects.filter(state="placed")
    assert [(row.store, row.rate, row.orders) for row in rows] == [("", 1900, 2)]
    assert sum(row.gross for row in rows) == sum(order.grand_total for order in held) == 6190
    assert sum(row.tax for row in rows) == sum(tax.tax for tax in OrderTax.objects.filter(order__in=held))
    assert tax_report(first=today, last=today, store="high-street") == []


@pytest.mark.parametrize(
    ("zone", "days"),
    [("Europe/Berlin", {"high-street": 1, "": 1}), ("Pacific/Kiritimati", {"high-street": 2, "": 1})],
)
def test_an_order_of_a_store_belongs_to_the_stores_day(ana, mug, high_street, zone, days):
    make_german_taxes()
    Location.objects.filter(pk=high_street.pk).update(time_zone=zone)
    for _order in range(2):
        ordered(ana, "MUG")
    in_store = Order.objects.earliest("pk")
    # Noon of the first of June in Berlin is the second on Kiritimati.
    Order.objects.update(placed_at=datetime(2026, 6, 1, 10, 0, tzinfo=UTC))
    Order.objects.filter(pk=in_store.pk).update(store=high_street)

    found = {row.store: day for day in (1, 2) for row in tax_report(first=date(2026, 6, day), last=date(2026, 6, day))}

    assert found == days


def test_a_till_charges_the_tax_of_its_stores_day(ana, mug, high_street, settings):
    settings.SHOP_TIME_ZONE = "Europe/Berlin"
    zone = make_tax_zone()
    make_tax_rate(zone, 1900, starts=date(2026, 1, 1), ends_date=date(2026, 6, 2))
    make_tax_rate(zone, 2000, starts=date(2026, 6, 2))
    Location.objects.filter(pk=high_street.pk).update(time_zone="Pacific/Kiritimati")
    Api(ana).add("MUG")
    cart, noon = Cart.objects.get(), datetime(2026, 6, 1, 10, 0, tzinfo=UTC)

    def rate(by):
        view = get_cart(cart.pk, by=by, now=noon)
        return quote_cart(view, by=by, now=noon, supplies=[supply_of(view, place_at(view))]).taxes[0].basis_points

    assert rate(Actor("till", staff_id=1, store_id=high_street.pk, store_code="high-street")) == 2000
    assert rate(Actor("web")) == 1900


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_report_is_a_page_and_a_file(ana, mug, settings, zone):
    settings.SHOP_TIME_ZONE = zone  # One of the two has another day than the server, whenever this runs.
    make_german_taxes()
    ordered(ana, "MUG")
    office = signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))
    address = reverse("admin:orders_ordertax_report")

    page = office.get(address).content.decode()
    file = office.get(address, {"first": "2026-01-01", "last": "2099-01-01", "download": "csv"}).content.decode()

    assert "19%" in page and "€2.06" in page
    assert file.splitlines()[1] == ",EUR,19.0,1,10.84,2.06,12.90,0.00,0.00,,DE"
    assert signed_in(ana).get(address).status_code == 302


def test_two_rates_never_hold_on_the_same_day(db):
    zone = make_tax_zone()
    make_tax_rate(zone, 1900, starts=date(2020, 1, 1), ends_date=date(2021, 1, 1))
    make_tax_rate(zone, 1600, starts=date(2021, 1, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        make_tax_rate(zone, 1700, starts=date(2020, 12, 31), ends_date=date(2021, 1, 1))


def test_a_provider_fills_in_rates_and_their_ends(db):
    for code in ("standard", "reduced"):
        TaxCategory.objects.create(code=code, name={"en": code}, is_standard=code == "standard")
    zone = make_tax_zone()

    assert refresh_rates(zone=zone, provider=ListedRates()) == 2
    assert refresh_rates(zone=zone, provider=ListedRates()) == 0
    announced = [KnownRate("standard", 2000, date(2027, 1, 1)), KnownRate("unheard-of", 1, date(2027, 1, 1))]
    assert save_rates(zone=zone, known=announced) == 1

    rates = TaxRate.objects.filter(category__code="standard").order_by("starts_date")
    assert [(rate.basis_points, rate.ends_date) for rate in rates] == [(1900, date(2027, 1, 1)), (2000, None)]


def test_a_provider_that_does_not_know_changes_nothing(db):
    zone = make_tax_zone("zz", country="ZZ")

    with pytest.raises(ServiceError) as error:
        refresh_rates(zone=zone, provider=ListedRates())

    assert error.value.permanent and not TaxRate.objects.exists()


@pytest.mark.parametrize(("country", "number"), [("FR", "FR40303265046"), ("DE", "12"), ("ZZ", "1"), ("..", "1")])
def test_numbers_with_a_wrong_form_are_refused(ana, country, number):
    with pytest.raises(NotATaxNumber):
        save_tax_number(customer_id=ana.pk, country=country, number=number, by=Actor("system"), now=timezone.now())

    assert not hasattr(ana, "tax_number")


def test_staff_add_and_remove_a_number(ana):
    office = signed_in(make_customer("Ada Admin", email="ada@example.com", is_staff=True, is_superuser=True))
    page = reverse("admin:accounts_customer_act", args=[ana.pk, "tax-number"])

    office.post(page, {"country": "GR", "number": "094259216"})
    assert ana.tax_number.number == "EL094259216"

    forget_tax_number(customer_id=ana.pk, by=Actor("system"), now=timezone.now())
    assert type(ana).objects.get(pk=ana.pk).pk and not type(ana.tax_number).objects.exists()


def test_a_change_of_taxes_applies_at_once(ana, mug):
    phone = Api(ana)
    phone.add("MUG")
    zone = make_german_taxes(is_included=False)
    assert phone.get("cart/").json()["totals"]["tax"]["amount"] == "2.45"

    TaxRate.objects.filter(zone=zone).update(basis_points=1000)
    assert phone.get("cart/").json()["totals"]["tax"]["amount"] == "1.29"

    TaxZone.objects.all().delete()
    assert phone.get("cart/").json()["totals"]["tax"]["amount"] == "0.00"


def test_the_report_names_the_country_of_each_rate_and_takes_back_what_was_returned_there(ana, ben, mug, lamp):
    make_german_taxes()
    make_tax_rate(make_tax_zone("at", country="AT"), 2000)
    make_tax_rate(make_tax_zone("cy", country="CY"), 1900)
    vienna = {**PARIS, "city": "Wien", "postal_code": "1070", "country_code": "AT"}
    nicosia = {**PARIS, "city": "Nicosia", "postal_code": "1010", "country_code": "CY"}
    ordered(ana, "MUG")
    for person, address in ((ana, vienna), (ben, nicosia)):
        ordered(person, "MUG", "MUG", fulfilments=[{"kind": "ship", "address": address}])
    OrderLine.objects.filter(order=Order.objects.latest("pk")).update(quantity_cancelled=1)
    today = timezone.now().date()

    rows = tax_report(first=today - timedelta(days=1), last=today + timedelta(days=1))

    # Cyprus has the rate of Germany: what was cancelled there is not taken off Germany's.
    assert [
        (row.country, row.rate, row.gross, row.tax, row.undone_base + row.undone_tax, row.undone_tax) for row in rows
    ] == [
        ("AT", 2000, 2580, 430, 0, 0),
        ("CY", 1900, 2580, 412, 1290, 206),
        ("DE", 1900, 1290, 206, 0, 0),
    ]
    assert sum(row.gross for row in rows) == sum(Order.objects.values_list("grand_total", flat=True))
