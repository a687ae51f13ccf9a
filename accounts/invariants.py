"""What must always be true of people."""

from core.invariants import invariant

invariant(
    "a merged record leads to the end of its chain of live merges",
    """
    WITH RECURSIVE chain AS (
        SELECT duplicate_id AS id, survivor_id AS leads_to, 1 AS steps
        FROM accounts_customermerge WHERE undone_at IS NULL
        UNION ALL
        SELECT chain.id, merge.survivor_id, steps + 1
        FROM chain JOIN accounts_customermerge AS merge ON merge.duplicate_id = chain.leads_to
        WHERE merge.undone_at IS NULL AND steps < 100
    ), last_step AS (
        SELECT DISTINCT ON (id) id, leads_to FROM chain ORDER BY id, steps DESC
    )
    SELECT person.id, person.merged_into_id, last_step.leads_to
    FROM accounts_customer AS person FULL JOIN last_step ON last_step.id = person.id
    WHERE person.merged_into_id IS DISTINCT FROM last_step.leads_to
    """,
)
invariant(
    "nobody is merged into a merged record",
    """
    SELECT alias.id, alias.merged_into_id FROM accounts_customer AS alias
    JOIN accounts_customer AS person ON person.id = alias.merged_into_id
    WHERE person.merged_into_id IS NOT NULL
    """,
)
