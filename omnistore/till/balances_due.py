"""The till's forms for the balance due of an order of any channel, before its goods leave."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import roles
from omnistore.till.forms import CashField
from omnistore.till.paying import methods_for
from omnistore.till.views.base import TillView
from orders.channels.tender_split import BalanceForm
from orders.models import Order
from orders.queries.balances_due import only_money_in
from orders.queries.cash import cash_terms
from orders.queries.views import OrderView
from orders.rules.cash import CashTerms, cash_rounding
from orders.rules.checkout import CARD, CARRY_OUT, CASH, READER, TEST, Tender
from orders.services.payments.balances_due import balance_due_of, is_payment_under_way
from orders.services.payments.card_readers import readers_of


class BalanceDueForm(forms.Form):
    """The payment of a balance due, or of a part of it."""

    method = forms.ChoiceField(label=gettext_lazy("Payment method"), choices=[], required=False)
    part = CashField(
        label=gettext_lazy("Part of the amount"), help_text=gettext_lazy("Empty: everything due."), required=False
    )
    tendered = CashField(label=gettext_lazy("Cash received"), required=False)

    def __init__(self, *args: Any, due: int, rest: int, store_id: int | None, cash: CashTerms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due, self.rest, self.cash = due, rest, cash
        method: Any = self.fields["method"]
        method.choices = methods_for(CARRY_OUT, readers_of(store_id))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        part = cleaned.get("part")
        if self.errors or not self.rest:
            return cleaned
        if part is not None and not 0 < part <= self.rest:
            self.add_error("part", _("The part must be more than zero and not more than what is due."))
        elif not cleaned.get("method"):
            self.add_error("method", _("Choose how the rest is paid."))
        elif cleaned["method"] == CASH:
            amount = self.rest if part is None else part
            terms = self.cash._replace(is_part=self.cash.is_part or amount != self.due)
            if (cleaned.get("tendered") or 0) < amount + cash_rounding(amount, terms):
                self.add_error("tendered", _("This does not cover the amount due. Enter more, or take a card."))
        return cleaned

    def tenders(self) -> list[Tender]:
        """Return the tenders for the amount left after balances, or for a part of it."""
        if not self.rest:
            return []
        method, part = self.cleaned_data["method"], self.cleaned_data["part"]
        if method == CASH:
            return [Tender(CASH, part, tendered=self.cleaned_data["tendered"])]
        if method == CARD:
            return [Tender(CARD, part, at_terminal=True)]
        if method.startswith(READER):
            return [Tender(CARD, part, payment_method=method)]
        return [Tender(TEST, part, payment_method="decline" if method == "test_declined" else "approve")]


def balance_due_forms(view: TillView, order: OrderView, data: QueryDict | None = None) -> dict[str, Any]:
    """Return the context of the balance due on an order's page; without forms if nothing is payable now."""
    due, is_waiting = balance_due_of(order), is_payment_under_way(order) and order.state == Order.PLACED
    if not due or not view.staff.may(roles.SELL):
        return {"due": due, "is_paying": is_waiting}
    client_key = f"staff:{view.request.user.pk}"
    balances = BalanceForm(
        data,
        customer_id=order.customer_id,
        client_key=client_key,
        now=timezone.now(),
        only_money=lambda: only_money_in(order.id),
    )
    are_good = data is not None and balances.is_valid()
    rest = balances.split(due).rest if are_good else due
    store_id = view.actor.store_id
    cash = cash_terms(store_id=store_id, currency=order.currency, order_id=order.id)
    form = BalanceDueForm(data, due=due, rest=rest, store_id=store_id, cash=cash, initial={"method": CASH})
    return {"due": due, "is_paying": is_waiting, "due_form": form, "balances": balances}
