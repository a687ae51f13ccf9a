import pytest
from django.test import Client

from tests.client import Api
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db


def test_signing_in_with_the_token_merges_the_guests_cart(mug, ana):
    guest = Api()
    guest.add("MUG", 2)
    token = guest.headers["X-Cart-Token"]

    answer = Client().post(
        "/_allauth/app/v1/auth/login",
        {"email": ana.email, "password": PASSWORD},
        content_type="application/json",
        headers={"X-Cart-Token": token},
    )

    phone = Api()
    phone.headers["Authorization"] = f"Bearer {answer.json()['meta']['access_token']}"
    cart = phone.get("cart/").json()
    assert [(line["sku"], line["quantity"]) for line in cart["lines"]] == [("MUG", 2)]
    assert cart["merged"] == [{"sku": "MUG", "action": "added", "quantity": 2, "reason": "only_in_other_cart"}]
    assert guest.get("cart/").json()["lines"] == []
