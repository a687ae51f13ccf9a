"""Proposals become purchase orders and transfers, as drafts that staff look over and send."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, NotFound, Refusal
from inventory.models import Location, StockDocument
from inventory.queries.purchasing.proposals import PURCHASE, TRANSFER, Proposal, list_proposals
from inventory.services.stock_documents.documents import MOST_LINES, DocumentLine
from inventory.services.stock_documents.purchase_orders import plan_purchase_order
from inventory.services.stock_documents.transfers import plan_transfer
from inventory.services.stock_ledger import MOST_UNITS


class NothingProposed(Refusal):
    """None of these articles has to be ordered any more; somebody may have ordered them just now."""

    code = "nothing_proposed"


@transaction.atomic
def order_proposals(
    *, location_id: int, wanted: Mapping[int, int | None] | None, by: Actor, now: datetime
) -> list[StockDocument]:
    """
    Plan what a place should order: a purchase order for each supplier, and a transfer for each place that gives.

    wanted: units by variant, None for as many as are proposed; None at all for everything that is proposed. This is
    computed again under the lock, so a second act finds nothing; articles that need nothing any more are left out, and
    from everything those of which no document takes so many.
    Locks the active places, in pk order: whichever of them gives, its surplus is promised once. Raises
    NothingProposed, OrderTermsNotMet, NotFound, Malformed for no articles or units.
    """
    if wanted is not None and (not wanted or any(units is not None and units < 1 for units in wanted.values())):
        raise Malformed(_("Choose at least one article, and at least one unit of each."), field="lines")
    places = Location.objects.select_for_update(no_key=True).filter(is_active=True).order_by("pk")
    place = next((one for one in places if one.pk == location_id), None)
    if place is None:
        raise NotFound(_("There is no such location."))
    proposals = _proposed(place, wanted, now)
    made = []
    for supplier_id, of_supplier in _by(proposals, PURCHASE).items():
        for lines in _parts(of_supplier, wanted or {}):
            made.append(plan_purchase_order(supplier_id=supplier_id, target_id=place.pk, lines=lines, by=by, now=now))
    for source_id, of_source in _by(proposals, TRANSFER).items():
        for lines in _parts(of_source, wanted or {}):
            made.append(plan_transfer(source_id=source_id, target_id=place.pk, lines=lines, by=by, now=now))
    if not made:
        raise NothingProposed(_("None of this has to be ordered any more. Look at the proposals again."))
    return made


def _proposed(place: Location, wanted: Mapping[int, int | None] | None, now: datetime) -> list[Proposal]:
    if wanted is not None:
        return list_proposals(location_id=place.pk, now=now, variant_ids=list(wanted))
    return [one for one in list_proposals(location_id=place.pk, now=now) if one.units <= MOST_UNITS]


def _by(proposals: Sequence[Proposal], kind: str) -> Mapping[int, list[Proposal]]:
    """Return the proposals of a kind that come to at least one unit, by the supplier or place that gives them."""
    found: dict[int, list[Proposal]] = {}
    for one in proposals:
        giver = one.supplier_id if kind == PURCHASE else one.source_id
        if one.kind == kind and one.units and giver is not None:
            found.setdefault(giver, []).append(one)
    return found


def _parts(proposals: Sequence[Proposal], wanted: Mapping[int, int | None]) -> list[list[DocumentLine]]:
    lines = [DocumentLine(one.variant_id, wanted.get(one.variant_id) or one.units) for one in proposals]
    return [lines[start : start + MOST_LINES] for start in range(0, len(lines), MOST_LINES)]
