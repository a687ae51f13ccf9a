"""
The same price behind every door, looked at and not only believed.

Everything on sale is put into carts that nobody ever sees, each cart is read through each door as a shopper's would be,
and all of it is taken back.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from carts.events import PricesDiffer
from carts.models import ParityCheck, ParityDifference
from carts.queries.carts import CartView, get_cart
from carts.queries.parity import Registered, batches, channels, charges_of, listed_otherwise, public_prices, registered
from carts.rules.parity import ChannelPrice, charges_differ
from carts.services.placing import cart_from_lines
from core.actors import THE_SYSTEM, WEB, Actor
from core.data import sql
from core.journal import publish
from inventory.services.price_lists import turn_price_lists

logger = logging.getLogger(__name__)

PRODUCTS_AT_ONCE = 250
MOST_EXAMPLES = 100
KEPT_CHECKS = 90


def check_parity(*, now: datetime) -> ParityCheck:
    """
    Compare what web, app and till charge for one unit of everything on sale, and what lists of products show.

    Differences that no registered deviation explains are counted, a hundred of them kept as examples, and an alarm is
    raised: PricesDiffer in the journal, an error in the log, a figure among the metrics. No locks; nothing is sold.
    """
    turn_price_lists(now=now)
    check = ParityCheck.objects.create(started_at=now)
    known, ways = registered(), channels()
    examples: list[ParityDifference] = []
    for rows in batches(currency=settings.SHOP_CURRENCY, products=PRODUCTS_AT_ONCE):
        found = _compare(rows, ways, known, now) if rows else []
        check.variants += len(rows)
        check.differences += len(found)
        examples += found[: MOST_EXAMPLES - len(examples)]
    _finish(check, examples, now)
    return check


@transaction.atomic
def _finish(check: ParityCheck, examples: Sequence[ParityDifference], now: datetime) -> None:
    for example in examples:
        example.check_run = check
    ParityDifference.objects.bulk_create(examples)
    check.finished_at = timezone.now()
    check.save()
    old = ParityCheck.objects.order_by("-id").values_list("id", flat=True)[KEPT_CHECKS : KEPT_CHECKS + 1]
    ParityCheck.objects.filter(id__lte=next(iter(old), 0)).delete()
    if check.differences:
        logger.error("parity check %s found %s prices that differ", check.pk, check.differences)
        publish(PricesDiffer(by=THE_SYSTEM, occurred_at=now, parity_check_id=check.pk, differences=check.differences))


def _compare(
    rows: Sequence[sql.Row], ways: Mapping[str, Actor], known: Registered, now: datetime
) -> list[ParityDifference]:
    views = _look(rows, ways, now)
    charged = {door: charges_of(view, by=ways[door], now=now, known=known) for door, view in views.items()}
    found = []
    for row in rows:
        charges = {door: of_door.get(row["id"], ChannelPrice(None)) for door, of_door in charged.items()}
        if charges_differ(charges):
            prices = {door: charge.amount for door, charge in charges.items()}
            found.append(_difference(ParityDifference.CHARGED, row, prices))
    public = public_prices(views[WEB])
    for row in listed_otherwise(rows, public):
        found.append(_difference(ParityDifference.SHOWN, row, {"listed": row["listed"], WEB: public[row["id"]]}))
    return found


def _look(rows: Sequence[sql.Row], ways: Mapping[str, Actor], now: datetime) -> dict[str, CartView]:
    """Return one cart with a unit of each as every door sees it; the cart is gone afterwards."""
    lines = [(row["sku"], 1) for row in rows]
    views: dict[str, CartView] = {}
    with transaction.atomic():
        for door, by in ways.items():
            # The first door makes the cart, as a till does; the others open it.
            present = next(iter(views.values()), None)
            if present is None:
                views[door] = cart_from_lines(lines=lines, customer_id=None, by=by, now=now)
            else:
                views[door] = get_cart(present.id, by=by, now=now)
        transaction.set_rollback(True)
    return views


def _difference(kind: str, row: sql.Row, prices: Mapping[str, int | None]) -> ParityDifference:
    return ParityDifference(kind=kind, variant_id=row["id"], currency=row["currency"], prices=dict(prices))
