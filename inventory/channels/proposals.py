"""Proposals to order in the reader's words."""

from django.utils.translation import gettext as _

from core.texts.formats import number_text
from core.texts.languages import active_language
from inventory.queries.purchasing.proposals import UNSUPPLIED, Proposal


def reason_of(proposal: Proposal) -> str:
    """Return why an article is proposed, and why no units are if there are none."""
    language = active_language()
    values = {
        "here": number_text(proposal.free, language),
        "coming": number_text(proposal.coming, language),
        "point": number_text(proposal.reorder_point, language),
        "daily": number_text(proposal.daily_sales, language),
    }
    if proposal.kind == UNSUPPLIED:
        return (
            _("%(here)s are free, %(coming)s are coming; but no supplier sells it, and no place has too many.") % values
        )
    if not proposal.units:
        return _("%(here)s are free, %(coming)s are coming; but the least order goes beyond the maximum.") % values
    return _("%(here)s are free, %(coming)s are coming, %(daily)s are sold a day; it is ordered at %(point)s.") % values
