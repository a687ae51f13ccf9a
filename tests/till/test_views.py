"""Who may be at the till, in which store; and registers from float to count."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.rules import roles
from orders.models import TillSession
from tests.client import signed_in
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import assign, make_store
from tests.factories.orders import make_till_session
from tests.till.conftest import Clerk, address, new_key, text_of

PAGES = [
    ("", []),
    ("stores", []),
    ("registers", []),
    ("closing", [1]),
    ("sale", ["new"]),
    ("live", ["new"]),
    ("pay", ["new"]),
    ("new_customer", ["new"]),
    ("now", []),
    ("pickups", []),
    ("pickup", [1]),
    ("parcels", []),
    ("parcel", [1]),
    ("find", []),
    ("customer", [1]),
    ("order", ["1"]),
    ("done", ["1"]),
    ("receipt", ["1"]),
]
ACTS = [
    ("scan", []),
    ("recognise", ["new"]),
    ("line", ["new", 1]),
    ("empty", ["new"]),
    ("pay", ["new"]),
    ("find_pickup", []),
    ("hand_over", [1]),
    ("pickup_act", [1, "accept"]),
    ("find_parcel", []),
    ("parcel_act", [1, "pick"]),
    ("cancel", ["1"]),
    ("pay_out", ["1"]),
    ("stores", []),
    ("registers", []),
]


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_shoppers_and_strangers_are_sent_to_the_sign_in(client, ana, name, args):
    shopper = Clerk(ana).browser

    for browser in (client, shopper):
        assert browser.get(address(name, *args)).headers["Location"].startswith("/admin/login/")


@pytest.mark.parametrize(("name", "args"), PAGES + ACTS)
def test_staff_of_no_store_have_no_till(db, name, args):
    nobody = Clerk(make_staff("Nora", email="nora@example.com"))
    call = nobody.post if (name, args) in ACTS else nobody.get

    answer = call(name, *args)

    assert answer.status_code == 403
    assert "Ask head office." in text_of(answer)


@pytest.mark.parametrize(("name", "args"), ACTS)
def test_forged_forms_are_refused(tess, name, args):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    signed_in(tess, browser)

    assert browser.post(address(name, *args), {}).status_code == 403


def test_the_only_store_needs_no_choice_and_several_do(tess, high_street):
    assert Clerk(tess).get("pickups").status_code == 200
    assign(tess, make_store("second", name={"en": "Second Street"}), roles.CLERK)
    clerk = Clerk(tess)

    asked = clerk.get("pickups")
    assert asked.headers["Location"] == f"{address('stores')}?next=%2Fadmin%2Ftill%2Fpickups%2F"
    choice = clerk.get("stores", next="/admin/till/pickups/")
    assert "Second Street" in text_of(choice)
    chosen = clerk.post("stores", store="second", next="/admin/till/pickups/")
    assert "Second Street" in text_of(chosen)
    assert chosen.status_code == 200


def test_nobody_works_where_he_is_not_assigned(clerk):
    make_store("other")

    assert clerk.post("stores", store="other").status_code == 404
    assert "other" not in text_of(clerk.get("stores"))


def test_a_clerk_whose_store_is_taken_away_is_stopped(clerk, tess):
    from inventory.models import StaffAssignment

    StaffAssignment.objects.all().delete()

    assert clerk.get("registers").status_code == 403


def test_head_office_finds_its_store_among_many(db):
    head = make_staff("Hanna", email="hanna@example.com")
    assign(head, None, roles.HEAD_OFFICE)
    for number in range(35):
        make_store(f"store-x{number:02}", name={"en": f"Number {number}", "ar": f"متجر {number}"})
    hanna = Clerk(head)

    first = text_of(hanna.get("stores"))
    assert "There are more" in first
    assert "Number 34" in text_of(hanna.get("stores", q="number 34"))
    assert "Number 34" in text_of(hanna.get("stores", q="Number-34"))
    assert "Number 34" in text_of(hanna.get("stores", q="متجر 34"))
    assert hanna.post("stores", store="store-x34", follow=False).status_code == 302


@pytest.mark.parametrize(
    "onwards", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_choosing_a_store_never_leads_away(clerk, high_street, onwards):
    answer = clerk.post("stores", store="high-street", next=onwards, follow=False)

    assert answer.headers["Location"] == reverse("admin:till")


def test_a_register_goes_from_float_to_count(tess, high_street):
    clerk = Clerk(tess)
    assert clerk.get("sale", "new").headers["Location"] == address("registers")

    opened = clerk.post("registers", key=new_key(), register="till-1", opening_float="100,00")
    session = TillSession.objects.get()
    assert (session.opening_float, session.store, session.opened_by) == (10_000, high_street, tess)
    assert "Ready for the next customer." in text_of(opened)
    closed = clerk.post("closing", session.pk, key=new_key(), counted="98.50")

    session.refresh_from_db()
    assert (session.counted, session.expected) == (9850, 10_000)
    assert "−€1.50" in text_of(closed)
    assert clerk.get("sale", "new").headers["Location"] == address("registers")


def test_a_register_is_opened_once_and_shared(clerk, tess, register):
    taken = clerk.post("registers", key=new_key(), register="till-1", opening_float="0")

    assert taken.status_code == 409
    assert "Register till-1 is open already." in text_of(taken)
    assert TillSession.objects.count() == 1
    again = clerk.get("registers")
    assert "till-1" in text_of(again)
    assert 'value="till-2"' in again.content.decode()


def test_a_large_difference_takes_a_manager(clerk, manager, register):
    refused = clerk.post("closing", register.pk, key=new_key(), counted="50")
    assert refused.status_code == 403
    assert "let a manager close" in text_of(refused)
    assert TillSession.objects.get().is_open

    manager.post("closing", register.pk, key=new_key(), counted="50")

    assert not TillSession.objects.get().is_open


@pytest.fixture
def rescue(tess, high_street):
    """The late sales of a register that was closed with a difference of 12.90."""
    closed = make_till_session(
        high_street, tess, register="till-7", closed_at=timezone.now(), counted=11_290, expected=10_000
    )
    return make_till_session(high_street, tess, register="till-7", opening_float=0, rescues=closed)


def test_late_sales_of_a_closed_register_are_closed_by_a_manager(clerk, manager, rescue):
    listed = text_of(clerk.get("registers"))
    assert "Sales that came after closing" in listed and "till-7" in listed
    asked = text_of(clerk.get("closing", rescue.pk))
    assert "Late sales of register till-7" in asked and "with a difference of €12.90" in asked

    refused = clerk.post("closing", rescue.pk, key=new_key(), counted="0")
    assert refused.status_code == 403 and "A manager closes them." in text_of(refused)
    manager.post("closing", rescue.pk, key=new_key(), counted="0")

    rescue.refresh_from_db()
    assert (rescue.counted, rescue.expected) == (0, 0)
    assert "Sales that came after closing" not in text_of(clerk.get("registers"))


def test_nobody_sells_in_the_session_of_late_sales(clerk, rescue):
    answer = clerk.post("registers", session=rescue.pk)

    assert answer.status_code == 409
    assert "This till session is closed." in text_of(answer)


def test_another_stores_register_does_not_exist(clerk, tess):
    other = make_till_session(make_store("other"), tess)

    assert clerk.get("closing", other.pk).status_code == 404
    assert clerk.post("closing", other.pk, key=new_key(), counted="1").status_code == 404
    assert clerk.post("registers", session=other.pk).status_code == 404


@pytest.mark.parametrize(
    "fields", [{"register": "", "opening_float": "1"}, {"register": "till-2"}, {"register": "صندوق"}]
)
def test_a_register_without_a_name_or_count_is_not_opened(clerk, fields):
    before = TillSession.objects.count()

    assert clerk.post("registers", key=new_key(), **fields).status_code == 400
    assert TillSession.objects.count() == before


@pytest.mark.parametrize(("written", "kept"), [("1,000", 100_000), ("١٬٠٠٠٫٥٠", 100_050), ("1'000", 100_000)])
def test_a_float_is_read_as_it_was_meant(clerk, written, kept):
    clerk.post("registers", key=new_key(), register="till-2", opening_float=written)

    assert TillSession.objects.get(register="till-2").opening_float == kept


def test_a_float_that_could_be_two_sums_is_asked_for_again(clerk):
    page = clerk.post("registers", key=new_key(), register="till-2", opening_float="1.250")

    assert "1.250 can be read in two ways" in text_of(page)
    assert not TillSession.objects.filter(register="till-2").exists()


@pytest.mark.parametrize(
    ("currency", "float_of_notes"), [("IRR", "5,000,000,000"), ("IQD", "25,000,000"), ("COP", "90.000.000")]
)
def test_a_register_opens_with_notes_of_small_units(clerk, settings, currency, float_of_notes):
    settings.SHOP_CURRENCY = currency

    clerk.post("registers", key=new_key(), register="till-2", opening_float=float_of_notes)

    assert TillSession.objects.filter(register="till-2").exists()


def test_a_merged_or_closed_account_is_no_customer(clerk):
    gone = make_customer("Gone", email="gone@example.com", is_active=False)

    assert clerk.get("sale", f"customer-{gone.pk}").status_code == 404
    assert clerk.post("recognise", "new", customer=gone.pk).status_code == 404


@pytest.mark.parametrize("name", ["pickups", "find", "registers"])
def test_pages_name_the_zone_of_the_stores_clock(clerk, high_street, name):
    high_street.time_zone = "Europe/Helsinki"
    high_street.save()

    assert "All times are of the time zone Europe/Helsinki." in clerk.get(name).content.decode()
