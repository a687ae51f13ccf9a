"""Goods that come back: the requests that wait, and taking goods of an order back."""

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import roles
from core.errors import NotFound, Refusal
from core.idempotency import do_once
from core.texts.spelling import plain_text
from inventory.queries.products import find_by_barcode, find_sku
from omnistore.till.views.base import TillView, claim_of_form
from orders.models import Order, Return, ReturnedUnits, ReturnLine
from orders.queries.orders import get_order
from orders.queries.returns import cash_paid_out, open_returns, returns_concerning
from orders.queries.views import LineView, OrderView
from orders.rules.order_numbers import typed_order_number
from orders.rules.refunds import CREDIT, RefundPart
from orders.rules.returns import FINAL_SALE, OPENED_HYGIENE, WINDOW_OVER
from orders.services.returns.preview import ReturnPreview, preview_return
from orders.services.returns.receiving import Arrival, Piece, receive_return
from orders.services.returns.requests import approve_return, refuse_return

MOST_OPEN = 100


class Row(NamedTuple):
    """A line of the order whose units are with the buyer, and the fields that say what came back of it."""

    line: LineView
    out: int
    units: forms.BoundField
    condition: forms.BoundField
    reason: forms.BoundField


class TakeBackForm(forms.Form):
    """What came back of each line of an order, and how its value goes back."""

    scanned = forms.CharField(max_length=200, required=False)
    as_credit = forms.BooleanField(
        label=gettext_lazy("The customer wants store credit instead of the money"), required=False
    )
    without_refund = forms.BooleanField(label=gettext_lazy("Take the goods without a refund"), required=False)
    override = forms.CharField(
        label=gettext_lazy("Why against the rules"), max_length=200, required=False,
        help_text=gettext_lazy("Only where the rules refuse the return. It is recorded with your name."),
    )  # fmt: skip

    def __init__(self, *args: Any, order: OrderView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = {line.id: line for line in order.lines if line.fulfilled > line.returned}
        for line in self.lines.values():
            self.fields[f"units-{line.id}"] = forms.IntegerField(
                label=_("Pieces"), min_value=0, max_value=line.fulfilled - line.returned, required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "size": "4"}),
            )  # fmt: skip
            self.fields[f"condition-{line.id}"] = forms.ChoiceField(
                label=_("Condition"), choices=ReturnedUnits.CONDITIONS, required=False
            )
            self.fields[f"reason-{line.id}"] = forms.ChoiceField(
                label=_("Reason"), choices=[("", _("Choose a reason")), *ReturnLine.REASONS], required=False
            )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason of whatever came back."""
        cleaned = super().clean() or {}
        for line_id in self.lines:
            if cleaned.get(f"units-{line_id}") and not cleaned.get(f"reason-{line_id}"):
                self.add_error(f"reason-{line_id}", _("Choose a reason."))
        return cleaned

    @property
    def rows(self) -> Iterator[Row]:
        for line in self.lines.values():
            fields = (self[f"{name}-{line.id}"] for name in ("units", "condition", "reason"))
            yield Row(line, line.fulfilled - line.returned, *fields)

    @property
    def units(self) -> dict[int, int]:
        """Return how many pieces of each line came back, as far as the fields can be read."""
        cleaned = getattr(self, "cleaned_data", {})
        return {line_id: n for line_id in self.lines if (n := cleaned.get(f"units-{line_id}"))}

    @property
    def pieces(self) -> list[Piece]:
        return [
            Piece(
                line_id,
                quantity,
                self.cleaned_data.get(f"condition-{line_id}") or "as_new",
                self.cleaned_data.get(f"reason-{line_id}", ""),
            )
            for line_id, quantity in self.units.items()
        ]


class RefuseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, help_text=gettext_lazy("The customer reads it.")
    )


class ReturnList(TillView):
    """The return requests that concern this store, the most urgent first."""

    right = roles.TAKE_RETURNS
    tab = "returns"

    def shown(self, *, error: str = "", status: int = 200) -> HttpResponse:
        """Render the list."""
        waiting = open_returns().filter(returns_concerning(self.store.id)).prefetch_related("lines")
        context = {
            "title": _("Returns"),
            "waiting": waiting[:MOST_OPEN],
            "now": timezone.now(),
            "refuse_form": RefuseForm(auto_id=False),
            "key": uuid.uuid4(),
            "error": error,
        }
        return self.page("till/returns.html", context, status)


class Returns(ReturnList):
    """The list of return requests."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the search field and the open requests."""
        return self.shown()


class FindReturn(TillView):
    """The search field above the returns."""

    right = roles.TAKE_RETURNS
    tab = "returns"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open the order of a scanned receipt, order code or return; anything else is looked for among people."""
        text = request.POST.get("scanned", "")[:200]
        number = typed_order_number(text)
        goods = Return.objects.filter(number=number.upper(), order__isnull=False).select_related("order").first()
        if goods is not None and goods.order is not None:
            number = goods.order.number
        if number and Order.objects.filter(number=number).exists():
            return HttpResponseRedirect(reverse("admin:till_take_back", args=[number]))
        return HttpResponseRedirect(f"{reverse('admin:till_find')}?{urlencode({'q': text})}")


class AnswerReturn(ReturnList):
    """Approving and refusing a return request."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Redirect people who return to an action's URL to the list."""
        return HttpResponseRedirect(reverse("admin:till_returns"))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Approve the request, or refuse it with a reason that the shopper reads."""
        refusal = RefuseForm(request.POST)
        is_refused = "refuse" in request.POST
        if is_refused and not refusal.is_valid():
            return self.shown(error=_("Say why; the customer reads it."), status=400)

        def act() -> dict[str, Any]:
            answered: dict[str, Any] = {"number": number, "by": self.actor, "now": timezone.now()}
            if is_refused:
                refuse_return(reason=refusal.cleaned_data["reason"], **answered)
            else:
                approve_return(**answered)
            return {}

        try:
            do_once(claim_of_form(request, f"answer return {number}"), act, status=200)
        except NotFound:
            raise
        except Refusal as refused:
            return self.shown(error=str(refused), status=refused.status)
        return HttpResponseRedirect(reverse("admin:till_returns"))


class TakeBack(TillView):
    """Taking goods of an order of any channel back, here."""

    right = roles.TAKE_RETURNS
    tab = "returns"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show what the buyer has."""
        order = get_order(number)
        return self.shown(order, TakeBackForm(order=order))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Count a scanned piece, show what goes back, or take the goods back."""
        order = get_order(number)
        if "take" not in request.POST:
            return self.counted(order, request.POST.copy())
        form = TakeBackForm(request.POST, order=order)
        if not form.is_valid() or not form.units:
            error = "" if form.errors else _("Scan or count what came back first.")
            return self.shown(order, form, error=error, status=400)

        def take() -> dict[str, Any]:
            arrival = self._arrival(form)
            goods = receive_return(order_number=number, arrival=arrival, by=self.actor, now=timezone.now())
            return {"cash": cash_paid_out(goods)}

        try:
            answer = do_once(claim_of_form(request, f"take back {number}"), take, status=201)
        except NotFound:
            raise
        except Refusal as refusal:
            return self.shown(order, form, error=str(refusal), status=refusal.status)
        cash = orjson.loads(answer.content)["cash"]
        query = f"?{urlencode({'give': cash})}" if cash else ""
        return HttpResponseRedirect(reverse("admin:till_order", args=[number]) + query)

    def shown(self, order: OrderView, form: TakeBackForm, *, error: str = "", status: int = 200) -> HttpResponse:
        """Render the page, with what would go back."""
        preview = None
        if form.is_bound and form.units:
            preview = preview_return(order=Order.objects.get(pk=order.id), pieces=form.pieces, now=timezone.now())
        context = {
            "title": _("Take back goods of order %(number)s") % {"number": order.number},
            "order": order,
            "form": form,
            "preview": preview,
            "against_rules": against_rules(preview) if preview else [],
            "may_override": self.staff.may(roles.OVERRIDE_RETURN_RULES),
            "may_exchange": self.staff.may(roles.SELL),
            "may_keep_money": self.staff.may(roles.TAKE_WITHOUT_REFUND),
            "requests": [one for one in order.returns if one["state"] in ("requested", "approved")],
            "key": uuid.uuid4(),
            "error": error,
            **self.context(order, form, preview),
        }
        return self.page("till/take_back.html", context, status)

    def form_of(self, fields: QueryDict, order: OrderView) -> TakeBackForm:
        """Return the page's form of submitted fields."""
        return TakeBackForm(fields, order=order)

    def context(self, order: OrderView, form: TakeBackForm, preview: ReturnPreview | None) -> dict[str, Any]:
        """Return what the page shows besides what comes back: nothing."""
        return {}

    def unjudged(self, fields: QueryDict, order: OrderView) -> TakeBackForm:
        """Return the page's form while pieces are still counted, when no reason is missing yet."""
        form = self.form_of(fields, order)
        form.is_valid()
        for name in [name for name in form.errors if name.startswith("reason-")]:
            del form.errors[name]
        return form

    def counted(self, order: OrderView, fields: QueryDict) -> HttpResponse:
        """Add a scanned piece to the first line that has it and is not all here yet."""
        text, error = plain_text(fields.get("scanned", "")[:200]), ""
        fields["scanned"] = ""
        if text:
            form = self.form_of(fields, order)
            form.is_valid()
            sku = sku_of(text)
            fitting = [row for row in form.rows if row.line.sku == sku and form.units.get(row.line.id, 0) < row.out]
            if fitting:
                line_id = fitting[0].line.id
                fields[f"units-{line_id}"] = str(form.units.get(line_id, 0) + 1)
            else:
                error = _("This order has no such piece left to come back.")
        return self.shown(order, self.unjudged(fields, order), error=error)

    def _arrival(self, form: TakeBackForm) -> Arrival:
        """Return what was filled in; what a role may not decide is left out."""
        refund: list[RefundPart] | None = [RefundPart(CREDIT)] if form.cleaned_data["as_credit"] else None
        if form.cleaned_data["without_refund"] and self.staff.may(roles.TAKE_WITHOUT_REFUND):
            refund = []
        return Arrival(
            pieces=form.pieces,
            refund=refund,
            session_id=self.session_id,
            override=form.cleaned_data["override"] if self.staff.may(roles.OVERRIDE_RETURN_RULES) else "",
        )


def against_rules(preview: ReturnPreview) -> list[str]:
    """Return a sentence for each rule that a manager may set aside, as the clerk reads it."""
    sentences = {
        WINDOW_OVER: _("The time for returning these goods is over."),
        FINAL_SALE: _("These goods were sold for good: only what is faulty comes back."),
        OPENED_HYGIENE: _("These goods were opened, and for hygiene they come back only sealed."),
    }
    return [sentences[reason] for reason in sentences if any(one.reason == reason for one in preview.objections)]


def sku_of(text: str) -> str:
    """Return the SKU of a scanned barcode or typed SKU; what nobody knows, as it was typed."""
    try:
        return find_by_barcode(text)[1]
    except NotFound:
        return find_sku(text) or text
