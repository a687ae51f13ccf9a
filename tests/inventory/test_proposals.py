"""What a place should order, from what it sells; and the documents that follow."""

from datetime import timedelta

import pytest

from core.errors import Malformed, NotFound
from inventory.models import Product, ReorderRule, StockDocument, StockLevel, StockMovement
from inventory.queries.purchasing import proposals
from inventory.queries.purchasing.proposals import list_proposals
from inventory.services.purchasing.proposals import NothingProposed, order_proposals
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.purchase_orders import OrderTermsNotMet, end_purchase_order
from inventory.services.stock_documents.supplier_returns import (
    cancel_supplier_return,
    plan_supplier_return,
    send_supplier_return,
)
from tests.factories.inventory import make_stock, make_variant
from tests.factories.states import no_guards
from tests.factories.stock_documents import (
    MONA,
    NOW,
    make_purchase_order,
    make_supplier,
    make_terms,
    make_transfer,
    sell,
)


@pytest.fixture
def tonhof(mug):
    """Sells mugs, in packs of six, and delivers within ten days; is ordered from every week."""
    supplier = make_supplier()
    make_terms(supplier, mug, pack_size=6)
    return supplier


@pytest.fixture
def bought(mug, tonhof, high_street, warehouse):
    """A mug a day is sold on the high street, where five are left; the warehouse has none to give."""
    StockLevel.objects.filter(variant=mug, location=warehouse).update(on_hand=0)
    sell(mug, high_street, 56)
    return mug


def proposed(place, **more):
    return {one.sku: one for one in list_proposals(location_id=place.pk, now=NOW, **more)}


def order(place, wanted=None):
    return order_proposals(location_id=place.pk, wanted=wanted, by=MONA, now=NOW)


def test_what_came_back_from_a_supplier_is_no_less_demand(mug, high_street, warehouse):
    supplier = make_supplier()
    make_terms(supplier, mug)
    stock = StockLevel.objects.filter(variant=mug, location=warehouse)
    stock.update(on_hand=106)
    make_transfer(warehouse, high_street, DocumentLine(mug.pk, 56))
    back = plan_supplier_return(
        supplier_id=supplier.pk, source_id=warehouse.pk, lines=[DocumentLine(mug.pk, 50, taken_from="sellable")],
        by=MONA, now=NOW,
    )  # fmt: skip
    send_supplier_return(document_id=back.pk, by=MONA, now=NOW)
    cancel_supplier_return(document_id=back.pk, by=MONA, now=NOW)
    stock.update(on_hand=5)

    assert proposed(warehouse)["MUG"].daily_sales == 1.0


def test_a_rule_asks_for_what_its_place_never_had(mug, high_street, warehouse):
    bowl = make_variant(sku="BOWL")
    make_terms(make_supplier(), bowl)
    ReorderRule.objects.create(variant=bowl, location=high_street, minimum_units=10, maximum_units=20)

    assert proposed(high_street)["BOWL"].units == 10
    [document] = order(high_street)
    assert document.lines.get().quantity == 10


def test_what_sells_is_bought_before_it_is_gone(bought, tonhof, high_street):
    one = proposed(high_street)["MUG"]

    assert (one.kind, one.supplier, one.source) == ("purchase", "tonhof", None)
    assert (one.free, one.coming, one.daily_sales) == (5, 0, 1.0)
    assert (one.reorder_point, one.order_up_to, one.units) == (10, 17, 12)


@pytest.mark.parametrize(("on_hand", "reserved", "units"), [(10, 0, 12), (11, 0, None), (16, 6, 12), (16, 5, None)])
def test_reserved_units_last_for_nobody(bought, high_street, on_hand, reserved, units):
    StockLevel.objects.filter(location=high_street).update(on_hand=on_hand, reserved=reserved)

    one = proposed(high_street).get("MUG")

    assert (one and one.units) == units


def test_what_is_coming_or_planned_is_not_ordered_again(bought, tonhof, high_street, warehouse):
    planned = make_purchase_order(tonhof, high_street, DocumentLine(bought.pk, 6), is_sent=False)
    assert proposed(high_street) == {}

    end_purchase_order(document_id=planned.pk, by=MONA, now=NOW)
    assert proposed(high_street)["MUG"].coming == 0
    StockLevel.objects.filter(location=warehouse).update(on_hand=4)
    make_transfer(warehouse, high_street, DocumentLine(bought.pk, 4))
    assert (proposed(high_street)["MUG"].coming, proposed(high_street)["MUG"].units) == (4, 12)


def test_a_new_article_is_judged_by_its_own_days(tonhof, high_street):
    bowl = make_variant(sku="BOWL")
    make_terms(tonhof, bowl)
    level = make_stock(bowl, high_street, on_hand=3)
    sell(bowl, high_street, 28)

    for days, daily in (14, 2.0), (1, 4.0), (400, 0.5):
        with no_guards():
            StockMovement.objects.filter(level=level, kind="received").update(occurred_at=NOW - timedelta(days=days))
        assert proposed(high_street)["BOWL"].daily_sales == daily


def test_sales_of_long_ago_count_no_more(mug, tonhof, high_street):
    sell(mug, high_street, 56, at=NOW - timedelta(days=57))

    assert proposed(high_street) == {}


def test_the_safety_stock_is_kept(mug, tonhof, high_street, warehouse):
    StockLevel.objects.filter(location=warehouse).update(on_hand=0)
    StockLevel.objects.filter(location=high_street).update(safety=8)

    one = proposed(high_street)["MUG"]

    assert (one.reorder_point, one.order_up_to, one.units) == (8, 8, 6)


def test_a_place_sets_limits_and_leaves_articles_out(bought, high_street):
    rule = ReorderRule.objects.create(variant=bought, location=high_street, minimum_units=30, maximum_units=40)
    assert proposed(high_street)["MUG"].units == 30

    rule.minimum_units, rule.maximum_units = 0, 8
    rule.save()
    assert (proposed(high_street)["MUG"].kind, proposed(high_street)["MUG"].units) == ("purchase", 0)
    with pytest.raises(NothingProposed):
        order(high_street)
    rule.is_proposed = False
    rule.save()
    assert proposed(high_street) == {}


def test_goods_that_lie_elsewhere_are_fetched_instead_of_bought(bought, high_street, warehouse):
    StockLevel.objects.filter(location=warehouse).update(on_hand=12)

    one = proposed(high_street)["MUG"]

    assert (one.kind, one.source, one.units) == ("transfer", "warehouse", 12)
    StockLevel.objects.filter(location=warehouse).update(on_hand=11)
    assert proposed(high_street)["MUG"].kind == "purchase"


def test_a_place_gives_only_what_it_does_not_need_itself(bought, high_street, warehouse):
    StockLevel.objects.filter(location=warehouse).update(on_hand=30, reserved=2)
    assert proposed(high_street)["MUG"].kind == "transfer"

    sell(bought, warehouse, 56)
    assert proposed(high_street)["MUG"].kind == "purchase"


def test_a_warehouse_needs_what_stores_fetch_from_it(bought, high_street, warehouse):
    StockLevel.objects.filter(location=warehouse).update(on_hand=56)
    make_transfer(warehouse, high_street, DocumentLine(bought.pk, 56))

    assert proposed(warehouse)["MUG"].daily_sales == 1.0


def test_what_nobody_supplies_is_told(mug, high_street, warehouse):
    StockLevel.objects.filter(location=warehouse).update(on_hand=0)
    sell(mug, high_street, 56)

    one = proposed(high_street)["MUG"]

    assert (one.kind, one.supplier, one.units) == ("unsupplied", None, 9)
    with pytest.raises(NothingProposed):
        order(high_street)


@pytest.mark.parametrize("gone", ["variant", "product", "supplier"])
def test_what_is_not_sold_any_more_is_not_bought(bought, tonhof, high_street, gone):
    if gone == "product":
        Product.objects.update(state=Product.RETIRED)
    else:
        row = bought if gone == "variant" else tonhof
        row.is_active = False
        row.save()

    assert proposed(high_street).get("MUG") is None or proposed(high_street)["MUG"].kind == "unsupplied"


def test_one_act_plans_an_order_for_each_supplier_and_a_transfer_for_each_source(
    bought, lamp, tonhof, high_street, warehouse
):
    bowl = make_variant(sku="BOWL")
    make_terms(make_supplier("schale"), bowl)
    for variant in bowl, lamp:
        if variant == bowl:
            make_stock(variant, high_street, on_hand=1)
        sell(variant, high_street, 8)
    StockLevel.objects.filter(variant=lamp, location=warehouse).update(on_hand=50)

    made = order(high_street)

    drafts = {
        (one.kind, one.supplier and one.supplier.code, one.source and one.source.code): {
            line.variant.sku: line.quantity for line in one.lines.all()
        }
        for one in made
    }
    assert drafts == {
        ("purchase_order", "tonhof", None): {"MUG": 12},
        ("purchase_order", "schale", None): {"BOWL": 2},
        ("transfer", None, "warehouse"): {"LAMP": 1},
    }
    assert {one.state for one in made} == {"draft"}
    assert proposed(high_street) == {}


def test_a_second_act_orders_nothing_more(bought, high_street):
    order(high_street)

    for wanted in None, {bought.pk: None}, {bought.pk: 60}:
        with pytest.raises(NothingProposed):
            order(high_street, wanted)

    assert StockDocument.objects.count() == 1


def test_staff_choose_articles_and_units(bought, lamp, high_street):
    sell(lamp, high_street, 56)

    made = order(high_street, {bought.pk: 18})

    assert [line.quantity for one in made for line in one.lines.all()] == [18]
    end_purchase_order(document_id=made[0].pk, by=MONA, now=NOW)
    with pytest.raises(OrderTermsNotMet):
        order(high_street, {bought.pk: 7})
    for wanted in {}, {bought.pk: 0}:
        with pytest.raises(Malformed):
            order(high_street, wanted)
    with pytest.raises(NotFound):
        order_proposals(location_id=0, wanted=None, by=MONA, now=NOW)


def test_proposals_come_in_pages_by_article(bought, lamp, high_street, warehouse):
    sell(lamp, high_street, 56)
    skus = [one.sku for one in list_proposals(location_id=high_street.pk, now=NOW)]

    first = list_proposals(location_id=high_street.pk, now=NOW, limit=1)
    rest = list_proposals(location_id=high_street.pk, now=NOW, after=first[0].variant_id)

    assert [one.sku for one in (*first, *rest)] == skus == ["MUG", "LAMP"]


def test_a_page_goes_through_as_much_of_the_place_as_it_needs(
    tonhof, high_street, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(proposals, "AT_ONCE", 3)
    skus = [f"V{place}" for place in range(7)]
    for sku in skus:
        variant = make_variant(sku=sku)
        make_stock(variant, high_street, on_hand=5)
        make_terms(tonhof, variant)
        if sku not in ("V1", "V2", "V3"):
            sell(variant, high_street, 56)
    everything = [sku for sku in skus if sku not in ("V1", "V2", "V3")]

    with django_assert_num_queries(2):
        first = list(proposed(high_street, limit=1))
    with django_assert_num_queries(3):
        second = list(proposed(high_street, limit=2))
    pages, after = [], 0
    while found := list_proposals(location_id=high_street.pk, now=NOW, limit=2, after=after):
        pages += [one.sku for one in found]
        after = found[-1].variant_id

    assert (first, second, pages) == (everything[:1], everything[:2], everything)


def test_a_pack_that_no_document_takes_stops_nothing_else(bought, lamp, tonhof, high_street):
    make_terms(tonhof, lamp, pack_size=999_999, minimum_units=1_000_000)
    StockLevel.objects.filter(variant=lamp).update(on_hand=0)
    sell(lamp, high_street, 56)
    assert proposed(high_street)["LAMP"].units > 1_000_000

    (document,) = order(high_street)

    assert [line.variant for line in document.lines.all()] == [bought]
    with pytest.raises(Malformed):
        order(high_street, {lamp.pk: None})


@pytest.mark.parametrize("articles", [1, 6])
def test_proposals_take_two_statements_however_many(tonhof, high_street, django_assert_num_queries, articles):
    for number in range(articles):
        variant = make_variant(sku=f"BOWL-{number}")
        make_terms(tonhof, variant)
        make_stock(variant, high_street, on_hand=0)
        sell(variant, high_street, 5)

    with django_assert_num_queries(2):
        assert len(list_proposals(location_id=high_street.pk, now=NOW)) == articles
