"""What must always be true of invoices and credit notes."""

from core.data.invariants import invariant

invariant(
    "the invoices and credit notes of a legal entity are numbered without gaps in each year",
    """
    SELECT counter.legal_entity_id, counter.kind, counter.year, counter.last, issued.documents, issued.highest
    FROM (SELECT legal_entity_id, kind, year, count(*) AS documents, max(sequence) AS highest
          FROM orders_invoice GROUP BY legal_entity_id, kind, year) AS issued
    FULL JOIN orders_invoicecounter AS counter USING (legal_entity_id, kind, year)
    WHERE (issued.documents = issued.highest AND issued.highest = counter.last) IS NOT TRUE
    """,
)
invariant(
    "what an invoice or credit note says adds up to its totals, over its lines and over its taxes",
    """
    SELECT invoice.number, invoice.gross, lines.gross AS of_lines, invoice.tax, taxes.tax AS of_taxes
    FROM orders_invoice AS invoice
    CROSS JOIN LATERAL (SELECT coalesce(sum((line ->> 'gross')::bigint), 0) AS gross
                        FROM jsonb_array_elements(invoice.content -> 'positions') AS line) AS lines
    CROSS JOIN LATERAL (SELECT coalesce(sum((part ->> 4)::bigint), 0) AS tax
                        FROM jsonb_array_elements(invoice.content -> 'taxes') AS part) AS taxes
    WHERE invoice.gross <> lines.gross OR invoice.tax <> taxes.tax
    """,
)
invariant(
    "a credit note takes back a part of an invoice of its own order, and all together no more than that",
    """
    SELECT invoice.number, invoice.gross, sum(note.gross) AS credited FROM orders_invoice AS note
    JOIN orders_invoice AS invoice ON invoice.id = note.corrects_id
    GROUP BY invoice.id
    HAVING sum(note.gross) > invoice.gross OR sum(note.tax) > invoice.tax
        OR bool_or(note.order_id <> invoice.order_id OR invoice.kind <> 'invoice'
                   OR note.legal_entity_id <> invoice.legal_entity_id OR note.currency <> invoice.currency)
    """,
)
# Handlers issue credit notes, so the last minutes are left out; and what a provider refused to give back is still ours.
invariant(
    "an invoice less its credit notes is what the order's buyer paid or owes, and was not given back",
    """
    SELECT orders.number, stated.gross, paid.amount FROM orders_order AS orders
    JOIN LATERAL (SELECT sum(CASE kind WHEN 'invoice' THEN gross ELSE -gross END)::bigint AS gross
                  FROM orders_invoice WHERE order_id = orders.id) AS stated ON stated.gross IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT (SELECT coalesce(sum(payment.amount - payment.refunded), 0) FROM orders_payment AS payment
                WHERE payment.order_id = orders.id AND payment.state IN ('captured', 'authorised', 'capturing'))
             + (SELECT coalesce(sum(amount), 0) FROM orders_balancedueentry WHERE order_id = orders.id) AS amount
    ) AS paid
    WHERE stated.gross <> paid.amount
      AND NOT EXISTS (SELECT FROM orders_refund AS refund
                      JOIN orders_payment AS payment ON payment.id = refund.payment_id
                      WHERE payment.order_id = orders.id
                        AND (refund.state = 'failed' OR refund.asked_at > now() - interval '10 minutes'))
    """,
)
invariant(
    "the receipts of a register are numbered without gaps",
    """
    SELECT counter.store_id, counter.register, counter.last, numbered.receipts, numbered.highest
    FROM (SELECT store_id, register, count(*) AS receipts, max(sequence) AS highest
          FROM orders_registerreceipt GROUP BY store_id, register) AS numbered
    FULL JOIN orders_registercounter AS counter USING (store_id, register)
    WHERE (numbered.receipts = numbered.highest AND numbered.highest = counter.last) IS NOT TRUE
    """,
)
# A sale that waited for its payment gets its number from a handler at the latest. Earlier sales have none.
invariant(
    "each confirmed sale of a register has its receipt's number within ten minutes, and that of its own register",
    """
    SELECT orders.number, session.register, receipt.register AS numbered_by FROM orders_order AS orders
    JOIN orders_tillsession AS session ON session.id = orders.till_session_id
    LEFT JOIN orders_registerreceipt AS receipt ON receipt.order_id = orders.id
    WHERE (receipt.store_id, receipt.register) <> (session.store_id, session.register)
       OR (receipt.id IS NULL AND orders.state IN ('placed', 'completed') AND orders.external_id = ''
           AND orders.placed_at > coalesce((SELECT applied FROM django_migrations
                                            WHERE app = 'orders' AND name = '0039_register_receipts'), '-infinity')
           AND NOT EXISTS (SELECT FROM core_journal AS entry WHERE entry.kind = 'order.placed'
                           AND entry.ref = orders.number AND entry.occurred_at > now() - interval '10 minutes')
           AND orders.placed_at < now() - interval '10 minutes')
    """,
)
