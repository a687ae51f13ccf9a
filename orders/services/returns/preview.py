"""What taking goods back would give to their buyer, without doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from core.data import sql
from inventory.rules.return_policies import FINAL_SALE, HYGIENE
from orders.models import Order, Return
from orders.rules.returns import Objection, objections_to
from orders.services.fulfilment.sold_lines import sold_lines_of, without, worth_of
from orders.services.returns.lines import item_of, lines_of
from orders.services.returns.receiving import Piece, wanted_of
from orders.services.returns.requests import LineToReturn, wanted_of_request
from orders.services.returns.terms import charges_of, terms_asked, terms_here


class ReturnPreview(NamedTuple):
    """
    refund; withheld: for gifts that are kept; fee: of the return policy; charges_back: shipping and fees of the order.

    All in minor units. objections: what the rules have against it.
    """

    refund: int
    withheld: int
    objections: Sequence[Objection]
    fee: int = 0
    charges_back: int = 0


class ReturnableLine(NamedTuple):
    """
    A line as its buyer may ask for its return. left: units; until: the last moment to ask, None where nothing says.

    objection: why none of it may be asked for, as in orders.rules.returns; empty if it may. only_faulty: its policy
    takes back only what is faulty; only_sealed: only what is sealed. fee: minor units, withheld from goodwill.
    """

    left: int
    until: datetime | None
    objection: str = ""
    only_faulty: bool = False
    only_sealed: bool = False
    fee: int = 0


def returnable_lines(*, order: Order, now: datetime) -> Mapping[int, ReturnableLine]:
    """Return how far each line of an order may be asked to come back now, by its id; in one statement."""
    return {line_id: _returnable(row, now) for line_id, row in lines_of(order, now=now).items()}


def preview_request(*, order: Order, lines: Sequence[LineToReturn], now: datetime) -> ReturnPreview:
    """Return what a request would give back once its goods have arrived, and what stands against it."""
    known = lines_of(order, now=now)
    wanted = wanted_of_request([line for line in lines if line.line_id in known])
    terms = terms_asked(wanted, known, now=now)
    if any(one.left < wanted.units[one.line_id] for one in terms.objections):
        return ReturnPreview(0, 0, terms.objections)
    requested = {line_id: row["requested"] for line_id, row in known.items()}
    worth = worth_of(order, without(sold_lines_of(order), requested, returned=True), wanted.units, returned=True)
    charges = charges_of(order, wanted, terms, known, worth=worth.refund)
    return ReturnPreview(charges.amount(worth.refund), worth.withheld, terms.objections, charges.fee, charges.back)


def _returnable(row: sql.Row, now: datetime) -> ReturnableLine:
    item = item_of(row, 1, requested=row["requested"], is_here=False)
    # What is faulty may come back whatever the policy; that is asked when the reason is known.
    objections = objections_to([replace(item, is_faulty=True)], now=now)
    until = None
    if item.handed_over_at is not None:
        until = item.handed_over_at + timedelta(days=max(item.window_days, item.statutory_days))
    is_free = item.is_withdrawn(now)
    return ReturnableLine(
        left=max(0, item.left),
        until=until,
        objection=objections[0].reason if objections else "",
        only_faulty=item.kind == FINAL_SALE and not is_free,
        only_sealed=item.kind == HYGIENE,
        fee=0 if is_free else item.fee,
    )


def preview_return(*, order: Order, pieces: Sequence[Piece], now: datetime, number: str = "") -> ReturnPreview:
    """
    Return what pieces of an order are worth that are brought back now, and what stands against it.

    pieces: of lines of this order; others are left out. number: of the return they answer, which may allow what is too
    late today.
    """
    request = Return.objects.filter(order=order, number=number).first() if number else None
    known = lines_of(order, now=now)
    wanted = wanted_of([piece for piece in pieces if piece.line_id in known])
    terms = terms_here(wanted, known, request=request, now=now)
    if any(one.left < wanted.units[one.line_id] for one in terms.objections):
        return ReturnPreview(0, 0, terms.objections)
    worth = worth_of(order, sold_lines_of(order), wanted.units, returned=True)
    charges = charges_of(order, wanted, terms, known, worth=worth.refund)
    return ReturnPreview(charges.amount(worth.refund), worth.withheld, terms.objections, charges.fee, charges.back)
