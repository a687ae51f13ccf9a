from orders.models.balances_due import BalanceDueEntry
from orders.models.card_readers import CardReader
from orders.models.cards import SavedCard
from orders.models.carriers import CarrierService, Shipment, TrackingEvent
from orders.models.documents import Invoice, InvoiceCounter, InvoiceRequest, RegisterCounter, RegisterReceipt
from orders.models.fulfilments import Collector, Fulfilment, FulfilmentLine, HandOver
from orders.models.guest_holds import GuestHold
from orders.models.loyalty import PointBonus
from orders.models.orders import Order, OrderDiscount, OrderLine, OrderTax
from orders.models.payments import Payment, PaymentAttempt, ReconciliationBreak, Refund, SandboxCharge, WebhookEvent
from orders.models.receipts import ReceiptRequest
from orders.models.returns import PriceReduction, Return, ReturnedUnits, ReturnLine
from orders.models.sellers import CashRegister, LegalEntity, Seller
from orders.models.till_sessions import TillSession

__all__ = [
    "BalanceDueEntry",
    "CardReader",
    "CarrierService",
    "CashRegister",
    "Collector",
    "Fulfilment",
    "FulfilmentLine",
    "GuestHold",
    "HandOver",
    "Invoice",
    "InvoiceCounter",
    "InvoiceRequest",
    "LegalEntity",
    "Order",
    "OrderDiscount",
    "OrderLine",
    "OrderTax",
    "Payment",
    "PaymentAttempt",
    "PointBonus",
    "PriceReduction",
    "ReceiptRequest",
    "ReconciliationBreak",
    "Refund",
    "RegisterCounter",
    "RegisterReceipt",
    "Return",
    "ReturnLine",
    "ReturnedUnits",
    "SandboxCharge",
    "SavedCard",
    "Seller",
    "Shipment",
    "TillSession",
    "TrackingEvent",
    "WebhookEvent",
]
