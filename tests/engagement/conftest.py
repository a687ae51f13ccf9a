from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from core.journal import Entry
from orders.models import Fulfilment, FulfilmentLine, Order, OrderLine
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_store, make_variant
from tests.factories.orders import owe


@pytest.fixture
def now():
    # The handlers read the clock themselves, and ignore old events.
    return timezone.now()


@pytest.fixture
def ana(db):
    return make_customer("Ana Moreno", email="ana@example.com", phone="+491701234567")


@pytest.fixture
def mitte(db):
    return make_store("ber-mitte", name={"en": "Omnistore Mitte", "fa": "فروشگاه میته"}, phone="+493012345")


def make_pickup(customer, store, *, now: datetime, language="en", kind=Fulfilment.PICKUP, **fields):
    """An order of two mugs at 12.90 for one person, with one fulfilment."""
    number = f"1000{Order.objects.count() + 10}"
    order = Order.objects.create(
        number=number, customer=customer, state=Order.PLACED, channel="app", currency="EUR", items_total=2580,
        grand_total=2580, placed_at=now, contact_email="ana@example.com", contact_phone="+491701234567",
        language=language, **fields,
    )  # fmt: skip
    line = OrderLine.objects.create(
        order=order, position=1, variant=make_variant(), sku="MUG", name="Blue mug", quantity=2, unit_price=1290,
        line_total=2580,
    )  # fmt: skip
    fulfilment = Fulfilment.objects.create(
        order=order,
        kind=kind,
        location=store,
        state="collected" if kind == Fulfilment.CARRY_OUT else "placed",
        promised_at=now,
        expires_at=now + timedelta(days=7),
    )
    FulfilmentLine.objects.create(fulfilment=fulfilment, order_line=line, quantity=2)
    owe(order, 2580)
    return fulfilment


def entry_about(fulfilment, kind, *, now: datetime, entry_id=1, **payload):
    return Entry(
        id=entry_id,
        kind=kind,
        occurred_at=now,
        customer_id=fulfilment.order.customer_id,
        channel="app",
        store="",
        actor_id=None,
        ref=fulfilment.order.number,
        payload={"order_id": fulfilment.order_id, "fulfilment_id": fulfilment.pk, **payload},
    )
