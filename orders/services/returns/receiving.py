"""Takes goods back: in any store that does, of any channel's order, with an earlier request or without."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import Malformed, NotFound, Refusal
from core.journal import publish
from core.states.moving import move
from inventory.models import Location
from orders.events import ReturnReceived
from orders.models import Order, Refund, Return, ReturnedUnits, ReturnLine
from orders.rules.lifecycle import OPEN_RETURNS, RETURN
from orders.rules.refunds import ANY, CREDIT, RefundPart
from orders.rules.returns import OVERRIDABLE, place_of
from orders.services.fulfilment.sold_lines import Worth, sold_lines_of, value_requests_anew, worth_of
from orders.services.payments.gift_cards import GiftCardUsed, withdraw_gift_cards
from orders.services.payments.refunding.paying_out import hold_drawer_for, pay_out_return
from orders.services.payments.refunding.refund_outcomes import CreditNeedsCustomer
from orders.services.payments.refunding.refunds import ask_refund_in_parts
from orders.services.returns.lines import check_known, lines_of, next_number, not_returnable
from orders.services.returns.putting_away import put_away
from orders.services.returns.requests import about_return
from orders.services.returns.terms import FREE, Charges, Terms, Wanted, charges_of, terms_here

_COUNT_UNITS = """
UPDATE orders_orderline AS line SET quantity_returned = line.quantity_returned + given.quantity
FROM unnest(%(lines)s::bigint[], %(quantities)s::int[]) AS given(line_id, quantity)
WHERE line.id = given.line_id
"""
REASON = "return"


class ReturnIsElsewhere(Refusal):
    """The goods of this return arrived in another place, and are looked at there."""

    code = "return_is_elsewhere"


class StoreTakesNoReturns(Refusal):
    """This place takes no goods back; the back office says which do."""

    code = "store_takes_no_returns"


@dataclass(frozen=True, slots=True)
class Piece:
    """
    Units of an order line that came back in one condition. reason: why, in the buyer's words or a code.

    restock: what staff decided against what follows from the condition; None to follow it.
    """

    line_id: int
    quantity: int
    condition: str
    reason: str
    restock: bool | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    How goods are taken back.

    number: of the request they answer; empty for the order's oldest open one of these lines, if any. Without pieces, a
    return that had arrived is closed: nothing was in its parcel. refund: the parts
    of the refund; None for what the shopper asked for, or the tenders; empty to give nothing back. session_id: the
    open till session out of whose drawer cash is paid at once; None leaves what a desk pays to a till. override: why
    goods are taken back against the rules; empty to keep to them.
    """

    pieces: Sequence[Piece]
    refund: Sequence[RefundPart] | None = None
    session_id: int | None = None
    override: str = ""
    number: str = ""

    @property
    def gives_nothing(self) -> bool:
        """Return whether the goods are taken without giving their value back."""
        return self.refund is not None and not self.refund


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Goods that were counted and not refunded or put away yet. units: by order line; to_put: variant, place, units."""

    order: Order
    goods: Return
    units: Mapping[int, int]
    to_put: Sequence[tuple[int, str, int]]


@transaction.atomic(savepoint=False)
def receive_return(*, order_number: str, arrival: Arrival, by: Actor, now: datetime) -> Return:
    """
    Take goods of an order back in the acting place: count them, put them where they belong, and refund their value.

    Units that are here count more than requests: those that claim them too are withdrawn. Locks the order, then the
    till session, balances, and the stock rows last. Raises NotFound, Malformed, StoreTakesNoReturns, ReturnIsElsewhere,
    NotReturnable, GiftCardUsed, IllegalTransition, CreditNeedsCustomer, RefundDoesNotFit, SessionNotOpen,
    DrawerTooEmpty.
    """
    taken = take_in(order_number=order_number, arrival=arrival, by=by, now=now)
    refund = give_money_back(taken, arrival, by=by, now=now)
    is_closed = refund is None or not taken.units
    move(RETURN, taken.goods, Return.CLOSED if is_closed else Return.REFUNDED, by=by)
    value_requests_anew(taken.order)
    announce_received(taken, refund or 0, by=by, now=now)
    put_away(taken.goods, taken.to_put, by=by, now=now)
    return taken.goods


def take_in(*, order_number: str, arrival: Arrival, is_exchange: bool = False, by: Actor, now: datetime) -> TakenIn:
    """
    Count the goods of a return; the caller gives their value back, ends the return, values the open requests of the
    order anew, and puts the goods away.

    is_exchange: other goods go out for them, so it costs no fee, and the order's charges stay. Locks the order, then
    the till session and gift cards. Raises NotFound, Malformed, StoreTakesNoReturns, NotReturnable, GiftCardUsed,
    IllegalTransition, SessionNotOpen.
    """
    order = Order.objects.locked().filter(number=order_number).first()
    if order is None:
        raise NotFound(_("There is no such order."))
    hold_drawer_for(order, session_id=arrival.session_id, by=by)
    known = lines_of(order, now=now)
    wanted = wanted_of(arrival.pieces)
    units = wanted.units
    check_known(units, known)
    request = _request_of(order, units, arrival.number)
    if request is None or not _lies_here(request, by):
        check_takes_returns(by)
    _check_pieces(arrival.pieces, request, by)
    terms = terms_here(wanted, known, request=request, now=now)
    broken = _check(terms, arrival.override)
    if withdraw_gift_cards(order=order, units=units, by=by, now=now):
        raise GiftCardUsed(_("A gift card of this purchase was used already, so it cannot be given back."))

    worth = worth_of(order, sold_lines_of(order), units, returned=True)
    charges = FREE if is_exchange else charges_of(order, wanted, terms, known, worth=worth.refund, own=request)
    if arrival.gives_nothing and not is_exchange:
        # From nothing nothing is withheld, and nothing goes back with it.
        worth, charges = replace(worth, withheld=0), Charges(0, 0, terms.is_by_law)
    goods = _note_arrival(order, request, worth, charges, arrival, broken=broken, by=by, now=now)
    _write_units(goods, arrival.pieces, units, worth, known)
    sql.execute(_COUNT_UNITS, {"lines": list(units), "quantities": list(units.values())})
    # From here on its units have come back; what has only arrived still claims them.
    move(RETURN, goods, Return.INSPECTED, by=by)
    _withdraw_overtaken(order, by=by, now=now)
    # Gift cards lie in no stock.
    to_put = [
        (known[piece.line_id]["variant_id"], place_of(piece.condition, restock=piece.restock), piece.quantity)
        for piece in arrival.pieces
        if known[piece.line_id]["is_goods"]
    ]
    return TakenIn(order, goods, units, to_put)


def give_money_back(taken: TakenIn, arrival: Arrival, *, less: int = 0, by: Actor, now: datetime) -> int | None:
    """
    Refund what goods are worth, as far as it was paid. less: what paid for other goods of it, in minor units.

    Return the refund, in minor units; None if nothing was to be given back.
    """
    order, goods = taken.order, taken.goods
    parts = [RefundPart(CREDIT if goods.refund_to == CREDIT else ANY)] if arrival.refund is None else arrival.refund
    if not parts:
        return None
    if order.customer_id is None and any(part.method == CREDIT for part in parts):
        raise CreditNeedsCustomer(_("Store credit needs a customer, and this order has none."))
    refund = ask_refund_in_parts(
        order_id=order.pk, amount=goods.amount - less, parts=parts, reason=REASON, return_id=goods.pk, by=by, now=now
    )
    if arrival.session_id is not None:
        pay_out_return(return_id=goods.pk, session_id=arrival.session_id, by=by, now=now)
    return refund


def announce_received(taken: TakenIn, refund: int, *, by: Actor, now: datetime) -> None:
    """Publish that goods were taken back. refund: the money that goes back for them, in minor units."""
    publish(
        ReturnReceived(
            **about_return(taken.goods, taken.order, by=by, now=now),
            units=sum(taken.units.values()),
            refund=refund,
            currency=taken.order.currency,
        )
    )


def check_takes_returns(by: Actor) -> None:
    """Raise StoreTakesNoReturns if the acting place does not take goods back."""
    assert by.store_id is not None and by.staff_id is not None
    if not Location.objects.filter(pk=by.store_id, takes_returns=True, is_active=True).exists():
        raise StoreTakesNoReturns(_("This place takes no goods back."), store=by.store_code)


def wanted_of(pieces: Sequence[Piece]) -> Wanted:
    """Return how many units came of each line, in the lines' order, why, and in which conditions."""
    units: Counter[int] = Counter()
    reasons: dict[int, set[str]] = {}
    conditions: dict[int, set[str]] = {}
    for piece in sorted(pieces, key=lambda piece: piece.line_id):
        units[piece.line_id] += piece.quantity
        reasons.setdefault(piece.line_id, set()).add(piece.reason)
        conditions.setdefault(piece.line_id, set()).add(piece.condition)
    return Wanted(dict(units), reasons, conditions)


def _lies_here(request: Return, by: Actor) -> bool:
    """Return whether goods have arrived here: they are looked at even where no more are taken."""
    return request.state == Return.RECEIVED and request.location_id == by.store_id


def _check_pieces(pieces: Sequence[Piece], request: Return | None, by: Actor) -> None:
    """Refuse to look at what is elsewhere, and at nothing, unless it is a parcel that had nothing in it."""
    has_arrived = request is not None and request.state == Return.RECEIVED
    if request is not None and has_arrived and not _lies_here(request, by):
        assert request.location is not None
        # From a place that has closed somebody must have carried them here.
        if request.location.is_active:
            raise ReturnIsElsewhere(_("These goods have arrived elsewhere."), store=request.location.code)
    if (not pieces and not has_arrived) or any(piece.quantity < 1 for piece in pieces):
        raise Malformed(_("Name at least one unit that came back."), field="lines")


def _request_of(order: Order, units: Mapping[int, int], number: str) -> Return | None:
    if number:
        goods = Return.objects.filter(order=order, number=number).first()
        if goods is None:
            raise NotFound(_("There is no such return."))
        return goods
    open_ones = Return.objects.filter(order=order, state__in=OPEN_RETURNS, lines__order_line__in=list(units))
    return open_ones.order_by("pk").first()


def _check(terms: Terms, override: str) -> bool:
    """Refuse what may not come back. Return whether it is taken back against the rules."""
    standing = [one for one in terms.objections if one.reason not in OVERRIDABLE or not override]
    if standing:
        raise not_returnable(standing)
    return bool(terms.objections)


def _note_arrival(
    order: Order,
    request: Return | None,
    worth: Worth,
    charges: Charges,
    arrival: Arrival,
    *,
    broken: bool,
    by: Actor,
    now: datetime,
) -> Return:
    fields = {
        "amount": charges.amount(worth.refund),
        "withheld_for_gifts": worth.withheld,
        "fee": charges.fee,
        "charges_back": charges.back,
        "is_by_law": charges.is_by_law,
        "location_id": by.store_id,
        "received_at": now,
        "received_by_id": by.staff_id,
        "override_reason": arrival.override if broken else "",
        "refund_to": _refund_to(request, arrival.refund),
    }
    if request is not None and request.state == Return.RECEIVED:
        # Its arrival is on record already.
        looked_at = {**fields, "due_at": None, "received_at": request.received_at}
        Return.objects.filter(pk=request.pk).update(**looked_at | {"received_by_id": request.received_by_id})
        for name, value in looked_at.items():
            setattr(request, name, value)
        return request
    if request is not None:
        move(RETURN, request, Return.RECEIVED, by=by, due_at=None, **fields)
        return request
    return Return.objects.create(
        number=next_number(),
        order=order,
        customer_id=order.customer_id,
        state=Return.RECEIVED,
        method="store",
        channel=by.channel,
        currency=order.currency,
        requested_at=now,
        **fields,
    )


def _refund_to(request: Return | None, refund: Sequence[RefundPart] | None) -> str:
    if refund is None:
        return request.refund_to if request is not None else Refund.ORIGINAL
    return Refund.CREDIT if any(part.method == CREDIT for part in refund) else Refund.ORIGINAL


def _write_units(
    goods: Return,
    pieces: Sequence[Piece],
    units: Mapping[int, int],
    worth: Worth,
    known: Mapping[int, sql.Row],
) -> None:
    """Write what came of each line, in which condition; what was asked for and did not come is worth nothing."""
    lines = {line.order_line_id: line for line in goods.lines.all()}
    reasons = {piece.line_id: piece.reason for piece in reversed(pieces)}
    for line in lines.values():
        line.quantity_received = units.get(line.order_line_id or 0, 0)
        line.quantity = max(line.quantity, line.quantity_received)
        line.amount = worth.by_line.get(line.order_line_id or 0, 0)
        line.reason = reasons.get(line.order_line_id or 0) or line.reason
    ReturnLine.objects.bulk_update(lines.values(), ["quantity_received", "quantity", "amount", "reason"])
    made = ReturnLine.objects.bulk_create(
        ReturnLine(
            parent=goods,
            order_line_id=line_id,
            variant_id=known[line_id]["variant_id"],
            sku=known[line_id]["sku"],
            quantity=quantity,
            quantity_received=quantity,
            amount=worth.by_line[line_id],
            reason=reasons[line_id],
        )
        for line_id, quantity in units.items()
        if line_id not in lines
    )
    lines |= {line.order_line_id: line for line in made}
    counted: Counter[tuple[int, str, str, str]] = Counter()
    for piece in pieces:
        place = place_of(piece.condition, restock=piece.restock)
        counted[piece.line_id, piece.condition, place, piece.reason] += piece.quantity
    ReturnedUnits.objects.bulk_create(
        ReturnedUnits(line=lines[line_id], condition=condition, goes_to=place, reason=reason, quantity=quantity)
        for (line_id, condition, place, reason), quantity in counted.items()
    )


def _withdraw_overtaken(order: Order, *, by: Actor, now: datetime) -> None:
    """Withdraw the open requests whose units are back by now."""
    left = {
        line_id: row["quantity_fulfilled"] - row["quantity_returned"] - row["arrived"]
        for line_id, row in lines_of(order, now=now).items()
    }
    requests = Return.objects.filter(order=order, state__in=OPEN_RETURNS).order_by("pk").prefetch_related("lines")
    for request in requests:
        parts = {part.order_line_id or 0: part.quantity for part in request.lines.all()}
        if any(quantity > left.get(line_id, 0) for line_id, quantity in parts.items()):
            move(RETURN, request, Return.WITHDRAWN, by=by, due_at=None)
        else:
            left = {line_id: units - parts.get(line_id, 0) for line_id, units in left.items()}
