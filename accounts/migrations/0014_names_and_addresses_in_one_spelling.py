"""Names, e-mail addresses and postal addresses get one form each."""

import core.texts.fields
from core.texts.spelling import plain_email, plain_lines, plain_name, plain_postcode
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


def spell_people(apps, schema_editor):
    """Write names, e-mail addresses and postal addresses in their one form."""
    people = apps.get_model("accounts", "Customer").objects
    _bring_into_spelling(people, name=plain_name, email=plain_email)
    people.filter(email__regex="[A-Z]").update(email=models.functions.Lower("email"))
    logins = apps.get_model("account", "EmailAddress").objects
    for login in logins.exclude(email__regex="^[!-~]*$"):
        email = plain_email(login.email)
        # Whoever proved one spelling of an address keeps it; the other can be proved again.
        if email != login.email and not logins.filter(email=email).exists():
            logins.filter(pk=login.pk).update(email=email)
    words = dict.fromkeys(["name", "company", "city", "city_area", "country_area"], plain_name)
    addresses = apps.get_model("accounts", "Address").objects
    _bring_into_spelling(addresses, **words, street_address=plain_lines, postal_code=plain_postcode)
    addresses.filter(postal_code__regex="[a-z]").update(postal_code=models.functions.Upper("postal_code"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_wrong_sign_ins"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.RunPython(spell_people, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="address",
            name="city",
            field=core.texts.fields.NameField(blank=True, max_length=200, verbose_name="city"),
        ),
        migrations.AlterField(
            model_name="address",
            name="city_area",
            field=core.texts.fields.NameField(blank=True, max_length=200, verbose_name="district"),
        ),
        migrations.AlterField(
            model_name="address",
            name="company",
            field=core.texts.fields.NameField(blank=True, max_length=200, verbose_name="company"),
        ),
        migrations.AlterField(
            model_name="address",
            name="country_area",
            field=core.texts.fields.NameField(blank=True, max_length=200, verbose_name="state or province"),
        ),
        migrations.AlterField(
            model_name="address",
            name="name",
            field=core.texts.fields.NameField(max_length=200, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="address",
            name="postal_code",
            field=core.texts.fields.PostcodeField(blank=True, max_length=20, verbose_name="postal code"),
        ),
        migrations.AlterField(
            model_name="address",
            name="street_address",
            field=core.texts.fields.LinesField(max_length=400, verbose_name="street address"),
        ),
        migrations.AlterField(
            model_name="customer",
            name="email",
            field=core.texts.fields.PlainEmailField(
                blank=True,
                db_index=True,
                help_text="For contact; what identifies is the verified address.",
                max_length=254,
                verbose_name="e-mail",
            ),
        ),
        migrations.AlterField(
            model_name="customer",
            name="name",
            field=core.texts.fields.NameField(blank=True, max_length=200, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="customerchange",
            name="email",
            field=core.texts.fields.PlainEmailField(
                blank=True,
                help_text="For contact; what identifies is the verified address.",
                max_length=254,
                verbose_name="e-mail",
            ),
        ),
        migrations.AlterField(
            model_name="customerchange",
            name="name",
            field=core.texts.fields.NameField(blank=True, max_length=200, verbose_name="name"),
        ),
    ]
