"""The cursors of lists: what the shop issued leads on, and anything else is refused, on every list alike."""

import base64
import json

import pytest
from django.urls import reverse

from core.errors import Malformed
from core.web.api.base import Page
from tests.client import Api, signed_in

# Well-formed cursors that no list issues: of other types, of another length, beyond what the database counts to.
FORGED = [[], [None], ["a"], [True], [-1], [2**63], [1.5], [1, "a"], ["a", "b", "c"], ["\0", "a"], ["\0", 1], [[1]], {}]
API = [
    "orders/", "me/addresses/", "me/balances/entries/", "wishlist/", "stock/", "stock/alerts/",
    "stock/proposals/", "stock/put-away/", "stock/transfers/", "till/pickups/", "till/orders/?q=a", "till/returns/",
]  # fmt: skip
PAGES = ["till_pickups", "till_parcels", "till_put_away", "till_find"]


def cursor(after):
    return base64.urlsafe_b64encode(json.dumps(after).encode()).decode()


@pytest.mark.parametrize(
    ("after", "kinds", "key"),
    [(None, (int,), None), ([7], (int,), (7,)), ([0], (int,), (0,)), ([2**63 - 1], (int,), (2**63 - 1,)),
     (["", "a"], (str, str), ("", "a")), (["a", 1], (str, int), ("a", 1))],
)  # fmt: skip
def test_a_key_of_the_list_is_read(after, kinds, key):
    assert Page(20, after).key(*kinds) == key


@pytest.mark.parametrize("after", [one for one in FORGED if isinstance(one, list)])
@pytest.mark.parametrize("kinds", [(int,), (str, int), (str, str)])
def test_any_other_key_is_refused(after, kinds):
    with pytest.raises(Malformed):
        Page(20, after).key(*kinds)


@pytest.mark.django_db
@pytest.mark.parametrize("path", API)
def test_no_list_of_the_api_takes_a_forged_cursor(ana, mona, path):
    api = Api(mona if path.startswith(("stock", "till")) else ana)
    assert api.get(path).status_code == 200
    joint = "&" if "?" in path else "?"

    codes = {str(one): api.get(f"{path}{joint}cursor={cursor(one)}").status_code for one in FORGED}

    assert set(codes.values()) == {400}, codes


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_the_till_takes_a_forged_cursor(mona, high_street, page):
    browser = signed_in(mona)
    path = reverse(f"admin:{page}")
    assert browser.get(f"{path}?q=a", follow=True).status_code == 200

    codes = {str(one): browser.get(f"{path}?q=a&cursor={cursor(one)}").status_code for one in FORGED}

    assert set(codes.values()) == {400}, codes
