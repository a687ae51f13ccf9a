"""The addresses of stores and warehouses get one form."""

import core.texts.fields
from core.texts.spelling import plain_lines, plain_name, plain_postcode
from django.db import migrations, models

PLAIN = r"^([!-~]+( [!-~]+)*)?$"


def _bring_into_spelling(rows, **spellings):
    """Write the fields of rows as they are stored from now on; plain ASCII without blanks to squeeze is so already."""
    odd = models.Q()
    for name in spellings:
        odd |= ~models.Q(**{f"{name}__regex": PLAIN})
    for row in rows.filter(odd).only("pk", *spellings).iterator():
        changes = {name: spelt(getattr(row, name)) for name, spelt in spellings.items()}
        if any(getattr(row, name) != value for name, value in changes.items()):
            rows.filter(pk=row.pk).update(**changes)


def spell_places(apps, schema_editor):
    """Write the addresses of stores and warehouses in their one form."""
    places = apps.get_model("inventory", "Location").objects
    _bring_into_spelling(places, city=plain_name, street_address=plain_lines, postal_code=plain_postcode)
    places.filter(postal_code__regex="[a-z]").update(postal_code=models.functions.Upper("postal_code"))


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0016_deposits"),
    ]

    operations = [
        migrations.RunPython(spell_places, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="location",
            name="city",
            field=core.texts.fields.NameField(max_length=100, verbose_name="city"),
        ),
        migrations.AlterField(
            model_name="location",
            name="postal_code",
            field=core.texts.fields.PostcodeField(blank=True, max_length=20, verbose_name="postal code"),
        ),
        migrations.AlterField(
            model_name="location",
            name="street_address",
            field=core.texts.fields.LinesField(max_length=200, verbose_name="street address"),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="city",
            field=core.texts.fields.NameField(max_length=100, verbose_name="city"),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="postal_code",
            field=core.texts.fields.PostcodeField(blank=True, max_length=20, verbose_name="postal code"),
        ),
        migrations.AlterField(
            model_name="locationchange",
            name="street_address",
            field=core.texts.fields.LinesField(max_length=200, verbose_name="street address"),
        ),
    ]
