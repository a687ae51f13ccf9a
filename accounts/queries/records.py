"""All records of one person: the surviving one, and those that were merged into it."""

# The ids of a person's records, by any of them as %(customer)s; none for NULL. Written so that both directions use an
# index.
RECORDS_OF_PERSON = """
    SELECT record.id FROM accounts_customer AS record
    WHERE record.id = (
        SELECT coalesce(merged_into_id, id) FROM accounts_customer WHERE id = %(customer)s::bigint
    ) OR record.merged_into_id = (
        SELECT coalesce(merged_into_id, id) FROM accounts_customer WHERE id = %(customer)s::bigint
    )
"""
