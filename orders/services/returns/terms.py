"""What the policies that goods were bought under make of their return: whether it is refused, and what it costs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from core.data import sql
from orders.models import Order, Return
from orders.rules.returns import Objection, ReturnItem, fee_of, objections_to
from orders.services.fulfilment.charges import charges_by_law
from orders.services.returns.lines import item_of

SENT_BACK = "returned_to_sender"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units that come back, by the order line's id, with the reasons and conditions known of them."""

    units: Mapping[int, int]
    reasons: Mapping[int, Collection[str]] = field(default_factory=dict)
    conditions: Mapping[int, Collection[str]] = field(default_factory=dict)

    def item(self, row: sql.Row, *, requested: int, is_here: bool, reasons: Collection[str] = ()) -> ReturnItem:
        """Return what the rules have to know of a line. reasons: in place of those known of its units."""
        line_id = row["id"]
        return item_of(
            row, self.units[line_id], requested=requested, is_here=is_here,
            reasons=reasons or [reason for reason in self.reasons.get(line_id, ()) if reason],
            conditions=self.conditions.get(line_id, ()),
        )  # fmt: skip


class Terms(NamedTuple):
    """
    What stands against a return, and what it costs. is_by_law: all of it is withdrawn in time, or faulty.

    fee: of the policy, in minor units, before it is held against what the goods are worth.
    """

    objections: Sequence[Objection]
    is_by_law: bool
    fee: int


class Charges(NamedTuple):
    """What a return takes off the worth of its goods (fee) and adds to it (back), in minor units."""

    fee: int
    back: int
    is_by_law: bool

    def amount(self, worth: int) -> int:
        """Return what goes back for goods worth so much."""
        return worth - self.fee + self.back


FREE = Charges(0, 0, False)


def terms_asked(wanted: Wanted, known: Mapping[int, sql.Row], *, now: datetime) -> Terms:
    """Return the terms of a request for goods that the shopper still has. known: the order's lines, by lines_of."""
    items = [wanted.item(known[line], requested=known[line]["requested"], is_here=False) for line in wanted.units]
    return _terms([(items, now)], known)


def terms_here(wanted: Wanted, known: Mapping[int, sql.Row], *, request: Return | None, now: datetime) -> Terms:
    """
    Return the terms of goods that are here. request: which they answer; what it asked for in time may come later.

    What a carrier brings back was never with the buyer: it is judged by that alone. Units of other returns that have
    arrived are not here.
    """
    asked = {line.order_line_id: line for line in request.lines.all()} if request is not None else {}
    in_time: list[ReturnItem] = []
    others: list[ReturnItem] = []
    for line_id, units in wanted.units.items():
        part = asked.get(line_id)
        reasons = (SENT_BACK,) if part is not None and part.reason == SENT_BACK else ()
        own = part.quantity if part is not None and request is not None and request.state == Return.RECEIVED else 0
        item = wanted.item(known[line_id], requested=known[line_id]["arrived"] - own, is_here=True, reasons=reasons)
        (in_time if part is not None and units <= part.quantity else others).append(item)
    return _terms([(in_time, request.requested_at if request is not None else now), (others, now)], known)


def charges_of(
    order: Order, wanted: Wanted, terms: Terms, known: Mapping[int, sql.Row], *, worth: int, own: Return | None = None
) -> Charges:
    """
    Return what a return costs its buyer, and what of the order's charges goes back with it; minor units.

    worth: of its goods. own: the return itself if it is written already. Shipping and fees go back when all of the
    order has come back by law (2011/83/EU, article 13); what was cancelled before counts as back. The caller holds the
    order's lock.
    """
    fee = min(terms.fee, max(0, worth))
    if not terms.is_by_law or not _is_all(wanted.units, known):
        return Charges(fee, 0, terms.is_by_law)
    return Charges(fee, charges_by_law(order, own=own), is_by_law=True)


def _is_all(units: Mapping[int, int], known: Mapping[int, sql.Row]) -> bool:
    return all(
        row["quantity_cancelled"] + row["quantity_returned"] + units.get(line_id, 0) >= row["quantity"]
        for line_id, row in known.items()
    )


def _terms(judged: Sequence[tuple[Sequence[ReturnItem], datetime]], known: Mapping[int, sql.Row]) -> Terms:
    objections = [objection for items, moment in judged for objection in objections_to(items, now=moment)]
    # Orders from before there were policies keep the terms of that time: nothing of them is by law, or costs anything.
    is_by_law = any(items for items, _moment in judged) and all(
        known[item.line_id]["return_policy"] is not None and item.is_by_law(moment)
        for items, moment in judged
        for item in items
    )
    return Terms(objections, is_by_law, max(fee_of(items, now=moment) for items, moment in judged))
