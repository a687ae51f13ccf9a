"""Price lists in the database: their constraints, and what the catalogue shows of them, and when."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.actors import THE_SYSTEM
from core.data.invariants import find_breaches
from core.models import JournalEntry
from core.money import Money
from inventory.models import ListPrice, PriceHistory, PriceList, PriceRange
from inventory.services import price_lists
from inventory.services.price_lists import (
    OtherCurrency,
    PriceNotValid,
    remove_list_price,
    set_list_price,
    turn_price_lists,
)
from inventory.services.prices import set_price
from tests.factories.accounts import access_token
from tests.factories.inventory import make_variant
from tests.factories.pricing import add_list_price, make_price_list, put_into_segment

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def cup(db):
    return make_variant(sku="CUP", price=1000, name="Cup")


def range_of(variant):
    price_range = PriceRange.objects.get(product=variant.product)
    return price_range.lowest, price_range.highest


def history_of(variant):
    return list(PriceHistory.objects.filter(variant=variant).order_by("id").values_list("amount", flat=True))


def shown(client, variant):
    [variant_json] = client.get(f"/api/v1/catalogue/products/{variant.product.slug}/").json()["variants"]
    return variant_json


@pytest.mark.parametrize(
    "fields",
    [
        {"channel": "app", "reason": "", "ends_at": NOW},
        {"channel": "app", "reason": "A trial", "ends_at": None},
        {"ends_at": datetime(2025, 1, 1, tzinfo=UTC)},
    ],
)
def test_a_list_of_one_channel_has_a_reason_and_an_end(db, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_price_list(**fields)


def test_a_list_of_one_store_has_a_reason_and_an_end(high_street):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_price_list(store=high_street, reason="")


@pytest.mark.parametrize("fields", [{"amount": -1}, {"min_quantity": 0}])
def test_negative_prices_and_quantities_below_one_are_refused(cup, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        ListPrice.objects.create(price_list=make_price_list(), variant=cup, **({"amount": 1} | fields))


def test_a_list_has_one_price_from_a_quantity(cup):
    price_list = make_price_list(prices={cup: 900})

    with pytest.raises(IntegrityError), transaction.atomic():
        add_list_price(price_list, cup, 800)


def test_prices_are_set_changed_and_removed(cup):
    price_list = make_price_list("summer")
    for amount in (900, 850):
        set_list_price(
            price_list_id=price_list.pk,
            variant_id=cup.pk,
            price=Money(amount, "EUR"),
            by=THE_SYSTEM,
            now=timezone.now(),
        )

    assert list(ListPrice.objects.values_list("amount", flat=True)) == [850]
    assert (range_of(cup), history_of(cup)) == ((850, 850), [1000, 900, 850])
    assert JournalEntry.objects.filter(kind="price_list.changed", ref="summer").count() == 2

    remove_list_price(price_list_id=price_list.pk, variant_id=cup.pk, min_quantity=1, by=THE_SYSTEM, now=timezone.now())

    assert (range_of(cup), history_of(cup)) == ((1000, 1000), [1000, 900, 850, 1000])
    assert find_breaches() == {}


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"price": Money(-1, "EUR")}, PriceNotValid),
        ({"price": Money(1, "USD")}, OtherCurrency),
        ({"price": Money(1, "EUR"), "min_quantity": 0}, PriceNotValid),
    ],
)
def test_an_invalid_price_of_a_list_is_refused(cup, wrong, refusal):
    price_list = make_price_list()

    with pytest.raises(refusal):
        set_list_price(price_list_id=price_list.pk, variant_id=cup.pk, by=THE_SYSTEM, now=NOW, **wrong)

    assert not ListPrice.objects.exists()


def test_only_what_everybody_pays_for_one_unit_is_a_public_price(cup, high_street):
    make_price_list(segment="trade", prices={cup: 100})
    make_price_list(store=high_street, prices={cup: 100})
    make_price_list(channel="app", prices={cup: 100})
    make_price_list(is_active=False, prices={cup: 100})
    make_price_list(currency="USD", prices={cup: 100})
    add_list_price(make_price_list(), cup, 100, min_quantity=2)

    assert (range_of(cup), history_of(cup)) == ((1000, 1000), [1000])
    assert find_breaches() == {}


def test_a_list_begins_and_ends_by_itself(cup):
    begins = timezone.now() - timedelta(minutes=5)
    price_list = make_price_list(prices={cup: 800}, starts_at=timezone.now() + DAY)
    turn_price_lists(now=timezone.now())
    assert range_of(cup) == (1000, 1000)

    PriceList.objects.filter(pk=price_list.pk).update(starts_at=begins)
    assert turn_price_lists(now=timezone.now()) == 1

    assert (range_of(cup), history_of(cup)) == ((800, 800), [1000, 800])
    assert turn_price_lists(now=timezone.now()) == 0

    PriceList.objects.filter(pk=price_list.pk).update(ends_at=timezone.now() - timedelta(minutes=1))
    turn_price_lists(now=timezone.now())

    assert (range_of(cup), history_of(cup)) == ((1000, 1000), [1000, 800, 1000])


def test_the_history_has_the_moment_at_which_a_list_began(cup):
    begins = timezone.now() + timedelta(hours=1)
    make_price_list(prices={cup: 800}, starts_at=begins)
    turn_price_lists(now=timezone.now())

    turn_price_lists(now=begins + timedelta(minutes=3))

    assert PriceHistory.objects.latest("id").since == begins


def test_a_list_changed_while_it_is_applied_stays_due(cup, monkeypatch):
    price_list = make_price_list(prices={cup: 800})

    keep = price_lists._keep

    def changed_meanwhile(*args):
        PriceList.objects.filter(pk=price_list.pk).update(priority=7)
        return keep(*args)

    monkeypatch.setattr(price_lists, "_keep", changed_meanwhile)
    turn_price_lists(now=timezone.now())
    monkeypatch.undo()

    assert turn_price_lists(now=timezone.now()) == 1


def test_a_changed_ordinary_price_below_a_list_is_not_in_the_history(cup):
    make_price_list(prices={cup: 800})

    set_price(variant_id=cup.pk, price=Money(1200, "EUR"), by=THE_SYSTEM, now=timezone.now())

    assert (range_of(cup), history_of(cup)) == ((800, 800), [1000, 800])
    assert find_breaches() == {}


def test_page_list_and_api_show_the_public_price_with_volumes_and_the_prior_price(client, cup):
    price_list = make_price_list(prices={cup: 800}, starts_at=timezone.now())
    add_list_price(price_list, cup, 700, min_quantity=10)
    turn_price_lists(now=timezone.now())

    variant, page = shown(client, cup), client.get("/p/cup/").content.decode()
    [listed] = client.get("/api/v1/catalogue/products/?max_price=8.00").json()["results"]

    assert variant["price"]["amount"] == listed["price"]["amount"] == "8.00"
    assert variant["volumes"] == [{"min_quantity": 10, "price": {"amount": "7.00", "currency": "EUR"}}]
    assert variant["reduction"]["lowest_price_30_days"]["amount"] == "10.00"
    assert "Lowest price of the 30 days before: €10.00" in page and "From 10 pieces: €7.00 each" in page


def test_a_price_raised_before_it_is_lowered_is_no_reduction(client, cup):
    set_price(variant_id=cup.pk, price=Money(2000, "EUR"), by=THE_SYSTEM, now=timezone.now())
    make_price_list(prices={cup: 1000})

    assert shown(client, cup)["reduction"] is None


def test_lists_add_no_statement_to_the_page_of_a_product(client, cup, django_assert_num_queries):
    price_list = make_price_list(prices={cup: 800})
    add_list_price(price_list, cup, 700, min_quantity=10)

    with django_assert_num_queries(2):
        shown(client, cup)


def price_response(client, sku="CUP", who=None, **query):
    headers = {"Authorization": f"Bearer {access_token(who)}"} if who else {}
    return client.get(f"/api/v1/catalogue/variants/{sku}/price/", query, headers=headers)


def test_a_shopper_sees_only_their_own_prices_with_the_reasons(client, cup, ana, ben, high_street):
    make_price_list("trade", segment="trade", prices={cup: 700}, name={"en": "Trade prices"})
    make_price_list("summer", prices={cup: 900})
    make_price_list("tomorrow", prices={cup: 100}, starts_at=timezone.now() + DAY)
    make_price_list("station", store=high_street, prices={cup: 1})
    put_into_segment(ana, "trade")

    trader, other, nobody = (
        price_response(client, who=ana).json(),
        price_response(client, who=ben).json(),
        price_response(client).json(),
    )

    assert [(why["price_list"], why["verdict"]) for why in trader["why"]] == [
        ("trade", "won"), ("summer", "outranked"), (None, "outranked"),
    ]  # fmt: skip
    assert trader["price"] == {"amount": "7.00", "currency": "EUR"} and trader["why"][0]["name"] == "Trade prices"
    assert [why["price_list"] for why in other["why"]] == ["summer", None]
    assert other == nobody


def test_a_price_explanation_takes_few_statements_and_is_not_cached(client, cup, ana, django_assert_num_queries):
    make_price_list(prices={cup: 900})
    headers = {"Authorization": f"Bearer {access_token(ana)}"}

    with django_assert_num_queries(3):
        answer = client.get("/api/v1/catalogue/variants/CUP/price/", {"quantity": 3}, headers=headers)

    assert "no-store" in answer["Cache-Control"]
    assert price_response(client, "NOTHING").status_code == 404
    assert price_response(client, quantity=0).status_code == price_response(client, quantity="x").status_code == 400
    assert price_response(client, quantity=10**30).status_code == 400


def test_staff_see_the_prices_of_a_customer_in_their_store(client, cup, ana, tess, high_street):
    make_price_list("trade", segment="trade", prices={cup: 700})
    make_price_list("opening", store=high_street, prices={cup: 950}, ends_at=timezone.now() + DAY)
    put_into_segment(ana, "trade")
    staff = {"Authorization": f"Bearer {access_token(tess)}"}

    now = client.get("/api/v1/till/prices/CUP/", {"customer": ana.pk}, headers=staff).json()
    later = client.get(
        "/api/v1/till/prices/CUP/", {"moment": (timezone.now() + 2 * DAY).isoformat()}, headers=staff
    ).json()

    assert [(why["price_list"], why["verdict"]) for why in now["why"]] == [
        ("opening", "won"), ("trade", "outranked"), (None, "outranked"),
    ]  # fmt: skip
    assert [(why["price_list"], why["verdict"]) for why in later["why"]] == [
        (None, "won"), ("opening", "over"), ("trade", "other_segment"),
    ]  # fmt: skip


def test_the_price_explanation_of_the_till_is_for_staff(client, cup, ana):
    assert client.get("/api/v1/till/prices/CUP/").status_code == 401
    headers = {"Authorization": f"Bearer {access_token(ana)}"}
    assert client.get("/api/v1/till/prices/CUP/", headers=headers).status_code == 403
