"""Requests make the codes of carts at the same moment: a cart has one in each period, and no two carts share one."""

import threading
from datetime import UTC, datetime

import pytest

from carts.models import Cart, CartCode
from carts.queries.cart_codes import cart_id_of
from carts.services import cart_codes
from carts.services.cart_codes import make_cart_code, new_code
from tests.concurrency.racing import Meeting, meeting_in_sql, race

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAME = "AAAA1111"
# Looks before it writes, as code would that leaves nothing to the constraints.
LOOK_FIRST = """
INSERT INTO carts_cartcode (cart_id, code, expires_at)
SELECT %(cart)s::bigint, %(code)s::text, %(expires_at)s::timestamptz WHERE NOT EXISTS (
    SELECT FROM carts_cartcode
    WHERE code = %(code)s::text OR (cart_id = %(cart)s::bigint AND expires_at = %(expires_at)s::timestamptz)
) AND racers_meet(2)
RETURNING code
"""


def make_cart():
    return Cart.objects.create(currency="EUR", created_channel="web", created_at=NOW, changed_at=NOW)


def make(cart):
    return lambda: make_cart_code(cart_id=cart.pk, now=NOW)


def outcomes(results):
    return sorted(type(result).__name__ for result in results)


@pytest.fixture
def same_letters(monkeypatch):
    """Both racers draw the same letters first, and neither has written them before the other drew."""
    draw_the_same, mine = Meeting(2).after(lambda: SAME), threading.local()

    def draw():
        if hasattr(mine, "has_drawn"):
            return new_code()
        mine.has_drawn = True
        return draw_the_same()

    monkeypatch.setattr(cart_codes, "new_code", draw)


def test_requests_for_one_cart_at_once_get_one_code():
    cart = make_cart()

    codes = race([make(cart)] * 8)

    assert set(codes) == {CartCode.objects.get().code}


def test_two_carts_never_share_a_code(same_letters):
    ana, ben = make_cart(), make_cart()

    codes = race([make(ana), make(ben)])

    assert SAME in codes and len(set(codes)) == 2
    assert [cart_id_of(code, now=NOW) for code in codes] == [ana.pk, ben.pk]


def test_without_the_conflict_clause_one_of_two_requests_for_a_cart_would_fail(monkeypatch):
    """Negative control: both see that the cart has no code, both write one, and the constraint stops the second."""
    monkeypatch.setattr(cart_codes, "_MAKE", LOOK_FIRST)
    cart = make_cart()

    with meeting_in_sql():
        results = race([make(cart)] * 2)

    assert outcomes(results) == ["IntegrityError", "str"]
    assert "cart_code_one_per_period" in str(next(result for result in results if not isinstance(result, str)))


def test_without_the_conflict_clause_one_of_two_carts_with_the_same_letters_would_fail(monkeypatch, same_letters):
    """Negative control: both see that nobody has these letters and write them, and the constraint stops the second."""
    monkeypatch.setattr(cart_codes, "_MAKE", LOOK_FIRST)

    with meeting_in_sql():
        results = race([make(make_cart()), make(make_cart())])

    assert outcomes(results) == ["IntegrityError", "str"]
    assert "cart_code_opens_one_cart" in str(next(result for result in results if not isinstance(result, str)))
