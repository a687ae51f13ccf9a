"""Paying: the way of fulfilment, the tenders, and the order that results."""

import uuid
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.queries.addresses import list_addresses
from accounts.sign_in.attempt_limits import client_key_of
from carts.channels.views import parse_int
from carts.queries.carts import CartView
from carts.queries.quoting import quote_cart
from carts.rules.taxes import TaxPlace
from carts.services.placing import CartEmpty
from core.errors import Malformed, NotFound, Refusal
from core.idempotency import Claim, KeyReused, StillAtWork
from core.texts.languages import active_language
from inventory.queries.store_stock import StoreStocks
from omnistore.till.forms import AddressForm
from omnistore.till.paying import (
    ELSEWHERE,
    WAYS,
    Destination,
    TenderForm,
    Way,
    cash_terms_in,
    fulfilment_of,
    notes_for,
    ways_of,
)
from omnistore.till.sales import Sale, stock_of
from omnistore.till.views.base import claim_of_form
from omnistore.till.views.sell import SaleView
from orders.channels.tender_split import BalanceForm, Split
from orders.queries.orders import find_order_by_request_key
from orders.queries.views import OrderView
from orders.rules.checkout import CARRY_OUT, CASH, SHIP, CheckoutRequest, FulfilmentRequest
from orders.services.payments.card_readers import readers_of
from orders.services.settlement.checkout import sell_cart

PLACE = ("country_code", "country_area", "postal_code")


@dataclass(slots=True)
class PayForms:
    """The forms of the page. address: only for what is shipped."""

    form: TenderForm
    balances: BalanceForm
    address: AddressForm | None

    def unchecked(self) -> "PayForms":
        """Return the same forms with their input, but without errors."""
        form = TenderForm(
            way=self.form.way,
            total=self.form.total,
            rest=self.form.rest,
            known=self.form.known,
            cash=self.form.cash,
            readers=self.form.readers,
            initial={name: self.form.data.get(name, "") for name in self.form.fields},
        )
        address = AddressForm(initial=_typed(self.address)) if self.address else None
        return PayForms(form, self.balances, address)


class Pay(SaleView):
    """The last step of a sale."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the ways of fulfilment, and the payment form for the chosen one."""
        sale, cart, shelves = self._sale(key)
        ways = ways_of(cart, shelves, self.store, by=self.actor, now=timezone.now())
        way = ways[_chosen(request.GET.get("way", ""), ways)]
        initial = {"method": CASH, "receipt": sale.person.receipt_channel if sale.person else ""}
        form = self._tenders(sale, way, total=way.total, rest=way.total, initial=initial)
        address = AddressForm(initial=self._known_address(sale)) if way.name == SHIP else None
        return self._form(sale, cart, ways, way, PayForms(form, self._balances(sale), address))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Place the order as every channel does, once, however often the form is submitted."""
        claim = claim_of_form(request, "sale")
        try:
            sale, cart, shelves = self._sale(key)
        except Refusal as refusal:
            # The first submission has ordered the cart already; this one gets its order.
            return self._replayed(claim, refusal)
        ways = self._ways(cart, shelves)
        way = ways.get(request.POST.get("way", ""))
        if way is None:
            raise Malformed(_("This form is invalid. Reload the page."), field="way")
        seen_total = parse_int(request.POST.get("total", ""))
        balances = self._balances(sale, request.POST)
        are_balances_good = balances.is_valid()
        rest = balances.split(seen_total).rest
        form = self._tenders(sale, way, _given(request), total=seen_total, rest=rest)
        address = AddressForm(request.POST) if way.name == SHIP else None
        forms = PayForms(form, balances, address)
        if "look" in request.POST and are_balances_good:
            return self._form(sale, cart, ways, way, forms.unchecked())
        if not are_balances_good or not form.is_valid() or (address is not None and not address.is_valid()):
            return self._form(sale, cart, ways, way, forms, status=400)
        try:
            answer = sell_cart(
                claim=claim,
                cart_id=cart.id,
                request=self._request_of(sale, way, forms, claim),
                by=self.actor,
                now=timezone.now(),
                render=_render,
            )
        except (KeyReused, StillAtWork) as refusal:
            return self._replayed(claim, refusal)
        except Refusal as refusal:
            return self._again(key, way.name, forms, refusal)
        return _to_order(orjson.loads(answer.content)["number"])

    def _sale(self, key: str) -> tuple[Sale, CartView, StoreStocks]:
        sale = self.with_cart(self.sale(key))
        shelves = stock_of(sale.cart, self.store)
        if sale.cart is None or shelves is None:
            raise CartEmpty(_("The cart is empty. Scan something first."))
        return sale, sale.cart, shelves

    def _ways(self, cart: CartView, shelves: StoreStocks) -> dict[str, Way]:
        """Return the ways, that of shipping to the address and by the method that were entered."""
        entered = self.request.POST
        place = TaxPlace(*(entered.get(f"{AddressForm.prefix}-{name}", "").strip() for name in PLACE))
        to = Destination(place._replace(country=place.country.upper()), entered.get("delivery", ""))
        now = timezone.now()
        return ways_of(cart, shelves, self.store, by=self.actor, now=now, to=to if place.country else None)

    def _tenders(self, sale: Sale, way: Way, data: QueryDict | None = None, **amounts: Any) -> TenderForm:
        readers = readers_of(self.store.id)
        cash, known = cash_terms_in(self.store), _known_contacts(sale)
        return TenderForm(data, way=way, known=known, cash=cash, readers=readers, **amounts)

    def _balances(self, sale: Sale, data: QueryDict | None = None) -> BalanceForm:
        return BalanceForm(
            data,
            customer_id=sale.person.id if sale.person else None,
            client_key=client_key_of(self.request),
            now=timezone.now(),
            only_money=lambda: self._stored_value(sale),
        )

    def _stored_value(self, sale: Sale) -> int:
        assert sale.cart is not None
        return quote_cart(sale.cart, by=self.actor, now=timezone.now()).stored_value

    def _request_of(self, sale: Sale, way: Way, forms: PayForms, claim: Claim) -> CheckoutRequest:
        form, values = forms.form, forms.form.cleaned_data
        person = sale.person
        elsewhere = self.request.POST.get("store", "")
        if way.name == ELSEWHERE and elsewhere not in {store.code for store in way.stores}:
            raise NotFound(_("Choose a store for pickup."))
        assert sale.cart is not None
        return CheckoutRequest(
            fulfilments=(self._fulfilment(way, elsewhere, forms.address),),
            tenders=(*forms.balances.tenders, *form.tenders()),
            cart_version=parse_int(self.request.POST.get("version", "")),
            expected_total=form.total,
            expected_currency=sale.cart.currency,
            contact_email=values["email"],
            contact_phone=values["phone"],
            receipt_medium=values["receipt"],
            language=(person.language if person else "") or active_language(),
            session_id=self.session_id,
            customer_id=person.id if person else None,
            keeps_address=forms.address is not None and forms.address.cleaned_data["keeps"],
            request_key=claim.request_key,
        )

    def _fulfilment(self, way: Way, elsewhere: str, address: AddressForm | None) -> FulfilmentRequest:
        method = self.request.POST.get("delivery", "")
        if way.methods and not method:
            raise Malformed(_("Choose how it is sent."), field="delivery")
        return fulfilment_of(way.name, store=self.store, elsewhere=elsewhere, address=address, method=method)

    def _again(self, key: str, way_name: str, forms: PayForms, refusal: Refusal) -> HttpResponse:
        """Show the form again with the refusal, at the present prices and stock."""
        try:
            sale, cart, shelves = self._sale(key)
        except Refusal as changed:
            return self.refused(changed)
        ways = self._ways(cart, shelves)
        # The balances of cards and credit may have changed.
        forms.balances = self._balances(sale, self.request.POST)
        forms.balances.is_valid()
        return self._form(sale, cart, ways, ways[way_name], forms, status=refusal.status, error=_advice(refusal))

    def _replayed(self, claim: Claim, refusal: Refusal) -> HttpResponse:
        order = find_order_by_request_key(claim.request_key)
        if order is not None:
            return _to_order(order.number)
        return self.refused(refusal)

    def _form(
        self,
        sale: Sale,
        cart: CartView,
        ways: dict[str, Way],
        way: Way,
        forms: PayForms,
        *,
        status: int = 200,
        error: str = "",
    ) -> HttpResponse:
        has_balances = forms.balances.is_bound and not forms.balances.errors
        split = forms.balances.split(way.total) if has_balances else Split((), way.total)
        context = {
            "title": _("Pay"),
            "sale": sale,
            "cart": cart,
            "ways": [ways[name] for name in WAYS],
            "way": way,
            "form": forms.form,
            "balances": forms.balances,
            "split": split,
            "address": forms.address,
            "chosen_store": self.request.POST.get("store", ""),
            "notes": notes_for(split.rest, forms.form.cash._replace(is_part=split.rest != way.total)),
            "key": uuid.uuid4(),
            "error": error,
        }
        return self.page("till/pay.html", context, status)

    def _known_address(self, sale: Sale) -> dict[str, Any]:
        if sale.person is None:
            return {}
        known = list_addresses(person_ids=sale.person.ids, limit=20)
        best = next((row for row in known if row["is_default"]), known[0] if known else {})
        return {name: best.get(name, "") for name in AddressForm.ADDRESS} if best else {"name": sale.person.name}


def _typed(form: AddressForm) -> dict[str, Any]:
    return {name: form.data.get(form.add_prefix(name), "") for name in form.fields}


def _given(request: HttpRequest) -> QueryDict:
    data = request.POST.copy()
    if "cash" in data:
        # One press on a banknote sets both the method and the cash received.
        data["method"], data["tendered"] = CASH, str(data["cash"])
    return data


def _chosen(name: str, ways: dict[str, Way]) -> str:
    if name in ways:
        return name
    return next((way for way in WAYS if ways[way].is_possible), CARRY_OUT)


def _known_contacts(sale: Sale) -> set[str]:
    return {name for name in ("email", "phone") if sale.person is not None and getattr(sale.person, name)}


def _render(order: OrderView, outcomes: Any) -> dict[str, Any]:
    return {"number": order.number, "state": order.state}


def _to_order(number: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:till_done", args=[number]))


def _advice(refusal: Refusal) -> str:
    """Return the refusal's message, with what the clerk can do next."""
    ways_out = {
        "insufficient_stock": _("Somebody else was faster. Sell fewer, or choose another way to get it."),
        "payment_declined": _("Try another card, or take cash."),
        "session_closed": _("Open a register first. The cart stays unchanged."),
        "balance_not_enough": _("The balance has changed. Check it and try again."),
    }
    advice = ways_out.get(refusal.code, "")
    return f"{refusal} {advice}".strip()
