"""Form and figures for paying with gift cards, credit and points, shared by the web and the till."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries.balances import Holding, holdings_of_customer
from accounts.queries.loyalty import programme_of
from accounts.rules.gift_cards import CODE_LENGTH
from accounts.rules.loyalty import Programme
from accounts.services.balances.gift_cards import GiftCardNotValid, TooManyWrongCodes
from core.texts.spelling import code_letters
from orders.models import BalanceDueEntry, Payment
from orders.rules.checkout import CREDIT, GIFT_CARD, POINTS, Tender, shares_of
from orders.services.payments.tenders import with_gift_card, with_holdings

MOST_CARDS = 5
_METHODS = dict([*Payment.METHODS, BalanceDueEntry.METHOD])


@dataclass(frozen=True, slots=True)
class Share:
    """What one balance pays of a total, in minor units, under its display name."""

    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class Split:
    """What balances pay of a total, by_points of it by points, and what is left to pay otherwise."""

    shares: Sequence[Share]
    rest: int
    by_points: int = 0


class BalanceForm(forms.Form):
    """
    The fields of every payment page: gift cards by their codes, and the customer's own credit and points.

    After is_valid(), tenders holds what they pay with, as far as they reach. only_money: how much of the total buys
    gift cards, which balances cannot pay; called only where a balance pays.
    """

    gift_cards = forms.CharField(
        label=gettext_lazy("Gift card"),
        help_text=gettext_lazy("The code on the card; several with a space between them."),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"}),
    )
    use_credit = forms.BooleanField(label=gettext_lazy("Store credit"), required=False)
    use_points = forms.BooleanField(label=gettext_lazy("Points"), required=False)

    def __init__(
        self,
        *args: Any,
        customer_id: int | None,
        client_key: str,
        now: datetime,
        only_money: Callable[[], int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.only_money = only_money
        self.customer_id, self.client_key, self.now = customer_id, client_key, now
        self.held: dict[str, Holding] = {}
        if customer_id is not None:
            self.held = holdings_of_customer(customer_id=customer_id, currency=settings.SHOP_CURRENCY)
        self.cards: list[Tender] = []

    def clean_gift_cards(self) -> str:
        """Look up each gift card."""
        letters = re.sub(r"[,;،؛]", "", code_letters(self.cleaned_data["gift_cards"]))
        codes = [letters[start : start + CODE_LENGTH] for start in range(0, len(letters), CODE_LENGTH)]
        if len(codes) > MOST_CARDS:
            raise forms.ValidationError(_("At most five cards pay for one order."))
        try:
            self.cards = [
                with_gift_card(Tender(GIFT_CARD), code, client_key=self.client_key, now=self.now)
                for code in dict.fromkeys(codes)
            ]
        except (GiftCardNotValid, TooManyWrongCodes) as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return str(self.cleaned_data["gift_cards"])

    @property
    def tenders(self) -> list[Tender]:
        """Return the balances that pay, in the order in which they are used: cards first, then credit, then points."""
        wanted = [Tender(kind) for kind in (CREDIT, POINTS) if self.cleaned_data.get(f"use_{kind}") and self.held]
        return [*self.cards, *with_holdings(wanted, self.held, self.programme)]

    def split(self, total: int) -> Split:
        """Return what the balances pay of a total."""
        tenders = self.tenders
        return split_of(total, tenders, only_money=self.only_money() if tenders else 0)

    @cached_property
    def programme(self) -> Programme:
        """Return what points are worth; queried only where there are any."""
        has_points = bool(self.held) and self.held[POINTS].free > 0
        return programme_of(settings.SHOP_CURRENCY) if has_points else Programme(settings.SHOP_CURRENCY)

    @property
    def credit(self) -> int:
        """Return the credit that can be used, in minor units."""
        return self.held[CREDIT].free if self.held else 0

    @property
    def points(self) -> int:
        """Return the points that can be used, where points are accepted and there are enough of them."""
        points = self.held[POINTS].free if self.held else 0
        return points if self.programme.point_value and points >= self.programme.minimum_points else 0

    @property
    def points_worth(self) -> int:
        """Return what those points pay, in minor units."""
        return self.points * self.programme.point_value


def split_of(total: int, tenders: Sequence[Tender], *, only_money: int = 0) -> Split:
    """Return what balances pay of a total. only_money: what they cannot pay of it, because it buys gift cards."""
    shared = shares_of(tenders, left=total, total=total, only_money=only_money)
    shares = [Share(str(_METHODS[tender.method]), tender.amount or 0) for tender in shared if tender.amount]
    by_points = sum(tender.amount or 0 for tender in shared if tender.method == POINTS)
    return Split(shares, total - sum(share.amount for share in shares), by_points)
