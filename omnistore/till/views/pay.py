"""Paying: how the goods reach the customer, what pays for them, and the order that comes of it."""

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
from carts.queries.carts import CartView
from carts.views import parse_int
from core.errors import Malformed, NotFound, Refusal
from core.idempotency import Claim, KeyReused, StillAtWork
from core.languages import active_language
from inventory.queries.store_stock import StoreStocks
from omnistore.till.forms import AddressForm
from omnistore.till.paying import ELSEWHERE, WAYS, TenderForm, Way, fulfilment_of, notes_for, ways_of
from omnistore.till.sales import Sale, open_sale, stock_of
from omnistore.till.views.base import claim_of_form
from omnistore.till.views.sell import SaleView
from orders.queries.orders import find_order_by_mark
from orders.queries.views import OrderView
from orders.rules.checkout import CARRY_OUT, CASH, SHIP, CheckoutRequest
from orders.services.payments.gift_cards import issue_sold_gift_cards
from orders.services.payments.loyalty import open_order_points
from orders.services.registers.card_readers import readers_of
from orders.services.settlement.checkout import sell_cart
from orders.tender_split import BalanceForm, split_of


class NothingToSell(Refusal):
    """The cart on the screen is empty."""

    code = "cart_empty"


@dataclass(slots=True)
class Asked:
    """The forms of the page. address: only for what is shipped."""

    form: TenderForm
    balances: BalanceForm
    address: AddressForm | None

    def unchecked(self) -> "Asked":
        """Return the same with what was typed, and no complaints about it."""
        form = TenderForm(
            way=self.form.way,
            total=self.form.total,
            rest=self.form.rest,
            is_known=self.form.is_known,
            readers=self.form.readers,
            initial={name: self.form.data.get(name, "") for name in self.form.fields},
        )
        address = AddressForm(initial=_typed(self.address)) if self.address else None
        return Asked(form, self.balances, address)


class Pay(SaleView):
    """The last step of a sale."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the ways to get the goods, and the form that pays for the chosen one."""
        sale, cart, shelves = self._sale(key)
        ways = ways_of(cart, shelves, self.store, by=self.actor, now=timezone.now())
        way = ways[_chosen(request.GET.get("way", ""), ways)]
        initial = {"method": CASH, "receipt": sale.person.receipt_channel if sale.person else ""}
        form = self._tenders(sale, way, total=way.total, rest=way.total, initial=initial)
        address = AddressForm(initial=self._known_address(sale)) if way.name == SHIP else None
        return self._form(sale, cart, ways, way, Asked(form, self._balances(sale), address))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Sell: the same order as any other door makes, once, however often the form is sent."""
        claim = claim_of_form(request, "sale")
        try:
            sale, cart, shelves = self._sale(key)
        except Refusal as refusal:
            # The first sending has ordered the cart already; this one is answered with its order.
            return self._replayed(claim, refusal)
        ways = ways_of(cart, shelves, self.store, by=self.actor, now=timezone.now())
        way = ways.get(request.POST.get("way", ""))
        if way is None:
            raise Malformed(_("This form is invalid. Reload the page."), field="way")
        seen_total = parse_int(request.POST.get("total", ""))
        balances = self._balances(sale, request.POST)
        are_balances_good = balances.is_valid()
        rest = split_of(seen_total, balances.tenders).rest
        form = self._tenders(sale, way, _given(request), total=seen_total, rest=rest)
        address = AddressForm(request.POST, prefix="address") if way.name == SHIP else None
        asked = Asked(form, balances, address)
        if "look" in request.POST and are_balances_good:
            return self._form(sale, cart, ways, way, asked.unchecked())
        if not are_balances_good or not form.is_valid() or (address is not None and not address.is_valid()):
            return self._form(sale, cart, ways, way, asked, status=400)
        checkout_request = self._request_of(sale, way, asked, claim)
        try:
            answer = sell_cart(
                claim=claim,
                cart_id=cart.id,
                request=checkout_request,
                by=self.actor,
                now=timezone.now(),
                render=_render,
            )
        except (KeyReused, StillAtWork) as twin:
            return self._replayed(claim, twin)
        except Refusal as refusal:
            return self._again(key, way.name, asked, refusal)
        told = orjson.loads(answer.content)
        now = timezone.now()
        issue_sold_gift_cards(order_id=told["id"], by=self.actor, now=now)
        # The receipt is printed at once, and says what the sale has earned.
        open_order_points(order_id=told["id"], by=self.actor, now=now)
        return _to_order(told["number"])

    def _sale(self, key: str) -> tuple[Sale, CartView, StoreStocks]:
        sale = open_sale(key, by=self.actor, now=timezone.now())
        shelves = stock_of(sale.cart, self.store)
        if sale.cart is None or shelves is None:
            raise NothingToSell(_("The cart is empty. Scan something first."))
        return sale, sale.cart, shelves

    def _tenders(self, sale: Sale, way: Way, given: QueryDict | None = None, **terms: Any) -> TenderForm:
        readers = readers_of(self.store.id)
        return TenderForm(given, way=way, is_known=_is_reachable(sale), readers=readers, **terms)

    def _balances(self, sale: Sale, given: QueryDict | None = None) -> BalanceForm:
        return BalanceForm(
            given,
            customer_id=sale.person.id if sale.person else None,
            asker=client_key_of(self.request),
            now=timezone.now(),
        )

    def _request_of(self, sale: Sale, way: Way, forms: Asked, claim: Claim) -> CheckoutRequest:
        form, asked = forms.form, forms.form.cleaned_data
        person = sale.person
        elsewhere = self.request.POST.get("store", "")
        if way.name == ELSEWHERE and elsewhere not in {store.code for store in way.stores}:
            raise NotFound(_("Choose a store for pickup."))
        assert sale.cart is not None
        return CheckoutRequest(
            fulfilments=(fulfilment_of(way.name, store=self.store, elsewhere=elsewhere, address=forms.address),),
            tenders=(*forms.balances.tenders, *form.tenders()),
            cart_version=parse_int(self.request.POST.get("version", "")),
            expected_total=form.total,
            expected_currency=sale.cart.currency,
            contact_email=(asked["email"] or (person.email if person else "")).lower(),
            contact_phone=asked["phone"] or (person.phone if person else ""),
            receipt_medium=asked["receipt"] or "print",
            language=(person.language if person else "") or active_language(),
            session_id=self.session_id,
            customer_id=person.id if person else None,
            request_mark=claim.mark,
        )

    def _again(self, key: str, way_name: str, asked: Asked, refusal: Refusal) -> HttpResponse:
        """Show the form once more with why it did not work, at the prices and units of now."""
        try:
            sale, cart, shelves = self._sale(key)
        except Refusal as changed:
            return self.refused(changed)
        ways = ways_of(cart, shelves, self.store, by=self.actor, now=timezone.now())
        # What is left on cards and of credit may be what changed.
        asked.balances = self._balances(sale, self.request.POST)
        asked.balances.is_valid()
        return self._form(sale, cart, ways, ways[way_name], asked, status=refusal.status, error=_advice(refusal))

    def _replayed(self, claim: Claim, refusal: Refusal) -> HttpResponse:
        order = find_order_by_mark(claim.mark)
        if order is not None:
            return _to_order(order.number)
        return self.refused(refusal)

    def _form(
        self,
        sale: Sale,
        cart: CartView,
        ways: dict[str, Way],
        way: Way,
        asked: Asked,
        *,
        status: int = 200,
        error: str = "",
    ) -> HttpResponse:
        is_asked = asked.balances.is_bound and not asked.balances.errors
        split = split_of(way.total, asked.balances.tenders if is_asked else [])
        context = {
            "title": _("Pay"),
            "sale": sale,
            "cart": cart,
            "ways": [ways[name] for name in WAYS],
            "way": way,
            "form": asked.form,
            "balances": asked.balances,
            "split": split,
            "address": asked.address,
            "chosen_store": self.request.POST.get("store", ""),
            "notes": notes_for(split.rest),
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
    given = request.POST.copy()
    if "cash" in given:
        # One press on a note says both how it is paid and how much was laid down.
        given["method"], given["tendered"] = CASH, str(given["cash"])
    return given


def _chosen(asked: str, ways: dict[str, Way]) -> str:
    if asked in ways:
        return asked
    return next((name for name in WAYS if ways[name].is_possible), CARRY_OUT)


def _is_reachable(sale: Sale) -> bool:
    return sale.person is not None and bool(sale.person.email or sale.person.phone)


def _render(order: OrderView, outcomes: Any) -> dict[str, Any]:
    return {"id": order.id, "number": order.number, "state": order.state}


def _to_order(number: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:till_done", args=[number]))


def _advice(refusal: Refusal) -> str:
    """Return why it did not work, with what the clerk can do next."""
    ways_out = {
        "insufficient_stock": _("Somebody else was faster. Sell fewer, or choose another way to get it."),
        "payment_declined": _("Try another card, or take cash."),
        "session_closed": _("Open a register first. The cart stays unchanged."),
        "balance_not_enough": _("The balance has changed. Check it and try again."),
    }
    advice = ways_out.get(refusal.code, "")
    return f"{refusal} {advice}".strip()
