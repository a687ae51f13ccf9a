"""The version of the pricing configuration, which every change of it raises."""

from django.db import migrations
from django.db import migrations

# A sequence, because a number that was given out is never given out again, not even after a rollback: what a process
# has stored under a version is then always what was true under it.
VERSION = """
CREATE SEQUENCE carts_config_number;
CREATE TABLE carts_configversion (value bigint NOT NULL);
INSERT INTO carts_configversion VALUES (nextval('carts_config_number'));
CREATE FUNCTION carts_config_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE carts_configversion SET value = nextval('carts_config_number');
    RETURN NULL;
END $$;
CREATE TRIGGER carts_config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON carts_taxzone
    FOR EACH STATEMENT EXECUTE FUNCTION carts_config_changed();
CREATE TRIGGER carts_config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON carts_taxrate
    FOR EACH STATEMENT EXECUTE FUNCTION carts_config_changed();
CREATE TRIGGER carts_config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON carts_shippingrate
    FOR EACH STATEMENT EXECUTE FUNCTION carts_config_changed();
CREATE TRIGGER carts_config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON carts_promotion
    FOR EACH STATEMENT EXECUTE FUNCTION carts_config_changed();
CREATE TRIGGER carts_config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON inventory_taxcategory
    FOR EACH STATEMENT EXECUTE FUNCTION carts_config_changed();
CREATE TRIGGER carts_config_changed AFTER INSERT OR DELETE OR TRUNCATE
    OR UPDATE OF code, name, country_code, region, postal_code ON inventory_location
    FOR EACH STATEMENT EXECUTE FUNCTION carts_config_changed();
"""
NO_VERSION = """
DROP TRIGGER carts_config_changed ON inventory_location;
DROP TRIGGER carts_config_changed ON inventory_taxcategory;
DROP TRIGGER carts_config_changed ON carts_promotion;
DROP TRIGGER carts_config_changed ON carts_shippingrate;
DROP TRIGGER carts_config_changed ON carts_taxrate;
DROP TRIGGER carts_config_changed ON carts_taxzone;
DROP FUNCTION carts_config_changed;
DROP TABLE carts_configversion;
DROP SEQUENCE carts_config_number;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("carts", "0007_parity"),
        ("inventory", "0001_taxes"),
        ("inventory", "0002_locations"),
    ]

    operations = [
        migrations.RunSQL(VERSION, NO_VERSION),
    ]
