"""All records of one person: the one in use, and those that were merged into it."""

# The ids of a person's records, given any of them as %(customer)s; none for NULL. Written so that both ways to a record
# go along an index.
RECORDS_OF_PERSON = """
    SELECT record.id FROM accounts_customer AS record
    WHERE record.id = (
        SELECT coalesce(merged_into_id, id) FROM accounts_customer WHERE id = %(customer)s::bigint
    ) OR record.merged_into_id = (
        SELECT coalesce(merged_into_id, id) FROM accounts_customer WHERE id = %(customer)s::bigint
    )
"""
