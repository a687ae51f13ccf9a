"""Taking goods without a receipt back: scanned, worth the least they cost of late, as credit of a customer."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries.people import get_person
from accounts.rules import roles
from core.data import sql
from core.errors import NotFound, Refusal
from core.idempotency import do_once
from core.texts.spelling import plain_text
from inventory.queries.lowest_prices import lowest_prices
from omnistore.till.views.base import TillView, claim_of_form, not_here
from omnistore.till.views.returns import sku_of
from orders.channels.slips import slip_response
from orders.models import ReturnedUnits, ReturnLine
from orders.queries.documents.credit_slips import credit_slip
from orders.queries.return_signals import return_signals
from orders.services.returns.without_order import LooseGoods, receive_without_order

UNITS, MOST_GOODS = "units-", 50


class Row(NamedTuple):
    """Goods that came back. amount: what a unit is worth, in minor units; None for goods without a price."""

    sku: str
    amount: int | None
    fields: Sequence[forms.BoundField]


class LooseGoodsForm(forms.Form):
    """What came back without a receipt: pieces, condition and reason of each article."""

    scanned = forms.CharField(max_length=200, required=False)
    without_refund = forms.BooleanField(label=gettext_lazy("Take the goods without a refund"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.skus = [name.removeprefix(UNITS) for name in self.data if name.startswith(UNITS)][:MOST_GOODS]
        for sku in self.skus:
            self.fields[f"{UNITS}{sku}"] = forms.IntegerField(
                label=_("Pieces"), min_value=0, max_value=9999, required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "size": "4"}),
            )  # fmt: skip
            self.fields[f"condition-{sku}"] = forms.ChoiceField(
                label=_("Condition"), choices=ReturnedUnits.CONDITIONS, required=False
            )
            self.fields[f"reason-{sku}"] = forms.ChoiceField(
                label=_("Reason"), choices=[("", _("Choose a reason")), *ReturnLine.REASONS], required=False
            )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason of whatever came back."""
        cleaned = super().clean() or {}
        for sku in self.skus:
            if cleaned.get(f"{UNITS}{sku}") and not cleaned.get(f"reason-{sku}"):
                self.add_error(f"reason-{sku}", _("Choose a reason."))
        return cleaned

    @property
    def units(self) -> dict[str, int]:
        """Return how many pieces of each article came back, as far as the fields can be read."""
        values = getattr(self, "cleaned_data", {})
        return {sku: units for sku in self.skus if (units := values.get(f"{UNITS}{sku}"))}

    def goods(self) -> list[LooseGoods]:
        """Return what came back."""
        values = self.cleaned_data
        return [
            LooseGoods(sku, units, values[f"condition-{sku}"] or "as_new", values[f"reason-{sku}"])
            for sku, units in self.units.items()
        ]


class LooseGoodsBack(TillView):
    """Taking goods without a receipt back, here, for a customer."""

    right = roles.TAKE_RETURNS
    tab = "returns"

    def get(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        """Show the field to scan what came back."""
        return self.shown(customer_id, LooseGoodsForm(QueryDict()))

    def post(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        """Add a scanned piece, or take the goods back."""
        if "take" not in request.POST:
            return self.counted(customer_id, request.POST.copy())
        form = LooseGoodsForm(request.POST)
        if not form.is_valid() or not form.units:
            error = "" if form.errors else _("Scan or count what came back first.")
            return self.shown(customer_id, form, error=error, status=400)
        self._check_right()
        person = self.opened(get_person(customer_id=customer_id))
        without_refund = form.cleaned_data["without_refund"] and self.staff.may(roles.TAKE_WITHOUT_REFUND)

        def take() -> dict[str, Any]:
            taken = receive_without_order(
                goods=form.goods(), customer_id=person.id, is_refunded=not without_refund,
                by=self.actor, now=timezone.now(),
            )  # fmt: skip
            return {"number": taken.number}

        try:
            answer = do_once(claim_of_form(request, f"loose goods {customer_id}"), take, status=201)
        except NotFound as refusal:
            return self.shown(customer_id, form, error=str(refusal), status=400)
        except Refusal as refusal:
            return self.shown(customer_id, form, error=str(refusal), status=refusal.status)
        return HttpResponseRedirect(reverse("admin:till_credit_slip", args=[orjson.loads(answer.content)["number"]]))

    def counted(self, customer_id: int, fields: QueryDict) -> HttpResponse:
        """Add a scanned piece to its article."""
        text, error = plain_text(fields.get("scanned", "")[:200]), ""
        fields["scanned"] = ""
        if text:
            sku = sku_of(text)
            if _priced([sku]).get(sku, {}).get("amount") is None:
                error = _("These goods have no price here: %s.") % text
            else:
                counted = fields.get(f"{UNITS}{sku}", "")
                fields[f"{UNITS}{sku}"] = str(int(counted) + 1 if counted.isascii() and counted.isdigit() else 1)
        form = LooseGoodsForm(fields)
        form.is_valid()
        for name in [name for name in form.errors if name.startswith("reason-")]:
            del form.errors[name]  # Nothing is missing while pieces are counted.
        return self.shown(customer_id, form, error=error)

    def shown(self, customer_id: int, form: LooseGoodsForm, *, error: str = "", status: int = 200) -> HttpResponse:
        """Render the page, with what the goods are worth."""
        self._check_right()
        person = self.opened(get_person(customer_id=customer_id))
        known = _priced(form.skus)
        amounts = {sku: row["amount"] for sku, row in known.items()}
        context = {
            "title": _("Take back goods without a receipt"),
            "person": person,
            "form": form,
            "rows": [_row(form, sku, amounts) for sku in form.skus],
            "value": sum((amounts.get(sku) or 0) * units for sku, units in form.units.items()),
            "currency": settings.SHOP_CURRENCY,
            "may_keep_money": self.staff.may(roles.TAKE_WITHOUT_REFUND),
            "signals": return_signals(customer_id=customer_id, order_id=None, now=timezone.now()),
            "key": uuid.uuid4(),
            "error": error,
        }
        return self.page("till/loose_goods.html", context, status)

    def _check_right(self) -> None:
        if not self.staff.may(roles.RETURN_WITHOUT_RECEIPT):
            raise not_here(_("Only a manager takes goods back without a receipt."))


class CreditSlip(TillView):
    """What the customer gets for goods without a receipt."""

    right = roles.TAKE_RETURNS

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the slip of a return that was taken here."""
        return slip_response(credit_slip(number, place_id=self.store.id))


def _priced(skus: Sequence[str]) -> Mapping[str, sql.Row]:
    return lowest_prices(skus=skus, currency=settings.SHOP_CURRENCY, now=timezone.now())


def _row(form: LooseGoodsForm, sku: str, amounts: Mapping[str, int | None]) -> Row:
    return Row(sku, amounts.get(sku), [form[f"{name}-{sku}"] for name in ("units", "condition", "reason")])
