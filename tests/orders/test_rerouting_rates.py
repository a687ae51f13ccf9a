"""Another address within one tax zone: the rates and limits of delivery methods count there, too."""

import pytest

from inventory.models import Variant
from orders.models import Fulfilment
from orders.services.settlement.rerouting import WayNotPossible
from tests.factories.orders import make_fulfilment, make_order, pay_order
from tests.factories.pricing import make_delivery_method, make_delivery_zone
from tests.orders import test_rerouting
from tests.orders.test_pieces import line_of
from tests.orders.test_rerouting import HOME, change
from tests.refusals import refused

altona, order, parcel, warehouse = (
    test_rerouting.altona, test_rerouting.order, test_rerouting.parcel, test_rerouting.warehouse,
)  # fmt: skip

NEXT_DOOR = HOME | {"postal_code": "10115"}
SYLT = HOME | {"postal_code": "25980"}


@pytest.fixture
def zones(db):
    return (
        make_delivery_zone("near", {"country": "DE", "postcodes": ["10"]}),
        make_delivery_zone("far", {"country": "DE", "postcodes": ["25"]}),
    )


def went_to(order):
    return [part.address for part in order.fulfilments.filter(kind="ship").exclude(state="cancelled").order_by("pk")]


class TestAnotherAddress:
    @pytest.mark.parametrize(
        ("far_costs", "reason"), [(490, None), (100, None), (491, "other_price"), (None, "no_method")]
    )
    def test_may_not_be_dearer_by_the_same_method(self, far_costs, reason, zones, parcel, as_ana, now):
        near, far = zones
        rates = [{"amount": 490, "zone": near}]
        if far_costs is not None:
            rates.append({"amount": far_costs, "zone": far})
        make_delivery_method("post", *rates)
        make_delivery_method("slow", {"amount": 100, "zone": far})

        if reason is None:
            change(parcel.order, as_ana, now, kind="ship", address=SYLT)
        else:
            with refused(WayNotPossible) as refusal:
                change(parcel.order, as_ana, now, kind="ship", address=SYLT)
            assert refusal.value.details["reason"] == reason
        assert went_to(parcel.order) == [SYLT if reason is None else HOME]

    def test_a_second_parcel_may_cost_no_more_either(self, parcel, mug, as_ana, now):
        make_delivery_method("post", {"amount": 490})

        with refused(WayNotPossible) as refusal:
            change(parcel.order, as_ana, now, kind="ship", address=NEXT_DOOR, pieces={line_of(parcel.order, mug).pk: 1})
        assert refusal.value.details["reason"] == "other_price"

    def test_the_limits_count_what_goes_there_together(self, zones, parcel, mug, as_ana, now):
        near, far = zones
        Variant.objects.filter(pk=mug.pk).update(grams=600)
        make_delivery_method("post", {"amount": 490, "zone": near}, {"amount": 490, "zone": far, "most_grams": 1000})

        with refused(WayNotPossible) as refusal:
            change(parcel.order, as_ana, now, kind="ship", address=SYLT)
        assert refusal.value.details["reason"] == "no_method"

    def test_a_method_that_has_ended_is_held_against_what_was_paid(self, parcel, as_ana, now):
        make_delivery_method("slow", {"amount": 490})
        Fulfilment.objects.update(method="")
        change(parcel.order, as_ana, now, kind="ship", address=NEXT_DOOR)
        assert went_to(parcel.order) == [NEXT_DOOR]

        Fulfilment.objects.update(method="post")
        with refused(WayNotPossible):
            change(parcel.order, as_ana, now, kind="ship", address=HOME)


class TestSentInstead:
    @pytest.mark.parametrize(
        ("limits", "variant", "reason"),
        [
            ({}, {}, None),
            ({"most_grams": 5000}, {"grams": 1000}, None),
            ({"most_grams": 5000}, {"grams": 2000}, "no_method"),
            ({"most_mm": 600}, {"longest_mm": 601}, "no_method"),
        ],
    )
    def test_by_staff_within_the_limits_of_a_method(self, limits, variant, reason, order, mug, warehouse, at_desk, now):
        Variant.objects.filter(pk=mug.pk).update(**{"grams": 0} | variant)
        make_delivery_method("post", {"amount": 490} | limits)

        if reason is None:
            change(order, at_desk, now, kind="ship", address=HOME)
            sent = order.fulfilments.exclude(state="cancelled").get()
            assert (sent.kind, sent.method, sent.method_name) == ("ship", "post", "Post")
        else:
            with refused(WayNotPossible) as refusal:
                change(order, at_desk, now, kind="ship", address=HOME)
            assert refusal.value.details["reason"] == reason

    @pytest.mark.parametrize(("address", "may"), [(HOME, True), (NEXT_DOOR, False)])
    def test_a_shopper_adds_to_a_parcel_and_sends_no_second_one(
        self, address, may, ana, mitte, warehouse, mug, bowl, as_ana, now
    ):
        make_delivery_method("post", {"amount": 490})
        order = make_order((mug, 1, 1290), store=mitte, customer=ana, paid="")
        line = order.lines.create(
            position=2, variant=bowl, sku=bowl.sku, name="Bowl", quantity=1, unit_price=2000, line_total=2000
        )
        parcel = make_fulfilment(order, [line], store=warehouse, kind="ship")
        Fulfilment.objects.filter(pk=parcel.pk).update(address=HOME, method="post")
        pay_order(order, order.grand_total)
        pickup = order.fulfilments.get(kind="pickup")

        if may:
            change(order, as_ana, now, part=pickup, kind="ship", address=address)
        else:
            with refused(WayNotPossible):
                change(order, as_ana, now, part=pickup, kind="ship", address=address)
        assert went_to(order) == [HOME, HOME][: 1 + may]


def test_a_change_costs_the_same_statements_with_methods(parcel, mug, as_ana, now, django_assert_max_num_queries):
    make_delivery_method("post", {"amount": 490})

    with django_assert_max_num_queries(20):
        change(parcel.order, as_ana, now, kind="ship", address=NEXT_DOOR)
