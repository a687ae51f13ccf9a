"""Who sells: the legal entity of each place, and the serial numbers of registers, as receipts name them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.texts.fields import LinesField, NameField, PostcodeField, SpelledField
from inventory.models.fields import CountryField


@audited("name", "street_address", "postal_code", "city", "country_code", "tax_number", "vat_number")
class LegalEntity(models.Model):
    """
    A person or company that sells, as tax law names it.

    tax_number: of the tax office; vat_number: with its country's prefix. Once it has sold, it stays as it is, because
    its receipts do: a new name or number is a new legal entity.
    """

    name = NameField(_("legal name"), max_length=200)
    street_address = LinesField(_("street address"), max_length=200)
    postal_code = PostcodeField(_("postal code"), max_length=20, blank=True)
    city = NameField(_("city"), max_length=100)
    country_code = CountryField(_("country"), max_length=2)
    tax_number = SpelledField(_("tax number"), max_length=40, blank=True)
    vat_number = SpelledField(_("VAT number"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("legal entity")
        verbose_name_plural = _("legal entities")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(tax_number="", vat_number=""),
                name="legal_entity_has_a_number",
                violation_error_message=_("Give the tax number, the VAT number, or both."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@audited("location", "legal_entity", "since")
class Seller(models.Model):
    """The legal entity that sells at a place, from a moment until the next one's."""

    location = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="sellers", verbose_name=_("location"),
        db_index=False,
    )  # fmt: skip
    legal_entity = models.ForeignKey(
        LegalEntity, on_delete=models.PROTECT, related_name="places", verbose_name=_("legal entity")
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        constraints = [models.UniqueConstraint(fields=["location", "since"], name="seller_one_at_a_time")]

    def __str__(self) -> str:
        return f"{self.location_id}: {self.legal_entity_id}"


@audited("store", "name", "serial_number")
class CashRegister(models.Model):
    """The serial number of a register, which many tax laws ask for on its receipts. name: as sessions name it."""

    store = models.ForeignKey(
        "inventory.Location", on_delete=models.PROTECT, related_name="cash_registers", verbose_name=_("store"),
        db_index=False,
    )  # fmt: skip
    name = SpelledField(_("register"), max_length=40)
    serial_number = SpelledField(_("serial number"), max_length=80)

    class Meta:
        verbose_name = _("cash register")
        verbose_name_plural = _("cash registers")
        constraints = [models.UniqueConstraint(fields=["store", "name"], name="cash_register_one_per_name")]

    def __str__(self) -> str:
        return f"{self.name}: {self.serial_number}"
