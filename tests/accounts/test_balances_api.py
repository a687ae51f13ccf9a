import pytest
from django.core.cache import cache

from tests.client import Api
from tests.factories.balances import code_of, give_card, give_credit


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


def test_a_person_sees_their_balances_and_entries(ana, ben, django_assert_num_queries):
    give_credit(ana, 1290)
    give_credit(ana, 120, kind="points")
    give_credit(ben, 99)
    app = Api(ana)

    with django_assert_num_queries(2):
        balances = app.get("me/balances/").json()

    assert balances == {
        "credit": {
            "balance": {"amount": "12.90", "currency": "EUR"},
            "available": {"amount": "12.90", "currency": "EUR"},
        },
        "points": {"balance": 120, "available": 120},
    }
    with django_assert_num_queries(2):
        entries = app.get("me/balances/entries/").json()["results"]
    assert [(entry["balance"], entry["kind"], entry["amount"], entry["points"]) for entry in entries] == [
        ("points", "loaded", None, 120),
        ("credit", "loaded", {"amount": "12.90", "currency": "EUR"}, None),
    ]


def test_a_long_history_comes_in_pages(ana):
    for _time in range(3):
        give_credit(ana, 100)
    app = Api(ana)

    page = app.get("me/balances/entries/?limit=2&balance=credit").json()
    rest = app.get(page["next"].partition("/api/v1/")[2]).json()

    assert (len(page["results"]), len(rest["results"]), rest["next"]) == (2, 1, None)
    assert app.get("me/balances/entries/?cursor=WyJ4Il0=").status_code == 400
    assert app.get("me/balances/entries/?balance=gift_card").status_code == 400


def test_nobody_else_sees_it(db):
    assert Api().get("me/balances/").status_code == 401
    assert Api().get("me/balances/entries/").status_code == 401


def test_the_code_of_a_gift_card_shows_its_balance(db):
    card = give_card(2500)
    code = code_of(card)

    response = Api().post("gift-cards/balance/", {"code": code})

    assert response.status_code == 200
    assert response.json() | {"expires_at": ""} == {
        "ends_with": code[-4:],
        "balance": {"amount": "25.00", "currency": "EUR"},
        "available": {"amount": "25.00", "currency": "EUR"},
        "expires_at": "",
    }
    assert response.headers["Cache-Control"] == "no-store"


def test_too_many_wrong_codes_are_answered_with_429(db):
    guest = Api()
    answers = [guest.post("gift-cards/balance/", {"code": "0000-0000-0000-0000"}) for _guess in range(21)]

    assert [answer.status_code for answer in answers] == [409] * 20 + [429]
    assert answers[0].json()["code"] == "gift_card_not_valid"
    assert answers[-1].headers["Retry-After"]


def test_strangers_with_the_same_address_do_not_use_up_the_tries_of_who_is_signed_in(ana, ben):
    guest, wrong = Api(), {"code": "0000-0000-0000-0000"}
    for _guess in range(20):
        guest.post("gift-cards/balance/", wrong)

    answers = [Api(person).post("gift-cards/balance/", wrong) for person in (ana, ben) for _guess in range(20)]

    assert guest.post("gift-cards/balance/", wrong).status_code == 429
    assert [answer.status_code for answer in answers] == [409] * 40
    assert Api(ana).post("gift-cards/balance/", wrong).status_code == 429
