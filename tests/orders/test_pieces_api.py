"""Pieces over the API: cancelled by the shopper or staff, rejected by the store, handed over at the desk."""

import pytest

from orders.models import Order, Refund
from tests.factories.orders import make_order


@pytest.fixture
def order(ana, mitte, mug, bowl):
    return make_order((mug, 3, 1290), (bowl, 1, 2000), store=mitte, customer=ana, state="ready")


def piece(order, sku, quantity):
    return {"line": str(order.lines.get(sku=sku).pk), "quantity": quantity}


def problem(answer):
    return answer.status_code, answer.json()["code"]


def parts_in(answer):
    return [(part["state"], [line["quantity"] for line in part["lines"]]) for part in answer.json()["fulfilments"]]


class TestCancelling:
    def test_the_shopper_cancels_one_of_three(self, app, order):
        answer = app.post(f"orders/{order.number}/cancellation/", {"lines": [piece(order, "MUG", 1)]})

        assert (answer.status_code, answer.json()["state"]) == (200, "placed")
        assert parts_in(answer) == [("ready", [2, 1]), ("cancelled", [1])]
        assert Refund.objects.get().amount == 1290

    def test_the_pieces_of_a_line_named_twice_are_added(self, app, order):
        answer = app.post(
            f"orders/{order.number}/cancellation/", {"lines": [piece(order, "MUG", 1), piece(order, "MUG", 1)]}
        )

        assert parts_in(answer) == [("ready", [1, 1]), ("cancelled", [2])]

    def test_a_repeated_request_cancels_once(self, app, order):
        for _ in range(2):
            answer = app.post(
                f"orders/{order.number}/cancellation/", {"lines": [piece(order, "MUG", 1)]}, key="one piece"
            )

        assert parts_in(answer) == [("ready", [2, 1]), ("cancelled", [1])]

    @pytest.mark.parametrize(
        ("lines", "code", "status"),
        [
            ([], "invalid", 400),
            ([{"line": "x", "quantity": 1}], "too_many_pieces", 409),
            ([{"line": "1"}], "invalid", 400),
            ([{"line": "1", "quantity": 0}], "invalid", 400),
            ([{"line": "999999", "quantity": 1}], "too_many_pieces", 409),
        ],
    )
    def test_what_cannot_be_is_refused(self, lines, code, status, app, order):
        assert problem(app.post(f"orders/{order.number}/cancellation/", {"lines": lines})) == (status, code)
        assert not Refund.objects.exists()

    def test_too_many_says_how_many_there_are(self, app, order):
        answer = app.post(f"orders/{order.number}/cancellation/", {"lines": [piece(order, "MUG", 4)]})

        assert problem(answer) == (409, "too_many_pieces")
        assert answer.json()["open"] == 3

    def test_staff_cancel_pieces_for_the_customer(self, office, order):
        answer = office.post(
            f"till/orders/{order.number}/cancellation/",
            {"reason": "goods_missing", "lines": [piece(order, "BOWL", 1)]},
        )

        assert parts_in(answer) == [("ready", [3]), ("cancelled", [1])]


class TestAtTheDesk:
    def test_the_store_rejects_what_it_lacks(self, till, order):
        pickup = order.fulfilments.get()

        answer = till.post(
            f"till/pickups/{pickup.pk}/rejection/", {"reason": "One is broken.", "lines": [piece(order, "MUG", 1)]}
        )

        assert (answer.status_code, answer.json()["state"]) == (200, "ready")
        assert [line["quantity"] for line in answer.json()["lines"]] == [2, 1]
        assert order.fulfilments.get(state="cancelled").reject_reason == "One is broken."

    def test_some_pieces_go_now_and_the_others_later(self, till, order):
        pickup = order.fulfilments.get()
        path = f"till/pickups/{pickup.pk}/handover/"

        first = till.post(path, {"proof": "id_seen", "lines": [piece(order, "MUG", 2)]})
        assert [(line["quantity"], bool(line["handed_over_at"])) for line in first.json()["lines"]] == [
            (2, True),
            (1, False),
            (1, False),
        ]
        rest = till.post(path, {"proof": "id_seen", "lines": [piece(order, "MUG", 1)["line"], piece(order, "BOWL", 1)]})

        order.refresh_from_db()
        assert (rest.json()["state"], order.state) == ("collected", Order.COMPLETED)

    @pytest.mark.parametrize("line", [5, {}, {"line": "1", "quantity": 0}, {"line": "1", "quantity": 1, "x": 1}, None])
    def test_what_is_no_piece_is_refused(self, line, till, order):
        pickup = order.fulfilments.get()

        answer = till.post(f"till/pickups/{pickup.pk}/handover/", {"proof": "id_seen", "lines": [line]})

        assert problem(answer) == (400, "invalid")

    def test_the_shopper_sees_one_line_of_what_went_in_two_steps(self, till, app, order):
        pickup = order.fulfilments.get()
        till.post(f"till/pickups/{pickup.pk}/handover/", {"proof": "id_seen", "lines": [piece(order, "MUG", 2)]})

        answer = app.get(f"orders/{order.number}/")

        assert parts_in(answer) == [("ready", [3, 1])]

    def test_the_pieces_of_a_line_named_twice_are_handed_over_together(self, till, order):
        pickup = order.fulfilments.get()

        answer = till.post(
            f"till/pickups/{pickup.pk}/handover/",
            {"proof": "id_seen", "lines": [piece(order, "MUG", 1), piece(order, "MUG", 1)]},
        )

        assert [line["quantity"] for line in answer.json()["lines"] if line["handed_over_at"]] == [2]
