"""Takes goods back whose purchase nobody can show: worth the least they cost of late, and as store credit alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import BalanceEntry, Customer
from accounts.services.balances.balances import balance_for, change_balance
from core.actors import Actor
from core.data import sql
from core.errors import Malformed, NotFound
from core.journal import publish
from core.states.moving import move
from inventory.queries.lowest_prices import lowest_prices
from orders.events import ReturnWithoutOrder
from orders.models import Refund, Return, ReturnedUnits, ReturnLine
from orders.rules.lifecycle import RETURN
from orders.rules.returns import place_of
from orders.services.payments.refunding.refund_outcomes import CreditNeedsCustomer
from orders.services.returns.lines import next_number
from orders.services.returns.putting_away import put_away
from orders.services.returns.receiving import check_takes_returns


@dataclass(frozen=True, slots=True)
class LooseGoods:
    """Units of a variant that came back in one condition. reason, restock: as for a Piece."""

    sku: str
    quantity: int
    condition: str
    reason: str
    restock: bool | None = None


@transaction.atomic(savepoint=False)
def receive_without_order(
    *, goods: Sequence[LooseGoods], customer_id: int | None, is_refunded: bool, by: Actor, now: datetime
) -> Return:
    """
    Take goods without a receipt back in the acting place.

    customer_id: who gets their value as store credit, in the shop's currency. is_refunded: False to give nothing.
    Locks the balance, and the stock rows last. Raises Malformed, NotFound, StoreTakesNoReturns, CreditNeedsCustomer.
    """
    check_takes_returns(by)
    known = _known(goods, now)
    if is_refunded and customer_id is None:
        raise CreditNeedsCustomer(_("Goods without a receipt are refunded as store credit, which needs a customer."))
    if customer_id is not None and not Customer.objects.filter(pk=customer_id).exists():
        raise NotFound(_("There is no such customer."))
    value = sum(known[one.sku]["amount"] * one.quantity for one in goods)
    taken = Return.objects.create(
        number=next_number(),
        customer_id=customer_id,
        state=Return.RECEIVED,
        method="store",
        refund_to=Refund.CREDIT,
        channel=by.channel,
        currency=settings.SHOP_CURRENCY,
        amount=value,
        requested_at=now,
        received_at=now,
        received_by_id=by.staff_id,
        location_id=by.store_id,
    )
    _write_lines(taken, goods, known)
    move(RETURN, taken, Return.INSPECTED, by=by)
    credit = value if is_refunded else 0
    if credit and customer_id is not None:
        balance_id = balance_for(customer_id=customer_id, kind=Refund.CREDIT, currency=taken.currency, now=now)
        change_balance(
            balance_id=balance_id, kind=BalanceEntry.GIVEN_BACK, amount=credit, reference=taken.number, by=by, now=now
        )
    move(RETURN, taken, Return.REFUNDED if is_refunded else Return.CLOSED, by=by)
    publish(
        ReturnWithoutOrder(
            by=by,
            occurred_at=now,
            customer_id=customer_id,
            ref=taken.number,
            return_id=taken.pk,
            units=sum(one.quantity for one in goods),
            amount=credit,
            currency=taken.currency,
        )
    )
    units_back = [(known[one.sku]["id"], place_of(one.condition, restock=one.restock), one.quantity) for one in goods]
    put_away(taken, units_back, by=by, now=now)
    return taken


def _known(goods: Sequence[LooseGoods], now: datetime) -> dict[str, sql.Row]:
    if not goods or any(one.quantity < 1 for one in goods):
        raise Malformed(_("Name at least one unit that came back."), field="lines")
    known = lowest_prices(skus={one.sku for one in goods}, currency=settings.SHOP_CURRENCY, now=now)
    missing = sorted({one.sku for one in goods if one.sku not in known or known[one.sku]["amount"] is None})
    if missing:
        raise NotFound(_("These goods have no price here: %s.") % ", ".join(missing), skus=missing)
    if not all(row["is_goods"] for row in known.values()):
        raise Malformed(_("A gift card comes back with the order that sold it."), field="lines")
    return known


def _write_lines(taken: Return, goods: Sequence[LooseGoods], known: Mapping[str, sql.Row]) -> None:
    lines = ReturnLine.objects.bulk_create(
        ReturnLine(
            parent=taken,
            variant_id=known[one.sku]["id"],
            sku=one.sku,
            quantity=one.quantity,
            quantity_received=one.quantity,
            amount=known[one.sku]["amount"] * one.quantity,
            reason=one.reason,
        )
        for one in goods
    )
    ReturnedUnits.objects.bulk_create(
        ReturnedUnits(
            line=line,
            condition=one.condition,
            goes_to=place_of(one.condition, restock=one.restock),
            reason=one.reason,
            quantity=one.quantity,
        )
        for line, one in zip(lines, goods, strict=True)
    )
