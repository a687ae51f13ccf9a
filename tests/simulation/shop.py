"""
A shop that shoppers, clerks and packers use in any order, through the API, against the real database.

Hypothesis draws the steps. Whatever a step asks for, the shop either does it or refuses it by name; it never breaks,
and after it the books are right. Each run happens in a transaction of its own, which is rolled back.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from accounts.rules import roles
from core.actors import Actor
from core.data.invariants import find_breaches, registered
from core.errors import Refusal
from orders.models import Fulfilment, Order, OrderLine, Return
from orders.services.fulfilment.pickups.deadlines import expire_overdue_pickups
from orders.services.fulfilment.shipping import send_parcel, start_picking_parcel
from tests.client import Api
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import assign, make_stock, make_store, make_variant, make_warehouse
from tests.factories.orders import make_till_session

# These read one small table each, so they are asked after every step; the others at the end of a run.
CHEAP = (
    "stock is never negative and never reserved twice",
    "what is reserved is the sum of the live reservations",
    "units of a line are open, fulfilled or cancelled, and no more come back than left",
    "what is open of a line is what its reservations hold",
    "an order that ended holds no goods",
    "an order ended exactly when nothing of it is open",
)
ADDRESS = {
    "name": "Ana Moreno",
    "street_address": "Torstraße 112",
    "postal_code": "10119",
    "city": "Berlin",
    "country_code": "DE",
}
NEXT = {"placed": "acceptance", "accepted": "picking", "picking": "readiness"}
SKUS = ("MUG", "BOWL", "LAMP")
PRICES = (1290, 2000, 4999)

places = st.integers(0, 7)  # Which order, part or line is meant, counted round.
units = st.integers(1, 4)


class Stage:
    """Two stores, a warehouse, one shopper and a manager in each place: what every run begins with."""

    def __init__(self) -> None:
        self.stores = [make_store("ber-mitte"), make_store("ham-altona")]
        self.warehouse = make_warehouse("warehouse")
        self.shopper = Api(make_customer("Ana Moreno", email="ana@example.com"))
        self.packers: dict[int, int] = {}
        self.desks: dict[int, Api] = {}
        variants = [make_variant(sku=sku, price=price) for sku, price in zip(SKUS, PRICES, strict=True)]
        for place in (*self.stores, self.warehouse):
            for variant in variants:
                make_stock(variant, place, on_hand=12)
            manager = make_staff(f"Manager of {place.code}", email=f"{place.code}@example.com")
            assign(manager, place, roles.MANAGER)
            make_till_session(place, manager, register=f"till-{place.code}")
            self.packers[place.pk] = manager.pk
            self.desks[place.pk] = Api(manager, store=place.code)


class Shop(RuleBasedStateMachine):
    """What the people of a stage do, in a transaction that is rolled back."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.stores, self.shopper = self.stage.stores, self.stage.shopper
        self.packers, self.desks = self.stage.packers, self.stage.desks
        self._run = transaction.atomic()
        self._run._from_testcase = True  # So that durable transactions may nest in it.
        self._run.__enter__()

    def teardown(self) -> None:
        try:
            connection.check_constraints()
            assert find_breaches() == {}
        finally:
            transaction.set_rollback(True)
            self._run.__exit__(None, None, None)

    # What shoppers do.

    @rule(
        bought=st.lists(st.tuples(st.sampled_from(SKUS), units), min_size=1, max_size=3, unique_by=lambda one: one[0]),
        way=st.sampled_from(["ship", 0, 1]),
        pays=st.sampled_from(["test", "pay_in_store"]),
    )
    def order(self, bought: list[tuple[str, int]], way: Any, pays: str) -> None:
        for sku, quantity in bought:
            self._sent(self.shopper.post("cart/lines/", {"sku": sku, "quantity": quantity}))
        to = {"kind": "ship", "address": ADDRESS}
        if way != "ship":
            to = {"kind": "pickup", "store": self.stores[way].code}
        cart = self.shopper.get("cart/").json()
        self._sent(
            self.shopper.post(
                "checkout/",
                {
                    "cart_version": cart["version"],
                    "expected_total": cart["totals"]["grand"],
                    "payments": [{"method": pays}],
                    "contact": {"email": "ana@example.com"},
                    "fulfilments": [to],
                },
            )
        )

    @precondition(lambda self: Order.objects.exists())
    @rule(which=places, line=places, count=units, as_credit=st.booleans())
    def cancel_pieces(self, which: int, line: int, count: int, as_credit: bool) -> None:
        order = self._order(which)
        body = {"lines": [self._piece(order, line, count)], "refund": "credit" if as_credit else "original"}
        self._sent(self.shopper.post(f"orders/{order.number}/cancellation/", body))

    @precondition(lambda self: Order.objects.count() > 2)
    @rule(which=places)
    def cancel_all(self, which: int) -> None:
        self._sent(self.shopper.post(f"orders/{self._order(which).number}/cancellation/"))

    @precondition(lambda self: Fulfilment.objects.exists())
    @rule(which=places, line=places, count=units, some=st.booleans(), to=st.sampled_from(["ship", 0, 1]))
    def shopper_changes(self, which: int, line: int, count: int, some: bool, to: Any) -> None:
        self._change(self.shopper, "orders", self._part(which), line, count, some=some, to=to)

    @precondition(lambda self: OrderLine.objects.filter(quantity_fulfilled__gt=0).exists())
    @rule(which=places, line=places, count=units)
    def ask_return(self, which: int, line: int, count: int) -> None:
        order = self._order(which)
        body = {"lines": [self._piece(order, line, count) | {"reason": "too_small"}], "method": "store"}
        self._sent(self.shopper.post(f"orders/{order.number}/returns/", body))

    # What staff do.

    @precondition(lambda self: Fulfilment.objects.exists())
    @rule(which=places, line=places, count=units, some=st.booleans(), to=st.sampled_from(["ship", 0, 1]))
    def staff_changes(self, which: int, line: int, count: int, some: bool, to: Any) -> None:
        part = self._part(which)
        self._change(self.desks[part.location_id], "till/orders", part, line, count, some=some, to=to)

    @precondition(lambda self: Fulfilment.objects.filter(kind="pickup").exists())
    @rule(which=places, steps=st.integers(1, 3))
    def prepare(self, which: int, steps: int) -> None:
        part = self._part(which, kind="pickup")
        for _step in range(steps):
            act = NEXT.get(part.state, "acceptance")
            self._sent(self.desks[part.location_id].post(f"till/pickups/{part.pk}/{act}/"))
            part.refresh_from_db()

    @precondition(lambda self: Fulfilment.objects.filter(kind="ship").exists())
    @rule(which=places, line=places, count=units, some=st.booleans())
    def send(self, which: int, line: int, count: int, some: bool) -> None:
        part = self._part(which, kind="ship")
        packer = Actor(channel="till", staff_id=self.packers[part.location_id], store_id=part.location_id)
        piece = self._piece(part.order, line, count)
        pieces = {int(piece["line"]): piece["quantity"]} if some else None
        with suppress(Refusal), transaction.atomic():
            if part.state == "placed":
                start_picking_parcel(parcel_id=part.pk, by=packer, now=timezone.now())
            send_parcel(parcel_id=part.pk, tracking="", pieces=pieces, by=packer, now=timezone.now())

    @precondition(lambda self: Fulfilment.objects.filter(kind="pickup", state__in=[*NEXT, "ready"]).exists())
    @rule(which=places, line=places, count=units, some=st.booleans())
    def hand_over(self, which: int, line: int, count: int, some: bool) -> None:
        ready = Fulfilment.objects.filter(kind="pickup", state="ready").exists()
        part = self._part(which, kind="pickup", **({"state": "ready"} if ready else {"state__in": [*NEXT]}))
        while part.state in NEXT:
            self._sent(self.desks[part.location_id].post(f"till/pickups/{part.pk}/{NEXT[part.state]}/"))
            part.refresh_from_db()
        body: dict[str, Any] = {"proof": "id_seen", "collected_by": "Ben Bakker"}
        if some:
            body["lines"] = [self._piece(part.order, line, count)]
        desk = self.desks[part.location_id]
        answer = desk.post(f"till/pickups/{part.pk}/handover/", body)
        if answer.status_code == 409 and answer.json()["code"] == "payment_due":
            answer = desk.post(f"till/pickups/{part.pk}/handover/", body | {"payments": [{"method": "card"}]})
        self._sent(answer)

    @precondition(lambda self: Fulfilment.objects.filter(kind="pickup").exists())
    @rule(which=places, line=places, count=units, some=st.booleans())
    def reject(self, which: int, line: int, count: int, some: bool) -> None:
        part = self._part(which, kind="pickup")
        body: dict[str, Any] = {"reason": "One is broken."}
        if some:
            body["lines"] = [self._piece(part.order, line, count)]
        self._sent(self.desks[part.location_id].post(f"till/pickups/{part.pk}/rejection/", body))

    @precondition(lambda self: Order.objects.exists())
    @rule(which=places, minor=st.integers(1, 3000))
    def reduce_price(self, which: int, minor: int) -> None:
        amount = {"amount": f"{minor // 100}.{minor % 100:02}", "currency": "EUR"}
        order = self._order(which)
        self._sent(
            self.desks[self._place_of(order)].post(
                f"till/orders/{order.number}/refunds/", {"amount": amount, "reason": "goodwill"}
            )
        )

    @precondition(lambda self: OrderLine.objects.filter(quantity_fulfilled__gt=0).exists())
    @rule(which=places, line=places, count=units, condition=st.sampled_from(["as_new", "opened", "damaged"]))
    def take_back(self, which: int, line: int, count: int, condition: str) -> None:
        order = self._order(which)
        goods = self._piece(order, line, count) | {"condition": condition, "reason": "too_small"}
        self._sent(
            self.desks[self.stores[which % 2].pk].post("till/returns/", {"order": order.number, "lines": [goods]})
        )

    @precondition(lambda self: Return.objects.exists())
    @rule(which=places, act=st.sampled_from(["approval", "refusal"]))
    def answer_return(self, which: int, act: str) -> None:
        goods = self._nth(Return.objects.order_by("pk"), which)
        body = {"reason": "Worn."} if act == "refusal" else {}
        self._sent(self.desks[self.stores[0].pk].post(f"till/returns/{goods.number}/{act}/", body))

    # What the clock does.

    @precondition(lambda self: Fulfilment.objects.filter(kind="pickup", state="ready").exists())
    @rule()
    def pickups_expire(self) -> None:
        now = timezone.now() + timedelta(days=30)
        expire_overdue_pickups(now=now)
        assert not Fulfilment.objects.filter(kind="pickup", state="ready").exists()

    @invariant()
    def books_are_right(self) -> None:
        for check in registered():
            if check.name in CHEAP:
                with connection.cursor() as cursor:
                    cursor.execute(check.statement)
                    assert cursor.fetchall() == [], check.name

    # How a step finds what it is about.

    def _sent(self, answer: Any) -> None:
        """Whatever is asked for is done, or refused by name."""
        assert answer.status_code < 500, answer.content
        if answer.status_code >= 400:
            assert answer.json()["code"], answer.content

    def _nth(self, rows: Any, which: int) -> Any:
        return rows[which % rows.count()]

    def _order(self, which: int) -> Order:
        order: Order = self._nth(Order.objects.order_by("pk"), which)
        return order

    def _part(self, which: int, **where: Any) -> Fulfilment:
        part: Fulfilment = self._nth(Fulfilment.objects.select_related("order").filter(**where).order_by("pk"), which)
        return part

    def _place_of(self, order: Order) -> int:
        return order.fulfilments.order_by("pk").values_list("location_id", flat=True)[0]

    def _piece(self, order: Order, line: int, count: int) -> dict[str, Any]:
        return {"line": str(self._nth(order.lines.order_by("pk"), line).pk), "quantity": count}

    def _change(self, api: Api, where: str, part: Fulfilment, line: int, count: int, *, some: bool, to: Any) -> None:
        body: dict[str, Any] = {"kind": "ship", "address": ADDRESS}
        if to != "ship":
            body = {"kind": "pickup", "store": self.stores[to].code}
        if some:
            body["lines"] = [self._piece(part.order, line, count)]
        self._sent(
            api.patch(f"{where}/{part.order.number}/fulfilments/{part.pk}/", body, **{"Idempotency-Key": str(uuid4())})
        )
