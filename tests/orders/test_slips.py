"""Slips without prices at their doors: the web shop, the till and the back office."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.rules import roles
from core.errors import NotFound
from orders.models import Order
from orders.queries.documents.slips import gift_receipt, packing_slip, pick_slip, return_slip
from orders.queries.fulfilment.pickups import goods_to_pack, pick_list
from orders.rules.order_links import order_key
from orders.services.fulfilment.pickups.hand_over import hand_over_pickup, prove_by_document
from orders.services.returns.requests import LineToReturn, request_return
from tests.client import signed_in
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign, make_category, make_store
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db
ADDRESS = {"name": "Ana Moreno", "street_address": "Weg 1", "city": "Wien", "postal_code": "1010", "country_code": "AT"}


@pytest.fixture
def parcel(ana, mug, bowl, mitte):
    order = make_order((mug, 2, 1290), (bowl, 1, 2000), store=mitte, customer=ana, kind="ship")
    order.fulfilments.update(address=ADDRESS)
    return order.fulfilments.get()


@pytest.fixture
def returned(ana, mug, mitte, at_desk, as_ana, now):
    order = make_order((mug, 2, 1290), store=mitte, customer=ana, state="ready")
    hand_over_pickup(
        proof=prove_by_document(pickup_id=order.fulfilments.get().pk), collected_by="", pieces=None, tenders=(),
        session_id=None, by=at_desk, now=now,
    )  # fmt: skip
    lines = [LineToReturn(order.lines.get().pk, 1, "too_small")]
    return request_return(number=order.number, lines=lines, method="ship", refund_to="original", by=as_ana, now=now)


@pytest.fixture
def head_office(db):
    staff = make_staff("Hanna", email="hanna@example.com")
    assign(staff, None, roles.HEAD_OFFICE)
    return signed_in(staff)


def rows_of(slip):
    return [(row.quantity, row.sku) for row in slip.rows]


class TestPackingSlip:
    def test_says_what_goes_where(self, parcel, django_assert_num_queries):
        with django_assert_num_queries(2):
            slip = packing_slip(parcel.order.number, fulfilment_id=parcel.pk)

        assert rows_of(slip) == [("2", "MUG"), ("1", "BOWL")]
        assert (slip.code, slip.is_ticked) == (parcel.order.number, True)
        assert slip.address == ["Ana Moreno", "Weg 1", "1010 Wien", "AT"]

    def test_is_in_its_orders_language(self, parcel):
        Order.objects.filter(pk=parcel.order_id).update(language="ar")

        slip = packing_slip(parcel.order.number, fulfilment_id=parcel.pk)

        assert (slip.title, slip.rows[0].quantity) == ("قسيمة التعبئة", "2")

    def test_of_another_orders_parcel_is_not_found(self, parcel, ana, bowl, mitte):
        other = make_order((bowl, 1, 2000), store=mitte, customer=ana)

        with pytest.raises(NotFound):
            packing_slip(other.number, fulfilment_id=parcel.pk)

    def test_is_printed_at_the_till_without_prices(self, tess, parcel):
        desk = signed_in(tess)
        address = reverse("admin:till_packing_slip", args=[parcel.order.number, parcel.pk])

        assert address in desk.get(reverse("admin:till_parcel", args=[parcel.pk])).content.decode()
        assert address in desk.get(reverse("admin:till_order", args=[parcel.order.number])).content.decode()
        page = desk.get(address)
        assert "no-store" in page.headers["Cache-Control"]
        assert "MUG" in page.content.decode()
        assert "12.90" not in page.content.decode()
        assert "<svg" in page.content.decode()

    def test_another_store_does_not_print_it(self, tess, ana, mug):
        far = make_order((mug, 1, 1290), store=make_store("muc"), customer=ana)

        answer = signed_in(tess).get(reverse("admin:till_packing_slip", args=[far.number, far.fulfilments.get().pk]))
        assert answer.status_code >= 400

    def test_is_in_the_back_office(self, head_office, parcel):
        address = reverse("admin:orders_fulfilment_paper", args=[parcel.pk, "packing-slip"])

        change = head_office.get(reverse("admin:orders_fulfilment_change", args=[parcel.pk])).content.decode()
        assert address in change
        assert "BOWL" in head_office.get(address).content.decode()
        assert head_office.get(address.replace("packing-slip", "other")).status_code == 404


class TestPickList:
    def test_lists_pickups_in_walking_order(self, tess, ana, mug, bowl, mitte):
        mug.product.category = make_category("kitchen")
        mug.product.save()
        order = make_order((mug, 2, 1290), (bowl, 1, 2000), store=mitte, customer=ana, state="accepted")

        slip = pick_slip(pick_list(store_id=mitte.pk, limit=9), title="Pick list", place="Mitte", now_text="now")

        assert rows_of(slip) == [("2", "MUG"), ("1", "BOWL")]
        assert order.number in slip.rows[0].note
        page = signed_in(tess).get(reverse("admin:till_pick_list")).content.decode()
        assert "MUG" in page
        assert order.number in page

    def test_lists_what_parcels_wait_for(self, tess, parcel, mitte):
        rows = goods_to_pack(place_id=mitte.pk, limit=9)

        assert {(row["sku"], row["units"]) for row in rows} == {("MUG", 2), ("BOWL", 1)}
        assert "BOWL" in signed_in(tess).get(reverse("admin:till_pack_list")).content.decode()

    def test_without_anything_to_pick_says_so(self, tess):
        assert "Nothing." in signed_in(tess).get(reverse("admin:till_pick_list")).content.decode()


class TestGiftReceipt:
    def test_has_no_prices_and_only_what_is_kept(self, parcel):
        parcel.order.lines.filter(sku="BOWL").update(quantity_cancelled=1)

        assert rows_of(gift_receipt(parcel.order.number)) == [("2", "MUG")]

    def test_is_on_the_orders_page_and_at_the_till(self, client, ana, tess, parcel):
        signed_in(ana, client)
        address = reverse("order_gift_receipt", args=[parcel.order.number])

        assert address in client.get(reverse("order", args=[parcel.order.number])).content.decode()
        for page in (
            client.get(address),
            signed_in(tess).get(reverse("admin:till_gift_receipt", args=[parcel.order.number])),
        ):
            text = page.content.decode()
            assert ("MUG" in text, "12.90" in text, "Ana Moreno" in text) == (True, False, False)

    def test_a_guest_has_it_behind_the_link_alone(self, client, mug, mitte):
        order = make_order((mug, 1, 1290), store=mitte)
        key = order_key(order.number, secret=settings.ORDER_LINK_SECRETS[0])

        assert client.get(reverse("guest_order_gift_receipt", args=[order.number, key])).status_code == 200
        assert client.get(reverse("order_gift_receipt", args=[order.number])).status_code == 404

    def test_is_in_the_back_office(self, head_office, parcel):
        address = reverse("admin:orders_order_paper", args=[parcel.order_id, "gift-receipt"])

        change = head_office.get(reverse("admin:orders_order_change", args=[parcel.order_id])).content.decode()
        assert address in change
        assert "MUG" in head_office.get(address).content.decode()


class TestReturnSlip:
    def test_names_the_return_its_goods_and_why(self, returned):
        slip = return_slip(returned.number)

        assert slip.code == returned.number
        assert [(row.quantity, row.sku, row.note) for row in slip.rows] == [("1", "MUG", "Too small")]

    def test_is_printed_by_shopper_and_staff(self, client, ana, tess, head_office, returned):
        signed_in(ana, client)
        address = reverse("order_return_slip", args=[returned.order.number, returned.number])

        assert address in client.get(reverse("order", args=[returned.order.number])).content.decode()
        assert returned.number in client.get(address).content.decode()
        desk, at_till = signed_in(tess), reverse("admin:till_return_slip", args=[returned.number])
        assert at_till in desk.get(reverse("admin:till_returns")).content.decode()
        assert returned.number in desk.get(at_till).content.decode()
        in_office = reverse("admin:orders_return_paper", args=[returned.pk, "slip"])
        assert returned.number in head_office.get(in_office).content.decode()

    def test_of_another_order_is_not_found(self, client, ana, returned, mug, mitte):
        signed_in(ana, client)
        other = make_order((mug, 1, 1290), store=mitte, customer=ana)

        assert client.get(reverse("order_return_slip", args=[other.number, returned.number])).status_code == 404

    def test_of_goods_without_an_order_is_not_found(self, head_office, returned):
        type(returned).objects.filter(pk=returned.pk).update(order=None)

        assert head_office.get(reverse("admin:orders_return_paper", args=[returned.pk, "slip"])).status_code == 404
        with pytest.raises(NotFound):
            return_slip(returned.number)
