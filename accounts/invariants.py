"""The invariants of customers and balances."""

from core.data.invariants import invariant
from core.data.spelling_invariants import phones_dialled_alike, spelt_alike, without_card_numbers
from core.texts.spelling import plain_email, plain_lines, plain_name, plain_postcode, plain_text

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
    "the batches of points that may be spent make up the balance",
    """
    SELECT balance.id, balance.amount, coalesce(sum(batch.remaining), 0) AS batches
    FROM accounts_balance AS balance
    LEFT JOIN accounts_pointbatch AS batch ON batch.balance_id = balance.id AND batch.matured_at IS NOT NULL
    WHERE balance.kind = 'points'
    GROUP BY balance.id HAVING coalesce(sum(batch.remaining), 0) <> balance.amount
    """,
)
invariant(
    "what is left of a batch of points is what nobody took out",
    """
    SELECT batch.id, batch.points, batch.remaining, coalesce(sum(redemption.points), 0) AS drawn
    FROM accounts_pointbatch AS batch LEFT JOIN accounts_pointredemption AS redemption ON redemption.batch_id = batch.id
    GROUP BY batch.id HAVING batch.points - coalesce(sum(redemption.points), 0) <> batch.remaining
    """,
)
invariant(
    "a purchase earned what its batches brought and nobody took back",
    """
    SELECT accrual.reference, accrual.points, accrual.owed, batches.points AS batches, taken.points AS taken
    FROM accounts_pointaccrual AS accrual
    CROSS JOIN LATERAL (SELECT coalesce(sum(points), 0) AS points FROM accounts_pointbatch
                        WHERE accrual_id = accrual.id) AS batches
    CROSS JOIN LATERAL (SELECT coalesce(sum(points), 0) AS points FROM accounts_pointredemption
                        WHERE accrual_id = accrual.id) AS taken
    WHERE accrual.points <> batches.points - taken.points - accrual.owed
    """,
)
invariant(
    "wrong passwords are forgotten once they count no more",
    "SELECT id, tried_at FROM accounts_wrongsignin WHERE tried_at < now() - interval '2 hours'",
)
spelt_alike("a customer's name is in its one spelling", "accounts_customer", ["name"], plain_name)
spelt_alike(
    "a customer's e-mail address is in its one spelling",
    "accounts_customer",
    ["email"],
    plain_email,
    likely="text <> lower(text)",
)
spelt_alike("a person's number in another system is in one spelling", "accounts_customer", ["external_id"], plain_text)
spelt_alike(
    "the names in an address are in their one spelling",
    "accounts_address",
    ["name", "company", "city", "city_area", "country_area"],
    plain_name,
)
spelt_alike("the street of an address is in its one spelling", "accounts_address", ["street_address"], plain_lines)
spelt_alike(
    "the postcode of an address is in its one spelling",
    "accounts_address",
    ["postal_code"],
    plain_postcode,
    likely="text <> upper(text)",
)
phones_dialled_alike("a phone number is stored as E.164", accounts_customer="phone", accounts_address="phone")
invariant(
    "a VAT number is in its one spelling",
    """
    SELECT id, country, number FROM accounts_taxnumber
    WHERE number !~ '^[A-Z0-9+*]+$' OR country !~ '^[A-Z]{2}$'
    """,
)
without_card_numbers(
    "nothing about a person has a payment card's number in it",
    accounts_customer=["name", "email"],
    accounts_address=["name", "company", "street_address", "city", "city_area", "country_area"],
    accounts_customermerge=["reason"],
    accounts_balance=["issued_for"],
    accounts_balanceentry=["note"],
    accounts_taxnumbercheck=["name", "address"],
    accounts_segment=["name::text"],
    accounts_loyaltytier=["name::text"],
)
