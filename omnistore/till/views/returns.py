"""Goods that come back: the requests that wait, and taking goods of an order back."""

import uuid
from typing import Any

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
from omnistore.till.returning import TakeBackForm
from omnistore.till.views.base import TillView, claim_of_form
from orders.models import Order, Return
from orders.queries.orders import get_order
from orders.queries.returns import cash_paid_out, open_returns, returns_concerning
from orders.queries.views import OrderView
from orders.rules.lifecycle import CLAIMING_RETURNS, OPEN_RETURNS
from orders.rules.order_numbers import typed_order_number
from orders.rules.refunds import CREDIT, RefundPart
from orders.rules.returns import FINAL_SALE, OPENED_HYGIENE, WINDOW_OVER
from orders.services.returns.parcels import note_parcel_back
from orders.services.returns.preview import ReturnPreview, preview_return
from orders.services.returns.receiving import Arrival, receive_return
from orders.services.returns.requests import approve_return, refuse_return

MOST_OPEN = 100


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
            "store_id": self.store.id,
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


class ParcelBack(ReturnList):
    """Noting that a parcel with returned goods is here."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Redirect people who return to an action's URL to the list."""
        return HttpResponseRedirect(reverse("admin:till_returns"))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Note its arrival; the list then offers to look into it."""

        def act() -> dict[str, Any]:
            note_parcel_back(number=number, by=self.actor, now=timezone.now())
            return {}

        try:
            do_once(claim_of_form(request, f"parcel back {number}"), act, status=200)
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
        asked = order_return(order.id, request.GET.get("return", "")[:40])
        if asked is None:
            return self.shown(order, self.form_of(QueryDict(), order))
        return self.shown(order, self.unjudged(_fields_of(asked), order))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Count a scanned piece, show what goes back, or take the goods back."""
        order = get_order(number)
        if "take" not in request.POST and "empty" not in request.POST:
            return self.counted(order, request.POST.copy())
        form = self.form_of(request.POST, order)
        is_empty = "empty" in request.POST
        if not form.is_valid() or (not form.units and not is_empty):
            error = "" if form.errors else _("Scan or count what came back first.")
            return self.shown(order, form, error=error, status=400)

        def take() -> dict[str, Any]:
            arrival = self.arrival_of(form, is_empty=is_empty)
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
        preview, answered = None, form.data.get("return", "")[:40]
        if form.is_bound and form.units:
            preview = preview_return(
                order=Order.objects.get(pk=order.id), pieces=form.pieces, number=answered, now=timezone.now()
            )
        context = {
            "title": _("Take back goods of order %(number)s") % {"number": order.number},
            "order": order,
            "form": form,
            "preview": preview,
            "against_rules": against_rules(preview) if preview else [],
            "may_override": self.staff.may(roles.OVERRIDE_RETURN_RULES),
            "may_exchange": self.staff.may(roles.SELL),
            "may_keep_money": self.staff.may(roles.TAKE_WITHOUT_REFUND),
            "requests": [one for one in order.returns if one["state"] in OPEN_RETURNS],
            "arrived": order_return(order.id, answered, state=Return.RECEIVED),
            "answered": answered,
            "key": uuid.uuid4(),
            "error": error,
            **self.context(order, form, preview),
        }
        return self.page("till/take_back.html", context, status)

    def form_of(self, fields: QueryDict, order: OrderView) -> TakeBackForm:
        """Return the page's form of submitted fields."""
        return TakeBackForm(fields, order=order, may_restock=self.staff.may(roles.CHOOSE_RESTOCK))

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
        if split := fields.get("split", ""):
            fields[f"parts-{split}"] = str(_number(fields.get(f"parts-{split}", "1")) + 1)
        if text:
            form = self.form_of(fields, order)
            form.is_valid()
            sku = sku_of(text)
            fitting = [row for row in form.rows if row.line.sku == sku and form.units.get(row.line.id, 0) < row.out]
            if fitting:
                line_id = fitting[0].line.id
                fields[f"units-{line_id}"] = str(_number(fields.get(f"units-{line_id}", "")) + 1)
            else:
                error = _("This order has no such piece left to come back.")
        return self.shown(order, self.unjudged(fields, order), error=error)

    def arrival_of(self, form: TakeBackForm, *, is_empty: bool = False) -> Arrival:
        """Return what was filled in; what a role may not decide is left out. is_empty: nothing was in the parcel."""
        refund: list[RefundPart] | None = [RefundPart(CREDIT)] if form.cleaned_data["as_credit"] else None
        if form.cleaned_data["without_refund"] and self.staff.may(roles.TAKE_WITHOUT_REFUND):
            refund = []
        return Arrival(
            pieces=[] if is_empty else form.pieces,
            number=form.data.get("return", "")[:40],
            refund=refund,
            session_id=self.session_id,
            override=form.cleaned_data["override"] if self.staff.may(roles.OVERRIDE_RETURN_RULES) else "",
        )


def order_return(order_id: int, number: str, *, state: str = "") -> Return | None:
    """Return one of the order's returns by its number, if it waits for its goods or, in a given state, for a look."""
    if not number:
        return None
    states = (state,) if state else CLAIMING_RETURNS
    return Return.objects.filter(order=order_id, number=number, state__in=states).first()


def _fields_of(asked: Return) -> QueryDict:
    """Return the page's fields as the shopper's request fills them in."""
    fields = QueryDict(mutable=True)
    fields["return"] = asked.number
    for line in asked.lines.all():
        fields[f"units-{line.order_line_id}"] = str(line.quantity)
        fields[f"reason-{line.order_line_id}"] = line.reason
    return fields


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


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
