"""A store's time zone decides the day of its taxes, so a change of it renews the pricing configuration."""

from django.db import migrations

TRIGGER = """
DROP TRIGGER carts_config_changed ON inventory_location;
CREATE TRIGGER carts_config_changed AFTER INSERT OR DELETE OR TRUNCATE
    OR UPDATE OF code, name, country_code, region, postal_code{more} ON inventory_location
    FOR EACH STATEMENT EXECUTE FUNCTION carts_config_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("carts", "0009_forms_say_why")]

    operations = [
        migrations.RunSQL(TRIGGER.format(more=", time_zone"), TRIGGER.format(more="")),
    ]
