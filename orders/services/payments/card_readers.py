"""The card terminals of a store."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core.errors import Refusal
from orders.models import CardReader
from orders.rules.checkout import CARD, READER, Tender
from orders.services.payments.gateway import drives_readers


class NoSuchReader(Refusal):
    """This store has no card terminal of this number."""

    code = "no_such_reader"


def readers_of(store_id: int | None) -> list[tuple[str, str]]:
    """Return number and name of a store's terminals; none, without a query, where no provider drives them."""
    if store_id is None or not drives_readers():
        return []
    readers = CardReader.objects.filter(store_id=store_id, is_active=True).order_by("name")
    return list(readers.values_list("number", "name"))


def check_readers(tenders: Sequence[Tender], *, store_id: int | None) -> None:
    """
    Check that cards are taken at the provider's readers of this store, or at its own terminal.

    Nothing is checked where no provider drives readers. Raises NoSuchReader.
    """
    cards = [tender for tender in tenders if tender.method == CARD and not tender.at_terminal]
    if not cards or not drives_readers():
        return
    known = {f"{READER}{number}" for number, _name in readers_of(store_id)}
    if any(tender.payment_method not in known for tender in cards):
        raise NoSuchReader(_("This store has no such card reader. Name one of its own."))
