"""Exchanging goods: some of an order come back, others go out, and the difference is paid or given back."""

from collections.abc import Iterator, Sequence
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
from carts.queries.preview import Preview, PreviewRequest, preview_cart
from core.errors import NotFound, Refusal
from core.texts.languages import active_language
from core.texts.spelling import plain_text
from core.texts.translated import in_language
from omnistore.till.forms import CashField
from omnistore.till.returning import TakeBackForm
from omnistore.till.views.base import claim_of_form, not_here
from omnistore.till.views.returns import TakeBack, sku_of
from orders.models import Return
from orders.queries.orders import get_order
from orders.queries.returns import cash_paid_out
from orders.queries.views import OrderView
from orders.rules.checkout import CARD, CARRY_OUT, CASH, CheckoutRequest, FulfilmentRequest, Tender
from orders.services.returns.preview import ReturnPreview
from orders.services.settlement.exchanges import exchange_goods

OUT = "out-"
MOST_OUT = 100


class OutRow(NamedTuple):
    """Goods that go out, with the field of their pieces. total: minor units."""

    name: str
    sku: str
    total: int
    units: forms.BoundField


class ExchangeForm(TakeBackForm):
    """What came back, what goes out for it, and how a difference is paid."""

    scanned_out = forms.CharField(max_length=200, required=False)
    method = forms.ChoiceField(
        label=gettext_lazy("Paid with"), required=False,
        choices=[(CASH, gettext_lazy("Cash")), (CARD, gettext_lazy("Card, at the store's terminal"))],
    )  # fmt: skip
    tendered = CashField(label=gettext_lazy("Cash received"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [name for name in self.data if name.startswith(OUT)][:MOST_OUT]
        for name in names:
            self.fields[name] = forms.IntegerField(
                label=_("Pieces"), min_value=0, max_value=9999, required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "size": "4"}),
            )  # fmt: skip

    @property
    def goods_out(self) -> dict[str, int]:
        """Return how many pieces of each SKU go out, as far as the fields can be read."""
        cleaned = getattr(self, "cleaned_data", {})
        return {name.removeprefix(OUT): units for name, units in cleaned.items() if name.startswith(OUT) and units}

    def tenders(self) -> Sequence[Tender]:
        if self.cleaned_data["method"] == CARD:
            return (Tender(CARD, at_terminal=True),)
        return (Tender(CASH, tendered=self.cleaned_data["tendered"]),)


class Exchange(TakeBack):
    """Taking goods of an order back and handing others out for them."""

    right = roles.TAKE_RETURNS
    tab = "returns"

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show what the buyer has, and the field to scan what goes out."""
        order = get_order(number)
        return self.shown(order, self.form_of(QueryDict(), order))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """Count a scanned piece, show the difference, or exchange."""
        if not self.staff.may(roles.SELL):
            raise not_here(_("Only who sells here exchanges goods."))
        order = get_order(number)
        if "swap" not in request.POST:
            return self.counted(order, request.POST.copy())
        form = self.form_of(request.POST, order)
        if not form.is_valid() or not form.units or not form.goods_out:
            error = "" if form.errors else _("Scan what came back and what goes out first.")
            return self.shown(order, form, error=error, status=400)
        return self._exchanged(order, form)

    def form_of(self, fields: QueryDict, order: OrderView) -> ExchangeForm:
        """Return the page's form, also for a piece that came back (TakeBack)."""
        return ExchangeForm(fields, order=order, may_restock=self.staff.may(roles.CHOOSE_RESTOCK))

    def context(self, order: OrderView, form: TakeBackForm, preview: ReturnPreview | None) -> dict[str, Any]:
        """Return what the page shows besides what comes back: what goes out, and the difference."""
        assert isinstance(form, ExchangeForm)
        priced = self._priced(order, form)
        total = priced.quote.totals.grand if priced else 0
        back = preview.refund if preview else 0
        return {
            "title": _("Exchange goods of order %(number)s") % {"number": order.number},
            "exchange": True,
            "out": list(_rows(form, priced)),
            "total": total,
            "due": max(0, total - back),
            "over": max(0, back - total),
        }

    def _priced(self, order: OrderView, form: ExchangeForm) -> Preview | None:
        if not form.goods_out:
            return None
        request = PreviewRequest(
            units=form.goods_out,
            now=timezone.now(),
            channel=self.actor.channel,
            store=self.store.code,
            customer_id=order.customer_id,
        )
        return preview_cart(request)

    def counted(self, order: OrderView, fields: QueryDict) -> HttpResponse:
        """Add a scanned piece that goes out, or one that came back."""
        text, error = plain_text(fields.get("scanned_out", "")[:200]), ""
        fields["scanned_out"] = ""
        if not text:
            return super().counted(order, fields)
        sku = sku_of(text)
        name = OUT + sku
        known = preview_cart(PreviewRequest(units={sku: 1}, now=timezone.now(), channel=self.actor.channel))
        if known.unknown:
            error = _("Not on sale: %(skus)s.") % {"skus": text}
        else:
            written = fields.get(name, "")
            fields[name] = str((int(written) if written.isascii() and written.isdigit() else 0) + 1)
        return self.shown(order, self.unjudged(fields, order), error=error)

    def _exchanged(self, order: OrderView, form: ExchangeForm) -> HttpResponse:
        arrival = self.arrival_of(form)
        if arrival.session_id is None:
            error = _("An exchange needs an open register. Open one under “Sell”.")
            return self.shown(order, form, error=error, status=409)
        claim = claim_of_form(self.request, f"exchange {order.number}")
        total = self.request.POST.get("total", "")
        try:
            answer = exchange_goods(
                claim=claim,
                order_number=order.number,
                arrival=arrival,
                lines=list(form.goods_out.items()),
                request=CheckoutRequest(
                    fulfilments=(FulfilmentRequest(CARRY_OUT),),
                    tenders=tuple(form.tenders()),
                    expected_total=int(total) if total.isascii() and total.isdigit() else -1,
                    expected_currency=order.currency,
                    session_id=arrival.session_id,
                    contact_email="",
                    contact_phone="",
                    receipt_medium="",
                    language=active_language(),
                    request_key=claim.request_key,
                ),
                by=self.actor,
                now=timezone.now(),
                render=_render,
            )
        except NotFound:
            raise
        except Refusal as refusal:
            return self.shown(order, form, error=str(refusal), status=refusal.status)
        done = orjson.loads(answer.content)
        query = f"?{urlencode({'give': done['give']})}" if done["give"] else ""
        return HttpResponseRedirect(reverse("admin:till_done", args=[done["number"]]) + query)


def _rows(form: ExchangeForm, priced: Preview | None) -> Iterator[OutRow]:
    lines = {line.sku: line for line in priced.cart.lines} if priced else {}
    for name in form.fields:
        if name.startswith(OUT):
            sku = name.removeprefix(OUT)
            line = lines.get(sku)
            units = form.goods_out.get(sku, 0)
            total = (line.unit_price or 0) * units if line else 0
            yield OutRow(in_language(line.name, active_language()) if line else sku, sku, total, form[name])


def _render(order: OrderView, _outcomes: Any) -> dict[str, Any]:
    return {"number": order.number, "give": cash_paid_out(Return.objects.get(exchanged_for=order.id))}
