import time

import pytest
from django.utils import timezone

from core.actors import THE_SYSTEM
from core.dispatch import dispatch_journal
from core.journal import publish
from omnistore.engagement.services.messages import send_queued_messages
from orders.events import OrderPlaced, PickupReady
from tests.engagement.conftest import make_pickup
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_store


@pytest.mark.django_db(transaction=True)
def test_from_the_order_to_the_mailbox(client, settings):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "omnistore.engagement.senders.mailbox.EmailBackend"
    now = timezone.now()
    pickup = make_pickup(make_customer("Ana Moreno"), make_store("mitte"), now=now)
    about = {"by": THE_SYSTEM, "occurred_at": now, "ref": pickup.order.number, "order_id": pickup.order_id}
    publish(OrderPlaced(**about, cart_id=None, total=2580, currency="EUR", units=2))
    publish(PickupReady(**about, fulfilment_id=pickup.pk))

    went_out = 0
    # Entries are read once no older transaction is open anywhere in the cluster; other tests may hold one for a while.
    deadline = time.monotonic() + 120
    while went_out < 2 and time.monotonic() < deadline:
        dispatch_journal(now=now)
        went_out += send_queued_messages(now=timezone.now())
        time.sleep(0.1)

    assert went_out == 2
    kept = client.get("/mailbox/", {"recipient": "ana@example.com", "format": "json"}).json()["results"]
    assert [mail["subject"] for mail in kept] == [
        f"Your order #{pickup.order.number} is ready to collect",
        f"We have your order #{pickup.order.number}",
    ]
    assert len(kept[0]["code"]) == 8
    assert kept[1]["code"] is None
