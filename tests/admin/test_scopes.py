"""What a clerk and a manager read in the back office is what concerns their store, on every page."""

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.rules import roles
from core.actors import Actor
from core.audit import event_models
from core.journal import publish
from core.models import JournalEntry
from inventory.models import Location, StaffAssignment
from omnistore.back_office.permissions import PERMISSIONS_BY_RIGHT
from omnistore.back_office.scopes import SCOPES, _everything
from orders.events import OrderPlaced
from orders.models import Fulfilment, Order, OrderTax
from tests.client import signed_in
from tests.factories.accounts import make_customer, make_staff
from tests.factories.back_office import NOON, fill_every_table
from tests.factories.inventory import make_store, make_variant, make_warehouse
from tests.factories.orders import make_order

SEEN = [
    apps.get_model(*name.replace(".view_", ".").split("."))
    for name in sorted(PERMISSIONS_BY_RIGHT[roles.SEE_CUSTOMERS])
]
SEEN_BY_BUYERS = {
    name.replace(".view_", ".") for name in PERMISSIONS_BY_RIGHT[roles.PURCHASE] if name.startswith("inventory.view_")
}
SCOPED = [model for model in SEEN if SCOPES[model._meta.label_lower] is not _everything]
SCOPED_CHANGES = [event_models()[model] for model in SCOPED if model in event_models()]
# Rows that fill_every_table leaves to what the shop itself writes.
NEVER_FILLED = {"core.JournalEntry"}


def address_of(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def member(role, store=None):
    ContentType.objects.get_for_models(*apps.get_models())
    person = make_staff(f"{role} {store}", email=f"{role}-{store.code if store else 'all'}@example.com")
    StaffAssignment.objects.create(staff=person, location=store, role=role)
    return person


def shown(browser, model, **query):
    answer = browser.get(address_of(model, "changelist"), query)
    assert answer.status_code == 200, model
    return list(answer.context["cl"].result_list)


def note(store, ref="O-1"):
    by = Actor(channel="till", store_id=store.pk, store_code=store.code)
    publish(OrderPlaced(by=by, occurred_at=NOON, ref=ref, order_id=1, cart_id=1, total=1, currency="EUR", units=1))


def test_every_table_that_stores_see_says_which_rows():
    assert {model._meta.label_lower for model in SEEN} | SEEN_BY_BUYERS == SCOPES.keys()


@pytest.mark.walk
@pytest.mark.parametrize("role", [roles.CLERK, roles.MANAGER])
def test_staff_of_another_store_find_nothing_on_any_page(db, role):
    fill_every_table(range(2))
    note(Location.objects.get(code="shop-0"))
    browser = signed_in(member(role, make_store("elsewhere")))

    for model in SCOPED + SCOPED_CHANGES:
        assert shown(browser, model) == [], model
        assert shown(browser, model, q="1") == [], model
        thing = model._default_manager.order_by("pk").last()
        if thing is None:
            continue
        for page in ("change", "history", "delete"):
            answer = browser.get(address_of(model, page, thing.pk))
            assert answer.status_code in (302, 403, 404), (model, page)
        actions = getattr(django_admin.site.get_model_admin(model), "object_actions", ())
        for action in actions:
            assert browser.get(address_of(model, "act", thing.pk, action.name)).status_code == 404, (model, action)


@pytest.mark.walk
def test_staff_find_what_concerns_their_own_store_on_every_page(db):
    fill_every_table(range(2))
    stores = [Location.objects.get(code=f"shop-{number}") for number in range(2)]
    for store in stores:
        note(store)
    browsers = [signed_in(member(roles.CLERK, store)) for store in stores]

    for model in SCOPED:
        found = [set(shown(browser, model)) for browser in browsers]
        assert all(found) and not found[0] & found[1], model
        for rows, browser, other in zip(found, browsers, reversed(browsers), strict=True):
            page = address_of(model, "change", next(iter(rows)).pk)
            assert (browser.get(page).status_code, other.get(page).status_code) == (200, 302), model


@pytest.mark.walk
def test_head_office_finds_everything(db):
    fill_every_table(range(2))
    browser = signed_in(member(roles.HEAD_OFFICE))

    for model in SEEN:
        if model is not JournalEntry:
            assert len(shown(browser, model)) == min(model._default_manager.count(), 50), model


@pytest.mark.walk
def test_lists_of_one_store_take_as_many_statements_for_four_rows_as_for_two(db):
    def statements(browser):
        counts = {}
        for model in SEEN:
            with CaptureQueriesContext(connection) as captured:
                shown(browser, model)
            counts[model._meta.label] = len(captured)
        return counts

    fill_every_table(range(2))
    clerk = member(roles.CLERK, Location.objects.get(code="shop-0"))
    browser = signed_in(clerk)
    few = statements(browser)
    fill_every_table(range(2, 4))
    for number in range(1, 4):
        Order.objects.filter(number=f"O-{number}").update(store=Location.objects.get(code="shop-0"))

    assert statements(browser) == few


def test_what_no_store_needs_is_for_head_office_alone(db):
    fill_every_table(range(1))
    manager = signed_in(member(roles.MANAGER, Location.objects.get(code="shop-0")))

    for page in (
        "carts_cart",
        "carts_voucher",
        "carts_wishlistitem",
        "orders_savedcard",
        "orders_webhookevent",
        "orders_guesthold",
    ):
        assert manager.get(reverse(f"admin:{page}_changelist")).status_code == 403, page
    head = signed_in(member(roles.HEAD_OFFICE))
    assert head.get(reverse("admin:carts_cart_changelist")).status_code == 200


def test_vouchers_are_not_exported_for_a_store(db):
    clerk = signed_in(member(roles.CLERK, make_store("mitte")))

    assert clerk.get(reverse("admin:carts_voucher_export")).status_code == 403


class TestOrders:
    @pytest.fixture
    def mitte(self, db):
        return make_store("mitte")

    @pytest.fixture
    def clerk(self, mitte):
        return signed_in(member(roles.CLERK, mitte))

    def test_of_the_web_to_be_collected_here_are_found(self, clerk, mitte):
        order = make_order((make_variant(sku="MUG"), 1, 1290), store=mitte)

        assert shown(clerk, Order) == [order]

    def test_sold_here_and_sent_from_elsewhere_are_found_whole(self, clerk, mitte):
        order = make_order((make_variant(sku="MUG"), 1, 1290), store=make_warehouse("wh"), kind="ship")
        Order.objects.update(store=mitte)

        assert shown(clerk, Order) == [order]
        assert shown(clerk, Fulfilment) == list(order.fulfilments.all())

    def test_of_two_stores_are_found_once(self, clerk, mitte):
        make_order((make_variant(sku="MUG"), 1, 1290), store=mitte)
        Order.objects.update(store=mitte)

        assert len(shown(clerk, Order)) == 1

    def test_of_somebody_with_two_stores_are_those_of_both(self, mitte):
        mug, altona = make_variant(sku="MUG"), make_store("altona")
        for store in (mitte, altona, make_store("third")):
            make_order((mug, 1, 1290), store=store)
        both = member(roles.CLERK, mitte)
        StaffAssignment.objects.create(staff=both, location=altona, role=roles.MANAGER)

        assert len(shown(signed_in(both), Order)) == 2

    def test_are_cancelled_by_a_manager_of_a_store_that_they_concern(self, mitte):
        altona = make_store("altona")
        order = make_order((make_variant(sku="MUG"), 1, 1290), store=mitte)
        both = member(roles.CLERK, mitte)
        StaffAssignment.objects.create(staff=both, location=altona, role=roles.MANAGER)
        cancel = address_of(Order, "act", order.pk, "cancel")

        assert signed_in(both).get(cancel).status_code == 403
        assert signed_in(member(roles.MANAGER, mitte)).get(cancel).status_code == 200


class TestPeople:
    def test_are_those_who_bought_here_or_call_the_store_theirs(self, db):
        mitte = make_store("mitte")
        customers = apps.get_model("accounts", "Customer")
        buyer = make_customer("Bea", email="bea@example.com")
        regular = make_customer("Rob", email="rob@example.com", home_store="mitte")
        make_customer("Sue", email="sue@example.com", home_store="altona")
        make_order((make_variant(sku="MUG"), 1, 1290), store=mitte, customer=buyer)
        clerk = signed_in(member(roles.CLERK, mitte))

        assert set(shown(clerk, customers)) == {buyer, regular}
        assert shown(clerk, customers, q="sue@example.com") == []

    def test_suggestions_are_about_the_same(self, db):
        make_customer("Sue", email="sue@example.com")
        clerk = signed_in(member(roles.CLERK, make_store("mitte")))
        asked = {"app_label": "accounts", "model_name": "segmentmembership", "field_name": "customer", "term": "sue"}

        answer = clerk.get(reverse("admin:autocomplete"), asked)

        assert answer.status_code == 403 or answer.json()["results"] == []


class TestTheTaxReport:
    def stores(self, person):
        page = signed_in(person).get(reverse("admin:orders_ordertax_report"))
        return [code for code, _name in page.context["form"].fields["store"].choices]

    def test_offers_the_stores_of_whoever_reads_it(self, db):
        mitte, altona = make_store("mitte"), make_store("altona")

        assert self.stores(member(roles.MANAGER, mitte)) == ["mitte"]
        assert self.stores(member(roles.HEAD_OFFICE)) == ["", "-", altona.code, mitte.code]

    @pytest.mark.parametrize("asked", ["", "-", "shop-0"])
    def test_adds_up_no_other_store(self, db, asked):
        fill_every_table(range(1))
        OrderTax.objects.update(tax=100)
        manager = signed_in(member(roles.MANAGER, make_store("mitte")))
        period = {"first": "2026-11-01", "last": "2026-11-30", "store": asked}

        for download in ({}, {"download": "1"}):
            page = manager.get(reverse("admin:orders_ordertax_report"), period | download)
            assert page.context["rows"] == []

    def test_the_ends_of_the_calendar_are_no_error(self, db):
        manager = signed_in(member(roles.MANAGER, make_store("mitte")))
        period = {"first": "0001-01-01", "last": "9999-12-31", "store": "mitte"}

        assert manager.get(reverse("admin:orders_ordertax_report"), period).status_code == 200
