import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import Balance, BalanceEntry
from accounts.rules.gift_cards import code_hash, plain_code
from core.data.invariants import find_breaches
from core.ids import new_id
from tests.client import signed_in
from tests.factories.accounts import make_customer
from tests.factories.balances import code_of, give_card, give_credit


def told(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def act(browser, thing, name, **form):
    page = f"admin:accounts_{type(thing)._meta.model_name}_act"
    return browser.post(reverse(page, args=[thing.pk, name]), form)


def test_a_gift_card_is_issued_and_its_code_shown_once(office, ana):
    issued = office.post(
        reverse("admin:accounts_balance_add"), {"customer": ana.pk, "worth": "25.50", "note": "A sorry"}
    )

    card = Balance.objects.get()
    assert issued.status_code == 302
    assert (card.amount, card.customer, card.issued_for) == (2550, ana, "A sorry")
    (words,) = [message for message in told(issued) if "not shown again" in message]
    code = next(word for word in words.split() if plain_code(word.rstrip(".")))
    assert code_hash(code.rstrip(".")) == card.code_hash
    page = office.get(reverse("admin:accounts_balance_change", args=[card.pk])).content.decode()
    assert card.code_hash not in page
    assert str(card.key) not in page
    assert find_breaches() == {}


def test_amounts_are_written_as_money(office):
    card = give_card(2050)

    page = office.get(reverse("admin:accounts_balance_change", args=[card.pk])).content.decode()

    assert "€20.50" in page
    assert "2050" not in page


def test_a_card_is_blocked_unblocked_and_replaced(office):
    card = give_card(2000)
    code_of(card)

    assert act(office, card, "block").status_code == 302
    assert act(office, card, "block").status_code == 403
    assert act(office, card, "unblock").status_code == 302
    replaced = act(office, card, "replace")

    card.refresh_from_db()
    fresh = Balance.objects.exclude(pk=card.pk).get()
    assert (card.state, card.amount, fresh.state, fresh.amount) == ("closed", 0, "active", 2000)
    assert any(code_hash(message) == fresh.code_hash for message in told(replaced))
    assert act(office, fresh, "show").status_code == 403


@pytest.mark.parametrize(("name", "change", "amount"), [("credit", "-2.50", -250), ("points", "40", 40)])
def test_credit_and_points_are_corrected_with_a_reason_and_once(office, ana, name, change, amount):
    give_credit(ana, 1000, kind=name)
    form = {"change": change, "reason": "Broken mug", "key": str(new_id())}

    for _time in range(2):
        assert act(office, ana, name, **form).status_code == 302

    entry = BalanceEntry.objects.get(kind="corrected")
    assert (entry.amount, entry.note) == (amount, "Broken mug")
    assert entry.staff is not None
    assert Balance.objects.get().amount == 1000 + amount


@pytest.mark.parametrize("change", ["0", "-10.01", "0.001"])
def test_what_makes_no_sense_is_refused_in_the_form(office, ana, change):
    give_credit(ana, 1000)

    refused = act(office, ana, "credit", change=change, reason="x", key=str(new_id()))

    assert refused.status_code == 200
    assert Balance.objects.get().amount == 1000


def test_staff_without_the_right_change_nothing(db, tess):
    card = give_card(2000)
    browser = signed_in(tess)

    assert browser.get(reverse("admin:accounts_balance_changelist")).status_code == 200
    assert browser.get(reverse("admin:accounts_balance_add")).status_code == 403
    for name in ("show", "block", "replace"):
        assert act(browser, card, name).status_code == 404  # It is nobody's of this store.
    regular = make_customer("Cleo", email="cleo@example.com", home_store="high-street")
    assert act(browser, regular, "credit").status_code == 403
