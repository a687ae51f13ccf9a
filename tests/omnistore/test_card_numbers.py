"""Payment card numbers typed into any form of any page."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import Customer
from carts.models import Cart
from tests.client import Api

CARD = "4242 4242 4242 4242"
NO_PAGES = ("api/", "_allauth/", "livez", "readyz", "metrics", "media/", "static/")
SAMPLES = {"int": "1", "slug": "x", "str": "x", "uuid": "01890000-0000-7000-8000-000000000000", "path": "x"}


def pages(patterns, before=""):
    """Return the URL of every page, with sample values for its parameters."""
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if here.startswith(NO_PAGES):
            continue
        if isinstance(pattern, URLPattern):
            yield "/" + filled(here)
        else:
            yield from pages(pattern.url_patterns, here)


def filled(route):
    named = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], route)
    return re.sub(r"\(\?P<\w+>[^)]*\)|[\^$]|\\[Z]", lambda found: "x" if found[0].startswith("(") else "", named)


def found_pages():
    return sorted(set(pages(get_resolver().url_patterns)))


@pytest.mark.walk
def test_no_form_of_any_page_accepts_or_repeats_a_card_number(db, capsys):
    browser = Client(raise_request_exception=False)
    answers = {page: browser.post(page, {"anything": f"pay with {CARD}, please"}) for page in found_pages()}

    taken = {page: answer.status_code for page, answer in answers.items() if answer.status_code != 400}
    # What no address of a page leads to was not asked for its form.
    assert {page: status for page, status in taken.items() if status != 404} == {}
    assert len(answers) - len(taken) > 200
    assert not any(b"4242" in answer.content for answer in answers.values())
    assert b"Go back, remove the number" in answers["/checkout/"].content
    assert "4242 4242" not in "".join(capsys.readouterr())  # Four digits alone stand in the id of many a request.


@pytest.mark.parametrize(
    "fields",
    [{"sku": "4242424242424242"}, {"password1": CARD}, {"key": "42424242-4242-4242-8242-424242424242"},
     {"phone": "+49 171 3920001"}, {"q": "4242 4242 4242 4243"},
     {"barcode": "36227206271667"}, {"tracking": "4242424242424242"}],
)  # fmt: skip
def test_values_that_only_look_like_card_numbers_pass(db, fields):
    answer = Client().post("/cart/empty/", fields)

    assert answer.status_code == 302


@pytest.mark.parametrize(
    "text",
    [
        "۴۲۴۲ ۴۲۴۲ ۴۲۴۲ ۴۲۴۲",
        "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
        "4242\u00a04242\u20134242/4242",
        "4242\u00a04242\u00a04242\u00a04242",
        "6037991234567893",
    ],
)
def test_a_card_number_in_any_writing_is_refused(db, text):
    answer = Client().post("/cart/empty/", {"note": text})

    assert answer.status_code == 400


def test_a_form_from_another_site_is_refused_by_the_csrf_check(db):
    answer = Client(enforce_csrf_checks=True).post("/cart/add/", {"sku": "MUG", "note": CARD})

    assert answer.status_code == 403
    assert not Cart.objects.exists()


def test_the_sign_in_views_accept_no_card_number(db):
    answer = Client().post(
        "/_allauth/app/v1/auth/signup",
        {"email": "cara@example.com", "name": CARD, "password": "a long enough secret"},
        content_type="application/json",
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "card_number")
    assert "4242" not in answer.content.decode()
    assert not Customer.objects.exists()


def test_a_number_as_a_number_is_seen_too(db):
    answer = Client().post(
        "/_allauth/app/v1/auth/signup",
        {"email": "cara@example.com", "name": 4242424242424242, "password": "a long enough secret"},
        content_type="application/json",
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "card_number")


def test_the_api_names_the_field(ana):
    refused = Api(ana).post("cart/vouchers/", {"code": CARD})

    assert refused.json()["errors"][0]["code"] == "card_number"
