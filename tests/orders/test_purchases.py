"""What a person has bought: one definition, for first purchases, limits of vouchers, and the value of a customer."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.utils import timezone

from accounts.models import CustomerMerge
from accounts.services.customers.merging import merge_customers, undo_merge
from accounts.services.identity.identity import prove_email
from carts.models import VoucherCount, VoucherUse
from core.actors import Actor
from core.data.invariants import find_breaches
from orders.models import Order, OrderLine, Payment
from orders.queries.customer_value import bought_so_far
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.placing.guests import claim_guest_orders, join_guest_order
from tests.client import Api
from tests.factories.accounts import make_contact, make_customer
from tests.factories.inventory import make_stock, make_variant
from tests.factories.orders import make_order, make_till_session, pay_order
from tests.factories.pricing import make_offer, make_voucher, put_into_segment
from tests.journal import read_journal
from tests.storefront.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)
TEN_PERCENT = {"kind": "percent", "basis_points": 1000}
BY_STAFF = Actor("system")


@pytest.fixture(autouse=True)
def fresh(empty_journal):
    cache.clear()


@pytest.fixture
def mug(mitte):
    variant = make_variant(sku="MUG", price=2000)
    make_stock(variant, mitte, on_hand=20)
    return variant


@pytest.fixture
def pickup(mitte):
    return [{"kind": "pickup", "store": mitte.code}]


def first_purchase_of(person):
    phone = Api(person)
    return phone.add("MUG")["totals"]["discount"]["amount"] != "0.00"


class TestTheFirstPurchase:
    @pytest.fixture(autouse=True)
    def offer(self):
        return make_offer(TEN_PERCENT, {"kind": "first_purchase"})

    def test_comes_back_when_the_first_order_is_cancelled(self, ana, mug, pickup):
        phone = Api(ana)
        phone.add("MUG")
        order = phone.check_out(fulfilments=pickup).json()
        assert not first_purchase_of(ana)

        cancel_order(number=order["number"], reason="shopper", by=Actor("app", customer_id=ana.pk), now=timezone.now())

        assert first_purchase_of(ana)

    def test_comes_back_when_everything_was_returned(self, ana, mug, mitte):
        order = make_order((mug, 1, 2000), store=mitte, customer=ana)
        OrderLine.objects.update(quantity_fulfilled=1)
        assert not first_purchase_of(ana)

        order.lines.update(quantity_returned=1)

        assert first_purchase_of(ana)

    def test_is_over_for_whoever_bought_in_another_system(self, ana, mug, mitte):
        make_order((mug, 1, 2000), store=mitte, customer=ana, external_id="OLD-1", cart=None)

        assert not first_purchase_of(ana)

    def test_is_over_for_whoever_bought_as_a_guest_and_claims_it(self, ana, mug, mitte):
        make_order((mug, 1, 2000), store=mitte, contact_email=ana.email)
        assert first_purchase_of(ana)

        assert claim_guest_orders(customer_id=ana.pk, medium="email") == 1

        assert not first_purchase_of(ana)

    def test_is_over_for_whoever_bought_with_a_record_merged_since_and_not_once_they_are_parted(
        self, ana, mug, mitte, now
    ):
        noted = make_contact("A. Moreno", phone="+4917112345678")
        make_order((mug, 1, 2000), store=mitte, customer=noted)
        merge = merge_customers(duplicate=noted, survivor=ana, reason="Same", by=BY_STAFF, now=now)
        assert not first_purchase_of(ana)

        undo_merge(merge=merge, by=BY_STAFF, now=now)

        assert first_purchase_of(ana)


class TestAVoucherOncePerPerson:
    @pytest.fixture
    def voucher(self):
        return make_voucher("ONCE", max_uses_each=1, max_uses=9)

    @pytest.fixture
    def noted(self, tess, mitte, mug, voucher):
        """A contact who has used the voucher at the till."""
        session = make_till_session(mitte, tess, register="till-1")
        noted = make_contact("A. Moreno", email="ana@example.com")
        sale = {
            "session": str(session.pk), "customer": str(noted.pk), "lines": [{"sku": "MUG"}], "vouchers": ["ONCE"],
            "payments": [{"method": "test"}],
        }  # fmt: skip
        assert Api(tess).post("till/sales/", sale).status_code == 201
        return noted

    def refused(self, person):
        phone = Api(person)
        phone.add("MUG")
        answer = phone.post("cart/vouchers/", {"code": "ONCE"})
        return answer.status_code, answer.json().get("reason")

    def test_is_refused_to_a_contact_who_has_signed_up_since(self, ana, noted, now):
        prove_email(customer=ana, email="ana@example.com", by=Actor("app", customer_id=ana.pk), now=now)

        assert self.refused(ana) == (409, "used_by_you")

    def test_is_refused_after_a_merge_by_staff_even_if_it_lay_in_the_cart(self, ana, noted, pickup, now):
        phone = Api(ana)
        phone.add("MUG")
        assert phone.post("cart/vouchers/", {"code": "ONCE"}).status_code == 201

        merge_customers(duplicate=noted, survivor=ana, reason="Same", by=BY_STAFF, now=now)

        order = phone.check_out(fulfilments=pickup)
        assert (order.status_code, order.json()["code"]) == (409, "voucher_not_valid")
        assert VoucherUse.objects.count() == 1

    def test_the_audit_finds_a_second_use_by_the_same_person(self, ana, noted, now):
        merge_customers(duplicate=noted, survivor=ana, reason="Same", by=BY_STAFF, now=now)
        first = VoucherUse.objects.get()
        assert find_breaches() == {}
        order = Order.objects.get()
        VoucherUse.objects.filter(pk=first.pk).update(state="returned")
        for person in (noted, ana):
            VoucherUse.objects.create(
                voucher=first.voucher, cart=order.cart, customer=person, state="used" if person == ana else "returned",
                amount=200, held_at=timezone.now(),
            )  # fmt: skip
        VoucherUse.objects.filter(pk=first.pk).update(state="used", cart_id=self.another_cart(ana))
        VoucherCount.objects.create(voucher=first.voucher, customer=ana, uses=1, most=1)

        name = (
            "no person uses a voucher more often than its limit per customer, with all records that were theirs by then"
        )
        assert name in find_breaches()

    def another_cart(self, person):
        phone = Api(person)
        return int(phone.add("MUG")["id"])


class TestValue:
    def value(self, *people):
        return [(bought.orders, bought.spent) for bought in bought_so_far(customer_ids=[one.pk for one in people])]

    def test_is_what_was_paid_and_is_kept(self, ana, mug, mitte, as_ana, now):
        make_order((mug, 2, 2000), store=mitte, customer=ana)
        make_order((mug, 1, 2000), store=mitte, customer=ana, paid="pay_in_store")
        cancelled = make_order((mug, 1, 2000), store=mitte, customer=ana)
        cancel_order(number=cancelled.number, reason="shopper", by=as_ana, now=now)
        returned = make_order((mug, 2, 2000), store=mitte, customer=ana)
        OrderLine.objects.filter(order=returned).update(quantity_fulfilled=2, quantity_returned=1)
        Payment.objects.filter(order=returned).update(refunded=2000)

        assert self.value(ana) == [(3, 6000)]

    def test_counts_the_money_of_a_gift_card_once_when_it_pays(self, ana, ben, mitte, mug):
        card = make_variant(sku="GIFT", price=5000)
        card.product.kind = "gift_card"
        card.product.save()
        bought = make_order((card, 1, 5000), store=mitte, customer=ana)
        bought.lines.update(quantity_fulfilled=1)
        spent = make_order((mug, 1, 2000), store=mitte, customer=ben, paid="")
        pay_order(spent, 2000, method="test")

        assert (self.value(ana), self.value(ben)) == ([(1, 0)], [(1, 2000)])


class TestGuestOrders:
    def test_join_the_account_that_has_verified_their_address_before(self, ana, mug, pickup):
        EmailAddress.objects.get_or_create(user=ana, email=ana.email, defaults={"verified": True, "primary": True})
        guest = Api()
        guest.add("MUG")
        order = guest.check_out(fulfilments=pickup, contact={"email": ana.email.upper()}).json()

        read_journal(now=timezone.now())

        phone = Api(ana)
        assert phone.get(f"orders/{order['number']}/").status_code == 200
        assert [known["number"] for known in phone.get("orders/").json()["results"]] == [order["number"]]
        assert find_breaches() == {}

    def test_stay_open_for_a_while_to_the_guest_who_placed_them_and_to_nobody_else(self, ana, ben, mug, pickup):
        EmailAddress.objects.get_or_create(user=ana, email=ana.email, defaults={"verified": True, "primary": True})
        visit, guest = Visit(), Api()
        visit.add("MUG")
        placed = visit.check_out(email=ana.email, store=pickup[0]["store"])
        guest.add("MUG")
        number = guest.check_out(fulfilments=pickup, contact={"email": ana.email}).json()["number"]

        read_journal(now=timezone.now())

        assert Order.objects.filter(customer=ana).count() == 2
        assert visit.get(placed["Location"]).status_code == 200
        assert guest.get(f"orders/{number}/").status_code == 200
        assert Api(ben).get(f"orders/{number}/").status_code == 404
        Order.objects.update(placed_at=timezone.now() - timedelta(hours=2))
        assert visit.get(placed["Location"]).status_code == 404
        assert guest.get(f"orders/{number}/").status_code == 404

    def test_join_whoever_has_verified_their_number(self, mug, mitte):
        bea = make_customer("Bea", email="", phone="+4917112345678", phone_verified_at=timezone.now())
        order = make_order((mug, 1, 2000), store=mitte, contact_email="", contact_phone="+4917112345678")

        assert join_guest_order(order_id=order.pk)

        order.refresh_from_db()
        assert order.customer == bea

    def test_do_not_join_an_address_that_nobody_has_verified(self, mug, mitte):
        make_contact("Typed", email="guest@example.com")
        other = make_customer("Other", email="other@example.com")
        EmailAddress.objects.filter(user=other).delete()
        EmailAddress.objects.create(user=other, email="guest@example.com", verified=False)
        order = make_order((mug, 1, 2000), store=mitte, contact_email="guest@example.com")

        assert not join_guest_order(order_id=order.pk)

    def test_are_claimed_with_an_address_that_a_merged_record_has_verified(self, ana, mug, mitte, now):
        other = make_customer("Ana at work", email="work@example.com")
        EmailAddress.objects.get_or_create(user=other, email="work@example.com", defaults={"verified": True})
        other.merged_into = ana
        other.save()
        CustomerMerge.objects.create(duplicate=other, survivor=ana, reason="Same", merged_at=now)
        order = make_order((mug, 1, 2000), store=mitte, contact_email="work@example.com")

        assert claim_guest_orders(customer_id=ana.pk, medium="email") == 1

        order.refresh_from_db()
        assert order.customer == ana


def test_segments_of_every_record_give_their_prices_whichever_record_asks(ana, mug, now):
    noted = make_contact("A. Moreno")
    put_into_segment(ana, "trade")
    make_offer(TEN_PERCENT, {"kind": "segment", "segments": ["trade"]})
    noted_cart = Api(noted)
    merge_customers(duplicate=noted, survivor=ana, reason="Same", by=BY_STAFF, now=now)

    assert noted_cart.add("MUG")["totals"]["discount"]["amount"] == "2.00"
