"""The loyalty programme in the back office: its rules are edited there, its books only shown."""

from django.urls import reverse

from accounts.models import LoyaltyProgramme, PointBatch
from accounts.rules import roles
from core.data.invariants import find_breaches
from core.ids import new_id
from orders.models import PointBonus
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.balances import give_credit
from tests.factories.inventory import assign, make_category
from tests.factories.loyalty import switch_on

RULES = {
    "is_active": "on",
    "points_per_unit": "2",
    "point_value": "1",
    "minimum_points": "100",
    "most_percent": "50",
    "pending_days": "",
    "expiry_months": "12",
    "warning_days": "14",
}


def page_of(thing, page="change", *args):
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_{page}", args=args)


def test_head_office_changes_the_programme_and_its_history_keeps_what_it_was(ana, db):
    head = make_staff("Hanna Head", email="hanna@example.com")
    assign(head, None, roles.HEAD_OFFICE)
    browser, programme = signed_in(head), LoyaltyProgramme.objects.get()

    changed = browser.post(page_of(programme, "change", programme.pk), RULES)

    assert changed.status_code == 302
    programme.refresh_from_db()
    assert (programme.is_active, programme.points_per_unit, programme.most_percent) == (True, 2, 50)
    history = browser.get(page_of(programme, "history", programme.pk)).content.decode()
    assert "Hanna Head" in history
    assert "points per unit" in history


def test_a_share_above_all_of_an_order_is_refused(office):
    programme = LoyaltyProgramme.objects.get()

    answer = office.post(page_of(programme, "change", programme.pk), RULES | {"most_percent": "101"})

    assert answer.status_code == 200
    programme.refresh_from_db()
    assert programme.most_percent == 100


def test_a_clerk_sees_the_rules_and_changes_nothing(high_street, tess):
    browser, programme = signed_in(tess), LoyaltyProgramme.objects.get()

    assert browser.get(page_of(programme, "change", programme.pk)).status_code == 200
    assert browser.post(page_of(programme, "change", programme.pk), RULES).status_code == 403


def test_a_rule_for_more_points_is_laid_down(office):
    category = make_category("kitchen")
    form = {"name_en": "Kitchen", "percent": "200", "category": category.pk, "is_active": "on"}

    assert office.post(page_of(PointBonus, "add"), form).status_code == 302

    assert (PointBonus.objects.get().percent, PointBonus.objects.get().category) == (200, category)


def test_points_given_by_hand_end_as_others_do_and_stand_on_the_balances_page(office, ana):
    switch_on()
    give_credit(ana, 10, kind="points")
    act = reverse("admin:accounts_customer_act", args=[ana.pk, "points"])

    office.post(act, {"change": "40", "reason": "Late parcel", "key": str(new_id())})
    office.post(act, {"change": "-15", "reason": "Typing error", "key": str(new_id())})

    given = PointBatch.objects.get(points=40)
    assert given.expires_at is not None
    # The ones that end first go first.
    assert given.remaining == 25
    page = office.get(page_of(given.balance, "change", given.balance_id)).content.decode()
    assert "batches of points" in page.lower()
    assert find_breaches() == {}
