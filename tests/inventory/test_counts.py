"""Stock counts, and receipts and adjustments with a reason."""

from datetime import timedelta

import pytest

from core.data.invariants import find_breaches
from core.errors import Malformed, NotFound
from core.states.transitions import IllegalTransition
from inventory.models import Location, Oversale, StockDocument, StockDocumentLine, StockLevel, StockMovement
from inventory.rules.stock_documents import RecountLimit
from inventory.services.stock import StockLine, adjust_stock
from inventory.services.stock_documents.counts import (
    CountIncomplete,
    approve_count,
    cancel_count,
    plan_count,
    record_count,
    submit_count,
)
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.receipts import book_adjustment, book_receipt
from inventory.services.stock_ledger import AlreadyBooked, StockPromised
from tests.factories.inventory import make_category, make_product, make_stock, make_variant
from tests.factories.stock_documents import MONA, NOW, make_count

MINUTE = timedelta(minutes=1)


def on_hand(variant, place):
    return StockLevel.objects.get(variant=variant, location=place).on_hand


def approve(document):
    return approve_count(document_id=document.pk, by=MONA, now=NOW + 10 * MINUTE)


def sell(variant, place, *, at):
    """Take a unit from the shelf at a moment."""
    line = StockLine(variant.pk, place.pk, -1)
    adjust_stock(lines=[line], reason="sold", correction=str(at), by=MONA, now=at)


def test_the_difference_is_booked_when_the_count_is_approved(mug, high_street):
    document = make_count(high_street, {mug: 4})
    assert (document.state, on_hand(mug, high_street)) == ("submitted", 5)

    document = approve(document)

    assert (document.state, on_hand(mug, high_street)) == ("approved", 4)
    movement = StockMovement.objects.get(cause_kind="count")
    assert (movement.kind, movement.on_hand_change, movement.reason, movement.cause_id) == (
        "adjusted", -1, "counted", f"C-{document.pk}/1",
    )  # fmt: skip
    assert StockDocumentLine.objects.get().quantity == -1
    assert find_breaches() == {}


def test_an_approved_count_settles_the_oversales_noted_before_it(mug, lamp, high_street, warehouse):
    def oversold(variant, place, cause, noted_at, *, reserved=0):
        level = StockLevel.objects.get(variant=variant, location=place)
        Oversale.objects.create(level=level, units=2, reserved=reserved, cause_id=cause, noted_at=noted_at)

    document = make_count(high_street, {mug: 5})
    oversold(mug, high_street, "before", NOW - MINUTE)
    oversold(mug, high_street, "after the count", NOW + 9 * MINUTE)
    oversold(mug, high_street, "others may get none", NOW - MINUTE, reserved=1)
    oversold(mug, warehouse, "elsewhere", NOW - MINUTE)
    oversold(lamp, high_street, "not counted", NOW - MINUTE)
    assert not Oversale.objects.filter(settled_at__isnull=False).exists()

    approve(document)

    settled = Oversale.objects.get(settled_at__isnull=False)
    assert (settled.cause_id, settled.settled_at, settled.settled_by_id) == (
        "before", NOW + 10 * MINUTE, MONA.staff_id,
    )  # fmt: skip


def test_a_count_that_is_not_believed_settles_nothing(mug, high_street):
    document = make_count(high_street, {mug: 5})
    level = StockLevel.objects.get(variant=mug, location=high_street)
    Oversale.objects.create(level=level, units=2, reserved=0, cause_id="before", noted_at=NOW - MINUTE)

    cancel_count(document_id=document.pk, by=MONA, now=NOW)

    assert Oversale.objects.get().settled_at is None


def test_what_is_sold_between_the_count_and_its_approval_stays_sold(mug, high_street):
    document = make_count(high_street, {mug: 5})

    sell(mug, high_street, at=NOW + MINUTE)
    approve(document)

    assert on_hand(mug, high_street) == 4
    assert not StockMovement.objects.filter(cause_kind="count").exists()


def test_a_count_is_compared_with_the_books_as_of_its_moment(mug, high_street):
    sell(mug, high_street, at=NOW - 2 * MINUTE)
    sell(mug, high_street, at=NOW + MINUTE)

    approve(make_count(high_street, {mug: 4}, now=NOW + 5 * MINUTE))

    assert on_hand(mug, high_street) == 3


def test_goods_that_the_place_never_had_are_found(mug, lamp, high_street):
    vase = make_variant(sku="VASE")
    document = plan_count(target_id=high_street.pk, variant_ids=[mug.pk], category="", by=MONA, now=NOW)
    record_count(document_id=document.pk, counted={mug.pk: 5, vase.pk: 2}, counted_at=NOW, by=MONA, now=NOW)

    submit_count(document_id=document.pk, by=MONA, now=NOW)
    approve(document)

    assert (on_hand(vase, high_street), on_hand(mug, high_street)) == (2, 5)
    assert find_breaches() == {}


def test_a_count_that_differs_much_is_made_again_before_it_is_believed(mug, lamp, high_street):
    document = make_count(high_street, {mug: 1, lamp: 1})

    assert document.state == "draft"
    figures = document.lines.order_by("position").values_list("counted", "is_recounted")
    assert list(figures) == [(None, True), (1, False)]
    with pytest.raises(CountIncomplete) as refusal:
        submit_count(document_id=document.pk, by=MONA, now=NOW)
    assert refusal.value.details == {"lines": [{"sku": "MUG"}]}

    record_count(document_id=document.pk, counted={mug.pk: 1}, counted_at=NOW, by=MONA, now=NOW)
    assert submit_count(document_id=document.pk, by=MONA, now=NOW).state == "submitted"


@pytest.mark.parametrize(
    ("expected", "counted", "again"),
    [(5, 3, False), (5, 2, True), (100, 105, False), (100, 106, True), (0, 2, False), (0, 3, True), (-3, 3, True)],
)
def test_a_recount_is_needed_above_two_units_and_five_percent(expected, counted, again):
    assert RecountLimit().is_met(expected=expected, counted=counted) is again


@pytest.mark.parametrize(
    ("units", "percent", "counted", "again"),
    [(0, 0, 99, True), (0, 0, 100, False), (0, 10, 90, False), (0, 10, 89, True), (20, 5, 80, False)],
)
def test_a_place_has_its_own_limit(units, percent, counted, again):
    assert RecountLimit(units=units, percent=percent).is_met(expected=100, counted=counted) is again


def test_the_limit_is_that_of_the_place(mug, high_street):
    assert make_count(high_street, {mug: 4}).state == "submitted"
    Location.objects.filter(pk=high_street.pk).update(recount_above_units=0, recount_above_percent=0)

    assert make_count(high_street, {mug: 4}).state == "draft"


def test_units_that_are_reserved_are_not_counted_away(mug, high_street):
    StockLevel.objects.filter(variant=mug, location=high_street).update(reserved=5)
    document = make_count(high_street, {mug: 4})

    with pytest.raises(StockPromised):
        approve(document)

    document.refresh_from_db()
    assert (document.state, on_hand(mug, high_street)) == ("submitted", 5)


def test_a_category_is_planned_with_all_below_it(high_street):
    kitchen = make_category("kitchen")
    cups = make_category("cups", parent=kitchen)
    cup = make_variant(sku="CUP", product=make_product("cup", category=cups))
    pan = make_variant(sku="PAN", product=make_product("pan", category=kitchen))
    make_variant(sku="ABSENT", product=make_product("absent", category=cups))
    for variant in (cup, pan, make_variant(sku="BALL")):
        make_stock(variant, high_street)

    def planned(category):
        document = plan_count(target_id=high_street.pk, variant_ids=[], category=category, by=MONA, now=NOW)
        return list(document.lines.order_by("position").values_list("variant__sku", flat=True))

    assert planned("kitchen") == ["PAN", "CUP"]
    assert planned("cups") == ["CUP"]
    assert sorted(planned("")) == ["BALL", "CUP", "PAN"]
    with pytest.raises(Malformed):
        planned("no-such-category")


def test_a_count_that_is_given_up_changes_nothing(mug, high_street):
    document = make_count(high_street, {mug: 4})

    assert cancel_count(document_id=document.pk, by=MONA, now=NOW).state == "cancelled"

    with pytest.raises(IllegalTransition):
        approve(document)
    with pytest.raises(IllegalTransition):
        record_count(document_id=document.pk, counted={mug.pk: 1}, counted_at=NOW, by=MONA, now=NOW)
    assert on_hand(mug, high_street) == 5


def test_counts_of_the_future_and_below_nothing_are_refused(mug, high_street):
    document = plan_count(target_id=high_street.pk, variant_ids=[mug.pk], category="", by=MONA, now=NOW)

    for units, moment in ((1, NOW + MINUTE), (-1, NOW)):
        with pytest.raises(Malformed):
            record_count(document_id=document.pk, counted={mug.pk: units}, counted_at=moment, by=MONA, now=NOW)
    with pytest.raises(NotFound):
        submit_count(document_id=0, by=MONA, now=NOW)

    assert document.lines.get().counted is None


def test_a_delivery_is_booked_once_with_its_note(mug, high_street):
    lines = [DocumentLine(mug.pk, 7)]

    document = book_receipt(target_id=high_street.pk, delivery="DN-1", lines=lines, by=MONA, now=NOW)
    with pytest.raises(AlreadyBooked):
        book_receipt(target_id=high_street.pk, delivery="DN-1", lines=lines, by=MONA, now=NOW)

    assert (document.number, document.state, document.lines.get().received) == (f"G-{document.pk}", "received", 7)
    assert on_hand(mug, high_street) == 12
    assert StockDocument.objects.count() == 1
    assert find_breaches() == {}


def test_an_adjustment_has_a_reason_for_each_line(mug, lamp, high_street):
    lines = [DocumentLine(mug.pk, -2, reason="damaged"), DocumentLine(lamp.pk, 1, reason="found")]

    document = book_adjustment(target_id=high_street.pk, lines=lines, by=MONA, now=NOW)

    assert document.state == "approved"
    assert (on_hand(mug, high_street), on_hand(lamp, high_street)) == (3, 2)
    movements = StockMovement.objects.filter(cause_kind="adjustment").order_by("on_hand_change")
    assert list(movements.values_list("on_hand_change", "reason", "cause_id")) == [
        (-2, "damaged", f"A-{document.pk}/damaged"), (1, "found", f"A-{document.pk}/found"),
    ]  # fmt: skip
    assert find_breaches() == {}


def test_an_adjustment_without_a_reason_or_of_reserved_units_is_refused(mug, high_street):
    StockLevel.objects.filter(variant=mug, location=high_street).update(reserved=5)

    for line in (DocumentLine(mug.pk, -1), DocumentLine(mug.pk, 0, reason="lost"), DocumentLine(mug.pk, 1, reason="x")):
        with pytest.raises(Malformed):
            book_adjustment(target_id=high_street.pk, lines=[line], by=MONA, now=NOW)
    with pytest.raises(StockPromised):
        book_adjustment(target_id=high_street.pk, lines=[DocumentLine(mug.pk, -1, reason="lost")], by=MONA, now=NOW)

    assert not StockMovement.objects.filter(cause_kind="adjustment").exists()


def test_a_category_is_planned_with_what_is_below_it_alone(high_street):
    cups, other = make_category("tea_cups"), make_category("teaxcups")
    for sku, category in [
        ("CUP", cups), ("SMALL-CUP", make_category("small-cups", parent=cups)),
        ("BOX", make_category("boxes", parent=other)),
    ]:  # fmt: skip
        make_stock(make_variant(sku=sku, product=make_product(sku.lower(), category=category)), high_street)

    document = plan_count(target_id=high_street.pk, variant_ids=[], category="tea_cups", by=MONA, now=NOW)

    assert {line.variant.sku for line in document.lines.all()} == {"CUP", "SMALL-CUP"}
