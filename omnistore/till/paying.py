"""The ways in which a sale's goods can reach the customer, with price and time, and what the till's form asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carts.queries.carts import CartView
from carts.queries.quoting import place_at, quote_cart, supply_of
from core.actors import Actor
from core.translated import in_language
from inventory.queries.offers import Source, load_sources
from inventory.queries.shelves import Shelves
from inventory.queries.staff import Store
from omnistore.till.forms import AddressForm, CashField, PhoneField
from orders.rules.checkout import CARRY_OUT, CASH, PAY_IN_STORE, PICKUP, SHIP, TEST, FulfilmentWish, Tender

HERE, ELSEWHERE = "here", "elsewhere"
WAYS = (CARRY_OUT, HERE, ELSEWHERE, SHIP)
NOTES = (1000, 2000, 5000, 10_000)  # what people lay down, in minor units of most currencies


@dataclass(frozen=True, slots=True)
class StoreWay:
    """A store in which all of a cart could be collected."""

    code: str
    name: str
    distance_km: float
    ready_at: datetime | None


@dataclass(frozen=True, slots=True)
class Way:
    """
    One way for the whole cart. is_possible: every line can be had so; short: the names of those that cannot.

    total and shipping in minor units; ready_at: when it lies ready or arrives.
    """

    name: str
    title: str
    is_possible: bool
    short: Sequence[str]
    total: int
    shipping: int = 0
    ready_at: datetime | None = None
    stores: Sequence[StoreWay] = ()


def ways_of(cart: CartView, shelves: Shelves, store: Store, *, by: Actor, now: datetime) -> dict[str, Way]:
    """Return the ways by name, in one statement for the opening hours of the stores."""
    sources = {source.id: source for source in load_sources(ids=[store.id, *(s.location_id for s in shelves.nearby)])}
    here = quote_cart(cart, by=by, now=now, supplies=[supply_of(cart, place_at(cart, store.code))]).totals
    sent = quote_cart(cart, by=by, now=now, supplies=[supply_of(cart, place_at(cart), is_shipped=True)]).totals
    short_here, short_desk = _short(cart, shelves.here.counter), _short(cart, shelves.here.free)
    own = sources.get(store.id)
    elsewhere = _stores(cart, shelves, sources, now)
    return {
        CARRY_OUT: Way(CARRY_OUT, _("Take along now"), not short_here, short_here, here.grand),
        HERE: Way(
            HERE,
            _("Collect here"),
            not short_desk and own is not None and own.offers_pickup,
            short_desk,
            here.grand,
            ready_at=own.ready_at(now) if own else None,
        ),
        ELSEWHERE: Way(ELSEWHERE, _("Collect elsewhere"), bool(elsewhere), (), here.grand, stores=elsewhere),
        SHIP: Way(
            SHIP,
            _("Ship"),
            not _short(cart, shelves.sent),
            _short(cart, shelves.sent),
            sent.grand,
            shipping=sent.shipping,
        ),
    }


def _stores(cart: CartView, shelves: Shelves, sources: Mapping[int, Source], now: datetime) -> list[StoreWay]:
    return [
        StoreWay(
            shelf.code, in_language(shelf.name), shelf.distance_km, sources[shelf.location_id].ready_at(now)
        )
        for shelf in shelves.nearby
        if not _short(cart, shelf.free) and shelf.location_id in sources
    ]  # fmt: skip


def _short(cart: CartView, units: Mapping[int, int]) -> list[str]:
    return [in_language(line.name) for line in cart.lines if units.get(line.variant_id, 0) < line.quantity]


class TenderForm(forms.Form):
    """How a sale is paid, and how the customer is reached. The total and the way are the view's."""

    method = forms.ChoiceField(label=gettext_lazy("How it is paid"), choices=[], widget=forms.RadioSelect)
    tendered = CashField(label=gettext_lazy("Cash received"), required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = PhoneField(label=gettext_lazy("Phone"), required=False)
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

    def __init__(self, *args: Any, way: Way, total: int, is_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tendered"].widget.attrs["autofocus"] = True
        self.way, self.total, self.is_known = way, total, is_known
        methods: Any = self.fields["method"]
        methods.choices = methods_for(way.name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if cleaned["method"] == CASH and (cleaned.get("tendered") or 0) < self.total:
            self.add_error("tendered", _("This does not cover the total. Take more, or choose another way to pay."))
        has_contact = self.is_known or cleaned.get("email") or cleaned.get("phone")
        if self.way.name != CARRY_OUT and not has_contact:
            raise ValidationError(_("Give an e-mail address or a phone number, so that we can reach the customer."))
        if cleaned.get("receipt") == "email" and not (self.is_known or cleaned.get("email")):
            self.add_error("email", _("Say where to send the receipt."))
        if cleaned.get("receipt") == "sms" and not (self.is_known or cleaned.get("phone")):
            self.add_error("phone", _("Say where to send the receipt."))
        return cleaned

    def tender(self) -> Tender:
        """Return what pays all of it."""
        method = self.cleaned_data["method"]
        if method == CASH:
            return Tender(CASH, tendered=self.cleaned_data["tendered"])
        if method == PAY_IN_STORE:
            return Tender(PAY_IN_STORE)
        return Tender(TEST, payment_method="decline" if method == "test_declined" else "approve")


def methods_for(way: str) -> list[tuple[str, Any]]:
    """Return the ways to pay for goods that reach the customer in some way, as choices."""
    choices: list[tuple[str, Any]] = [(CASH, gettext_lazy("Cash"))]
    if settings.ENABLE_TEST_PROVIDER:
        choices += [(TEST, gettext_lazy("Test card")), ("test_declined", gettext_lazy("Test card that is declined"))]
    if way in (HERE, ELSEWHERE):
        choices.append((PAY_IN_STORE, gettext_lazy("On collection")))
    return choices


def fulfilment_of(way: str, *, store: Store, elsewhere: str, address: AddressForm | None) -> FulfilmentWish:
    """Return what the whole cart is to become."""
    if way == SHIP:
        assert address is not None
        return FulfilmentWish(SHIP, address=address.address())
    if way == CARRY_OUT:
        return FulfilmentWish(CARRY_OUT)
    return FulfilmentWish(PICKUP, store=store.code if way == HERE else elsewhere)


def notes_for(total: int) -> list[int]:
    """Return the amounts people lay down for a total: exactly it, and the next round ones."""
    rounded = {-(-total // note) * note for note in NOTES}
    return sorted({total, *rounded})[:5]
