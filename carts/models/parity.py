"""Results of comparing prices across channels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ParityCheck(models.Model):
    """One comparison of what web, app and till would charge, and lists show, for everything on sale."""

    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    variants = models.PositiveIntegerField(_("variants compared"), default=0)
    differences = models.PositiveIntegerField(_("differences"), default=0)

    class Meta:
        verbose_name = _("parity check")
        verbose_name_plural = _("parity checks")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}: {self.differences}"


class ParityDifference(models.Model):
    """
    A price that differs without a registered reason, as an example; a check stores at most a hundred.

    prices: minor units, by channel ("web", "app", "till:<store>"); "listed" is what lists show. None: not sold.
    """

    CHARGED, SHOWN = "charged", "shown"
    KINDS = [
        (CHARGED, _("Channels charge different prices")),
        (SHOWN, _("Lists show a different price from the one charged")),
    ]

    check_run = models.ForeignKey(
        ParityCheck, on_delete=models.CASCADE, related_name="examples", verbose_name=_("parity check")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    variant = models.ForeignKey(
        "inventory.Variant", on_delete=models.CASCADE, related_name="+", verbose_name=_("variant")
    )
    currency = models.CharField(_("currency"), max_length=3)
    prices = models.JSONField(_("prices"))

    class Meta:
        verbose_name = _("parity difference")
        verbose_name_plural = _("parity differences")

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.kind}"
