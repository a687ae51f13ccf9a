"""
What only shops with price lists need, out of the statements of all the others.

PostgreSQL makes every part of a statement ready before it runs the first, the parts that are skipped as well; what a
function does is made ready when it is called.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION inventory_price_steps(variant bigint, currency text, segments text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT jsonb_agg(jsonb_build_array(
            list.id, step.amount, step.min_quantity, list.channel, at_store.code, of_segment.code, list.priority,
            list.starts_at, list.ends_at, list.is_tax_included))
        FROM inventory_listprice AS step
        JOIN inventory_pricelist AS list ON list.id = step.price_list_id
        LEFT JOIN inventory_location AS at_store ON at_store.id = list.store_id
        LEFT JOIN accounts_segment AS of_segment ON of_segment.id = list.segment_id
        WHERE step.variant_id = $1 AND list.is_active AND list.currency = $2
          AND (list.segment_id IS NULL OR of_segment.code = ANY($3))
          AND (list.ends_at IS NULL OR list.ends_at > now() - interval '31 days'));
END $$;
CREATE FUNCTION inventory_price_segments(person bigint, moment timestamptz) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT array_agg(segment.code)
        FROM accounts_customer AS customer
        JOIN accounts_segmentmembership AS membership ON membership.customer_id = customer.id
        JOIN accounts_segment AS segment ON segment.id = membership.segment_id
        WHERE (customer.id = $1 OR customer.merged_into_id = $1) AND membership.since <= $2
          AND (membership.until IS NULL OR membership.until > $2));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_indexes"),
        ("inventory", "0015_price_files"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION inventory_price_steps, inventory_price_segments;"),
    ]
