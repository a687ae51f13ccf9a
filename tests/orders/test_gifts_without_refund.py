"""Gifts when goods were taken without a refund: nothing is withheld from nothing, and nothing is given back twice."""

from itertools import permutations

import pytest

from core.data.invariants import find_breaches
from orders.models import Refund, Return
from orders.services.returns.preview import preview_return
from orders.services.returns.requests import LineToReturn
from tests.orders import test_kept_gifts
from tests.orders.test_return_policies import ask, piece, take

bag, collected = test_kept_gifts.bag, test_kept_gifts.collected


def refunded():
    return sum(Refund.objects.values_list("amount", flat=True))


class TestTakenWithoutARefund:
    def test_notes_nothing_withheld_and_no_charges(self, collected, bowl, at_desk, now):
        goods = take(collected, piece(collected, bowl), by=at_desk, now=now, refund=())

        assert (goods.state, goods.withheld_for_gifts, goods.fee, goods.charges_back) == (Return.CLOSED, 0, 0, 0)
        assert (goods.amount, refunded()) == (4000, 0)

    @pytest.mark.parametrize("turn", list(permutations(["mug", "mug", "bag"])))
    def test_what_is_still_paid_earns_the_gift_on(self, turn, collected, bowl, mug, bag, at_desk, now):
        take(collected, piece(collected, bowl), by=at_desk, now=now, refund=())

        for name in turn:
            take(collected, piece(collected, {"mug": mug, "bag": bag}[name]), by=at_desk, now=now)

        assert refunded() == 1000
        assert set(Return.objects.values_list("withheld_for_gifts", flat=True)) == {0}
        assert find_breaches() == {}

    @pytest.mark.parametrize("turn", list(permutations(["bowl", "mug", "bag"])))
    @pytest.mark.parametrize("free", ["bowl", "mug", "bag"])
    def test_whatever_was_free_and_first_no_more_goes_back_than_the_rest_is_worth(
        self, free, turn, collected, bowl, mug, bag, at_desk, now
    ):
        variants = {"bowl": (bowl, 1), "mug": (mug, 2), "bag": (bag, 1)}
        for name in turn:
            variant, units = variants[name]
            choice = {"refund": ()} if name == free else {}
            pieces = [piece(collected, variant, units)]
            expected = preview_return(order=collected, pieces=pieces, now=now).refund
            before = refunded()
            take(collected, *pieces, by=at_desk, now=now, **choice)
            assert refunded() - before == (0 if choice else expected)

        # What a gift that comes back free leaves withheld was decided by whoever took it so.
        most = sum(worth for name, worth in (("bowl", 4000), ("mug", 1000)) if name != free)
        assert refunded() == most if free != "bag" else 3500 <= refunded() <= most
        assert find_breaches() == {}

    def test_requests_that_wait_are_valued_with_it(self, collected, bowl, mug, as_ana, at_desk, now):
        asked = ask(collected, *asked_for(collected, mug, 2), by=as_ana, now=now)
        take(collected, piece(collected, bowl), by=at_desk, now=now, refund=())

        asked.refresh_from_db()
        assert (asked.amount, asked.withheld_for_gifts) == (1000, 0)


def asked_for(order, variant, units=1):
    return [LineToReturn(order.lines.get(variant=variant).pk, units, "changed_mind")]
