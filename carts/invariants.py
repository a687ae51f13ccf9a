"""What must always be true of carts."""

from django.conf import settings

from core.data.invariants import invariant
from core.data.spelling_invariants import without_card_numbers

invariant(
    "a person has one open cart at most",
    """
    SELECT customer_id FROM carts_cart WHERE state = 'open' AND customer_id IS NOT NULL
    GROUP BY customer_id HAVING count(*) > 1
    """,
)
invariant(
    "a merged cart's lines are all in its target cart, unless they were removed since",
    """
    SELECT source.id FROM carts_cart AS source JOIN carts_cart AS target ON target.id = source.merged_into_id
    JOIN carts_cartline AS line ON line.cart_id = source.id
    LEFT JOIN carts_cartline AS kept ON kept.cart_id = target.id AND kept.variant_id = line.variant_id
    WHERE kept.id IS NULL AND target.changed_at = source.changed_at
    """,
)
invariant(
    "a voucher counts exactly the orders that hold or use it, within its limits",
    """
    SELECT voucher.id, voucher.uses, voucher.max_uses, count(used.id) AS counted FROM carts_voucher AS voucher
    LEFT JOIN carts_voucheruse AS used ON used.voucher_id = voucher.id AND used.state IN ('held', 'used')
    GROUP BY voucher.id HAVING voucher.uses <> count(used.id) OR count(used.id) > voucher.max_uses
    """,
)
invariant(
    "no customer uses a voucher more often than its limit per customer",
    """
    SELECT present.id FROM carts_vouchercount AS present
    WHERE present.uses > (SELECT count(*) FROM carts_voucheruse AS used
                           WHERE used.voucher_id = present.voucher_id AND used.customer_id = present.customer_id
                             AND used.state IN ('held', 'used')) OR present.uses > present.most
    """,
)
invariant(
    "no person uses a voucher more often than its limit per customer, with all records that were theirs by then",
    """
    SELECT later.id, later.voucher_id, later.customer_id FROM carts_voucheruse AS later
    JOIN accounts_customer AS owner ON owner.id = later.customer_id
    JOIN carts_vouchercount AS present ON present.voucher_id = later.voucher_id AND present.customer_id = owner.id
    WHERE later.state IN ('held', 'used') AND present.most <= (
        SELECT count(*) FROM carts_voucheruse AS earlier
        JOIN accounts_customer AS other ON other.id = earlier.customer_id
        WHERE earlier.voucher_id = later.voucher_id AND earlier.state IN ('held', 'used') AND earlier.id < later.id
          AND coalesce(other.merged_into_id, other.id) = coalesce(owner.merged_into_id, owner.id)
          AND NOT EXISTS (SELECT FROM accounts_customermerge AS merge
                          WHERE merge.undone_at IS NULL AND merge.duplicate_id IN (owner.id, other.id)
                            AND merge.merged_at > later.held_at))
    """,
)
invariant(
    "a budget is spent by exactly the orders that hold or use its vouchers",
    """
    SELECT budget.id, budget.spent FROM carts_voucherbudget AS budget
    WHERE budget.spent <> (
        SELECT coalesce(sum(used.amount), 0) FROM carts_voucheruse AS used
        JOIN carts_voucher AS voucher ON voucher.id = used.voucher_id
        WHERE voucher.promotion_id = budget.promotion_id AND used.state IN ('held', 'used'))
    """,
)
invariant(
    "only an ordered cart holds or uses a voucher",
    """
    SELECT used.id, cart.state FROM carts_voucheruse AS used JOIN carts_cart AS cart ON cart.id = used.cart_id
    WHERE used.state IN ('held', 'used') AND cart.state <> 'ordered'
    """,
)
invariant(
    "an open cart that changed today is in the currency of the shop",
    f"""
    SELECT id, currency FROM carts_cart
    WHERE state = 'open' AND currency <> '{settings.SHOP_CURRENCY}' AND changed_at > now() - interval '1 day'
    """,
)
without_card_numbers(
    "nothing about promotions, vouchers, fees, taxes and delivery has a payment card's number in it",
    carts_promotion=["name::text", "door_reason"],
    carts_voucher=["series"],
    carts_fee=["name::text"],
    carts_taxzone=["name::text", "region"],
    carts_deliveryzone=["name::text"],
    carts_deliverymethod=["name::text"],
)
