from django.db import migrations

# A person's cart may belong to a record that was merged into another one: their segments are those of all records.
_FUNCTION = """
CREATE OR REPLACE FUNCTION inventory_price_segments(person bigint, moment timestamptz) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg({distinct}segment.code)
        FROM accounts_customer AS customer
        JOIN accounts_segmentmembership AS membership ON membership.customer_id = customer.id
        JOIN accounts_segment AS segment ON segment.id = membership.segment_id
        WHERE {whose} AND membership.since <= $2
          AND (membership.until IS NULL OR membership.until > $2));
END $$;
"""
_SURVIVOR = "(SELECT coalesce(merged_into_id, id) FROM accounts_customer WHERE id = $1)"


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0012_rewritten_pictures"),
    ]

    operations = [
        migrations.RunSQL(
            _FUNCTION.format(
                distinct="DISTINCT ", whose=f"(customer.id = {_SURVIVOR} OR customer.merged_into_id = {_SURVIVOR})"
            ),
            _FUNCTION.format(distinct="", whose="(customer.id = $1 OR customer.merged_into_id = $1)"),
        ),
    ]
