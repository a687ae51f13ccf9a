"""Paying an order's balance due, on a separate page."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.sign_in.attempt_limits import client_key_of
from core.errors import Refusal
from core.idempotency import KeyReused
from core.web import logs
from omnistore.storefront.cards import offered, paid_by, usable_cards
from omnistore.storefront.claims import claim_of_page
from omnistore.storefront.pages import page, private_page
from omnistore.storefront.payment_pages import MeansForm, page_context, with_hosts
from omnistore.storefront.views.orders import order_address, order_of
from omnistore.storefront.visitors import Visitor, visitor_of
from orders.channels.tender_split import BalanceForm, Split
from orders.queries.balances_due import only_money_in
from orders.queries.cards import SavedCardView
from orders.queries.views import OrderView
from orders.rules.checkout import Tender
from orders.services.payments.balances_due import balance_due_of
from orders.services.payments.gateway import PaymentResult
from orders.services.settlement.balance_payments import pay_balance_due


class PayForm(MeansForm):
    """The payment of a balance due: balances first, and a card for the rest."""

    key = forms.RegexField(r"^[0-9a-f-]{20,64}$")

    def __init__(
        self, data: Mapping[str, Any], *, due: int, balances: BalanceForm, cards: Sequence[SavedCardView]
    ) -> None:
        super().__init__(data, cards=cards)
        self.due, self.balances = due, balances

    def clean(self) -> dict[str, Any]:
        """Validate fields that depend on each other."""
        values = self.cleaned_data
        if not self.balances.is_valid():
            self.add_error(None, list(self.balances.errors.get("gift_cards", [])))
        elif self.rest and values.get("pay") not in self.ways:
            self.add_error("pay", _("Choose how to pay."))
        elif self.rest:
            self.check_token(values)
        return values

    @property
    def rest(self) -> int:
        """The amount left after balances, in minor units."""
        return self.balances.split(self.due).rest

    def tenders(self, person_ids: Sequence[int]) -> list[Tender]:
        """Return the tenders. person_ids: the person for whom the card may be saved."""
        if not self.rest:
            return list(self.balances.tenders)
        return [*self.balances.tenders, paid_by(self.cleaned_data, self.cards, person_ids)]


@require_http_methods(["GET", "HEAD", "POST"])
@page
def pay(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """Show the balance due with the ways to pay, or pay it."""
    order = order_of(request, number, key)
    logs.bind(order=order.number)
    due = balance_due_of(order)
    if not due:
        # Paid meanwhile on another device or in the store: the order's page says so.
        return redirect(order_address(order))
    visitor = visitor_of(request)
    if request.method != "POST":
        return _show(request, order, due)
    form = PayForm(
        request.POST.dict(),
        due=due,
        balances=_balances(request, order, visitor),
        cards=_cards(order, visitor),
    )
    if "look" in request.POST:
        form.balances.is_valid()
        return _show(request, order, due, form)
    if not form.is_valid():
        return _show(request, order, due, form, status=422)
    return _pay(request, order, due, form, visitor)


def _pay(request: HttpRequest, order: OrderView, due: int, form: PayForm, visitor: Visitor) -> HttpResponse:
    claim = claim_of_page(request, owner=visitor.owner, key=form.cleaned_data["key"], act=f"pay {order.number}")
    try:
        answer = pay_balance_due(
            claim=claim,
            number=order.number,
            tenders=form.tenders(visitor.owner.customer_ids if _may_save(order, visitor) else ()),
            session_id=None,
            by=visitor.actor,
            now=timezone.now(),
            render=_paid,
        )
    except KeyReused:
        return redirect(order_address(order))
    except Refusal as refusal:
        return _show(request, order, due, form, problem=refusal, status=refusal.status)
    if not orjson.loads(answer.content)["waits"]:
        messages.success(request, _("Thank you for your payment."))
    return redirect(order_address(order))


def _paid(order: OrderView, outcomes: Sequence[PaymentResult]) -> dict[str, Any]:
    return {"waits": any(outcome.outcome != "approved" for outcome in outcomes)}


def _may_save(order: OrderView, visitor: Visitor) -> bool:
    """Return whether this payment may save a card: never for a guest's order, whoever has its link."""
    return visitor.customer is not None and order.customer_id is not None


def _cards(order: OrderView, visitor: Visitor) -> list[SavedCardView]:
    return usable_cards(visitor) if _may_save(order, visitor) else []


def _balances(request: HttpRequest, order: OrderView, visitor: Visitor) -> BalanceForm:
    return BalanceForm(
        request.POST if request.method == "POST" else None,
        # A guest's order cannot be paid with credit, whoever has its link.
        customer_id=order.customer_id if visitor.customer else None,
        client_key=client_key_of(request),
        now=timezone.now(),
        only_money=lambda: only_money_in(order.id),
    )


def _show(
    request: HttpRequest,
    order: OrderView,
    due: int,
    form: PayForm | None = None,
    *,
    problem: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    visitor = visitor_of(request)
    balances = form.balances if form else _balances(request, order, visitor)
    cards = offered(form.cards if form else _cards(order, visitor))
    means = page_context(can_save=_may_save(order, visitor))
    first = [*(choice for choice, _card in cards), *(page.method for page in means["pages"])][:1]
    context = {
        "title": _("Pay order %(number)s") % {"number": order.number},
        "order": order,
        "order_address": order_address(order),
        "due": due,
        "ships": any(part.kind == "ship" for part in order.fulfilments),
        "balances": balances,
        "split": balances.split(due) if balances.is_bound and not balances.errors else Split((), due),
        "errors": form.errors if form else {},
        "values": {"pay": first[0] if first else "", **(form.data if form else {}), "key": str(uuid.uuid4())},
        "problem": problem,
        "cards": cards,
        **means,
    }
    return with_hosts(private_page(request, "storefront/pay.html", context, status=status), means["pages"])
