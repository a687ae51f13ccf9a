"""Postal addresses in a person's address book; orders store their own copies."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.texts.fields import LinesField, NameField, PostcodeField


class Address(models.Model):
    """A postal address, validated against its country's rules when it is saved."""

    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.CASCADE, related_name="addresses", verbose_name=_("customer")
    )
    name = NameField(_("name"), max_length=200)
    company = NameField(_("company"), max_length=200, blank=True)
    street_address = LinesField(_("street address"), max_length=400)
    city = NameField(_("city"), max_length=200, blank=True)
    city_area = NameField(_("district"), max_length=200, blank=True)
    country_area = NameField(_("state or province"), max_length=200, blank=True)
    postal_code = PostcodeField(_("postal code"), max_length=20, blank=True)
    country_code = models.CharField(_("country"), max_length=2)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(is_default=True),
                name="address_one_default_per_customer",
                violation_error_message=_("This person has another default address."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.street_address}, {self.postal_code} {self.city}".strip()
