from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Balance, BalanceEntry, BalanceHold, Customer, PointBatch
from accounts.models.balances import CREDIT, GIFT_CARD, POINTS
from accounts.services.balances.credit import correct_balance
from accounts.services.balances.gift_cards import (
    block_gift_card,
    issue_gift_card,
    replace_gift_card,
    show_gift_card_code,
    unblock_gift_card,
)
from core.admin.base import AdminAction, AmountText, BaseAdmin, ReadOnlyAdmin, ReadOnlyInline, admin_actor
from core.admin.saving import BaseForm
from core.ids import new_id
from core.money import MoneyError, parse_money, places_of
from core.texts.amounts import clean_amount
from core.texts.formats import money_text
from core.texts.languages import active_language

MAY_CORRECT = "accounts.correct_balance"


class IssueForm(BaseForm):
    """A gift card that staff give away or sell manually."""

    worth = AmountText(label=_("amount"))
    note = forms.CharField(label=_("Reason"), max_length=60)

    class Meta:
        model = Balance
        fields = ("customer",)

    def clean_worth(self) -> int:
        worth = clean_amount(self.cleaned_data["worth"], settings.SHOP_CURRENCY)
        if not worth:
            raise forms.ValidationError(_("Enter an amount above zero."))
        return worth


class CorrectionForm(forms.Form):
    """A manual correction of credit or points; change is cleaned to minor units, or to whole points."""

    currency = ""

    change = forms.DecimalField(
        label=_("change"), help_text=_("A positive number adds, a negative one deducts."), max_digits=12
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)

    def clean_change(self) -> int:
        written: Decimal = self.cleaned_data["change"]
        if not written or (not self.currency and written != int(written)):
            raise forms.ValidationError(_("Enter a number other than zero. Points are whole numbers."))
        if self.currency and -int(written.as_tuple().exponent) > places_of(self.currency):
            # 1.250 may be meant as 1250.
            raise forms.ValidationError(_("This has more decimal places than the currency."))
        try:
            return parse_money(str(written), self.currency).amount if self.currency else int(written)
        except MoneyError as error:
            raise forms.ValidationError(str(error)) from error


class CreditCorrectionForm(CorrectionForm):
    """A correction of credit, in the shop's currency."""

    currency = settings.SHOP_CURRENCY


def correction_act(kind: str, *, name: str, title: Any) -> AdminAction:
    """Return the admin action by which staff change a person's credit or points."""
    form = CreditCorrectionForm if kind == CREDIT else CorrectionForm

    def perform(request: HttpRequest, customer: Customer, data: dict[str, Any]) -> str:
        correct_balance(
            customer_id=customer.pk,
            kind=kind,
            currency=form.currency,
            amount=data["change"],
            reason=data["reason"],
            key=data["key"],
            by=admin_actor(request),
            now=timezone.now(),
        )
        return gettext("Corrected.")

    return AdminAction(
        name=name,
        title=title,
        explanation=_("The customer sees the change and its reason in their history."),
        form=form,
        perform=perform,
        is_allowed=lambda request, customer: customer.merged_into_id is None and request.user.has_perm(MAY_CORRECT),
    )


CUSTOMER_ACTS = (
    correction_act(CREDIT, name="credit", title=_("Correct the store credit")),
    correction_act(POINTS, name="points", title=_("Correct the points")),
)


def _is_card(state: str) -> Any:
    def check(request: HttpRequest, balance: Balance) -> bool:
        return balance.kind == GIFT_CARD and balance.state == state and request.user.has_perm(MAY_CORRECT)

    return check


def _may_replace(request: HttpRequest, balance: Balance) -> bool:
    is_left = balance.kind == GIFT_CARD and balance.state != Balance.CLOSED and balance.amount > 0
    return is_left and request.user.has_perm(MAY_CORRECT)


def _may_show(request: HttpRequest, balance: Balance) -> bool:
    return balance.kind == GIFT_CARD and balance.code_shown_at is None and request.user.has_perm(MAY_CORRECT)


def _block(request: HttpRequest, balance: Balance, data: dict[str, Any]) -> str:
    block_gift_card(card_id=balance.pk, by=admin_actor(request))
    return gettext("The card is blocked.")


def _unblock(request: HttpRequest, balance: Balance, data: dict[str, Any]) -> str:
    unblock_gift_card(card_id=balance.pk, by=admin_actor(request))
    return gettext("The card works again.")


def _show(request: HttpRequest, balance: Balance, data: dict[str, Any]) -> str:
    # The code is shown on the page but not stored in the admin's log.
    messages.warning(request, show_gift_card_code(card_id=balance.pk, now=timezone.now()))
    return gettext("This is the code of the card. It is not shown again.")


def _replace(request: HttpRequest, balance: Balance, data: dict[str, Any]) -> str:
    now = timezone.now()
    with transaction.atomic():
        fresh = replace_gift_card(card_id=balance.pk, by=admin_actor(request), now=now)
        messages.warning(request, show_gift_card_code(card_id=fresh, now=now))
    return gettext("This is the code of the new card. It is not shown again.")


class EntryInline(ReadOnlyInline):
    model = BalanceEntry
    fields = ("occurred_at", "kind", "change", "reference", "note", "channel", "store", "staff")
    readonly_fields = ("change",)
    ordering = ("-id",)

    @admin.display(description=_("change"))
    def change(self, entry: BalanceEntry) -> str:
        return _text(entry.amount, entry.balance.currency)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("balance", "staff")


class LotInline(ReadOnlyInline):
    """The batches of a points balance, those with points left first."""

    model = PointBatch
    fields = ("created_at", "kind", "points", "remaining", "matures_at", "expires_at", "reference")
    ordering = ("-remaining", "-id")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and (obj is None or obj.kind == POINTS)


class HoldInline(ReadOnlyInline):
    model = BalanceHold
    fields = ("held_at", "state", "now_held", "reference", "expires_at", "ended_at")
    readonly_fields = ("now_held",)
    ordering = ("-id",)

    @admin.display(description=_("amount"))
    def now_held(self, hold: BalanceHold) -> str:
        return _text(hold.amount, hold.balance.currency)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("balance")


@admin.register(Balance)
class BalanceAdmin(ReadOnlyAdmin):
    """Gift cards, credit and points with their entries; adding one here issues a gift card."""

    form = IssueForm
    list_display = ("__str__", "customer", "left", "now_held", "state", "expires_at", "opened_at")
    list_select_related = ("customer",)
    list_filter = ("kind", "state")
    search_fields = ("code_end__exact", "customer__name", "customer__email__istartswith", "issued_for__exact")
    search_help_text = _("Last digits of a card's code, a person, or an order number.")
    autocomplete_fields = ("customer",)
    exclude = ("code_hash", "key", "amount", "held")
    readonly_fields = ("left", "now_held")
    ordering = ("-id",)
    inlines = (LotInline, EntryInline, HoldInline)
    object_actions = (
        AdminAction(
            name="show",
            title=_("Show the code"),
            explanation=_("The code is shown only once. Hand it over now, or write it down for the customer."),
            perform=_show,
            is_allowed=_may_show,
        ),
        AdminAction(
            name="block",
            title=_("Block"),
            explanation=_("A blocked card cannot be used until it is unblocked."),
            perform=_block,
            is_allowed=_is_card(Balance.ACTIVE),
            is_destructive=True,
        ),
        AdminAction(
            name="unblock",
            title=_("Unblock"),
            explanation=_("Allow this card to be used again?"),
            perform=_unblock,
            is_allowed=_is_card(Balance.BLOCKED),
        ),
        AdminAction(
            name="replace",
            title=_("Replace"),
            explanation=_("The balance moves to a new card with a new code. This card is closed for good."),
            perform=_replace,
            is_allowed=_may_replace,
            is_destructive=True,
        ),
    )

    @admin.display(description=_("balance"), ordering="amount")
    def left(self, balance: Balance) -> str:
        return _text(balance.amount, balance.currency)

    @admin.display(description=_("held"), ordering="held")
    def now_held(self, balance: Balance) -> str | None:
        return _text(balance.held, balance.currency) if balance.held else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return BaseAdmin.has_add_permission(self, request)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else self.inlines

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("customer", "worth", "note") if obj is None else super().get_fields(request, obj)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        return None if obj is None else self.exclude

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Balance, form: Any, change: bool) -> None:
        now = timezone.now()
        customer = form.cleaned_data["customer"]
        obj.pk = issue_gift_card(
            amount=form.cleaned_data["worth"],
            currency=settings.SHOP_CURRENCY,
            issued_for=form.cleaned_data["note"],
            by=admin_actor(request),
            now=now,
            customer_id=customer.pk if customer else None,
        )
        obj.refresh_from_db()
        code = show_gift_card_code(card_id=obj.pk, now=now)
        messages.warning(request, gettext("The code of the card is %(code)s. It is not shown again.") % {"code": code})


@admin.register(BalanceEntry)
class BalanceEntryAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "balance", "kind", "change", "reference", "channel", "store", "staff")
    list_select_related = ("balance", "staff")
    list_filter = ("kind", "balance__kind")
    search_fields = ("reference__exact",)
    ordering = ("-id",)

    @admin.display(description=_("change"), ordering="amount")
    def change(self, entry: BalanceEntry) -> str:
        return _text(entry.amount, entry.balance.currency)


@admin.register(BalanceHold)
class BalanceHoldAdmin(ReadOnlyAdmin):
    list_display = ("held_at", "balance", "now_held", "state", "reference", "expires_at")
    list_select_related = ("balance",)
    list_filter = ("state",)
    search_fields = ("reference__exact",)
    ordering = ("-id",)

    @admin.display(description=_("amount"), ordering="amount")
    def now_held(self, hold: BalanceHold) -> str:
        return _text(hold.amount, hold.balance.currency)


def _text(amount: int, currency: str) -> str:
    return money_text(amount, currency, active_language()) if currency else str(amount)
