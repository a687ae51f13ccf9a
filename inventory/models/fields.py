"""Fields that take only what every page can show and compute with."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.texts.fields import SpelledField
from inventory.rules.attributes import EXAMPLE, NotAttributes, stored_attributes
from inventory.rules.places import known_country, known_time_zone
from inventory.rules.public_holidays import known_calendar
from inventory.rules.skus import LONGEST_SKU, NotASku, stored_sku


class AttributesField(models.JSONField):
    """Names with texts, numbers, or texts by language: what every page that shows an article can show."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Return the attributes as they are stored. Raises ValidationError with an example."""
        try:
            return stored_attributes({} if value in self.empty_values else value, languages=dict(settings.LANGUAGES))
        except NotAttributes as error:
            raise ValidationError(
                _("Not an attribute: %(what)s. Enter names with texts, numbers or texts by language: %(example)s"),
                params={"what": error.what, "example": EXAMPLE},
            ) from None


class SkuField(SpelledField):
    """An SKU in its one form; at a form, one with characters that nobody sees is refused."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Return the SKU as it is stored. Raises ValidationError."""
        try:
            return super().clean(stored_sku(str(value)), model_instance)
        except NotASku:
            raise ValidationError(
                _("Enter an SKU of at most %(longest)d characters that can all be seen, like MUG-RIM-CREAM."),
                params={"longest": LONGEST_SKU},
            ) from None


class TimeZoneField(models.CharField):  # type: ignore[type-arg]
    """The IANA name of a time zone; every page of a store computes with it."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Return the zone's name as IANA writes it. Raises ValidationError with an example."""
        name = known_time_zone(str(value))
        if value and name is None:
            raise ValidationError(
                _("There is no time zone %(name)s. Enter one like Europe/Berlin."), params={"name": value}
            )
        return super().clean(name or value, model_instance)


class HolidayCalendarField(models.CharField):  # type: ignore[type-arg]
    """The country, or its region, whose public holidays close a place; empty for none."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Return the calendar's code in capital letters. Raises ValidationError with an example."""
        calendar = known_calendar(str(value)) if value else ""
        if calendar is None:
            raise ValidationError(
                _("There is no calendar %(code)s. Enter a country like DE, or its region like DE-BE."),
                params={"code": value},
            )
        return super().clean(calendar, model_instance)


class CountryField(models.CharField):  # type: ignore[type-arg]
    """A country by its ISO 3166 code."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Return the code in capital letters. Raises ValidationError with an example."""
        code = known_country(str(value))
        if value and code is None:
            raise ValidationError(_("There is no country %(code)s. Enter two letters like DE."), params={"code": value})
        return super().clean(code or value, model_instance)
