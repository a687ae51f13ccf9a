"""A shop with rows in every table, for tests that open every page of the back office."""

import uuid
from datetime import UTC, datetime, timedelta

from accounts.models import (
    Address,
    Balance,
    BalanceEntry,
    BalanceHold,
    Consent,
    Customer,
    CustomerMerge,
    VisitMessage,
    VisitorLink,
    WrongSignIn,
)
from carts.models import Cart, CartLine, ShippingRate, WishlistItem
from core.models import ConsumerOffset, FailedDelivery, IdempotentResponse, UnfinishedWork
from inventory.models import (
    HeldStock,
    Location,
    Media,
    OpeningException,
    Oversale,
    ReorderRule,
    Reservation,
    StaffAssignment,
    StockDocument,
    StockDocumentLine,
    StockLevel,
    StockMovement,
    Supplier,
    SupplierProduct,
    Variant,
)
from omnistore.engagement.models import MailboxMessage, Message
from orders.models import (
    CardReader,
    CarrierService,
    CashRegister,
    Collector,
    Fulfilment,
    FulfilmentLine,
    GuestHold,
    HandOver,
    LegalEntity,
    Order,
    OrderLine,
    Payment,
    PaymentAttempt,
    PriceReduction,
    ReceiptRequest,
    ReconciliationBreak,
    Refund,
    Return,
    ReturnedUnits,
    ReturnLine,
    SandboxCharge,
    Seller,
    Shipment,
    TillSession,
    TrackingEvent,
    WebhookEvent,
)
from tests.factories.accounts import make_customer
from tests.factories.documents import fill_documents
from tests.factories.inventory import make_category, make_store, make_variant
from tests.factories.loyalty import fill_loyalty
from tests.factories.orders import owe
from tests.factories.pricing import fill_pricing
from tests.factories.states import make_in

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CURRENCIES = ["EUR", "USD", "GBP", "JPY", "KWD", "IRR", "CHF", "SEK"]


def fill_every_table(numbers: range) -> None:
    """Add one row for each number to every table that the back office shows."""
    for number in numbers:
        _fill(number)


def add_order_line(order: Order, variant: Variant, *, position: int) -> OrderLine:
    """Add one unit of a variant to an order, at 12.90."""
    return OrderLine.objects.create(
        order=order, position=position, variant=variant, sku=variant.sku, name="Thing", quantity=1, unit_price=1290,
        line_total=1290,
    )  # fmt: skip


def _fill(number: int) -> None:
    shopper = make_customer(f"Shopper {number}", email=f"shopper-{number}@example.com")
    double = Customer.objects.create_user(f"double-{number}@example.com", merged_into=shopper)
    store = make_store(f"shop-{number}")
    shelf = make_category(f"shelf-{number}")
    variant = make_variant(sku=f"THING-{number}", barcode=f"400000000000{number}")
    variant.product.category = shelf
    variant.product.save()
    Address.objects.create(customer=shopper, name="A", street_address="Street 1", country_code="DE")
    Consent.objects.create(
        customer=shopper, medium="email", purpose="marketing", is_given=True, channel="web", decided_at=NOON
    )
    balance = Balance.objects.create(
        kind="credit", customer=shopper, currency="EUR", amount=1000, held=100, key=uuid.uuid4(), opened_at=NOON
    )
    BalanceEntry.objects.create(
        balance=balance, kind="corrected", amount=1000, reference="r", channel="system", staff=shopper, occurred_at=NOON
    )
    BalanceHold.objects.create(
        balance=balance, reference=uuid.uuid4(), amount=100, held_at=NOON, expires_at=NOON + timedelta(hours=1)
    )
    fill_loyalty(number, shopper, shelf)
    CustomerMerge.objects.create(duplicate=double, survivor=shopper, reason="same", merged_at=NOON)
    Media.objects.create(product=variant.product, variant=variant, file=f"products/{number}.svg")
    OpeningException.objects.create(location=store, day=NOON.date())
    StaffAssignment.objects.create(staff=shopper, location=store, role="clerk")
    ShippingRate.objects.create(currency=CURRENCIES[number], amount=490)
    WrongSignIn.objects.create(person="p", source=f"192.0.2.{number}/32", tried_at=NOON)
    VisitMessage.objects.create(sender="s", message_id=str(number), received_at=NOON)
    VisitorLink.objects.create(visitor=f"device-{number:010}", customer=shopper, linked_at=NOON)
    Message.objects.create(
        event_id=number, kind="order_placed", medium="email", recipient="ana@example.com", customer=shopper,
        ref=f"O-{number}", body="Hello", language="en", next_attempt_at=NOON, created_at=NOON,
    )  # fmt: skip
    MailboxMessage.objects.create(medium="sms", recipient="+491701234567", body="Hello")
    ConsumerOffset.objects.create(handler=f"handler.{number}")
    IdempotentResponse.objects.create(scope="s", key=f"k{number}", request_hash="h", locked_at=NOON, expires_at=NOON)
    UnfinishedWork.objects.create(sweep="orders.expire_pickups", ref=f"{number}", since=NOON, next_try_at=NOON)
    FailedDelivery.objects.create(
        handler=f"handler.{number}", entry_id=number, entry_occurred_at=NOON, error="boom", failed_at=NOON
    )
    reservation = _add_stock(variant, store)
    cart = Cart.objects.create(
        customer=shopper, currency="EUR", state=Cart.ORDERED, created_channel="app", created_at=NOON, changed_at=NOON
    )
    _add_line(cart, variant)
    WishlistItem.objects.create(customer=shopper, variant=variant, added_channel="app", added_at=NOON)
    _fill_orders(number, shopper, store, variant, cart, reservation)


def _add_stock(variant: Variant, store: Location) -> Reservation:
    level = StockLevel.objects.create(variant=variant, location=store, on_hand=5, reserved=1)
    StockMovement.objects.create(
        level=level,
        kind="received",
        on_hand_change=5,
        cause_kind="receipt",
        cause_id="1",
        channel="till",
        occurred_at=NOON,
    )
    Oversale.objects.create(level=level, units=1, reserved=0, cause_id="O-9", noted_at=NOON)
    HeldStock.objects.create(level=level, state=HeldStock.DAMAGED, units=2)
    document = StockDocument.objects.create(
        kind="count", state="draft", target=store, created_by=None, created_at=NOON
    )  # fmt: skip
    StockDocumentLine.objects.create(document=document, position=1, variant=variant)
    supplier = Supplier.objects.create(code=f"supplier-{store.pk}", name="Pottery", currency="EUR")
    SupplierProduct.objects.create(supplier=supplier, variant=variant, cost=410)
    ReorderRule.objects.create(variant=variant, location=store, minimum_units=2)
    return Reservation.objects.create(
        id=uuid.uuid4(), level=level, quantity=1, state=Reservation.COMMITTED, created_at=NOON
    )


def _add_line(cart: Cart, variant: Variant) -> None:
    CartLine.objects.create(
        cart=cart, variant=variant, quantity=1, unit_price_when_added=1290, added_channel="app", added_at=NOON
    )


def _add_shipment(number: int, fulfilment: Fulfilment, packer: Customer) -> None:
    service = CarrierService.objects.create(name=f"Courier {number}", carrier="manual")
    shipment = Shipment.objects.create(
        fulfilment=fulfilment, service=service, carrier="manual", key=uuid.uuid4(), state="ready", asked_at=NOON,
        made_by=packer,
    )  # fmt: skip
    TrackingEvent.objects.create(
        carrier="manual", number=f"evt-{number}", shipment=shipment, happened_at=NOON, received_at=NOON
    )


def _fill_orders(number, shopper, store, variant, cart, reservation) -> None:  # type: ignore[no-untyped-def]
    session = TillSession.objects.create(
        store=store, register="1", currency="EUR", opening_float=10000, opened_by=shopper, opened_at=NOON
    )
    order = Order.objects.create(
        number=f"O-{number}", cart=cart, customer=shopper, state=Order.PLACED, channel="app", store=store,
        currency="EUR",
        items_total=1290, grand_total=1290, placed_at=NOON, till_session=session, contact_email=shopper.email,
    )  # fmt: skip
    line = add_order_line(order, variant, position=1)
    fill_pricing(number, shopper, order)
    fulfilment = make_in(
        Fulfilment,
        order=order,
        kind=Fulfilment.PICKUP,
        location=store,
        state="ready",
        expires_at=NOON + timedelta(days=7),
    )
    carried = FulfilmentLine.objects.create(fulfilment=fulfilment, order_line=line, quantity=1, reservation=reservation)
    hand_over = HandOver.objects.create(
        fulfilment=fulfilment, staff=shopper, collected_by="Ana", proof=HandOver.CODE, handed_over_at=NOON
    )
    hand_over.lines.add(carried)
    _add_shipment(number, fulfilment, shopper)
    Collector.objects.create(order=order, name="Ben", named_at=NOON)
    payment = Payment.objects.create(order=order, method="test", amount=1290, refunded=100, state=Payment.CAPTURED)
    owe(order, 100)
    CardReader.objects.create(store=store, name="Counter", number=f"tmr_{number}")
    CashRegister.objects.create(store=store, name="1", serial_number=f"SN-{number}")
    company = LegalEntity.objects.create(
        name=f"Shop {number} GmbH", street_address="Ring 1", city="Berlin", country_code="DE", tax_number="27/123/45678"
    )
    Seller.objects.create(location=store, legal_entity=company, since=NOON)
    ReconciliationBreak.objects.create(
        provider="stripe", kind="charge", ref=f"pi_{number}", currency="EUR", ours=0, theirs=100, found_at=NOON
    )
    WebhookEvent.objects.create(provider="stripe", number=f"evt_{number}", kind="k", received_at=NOON)
    PaymentAttempt.objects.create(payment=payment, key=uuid.uuid4(), asked_at=NOON)
    Refund.objects.create(payment=payment, key=uuid.uuid4(), amount=100, reason="damage", asked_at=NOON)
    taken_back = Return.objects.create(
        number=f"R-{number}", order=order, customer=shopper, state="requested", method="store", refund_to="original",
        channel="app", currency="EUR", amount=1290, requested_at=NOON,
    )  # fmt: skip
    returned = ReturnLine.objects.create(
        parent=taken_back, order_line=line, variant=variant, sku="S", quantity=1, amount=1290
    )
    ReturnedUnits.objects.create(line=returned, condition="opened", goes_to="on_hold", quantity=1)
    PriceReduction.objects.create(
        order_line=line, amount=100, units=1, reason="goodwill", given_by=shopper, store=store,
        given_at=NOON,
    )  # fmt: skip
    fill_documents(order, company)
    GuestHold.objects.create(order=order, source=f"192.0.2.{number}/32", held_at=NOON)
    ReceiptRequest.objects.create(order=order, medium="email", address="ana@example.com", requested_at=NOON)
    SandboxCharge.objects.create(key=uuid.uuid4(), amount=1290, currency="EUR", outcome="approved")
