"""Stores and warehouses: when they are open, what services they have, and who works there."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.rules.phones import NotAPhone, canonical_phone
from accounts.rules.roles import CLERK, HEAD_OFFICE, MANAGER
from core.audit import audited
from core.texts.fields import LinesField, NameField, PostcodeField
from core.texts.translated import TranslatedField, in_language
from inventory.models.fields import CountryField, HolidayCalendarField, TimeZoneField
from inventory.rules.places import (
    MOST_KEEP_DAYS,
    MOST_LATITUDE,
    MOST_LEAD_MINUTES,
    MOST_LONGITUDE,
)

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
ROLES = [(CLERK, _("Clerk")), (MANAGER, _("Store manager")), (HEAD_OFFICE, _("Head office"))]


def _within(most: int) -> list[Any]:
    return [MinValueValidator(-most), MaxValueValidator(most)]


@audited(
    "code", "name", "kind", "street_address", "postal_code", "city", "region", "country_code", "phone", "latitude",
    "longitude", "time_zone", "offers_pickup", "ships", "takes_returns", "pickup_lead_minutes",
    "pickup_keep_days", "ship_rank", "recount_above_units", "recount_above_percent", "holiday_calendar", "is_active",
)  # fmt: skip
class Location(models.Model):
    """
    A store or a warehouse.

    latitude and longitude: in degrees (WGS 84). pickup_lead_minutes: how long staff need, in opening minutes, from an
    order to goods ready for pickup. ship_rank: lower ships first. recount_above_units, recount_above_percent: how far a
    count may be from the books (inventory/rules/stock_documents.py). holiday_calendar: whose public holidays close it,
    such as DE-BE (inventory/rules/public_holidays.py); empty for none.
    """

    STORE, WAREHOUSE = "store", "warehouse"
    KINDS = [(STORE, _("Store")), (WAREHOUSE, _("Warehouse"))]

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = TranslatedField(_("name"))
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    street_address = LinesField(_("street address"), max_length=200)
    postal_code = PostcodeField(_("postal code"), max_length=20, blank=True)
    city = NameField(_("city"), max_length=100)
    region = models.CharField(_("state or province"), max_length=200, blank=True, db_default="")
    country_code = CountryField(_("country"), max_length=2)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    latitude = models.FloatField(_("latitude"), validators=_within(MOST_LATITUDE))
    longitude = models.FloatField(_("longitude"), validators=_within(MOST_LONGITUDE))
    time_zone = TimeZoneField(_("time zone"), max_length=60, help_text=_("For example Europe/Berlin."))
    offers_pickup = models.BooleanField(_("offers pickup"), default=False)
    ships = models.BooleanField(_("ships"), default=False)
    takes_returns = models.BooleanField(_("takes returns"), default=False)
    pickup_lead_minutes = models.PositiveIntegerField(
        _("pickup lead time in minutes"), default=120, validators=[MaxValueValidator(MOST_LEAD_MINUTES)]
    )
    pickup_keep_days = models.PositiveIntegerField(
        _("keeps pickups for days"), default=7, validators=[MaxValueValidator(MOST_KEEP_DAYS)]
    )
    ship_rank = models.PositiveIntegerField(_("shipping rank"), default=100)
    recount_above_units = models.PositiveIntegerField(
        _("recount above units"), default=2, db_default=2, validators=[MaxValueValidator(1_000_000)],
        help_text=_("A count that differs by more units and more percent is made again."),
    )  # fmt: skip
    recount_above_percent = models.PositiveIntegerField(
        _("recount above percent"), default=5, db_default=5, validators=[MaxValueValidator(100)]
    )
    holiday_calendar = HolidayCalendarField(
        _("public holidays of"), max_length=10, blank=True, db_default="",
        help_text=_(
            "A country like DE, or its region like DE-BE: the place is closed on their public holidays, "
            "unless you enter hours for one."
        ),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="location_is_on_earth",
                violation_error_message=_("Latitude is from -90 to 90, and longitude from -180 to 180."),
            ),
            # Days and minutes beyond these make dates that no calendar has.
            models.CheckConstraint(
                condition=Q(pickup_keep_days__lte=MOST_KEEP_DAYS, pickup_lead_minutes__lte=MOST_LEAD_MINUTES),
                name="location_keeps_pickups_within_a_year",
                violation_error_message=_("Pickups are kept for a year at most, and are ready within 30 days."),
            ),
            models.CheckConstraint(
                condition=Q(recount_above_units__lte=1_000_000, recount_above_percent__lte=100),
                name="location_recounts_within_reason",
                violation_error_message=_("A recount is needed above a million units and 100 percent at most."),
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or self.code

    def clean(self) -> None:
        """Bring the phone number into its one form. Raises ValidationError for one that nobody can dial."""
        try:
            self.phone = canonical_phone(self.phone, region=self.country_code) if self.phone else ""
        except NotAPhone:
            words = _("Give a phone number with its country code, like +49 171 1234567.")
            raise ValidationError({"phone": words}) from None


@audited("location", "weekday", "opens", "closes")
class OpeningHours(models.Model):
    """A period of a weekday, in the store's own time, in which it is open; a lunch break makes two."""

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="hours", verbose_name=_("location"), db_index=False
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=WEEKDAYS)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["location", "weekday", "opens"], name="opening_hours_span_once"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="opening_hours_close_after_opening",
                violation_error_message=_(
                    "A period ends later than it begins. Hours past midnight are two periods: until 23:59, and from "
                    "00:00 of the next day."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class OpeningException(models.Model):
    """
    A day with other hours than the week's: closed if the times are empty, else open at these times.

    source: a calendar of public holidays, whose days follow it; or staff, whose days nothing else changes.
    """

    STAFF, CALENDAR = "staff", "calendar"
    SOURCES = [(STAFF, _("Staff")), (CALENDAR, _("Public holiday"))]

    location = models.ForeignKey(
        Location, on_delete=models.CASCADE, related_name="exceptions", verbose_name=_("location"), db_index=False
    )
    day = models.DateField(_("day"))
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    note = TranslatedField(_("note"), blank=True)
    source = models.CharField(
        _("source"), max_length=10, choices=SOURCES, default=STAFF, db_default=STAFF, editable=False
    )

    class Meta:
        verbose_name = _("special opening hours")
        verbose_name_plural = _("special opening hours")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["location", "day"], name="opening_exception_one_per_day"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(closes__gt=F("opens")),
                name="opening_exception_closed_or_a_span",
                violation_error_message=_("Enter both times, the closing time later; or none for a closed day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


@audited("staff", "location", "role")
class StaffAssignment(models.Model):
    """The role of a member of staff in one store; without a location, in every store."""

    staff = models.ForeignKey(
        "accounts.Customer",
        on_delete=models.CASCADE,
        related_name="assignments",
        verbose_name=_("staff"),
        db_index=False,
    )
    location = models.ForeignKey(
        Location,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("location"),
    )
    role = models.CharField(_("role"), max_length=20, choices=ROLES)

    class Meta:
        verbose_name = _("staff assignment")
        verbose_name_plural = _("staff assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "location"], name="staff_assignment_one_role_per_store", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        where = self.location.code if self.location else gettext("Everywhere")
        return f"{self.get_role_display()}: {where}"
