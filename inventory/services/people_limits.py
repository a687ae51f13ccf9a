"""
How many customers one member of staff may look at, over all doors of the till together.

Whoever serves people needs any of them, but never all of them. Head office reads every customer in the back office
anyway, so there is no limit for it here.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.rules import roles
from core.actors import Actor
from core.errors import LimitMet
from core.journal import publish
from core.web.distinct import take_places
from inventory.events import PeopleLimitMet
from inventory.queries.staff import Staff

WITHIN = timedelta(hours=1)
OPENED, LISTED = "opened", "listed"

logger = logging.getLogger(__name__)


class TooManyPeople(LimitMet):
    """A member of staff looked at as many customers as the shop allows in an hour; `most` is that number."""

    code = "too_many_people"


def open_person(person_id: int, *, staff: Staff, by: Actor, now: datetime) -> None:
    """Count a customer whom somebody opens; the same one again counts once. Raises TooManyPeople."""
    _count([person_id], how=OPENED, most=settings.MOST_PEOPLE_OPENED, staff=staff, by=by, now=now)


def list_people(person_ids: Sequence[int], *, staff: Staff, by: Actor, now: datetime) -> None:
    """
    Count the customers that a search shows with their addresses and numbers. Raises TooManyPeople.

    A single one counts as opened: so who says their number or card is still found after too many searches by name.
    """
    if len(person_ids) == 1:
        open_person(person_ids[0], staff=staff, by=by, now=now)
    else:
        _count(person_ids, how=LISTED, most=settings.MOST_PEOPLE_LISTED, staff=staff, by=by, now=now)


def _count(person_ids: Sequence[int], *, how: str, most: int, staff: Staff, by: Actor, now: datetime) -> None:
    if not most or not person_ids or staff.may(roles.SEE_ALL_STORES):
        return
    full = take_places(f"people-{how}:{by.staff_id}", person_ids, most=most, within=WITHIN, now=now)
    if full is None:
        return
    if full.is_first:
        logger.warning("a member of staff met the limit of customers %s in an hour: id %s", how, by.staff_id)
        publish(PeopleLimitMet(by=by, occurred_at=now, ref=str(by.staff_id), how=how, most=most))
    text = (
        _(
            "You have opened %(most)d customers within an hour, the most allowed. You can open these again; for others "
            "ask head office, or wait. Minutes to wait: %(minutes)d."
        )
        if how == OPENED
        else _(
            "Your searches have shown %(most)d customers within an hour, the most allowed. Search by a whole phone "
            "number, e-mail address or card number, or wait. Minutes to wait: %(minutes)d."
        )
    )
    minutes = -(-full.wait_seconds // 60)
    raise TooManyPeople(text % {"most": most, "minutes": minutes}, most=most, retry_after=full.wait_seconds)
