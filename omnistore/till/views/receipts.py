"""A finished sale: the change, and the receipt on the screen, on paper, or sent."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rules import roles
from core.actors import TILL, Actor
from core.errors import Malformed, NotFound
from core.texts.languages import active_language
from omnistore.till.forms import ReceiptForm
from omnistore.till.views.base import TillView, number_of
from orders.queries.orders import get_order
from orders.queries.receipts import receipt_of
from orders.queries.scopes import check_served
from orders.queries.views import OrderView
from orders.services.payments.gift_cards import gift_cards_of, show_sold_gift_card
from orders.services.placing.receipts import request_receipt
from orders.services.settlement.payments import look_again


class Done(TillView):
    """The page at the end of a sale, where scanning continues."""

    right = roles.SELL

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the change, the order, and its receipt."""
        return self._shown(number, ReceiptForm())

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Send the receipt to the customer; or check a payment again that waits for the reader."""
        check_served(number, by=self.actor)
        if "look" in request.POST:
            look_again(order=get_order(number), by=self.actor, now=timezone.now())
            return HttpResponseRedirect(reverse("admin:till_done", args=[number]))
        form = ReceiptForm(request.POST)
        if not form.is_valid():
            return self._shown(number, form, status=400)
        try:
            request_receipt(number=number, **form.cleaned_data, by=self.actor, now=timezone.now())
        except Malformed as refusal:
            form.add_error("address", str(refusal))
            return self._shown(number, form, status=400)
        return HttpResponseRedirect(f"{reverse('admin:till_done', args=[number])}?sent=1")

    def _shown(self, number: str, form: ReceiptForm, *, status: int = 200) -> HttpResponse:
        order = get_order(number)
        change = sum(payment.change for payment in order.payments)
        context: dict[str, Any] = {
            "title": _("Order %(number)s") % {"number": number},
            "order": order,
            "change": change,
            "receipt": receipt_of(number, language=active_language()),
            "form": form,
            "give": number_of(self.request.GET.get("give", "")),
            "is_sent": "sent" in self.request.GET,
            "gift_cards": gift_cards_of(order_id=order.id, number=number) if _sold_here(order, self.actor) else [],
        }
        return self.page("till/done.html", context, status)


class GiftCardCode(TillView):
    """The code of a gift card that was just sold, shown only once."""

    right = roles.SELL

    def post(self, request: HttpRequest, number: str, card_id: int) -> HttpResponse:
        """Show the code, to be printed or written onto the card."""
        order = get_order(number)
        if not _sold_here(order, self.actor):
            raise NotFound(_("There is no such gift card."))
        code = show_sold_gift_card(order_number=number, card_id=card_id, now=timezone.now())
        return self.page("till/gift_card.html", {"title": _("Gift card"), "code": code, "order": order})


class Receipt(TillView):
    """Only the receipt, for the printer's 80 mm roll and for A4."""

    right = roles.SELL

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the receipt of an order of any channel."""
        context = {
            "receipt": receipt_of(number, language=active_language()),
            "language": active_language(),
        }
        return render(request, "orders/receipt.html", context)


def _sold_here(order: OrderView, by: Actor) -> bool:
    return order.channel == TILL and order.store == by.store_code
