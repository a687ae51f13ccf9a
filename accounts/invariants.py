"""The invariants of customers and balances."""

from core.data.invariants import invariant

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
invariant(
    "a balance is the sum of its entries and never below zero",
    """
    SELECT balance.id, balance.kind, balance.amount, coalesce(sum(entry.amount), 0) AS entries
    FROM accounts_balance AS balance LEFT JOIN accounts_balanceentry AS entry ON entry.balance_id = balance.id
    GROUP BY balance.id HAVING coalesce(sum(entry.amount), 0) <> balance.amount OR balance.amount < 0
    """,
)
invariant(
    "what is held of a balance is what its holds say",
    """
    SELECT balance.id, balance.kind, balance.held, coalesce(sum(hold.amount), 0) AS holds
    FROM accounts_balance AS balance
    LEFT JOIN accounts_balancehold AS hold ON hold.balance_id = balance.id AND hold.state = 'held'
    GROUP BY balance.id HAVING coalesce(sum(hold.amount), 0) <> balance.held
    """,
)
invariant(
    "what was issued and not spent, taken back or expired is what people have",
    """
    SELECT sums.kind, sums.currency, sums.entries, sums.balances FROM (
        SELECT balance.kind, balance.currency, sum(balance.amount) AS balances,
               (SELECT coalesce(sum(entry.amount), 0) FROM accounts_balanceentry AS entry
                JOIN accounts_balance AS of ON of.id = entry.balance_id
                WHERE of.kind = balance.kind AND of.currency = balance.currency) AS entries
        FROM accounts_balance AS balance GROUP BY balance.kind, balance.currency) AS sums
    WHERE sums.entries <> sums.balances
    """,
)
invariant(
    "a closed gift card is empty, and every spent hold has its entry",
    """
    SELECT balance.id, NULL::uuid AS reference FROM accounts_balance AS balance
    WHERE balance.state = 'closed' AND balance.amount <> 0
    UNION ALL
    SELECT hold.balance_id, hold.reference FROM accounts_balancehold AS hold
    WHERE hold.state = 'spent' AND NOT EXISTS (
        SELECT FROM accounts_balanceentry AS entry
        WHERE entry.balance_id = hold.balance_id AND entry.kind = 'spent' AND entry.reference = hold.reference::text
          AND entry.amount = -hold.amount)
    """,
)
invariant(
    "the lots of points that may be spent make up the balance",
    """
    SELECT balance.id, balance.amount, coalesce(sum(lot.remaining), 0) AS lots
    FROM accounts_balance AS balance
    LEFT JOIN accounts_pointlot AS lot ON lot.balance_id = balance.id AND lot.matured_at IS NOT NULL
    WHERE balance.kind = 'points'
    GROUP BY balance.id HAVING coalesce(sum(lot.remaining), 0) <> balance.amount
    """,
)
invariant(
    "what is left of a lot of points is what nobody took out",
    """
    SELECT lot.id, lot.points, lot.remaining, coalesce(sum(draw.points), 0) AS drawn
    FROM accounts_pointlot AS lot LEFT JOIN accounts_pointdraw AS draw ON draw.lot_id = lot.id
    GROUP BY lot.id HAVING lot.points - coalesce(sum(draw.points), 0) <> lot.remaining
    """,
)
invariant(
    "a purchase earned what its lots brought and nobody took back",
    """
    SELECT earning.reference, earning.points, earning.owed, lots.points AS lots, taken.points AS taken
    FROM accounts_pointearning AS earning
    CROSS JOIN LATERAL (SELECT coalesce(sum(points), 0) AS points FROM accounts_pointlot
                        WHERE earning_id = earning.id) AS lots
    CROSS JOIN LATERAL (SELECT coalesce(sum(points), 0) AS points FROM accounts_pointdraw
                        WHERE earning_id = earning.id) AS taken
    WHERE earning.points <> lots.points - taken.points - earning.owed
    """,
)
