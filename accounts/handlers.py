"""The timeline's wording of balance events."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import LoyaltyTier
from accounts.models.balances import KINDS
from accounts.queries.timeline import describes_event
from core.formats import money_text, number_text
from core.journal import Entry
from core.languages import active_language

_CAUSES: dict[str, Any] = {
    "earned": gettext_lazy("%(balance)s: %(amount)s may be spent now"),
    "loaded": gettext_lazy("%(balance)s: %(amount)s added"),
    "given_back": gettext_lazy("%(balance)s: %(amount)s given back"),
    "expired": gettext_lazy("%(balance)s: %(amount)s expired"),
    "corrected": gettext_lazy("%(balance)s: corrected by %(amount)s"),
    "taken_back": gettext_lazy("%(balance)s: %(amount)s taken back"),
    "moved": gettext_lazy("%(balance)s: %(amount)s moved to another card"),
}


def _changed(entry: Entry) -> str:
    amount, currency, cause = entry.payload["amount"], entry.payload["currency"], entry.payload["cause"]
    shown = amount if cause == "corrected" else abs(amount)
    language = active_language()
    points = _("%(points)s points") % {"points": number_text(shown, language)}
    words = {
        "balance": dict(KINDS)[entry.payload["balance"]],
        "amount": money_text(shown, currency, language) if currency else points,
    }
    return str(_CAUSES[cause]) % words


def _pending(entry: Entry) -> str:
    points = number_text(entry.payload["points"], active_language())
    return _("%(points)s points for %(number)s") % {"points": points, "number": entry.ref}


def _expire_soon(entry: Entry) -> str:
    return _("%(points)s points expire soon") % {"points": number_text(entry.payload["points"], active_language())}


def _tier_changed(entry: Entry) -> str:
    name = next((str(tier) for tier in LoyaltyTier.objects.filter(code=entry.payload["tier"])), "")
    if not name:
        return _("No tier any more")
    return (_("Tier reached: %(tier)s") if entry.payload["is_up"] else _("Tier now: %(tier)s")) % {"tier": name}


describes_event("balance.changed", _changed)
describes_event("points.pending", _pending)
describes_event("points.expire_soon", _expire_soon)
describes_event("loyalty.tier_changed", _tier_changed)
