"""Two accounts that were merged by mistake part with everything, their carts too."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import CustomerMerge
from accounts.services.customers.merging import merge_accounts, undo_merge
from carts.services.merging import part_customers_carts
from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.data.invariants import find_breaches
from tests.client import Api, signed_in
from tests.factories.accounts import make_customer
from tests.factories.pricing import make_voucher
from tests.journal import read_journal

pytestmark = pytest.mark.django_db(transaction=True)
BY_STAFF = Actor("system")
PICKUP = [{"kind": "pickup", "store": "high-street"}]


@pytest.fixture(autouse=True)
def empty_journal(transactional_db):
    sql.execute("TRUNCATE core_journal", {})


@pytest.fixture
def carts(ana, ben, mug, lamp):
    """Ana has two mugs; Ben has a mug, a lamp and a voucher."""
    make_voucher("BENS", max_uses=9)
    Api(ana).add("MUG", 2)
    Api(ben).add("MUG")
    Api(ben).add("LAMP")
    assert Api(ben).post("cart/vouchers/", {"code": "BENS"}).status_code == 201


@pytest.fixture
def merge(ana, ben, carts):
    """Ben's account, merged into Ana's."""
    merge = merge_accounts(duplicate=ben, survivor=ana, reason="One person", by=BY_STAFF, now=timezone.now())
    read_journal(now=timezone.now())
    assert goods_of(ana) == goods_of(ben) == {"MUG": 2, "LAMP": 1}
    return merge


def goods_of(person):
    return {line["sku"]: line["quantity"] for line in Api(person).get("cart/").json()["lines"]}


def vouchers_of(person):
    return [voucher["code"] for voucher in Api(person).get("cart/").json()["vouchers"]]


def part(merge):
    undo_merge(merge=merge, by=BY_STAFF, now=timezone.now())
    read_journal(now=timezone.now())


def test_each_has_their_own_cart_again(merge, ana, ben):
    part(merge)

    assert (goods_of(ana), goods_of(ben)) == ({"MUG": 2}, {"MUG": 1, "LAMP": 1})
    assert (vouchers_of(ana), vouchers_of(ben)) == ([], ["BENS"])
    assert find_breaches() == {}


def test_both_go_on_shopping(merge, ana, ben):
    part(merge)

    assert Api(ben).check_out(fulfilments=PICKUP).status_code == 201
    assert goods_of(ana) == {"MUG": 2}
    Api(ana).add("MUG")
    assert goods_of(ana) == {"MUG": 3}


def test_what_was_changed_since_stays_where_it_was_changed(merge, ana, ben):
    Api(ana).add("LAMP")

    part(merge)

    assert (goods_of(ana), goods_of(ben)) == ({"MUG": 2, "LAMP": 2}, {"MUG": 1, "LAMP": 1})


def test_a_cart_that_was_ordered_meanwhile_stays_ordered(merge, ana, ben):
    assert Api(ana).check_out(fulfilments=PICKUP).status_code == 201

    part(merge)

    assert (goods_of(ana), goods_of(ben)) == ({}, {})
    assert find_breaches() == {}


def test_parting_twice_changes_nothing(merge, ana, ben):
    part(merge)
    Api(ben).add("MUG")

    again = part_customers_carts(
        duplicate_id=ben.pk, survivor_id=ana.pk, merged_at=merge.merged_at, by=THE_SYSTEM, now=timezone.now()
    )

    assert again is None
    assert goods_of(ben) == {"MUG": 2, "LAMP": 1}


def test_a_merge_that_was_undone_at_once_joins_no_carts(ana, ben, carts):
    merge = merge_accounts(duplicate=ben, survivor=ana, reason="One person", by=BY_STAFF, now=timezone.now())
    undo_merge(merge=merge, by=BY_STAFF, now=timezone.now())
    read_journal(now=timezone.now())

    assert (goods_of(ana), goods_of(ben)) == ({"MUG": 2}, {"MUG": 1, "LAMP": 1})


def test_staff_merge_two_accounts_in_the_back_office_if_they_say_so(ana, ben):
    boss = signed_in(make_customer("Boss", email="boss@example.com", is_staff=True, is_superuser=True))
    address = reverse("admin:accounts_customer_act", args=[ben.pk, "merge"])
    asked = {"survivor": ana.pk, "reason": "One person"}

    page = boss.post(address, asked)
    assert "Both of them can sign in." in page.content.decode()
    assert not CustomerMerge.objects.exists()
    boss.post(address, {**asked, "both_sign_in": "on"})

    assert CustomerMerge.objects.get().duplicate == ben
