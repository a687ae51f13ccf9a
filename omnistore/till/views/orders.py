"""One order of any channel: its history, payments, fulfilments, and the actions that are possible now."""

import uuid
from typing import Any

import orjson
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries.people import Person, get_person
from accounts.queries.timeline import history_of, summary_of
from accounts.rules import roles
from core.errors import NotFound, Refusal
from core.idempotency import KeyReused, do_once
from inventory.queries.place_names import names_of_places
from omnistore.till.balances_due import balance_due_forms
from omnistore.till.forms import CashField
from omnistore.till.views.base import TillView, claim_of_form, not_here, number_of
from orders.channels.pieces import PiecesForm, cancellable_pieces
from orders.models import Order, Payment, PriceReduction
from orders.queries.documents.invoices import invoices_of
from orders.queries.orders import get_order
from orders.queries.returns import first_order_of
from orders.queries.scopes import is_served
from orders.queries.views import OrderView
from orders.rules.lifecycle import may_be_cancelled
from orders.rules.refunds import ANY, CREDIT
from orders.services.fulfilment.cancellation import cancel_order
from orders.services.payments.refunding.paying_out import pay_out_refund
from orders.services.returns.price_reductions import Reduction, most_to_reduce, reduce_price
from orders.services.settlement.balance_payments import pay_balance_due
from orders.services.settlement.payments import look_again

MOST_ENTRIES = 100
FAMILIES = ("order", "pickup", "return", "refund", "receipt")
REASONS = [
    ("customer", gettext_lazy("The customer asked")),
    ("goods_missing", gettext_lazy("Goods are missing")),
    ("fraud", gettext_lazy("Suspected fraud")),
    ("mistake", gettext_lazy("It was a mistake")),
]


class CancelForm(forms.Form):
    """The reason of a cancellation."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=REASONS)
    as_credit = forms.BooleanField(
        label=gettext_lazy("The customer wants store credit instead of the money"), required=False
    )


class ReductionForm(forms.Form):
    """A part of the price that goes back, and why."""

    amount = CashField(label=gettext_lazy("Amount"))
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=[("", gettext_lazy("Choose a reason")), *PriceReduction.REASONS]
    )
    comment = forms.CharField(label=gettext_lazy("Comment"), max_length=200, required=False)
    as_credit = forms.BooleanField(
        label=gettext_lazy("The customer wants store credit instead of the money"), required=False
    )


class OrderPage(TillView):
    """The page of an order."""

    right = roles.SEE_CUSTOMERS
    tab = "find"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the order."""
        return self.shown(number)

    def shown(
        self, number: str, *, error: str = "", status: int = 200, forms: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Render an order's page. forms: the submitted forms for the balance due."""
        order = get_order(number)
        entries = history_of(ref=number, families=FAMILIES, limit=MOST_ENTRIES)
        by_id = {line.id: line for line in order.lines}
        serves = is_served(order, store_code=self.store.code)
        context: dict[str, Any] = {
            "title": _("Order %(number)s") % {"number": number},
            "order": order,
            "places": names_of_places(
                [*(part.store for part in order.fulfilments), order.store, *(entry.store for entry in entries)]
            ),
            "person": _person(order),
            "story": [(entry, summary_of(entry)) for entry in entries],
            "parts": [
                (part, [(by_id[line_id], quantity) for line_id, quantity in part.lines if line_id in by_id])
                for part in order.fulfilments
            ],
            "serves": serves,
            "may_cancel": serves and self._may_cancel(order),
            "may_take_back": self.staff.may(roles.TAKE_RETURNS)
            and any(line.fulfilled > line.returned for line in order.lines),
            "cancel_form": CancelForm(),
            "cancelled": PiecesForm(waiting=cancellable_pieces(order, by=self.actor)),
            "most_to_reduce": self._most_to_reduce(order, serves=serves),
            "reduction_form": ReductionForm(),
            "first_order": first_order_of(order),
            "invoices": invoices_of(order.id),
            "may_invoice": serves and self.staff.may(roles.SELL) and order.state in (Order.PLACED, Order.COMPLETED),
            "may_pay_out": serves and self.staff.may(roles.SELL),
            "key": uuid.uuid4(),
            "error": error,
            "change": number_of(self.request.GET.get("change", "")),
            "give": number_of(self.request.GET.get("give", "")),
            **(balance_due_forms(self, order) if serves else {}),
            **(forms or {}),
        }
        return self.page("till/order.html", context, status)

    def _most_to_reduce(self, order: OrderView, *, serves: bool) -> int:
        if not self.staff.may(roles.REDUCE_PRICE):
            return 0
        # Asked for every order, so that each of them costs the same statements.
        most = most_to_reduce(Order.objects.get(pk=order.id))
        is_paid = any(payment.state == Payment.CAPTURED for payment in order.payments)
        return most if serves and is_paid else 0

    def _may_cancel(self, order: OrderView) -> bool:
        by = self.actor
        return (
            order.state == Order.PLACED
            and self.staff.may(roles.CANCEL_ORDER)
            and any(may_be_cancelled(kind=part.kind, state=part.state, by=by) for part in order.fulfilments)
        )


class Cancellation(OrderPage):
    """Cancelling an order's fulfilments that have not left."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Cancel the order and refund its payments."""
        if not self.staff.may(roles.CANCEL_ORDER):
            raise not_here(_("Only a manager cancels orders. Ask one to sign in."))
        form = CancelForm(request.POST)
        if not form.is_valid():
            return self.shown(number, error=_("Choose a reason."), status=400)
        chosen = PiecesForm(request.POST, waiting=cancellable_pieces(get_order(number), by=self.actor))
        if not chosen.is_valid():
            return self.shown(number, status=400, forms={"cancelled": chosen})

        def cancel() -> dict[str, Any]:
            now = timezone.now()
            cancel_order(number=number, **form.cleaned_data, pieces=chosen.pieces, by=self.actor, now=now)
            return {}

        return self.do(f"cancel order {number}", number, cancel)

    def do(self, what: str, number: str, action: Any) -> HttpResponse:
        """Do an action once, and show the order again. what: the action's name in the claim."""
        try:
            do_once(claim_of_form(self.request, what), action, status=200)
        except NotFound:
            raise
        except Refusal as refusal:
            return self.shown(number, error=str(refusal), status=refusal.status)
        return HttpResponseRedirect(reverse("admin:till_order", args=[number]))


class ReducePrice(Cancellation):
    """Giving a part of the price back for goods that stay with their buyer."""

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Refund the amount, to the tenders or as store credit; cash waits on the page until it is handed over."""
        if not self.staff.may(roles.REDUCE_PRICE):
            raise not_here(_("Only a manager gives money back for goods that stay. Ask one to sign in."))
        form = ReductionForm(request.POST)
        if not form.is_valid():
            error = _("Enter an amount and choose a reason.")
            return self.shown(number, error=error, status=400, forms={"reduction_form": form})
        given = Reduction(
            reason=form.cleaned_data["reason"],
            method=CREDIT if form.cleaned_data["as_credit"] else ANY,
            amount=form.cleaned_data["amount"],
            comment=form.cleaned_data["comment"],
        )
        limit = None if self.staff.may(roles.REDUCE_ABOVE_LIMIT) else settings.PRICE_REDUCTION_LIMIT_MINOR

        def reduce() -> dict[str, Any]:
            reduce_price(order_number=number, given=given, limit=limit, by=self.actor, now=timezone.now())
            return {}

        return self.do(f"reduce price {number}", number, reduce)


class PayOut(Cancellation):
    """Paying out a refund."""

    right = roles.SELL
    tab = "find"

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Record that a refund was paid out: in cash from the drawer, or to the card at the terminal."""
        text = request.POST.get("refund", "")
        refund_id = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

        def pay_out() -> dict[str, Any]:
            pay_out_refund(refund_id=refund_id, session_id=self.session_id, by=self.actor, now=timezone.now())
            return {}

        return self.do(f"pay out refund {refund_id}", number, pay_out)


class TakeBalance(OrderPage):
    """Taking an order's balance due."""

    right = roles.SELL
    tab = "find"

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Take the balance due, once; or check a payment under way again."""
        order = get_order(number)
        if "look" in request.POST:
            return self._looked(order)
        due_forms = balance_due_forms(self, order, request.POST)
        form, balances = due_forms.get("due_form"), due_forms.get("balances")
        if form is None or balances is None:
            return _to(number)
        if not balances.is_valid() or not form.is_valid():
            return self.shown(number, forms=due_forms, status=400)
        try:
            answer = pay_balance_due(
                claim=claim_of_form(request, f"pay {number}"),
                number=number,
                tenders=[*balances.tenders, *form.tenders()],
                session_id=self.session_id,
                by=self.actor,
                now=timezone.now(),
                render=_change_json,
            )
        except KeyReused:
            return _to(number)
        except Refusal as refusal:
            advice = _("Cash needs an open register. Open one under “Sell”, or take a card.")
            words = advice if refusal.code == "session_closed" else str(refusal)
            return self.shown(number, forms=due_forms, error=words, status=refusal.status)
        return _to(number, f"?change={orjson.loads(answer.content)['change']}")

    def _looked(self, order: OrderView) -> HttpResponse:
        try:
            look_again(order=order, by=self.actor, now=timezone.now())
        except Refusal as refusal:
            return self.shown(order.number, error=str(refusal), status=refusal.status)
        return _to(order.number)


def _change_json(order: OrderView, outcomes: Any) -> dict[str, Any]:
    return {"change": max((payment.change for payment in order.payments), default=0)}


def _to(number: str, query: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:till_order", args=[number]) + query)


def _person(order: OrderView) -> Person | None:
    if order.customer_id is None:
        return None
    try:
        return get_person(customer_id=order.customer_id)
    except NotFound:
        return None
