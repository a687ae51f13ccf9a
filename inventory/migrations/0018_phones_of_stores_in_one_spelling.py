"""The phone numbers of stores and warehouses get one form."""

from accounts.rules.phones import NotAPhone, canonical_phone
from django.db import migrations


def spell_phones(apps, schema_editor):
    """Write numbers as E.164; what nobody can dial stays as it is, and the audit names it."""
    places = apps.get_model("inventory", "Location").objects
    for place in places.exclude(phone="").only("pk", "phone", "country_code"):
        try:
            phone = canonical_phone(place.phone, region=place.country_code)
        except NotAPhone:
            continue
        if phone != place.phone:
            places.filter(pk=place.pk).update(phone=phone)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0017_places_in_one_spelling")]

    operations = [migrations.RunPython(spell_phones, migrations.RunPython.noop, elidable=True)]
