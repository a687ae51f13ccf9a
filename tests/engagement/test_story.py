import pytest
from django.utils import timezone

from core.actors import THE_SYSTEM
from core.journal import publish
from omnistore.engagement.services.messages import send_queued_messages
from orders.events import OrderPlaced, PickupReady
from tests.engagement.conftest import make_pickup
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_store
from tests.journal import read_journal


@pytest.mark.django_db(transaction=True)
def test_an_order_leads_to_messages_in_the_mailbox(client, settings):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "omnistore.engagement.senders.mailbox.EmailBackend"
    now = timezone.now()
    pickup = make_pickup(make_customer("Ana Moreno"), make_store("mitte"), now=now)
    about = {"by": THE_SYSTEM, "occurred_at": now, "ref": pickup.order.number, "order_id": pickup.order_id}
    publish(OrderPlaced(**about, cart_id=None, total=2580, currency="EUR", units=2))
    publish(PickupReady(**about, fulfilment_id=pickup.pk))

    read_journal(now=now)
    read_journal(now=now)
    went_out = send_queued_messages(now=timezone.now())

    assert went_out == 2
    messages = client.get("/mailbox/", {"recipient": "ana@example.com", "format": "json"}).json()["results"]
    assert [mail["subject"] for mail in messages] == [
        f"Your order #{pickup.order.number} is ready to collect",
        f"We have your order #{pickup.order.number}",
    ]
    assert len(messages[0]["code"]) == 8
    assert messages[1]["code"] is None
