"""A whole number in a request: what can be meant by nothing else is taken, everything else is refused and told."""

import pytest

from carts.models import CartLine
from tests.client import Api

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sent", [2, 2.0, "2", "２", "٢", "۲"])
def test_a_whole_number_in_any_writing(ana, mug, sent):
    answer = Api(ana).post("cart/lines/", {"sku": "MUG", "quantity": sent})

    assert answer.status_code == 201
    assert CartLine.objects.get().quantity == 2


@pytest.mark.parametrize("sent", [1.5, "1.5", "1,000", "two", True, None, [2], {"2": 2}, "", "0x2", 10**30, "1e30"])
def test_anything_else_is_refused_at_its_field(ana, mug, sent):
    answer = Api(ana).post("cart/lines/", {"sku": "MUG", "quantity": sent})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["quantity"]
    assert not CartLine.objects.exists()
