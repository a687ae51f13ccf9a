"""The ways of fulfilment of a sale, with price and time, and the till's payment form."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models.form_fields import PhoneInput
from carts.queries.carts import CartView
from carts.queries.delivery import possible_methods
from carts.queries.quoting import place_at, quote_ways, supply_of
from carts.rules.delivery import PricedMethod
from carts.rules.quote import Totals
from carts.rules.taxes import TaxPlace
from core.actors import Actor
from core.texts.form_fields import EmailInput
from core.texts.translated import in_language
from inventory.queries.staff import Store
from inventory.queries.store_stock import StoreStocks
from inventory.queries.supplies import SupplySource, load_sources
from omnistore.till.forms import AddressForm, CashField
from orders.rules.cash import CashTerms, cash_rounding, cash_rule
from orders.rules.checkout import (
    CARD,
    CARRY_OUT,
    CASH,
    PAY_IN_STORE,
    PICKUP,
    READER,
    SHIP,
    TEST,
    FulfilmentRequest,
    Tender,
)
from orders.services.payments.gateway import is_taken

HERE, ELSEWHERE = "here", "elsewhere"
WAYS = (CARRY_OUT, HERE, ELSEWHERE, SHIP)
NOTES = (1000, 2000, 5000, 10_000)  # Common banknotes, in minor units of most currencies.


@dataclass(frozen=True, slots=True)
class StoreWay:
    """A store where the whole cart could be collected."""

    code: str
    name: str
    distance_km: float
    ready_at: datetime | None


class MethodWay(NamedTuple):
    """A delivery method by which the whole cart could be shipped; shipping in minor units."""

    code: str
    name: str
    shipping: int


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way of fulfilment for the whole cart. is_possible: for every line; short: the names of short lines.

    total and shipping in minor units; ready_at: when it is ready or arrives. methods: by which the cart can be shipped,
    the cheapest first, and method: the code of the chosen one; None for a shop with one way of shipping.
    """

    name: str
    title: str
    is_possible: bool
    short: Sequence[str]
    total: int
    shipping: int = 0
    ready_at: datetime | None = None
    stores: Sequence[StoreWay] = ()
    methods: Sequence[MethodWay] | None = None
    method: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the cart would be shipped, as far as it is known, and by which method; empty for the cheapest."""

    place: TaxPlace
    method: str = ""


def ways_of(
    cart: CartView, stocks: StoreStocks, store: Store, *, by: Actor, now: datetime, to: Destination | None = None
) -> dict[str, Way]:
    """Return the ways by name, with one statement for the opening hours of the stores. to: else the shop's country."""
    to = to or Destination(place_at(cart))
    sources = {source.id: source for source in load_sources(ids=[store.id, *(s.location_id for s in stocks.nearby)])}
    possible = possible_methods(cart, to.place)
    supplies = [supply_of(cart, place_at(cart, store.code))]
    supplies += [
        supply_of(cart, to.place, is_shipped=True, method=code)
        for code in ([to.method] if not possible else [each.method.code for each in possible])
    ]
    here, *sent = [quote.totals for quote in quote_ways(cart, by=by, now=now, ways=[[supply] for supply in supplies])]
    short_here, short_desk = _short(cart, stocks.here.counter), _short(cart, stocks.here.free)
    own = sources.get(store.id)
    elsewhere = _stores(cart, stocks, sources, now)
    return {
        CARRY_OUT: Way(CARRY_OUT, _("Take now"), not short_here, short_here, here.grand),
        HERE: Way(
            HERE,
            _("Collect here"),
            not short_desk and own is not None and own.offers_pickup,
            short_desk,
            here.grand,
            ready_at=own.ready_at(now) if own else None,
        ),
        ELSEWHERE: Way(ELSEWHERE, _("Collect elsewhere"), bool(elsewhere), (), here.grand, stores=elsewhere),
        SHIP: _ship(cart, stocks, to.method, possible, sent),
    }


def _ship(
    cart: CartView, stocks: StoreStocks, wished: str, possible: Sequence[PricedMethod] | None, sent: Sequence[Totals]
) -> Way:
    """Return the way of shipping. wished: the code of the method; sent: what the cart costs by each possible one."""
    short = _short(cart, stocks.sent)
    codes = [each.method.code for each in possible or ()]
    chosen = codes.index(wished) if wished in codes else 0
    methods = [
        MethodWay(each.method.code, in_language(each.method.name), totals.shipping)
        for each, totals in zip(possible or (), sent, strict=False)
    ]
    return Way(
        SHIP,
        _("Ship"),
        not short and possible != [],
        short,
        sent[chosen].grand,
        shipping=sent[chosen].shipping,
        methods=None if possible is None else methods,
        method=codes[chosen] if codes and wished in ("", *codes) else "",
    )


def _stores(cart: CartView, stocks: StoreStocks, sources: Mapping[int, SupplySource], now: datetime) -> list[StoreWay]:
    return [
        StoreWay(
            stock.code, in_language(stock.name), stock.distance_km, sources[stock.location_id].ready_at(now)
        )
        for stock in stocks.nearby
        if not _short(cart, stock.free) and stock.location_id in sources
    ]  # fmt: skip


def _short(cart: CartView, units: Mapping[int, int]) -> list[str]:
    return [
        in_language(line.name)
        for line in cart.lines
        if not line.is_stored_value and units.get(line.variant_id, 0) < line.quantity
    ]


class TenderForm(forms.Form):
    """
    The payment of a sale and the customer's contact. The view sets the total and the way.

    known: which of `email` and `phone` the customer has.
    """

    method = forms.ChoiceField(
        label=gettext_lazy("Payment method"), choices=[], widget=forms.RadioSelect, required=False
    )
    part = CashField(
        label=gettext_lazy("Part of the amount this way"),
        help_text=gettext_lazy("Empty: everything left to pay."),
        required=False,
    )
    second = forms.ChoiceField(label=gettext_lazy("The rest"), choices=[], required=False)
    tendered = CashField(label=gettext_lazy("Cash received"), required=False)
    email = EmailInput(label=gettext_lazy("E-mail"), required=False)
    phone = PhoneInput(label=gettext_lazy("Phone"), required=False)
    receipt = forms.ChoiceField(
        label=gettext_lazy("Receipt"),
        choices=[
            ("print", gettext_lazy("Print")),
            ("email", gettext_lazy("By e-mail")),
            ("sms", gettext_lazy("By SMS")),
            ("none", gettext_lazy("None")),
        ],
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        way: Way,
        total: int,
        rest: int,
        known: Set[str],
        cash: CashTerms,
        readers: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tendered"].widget.attrs |= {"autofocus": True, "data-ahead": True}
        self.way, self.total, self.rest, self.known, self.readers = way, total, rest, known, readers
        self.cash = cash
        methods: Any = self.fields["method"]
        methods.choices = methods_for(way.name, readers)
        seconds: Any = self.fields["second"]
        seconds.choices = [("", "–"), *methods_for(way.name, readers)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        self._check_payment(cleaned)
        has_contact = self.known or cleaned.get("email") or cleaned.get("phone")
        if self.way.name != CARRY_OUT and not has_contact:
            raise ValidationError(_("Enter an e-mail address or a phone number so that we can reach the customer."))
        if cleaned.get("receipt") == "email" and not ("email" in self.known or cleaned.get("email")):
            self.add_error("email", _("Enter where to send the receipt."))
        if cleaned.get("receipt") == "sms" and not ("phone" in self.known or cleaned.get("phone")):
            self.add_error("phone", _("Enter where to send the receipt."))
        return cleaned

    def tenders(self) -> list[Tender]:
        """Return the tenders for the amount left after balances."""
        cleaned = self.cleaned_data
        if not self.rest:
            return []
        if cleaned["part"] is None:
            return [self._tender(cleaned["method"])]
        return [self._tender(cleaned["method"], cleaned["part"]), self._tender(cleaned["second"])]

    @property
    def _cash(self) -> int:
        """The cash to pay, in minor units, rounded to coins."""
        cleaned = self.cleaned_data
        part = self.rest if cleaned["part"] is None else cleaned["part"]
        cash = part if cleaned["method"] == CASH else self.rest - part if cleaned["second"] == CASH else 0
        return cash + cash_rounding(cash, self.cash._replace(is_part=cash != self.total)) if cash else 0

    def _check_payment(self, cleaned: dict[str, Any]) -> None:
        if not self.rest:
            return
        part = cleaned.get("part")
        if not cleaned.get("method"):
            self.add_error("method", _("Choose how the rest is paid."))
        elif part is not None and not 0 < part < self.rest:
            self.add_error("part", _("The part must be more than zero and less than what is due."))
        elif part is not None and cleaned.get("second") in ("", cleaned["method"]):
            self.add_error("second", _("Choose another way for the rest."))
        elif self._cash and (cleaned.get("tendered") or 0) < self._cash:
            self.add_error("tendered", _("This does not cover the total. Enter more, or choose another way to pay."))

    def _tender(self, method: str, amount: int | None = None) -> Tender:
        if method == CASH:
            return Tender(CASH, amount, tendered=self.cleaned_data["tendered"])
        if method == PAY_IN_STORE:
            return Tender(PAY_IN_STORE, amount)
        if method == CARD:
            return Tender(CARD, amount, at_terminal=True)
        if method.startswith(READER):
            return Tender(CARD, amount, payment_method=method)
        return Tender(TEST, amount, payment_method="decline" if method == "test_declined" else "approve")


def cash_terms_in(store: Store) -> CashTerms:
    """Return how a store rounds the cash of an order that nothing has paid yet."""
    return CashTerms(cash_rule(settings.SHOP_CURRENCY, country=store.country, coin=settings.CASH_COIN_MINOR))


def methods_for(way: str, readers: Sequence[tuple[str, str]] = ()) -> list[tuple[str, Any]]:
    """Return the payment methods for a way of fulfilment, as choices. readers: number and name."""
    choices: list[tuple[str, Any]] = [(CASH, gettext_lazy("Cash")), (CARD, gettext_lazy("Card at the terminal"))]
    choices += [(f"{READER}{number}", _("Card at %(reader)s") % {"reader": name}) for number, name in readers]
    if is_taken(TEST):
        choices += [(TEST, gettext_lazy("Test card")), ("test_declined", gettext_lazy("Test card that is declined"))]
    if way in (HERE, ELSEWHERE):
        choices.append((PAY_IN_STORE, gettext_lazy("At pickup")))
    return choices


def fulfilment_of(
    way: str, *, store: Store, elsewhere: str, address: AddressForm | None, method: str = ""
) -> FulfilmentRequest:
    """Return the fulfilment request for the whole cart. method: by which it is shipped."""
    if way == SHIP:
        assert address is not None
        return FulfilmentRequest(SHIP, address=address.address(), method=method)
    if way == CARRY_OUT:
        return FulfilmentRequest(CARRY_OUT)
    return FulfilmentRequest(PICKUP, store=store.code if way == HERE else elsewhere)


def notes_for(total: int, cash: CashTerms) -> list[int]:
    """Return the cash amounts to suggest for a total: the exact one, rounded to coins, and the next round ones."""
    total += cash_rounding(total, cash)
    rounded = {-(-total // note) * note for note in NOTES}
    return sorted({total, *rounded})[:5]
