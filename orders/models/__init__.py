from orders.models.fulfilments import Collector, Fulfilment, FulfilmentLine, HandOver
from orders.models.orders import Order, OrderDiscount, OrderLine, OrderTax
from orders.models.payments import Payment, PaymentAttempt, Refund, SandboxCharge
from orders.models.receipts import ReceiptRequest
from orders.models.returns import Return, ReturnLine
from orders.models.till_sessions import TillSession

__all__ = [
    "Collector",
    "Fulfilment",
    "FulfilmentLine",
    "HandOver",
    "Order",
    "OrderDiscount",
    "OrderLine",
    "OrderTax",
    "Payment",
    "PaymentAttempt",
    "ReceiptRequest",
    "Refund",
    "Return",
    "ReturnLine",
    "SandboxCharge",
    "TillSession",
]
