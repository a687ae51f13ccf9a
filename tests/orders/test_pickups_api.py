import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.rules import roles
from core.models import JournalEntry
from inventory.models import StockLevel
from orders.models import Fulfilment, HandOver, Order, Payment, Refund
from orders.rules.pickup_codes import collection_code
from orders.services.registers.till_sessions import expected_cash
from tests.client import Api
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_store, make_variant
from tests.factories.orders import make_order, make_till_session
from tests.factories.states import no_guards

ACTS = ["acceptance", "picking", "readiness", "extension", "rejection", "handover", "unlocking"]


@pytest.fixture
def pickup(ana, mitte, mug):
    return make_order((mug, 2, 1290), store=mitte, customer=ana).fulfilments.get()


@pytest.fixture
def ready(ana, mitte, mug):
    return make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready").fulfilments.get()


@pytest.fixture
def altona_till(db):
    """The till of another store."""
    staff = make_staff("Ali Altona", email="ali@example.com")
    assign(staff, make_store("ham-altona"), roles.MANAGER)
    return Api(staff)


def code_of(pickup, settings):
    return collection_code(pickup.pk, secret=settings.COLLECTION_SECRETS[0])


def problem(answer):
    return answer.status_code, answer.json()["code"]


def test_the_list_shows_the_goods_and_the_buyer(till, pickup, mug):
    mug.barcodes.create(code="4006381333931")

    shown = till.get("till/pickups/").json()["results"]

    assert len(shown) == 1
    assert shown[0] | {"waiting_since": "", "promised_at": ""} == {
        "id": str(pickup.pk),
        "order": pickup.order.number,
        "store": "ber-mitte",
        "channel": "web",
        "state": "placed",
        "waiting_since": "",
        "promised_at": "",
        "accepted_at": None,
        "ready_at": None,
        "expires_at": None,
        "finished_at": None,
        "customer": {"id": str(pickup.order.customer_id), "name": "Ana Moreno", "phone": ""},
        "collector": None,
        "due": {"amount": "0.00", "currency": "EUR"},
        "is_locked": False,
        "reject_reason": "",
        "extension_reason": "",
        "lines": [
            {
                "line": str(pickup.order.lines.get().pk),
                "sku": "MUG",
                "name": "MUG",
                "quantity": 2,
                "barcodes": ["4006381333931"],
                "handed_over_at": None,
            }
        ],
        "hand_overs": [],
    }


def test_the_list_is_filtered_and_paged(till, ana, mitte, mug):
    mug_orders = [make_order((mug, 1, 1290), store=mitte, customer=ana) for _number in range(3)]
    with no_guards():
        Fulfilment.objects.filter(order=mug_orders[2]).update(state="collected", promised_at=None)
    Fulfilment.objects.filter(order=mug_orders[0]).update(promised_at=None)

    first = till.get("till/pickups/?limit=1").json()
    second = till.get(first["next"].partition("/api/v1/")[2]).json()

    assert [row["order"] for row in first["results"] + second["results"]] == [
        mug_orders[1].number,
        mug_orders[0].number,
    ]
    assert second["next"] is None
    collected = till.get("till/pickups/?state=collected&store=ber-mitte").json()["results"]
    assert [row["order"] for row in collected] == [mug_orders[2].number]
    again = till.get("till/pickups/?state=placed").json()["results"]
    assert [row["order"] for row in again] == [mug_orders[1].number, mug_orders[0].number]
    assert till.get("till/pickups/?state=ready").json()["results"] == []
    assert till.get("till/pickups/?state=lost").status_code == 400
    assert till.get("till/pickups/?cursor=bm9wZQ==").status_code == 400


def test_ended_pickups_are_paged_newest_first(till, ana, mitte, mug):
    orders = [make_order((mug, 1, 1290), store=mitte, customer=ana, state="cancelled") for _number in range(3)]

    first = till.get("till/pickups/?state=cancelled&limit=2").json()
    second = till.get(first["next"].partition("/api/v1/")[2]).json()

    shown = [row["order"] for row in first["results"] + second["results"]]
    assert shown == [order.number for order in reversed(orders)]


def test_the_list_costs_the_same_however_long(till, ana, mitte):
    make_order((make_variant(), 1, 100), store=mitte, customer=ana)
    till.get("till/pickups/")
    with CaptureQueriesContext(connection) as with_one:
        till.get("till/pickups/")
    for _number in range(5):
        make_order(*((make_variant(), 1, 100) for _line in range(3)), store=mitte, customer=ana)

    with CaptureQueriesContext(connection) as many:
        assert len(till.get("till/pickups/").json()["results"]) == 6

    # The caller, their rights here, and the list.
    assert len(with_one) == len(many) == 3


def test_is_served_from_order_to_hand_over(till, pickup, app, settings, mug, mitte):
    path = f"till/pickups/{pickup.pk}"
    assert till.post(f"{path}/acceptance/").json()["state"] == "accepted"
    assert till.post(f"{path}/picking/").json()["state"] == "picking"
    shown = till.post(f"{path}/readiness/").json()
    assert shown["state"] == "ready" and shown["expires_at"] > shown["ready_at"]

    fulfilment = app.get(f"orders/{pickup.order.number}/").json()["fulfilments"][0]
    answer = till.post(f"{path}/handover/", {"code": fulfilment["collection_code"], "collected_by": "Ana"})

    assert answer.status_code == 200
    assert answer.json()["state"] == "collected"
    assert answer.json()["hand_overs"][0]["collected_by"] == "Ana"
    assert app.get(f"orders/{pickup.order.number}/").json()["state"] == "completed"
    assert StockLevel.objects.get(variant=mug, location=mitte).on_hand == 8


def test_only_the_buyer_sees_the_code(till, ready, settings):
    shown = [till.get("till/pickups/"), till.get(f"till/pickups/{ready.pk}/")]
    shown += [till.get(f"till/orders/{ready.order.number}/"), till.get(f"till/customers/{ready.order.customer_id}/")]

    assert [answer.status_code for answer in shown] == [200] * 4
    assert not any(code_of(ready, settings) in answer.content.decode() for answer in shown)


def test_a_move_that_does_not_follow_is_refused(till, pickup):
    answer = till.post(f"till/pickups/{pickup.pk}/readiness/")

    assert problem(answer) == (409, "illegal_transition")
    assert answer.json()["state"] == "placed"
    assert not JournalEntry.objects.exists()


@pytest.mark.parametrize(
    "act", ["acceptance", "picking", "readiness", "extension", "rejection", "handover", "unlocking"]
)
def test_another_store_cannot_touch_it(altona_till, ready, act):
    body = {
        "extension": {"until": "2026-12-24", "reason": "Ill."},
        "rejection": {"reason": "No."},
        "handover": {"proof": "id_seen"},
    }.get(act)

    answer = altona_till.post(f"till/pickups/{ready.pk}/{act}/", body)

    assert problem(answer) == (404, "not_found")
    ready.refresh_from_db()
    assert (ready.state, ready.wrong_codes) == ("ready", 0)
    assert altona_till.get(f"till/pickups/{ready.pk}/").status_code == 404
    assert altona_till.get("till/pickups/").json()["results"] == []
    assert altona_till.get("till/pickups/?store=ber-mitte", **{"X-Store": "ham-altona"}).status_code == 404
    assert altona_till.get("till/pickups/?store=ber-mitte").status_code == 403


@pytest.mark.parametrize(
    "act", ["acceptance", "picking", "readiness", "extension", "rejection", "handover", "unlocking"]
)
def test_shoppers_and_strangers_cannot_touch_it(app, ready, act):
    path = f"till/pickups/{ready.pk}/{act}/"

    assert app.post(path, {"proof": "id_seen"}).status_code == 403
    assert Api().post(path, {"proof": "id_seen"}).status_code == 401


@pytest.mark.parametrize("pickup_id", ["0", "abc", "9" * 30, "-1", "%00"])
def test_an_impossible_id_is_not_found(till, pickup_id):
    assert till.get(f"till/pickups/{pickup_id}/").status_code == 404


def test_refused_codes_are_counted(till, office, ready, settings):
    path = f"till/pickups/{ready.pk}/handover/"
    for left in (4, 3, 2, 1, 0):
        answer = till.post(path, {"code": "00000000"})
        assert (*problem(answer), answer.json()["attempts_left"]) == (409, "wrong_code", left)

    assert problem(till.post(path, {"code": code_of(ready, settings)})) == (409, "pickup_locked")
    assert problem(till.post(path, {"proof": "id_seen"})) == (409, "pickup_locked")
    assert till.get(f"till/pickups/{ready.pk}/").json()["is_locked"]
    assert till.post(f"till/pickups/{ready.pk}/unlocking/").status_code == 403
    assert office.post(f"till/pickups/{ready.pk}/unlocking/").json()["is_locked"] is False
    assert till.post(path, {"code": code_of(ready, settings)}).status_code == 200


def test_the_same_key_hands_over_once_and_answers_alike(till, ready, settings):
    path, body = f"till/pickups/{ready.pk}/handover/", {"code": code_of(ready, settings)}

    first = till.post(path, body, key="once")
    again = till.post(path, body, key="once")

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert HandOver.objects.count() == 1
    assert problem(till.post(path, {"proof": "id_seen"}, key="once")) == (422, "idempotency_key_reused")


def test_a_part_is_handed_over_by_its_lines(till, ana, mitte, mug, bowl):
    order = make_order((mug, 2, 1290), (bowl, 1, 2000), store=mitte, customer=ana, state="ready")
    first, second = order.lines.all()
    path = f"till/pickups/{order.fulfilments.get().pk}/handover/"

    shown = till.post(path, {"proof": "id_seen", "lines": [str(first.pk)]}).json()

    assert shown["state"] == "ready"
    assert [line["handed_over_at"] is not None for line in shown["lines"]] == [True, False]
    assert till.post(path, {"proof": "id_seen", "lines": ["0"]}).status_code == 404
    assert till.post(path, {"proof": "id_seen", "lines": [str(second.pk)]}).json()["state"] == "collected"


def test_the_balance_due_is_paid_at_the_desk(till, ana, mitte, mug, tess):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready", paid="pay_in_store")
    session = make_till_session(mitte, tess)
    path = f"till/pickups/{order.fulfilments.get().pk}/handover/"

    refused = till.post(path, {"proof": "id_seen"})
    assert problem(refused) == (409, "payment_due")
    assert refused.json()["due"] == {"amount": "25.80", "currency": "EUR"}
    assert Order.objects.get().state == "placed"

    cash = {"method": "cash", "tendered": {"amount": "30.00", "currency": "EUR"}}
    assert problem(till.post(path, {"proof": "id_seen", "payments": [cash]})) == (409, "session_closed")
    paid = {"proof": "id_seen", "payments": [cash], "session": str(session.pk)}
    assert till.post(path, paid).status_code == 200

    payments = till.get(f"till/orders/{order.number}/").json()["payments"]
    assert [(payment["method"], payment["state"], payment["change"]["amount"]) for payment in payments] == [
        ("cash", "captured", "4.20")
    ]
    assert expected_cash(session_id=session.pk) == 12_580


def test_a_card_at_the_terminal_needs_no_drawer(till, ana, mitte, mug):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready", paid="pay_in_store")

    answer = till.post(
        f"till/pickups/{order.fulfilments.get().pk}/handover/",
        {"proof": "id_seen", "payments": [{"method": "card"}]},
    )

    assert answer.status_code == 200
    assert Payment.objects.get().state == Payment.CAPTURED


def test_a_rejection_refunds_once(till, pickup, app):
    path = f"till/pickups/{pickup.pk}/rejection/"

    first = till.post(path, {"reason": "The last one is damaged."}, key="once")
    again = till.post(path, {"reason": "The last one is damaged."}, key="once")

    assert first.json()["state"] == "cancelled"
    assert first.json()["reject_reason"] == "The last one is damaged."
    assert first.content == again.content
    assert Refund.objects.count() == 1
    order = app.get(f"orders/{pickup.order.number}/").json()
    assert (order["state"], order["refunds"][0]["amount"]["amount"]) == ("cancelled", "25.80")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": "12345678", "proof": "id_seen"},
        {"proof": "he looked honest"},
        {"code": ["12345678"]},
        {"code": "1" * 41},
        {"code": "1234\x00678"},
        {"proof": "id_seen", "lines": []},
        {"proof": "id_seen", "lines": "all"},
        {"proof": "id_seen", "payments": [{"method": "gold"}]},
        {"proof": "id_seen", "payments": [{"method": "cash", "tendered": {"amount": "1.001", "currency": "EUR"}}]},
        {"proof": "id_seen", "payments": [{"method": "cash", "tendered": {"amount": "9", "currency": "USD"}}]},
        {"proof": "id_seen", "payments": [{"method": "card"}]},
        {"proof": "id_seen", "surprise": 1},
        [],
        "code",
    ],
)
def test_a_malformed_hand_over_moves_nothing(till, ready, body):
    answer = till.post(f"till/pickups/{ready.pk}/handover/", body)

    assert answer.status_code == 400
    ready.refresh_from_db()
    assert (ready.state, ready.wrong_codes) == ("ready", 0)
    assert not HandOver.objects.exists()


@pytest.mark.parametrize("act", ["rejection", "handover"])
def test_moving_goods_or_money_needs_a_key(till, ready, act):
    body = {"rejection": {"reason": "No."}, "handover": {"proof": "id_seen"}}[act]

    answer = till.post(f"till/pickups/{ready.pk}/{act}/", body, key=" \n")

    assert problem(answer) == (400, "invalid")
    ready.refresh_from_db()
    assert ready.state == "ready"


def test_a_hand_over_costs_the_same_however_many_lines(till, ana, mitte):
    def statements_for(lines):
        bought = [(make_variant(), 1, 100) for _line in range(lines)]
        pickup = make_order(*bought, store=mitte, customer=ana, state="ready").fulfilments.get()
        with CaptureQueriesContext(connection) as queries:
            assert till.post(f"till/pickups/{pickup.pk}/handover/", {"proof": "id_seen"}).status_code == 200
        return len(queries)

    statements_for(1)

    assert statements_for(1) == statements_for(7) == 22
