"""Asking for a return of an order's goods: choosing pieces, following the request, and taking it back."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import NotFound, Refusal
from core.idempotency import KeyReused, do_once
from core.states.transitions import IllegalTransition
from core.texts.languages import active_language
from core.web import logs
from omnistore.engagement.queries.places import places_of
from omnistore.storefront.claims import claim_of_page
from omnistore.storefront.pages import page, private_page
from omnistore.storefront.views.orders import order_address, order_of
from omnistore.storefront.visitors import visitor_of
from orders.models import Order, Refund, Return, ReturnLine
from orders.queries.returns import parcels_go_to, shown_returns
from orders.queries.views import LineView, OrderView
from orders.rules.lifecycle import OPEN_RETURNS
from orders.rules.returns import ALREADY_USED, FINAL_SALE, NOT_DELIVERED, OPENED_HYGIENE, TOO_MANY, WINDOW_OVER
from orders.services.returns.lines import NotReturnable
from orders.services.returns.preview import ReturnableLine, ReturnPreview, preview_request, returnable_lines
from orders.services.returns.requests import BY_PARCEL, LineToReturn, request_return, withdraw_return

IN_STORE = "store"
NO_REASON = [("", gettext_lazy("Choose a reason"))]


class Row(NamedTuple):
    """A line of the order and how far it may come back; its fields, or the problem why it may not."""

    line: LineView
    terms: ReturnableLine
    problem: str
    fields: Sequence[forms.BoundField] = ()
    opened: forms.BoundField | None = None


class ReturnForm(forms.Form):
    """Which pieces come back and why, how, and where the money goes."""

    key = forms.RegexField(r"^[0-9a-f-]{20,64}$")
    method = forms.ChoiceField(choices=[(IN_STORE, ""), (BY_PARCEL, "")])
    refund = forms.ChoiceField(choices=[(Refund.ORIGINAL, ""), (Refund.CREDIT, "")])

    def __init__(self, *args: Any, order: OrderView, terms: Mapping[int, ReturnableLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order, self.terms = order, terms
        for line_id, line in terms.items():
            if line.objection:
                continue
            self.fields[f"units-{line_id}"] = forms.TypedChoiceField(
                label=_("Pieces"), choices=[(n, n) for n in range(line.left + 1)], coerce=int, required=False,
                empty_value=None,
            )  # fmt: skip
            self.fields[f"reason-{line_id}"] = forms.ChoiceField(
                label=_("Reason"), choices=[*NO_REASON, *ReturnLine.REASONS_OF_SHOPPERS], required=False
            )
            self.fields[f"comment-{line_id}"] = forms.CharField(
                label=_("Would you like to add something?"), max_length=500, required=False
            )
            if line.only_sealed:
                self.fields[f"opened-{line_id}"] = forms.BooleanField(label=_("It was opened"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason of whatever is to come back."""
        cleaned = super().clean() or {}
        for line_id in self.terms:
            if cleaned.get(f"units-{line_id}") and not cleaned.get(f"reason-{line_id}"):
                self.add_error(f"reason-{line_id}", _("Choose a reason."))
        return cleaned

    @property
    def rows(self) -> Iterator[Row]:
        problems = {
            NOT_DELIVERED: _("You do not have it yet."),
            WINDOW_OVER: _("The time for returning it is over."),
            TOO_MANY: _("It came back already, or you have asked for its return."),
        }
        for line in self.order.lines:
            terms = self.terms.get(line.id)
            if terms is None:
                continue
            if terms.objection:
                yield Row(line, terms, problems.get(terms.objection, ""))
                continue
            fields = [self[f"{name}-{line.id}"] for name in ("units", "reason", "comment")]
            opened = self[f"opened-{line.id}"] if terms.only_sealed else None
            yield Row(line, terms, "", fields, opened)

    @property
    def wanted(self) -> list[LineToReturn]:
        """Return the chosen pieces, as far as the fields can be read."""
        values = getattr(self, "cleaned_data", {})
        return [
            LineToReturn(
                line_id,
                units,
                values.get(f"reason-{line_id}", ""),
                values.get(f"comment-{line_id}", ""),
                "opened" if values.get(f"opened-{line_id}") else "as_new",
            )
            for line_id in self.terms
            if (units := values.get(f"units-{line_id}"))
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@page
def returns(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """Show what of an order may come back and what was asked for; on POST ask, or show what it would give back."""
    order = order_of(request, number, key)
    logs.bind(order=order.number)
    terms = returnable_lines(order=Order.objects.get(pk=order.id), now=timezone.now())
    if request.method != "POST":
        return _shown(request, order, key, ReturnForm(order=order, terms=terms))
    form = ReturnForm(request.POST, order=order, terms=terms)
    is_complete = form.is_valid()
    if "ask" not in request.POST:
        for name in [name for name in form.errors if name.startswith("reason-")]:
            del form.errors[name]  # Nothing is missing yet.
        return _shown(request, order, key, form)
    if not is_complete or not form.wanted:
        problem = "" if form.errors else _("Choose what you want to return.")
        return _shown(request, order, key, form, problem=problem, status=422)
    return _asked(request, order, key, form)


@require_POST
@page
def withdraw(request: HttpRequest, number: str, goods: str, key: str = "") -> HttpResponse:
    """Take back a request whose goods are not here yet."""
    order = order_of(request, number, key)
    try:
        withdraw_return(order_number=order.number, number=goods, by=visitor_of(request).actor, now=timezone.now())
        messages.success(request, _("You no longer return these goods."))
    except IllegalTransition as refusal:
        messages.error(request, str(refusal))
    return redirect(returns_page(order.number, key))


def returns_page(number: str, key: str) -> str:
    """Return the URL of the page; key: of a guest's link."""
    return reverse("guest_order_returns", args=[number, key]) if key else reverse("order_returns", args=[number])


def _asked(request: HttpRequest, order: OrderView, key: str, form: ReturnForm) -> HttpResponse:
    visitor, values = visitor_of(request), form.cleaned_data
    claim = claim_of_page(request, owner=visitor.owner, key=values["key"], act=f"return {order.number}")

    def act() -> dict[str, Any]:
        goods = request_return(
            number=order.number, lines=form.wanted, method=values["method"], refund_to=values["refund"],
            by=visitor.actor, now=timezone.now(),
        )  # fmt: skip
        return {"number": goods.number}

    try:
        do_once(claim, act, status=201)
    except KeyReused:
        pass  # Sent twice: the page shows what the first one did.
    except NotFound:
        raise
    except Refusal as refusal:
        return _shown(request, order, key, form, problem=_in_words(refusal, order), status=refusal.status)
    else:
        messages.success(request, _("We have your request."))
    return redirect(returns_page(order.number, key))


def _shown(
    request: HttpRequest, order: OrderView, key: str, form: ReturnForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    preview: ReturnPreview | None = None
    if form.is_bound and form.wanted:
        preview = preview_request(order=Order.objects.get(pk=order.id), lines=form.wanted, now=timezone.now())
    place = parcels_go_to(order.id)
    asked = list(shown_returns().filter(order=order.id))
    codes = sorted({goods.location.code for goods in asked if goods.location} | ({place.code} if place else set()))
    places = places_of(codes, language=active_language())
    names = {line.id: line.name for line in order.lines}
    context = {
        "title": _("Return goods of order %(number)s") % {"number": order.number},
        "order": order,
        "order_address": order_address(order),
        "here": returns_page(order.number, key),
        "form": form,
        "rows": list(form.rows),
        "may_ask": any(not line.objection for line in form.terms.values()),
        "preview": preview,
        "objections": _sentences(preview, names) if preview else [],
        "asked": [_asked_for(goods, order, key, places) for goods in asked],
        "takes_parcels": place is not None,
        "takes_credit": order.customer_id is not None,
        "chosen": {name: form[name].value() for name in ("method", "refund")},
        "key": form["key"].value() or uuid.uuid4(),
        "problem": problem,
    }
    return private_page(request, "storefront/returns.html", context, status=status)


def _asked_for(goods: Return, order: OrderView, key: str, places: Mapping[str, Any]) -> dict[str, Any]:
    names = {line.id: line.name for line in order.lines}
    withdrawal = "guest_order_return_withdraw" if key else "order_return_withdraw"
    address = [order.number, *([key] if key else []), goods.number]
    return {
        "goods": goods,
        "lines": [(line, names.get(line.order_line_id or 0, line.sku)) for line in goods.lines.all()],
        "place": places.get(goods.location.code) if goods.location else None,
        "withdraw": reverse(withdrawal, args=address) if goods.state in OPEN_RETURNS else "",
        "refunded": sum(refund.amount for refund in goods.refunds.all() if refund.state != Refund.FAILED),
    }


def _in_words(refusal: Refusal, order: OrderView) -> str:
    """Return a refusal as the shopper reads it, with what stands against each line."""
    if not isinstance(refusal, NotReturnable):
        return str(refusal)
    names = {str(line.id): line.name for line in order.lines}
    found = [(names.get(line["line"], line["sku"]), line["reason"]) for line in refusal.details["lines"]]
    return " ".join(_sentence(name, reason) for name, reason in found)


def _sentences(preview: ReturnPreview, names: Mapping[int, str]) -> list[str]:
    return [_sentence(names.get(one.line_id, one.sku), one.reason) for one in preview.objections]


def _sentence(name: str, reason: str) -> str:
    sentences = {
        NOT_DELIVERED: _("%(name)s: you do not have it yet."),
        WINDOW_OVER: _("%(name)s: the time for returning it is over."),
        TOO_MANY: _("%(name)s: not so many of it are left to return."),
        FINAL_SALE: _("%(name)s: it was a final sale, and comes back only if it is faulty."),
        OPENED_HYGIENE: _("%(name)s: for hygiene it comes back only unopened."),
        ALREADY_USED: _("%(name)s: the gift card was used already."),
    }
    return sentences[reason] % {"name": name}
