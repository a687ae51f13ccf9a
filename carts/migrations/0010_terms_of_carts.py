"""What shipping costs and what stores are called are kept with the terms, so their changes count the stamp up too."""

from django.db import migrations

WATCH = """
CREATE TRIGGER carts_terms_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON carts_shippingrate
    FOR EACH STATEMENT EXECUTE FUNCTION carts_terms_changed();
DROP TRIGGER carts_terms_changed ON inventory_location;
CREATE TRIGGER carts_terms_changed AFTER INSERT OR DELETE OR TRUNCATE
    OR UPDATE OF code, name, country_code, region, postal_code ON inventory_location
    FOR EACH STATEMENT EXECUTE FUNCTION carts_terms_changed();
"""
WATCH_LESS = """
DROP TRIGGER carts_terms_changed ON carts_shippingrate;
DROP TRIGGER carts_terms_changed ON inventory_location;
CREATE TRIGGER carts_terms_changed AFTER INSERT OR DELETE OR TRUNCATE
    OR UPDATE OF code, country_code, region, postal_code ON inventory_location
    FOR EACH STATEMENT EXECUTE FUNCTION carts_terms_changed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("carts", "0009_indexes"),
        ("inventory", "0016_price_functions"),
    ]

    operations = [migrations.RunSQL(WATCH, WATCH_LESS)]
