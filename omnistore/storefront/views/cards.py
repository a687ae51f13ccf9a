"""The visitor's saved cards: the list, and removing one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import NotFound
from omnistore.storefront.pages import page, private_page
from omnistore.storefront.views.account import members_only
from omnistore.storefront.visitors import visitor_of
from orders.queries.cards import cards_of
from orders.services.payments.cards import remove_card

LARGEST_ID = 2**63 - 1


@require_safe
@page
@members_only
def cards(request: HttpRequest) -> HttpResponse:
    """The visitor's cards, including expired ones."""
    known = cards_of(person_ids=visitor_of(request).owner.customer_ids, now=timezone.now())
    return private_page(request, "storefront/cards.html", {"title": _("My cards"), "cards": known})


@require_http_methods(["GET", "HEAD", "POST"])
@page
@members_only
def remove(request: HttpRequest, card_id: int) -> HttpResponse:
    """Show the card and ask for confirmation; then remove it."""
    visitor, now = visitor_of(request), timezone.now()
    person_ids = visitor.owner.customer_ids
    # No row has an id beyond PostgreSQL's range.
    card_id = card_id if card_id <= LARGEST_ID else 0
    if request.method == "POST":
        remove_card(card_id=card_id, person_ids=person_ids, by=visitor.actor, now=now)
        messages.success(request, _("The card was removed."))
        return redirect("cards")
    known = cards_of(person_ids=person_ids, now=now, card_id=card_id)
    if not known:
        raise NotFound(_("You have no such card."))
    return private_page(request, "storefront/card_remove.html", {"title": _("Remove this card?"), "card": known[0]})
