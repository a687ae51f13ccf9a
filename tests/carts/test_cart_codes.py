"""The code that a shopper shows at the till: its spelling, its life, and whose cart it opens."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carts.models import Cart, CartCode
from carts.queries.cart_codes import cart_id_of
from carts.rules.cart_codes import LETTERS, code_expires_at, plain_cart_code
from carts.services import cart_codes
from carts.services.cart_codes import forget_expired_codes, make_cart_code
from carts.tasks import forget_expired_codes as forget_expired_codes_task
from tests.client import Api, signed_in

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PERIOD = timedelta(minutes=15)


@pytest.fixture
def cart(ana, mug):
    Api(ana).add("MUG")
    return Cart.objects.get()


def test_a_code_is_read_as_people_spell_it():
    assert plain_cart_code("abio-olj9") == "AB1001J9"
    assert plain_cart_code("ABCD EFGH") == "ABCDEFGH"
    assert [plain_cart_code(text) for text in ("", "ABCDEFG", "ABCDEFGHJ", "ABCDEFGU", "ABCD.FGH")] == [None] * 5
    assert plain_cart_code("٠١٢٣٤٥٦٧") == "01234567"


@pytest.mark.parametrize(
    ("now", "ends_at"),
    [
        (NOON, NOON + 2 * PERIOD),
        (NOON + PERIOD - timedelta(microseconds=1), NOON + 2 * PERIOD),
        (NOON + PERIOD, NOON + 3 * PERIOD),
    ],
)
def test_a_code_lasts_from_one_to_two_periods(now, ends_at):
    assert code_expires_at(now) == ends_at
    assert PERIOD < code_expires_at(now) - now <= 2 * PERIOD


def test_a_code_is_kept_for_its_period_and_then_followed_by_another(cart):
    first = make_cart_code(cart_id=cart.pk, now=NOON)
    again = make_cart_code(cart_id=cart.pk, now=NOON + PERIOD - timedelta(seconds=1))
    second = make_cart_code(cart_id=cart.pk, now=NOON + PERIOD)

    assert first == again != second
    assert len(first) == 8 and set(first) <= set(LETTERS)
    # The phone that still shows the first code was told that it lasts until 12:30.
    assert [cart_id_of(code, now=NOON + 2 * PERIOD - timedelta(seconds=1)) for code in (first, second)] == [cart.pk] * 2
    assert [cart_id_of(code, now=NOON + 2 * PERIOD) for code in (first, second)] == [None, cart.pk]


def test_a_code_that_another_cart_has_is_made_anew(cart, ben, monkeypatch):
    Api(ben).add("MUG")
    taken = make_cart_code(cart_id=cart.pk, now=NOON)
    drawn = iter([taken, taken, "FREE2345"])
    monkeypatch.setattr(cart_codes, "new_code", lambda: next(drawn))

    code = make_cart_code(cart_id=Cart.objects.exclude(pk=cart.pk).get().pk, now=NOON)

    assert code == "FREE2345"
    assert cart_id_of(taken, now=NOON) == cart.pk


def test_expired_codes_are_deleted_and_valid_ones_stay(cart):
    CartCode.objects.all().delete()
    make_cart_code(cart_id=cart.pk, now=NOON)
    valid = make_cart_code(cart_id=cart.pk, now=NOON + PERIOD)

    assert forget_expired_codes(now=NOON + 2 * PERIOD) == 1
    assert [row.code for row in CartCode.objects.all()] == [valid]
    forget_expired_codes_task()
    assert not CartCode.objects.filter(expires_at__lte=NOON + 3 * PERIOD).exists()


def test_the_cart_shows_one_code_on_every_device(ana, mug):
    phone = Api(ana)
    added = phone.add("MUG")["handover"]

    read = phone.get("cart/").json()["handover"]
    page = signed_in(ana).get(reverse("cart")).content.decode()

    assert read == added == {
        "code": added["code"],
        "qr_url": f"/api/v1/cart/handover/{added['code']}.svg",
        "expires_at": CartCode.objects.get().expires_at.isoformat(),
    }  # fmt: skip
    assert f"<bdi>{added['code'][:4]} {added['code'][4:]}</bdi>" in re.sub(r"\s+", " ", page)


def test_reading_a_cart_makes_its_code_once_in_a_period(ana, cart):
    def counted():
        with CaptureQueriesContext(connection) as captured:
            phone.get("cart/")
        return len(captured)

    phone = Api(ana)
    with_code = counted()
    CartCode.objects.all().delete()

    assert (counted(), counted()) == (with_code + 1, with_code)


def test_a_code_opens_no_cart_that_was_ordered(ana, mug, tess):
    phone = Api(ana)
    cart = phone.add("MUG")
    till = Api(tess, store="high-street")
    assert till.get(f"till/carts/{cart['handover']['code'].lower()}/").json()["id"] == cart["id"]

    phone.check_out(cart, fulfilments=[{"kind": "pickup", "store": "high-street"}])

    assert till.get(f"till/carts/{cart['handover']['code']}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_shop_that_only_reads_shows_the_cart_without_a_code(ana, cart):
    CartCode.objects.all().delete()
    phone, browser = Api(ana), signed_in(ana)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        answer, page = phone.get("cart/"), browser.get(reverse("cart"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")

    assert (answer.status_code, answer.json()["handover"], len(answer.json()["lines"])) == (200, None, 1)
    assert page.status_code == 200 and "/cart/handover/" not in page.content.decode()
    assert phone.get("cart/").json()["handover"] is not None
