"""Goods that come back without a receipt: scanned at the till, as credit of a customer, with a slip."""

import pytest

from accounts.models import Balance
from accounts.rules import roles
from inventory.models import StockLevel
from orders.models import Return
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_store
from tests.till.conftest import Clerk, hidden, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(high_street):
    staff = make_staff("Mona Meyer", email="mona@example.com")
    assign(staff, high_street, roles.MANAGER)
    return Clerk(staff)


def fields(units="1", **changes):
    return {"units-MUG": units, "condition-MUG": "as_new", "reason-MUG": "changed_mind"} | changes


def test_from_the_customer_to_the_credit_and_its_slip(manager, ana, mug, high_street):
    before = StockLevel.objects.get(variant=mug, location=high_street).on_hand
    assert "Take back goods without a receipt" in text_of(manager.get("customer", ana.pk))
    manager.get("loose_goods", ana.pk)

    counted = manager.post("loose_goods", ana.pk, scanned="MUG", add="1")
    assert 'name="units-MUG" value="1"' in counted.content.decode() and "Goes back €12.90" in text_of(counted)
    again = manager.post("loose_goods", ana.pk, scanned="MUG", add="1", **fields())
    assert 'name="units-MUG" value="2"' in again.content.decode()
    key = hidden(again.content.decode(), "key")
    done = [manager.post("loose_goods", ana.pk, take="1", key=key, follow=False, **fields("2")) for _time in range(2)]

    goods = Return.objects.get()
    assert [answer["Location"] for answer in done] == [f"/admin/till/returns/{goods.number}/credit/"] * 2
    assert (goods.state, goods.amount, goods.customer, goods.order) == ("refunded", 2580, ana, None)
    assert Balance.objects.get(customer=ana, kind="credit").amount == 2580
    assert StockLevel.objects.get(variant=mug, location=high_street).on_hand == before + 2
    slip = manager.browser.get(done[0]["Location"], headers=manager.headers).content.decode()
    assert goods.number in slip and "€25.80" in slip and "Ana Moreno" in slip and "MUG" in slip


def test_only_who_may_sees_it(clerk, ana):
    assert "Take back goods without a receipt" not in text_of(clerk.get("customer", ana.pk))
    assert clerk.get("loose_goods", ana.pk).status_code == 403
    assert clerk.post("loose_goods", ana.pk, take="1", key="once", **fields()).status_code == 403
    assert not Return.objects.exists()


def test_what_is_missing_or_unknown_is_said(manager, ana, mug):
    unknown = manager.post("loose_goods", ana.pk, scanned="NOTHING", add="1")
    assert "These goods have no price here: NOTHING." in text_of(unknown)
    nothing = manager.post("loose_goods", ana.pk, take="1", key="once")
    assert nothing.status_code == 400 and "Scan or count what came back first." in text_of(nothing)
    why = manager.post("loose_goods", ana.pk, take="1", key="once", **fields(**{"reason-MUG": ""}))
    assert why.status_code == 400 and "Choose a reason." in text_of(why)
    forged = {"units-X": "1", "condition-X": "as_new", "reason-X": "other"}
    assert manager.post("loose_goods", ana.pk, take="1", key="once", **forged).status_code == 400
    assert manager.get("loose_goods", 999_999).status_code == 404
    assert not Return.objects.exists()


def test_taken_without_a_refund_it_gives_no_credit(manager, ana, mug):
    done = manager.post("loose_goods", ana.pk, take="1", key="once", without_refund="on", **fields())

    assert "Taken without a refund" in done.content.decode()
    assert (Return.objects.get().state, Balance.objects.filter(kind="credit").count()) == ("closed", 0)


def test_a_slip_of_another_place_is_not_there(manager, ana, mug):
    manager.post("loose_goods", ana.pk, take="1", key="once", **fields())
    other = make_staff("Nina", email="nina@example.com")
    assign(other, make_store("other", takes_returns=True), roles.MANAGER)

    assert Clerk(other).get("credit_slip", Return.objects.get().number).status_code == 404
    assert manager.get("credit_slip", "R-1").status_code == 404
