"""Paths of categories are kept by triggers: whoever writes a slug or a parent, the subtree's paths follow."""

from django.db import migrations

PATHS = """
CREATE FUNCTION inventory_category_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.path := COALESCE((SELECT path || '/' FROM inventory_category WHERE id = NEW.parent_id), '') || NEW.slug;
    IF TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM inventory_category WHERE id = NEW.parent_id AND starts_with(path || '/', OLD.path || '/')
    ) THEN
        RAISE EXCEPTION 'A category cannot lie below itself.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inventory_category_path BEFORE INSERT OR UPDATE ON inventory_category
    FOR EACH ROW EXECUTE FUNCTION inventory_category_path();

-- Touching the children makes their own trigger read the new path; theirs follow in turn.
CREATE FUNCTION inventory_category_subtree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE inventory_category SET slug = slug WHERE parent_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER inventory_category_subtree AFTER UPDATE ON inventory_category
    FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION inventory_category_subtree();
"""


class Migration(migrations.Migration):
    dependencies = [("inventory", "0005_names_in_order")]
    operations = [
        migrations.RunSQL(
            PATHS,
            """
            DROP TRIGGER inventory_category_subtree ON inventory_category;
            DROP TRIGGER inventory_category_path ON inventory_category;
            DROP FUNCTION inventory_category_subtree, inventory_category_path;
            """,
        ),
    ]
