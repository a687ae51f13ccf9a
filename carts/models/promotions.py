"""What the shop offers. The rules that read this are in carts/rules."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carts.rules.benefits import parse_benefit
from carts.rules.conditions import ABOUT_DOOR, MinimumValue, parse_conditions
from carts.rules.parsing import PromotionNotValid
from core.audit import audited
from core.translated import TranslatedField, in_language

OF_A_DOOR = Q(conditions__contains=[{"kind": "channel"}]) | Q(conditions__contains=[{"kind": "store"}])


@audited(
    "name", "conditions", "benefit", "currency", "priority", "is_exclusive", "needs_voucher", "starts_at", "ends_at",
    "door_reason", "is_active",
)  # fmt: skip
class Promotion(models.Model):
    """
    An offer: what must be true of a cart, and what it gives then, as small values in JSON.

    Offers hold on every channel alike; one of a single door or store says why, and ends.
    """

    name = TranslatedField(_("name"), help_text=_("Shoppers read it in the cart and on the receipt."))
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    benefit = models.JSONField(_("benefit"))
    currency = models.CharField(_("currency"), max_length=3, blank=True, help_text=_("Currency of its amounts."))
    priority = models.PositiveIntegerField(
        _("priority"), default=100, help_text=_("Smaller numbers are applied first."), validators=[MinValueValidator(1)]
    )
    is_exclusive = models.BooleanField(
        _("exclusive"),
        default=False,
        help_text=_("Cannot be combined with other offers. Shoppers get the lower price."),
    )
    needs_voucher = models.BooleanField(_("only with a voucher"), default=False)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    door_reason = models.CharField(
        _("reason for a single channel or store"), max_length=200, blank=True,
        help_text=_("An offer of a single channel or store needs a reason and an end."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="promotion_ends_after_start"
            ),
            # The same price on every channel is the rule of the house; whoever departs from it answers for it.
            models.CheckConstraint(
                condition=~OF_A_DOOR | (Q(ends_at__isnull=False) & ~Q(door_reason="")),
                name="promotion_of_one_door_has_reason_and_end",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or str(self.pk)

    def clean(self) -> None:
        """Refuse what the calculation could not read, and amounts without a currency."""
        try:
            benefit, conditions = parse_benefit(self.benefit), parse_conditions(self.conditions)
        except PromotionNotValid as refusal:
            raise ValidationError(gettext(refusal.message) % refusal.details) from refusal
        is_of_a_door = any(isinstance(condition, ABOUT_DOOR) for condition in conditions)
        if is_of_a_door and not (self.ends_at and self.door_reason):
            raise ValidationError(
                {"door_reason": _("An offer of a single channel or store needs a reason and an end.")}
            )
        has_amount = benefit.has_amount or any(isinstance(condition, MinimumValue) for condition in conditions)
        if has_amount != bool(self.currency):
            raise ValidationError({"currency": _("An offer has a currency if, and only if, it contains amounts.")})
