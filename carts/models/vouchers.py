"""Voucher codes that unlock a promotion, how often they may be used, and who has used them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited


@audited("promotion", "code", "series", "max_uses", "max_uses_each", "starts_at", "ends_at", "is_active")
class Voucher(models.Model):
    """
    A code, alone or one of a series. Limits: max_uses in total, max_uses_each per customer; empty for none.

    uses: orders that hold it or have used it. A table constraint refuses more than the limit.
    """

    promotion = models.ForeignKey(
        "carts.Promotion", on_delete=models.PROTECT, related_name="vouchers", verbose_name=_("promotion")
    )
    code = models.CharField(_("code"), max_length=40, unique=True, help_text=_("Large letters and digits."))
    series = models.CharField(_("series"), max_length=80, blank=True)
    max_uses = models.PositiveIntegerField(_("uses at most"), null=True, blank=True, default=1)
    max_uses_each = models.PositiveIntegerField(_("uses at most per customer"), null=True, blank=True)
    uses = models.PositiveIntegerField(_("uses"), default=0, editable=False)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints = [
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses")),
                name="voucher_used_within_its_limit",
                violation_error_message=_("It was used more often already."),
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9-]{3,40}$"),
                name="voucher_code_is_plain",
                violation_error_message=_("A code has 3 to 40 letters, digits and hyphens, like SAVE-10."),
            ),
        ]
        indexes = [models.Index(fields=["series"], condition=~Q(series=""), name="voucher_by_series")]

    def __str__(self) -> str:
        return self.code


class CartVoucher(models.Model):
    """A voucher in a cart; only an order spends it."""

    cart = models.ForeignKey(
        "carts.Cart", on_delete=models.CASCADE, related_name="vouchers", verbose_name=_("cart"), db_index=False
    )
    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="+", verbose_name=_("voucher"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("voucher in a cart")
        verbose_name_plural = _("vouchers in carts")
        constraints = [models.UniqueConstraint(fields=["cart", "voucher"], name="cart_voucher_once")]

    def __str__(self) -> str:
        return f"{self.cart_id}: {self.voucher_id}"


class VoucherUse(models.Model):
    """
    One order's use of a voucher, by the cart it came from. amount: the discount, in minor units.

    held: the order awaits its payment. used: the order is confirmed. returned: the order failed or was cancelled.
    """

    HELD, USED, RETURNED = "held", "used", "returned"
    STATES = [(HELD, _("Held")), (USED, _("Used")), (RETURNED, _("Given back"))]

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="uses_of_it", verbose_name=_("voucher"))
    cart = models.ForeignKey("carts.Cart", on_delete=models.PROTECT, related_name="+", verbose_name=_("cart"))
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("customer")
    )
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    amount = models.BigIntegerField(_("amount"))
    held_at = models.DateTimeField(_("held at"))
    settled_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        verbose_name = _("use of a voucher")
        verbose_name_plural = _("uses of vouchers")
        constraints = [
            models.UniqueConstraint(
                fields=["voucher", "cart"], condition=~Q(state="returned"), name="voucher_use_once_per_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id}: {self.state}"


class VoucherCount(models.Model):
    """How often one customer used a voucher with a limit per customer; most is the limit at the last use."""

    voucher = models.ForeignKey(
        Voucher, on_delete=models.PROTECT, related_name="+", verbose_name=_("voucher"), db_index=False
    )
    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    uses = models.PositiveIntegerField(_("uses"))
    most = models.PositiveIntegerField(_("uses at most"))

    class Meta:
        verbose_name = _("uses of a voucher by a customer")
        verbose_name_plural = _("uses of vouchers by customers")
        constraints = [
            models.UniqueConstraint(fields=["voucher", "customer"], name="voucher_count_once_per_customer"),
            models.CheckConstraint(condition=Q(uses__lte=F("most")), name="voucher_count_within_limit"),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id}, {self.customer_id}: {self.uses}"


@audited("promotion", "amount")
class VoucherBudget(models.Model):
    """The total discount that a promotion's vouchers may give, in minor units of its currency or the shop's."""

    promotion = models.OneToOneField(
        "carts.Promotion", on_delete=models.CASCADE, related_name="budget", verbose_name=_("promotion")
    )
    amount = models.BigIntegerField(_("budget in minor units"))
    spent = models.BigIntegerField(_("spent in minor units"), default=0, editable=False)

    class Meta:
        verbose_name = _("budget of vouchers")
        verbose_name_plural = _("budgets of vouchers")
        constraints = [
            models.CheckConstraint(condition=Q(spent__gte=0, spent__lte=F("amount")), name="voucher_budget_is_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.spent}/{self.amount}"
