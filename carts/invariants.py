"""What must always be true of carts."""

from core.invariants import invariant

invariant(
    "a person has one open cart at most",
    """
    SELECT customer_id FROM carts_cart WHERE state = 'open' AND customer_id IS NOT NULL
    GROUP BY customer_id HAVING count(*) > 1
    """,
)
invariant(
    "a merged cart's lines are all in the cart it went into, unless they were taken out since",
    """
    SELECT source.id FROM carts_cart AS source JOIN carts_cart AS target ON target.id = source.merged_into_id
    JOIN carts_cartline AS line ON line.cart_id = source.id
    LEFT JOIN carts_cartline AS kept ON kept.cart_id = target.id AND kept.variant_id = line.variant_id
    WHERE kept.id IS NULL AND target.changed_at = source.changed_at
    """,
)
