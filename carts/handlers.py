"""Reactions of carts to events of other apps."""

from django.utils.translation import gettext as _

from accounts.events import CustomersMerged
from accounts.queries.timeline import describes_event
from carts.services.merging import merge_customers_carts
from core.actors import THE_SYSTEM
from core.formats import number_text
from core.journal import Entry, handles
from core.languages import active_language


@handles(CustomersMerged)
def join_open_carts(entry: Entry) -> None:
    """Merge the open carts of two records that are now one person."""
    merge_customers_carts(
        duplicate_id=entry.payload["duplicate_id"],
        survivor_id=entry.payload["survivor_id"],
        by=THE_SYSTEM,
        now=entry.occurred_at,
    )


def _added(entry: Entry) -> str:
    return _("%(units)s × %(sku)s added to the cart") % {"units": _units(entry), "sku": entry.ref}


def _changed(entry: Entry) -> str:
    return _("%(sku)s in the cart: %(units)s now") % {"units": _units(entry), "sku": entry.ref}


def _units(entry: Entry) -> str:
    return number_text(entry.payload["quantity"], active_language())


describes_event("cart.line_added", _added)
describes_event("cart.line_changed", _changed)
describes_event("cart.line_removed", lambda entry: _("%(sku)s removed from the cart") % {"sku": entry.ref})
describes_event("cart.emptied", lambda entry: _("Emptied the cart"))
describes_event("cart.merged", lambda entry: _("Two carts were merged"))
describes_event("wishlist.added", lambda entry: _("%(sku)s saved for later") % {"sku": entry.ref})
