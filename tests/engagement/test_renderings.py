"""Every notification as people read it, in each language and medium, compared with stored renderings."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from core.ids import new_id
from core.journal import Entry
from omnistore.engagement.handlers import notify_people
from omnistore.engagement.models import Message
from omnistore.engagement.queries.templates import template_files
from orders.models import Fulfilment, FulfilmentLine, HandOver, Order, OrderLine, ReceiptRequest
from tests.factories.accounts import make_customer
from tests.factories.inventory import make_store, make_variant
from tests.factories.orders import make_return, owe, pay_order
from tests.factories.states import make_in

STORED = Path(__file__).with_name("renderings.json")
RENDERINGS = json.loads(STORED.read_text())
NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)  # A Saturday.
LANGUAGES = ("en", "ar", "fa", "de")
ADDRESSES = {"email": "ana@example.com", "sms": "+491701234567"}
HOME = {"name": "Ana Moreno", "street_address": "Torstr. 5", "postal_code": "10119", "city": "Berlin"}
PICKUP, PARCEL, RETURN = 700001, 700002, 700003


@pytest.fixture(autouse=True)
def shop(settings, monkeypatch):
    settings.SMS_BACKEND = "omnistore.engagement.senders.mailbox.SmsBackend"
    settings.PUBLIC_URL, settings.SHOP_NAME = "https://shop.example", "Omnistore"
    settings.COLLECTION_SECRETS, settings.ORDER_LINK_SECRETS = [b"collection"], [b"links"]
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def order(db):
    """An order of a guest: two mugs to collect, and one bowl in a parcel."""
    mug, bowl = make_variant(sku="MUG"), make_variant(sku="BOWL")
    mitte = make_store(
        "ber-mitte",
        name={"en": "Omnistore Mitte", "ar": "متجر ميته", "fa": "فروشگاه میته", "de": "Omnistore Mitte"},
        phone="+493012345",
    )
    order = make_in(
        Order, number="100042", state="placed", channel="app", currency="EUR", items_total=5080, discount_total=500,
        shipping_total=490, tax_total=120, grand_total=5190, placed_at=NOW, contact_email=ADDRESSES["email"],
        contact_phone=ADDRESSES["sms"],
    )  # fmt: skip
    for fulfilment, kind, variant, name, quantity, price in (
        (PICKUP, Fulfilment.PICKUP, mug, "Blue mug", 2, 1290),
        (PARCEL, Fulfilment.SHIP, bowl, "Bowl & lid", 1, 2500),
    ):
        line = OrderLine.objects.create(
            id=fulfilment, order=order, position=fulfilment, variant=variant, sku=variant.sku, name=name,
            quantity=quantity, unit_price=price, line_total=quantity * price,
        )  # fmt: skip
        make_in(
            Fulfilment, id=fulfilment, order=order, kind=kind, location=mitte, state="placed",
            promised_at=NOW + timedelta(hours=2), address=HOME if kind == Fulfilment.SHIP else {},
        )  # fmt: skip
        FulfilmentLine.objects.create(fulfilment_id=fulfilment, order_line=line, quantity=quantity)
    return order


def nothing(order):
    """Leave the order as it is."""


def owed_and_kept(order):
    owe(order, 2580)
    Fulfilment.objects.filter(pk=PICKUP).update(expires_at=NOW + timedelta(days=7))


def tracked(order):
    Fulfilment.objects.filter(pk=PARCEL).update(tracking="JD0146")


def followed(order):
    Fulfilment.objects.filter(pk=PARCEL).update(tracking="JD0146", tracking_url="https://carrier.example/JD0146")


def paid(order):
    for amount, method in enumerate(("cash", "card", "pay_in_store", "gift_card", "credit", "points", "test"), 1000):
        fields = {"hold_key": new_id()} if method in ("gift_card", "credit", "points") else {}
        pay_order(order, amount, method=method, points=10 if method == "points" else None, **fields)


def without_parcel(order):
    FulfilmentLine.objects.filter(fulfilment_id=PARCEL).update(fulfilment_id=PICKUP)
    Fulfilment.objects.filter(pk=PARCEL).delete()


def of_gift_cards(order):
    FulfilmentLine.objects.all().delete()
    Fulfilment.objects.all().delete()


def of_a_customer(order):
    Order.objects.filter(pk=order.pk).update(customer=make_customer("Ana Moreno"))


def handed_over(order):
    HandOver.objects.create(
        id=PICKUP, fulfilment_id=PICKUP, staff=make_customer("Tess Till"), collected_by="Ben Bakker", proof="code",
        handed_over_at=NOW,
    )  # fmt: skip


def refused(order):
    make_return(order, id=RETURN, state="refused", reject_reason="Too late.")


SCENARIOS = {
    "order_placed": ("order.placed", nothing, {}),
    "order_placed, of a customer": ("order.placed", of_a_customer, {}),
    "order_placed, pickup": ("order.placed", without_parcel, {}),
    "order_placed, gift cards": ("order.placed", of_gift_cards, {}),
    "pickup_ready": ("pickup.ready", nothing, {"fulfilment_id": PICKUP}),
    "pickup_ready, owed": ("pickup.ready", owed_and_kept, {"fulfilment_id": PICKUP}),
    "pickup_reminded": ("pickup.reminded", owed_and_kept, {"fulfilment_id": PICKUP}),
    "pickup_extended": ("pickup.extended", owed_and_kept, {"fulfilment_id": PICKUP}),
    "pickup_rejected": ("pickup.rejected", nothing, {"fulfilment_id": PICKUP, "refund": 2580}),
    "pickup_expired": ("pickup.expired", nothing, {"fulfilment_id": PICKUP, "refund": 0}),
    "order_cancelled": ("order.cancelled", nothing, {"reason": "shopper", "refund": 5190}),
    "order_cancelled, unpaid": ("order.cancelled", nothing, {"reason": "shopper", "refund": 0}),
    "order_partly_cancelled": (
        "order.partly_cancelled",
        nothing,
        {"reason": "changed_mind", "refund": 1290, "line_units": {str(PICKUP): 1}},
    ),
    "fulfilment_changed": ("fulfilment.changed", nothing, {"fulfilment_id": PICKUP}),
    "fulfilment_changed, parcel": ("fulfilment.changed", nothing, {"fulfilment_id": PARCEL}),
    "pickup_collected_by_other": (
        "pickup.collected_by_other",
        handed_over,
        {"fulfilment_id": PICKUP, "hand_over_id": PICKUP, "line_units": {str(PICKUP): 1}},
    ),
    "order_not_placed": ("order.payment_failed", nothing, {"reason": "late", "refund": 5190}),
    "order_shipped": ("order.shipped", nothing, {"fulfilment_id": PARCEL}),
    "order_shipped, tracked": ("order.shipped", tracked, {"fulfilment_id": PARCEL}),
    "order_shipped, followed": ("order.shipped", followed, {"fulfilment_id": PARCEL}),
    "parcel_delivered": ("parcel.delivered", tracked, {"fulfilment_id": PARCEL}),
    "price_reduced": ("refund.price_reduced", nothing, {"refund": 500, "reason": "goodwill"}),
    "refund_to_new_card": ("refund.to_new_card", nothing, {"refund": 2580}),
    "return_rejected": ("return.rejected", refused, {"return_id": RETURN}),
    "return_approved": ("return.approved", nothing, {"return_id": RETURN}),
    "return_arrived": ("return.arrived", nothing, {"return_id": RETURN}),
    "return_received": ("return.received", nothing, {"return_id": RETURN, "refund": 2580, "units": 2}),
    "invoice_issued": ("invoice.issued", nothing, {"invoice_id": 1, "document": "R1-2026-000001", "total": 2580}),
    "credit_note_issued": ("invoice.credited", nothing, {"invoice_id": 2, "document": "C1-2026-000001", "total": 1290}),
    "receipt": ("receipt.requested", paid, {}),
}


def render(scenario, order, medium, language):
    kind, _prepare, payload = SCENARIOS[scenario]
    Message.objects.all().delete()
    Order.objects.filter(pk=order.pk).update(
        language=language, contact_email=ADDRESSES["email"] if medium == "email" else ""
    )
    if kind == "receipt.requested":
        request = ReceiptRequest.objects.create(order=order, medium=medium, address=ADDRESSES[medium], requested_at=NOW)
        payload = {"receipt_request_id": request.pk}
    notify_people(Entry(1, kind, NOW, None, "app", "", None, order.number, {"order_id": order.pk, **payload}))
    message = Message.objects.get()
    assert (message.kind, message.medium) == (scenario.partition(",")[0], medium)
    return message


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_notification_reads_as_it_is_stored(order, scenario):
    SCENARIOS[scenario][1](order)
    read = {}
    for language in LANGUAGES:
        email = render(scenario, order, "email", language)
        text = render(scenario, order, "sms", language)
        assert (text.subject, text.html) == ("", "")
        read[language] = {
            "subject": email.subject,
            "email": email.body.split("\n"),
            "html": email.html.split("\n"),
            "sms": text.body,
        }

    assert scenario in RENDERINGS, (
        f"Is this how {scenario} shall read? Then add it to {STORED.name}: "
        f"{json.dumps({scenario: read}, ensure_ascii=False, indent=1)}"
    )
    for language in LANGUAGES:
        assert read[language] == RENDERINGS[scenario][language], language


def test_every_notification_is_read_here_and_nothing_else_is_stored():
    assert {scenario.partition(",")[0] for scenario in SCENARIOS} == {path.stem for path in template_files()}
    assert RENDERINGS.keys() == SCENARIOS.keys()
