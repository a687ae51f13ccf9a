"""What taking goods back would give to their buyer, without doing it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from orders.models import Order
from orders.rules.returns import Objection
from orders.services.fulfilment.sold_lines import sold_lines_of, worth_of
from orders.services.returns.lines import lines_of
from orders.services.returns.receiving import Piece, wanted_of
from orders.services.returns.terms import charges_of, terms_here


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


def preview_return(*, order: Order, pieces: Sequence[Piece], now: datetime) -> ReturnPreview:
    """
    Return what pieces of an order are worth that are brought back now, and what stands against it.

    pieces: of lines of this order; others are left out. An earlier request may allow what is too late today.
    """
    known = lines_of(order)
    wanted = wanted_of([piece for piece in pieces if piece.line_id in known])
    terms = terms_here(wanted, known, request=None, now=now)
    if any(one.left < wanted.units[one.line_id] for one in terms.objections):
        return ReturnPreview(0, 0, terms.objections)
    worth = worth_of(order, sold_lines_of(order), wanted.units, returned=True)
    charges = charges_of(order, wanted, terms, known, worth=worth.refund)
    return ReturnPreview(charges.amount(worth.refund), worth.withheld, terms.objections, charges.fee, charges.back)
