"""The price of a list in the cart, at the checkout and at the till is the same for every channel."""

from datetime import timedelta

import pytest
from django.utils import timezone

from carts.models import Cart, CartLine
from carts.queries.carts import cart_of_customer, cart_of_token
from carts.queries.preview import PreviewRequest, preview_cart
from carts.queries.quoting import quote_cart
from carts.services.carts import Owner, add_to_cart, add_to_new_cart, change_quantity, hash_of, new_token
from carts.services.placing import cart_from_lines
from core.actors import Actor
from inventory.models import ListPrice, PriceList
from tests.factories.pricing import add_list_price, make_german_taxes, make_price_list, put_into_segment

WEB = Actor("web")


def till(store):
    return Actor("till", store_id=store.pk, store_code=store.code)


def add(ana, sku="MUG", quantity=1, by=WEB):
    add_to_cart(owner=Owner((ana.pk,)), sku=sku, quantity=quantity, by=by, now=timezone.now())


def seen(ana, by=WEB, at=None):
    return cart_of_customer([ana.pk], by=by, now=at or timezone.now())


def line_of(ana, by=WEB, at=None):
    [line] = seen(ana, by, at).lines
    return line.unit_price, [problem.code for problem in line.problems]


def test_the_price_of_a_list_is_charged_and_recorded_when_added(ana, mug):
    make_price_list(prices={mug: 1000})
    add(ana)

    assert line_of(ana) == (1000, [])
    assert CartLine.objects.get().unit_price_when_added == 1000


def test_a_list_that_ends_meanwhile_is_shown_as_a_changed_price(ana, mug):
    price_list = make_price_list(prices={mug: 1000})
    add(ana)
    PriceList.objects.filter(pk=price_list.pk).update(is_active=False)

    assert line_of(ana) == (1290, ["price_changed"])


def test_a_quantity_discount_is_not_a_changed_price(ana, mug):
    add_list_price(make_price_list(), mug, 900, min_quantity=3)
    add(ana)
    assert line_of(ana) == (1290, [])

    add(ana, quantity=2)

    assert line_of(ana) == (900, [])
    assert quote_cart(seen(ana), by=WEB, now=timezone.now()).totals.grand == 2700

    change_quantity(owner=Owner((ana.pk,)), line_id=CartLine.objects.get().pk, quantity=2, by=WEB, now=timezone.now())

    assert line_of(ana) == (1290, [])


def test_only_members_pay_the_price_of_their_segment(ana, ben, mug):
    make_price_list(segment="trade", prices={mug: 700})
    put_into_segment(ana, "trade")
    add(ana)
    add(ben)

    assert line_of(ana) == (700, []) and line_of(ben) == (1290, [])


def test_the_segment_of_a_merged_record_counts(ana, ben, mug):
    make_price_list(segment="trade", prices={mug: 700})
    put_into_segment(ben, "trade")
    ben.merged_into = ana
    ben.save()
    add(ana)

    assert line_of(ana) == (700, [])


def test_a_channel_has_its_own_price_only_where_it_was_registered(ana, mug, high_street):
    make_price_list(store=high_street, prices={mug: 1500})
    add(ana)

    assert line_of(ana) == (1290, [])
    assert line_of(ana, by=till(high_street)) == (1500, ["price_changed"])


def test_web_app_and_till_and_the_preview_charge_the_same(ana, mug, lamp, high_street):
    price_list = make_price_list(prices={mug: 1000})
    add_list_price(price_list, mug, 950, min_quantity=2)
    make_price_list(segment="trade", prices={lamp: 4000})
    put_into_segment(ana, "trade")
    add(ana, quantity=2)
    add(ana, "LAMP")

    channels = [WEB, Actor("app"), till(high_street)]
    totals = {quote_cart(seen(ana, by), by=by, now=timezone.now()).totals.grand for by in channels}
    preview = preview_cart(PreviewRequest(units={"MUG": 2, "LAMP": 1}, now=timezone.now(), customer_id=ana.pk))
    sold = cart_from_lines(
        lines=[("MUG", 2), ("LAMP", 1)], customer_id=ana.pk, by=till(high_street), now=timezone.now()
    )

    assert totals == {5900}
    assert preview.quote.totals.grand == 5900
    assert [(line.unit_price, line.unit_price_when_added, line.problems) for line in sold.lines] == [
        (950, 1000, []), (4000, 4000, []),
    ]  # fmt: skip


def test_a_sale_that_the_till_sends_late_has_the_price_of_that_time(mug, high_street):
    of = make_price_list(ends_at=timezone.now() - timedelta(hours=1))
    ListPrice.objects.create(price_list=of, variant=mug, amount=1000, created_at=timezone.now() - timedelta(days=1))

    late, now = (
        cart_from_lines(
            lines=[("MUG", 1)], customer_id=None, by=till(high_street), now=timezone.now(),
            at=timezone.now() - timedelta(hours=ago),
        )
        for ago in (2, 0)
    )  # fmt: skip

    assert (late.lines[0].unit_price, now.lines[0].unit_price) == (1000, 1290)


@pytest.mark.parametrize(("is_included", "tax", "grand"), [(None, 0, 1190), (True, 0, 1190), (False, 226, 1416)])
def test_a_list_decides_whether_its_prices_include_tax(ana, mug, is_included, tax, grand):
    make_german_taxes()
    make_price_list(prices={mug: 1190}, is_tax_included=is_included)
    add(ana)

    totals = quote_cart(seen(ana), by=WEB, now=timezone.now()).totals

    assert (totals.tax, totals.grand) == (tax, grand)


def test_lists_add_no_statement_to_reading_and_one_to_adding(ana, mug, lamp, django_assert_num_queries):
    make_price_list(prices={mug: 1000})
    make_price_list(segment="trade", prices={mug: 900})
    put_into_segment(ana, "trade")
    add(ana)
    seen(ana)

    with django_assert_num_queries(1):
        seen(ana)
    with django_assert_num_queries(3):
        add(ana, "LAMP")
    CartLine.objects.all().delete()
    with django_assert_num_queries(4):
        add(ana)


def test_an_anonymous_cart_has_the_public_price(mug):
    make_price_list(prices={mug: 1000})
    make_price_list(segment="trade", prices={mug: 900})
    token = new_token()
    add_to_new_cart(token=token, sku="MUG", quantity=1, by=WEB, now=timezone.now())

    [line] = cart_of_token(hash_of(token), by=WEB, now=timezone.now()).lines

    assert (line.unit_price, line.problems) == (1000, [])
    assert Cart.objects.get().customer_id is None
