"""How the story of people's balances reads."""

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import LoyaltyTier
from accounts.models.balances import KINDS
from accounts.queries.timeline import summarises
from core.formats import money_text
from core.journal import Entry

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
    language = (get_language() or "en").split("-")[0]
    words = {
        "balance": dict(KINDS)[entry.payload["balance"]],
        "amount": money_text(shown, currency, language) if currency else _("%(points)d points") % {"points": shown},
    }
    return str(_CAUSES[cause]) % words


def _pending(entry: Entry) -> str:
    return _("%(points)d points for %(number)s") % {"points": entry.payload["points"], "number": entry.ref}


def _expire_soon(entry: Entry) -> str:
    return _("%(points)d points end soon") % {"points": entry.payload["points"]}


def _tier_changed(entry: Entry) -> str:
    name = next((str(tier) for tier in LoyaltyTier.objects.filter(code=entry.payload["tier"])), "")
    if not name:
        return _("No tier any more")
    return (_("Tier reached: %(tier)s") if entry.payload["is_up"] else _("Tier now: %(tier)s")) % {"tier": name}


summarises("balance.changed", _changed)
summarises("points.pending", _pending)
summarises("points.expire_soon", _expire_soon)
summarises("loyalty.tier_changed", _tier_changed)
