"""Reads vouchers with their remaining uses and budget."""

from collections.abc import Sequence

from accounts.queries.records import RECORDS_OF_PERSON
from carts.rules.vouchers import VoucherFacts
from core.data import sql

_FACTS = f"""
SELECT voucher.id, voucher.code, voucher.promotion_id, voucher.is_active AND promotion.is_active AS is_active,
       greatest(voucher.starts_at, promotion.starts_at) AS starts_at,
       least(voucher.ends_at, promotion.ends_at) AS ends_at,
       voucher.max_uses - voucher.uses AS uses_left, voucher.max_uses_each,
       CASE WHEN %(customer)s::bigint IS NOT NULL THEN coalesce(
            (SELECT sum(uses) FROM carts_vouchercount
             WHERE voucher_id = voucher.id AND customer_id IN ({RECORDS_OF_PERSON})), 0)::int
       END AS uses_by_buyer,
       budget.amount - budget.spent AS budget_left
FROM carts_voucher AS voucher JOIN carts_promotion AS promotion ON promotion.id = voucher.promotion_id
LEFT JOIN carts_voucherbudget AS budget ON budget.promotion_id = promotion.id
"""
_BY_IDS = f"{_FACTS} WHERE voucher.id = ANY(%(ids)s::bigint[]) ORDER BY voucher.id"
_BY_CODE = f"{_FACTS} WHERE voucher.code = %(code)s"


def vouchers_by_ids(ids: Sequence[int], *, customer_id: int | None) -> list[VoucherFacts]:
    """Return vouchers as they stand for a customer, in order of their ids."""
    return [VoucherFacts(**row) for row in sql.fetch_all(_BY_IDS, {"ids": list(ids), "customer": customer_id})]


def voucher_by_code(code: str, *, customer_id: int | None) -> VoucherFacts | None:
    """Return the voucher with a code, as it stands for a customer; None if there is none."""
    row = sql.fetch_one(_BY_CODE, {"code": code, "customer": customer_id})
    return VoucherFacts(**row) if row else None
