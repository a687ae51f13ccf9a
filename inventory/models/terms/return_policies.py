"""Return policies: until when goods may come back, which may not, and what that costs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.texts.translated import TranslatedField, in_language
from inventory.rules.return_policies import FINAL_SALE, HYGIENE, NORMAL


@audited("name", "kind", "window_days", "statutory_days", "category", "store")
class ReturnPolicy(models.Model):
    """
    On which terms the goods of a category are taken back that a store sold; without both, those of the whole shop.

    An order keeps the terms of its moment on its lines. window_days: how long after the hand-over; of a final sale,
    how long faulty goods come back. statutory_days: in which the buyer may withdraw from a distance sale by law.
    """

    KINDS = [
        (NORMAL, _("May be returned")),
        (FINAL_SALE, _("Final sale")),
        (HYGIENE, _("Only unopened, for hygiene")),
    ]

    name = TranslatedField(_("name"), help_text=_("Shoppers read it before they buy."))
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS, default=NORMAL)
    window_days = models.PositiveSmallIntegerField(
        _("days to return"),
        help_text=_("From the day the buyer has the goods. Of a final sale: how long faulty goods are taken back."),
    )
    statutory_days = models.PositiveSmallIntegerField(
        _("days to withdraw by law"), default=14,
        help_text=_("From what was bought on the web or in the app; 14 in the European Union, 0 where no law asks."),
    )  # fmt: skip
    category = models.ForeignKey(
        "inventory.Category", on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        db_index=False, verbose_name=_("category"), help_text=_("With those below it. Empty for all goods."),
    )  # fmt: skip
    store = models.ForeignKey(
        "inventory.Location", on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("store"), help_text=_("Where the goods are sold. Empty for everywhere."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("return policy")
        verbose_name_plural = _("return policies")
        constraints = [
            models.UniqueConstraint(
                fields=["category", "store"],
                nulls_distinct=False,
                name="return_policy_one_per_category_and_store",
                violation_error_message=_("There is a policy for this category and store already."),
            ),
            models.CheckConstraint(
                condition=Q(window_days__lte=3650, statutory_days__lte=3650),
                name="return_policy_ends_within_ten_years",
                violation_error_message=_("Enter at most 3650 days."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=(NORMAL, FINAL_SALE, HYGIENE)), name="return_policy_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or str(self.pk)


@audited("policy", "currency", "amount")
class ReturnFee(models.Model):
    """What a return by a policy costs its buyer in one currency; minor units."""

    policy = models.ForeignKey(
        ReturnPolicy, on_delete=models.CASCADE, related_name="fees", verbose_name=_("return policy"), db_index=False
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(
        _("amount in minor units"),
        help_text=_("Withheld from a refund; never for faulty goods, nor when the buyer withdraws by law."),
    )

    class Meta:
        verbose_name = _("return fee")
        verbose_name_plural = _("return fees")
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "currency"],
                name="return_fee_one_per_currency",
                violation_error_message=_("This policy has a fee in this currency already."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="return_fee_is_positive",
                violation_error_message=_("A fee is more than nothing."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy}: {self.amount} {self.currency}"
