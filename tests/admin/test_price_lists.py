"""Price lists in the back office: written, searched, explained, and the deviations on one page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import JournalEntry
from inventory.models import ListPrice, PriceList, StaffAssignment
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import make_variant
from tests.factories.pricing import add_list_price, make_price_list, put_into_segment

CHECK, DEVIATIONS = "admin:inventory_pricelist_check", "admin:inventory_pricelist_deviations"


def written(**fields):
    return {
        "code": "summer", "name_en": "Summer", "currency": "EUR", "is_tax_included": "unknown", "priority": "100",
        "starts_at_0": "2026-06-01", "starts_at_1": "00:00", "is_active": "on",
    } | fields  # fmt: skip


def test_a_list_is_written_and_remembers_by_whom(office, admin):
    answer = office.post(reverse("admin:inventory_pricelist_add"), written())

    found = PriceList.objects.get()
    assert answer.status_code == 302
    assert (found.code, found.registered_by, found.is_tax_included) == ("summer", admin, None)
    assert JournalEntry.objects.filter(kind="price_list.changed", ref="summer").exists()


@pytest.mark.parametrize("fields", [{"channel": "app"}, {"channel": "app", "reason": "A trial"}])
def test_a_deviation_without_a_reason_or_an_end_is_refused_in_words(office, fields):
    answer = office.post(reverse("admin:inventory_pricelist_add"), written(**fields))

    assert "needs a reason and an end" in answer.content.decode()
    assert not PriceList.objects.exists()


def test_prices_of_a_list_are_written_as_money(office, mug):
    of = make_price_list("summer")

    added = office.post(
        reverse("admin:inventory_listprice_add"),
        {"price_list": of.pk, "variant": mug.pk, "min_quantity": "10", "amount": "9.90"},
    )
    found = ListPrice.objects.get()
    assert (added.status_code, found.amount, found.min_quantity) == (302, 990, 10)

    office.post(reverse("admin:inventory_listprice_change", args=[found.pk]), {"amount": "8.50"})
    found.refresh_from_db()
    assert found.amount == 850

    office.post(reverse("admin:inventory_listprice_delete", args=[found.pk]), {"post": "yes"})
    assert not ListPrice.objects.exists()


def test_a_price_is_read_with_the_marks_of_the_readers_language(office, mug):
    of = make_price_list("de")
    found = ListPrice.objects.create(price_list=of, variant=mug, min_quantity=1, amount=990)
    page = reverse("admin:inventory_listprice_change", args=[found.pk])

    office.post(page, {"amount": "1.250,50"}, headers={"Accept-Language": "de"})
    shown = office.get(page, headers={"Accept-Language": "de"}).content.decode()
    ambiguous = office.post(page, {"amount": "1.250"}, headers={"Accept-Language": "en"}).content.decode()

    found.refresh_from_db()
    assert found.amount == 125_050
    assert 'value="1250,50"' in shown
    assert "1.250 can be read in two ways. Enter it without marks between thousands, like 12.90." in ambiguous


@pytest.mark.parametrize("amount", ["-1", "0.001", "much", "9" * 19])
def test_what_is_no_price_is_refused_in_the_form(office, mug, amount):
    of = make_price_list("summer")

    answer = office.post(
        reverse("admin:inventory_listprice_add"),
        {"price_list": of.pk, "variant": mug.pk, "min_quantity": "1", "amount": amount},
    )

    assert answer.status_code == 200 and answer.context["errors"]
    assert not ListPrice.objects.exists()


def test_the_check_tells_why_this_price(office, ana, mug, high_street):
    make_price_list("trade", segment="trade", prices={mug: 700}, name={"en": "Trade", "ar": "التجار"})
    add_list_price(make_price_list("many"), mug, 600, min_quantity=10)
    make_price_list("station", store=high_street, prices={mug: 1500}, name={"en": "Station"})
    put_into_segment(ana, "trade")

    page = office.get(
        reverse(CHECK), {"variant": mug.pk, "quantity": 1, "customer": ana.pk, "channel": "web", "currency": "EUR"}
    )

    assert [(verdict["price"], str(verdict["word"])) for verdict in page.context["verdicts"]] == [
        ("€7.00", "this is the price"),
        ("€15.00", "for another store"),
        ("€6.00", "for larger quantities"),
        ("€12.90", "another price takes precedence"),
    ]
    arabic = office.get(
        reverse(CHECK),
        {"variant": mug.pk, "quantity": 1, "customer": ana.pk, "channel": "web", "currency": "EUR"},
        headers={"Accept-Language": "ar"},
    ).content.decode()
    assert "التجار" in arabic and "هذا هو السعر" in arabic


def test_what_has_no_price_in_a_currency_is_not_sold_in_it(office, mug):
    page = office.get(reverse(CHECK), {"variant": mug.pk, "quantity": 1, "channel": "web", "currency": "JPY"})

    assert "not sold" in page.content.decode()


def test_deviations_stand_on_one_page_with_who_why_and_until(office, admin, high_street):
    now = timezone.now()
    for code, starts, ends in (("now", -1, 1), ("soon", 1, 2), ("past", -2, -1)):
        make_price_list(
            code, store=high_street, reason=f"Because of {code}", registered_by=admin,
            starts_at=now + timedelta(days=starts), ends_at=now + timedelta(days=ends),
        )  # fmt: skip
    make_price_list("for-all")

    page = office.get(reverse(DEVIATIONS))

    assert [[each.code for each in lists] for _title, lists in page.context["groups"]] == [["now"], ["soon"], ["past"]]
    assert "Because of soon" in page.content.decode() and str(admin) in page.content.decode()


def test_pages_take_few_statements_whatever_the_lists_hold(office, mug, django_assert_max_num_queries):
    of = make_price_list()
    for number in range(20):
        add_list_price(of, make_variant(), 100 + number)

    for page in ("pricelist", "listprice"):
        with django_assert_max_num_queries(12):
            office.get(reverse(f"admin:inventory_{page}_changelist"))
    with django_assert_max_num_queries(12):
        office.get(reverse("admin:inventory_pricelist_change", args=[of.pk]))
    found = office.get(reverse("admin:inventory_listprice_changelist"), {"price_list__id__exact": of.pk, "q": "SKU"})
    assert found.context["cl"].result_count == 20


@pytest.mark.parametrize(("role", "may_write"), [("clerk", False), ("manager", False), ("head_office", True)])
def test_everybody_who_works_here_sees_prices_and_head_office_writes_them(db, mug, role, may_write):
    person = make_staff(role, email=f"{role}@example.com")
    StaffAssignment.objects.create(staff=person, role=role)
    browser = signed_in(person)
    make_price_list("summer")

    assert browser.get(reverse(CHECK)).status_code == browser.get(reverse(DEVIATIONS)).status_code == 200
    assert browser.get(reverse("admin:inventory_pricelist_changelist")).status_code == 200
    assert (browser.get(reverse("admin:inventory_pricelist_add")).status_code == 200) == may_write
    assert (browser.get(reverse("admin:inventory_listprice_add")).status_code == 200) == may_write
    answer = browser.post(reverse("admin:inventory_pricelist_add"), written(code="winter"))
    assert (answer.status_code == 302) == PriceList.objects.filter(code="winter").exists() == may_write


def test_a_list_is_not_deleted(office):
    of = make_price_list("summer")

    assert office.post(reverse("admin:inventory_pricelist_delete", args=[of.pk]), {"post": "yes"}).status_code == 403
    assert PriceList.objects.exists()
