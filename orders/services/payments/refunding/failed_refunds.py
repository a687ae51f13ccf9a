"""The ways on for a refund that its provider refused: once more to the same tender, or to its owner in another way."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import NotFound, Refusal
from core.ids import new_id
from orders.models import Order, Payment, Refund
from orders.services.payments.refunding.refund_outcomes import CreditNeedsCustomer, give_credit, settle_by_hand

REASON = "again"


class RefundNotOpen(Refusal):
    """This refund did not fail, was followed by another one already, or its money went back otherwise."""

    code = "refund_not_open"


@transaction.atomic(savepoint=False)
def refund_again(*, refund_id: int, by: Actor, now: datetime) -> int:
    """
    Ask the provider once more for a refund that failed; the sweep does so within seconds.

    Locks the order. Return the new refund's id. Raises NotFound, RefundNotOpen.
    """
    return _follow(refund_id, goes_to=Refund.ORIGINAL, now=now).pk


@transaction.atomic(savepoint=False)
def refund_in_cash(*, refund_id: int, by: Actor, now: datetime) -> int:
    """
    Let a store pay out a refund that failed, in cash: it waits at every till until it is handed over.

    Locks the order. Return the new refund's id. Raises NotFound, RefundNotOpen.
    """
    return _follow(refund_id, goes_to=Refund.CASH, now=now).pk


@transaction.atomic(savepoint=False)
def refund_as_credit(*, refund_id: int, by: Actor, now: datetime) -> int:
    """
    Give the money of a refund that failed to the customer as store credit.

    Locks the order, then the balance. Return the new refund's id. Raises NotFound, RefundNotOpen, CreditNeedsCustomer.
    """
    refund = _follow(refund_id, goes_to=Refund.CREDIT, now=now)
    if refund.payment.order.customer_id is None:
        raise CreditNeedsCustomer(_("Store credit needs a customer, and this order has none."))
    give_credit(refund, by=by, now=now)
    return refund.pk


@transaction.atomic(savepoint=False)
def note_bank_transfer(*, refund_id: int, reference: str, by: Actor, now: datetime) -> int:
    """
    Record that the money of a refund that failed was sent by bank transfer.

    reference: of the transfer, so that it is found in the bank's statement. Locks the order. Return the new refund's
    id. Raises NotFound, RefundNotOpen.
    """
    refund = _follow(refund_id, goes_to=Refund.TRANSFER, now=now)
    settle_by_hand(refund, ref=reference, by=by, now=now)
    return refund.pk


def _follow(refund_id: int, *, goes_to: str, now: datetime) -> Refund:
    """Write the refund that follows a failed one, once, and count it on its payment."""
    order = Order.objects.locked().filter(payments__refunds=refund_id).first()
    if order is None:
        raise NotFound(_("There is no such refund."))
    failed = Refund.objects.select_related("payment").get(pk=refund_id)
    payment = Payment.objects.select_for_update().get(pk=failed.payment_id)
    is_followed = Refund.objects.filter(follows=failed).exists()
    if failed.state != Refund.FAILED or is_followed or payment.amount - payment.refunded < failed.amount:
        raise RefundNotOpen(_("Nothing is left to be paid back here. Reload to see what happened."), state=failed.state)
    payment.refunded += failed.amount
    payment.save(update_fields=["refunded"])
    return Refund.objects.create(
        payment=payment,
        key=new_id(),
        amount=failed.amount,
        reason=REASON,
        goes_to=goes_to,
        follows=failed,
        for_return_id=failed.for_return_id,
        asked_at=now,
    )
