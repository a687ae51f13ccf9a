"""The loyalty programme: its rules, points and tiers."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.texts.translated import TranslatedField, in_language


@audited(
    *("is_active", "points_per_unit", "point_value", "minimum_points", "most_percent"),
    *("pending_days", "expiry_months", "warning_days"),
)
class LoyaltyProgramme(models.Model):
    """How points are earned and what they are worth, in one currency."""

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    is_active = models.BooleanField(
        _("points are earned"), default=False, help_text=_("Customers can still spend the points they have.")
    )
    points_per_unit = models.PositiveIntegerField(
        _("points per unit"), default=1, help_text=_("For each whole unit of the currency (euro, dinar) that was paid.")
    )
    point_value = models.PositiveIntegerField(
        _("value of a point"), default=1,
        help_text=_("In the smallest unit of the currency (cents); 0 if points cannot be redeemed."),
    )  # fmt: skip
    minimum_points = models.PositiveIntegerField(
        _("fewest points to redeem"), default=0, help_text=_("The least that can be redeemed at once.")
    )
    most_percent = models.PositiveIntegerField(
        _("largest share of an order, in percent"), default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )  # fmt: skip
    pending_days = models.PositiveIntegerField(
        _("days until points may be spent"), null=True, blank=True,
        help_text=_("From the hand-over of the whole order; empty for as long as goods may be returned."),
    )  # fmt: skip
    expiry_months = models.PositiveIntegerField(
        _("months until points expire"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1200)],
        help_text=_("Counted from when they may be spent; empty if they never expire."),
    )  # fmt: skip
    warning_days = models.PositiveIntegerField(
        _("days of warning"), default=30, help_text=_("How many days before expiry customers are warned, once.")
    )

    class Meta:
        verbose_name = _("loyalty programme")
        verbose_name_plural = _("loyalty programmes")
        constraints = [
            models.CheckConstraint(
                condition=Q(most_percent__gte=1, most_percent__lte=100), name="loyalty_share_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(expiry_months__isnull=True) | Q(expiry_months__gte=1), name="loyalty_points_live_a_month"
            ),
        ]

    def __str__(self) -> str:
        return self.currency


@audited("code", "name", "threshold", "segment")
class LoyaltyTier(models.Model):
    """A tier that is reached by the points earned in the last twelve months."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedField(_("name"))
    threshold = models.PositiveIntegerField(
        _("points to reach it"), unique=True, help_text=_("Earned within the last twelve months.")
    )
    segment = models.OneToOneField(
        "accounts.Segment", on_delete=models.PROTECT, null=True, blank=True, related_name="tier",
        verbose_name=_("segment"),
        help_text=_("Customers of this tier belong to this segment, so that promotions and prices can refer to it."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("loyalty tier")
        verbose_name_plural = _("loyalty tiers")
        ordering = ["threshold"]

    def __str__(self) -> str:
        return in_language(self.name) or self.code


class PointAccrual(models.Model):
    """
    The points accrual of one purchase, unique by its reference, so that repeated events accrue it once.

    points: what the purchase earns now. owed: points that were taken back after they had been spent; the next ones that
    mature cover them. terms: the rules at the time of the purchase. version: counts the changes of points.
    """

    balance = models.ForeignKey(
        "accounts.Balance", on_delete=models.PROTECT, related_name="accruals", verbose_name=_("balance"), db_index=False
    )
    reference = models.CharField(_("reference"), max_length=40, unique=True, help_text=_("The number of the order."))
    points = models.BigIntegerField(_("points"), default=0)
    owed = models.BigIntegerField(_("owed"), default=0, help_text=_("Taken back after they were spent."))
    terms = models.JSONField(_("terms"))
    version = models.PositiveIntegerField(_("version"), default=0)
    channel = models.CharField(_("channel"), max_length=40)
    store = models.CharField(_("store"), max_length=40, blank=True)
    earned_at = models.DateTimeField(_("earned at"))

    class Meta:
        verbose_name = _("points of an order")
        verbose_name_plural = _("points of orders")
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=0), name="point_accrual_is_not_negative"),
            models.CheckConstraint(condition=Q(owed__gte=0), name="point_accrual_owes_nothing_negative"),
        ]
        indexes = [
            models.Index(fields=["balance", "-earned_at"], name="point_accrual_of_person"),
            models.Index(fields=["balance"], condition=Q(owed__gt=0), name="point_accrual_in_debt"),
        ]

    def __str__(self) -> str:
        return self.reference


class PointBatch(models.Model):
    """
    A batch of points that were credited together and expire together.

    pending until matured_at is set: visible but not spendable. remaining: the unused points; a balance's amount is the
    sum over its matured batches. Only remaining and these moments change, and each use is a PointRedemption.
    """

    EARNED, GIVEN, GIVEN_BACK = "earned", "given", "given_back"
    LOT_KINDS = [(EARNED, _("Earned")), (GIVEN, _("Given by the shop")), (GIVEN_BACK, _("Given back"))]

    balance = models.ForeignKey(
        "accounts.Balance", on_delete=models.PROTECT, related_name="batches", verbose_name=_("balance"), db_index=False
    )
    accrual = models.ForeignKey(
        PointAccrual,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="batches",
        verbose_name=_("points of an order"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=LOT_KINDS)
    reference = models.CharField(_("reference"), max_length=100, help_text=_("The action that created it."))
    points = models.BigIntegerField(_("points"))
    remaining = models.BigIntegerField(_("remaining"))
    created_at = models.DateTimeField(_("created at"))
    matures_at = models.DateTimeField(
        _("may be spent from"), null=True, blank=True, help_text=_("Unknown until everything is handed over.")
    )
    matured_at = models.DateTimeField(_("matured at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    warned_at = models.DateTimeField(_("warned at"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch of points")
        verbose_name_plural = _("batches of points")
        constraints = [
            models.UniqueConstraint(fields=["balance", "reference"], name="point_batch_each_act_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="point_batch_is_positive"),
            models.CheckConstraint(
                condition=Q(remaining__gte=0, remaining__lte=F("points")), name="point_batch_is_not_overdrawn"
            ),
            models.CheckConstraint(
                condition=(Q(kind="earned") & Q(accrual__isnull=False)) | (~Q(kind="earned") & Q(accrual__isnull=True)),
                name="point_batch_is_earned_by_something",
            ),
            models.CheckConstraint(
                condition=Q(matured_at__isnull=False) | Q(kind="earned"), name="point_batch_pends_if_earned"
            ),
        ]
        indexes = [
            models.Index(
                fields=["balance", "expires_at"], condition=Q(remaining__gt=0), name="point_batch_with_points_left"
            ),
            models.Index(
                fields=["matures_at"],
                condition=Q(matured_at__isnull=True, remaining__gt=0),
                name="point_batch_to_mature",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(matured_at__isnull=False, remaining__gt=0),
                name="point_batch_to_expire",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} ({self.reference})"


class PointRedemption(models.Model):
    """
    An append-only redemption: points taken out of a batch at once.

    restored: how many of them were given back since, as a new batch. accrual: the purchase for which they were taken
    back, from whichever batch.
    """

    SPENT, EXPIRED, TAKEN_BACK, CORRECTED = "spent", "expired", "taken_back", "corrected"
    CAUSES = [
        (SPENT, _("Spent")),
        (EXPIRED, _("Expired")),
        (TAKEN_BACK, _("Taken back")),
        (CORRECTED, _("Corrected")),
    ]

    batch = models.ForeignKey(
        PointBatch,
        on_delete=models.PROTECT,
        related_name="redemptions",
        verbose_name=_("batch of points"),
        db_index=False,
    )
    cause = models.CharField(_("cause"), max_length=10, choices=CAUSES)
    points = models.BigIntegerField(_("points"))
    restored = models.BigIntegerField(_("given back"), default=0)
    reference = models.CharField(_("reference"), max_length=80, help_text=_("The action that used them."))
    accrual = models.ForeignKey(
        PointAccrual,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="taken",
        verbose_name=_("points of an order"),
    )
    occurred_at = models.DateTimeField(_("occurred at"))

    class Meta:
        verbose_name = _("use of points")
        verbose_name_plural = _("uses of points")
        constraints = [
            models.UniqueConstraint(fields=["batch", "cause", "reference"], name="point_redemption_each_act_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="point_redemption_is_positive"),
            models.CheckConstraint(
                condition=Q(restored__gte=0, restored__lte=F("points")),
                name="point_redemption_given_back_within_points",
            ),
        ]
        indexes = [models.Index(fields=["reference"], name="point_redemption_by_reference")]

    def __str__(self) -> str:
        return f"{self.get_cause_display()}: {self.points}"


class TierMembership(models.Model):
    """A person's tier membership when last computed. points: earned within the twelve months before."""

    customer = models.OneToOneField(
        "accounts.Customer", on_delete=models.PROTECT, related_name="tier_membership", verbose_name=_("customer")
    )
    tier = models.ForeignKey(
        LoyaltyTier, on_delete=models.PROTECT, null=True, blank=True, related_name="standings", verbose_name=_("tier")
    )
    points = models.BigIntegerField(_("points in twelve months"))
    reached_at = models.DateTimeField(_("reached at"))
    computed_at = models.DateTimeField(_("worked out at"))

    class Meta:
        verbose_name = _("tier status")
        verbose_name_plural = _("tier statuses")
        constraints = [models.CheckConstraint(condition=Q(points__gte=0), name="tier_membership_is_not_negative")]

    def __str__(self) -> str:
        return str(self.points)
