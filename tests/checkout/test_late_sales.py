"""Sales that a till sends when its line is back: what has happened is a fact."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from core.actors import Actor
from core.data.invariants import find_breaches
from core.models import JournalEntry
from inventory.models import Oversale, Price, PriceHistory, StockLevel
from inventory.services.stock_documents.counts import approve_count, plan_count, record_count, submit_count
from orders.models import Order, OrderLine, TillSession
from orders.services.registers.late_sales import take_session_of_late_sale
from orders.services.registers.till_sessions import SessionNotOpen, take_open_session
from tests.client import Api
from tests.factories.inventory import make_variant
from tests.factories.orders import make_till_session
from tests.refusals import refused

CASH = {"method": "cash", "tendered": {"amount": "100.00", "currency": "EUR"}}

pytestmark = pytest.mark.django_db(transaction=True)


def euros(amount):
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
def till(tess, high_street):
    till = Api(tess)
    till.session = make_till_session(high_street, tess, opened_at=timezone.now() - timedelta(hours=8))
    return till


@pytest.fixture
def manager(mona):
    return Api(mona)


def hours_ago(hours):
    return timezone.now() - timedelta(hours=hours)


def sell(till, sku="MUG", quantity=1, *, occurred_at=None, **changes):
    body = {
        "session": str(till.session.pk),
        "lines": [{"sku": sku, "quantity": quantity}],
        "payments": [CASH],
        "client_id": str(uuid4()),
        "occurred_at": (occurred_at or hours_ago(1)).isoformat(),
    }
    return till.post("till/sales/", body | changes)


def close(api, session, counted, key="close"):
    return api.patch(f"till/sessions/{session.pk}/", {"counted": euros(counted)}, **{"Idempotency-Key": key})


def booked(variant):
    return list(
        StockLevel.objects.filter(variant=variant).order_by("location__code").values_list("on_hand", "reserved")
    )


def refusal(answer):
    return answer.status_code, answer.json()["code"]


class TestStock:
    def test_is_sold_though_the_books_have_none(self, till, high_street):
        vase = make_variant(sku="VASE", price=2500)

        sold = sell(till, "VASE", 2)

        assert sold.status_code == 201, sold.content
        assert (sold.json()["state"], booked(vase)) == ("completed", [(0, 0)])
        oversale = Oversale.objects.get()
        assert (oversale.units, oversale.reserved, oversale.cause_id) == (2, 0, sold.json()["number"])
        assert oversale.level.location == high_street and oversale.settled_at is None
        assert JournalEntry.objects.filter(kind="stock.oversold", ref="VASE").count() == 1
        assert find_breaches() == {}

    def test_a_unit_that_is_promised_stays_promised_and_somebody_has_to_look(self, till, ana, mug, high_street):
        level = StockLevel.objects.get(variant=mug, location=high_street)
        shopper = Api(ana)
        shopper.add("MUG", level.on_hand)
        ordered = shopper.check_out(fulfilments=[{"kind": "pickup", "store": "high-street"}])
        assert ordered.status_code == 201, ordered.content

        sold = sell(till)

        assert sold.status_code == 201, sold.content
        level.refresh_from_db()
        oversale = Oversale.objects.get()
        assert (level.on_hand, level.reserved) == (oversale.reserved, oversale.reserved)
        assert oversale.units == 1
        assert find_breaches() == {}

    def test_goods_that_the_books_have_need_no_count(self, till, mug):
        assert sell(till).status_code == 201

        assert not Oversale.objects.exists()

    def test_a_sale_of_now_is_refused_for_stock_as_ever(self, till):
        make_variant(sku="VASE", price=2500)

        body = {"session": str(till.session.pk), "lines": [{"sku": "VASE"}], "payments": [CASH]}

        answer = till.post("till/sales/", body)

        assert refusal(answer) == (409, "insufficient_stock")
        assert not Order.objects.exists() and not Oversale.objects.exists()


class TestGoodsAndPrices:
    def test_costs_what_it_cost_then(self, till, mug):
        PriceHistory.objects.create(variant=mug, currency="EUR", amount=1800, since=hours_ago(3))

        before, after = sell(till, occurred_at=hours_ago(2)), sell(till, occurred_at=timezone.now())

        assert before.json()["totals"]["grand"]["amount"] == "18.00"
        assert after.json()["totals"]["grand"]["amount"] == "12.90"
        assert find_breaches() == {}

    def test_goods_that_are_no_longer_sold_were_sold_then(self, till, mug):
        Price.objects.filter(variant=mug).delete()
        mug.is_active = False
        mug.save()

        sold = sell(till)

        assert sold.status_code == 201, sold.content
        assert OrderLine.objects.get().line_total == 1290

    def test_a_total_that_was_never_charged_is_refused(self, till, mug):
        answer = sell(till, expected_total=euros("1.00"))

        assert refusal(answer) == (409, "total_changed")
        assert answer.json()["totals"]["grand"] == euros("12.90")
        assert not Order.objects.exists()


class TestSessions:
    def test_goes_into_its_own_session_while_that_is_open(self, till, mug):
        sell(till)

        assert Order.objects.get().till_session == till.session
        assert TillSession.objects.count() == 1

    def test_after_closing_it_goes_into_a_session_that_rescues_it(self, till, mug, manager):
        assert close(till, till.session, "100.00").status_code == 200

        assert [sell(till).status_code for _ in range(2)] == [201, 201]

        rescue = TillSession.objects.get(rescues=till.session)
        assert (rescue.register, rescue.store, rescue.opening_float) == (till.session.register, till.session.store, 0)
        assert {order.till_session for order in Order.objects.all()} == {rescue}
        till.session.refresh_from_db()
        assert (till.session.expected, till.session.counted) == (10_000, 10_000)
        assert JournalEntry.objects.get(kind="till.opened").payload == {"session_id": rescue.pk}
        assert find_breaches() == {}

    def test_a_manager_closes_the_rescue_and_a_clerk_does_not(self, till, mug, manager):
        close(till, till.session, "100.00")
        sell(till)
        rescue = TillSession.objects.get(rescues=till.session)

        assert refusal(close(till, rescue, "12.90")) == (403, "rescue_needs_manager")
        closed = close(manager, rescue, "12.90")

        assert closed.status_code == 200, closed.content
        assert closed.json()["rescues"] == str(till.session.pk)
        assert closed.json()["difference"] == euros("0.00")

    def test_what_comes_after_a_closed_rescue_begins_another(self, till, mug, manager):
        close(till, till.session, "100.00")
        sell(till)
        close(manager, TillSession.objects.get(rescues=till.session), "12.90")

        assert sell(till).status_code == 201

        assert till.session.rescued_by.count() == 2

    def test_a_register_is_open_again_beside_its_rescue(self, till, mug):
        close(till, till.session, "100.00")
        sell(till)

        opened = till.post("till/sessions/", {"register": till.session.register, "float": euros("50.00")})

        assert opened.status_code == 201, opened.content
        assert opened.json()["rescues"] is None

    def test_nothing_else_is_sold_in_a_rescue(self, till, mug, high_street):
        close(till, till.session, "100.00")
        sell(till)
        rescue = TillSession.objects.get(rescues=till.session)

        with refused(SessionNotOpen):
            take_open_session(session_id=rescue.pk, store_id=high_street.pk)
        answer = sell(till, session=str(rescue.pk))

        assert refusal(answer) == (409, "session_closed")
        assert Order.objects.count() == 1

    @pytest.mark.parametrize("hours", [9, -0.5, 24 * 31])
    def test_a_moment_at_which_the_register_was_not_open_is_refused(self, till, mug, hours):
        answer = sell(till, occurred_at=hours_ago(hours))

        assert refusal(answer) == (409, "occurred_at_not_valid")
        assert not Order.objects.exists()

    def test_a_moment_after_the_register_was_closed_is_refused(self, till, mug, tess, high_street):
        closed = make_till_session(
            high_street, tess, opened_at=hours_ago(8), closed_at=hours_ago(4), counted=10_000, expected=10_000
        )

        answer = sell(till, session=str(closed.pk), occurred_at=hours_ago(1))

        assert refusal(answer) == (409, "occurred_at_not_valid")
        assert answer.json()["closed_at"] is not None
        assert not TillSession.objects.filter(rescues__isnull=False).exists()

    def test_the_clock_of_a_till_may_be_some_minutes_off(self, till, mug):
        assert sell(till, occurred_at=timezone.now() + timedelta(minutes=4)).status_code == 201


class TestWhatALateSaleIs:
    def test_it_hands_its_goods_out(self, till, mug):
        answer = sell(till, fulfilments=[{"kind": "pickup", "store": "high-street"}])

        assert refusal(answer) == (400, "invalid")
        assert answer.json()["errors"][0]["field"] == "fulfilments"
        assert not Order.objects.exists()

    def test_it_names_its_lines(self, till, ana):
        shopper = Api(ana)
        cart = shopper.add(make_variant(sku="VASE", price=2500).sku)

        answer = till.post(
            "till/sales/",
            {
                "session": str(till.session.pk),
                "cart": cart["id"],
                "payments": [CASH],
                "occurred_at": hours_ago(1).isoformat(),
            },
        )

        assert answer.status_code == 400, answer.content
        assert answer.json()["errors"][0]["field"] == "cart"

    def test_sent_again_it_is_the_same_order_even_after_closing(self, till, mug):
        client_id = str(uuid4())
        first = sell(till, client_id=client_id)
        close(till, till.session, "112.90")

        again = sell(till, client_id=client_id)

        assert (again.status_code, again.json()["number"]) == (201, first.json()["number"])
        assert Order.objects.count() == 1 and TillSession.objects.count() == 1

    def test_another_register_cannot_claim_it(self, till, mug, tess, high_street):
        client_id = str(uuid4())
        sell(till, client_id=client_id)
        other = make_till_session(high_street, tess, register="till-9", opened_at=hours_ago(8))

        answer = sell(till, client_id=client_id, session=str(other.pk))

        assert refusal(answer) == (409, "register_mismatch")
        assert Order.objects.count() == 1

    def test_other_goods_under_its_id_are_refused(self, till, mug):
        client_id = str(uuid4())
        sell(till, client_id=client_id)

        answer = sell(till, quantity=2, client_id=client_id)

        assert refusal(answer) == (409, "client_id_reused")
        assert Order.objects.count() == 1


def test_a_session_of_another_store_takes_no_late_sale(till, warehouse):
    now = timezone.now()

    with refused(SessionNotOpen):
        take_session_of_late_sale(session_id=till.session.pk, store_id=warehouse.pk, occurred_at=now, by=None, now=now)

    assert TillSession.objects.count() == 1


def test_a_count_before_the_sale_arrives_sees_it_as_sold(till, mug, high_street):
    level = StockLevel.objects.get(variant=mug, location=high_street)
    staff = Actor(channel="till", staff_id=7)
    now = timezone.now()
    count = plan_count(target_id=high_street.pk, variant_ids=[mug.pk], category="", by=staff, now=now)
    counted = {mug.pk: level.on_hand - 1}
    record_count(document_id=count.pk, counted=counted, counted_at=hours_ago(1), by=staff, now=now)

    assert sell(till, occurred_at=hours_ago(2)).status_code == 201
    submit_count(document_id=count.pk, by=staff, now=timezone.now())
    approve_count(document_id=count.pk, by=staff, now=timezone.now())

    assert StockLevel.objects.get(pk=level.pk).on_hand == level.on_hand - 1
    assert find_breaches() == {}


def test_a_count_after_an_oversale_settles_it_though_it_arrives_later(till, mug, high_street):
    level = StockLevel.objects.get(variant=mug, location=high_street)
    staff = Actor(channel="till", staff_id=7)
    sold = level.on_hand + 1
    count = plan_count(target_id=high_street.pk, variant_ids=[mug.pk], category="", by=staff, now=timezone.now())
    record_count(
        document_id=count.pk, counted={mug.pk: 0}, counted_at=hours_ago(1), by=staff, now=timezone.now()
    )  # fmt: skip

    assert sell(till, quantity=sold, occurred_at=hours_ago(2)).status_code == 201
    submit_count(document_id=count.pk, by=staff, now=timezone.now())
    approve_count(document_id=count.pk, by=staff, now=timezone.now())

    assert StockLevel.objects.get(pk=level.pk).on_hand == 0
    assert Oversale.objects.get().settled_at is not None
    assert find_breaches() == {}
