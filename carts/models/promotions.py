"""Promotions. The rules that evaluate them are in carts/rules."""

from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carts.rules.conditions import condition_kinds, parse_conditions
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import has_amount
from carts.rules.kinds.parsing import PromotionNotValid
from carts.rules.rewards import parse_reward
from core.audit import audited
from core.texts.translated import TranslatedField, in_language

OF_ONE_CHANNEL = reduce(
    or_,
    (
        Q(conditions__contains=[{"kind": name}])
        for name, kind in condition_kinds().items()
        if kind.about == Condition.CHANNEL
    ),
)


@audited(
    "name", "conditions", "reward", "currency", "priority", "is_exclusive", "needs_voucher", "starts_at", "ends_at",
    "door_reason", "is_active",
)  # fmt: skip
class Promotion(models.Model):
    """
    A promotion: its conditions on a cart and its reward, both stored as JSON.

    Promotions apply on every channel alike; one for a single channel or store needs a reason and an end. created_at:
    long ago for promotions that are older than this field.
    """

    name = TranslatedField(_("name"), help_text=_("Shoppers read it in the cart and on the receipt."))
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    reward = models.JSONField(_("reward"))
    currency = models.CharField(_("currency"), max_length=3, blank=True, help_text=_("Currency of its amounts."))
    priority = models.PositiveIntegerField(
        _("priority"), default=100, help_text=_("Smaller numbers are applied first."), validators=[MinValueValidator(1)]
    )
    is_exclusive = models.BooleanField(
        _("exclusive"),
        default=False,
        help_text=_("Cannot be combined with other promotions. Shoppers get the lower price."),
    )
    needs_voucher = models.BooleanField(_("only with a voucher"), default=False)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    door_reason = models.CharField(
        _("reason for a single channel or store"), max_length=200, blank=True,
        help_text=_("A promotion of a single channel or store needs a reason and an end."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="promotion_ends_after_start",
                violation_error_message=_("The end must be later than the start."),
            ),
            # Prices are the same on every channel; each exception has a reason and an end.
            models.CheckConstraint(
                condition=~OF_ONE_CHANNEL | (Q(ends_at__isnull=False) & ~Q(door_reason="")),
                name="promotion_of_one_door_has_reason_and_end",
                violation_error_message=_("What holds for one channel or store only needs a reason and an end."),
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or str(self.pk)

    def clean(self) -> None:
        """Refuse JSON that the calculation cannot read, and amounts without a currency."""
        try:
            reward, conditions = parse_reward(self.reward), parse_conditions(self.conditions)
        except PromotionNotValid as refusal:
            raise ValidationError(gettext(refusal.message) % refusal.details) from refusal
        is_of_one_channel = any(condition.about == Condition.CHANNEL for condition in conditions)
        if is_of_one_channel and not (self.ends_at and self.door_reason):
            raise ValidationError(
                {"door_reason": _("A promotion of a single channel or store needs a reason and an end.")}
            )
        if any(has_amount(part) for part in (reward, *conditions)) != bool(self.currency):
            raise ValidationError({"currency": _("A promotion has a currency if, and only if, it contains amounts.")})
