"""
Checks that prices are the same on every channel.

Everything on sale is put into temporary carts, each cart is priced on each channel as a shopper's would be, and all of
it is rolled back.
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
    Compare what web, app and till charge for one unit of everything on sale, and what product lists show.

    Differences without a registered deviation are counted, a hundred of them are stored as examples, and an alarm is
    raised: PricesDiffer in the journal, an error in the log, a figure among the metrics. Locks and sells nothing.
    """
    turn_price_lists(now=now)
    check = ParityCheck.objects.create(started_at=now)
    known, actors = registered(), channels()
    examples: list[ParityDifference] = []
    for rows in batches(currency=settings.SHOP_CURRENCY, products=PRODUCTS_AT_ONCE):
        differences = _compare(rows, actors, known, now) if rows else []
        check.variants += len(rows)
        check.differences += len(differences)
        examples += differences[: MOST_EXAMPLES - len(examples)]
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
    rows: Sequence[sql.Row], actors: Mapping[str, Actor], known: Registered, now: datetime
) -> list[ParityDifference]:
    views = _look(rows, actors, now)
    charged = {channel: charges_of(view, by=actors[channel], now=now, known=known) for channel, view in views.items()}
    differences = []
    for row in rows:
        charges = {
            channel: prices_on_channel.get(row["id"], ChannelPrice(None))
            for channel, prices_on_channel in charged.items()
        }
        if charges_differ(charges):
            prices = {channel: charge.amount for channel, charge in charges.items()}
            differences.append(_difference(ParityDifference.CHARGED, row, prices))
    public = public_prices(views[WEB])
    for row in listed_otherwise(rows, public):
        differences.append(_difference(ParityDifference.SHOWN, row, {"listed": row["listed"], WEB: public[row["id"]]}))
    return differences


def _look(rows: Sequence[sql.Row], actors: Mapping[str, Actor], now: datetime) -> dict[str, CartView]:
    """Return a cart with a unit of each variant as every channel sees it; the cart is rolled back."""
    lines = [(row["sku"], 1) for row in rows]
    views: dict[str, CartView] = {}
    with transaction.atomic():
        for channel, by in actors.items():
            # The first channel creates the cart, as a till does; the others read it.
            first_view = next(iter(views.values()), None)
            if first_view is None:
                views[channel] = cart_from_lines(lines=lines, customer_id=None, by=by, now=now)
            else:
                views[channel] = get_cart(first_view.id, by=by, now=now)
        transaction.set_rollback(True)
    return views


def _difference(kind: str, row: sql.Row, prices: Mapping[str, int | None]) -> ParityDifference:
    return ParityDifference(kind=kind, variant_id=row["id"], currency=row["currency"], prices=dict(prices))
