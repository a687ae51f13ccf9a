"""VAT numbers of businesses, which buy without tax where the law allows it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.audit import audited


@audited("customer", "country", "number")
class TaxNumber(models.Model):
    """
    The VAT number of a business; its format and check digits were valid when staff entered it.

    country: the issuing country (ISO 3166), where the business is supplied without tax.
    """

    customer = models.OneToOneField(
        "accounts.Customer", on_delete=models.CASCADE, related_name="tax_number", verbose_name=_("customer")
    )
    country = models.CharField(_("country"), max_length=2)
    number = models.CharField(_("VAT number"), max_length=40)
    checked_at = models.DateTimeField(_("checked at"))
    checked_by = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("checked by")
    )

    class Meta:
        verbose_name = _("VAT number")
        verbose_name_plural = _("VAT numbers")

    def __str__(self) -> str:
        return self.number
