"""VAT numbers of businesses, which buy without tax where the law allows it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.audit import audited


@audited("customer", "country", "number")
class TaxNumber(models.Model):
    """
    The VAT number of a business; its format and check digits were valid when staff entered it.

    country: the issuing country (ISO 3166). confirmed_until: how long a service's yes counts; without one the business
    pays tax. ask_at: when the service is asked next.
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
    confirmed_until = models.DateTimeField(
        _("confirmed until"), null=True, blank=True, help_text=_("Free of tax only until then; empty: never confirmed.")
    )
    ask_at = models.DateTimeField(_("asked again at"), null=True, blank=True)

    class Meta:
        verbose_name = _("VAT number")
        verbose_name_plural = _("VAT numbers")
        indexes = [models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="tax_number_to_ask")]

    def __str__(self) -> str:
        return self.number


class TaxNumberCheck(models.Model):
    """What a service answered about a VAT number, with its own number of the answer: the proof in an audit."""

    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="tax_number_checks", verbose_name=_("customer"),
        db_index=False,
    )  # fmt: skip
    number = models.CharField(_("VAT number"), max_length=40)
    service = models.CharField(_("service"), max_length=20)
    is_valid = models.BooleanField(_("in use"))
    reference = models.CharField(_("reference"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=300, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered at"))

    class Meta:
        verbose_name = _("answer about a VAT number")
        verbose_name_plural = _("answers about VAT numbers")
        indexes = [models.Index(fields=["customer", "-answered_at"], name="tax_number_check_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.reference}".strip()
