"""Return policies: which one goods are sold under, what an order keeps of it, and what it makes of a return."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from core.data.invariants import find_breaches
from inventory.rules.return_policies import FINAL_SALE, HYGIENE, ReturnTerms, terms_for
from orders.models import Order, OrderLine, OrderTax, Refund, Return
from orders.queries.accrual import accrual_order
from orders.queries.taxes import tax_report
from orders.rules.returns import ReturnItem, fee_of, objections_to
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.returns.lines import FinalSale, NotReturnable, OpenedHygiene, WindowOver
from orders.services.returns.preview import preview_return
from orders.services.returns.receiving import Arrival, Piece, receive_return
from orders.services.returns.requests import LineToReturn, approve_return, request_return, withdraw_return
from tests.factories.orders import make_order
from tests.factories.pricing import make_return_policy, make_tax_rate, make_tax_zone
from tests.refusals import refused

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)


def terms(**fields):
    return ReturnTerms(**{"name": {"en": "Returns"}, "kind": "normal", "days": 30, "statutory_days": 14} | fields)


def item(**fields):
    values = {
        "line_id": 1, "sku": "MUG", "wanted": 1, "fulfilled": 1, "returned": 0, "requested": 0,
        "handed_over_at": NOON, "window_days": 30, "is_here": True,
    } | fields  # fmt: skip
    return ReturnItem(**values)


def reason_of(days=0, **fields):
    found = objections_to([item(**fields)], now=NOON + timedelta(days=days))
    return found[0].reason if found else None


class TestWhichApplies:
    def test_the_nearest_category_counts_and_in_it_the_store(self):
        shop, store = terms(days=1), terms(days=2, store=7)
        home, home_there = terms(days=3, category="home"), terms(days=5, category="home", store=7)
        mugs = terms(days=4, category="home/mugs")
        policies = [home_there, shop, mugs, store, home]

        def days(path, store_id=None):
            return terms_for(policies, category_path=path, store_id=store_id).days

        assert (days(""), days("", 7), days("garden", 8)) == (1, 2, 1)
        assert (days("home"), days("home", 7), days("home/cups", 7), days("home/mugs/big", 7)) == (3, 5, 5, 4)
        assert days("homeware") == 1  # Not below home.

    def test_without_one_that_fits_there_is_none(self):
        assert terms_for([terms(category="home")], category_path="garden", store_id=None) is None
        assert terms_for([terms(store=7)], category_path="home", store_id=None) is None
        assert terms_for([], category_path="home", store_id=7) is None

    def test_only_what_no_store_sells_can_be_withdrawn_by_law(self):
        policy = terms(fees={"EUR": 500})

        assert policy.kept_on_line(currency="EUR", is_distant=True) == {
            "name": {"en": "Returns"}, "kind": "normal", "days": 30, "statutory_days": 14, "fee": 500,
        }  # fmt: skip
        assert policy.kept_on_line(currency="SEK", is_distant=False)["statutory_days"] == 0
        assert policy.kept_on_line(currency="SEK", is_distant=False)["fee"] == 0


class TestRules:
    def test_a_final_sale_comes_back_only_if_it_is_faulty_or_withdrawn_by_law(self):
        assert reason_of(kind=FINAL_SALE) == "final_sale"
        assert reason_of(kind=FINAL_SALE, is_faulty=True) is None
        assert reason_of(days=31, kind=FINAL_SALE, is_faulty=True) == "window_over"
        assert reason_of(days=14, kind=FINAL_SALE, statutory_days=14) is None
        assert reason_of(days=15, kind=FINAL_SALE, statutory_days=14) == "final_sale"

    def test_hygiene_goods_come_back_sealed_by_law_too(self):
        assert reason_of(kind=HYGIENE) is None
        assert reason_of(kind=HYGIENE, is_opened=True) == "opened_hygiene"
        assert reason_of(kind=HYGIENE, is_opened=True, statutory_days=14) == "opened_hygiene"
        assert reason_of(kind=HYGIENE, is_opened=True, is_faulty=True) is None

    def test_the_law_lasts_where_the_policy_ends_sooner(self):
        assert reason_of(days=14, window_days=7, statutory_days=14) is None
        assert reason_of(days=14, window_days=7) == "window_over"

    def test_only_goodwill_has_a_fee_and_a_return_has_one_fee(self):
        goodwill, faulty = item(fee=500), item(fee=900, is_faulty=True)

        assert fee_of([goodwill, faulty, item(fee=300)], now=NOON) == 500
        assert fee_of([item(fee=500, statutory_days=14)], now=NOON + timedelta(days=14)) == 0
        assert fee_of([item(fee=500, statutory_days=14)], now=NOON + timedelta(days=15)) == 500


@pytest.fixture
def collected(ana, mitte, mug, bowl, at_desk, now):
    order = make_order((mug, 3, 1000), (bowl, 1, 2000), store=mitte, customer=ana, state="ready", shipping=490)
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=at_desk, now=now,
    )  # fmt: skip
    return Order.objects.get(pk=order.pk)


def freeze(order, **changes):
    policy = {"name": {"en": "Returns"}, "kind": "normal", "days": 30, "statutory_days": 0, "fee": 0} | changes
    OrderLine.objects.filter(order=order).update(return_policy=policy)


def ask(order, *lines, by, now):
    return request_return(number=order.number, lines=lines, method="store", refund_to="original", by=by, now=now)


def piece(order, variant, quantity=1, condition="as_new", reason="changed_mind"):
    return Piece(order.lines.get(variant=variant).pk, quantity, condition, reason)


def take(order, *pieces, by, now, **how):
    return receive_return(order_number=order.number, arrival=Arrival(pieces, **how), by=by, now=now)


class TestRequests:
    def test_are_refused_by_name(self, collected, mug, as_ana, now):
        line = collected.lines.get(variant=mug).pk
        freeze(collected, kind="final_sale")
        with refused(FinalSale) as refusal:
            ask(collected, LineToReturn(line, 1, "changed_mind"), by=as_ana, now=now)
        assert refusal.value.details["lines"] == [{"line": str(line), "sku": "MUG", "reason": "final_sale", "left": 3}]

        freeze(collected, kind="hygiene")
        with refused(OpenedHygiene):
            ask(collected, LineToReturn(line, 1, "changed_mind", condition="opened"), by=as_ana, now=now)
        freeze(collected, days=7)
        with refused(WindowOver):
            ask(collected, LineToReturn(line, 1, "changed_mind"), by=as_ana, now=now + timedelta(days=8))
        assert not Return.objects.exists()

    def test_of_different_objections_name_each(self, collected, mug, bowl, as_ana, now):
        freeze(collected, days=7)
        collected.lines.filter(variant=bowl).update(return_policy={"kind": "final_sale", "days": 7})
        lines = [LineToReturn(line.pk, 1, "changed_mind") for line in collected.lines.all()]

        with refused(NotReturnable) as refusal:
            ask(collected, *lines, by=as_ana, now=now + timedelta(days=8))

        assert [line["reason"] for line in refusal.value.details["lines"]] == ["window_over", "final_sale"]
        assert refusal.value.code == "not_returnable"

    def test_show_the_fee_and_keep_it_when_others_are_valued_anew(self, collected, mug, bowl, as_ana, now):
        freeze(collected, fee=300)
        first = ask(collected, LineToReturn(collected.lines.get(variant=mug).pk, 1, "changed_mind"), by=as_ana, now=now)
        second = ask(
            collected, LineToReturn(collected.lines.get(variant=bowl).pk, 1, "changed_mind"), by=as_ana, now=now
        )
        assert (first.fee, first.amount, second.amount) == (300, 700, 1700)

        withdraw_return(order_number=collected.number, number=second.number, by=as_ana, now=now)

        first.refresh_from_db()
        assert (first.fee, first.amount) == (300, 700)
        assert find_breaches() == {}

    def test_in_the_days_of_the_law_show_what_all_of_it_gives_back(self, collected, as_ana, now):
        freeze(collected, statutory_days=14, fee=300)
        lines = [LineToReturn(line.pk, line.quantity, "changed_mind") for line in collected.lines.all()]

        goods = ask(collected, *lines, by=as_ana, now=now)

        assert (goods.fee, goods.charges_back, goods.amount, goods.is_by_law) == (0, 490, 5490, True)
        assert find_breaches() == {}


class TestTakingBack:
    def test_a_fee_is_withheld_once_and_never_more_than_the_goods_are_worth(self, collected, mug, bowl, at_desk, now):
        freeze(collected, fee=1500)

        both = take(collected, piece(collected, mug), piece(collected, bowl), by=at_desk, now=now)
        small = take(collected, piece(collected, mug), by=at_desk, now=now)

        assert (both.fee, both.amount, small.fee, small.amount) == (1500, 1500, 1000, 0)
        assert list(Refund.objects.values_list("amount", flat=True)) == [1500]
        assert find_breaches() == {}

    def test_what_is_faulty_costs_nothing(self, collected, mug, at_desk, now):
        freeze(collected, fee=300, kind="final_sale")

        goods = take(collected, piece(collected, mug, condition="damaged", reason="defective"), by=at_desk, now=now)

        assert (goods.fee, goods.amount, goods.is_by_law) == (0, 1000, True)

    def test_pieces_of_a_line_of_which_one_is_faulty_are_goodwill(self, collected, mug, at_desk, now):
        freeze(collected, fee=300)
        mixed = (piece(collected, mug, reason="defective", condition="damaged"), piece(collected, mug))

        assert take(collected, *mixed, by=at_desk, now=now).fee == 300

    def test_opened_hygiene_goods_are_refused_at_the_desk_unless_a_manager_decides(self, collected, mug, at_desk, now):
        freeze(collected, kind="hygiene")
        with refused(OpenedHygiene):
            take(collected, piece(collected, mug, condition="opened"), by=at_desk, now=now)

        goods = take(
            collected, piece(collected, mug, condition="opened"), by=at_desk, now=now, override="The seal was loose"
        )

        assert (goods.state, goods.override_reason) == ("refunded", "The seal was loose")
        assert take(collected, piece(collected, mug), by=at_desk, now=now).override_reason == ""

    def test_what_was_asked_for_in_time_may_come_later(self, collected, mug, as_ana, at_desk, now):
        freeze(collected, kind="final_sale", statutory_days=14)
        asked = ask(collected, LineToReturn(collected.lines.get(variant=mug).pk, 1, "changed_mind"), by=as_ana, now=now)
        approve_return(number=asked.number, by=at_desk, now=now)
        late = now + timedelta(days=20)

        goods = take(collected, piece(collected, mug), by=at_desk, now=late)

        assert (goods.pk, goods.state, goods.is_by_law) == (asked.pk, "refunded", True)
        with refused(FinalSale):
            take(collected, piece(collected, mug), by=at_desk, now=late)


class TestAWholeWithdrawal:
    def everything(self, order):
        return [Piece(line.pk, line.quantity, "as_new", "changed_mind") for line in order.lines.all()]

    def test_gives_shipping_back_with_the_last_goods(self, collected, mug, bowl, at_desk, now):
        freeze(collected, statutory_days=14)

        first = take(collected, piece(collected, bowl), by=at_desk, now=now)
        last = take(collected, piece(collected, mug, 3), by=at_desk, now=now + timedelta(days=2))

        assert (first.charges_back, last.charges_back) == (0, 490)
        assert sum(Refund.objects.values_list("amount", flat=True)) == collected.grand_total == 5490
        assert set(accrual_order(order_id=collected.pk).amounts().values()) == {0}
        assert find_breaches() == {}

    def test_a_part_that_came_back_by_goodwill_keeps_it(self, collected, mug, bowl, at_desk, now):
        freeze(collected, statutory_days=14)
        collected.lines.filter(variant=bowl).update(return_policy={"kind": "normal", "days": 30})

        take(collected, piece(collected, bowl), by=at_desk, now=now)
        last = take(collected, piece(collected, mug, 3), by=at_desk, now=now)

        assert (last.charges_back, last.is_by_law) == (0, True)

    @pytest.mark.parametrize("policy", [None, {"kind": "normal", "days": 30, "statutory_days": 14}])
    def test_late_or_of_an_order_from_before_policies_it_stays(self, collected, at_desk, now, policy):
        OrderLine.objects.update(return_policy=policy)

        goods = take(collected, *self.everything(collected), by=at_desk, now=now + timedelta(days=15))

        assert (goods.charges_back, goods.is_by_law, goods.amount) == (0, False, 5000)

    def test_the_preview_says_the_same(self, collected, mug, at_desk, now):
        freeze(collected, statutory_days=14, fee=300)
        whole = preview_return(order=collected, pieces=self.everything(collected), now=now)
        late = preview_return(order=collected, pieces=[piece(collected, mug)], now=now + timedelta(days=15))

        assert (whole.refund, whole.fee, whole.charges_back) == (5490, 0, 490)
        assert (late.refund, late.fee, late.charges_back) == (700, 300, 0)

    def test_the_tax_report_undoes_all_of_the_order(self, collected, at_desk, now):
        zone = make_tax_zone("de", country="DE")
        make_tax_rate(zone, 1900)
        OrderTax.objects.create(order=collected, zone=zone, rate=1900, is_included=True, base=4613, tax=877)
        OrderLine.objects.update(tax_rate=1900)
        freeze(collected, statutory_days=14)
        today = date(2026, 3, 2)

        def undone():
            return [(row.undone_base, row.undone_tax) for row in tax_report(first=today - timedelta(9), last=today)]

        Order.objects.update(placed_at=now)
        take(collected, *self.everything(collected), by=at_desk, now=now)

        assert undone() == [(4613, 877)]

    def test_the_database_keeps_charges_for_the_law(self, collected, mug, at_desk, now):
        goods = take(collected, piece(collected, mug), by=at_desk, now=now)

        with pytest.raises(IntegrityError, match="return_charges_go_back_by_law"), transaction.atomic():
            Return.objects.filter(pk=goods.pk).update(charges_back=490)


def test_the_database_knows_one_policy_for_a_category_and_store(mitte):
    make_return_policy()
    make_return_policy(store=mitte)
    for fields in ({}, {"store": mitte}):
        with pytest.raises(IntegrityError, match="one_per_category_and_store"), transaction.atomic():
            make_return_policy(**fields)
    for fields in ({"kind": "other", "store": mitte}, {"window_days": 4000}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_return_policy(**fields)
