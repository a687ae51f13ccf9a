import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Consent
from carts.models import Cart, CartLine
from inventory.models import Location, OpeningHours, Product, StaffAssignment, StockLevel, Variant
from orders.models import Order
from tests.factories.back_office import NOON, add_order_line, fill_every_table
from tests.factories.inventory import make_variant
from tests.pages import Inline

OURS = {"accounts", "carts", "core", "engagement", "inventory", "orders"}
ALL = sorted(django_admin.site._registry, key=lambda model: model._meta.label)
OWN = [model for model in ALL if model._meta.app_label in OURS]


def address_of(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def opened(browser, address, **query):
    """Open a page, see that it is whole and clean, and return it with how many statements it took."""
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(address, query)
    page = answer.content.decode()
    assert answer.status_code == 200, address
    assert Inline(page).found == [], address
    return page, len(captured)


def statements_of(browser, address):
    return opened(browser, address)[1]


def test_every_table_of_ours_has_pages():
    ours = {model for model in apps.get_models() if model._meta.app_label in OURS}

    assert {model._meta.label for model in ours - set(ALL)} == set()


@pytest.mark.walk
def test_every_list_takes_as_many_statements_for_four_rows_as_for_two(office):
    fill_every_table(range(2))
    few = {model._meta.label: statements_of(office, address_of(model, "changelist")) for model in OWN}
    fill_every_table(range(2, 4))

    many = {model._meta.label: statements_of(office, address_of(model, "changelist")) for model in OWN}

    assert many == few


@pytest.mark.walk
def test_every_list_can_be_searched(office):
    fill_every_table(range(1))

    for model in ALL:
        page, _statements = opened(office, address_of(model, "changelist"), q="thing 1")
        assert 'id="searchbar"' in page, model


@pytest.mark.walk
def test_every_thing_opens(office):
    fill_every_table(range(1))

    for model in OWN:
        thing = model._default_manager.order_by("pk").last()
        if thing is not None:
            opened(office, address_of(model, "change", thing.pk))


@pytest.mark.walk
def test_pages_to_add_open(office):
    for model in OWN:
        page = office.get(address_of(model, "add"))
        assert page.status_code in (200, 403), model
        assert Inline(page.content.decode()).found == [], model


@pytest.mark.walk
def test_things_with_many_parts_take_no_more_statements(office):
    fill_every_table(range(1))
    order, cart = Order.objects.get(), Cart.objects.get()
    product, store = Product.objects.order_by("pk").first(), Location.objects.order_by("pk").first()
    pages = [address_of(type(thing), "change", thing.pk) for thing in (order, cart, product, store)]
    before = [statements_of(office, page) for page in pages]
    for number in range(4):
        variant = make_variant(sku=f"MORE-{number}", product=product, barcode=f"400000000010{number}")
        add_order_line(order, variant, position=number + 2)
        CartLine.objects.create(
            cart=cart, variant=variant, quantity=1, unit_price_when_added=100, added_channel="app", added_at=NOON
        )
        OpeningHours.objects.create(location=store, weekday=6, opens=f"{8 + number}:00", closes="23:00")

    after = [statements_of(office, page) for page in pages]

    assert after == before


def test_what_a_row_was_is_found_beside_its_table_even_when_it_is_gone(office):
    product = make_variant(sku="RED", name="Book").product
    number = product.pk
    product.variants.all().delete()
    product.delete()
    beside = address_of(apps.get_model("inventory", "ProductChange"), "changelist")

    page = office.get(beside, {"q": str(number)})

    assert f'href="{beside}"' in office.get(address_of(Product, "changelist")).content.decode()
    assert [change.pgh_obj_id for change in page.context["cl"].result_list] == [number]
    assert "Book" in page.content.decode()
    assert f'href="{beside}"' not in office.get(reverse("admin:index")).content.decode()


def test_a_page_in_persian_runs_from_right_to_left(office):
    page = office.get(reverse("admin:index"), headers={"Accept-Language": "fa"})

    assert '<html lang="fa" dir="rtl">' in page.content.decode()
    assert Inline(page.content.decode()).found == []


def test_pages_carry_a_policy_that_allows_nothing_inline(office):
    policy = office.get(reverse("admin:index")).headers["Content-Security-Policy"]

    assert "default-src 'self'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy


def test_products_are_found_in_any_spelling_of_any_language_and_by_barcode(office):
    product = make_variant(sku="BK-1", barcode="4006381333931", name="Book").product
    product.name = {"en": "Book", "fa": "کتاب"}
    product.save()

    for words in ("book", "كتاب", "bk-1", "4006381333931"):
        page = office.get(address_of(Product, "changelist"), {"q": words})
        assert [row.pk for row in page.context["cl"].result_list] == [product.pk], words
    assert not office.get(address_of(Product, "changelist"), {"q": "lamp"}).context["cl"].result_list


def test_the_audit_names_who_changed_what(office, admin):
    variant = make_variant(sku="RED")
    page = {"product": variant.product_id, "sku": "BLUE", "attributes": "{}", "position": 0, "low_stock_below": 0}
    forms = {
        f"{name}-{part}": 0 for name in ("prices", "barcodes", "media") for part in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    forms |= {"prices-TOTAL_FORMS": 1, "prices-INITIAL_FORMS": 1, "prices-0-id": variant.prices.get().pk}
    forms |= {"prices-0-variant": variant.pk, "prices-0-currency": "EUR", "prices-0-amount": "19.90"}

    saved = office.post(address_of(Variant, "change", variant.pk), page | forms)

    assert saved.status_code == 302
    assert variant.prices.get().amount == 1990
    changes = office.get(address_of(Variant, "history", variant.pk)).context["changes"]
    assert [(change.by, [(one.field, one.before, one.after) for one in change.differences]) for change in changes] == [
        ("Ada Admin", [("SKU", "RED", "BLUE"), ("on sale", True, False)])
    ]


def test_what_changes_a_row_is_not_called_by_the_word_for_coins(office):
    german = office.get("/admin/", headers={"accept-language": "de"}).content.decode()

    assert ">Ändern</a>" in german
    assert "Rückgeld" not in german


def test_rows_are_named_in_the_readers_language():
    rows = [
        Consent(medium="sms", purpose="marketing", is_given=False),
        StockLevel(on_hand=3, reserved=1),
        StaffAssignment(role="manager"),
    ]

    with override("de"):
        assert [str(row) for row in rows] == [
            "Abgelehnt: Angebote und Neuigkeiten (SMS)",
            "3 (1 reserviert)",
            "Filialleitung: Überall",
        ]
