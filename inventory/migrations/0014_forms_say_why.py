"""Forms refuse what no page could show, in words; what stands is mended."""

import django.core.validators
import inventory.models.fields
from core.texts.spelling import plain_name
from inventory.rules.attributes import LONGEST_NAME, LONGEST_VALUE
from inventory.rules.places import MOST_KEEP_DAYS, MOST_LEAD_MINUTES, known_time_zone
from django.conf import settings
from django.db import migrations, models


def mend_what_stands(apps, schema_editor):
    """Make what older forms let through fit for every page; refuse a time zone that only a person can correct."""
    locations = apps.get_model("inventory", "Location").objects
    unknown = [
        f"{code} ({zone})"
        for code, zone in locations.order_by("code").values_list("code", "time_zone")
        if not known_time_zone(zone)
    ]
    if unknown:
        raise ValueError(f"These locations have a time zone that does not exist; correct them: {', '.join(unknown)}.")
    locations.filter(pickup_keep_days__gt=MOST_KEEP_DAYS).update(pickup_keep_days=MOST_KEEP_DAYS)
    locations.filter(pickup_lead_minutes__gt=MOST_LEAD_MINUTES).update(pickup_lead_minutes=MOST_LEAD_MINUTES)
    for model in ("Product", "Variant"):
        rows = apps.get_model("inventory", model).objects
        for pk, attributes in rows.exclude(attributes={}).values_list("pk", "attributes").iterator():
            mended = showable(attributes)
            if mended != attributes:
                rows.filter(pk=pk).update(attributes=mended)


def showable(attributes):
    """Return attributes without what no page can show; a list or a nested value becomes its text."""
    named = attributes if isinstance(attributes, dict) else {"details": attributes}
    values = {plain_name(str(name))[:LONGEST_NAME]: _value(value) for name, value in named.items()}
    return {name: value for name, value in values.items() if name and value not in ("", {})}


def _value(value):
    if isinstance(value, dict):
        return {language: _text(text) for language, text in value.items() if _text(text)}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return _text(value)


def _text(value):
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return plain_name(text)[:LONGEST_VALUE]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_forms_say_why"),
        ("inventory", "0013_segments_of_every_record"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(mend_what_stands, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="location",
            name="country_code",
            field=inventory.models.fields.CountryField(max_length=2, verbose_name="country"),
        ),
        migrations.AlterField(
            model_name="location",
            name="latitude",
            field=models.FloatField(
                validators=[
                    django.core.validators.MinValueValidator(-90),
                    django.core.validators.MaxValueValidator(90),
                ],
                verbose_name="latitude",
            ),
        ),
        migrations.AlterField(
            model_name="location",
            name="longitude",
            field=models.FloatField(
                validators=[
                    django.core.validators.MinValueValidator(-180),
                    django.core.validators.MaxValueValidator(180),
                ],
                verbose_name="longitude",
            ),
        ),
        migrations.AlterField(
            model_name="location",
            name="pickup_keep_days",
            field=models.PositiveIntegerField(
                default=7,
                validators=[django.core.validators.MaxValueValidator(365)],
                verbose_name="keeps pickups for days",
            ),
        ),
        migrations.AlterField(
            model_name="location",
            name="pickup_lead_minutes",
            field=models.PositiveIntegerField(
                default=120,
                validators=[django.core.validators.MaxValueValidator(43200)],
                verbose_name="pickup lead time in minutes",
            ),
        ),
        migrations.AlterField(
            model_name="location",
            name="time_zone",
            field=inventory.models.fields.TimeZoneField(
                help_text="For example Europe/Berlin.", max_length=60, verbose_name="time zone"
            ),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="country_code",
            field=inventory.models.fields.CountryField(max_length=2, verbose_name="country"),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="latitude",
            field=models.FloatField(
                validators=[
                    django.core.validators.MinValueValidator(-90),
                    django.core.validators.MaxValueValidator(90),
                ],
                verbose_name="latitude",
            ),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="longitude",
            field=models.FloatField(
                validators=[
                    django.core.validators.MinValueValidator(-180),
                    django.core.validators.MaxValueValidator(180),
                ],
                verbose_name="longitude",
            ),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="pickup_keep_days",
            field=models.PositiveIntegerField(
                default=7,
                validators=[django.core.validators.MaxValueValidator(365)],
                verbose_name="keeps pickups for days",
            ),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="pickup_lead_minutes",
            field=models.PositiveIntegerField(
                default=120,
                validators=[django.core.validators.MaxValueValidator(43200)],
                verbose_name="pickup lead time in minutes",
            ),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="time_zone",
            field=inventory.models.fields.TimeZoneField(
                help_text="For example Europe/Berlin.", max_length=60, verbose_name="time zone"
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="attributes",
            field=inventory.models.fields.AttributesField(blank=True, default=dict, verbose_name="attributes"),
        ),
        migrations.AlterField(
            model_name="productchange",
            name="attributes",
            field=inventory.models.fields.AttributesField(blank=True, default=dict, verbose_name="attributes"),
        ),
        migrations.AlterField(
            model_name="variant",
            name="attributes",
            field=inventory.models.fields.AttributesField(
                blank=True, default=dict, help_text='For example {"colour": {"en": "Blue"}}.', verbose_name="attributes"
            ),
        ),
        migrations.AlterField(
            model_name="variantchange",
            name="attributes",
            field=inventory.models.fields.AttributesField(
                blank=True, default=dict, help_text='For example {"colour": {"en": "Blue"}}.', verbose_name="attributes"
            ),
        ),
        migrations.AddConstraint(
            model_name="location",
            constraint=models.CheckConstraint(
                condition=models.Q(("pickup_keep_days__lte", 365), ("pickup_lead_minutes__lte", 43200)),
                name="location_keeps_pickups_within_a_year",
                violation_error_message="Pickups are kept for a year at most, and are ready within 30 days.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="listprice",
            name="list_price_from_one_unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("min_quantity__gte", 1)),
                name="list_price_from_one_unit",
                violation_error_message="A price begins at one unit or more.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="location",
            name="location_is_on_earth",
            constraint=models.CheckConstraint(
                condition=models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                name="location_is_on_earth",
                violation_error_message="Latitude is from -90 to 90, and longitude from -180 to 180.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="openingexception",
            name="opening_exception_closed_or_a_span",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes__isnull", True), ("opens__isnull", True)),
                    ("closes__gt", models.F("opens")),
                    _connector="OR",
                ),
                name="opening_exception_closed_or_a_span",
                violation_error_message="Enter both times, the closing time later; or none for a closed day.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="openinghours",
            name="opening_hours_close_after_opening",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes__gt", models.F("opens"))),
                name="opening_hours_close_after_opening",
                violation_error_message="A period ends later than it begins. Hours past midnight are two periods: until 23:59, and from 00:00 of the next day.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="pricelist",
            name="price_list_ends_after_start",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"),
                name="price_list_ends_after_start",
                violation_error_message="The end must be later than the start.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="pricelist",
            name="price_list_of_one_door_has_reason_and_end",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("channel", ""), _negated=True),
                        ("store__isnull", False),
                        _connector="OR",
                        _negated=True,
                    ),
                    models.Q(("ends_at__isnull", False), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="price_list_of_one_door_has_reason_and_end",
                violation_error_message="What holds for one channel or store only needs a reason and an end.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="taxcategory",
            name="tax_category_one_standard",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_standard", True)),
                fields=("is_standard",),
                name="tax_category_one_standard",
                violation_error_message="Another category is the standard one.",
            ),
        ),
    ]
