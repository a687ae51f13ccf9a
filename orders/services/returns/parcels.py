"""Parcels with returned goods: their arrival is noted, and somebody looks into them later."""

from datetime import datetime, timedelta

from django.db import transaction

from core.actors import Actor
from core.journal import publish
from core.states.moving import move
from orders.events.returns import ReturnArrived
from orders.models import Return
from orders.rules.lifecycle import RETURN
from orders.services.returns.receiving import check_takes_returns
from orders.services.returns.requests import about_return, take_return

LOOK_WITHIN = timedelta(days=2)


@transaction.atomic(savepoint=False)
def note_parcel_back(*, number: str, by: Actor, now: datetime) -> Return:
    """
    Note that the goods of a return have arrived in the acting place; what they are worth is found by looking at them.

    Its units may then come back in no other place, and the shopper cannot withdraw it. receive_return with its number
    ends it. Locks the order. Raises NotFound, StoreTakesNoReturns, and IllegalTransition unless it waits for its goods.
    """
    check_takes_returns(by)
    order, goods = take_return(number)
    move(
        RETURN, goods, Return.RECEIVED, by=by, location_id=by.store_id, received_at=now, received_by_id=by.staff_id,
        due_at=now + LOOK_WITHIN,
    )  # fmt: skip
    publish(ReturnArrived(**about_return(goods, order, by=by, now=now)))
    return goods
