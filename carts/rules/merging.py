"""How two carts of one person are merged."""

from collections.abc import Sequence
from dataclasses import dataclass

ADDED, RAISED, KEPT = "added", "raised", "kept"
# No merge: the shop sells in another currency now, so the line has another price.
REVALUED = "revalued"

REASONS = {
    ADDED: "only_in_other_cart",
    RAISED: "other_cart_had_more",
    KEPT: "this_cart_had_as_many",
    REVALUED: "currency_changed",
}


@dataclass(frozen=True, slots=True)
class MergeLine:
    """Units of a variant in a cart."""

    variant_id: int
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class MergedLine:
    """The result of merging one line of the other cart; quantity is what the person's cart holds now."""

    variant_id: int
    sku: str
    action: str
    quantity: int

    @property
    def reason(self) -> str:
        return REASONS[self.action]


def merge_lines(*, present: Sequence[MergeLine], other: Sequence[MergeLine]) -> list[MergedLine]:
    """
    Merge each line of the other cart; no line of either cart is lost.

    A variant in both carts keeps the larger quantity: a person who adds a variant again after signing out means one of
    it, and a sum would sell them two.
    """
    held = {line.variant_id: line.quantity for line in present}
    merged = []
    for line in other:
        before = held.get(line.variant_id)
        if before is None:
            action = ADDED
        elif before < line.quantity:
            action = RAISED
        else:
            action = KEPT
        merged.append(MergedLine(line.variant_id, line.sku, action, max(before or 0, line.quantity)))
    return merged
