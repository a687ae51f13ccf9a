"""A changed deposit renews the version of the pricing configuration, as a changed tax does."""

from django.db import migrations

WATCH = """
CREATE TRIGGER carts_config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON inventory_depositamount
    FOR EACH STATEMENT EXECUTE FUNCTION carts_config_changed();
"""
UNWATCH = "DROP TRIGGER carts_config_changed ON inventory_depositamount;"


class Migration(migrations.Migration):
    dependencies = [
        ("carts", "0010_time_zones_of_stores"),
        ("inventory", "0016_deposits"),
    ]

    operations = [
        migrations.RunSQL(WATCH, UNWATCH),
    ]
