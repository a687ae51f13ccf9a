"""Takes pieces out of a fulfilment, so that something else happens to them than to the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.actors import THE_SYSTEM
from core.errors import Malformed, Refusal
from core.states.moving import move
from inventory.services.reservations import split_reservations
from orders.models import Fulfilment, FulfilmentLine
from orders.rules.lifecycle import PICKUP

# Units by the id of their order line.
Pieces = Mapping[int, int]

# The least work is lost with the fulfilment on which the least was done.
_WORK_DONE = ("placed", "accepted", "picking", "ready")


class TooManyPieces(Refusal):
    """Fewer pieces of a line can still be meant; `line` and `open` say of which, and how many can."""

    code = "too_many_pieces"


@dataclass(frozen=True, slots=True)
class Share:
    """The pieces of one fulfilment that are meant. is_all: nothing else of it waits."""

    fulfilment: Fulfilment
    pieces: Sequence[tuple[FulfilmentLine, int]]
    is_all: bool


def shares_of(fulfilments: Sequence[Fulfilment], pieces: Pieces) -> list[Share]:
    """
    Return in which fulfilments some pieces are found, without a change.

    Where several hold a line, the one on which the least work was done comes first, then the newest. Raises
    TooManyPieces, and Malformed where no piece is meant.
    """
    by_fulfilment: dict[int, list[FulfilmentLine]] = {fulfilment.pk: [] for fulfilment in fulfilments}
    for part in waiting_in(fulfilments):
        by_fulfilment[part.fulfilment_id].append(part)
    wanted = {line_id: units for line_id, units in pieces.items() if units > 0}
    if not wanted:
        raise Malformed(_("Choose at least one piece."), field="lines")
    missing = dict(wanted)
    shares = []
    for fulfilment in sorted(fulfilments, key=lambda one: (_WORK_DONE.index(one.state), -one.pk)):
        waiting = by_fulfilment[fulfilment.pk]
        meant = [(part, min(part.quantity, missing.get(part.order_line_id, 0))) for part in waiting]
        meant = [(part, units) for part, units in meant if units]
        for part, units in meant:
            missing[part.order_line_id] -= units
        if meant:
            is_all = sum(part.quantity for part in waiting) == sum(units for _part, units in meant)
            shares.append(Share(fulfilment, meant, is_all))
    for line_id, units in missing.items():
        if units:
            raise _too_many(line_id, wanted[line_id] - units)
    return shares


def take_apart(fulfilments: Sequence[Fulfilment], pieces: Pieces) -> list[Fulfilment]:
    """
    Return fulfilments in which exactly these pieces wait; the caller holds the lock of their order.

    Where other goods wait beside them, the pieces move into a new fulfilment of the same kind, place and promise, which
    begins as placed. Their stock stays reserved. Raises TooManyPieces, Malformed.
    """
    return [
        share.fulfilment if share.is_all else _moved(share.pieces, _like(share.fulfilment))
        for share in shares_of(fulfilments, pieces)
    ]


def part_from_collected(fulfilments: Sequence[Fulfilment], *, now: datetime) -> list[Fulfilment]:
    """
    Return the fulfilments that what waits in some is to end with; the caller holds the lock of their order.

    Of a pickup that was collected in part, what waits moves into a pickup of its own, and what the buyer has stays
    where it is, collected. So each tells of its own goods.
    """
    handed_over = FulfilmentLine.objects.filter(fulfilment__in=fulfilments, handed_over_at__isnull=False)
    begun = set(handed_over.values_list("fulfilment_id", flat=True))
    return [_rest_of(one, now=now) if one.pk in begun else one for one in fulfilments]


def part_lines(waiting: Sequence[FulfilmentLine], pieces: Mapping[int, int | None]) -> list[FulfilmentLine]:
    """
    Return lines of one fulfilment that hold exactly these pieces; what stays behind becomes a line of its own.

    waiting: the fulfilment's lines that wait. pieces: None stands for all that waits of a line. The caller holds the
    lock of their order. Raises TooManyPieces, Malformed where no piece is meant.
    """
    by_line = {part.order_line_id: part for part in waiting}
    for line_id, units in pieces.items():
        most = by_line[line_id].quantity if line_id in by_line else 0
        if most < (units or 1):
            raise _too_many(line_id, most)
    meant = [(by_line[line_id], units or by_line[line_id].quantity) for line_id, units in pieces.items() if units != 0]
    if not meant:
        raise Malformed(_("Choose at least one piece."), field="lines")
    _split([(part, part.quantity - units, part.fulfilment_id) for part, units in meant if units < part.quantity])
    return [part for part, _units in meant]


def waiting_in(fulfilments: Sequence[Fulfilment]) -> list[FulfilmentLine]:
    """Return the lines of some fulfilments that were not handed over, in the order they were written."""
    ids = [fulfilment.pk for fulfilment in fulfilments]
    return list(FulfilmentLine.objects.filter(fulfilment__in=ids, handed_over_at__isnull=True).order_by("pk"))


def _rest_of(pickup: Fulfilment, *, now: datetime) -> Fulfilment:
    kept = ("accepted_at", "ready_at", "expires_at", "reminders", "extension_reason")
    rest = _like(pickup, state=pickup.state, **{name: getattr(pickup, name) for name in kept})
    FulfilmentLine.objects.filter(fulfilment=pickup, handed_over_at__isnull=True).update(fulfilment=rest)
    move(PICKUP, pickup, "collected", by=THE_SYSTEM, finished_at=now)
    return rest


def _like(fulfilment: Fulfilment, *, state: str = "placed", **kept: Any) -> Fulfilment:
    new = Fulfilment.objects.create(
        order=fulfilment.order,
        kind=fulfilment.kind,
        location_id=fulfilment.location_id,
        state=state,
        address=fulfilment.address,
        method=fulfilment.method,
        method_name=fulfilment.method_name,
        promised_at=fulfilment.promised_at,
        **kept,
    )
    new.order, new.taken_from_state = fulfilment.order, fulfilment.state_of_goods
    return new


def _moved(pieces: Sequence[tuple[FulfilmentLine, int]], into: Fulfilment) -> Fulfilment:
    whole = [part.pk for part, units in pieces if units == part.quantity]
    FulfilmentLine.objects.filter(pk__in=whole).update(fulfilment=into)
    _split([(part, units, into.pk) for part, units in pieces if units < part.quantity])
    return into


def _split(parts: Sequence[tuple[FulfilmentLine, int, int]]) -> None:
    """Move units out of lines into new ones: each the line, how many units, and the fulfilment that gets them."""
    reserved = {part.reservation_id: units for part, units, _into in parts if part.reservation_id}
    new_ids = split_reservations(pieces=reserved)
    new = []
    for part, units, into in parts:
        part.quantity -= units
        new.append(
            FulfilmentLine(
                fulfilment_id=into,
                order_line_id=part.order_line_id,
                quantity=units,
                reservation_id=new_ids[part.reservation_id] if part.reservation_id else None,
            )
        )
    FulfilmentLine.objects.bulk_update([part for part, _units, _into in parts], ["quantity"])
    FulfilmentLine.objects.bulk_create(new)


def _too_many(line_id: int, most: int) -> TooManyPieces:
    return TooManyPieces(
        _("Only %(units)d pieces of this line can still be chosen. Choose fewer.") % {"units": most},
        line=str(line_id),
        open=most,
    )
