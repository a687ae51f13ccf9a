"""The numbers of a register's receipts: one for each sale, none missing, whenever the sale arrives."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.data.invariants import find_breaches
from orders.models import CashRegister, Order, RegisterCounter, RegisterReceipt, TillSession
from orders.queries.receipts import receipt_of
from orders.services.registers.receipt_numbers import last_number, number_sale
from tests.client import Api
from tests.factories.documents import make_seller
from tests.factories.orders import make_order, make_till_session
from tests.factories.states import no_guards

CASH = {"method": "cash", "tendered": {"amount": "100.00", "currency": "EUR"}}
PICKUP = [{"kind": "pickup", "store": "high-street"}]
GAPS = "the receipts of a register are numbered without gaps"
NUMBERED = "each confirmed sale of a register has its receipt's number within ten minutes, and that of its own register"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def till(tess, high_street, mug):
    till = Api(tess)
    till.session = make_till_session(
        high_street, tess, register="till-1", opened_at=timezone.now() - timedelta(hours=8)
    )
    return till


def sell(till, *, session=None, **changes):
    body = {
        "session": str((session or till.session).pk), "lines": [{"sku": "MUG"}], "payments": [CASH],
        "client_id": str(uuid4()),
    }  # fmt: skip
    return till.post("till/sales/", body | changes)


def close(session):
    values = {"counted": 11_290, "expected": 11_290, "closed_at": timezone.now()}
    TillSession.objects.filter(pk=session.pk).update(**values)


def late(minutes=60):
    return (timezone.now() - timedelta(minutes=minutes)).isoformat()


def numbers():
    return list(RegisterReceipt.objects.order_by("order").values_list("register", "sequence"))


class TestSales:
    def test_take_the_next_number_of_their_register(self, till, tess, high_street):
        other = make_till_session(high_street, tess, register="till-2", opened_at=till.session.opened_at)

        assert [sell(till, session=session).status_code for session in (None, None, other)] == [201] * 3

        assert numbers() == [("till-1", 1), ("till-1", 2), ("till-2", 1)]
        assert find_breaches() == {}

    def test_count_on_when_the_register_opens_again(self, till, tess, high_street):
        sell(till)
        close(till.session)
        till.session = make_till_session(high_street, tess, register="till-1", opened_at=timezone.now())

        sell(till)

        assert numbers() == [("till-1", 1), ("till-1", 2)]

    def test_that_are_refused_leave_no_gap(self, till):
        assert sell(till, lines=[{"sku": "MUG", "quantity": 7}]).status_code == 409
        assert sell(till).status_code == 201

        assert numbers() == [("till-1", 1)]

    def test_sent_again_keep_their_number(self, till):
        client_id = str(uuid4())

        assert [sell(till, client_id=client_id).status_code for _time in range(2)] == [201, 201]
        assert numbers() == [("till-1", 1)]

    def test_of_other_channels_have_none(self, till, ana):
        shopper = Api(ana)
        shopper.add("MUG")
        assert shopper.check_out(fulfilments=PICKUP).status_code == 201

        number_sale(order_id=Order.objects.get().pk, now=timezone.now())
        assert not RegisterReceipt.objects.exists()

    def test_show_it_on_the_receipt(self, till, high_street):
        CashRegister.objects.create(store=high_street, name="till-1", serial_number="SN-4711")
        number = sell(till).json()["number"]

        assert receipt_of(number, language="en").sequence == "1"
        assert receipt_of(number, language="fa").sequence == "۱"
        page = till.get(f"till/orders/{number}/receipt/", Accept="text/html").content.decode()
        assert "receipt number <bdi>1</bdi>" in page


class TestSalesThatWaited:
    @pytest.fixture
    def waiting(self, till, high_street, mug):
        return make_order(
            (mug, 1, 1290), store=high_street, till_session=till.session, state="pending", paid="",
        )  # fmt: skip

    def test_have_no_number_until_they_are_paid(self, waiting):
        with no_guards():
            Order.objects.filter(pk=waiting.pk).update(state="pending")
        number_sale(order_id=waiting.pk, now=timezone.now())
        assert numbers() == []

        with no_guards():
            Order.objects.filter(pk=waiting.pk).update(state="placed")
        for _time in range(2):
            number_sale(order_id=waiting.pk, now=timezone.now())
        assert numbers() == [("till-1", 1)]

    def test_with_a_card_are_numbered_at_once(self, till):
        sold = sell(till, payments=[{"method": "test", "payment_method": "approve"}])

        assert (sold.status_code, numbers()) == (201, [("till-1", 1)])

    def test_and_failed_have_none(self, till):
        sold = sell(till, payments=[{"method": "test", "payment_method": "decline"}])

        assert sold.status_code >= 400
        assert sell(till).status_code == 201
        assert numbers() == [("till-1", 1)]

    def test_cost_other_orders_one_statement(self, ana, mug, high_street, django_assert_num_queries):
        order = make_order((mug, 1, 1290), store=high_street, customer=ana)

        with transaction.atomic(), django_assert_num_queries(1):
            number_sale(order_id=order.pk, now=timezone.now())


class TestLateSales:
    def test_take_the_next_number_when_they_come(self, till):
        sell(till)
        assert sell(till, occurred_at=late()).status_code == 201

        assert numbers() == [("till-1", 1), ("till-1", 2)]

    def test_of_a_closed_register_count_on(self, till):
        sell(till)
        close(till.session)

        assert sell(till, occurred_at=late(), sequence=2).status_code == 201
        assert numbers() == [("till-1", 1), ("till-1", 2)]
        assert last_number(session_id=till.session.pk) == 2

    def test_keep_the_number_that_was_printed(self, till):
        answers = [sell(till, occurred_at=late(), sequence=sequence) for sequence in (1, 2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert numbers() == [("till-1", 1), ("till-1", 2)]

    @pytest.mark.parametrize("sequence", [1, 3, 999])
    def test_with_another_number_than_the_next_are_refused_and_change_nothing(self, till, sequence):
        sell(till)

        refused = sell(till, occurred_at=late(), sequence=sequence)

        assert (refused.status_code, refused.json()["code"]) == (409, "register_sequence_not_next")
        assert refused.json()["expected"] == 2
        assert (Order.objects.count(), RegisterCounter.objects.get().last) == (1, 1)
        assert find_breaches() == {}

    def test_with_a_number_on_a_register_that_has_none_begin_at_one(self, till):
        assert sell(till, occurred_at=late(), sequence=5).json()["expected"] == 1
        assert not RegisterCounter.objects.exists()

    def test_refused_for_their_number_are_taken_without_one(self, till):
        client_id = str(uuid4())
        assert sell(till, occurred_at=late(), client_id=client_id, sequence=7).status_code == 409
        assert sell(till, occurred_at=late(), client_id=client_id).status_code == 201

    @pytest.mark.parametrize("changes", [{"sequence": 1}, {"sequence": 0}, {"sequence": "x"}])
    def test_only_they_have_one_already(self, till, changes):
        when = {} if changes == {"sequence": 1} else {"occurred_at": late()}

        assert sell(till, **changes, **when).status_code == 400
        assert not Order.objects.exists()


class TestSessions:
    def test_say_what_their_receipts_lack_and_where_they_are(self, tess, high_street, mug):
        api = Api(tess)
        body = {"register": "till-9", "float": {"amount": "100.00", "currency": "EUR"}}
        opened = api.post("till/sessions/", body).json()
        assert (opened["receipt_lacks"], opened["last_sequence"]) == (["seller", "serial_number"], 0)

        make_seller(high_street)
        CashRegister.objects.create(store=high_street, name="till-9", serial_number="SN-9")
        body = {"session": opened["id"], "lines": [{"sku": "MUG"}], "payments": [CASH]}
        assert api.post("till/sales/", body).status_code == 201

        shown = api.get(f"till/sessions/{opened['id']}/").json()
        assert (shown["receipt_lacks"], shown["last_sequence"]) == ([], 1)


class TestRows:
    @pytest.mark.parametrize(
        "change", ["UPDATE orders_registerreceipt SET sequence = 2", "DELETE FROM orders_registerreceipt"]
    )
    def test_stay_as_they_were_written(self, till, change):
        sell(till)

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)

    @pytest.mark.parametrize(
        ("change", "breached"),
        [
            ("UPDATE orders_registercounter SET last = 3", GAPS),
            ("UPDATE orders_registerreceipt SET sequence = 2", GAPS),
            ("DELETE FROM orders_registerreceipt", GAPS),
            ("UPDATE orders_registerreceipt SET register = 'other'", NUMBERED),
        ],
    )
    def test_the_audit_finds_what_is_wrong(self, till, change, breached):
        sell(till)
        with no_guards(), connection.cursor() as cursor:
            cursor.execute(change)

        assert breached in find_breaches()


class TestPrintedNumbersOfSalesThatWait:
    """A till was offline, printed its receipts, and sends them with a payment that a provider is asked for only now."""

    @pytest.mark.parametrize("payment_method", ["approve", "decline"])
    def test_are_taken_at_once_and_kept(self, payment_method, till):
        paid = [{"method": "test", "payment_method": payment_method}]

        answers = [
            sell(till, occurred_at=late(), sequence=1),
            sell(till, occurred_at=late(), sequence=2, payments=paid),
            sell(till, occurred_at=late(), sequence=3),
        ]

        assert [answer.status_code for answer in answers] == [201, 201 if payment_method == "approve" else 409, 201]
        assert numbers() == [("till-1", 1), ("till-1", 2), ("till-1", 3)]
        number_sale(order_id=RegisterReceipt.objects.get(sequence=2).order_id, now=timezone.now())
        assert numbers() == [("till-1", 1), ("till-1", 2), ("till-1", 3)]
        assert GAPS not in find_breaches() and NUMBERED not in find_breaches()

    def test_that_are_not_the_next_are_refused_all_the_same(self, till):
        paid = [{"method": "test", "payment_method": "approve"}]

        answer = sell(till, occurred_at=late(), sequence=2, payments=paid)

        assert (answer.status_code, answer.json()["expected"], numbers()) == (409, 1, [])

    def test_a_sale_without_a_printed_number_takes_it_when_it_is_paid(self, till):
        answer = sell(till, occurred_at=late(), payments=[{"method": "test", "payment_method": "decline"}])

        assert (answer.status_code, numbers()) == (409, [])
