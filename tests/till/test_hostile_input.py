"""Whatever is sent to the till's pages, they answer in words and never break."""

from urllib.parse import quote

import pytest
from django.urls import reverse

from tests.client import Api
from tests.till.conftest import new_key

# A refused statement ends its transaction; each page here has its own, as in a running shop. Emptying the tables again
# takes longer than all the pages, so one test looks at many.
pytestmark = [pytest.mark.walk, pytest.mark.django_db(transaction=True)]

# What is bad whatever stands beside it is sent in one; the others would be hidden by a neighbour.
TEXTS = ["\x00", "9" * 30, "-1", "٣", "a" * 5000, "0" * 19, "../../etc%<script>🧨\ufffe' OR 1=1 --"]
NUMBERS = ["9" * 30, "0", "9223372036854775808"]
PATHS = {
    **dict.fromkeys(["sales/{}/", "sales/customer-{}/", "sales/cart-{}/", "sales/new/live/?version={}"], TEXTS),
    **dict.fromkeys(["find/?q={}", "find/?q=a&cursor={}", "stores/?q={}", "stores/?next={}"], TEXTS),
    **dict.fromkeys(["pickups/?tab={}", "pickups/?cursor={}", "pickups/?cursor=WyJ4IiwxXQ==&tab={}"], TEXTS),
    **dict.fromkeys(["orders/{}/", "orders/{}/done/", "orders/{}/receipt/", "sales/new/payment/?way={}"], TEXTS),
    **dict.fromkeys(["pickups/{}/", "customers/{}/", "registers/{}/closing/", "customers/1/?before={}"], NUMBERS),
}
FORMS = {
    "scan/": ("scanned", "sale"),
    "sales/customer-{ana}/customer/": ("customer",),
    "sales/customer-{ana}/customer/new/": ("name", "phone", "email"),
    "sales/customer-{ana}/lines/1/": ("quantity", "set", "version"),
    "sales/customer-{ana}/lines/99999999999999999999999/": ("quantity",),
    "sales/customer-{ana}/emptying/": ("version",),
    "sales/customer-{ana}/payment/": ("way", "total", "version", "method", "tendered", "cash", "store", "email"),
    "pickups/find/": ("scanned",),
    "pickups/1/handover/": ("code", "collected_by", "lines", "tendered"),
    "pickups/99999999999999999999/accept/": ("back",),
    "registers/": ("session", "register", "opening_float", "key"),
    "orders/1/refunds/": ("refund", "key"),
    "stores/": ("store", "next"),
}


def test_pages_bear_any_address(clerk):
    clerk.browser.raise_request_exception = False

    broken = []
    for path, values in PATHS.items():
        for value in [quote(value, safe="") for value in values] + ["%ED%A0%80"]:
            answer = clerk.browser.get(reverse("admin:till") + path.format(value))
            broken += [(path, value, answer.status_code)] if answer.status_code >= 500 else []

    assert broken == []


def test_forms_bear_any_content(clerk, ana, mug):
    Api(ana).add("MUG")
    clerk.browser.raise_request_exception = False
    whole = {"key": new_key(), "way": "carry_out", "total": "1290", "version": "1", "method": "cash", "tendered": "20"}

    broken = []
    for path, fields in FORMS.items():
        for field in fields:
            for value in TEXTS:
                answer = clerk.browser.post(reverse("admin:till") + path.format(ana=ana.pk), {**whole, field: value})
                broken += [(path, field, value, answer.status_code)] if answer.status_code >= 500 else []

    assert broken == []
