import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Malformed
from orders.rules.cash import CashRule, CashTerms, cash_rounding, cash_rule, refund_rounding
from orders.rules.checkout import CARD, CASH, PICKUP, Tender, plan_tenders

FIVE = CashTerms(CashRule(5))


def paid(amount, country, currency="EUR"):
    return amount + cash_rounding(amount, CashTerms(cash_rule(currency, country=country)))


def given_back(amount, country, currency="EUR"):
    return amount + refund_rounding(amount, cash_rule(currency, country=country))


@pytest.mark.parametrize("country", ["BE", "EE", "FI", "IE", "IT", "LT", "NL", "SK"])
def test_a_euro_is_rounded_to_five_cents_where_the_country_says_so(country):
    amounts = (999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008)

    assert [paid(amount, country) for amount in amounts] == [
        1000, 1000, 1000, 1000, 1005, 1005, 1005, 1005, 1005, 1010
    ]  # fmt: skip


@pytest.mark.parametrize("country", ["DE", "AT", "FR", "ES", "PT", ""])
def test_a_euro_is_not_rounded_elsewhere(country):
    assert [paid(amount, country) for amount in (1, 999, 1001)] == [1, 999, 1001]


@pytest.mark.parametrize(
    ("currency", "country", "amounts"),
    [
        ("CHF", "CH", {1992: 1990, 1993: 1995}),
        # The middle goes up ...
        ("SEK", "SE", {1949: 1900, 1950: 2000}),
        ("NOK", "NO", {1949: 1900, 1950: 2000}),
        ("CZK", "CZ", {1949: 1900, 1950: 2000}),
        ("DKK", "DK", {1924: 1900, 1925: 1950, 1974: 1950, 1975: 2000}),
        ("HUF", "HU", {199_249: 199_000, 199_250: 199_500, 199_300: 199_500, 199_750: 200_000}),
        ("ILS", "IL", {1704: 1700, 1705: 1710}),
        ("UAH", "UA", {1024: 1000, 1025: 1050, 1074: 1050, 1075: 1100}),
        # ... except where it goes down.
        ("CLP", "CL", {764: 760, 765: 760, 766: 770}),
        ("NZD", "NZ", {1005: 1000, 1006: 1010}),
        ("AUD", "AU", {1002: 1000, 1003: 1005}),
        ("CAD", "CA", {492: 490, 493: 495}),
        ("MYR", "MY", {8202: 8200, 8203: 8205}),
        ("KWD", "KW", {1002: 1000, 1003: 1005}),
        ("BHD", "BH", {1002: 1000, 1003: 1005}),
        ("OMR", "OM", {1002: 1000, 1003: 1005}),
        ("JOD", "JO", {1002: 1000, 1003: 1005}),
        ("USD", "US", {1001: 1001}),
    ],
)
def test_each_country_has_its_coin_and_its_half_rule(currency, country, amounts):
    assert {amount: paid(amount, country, currency) for amount in amounts} == amounts
    # Where the country is not known, the currency decides.
    assert {amount: paid(amount, "", currency) for amount in amounts} == amounts


def test_a_slovak_cent_or_two_becomes_five():
    assert [paid(amount, "SK") for amount in (1, 2, 3)] == [5, 5, 5]
    assert [paid(amount, "FI") for amount in (1, 2, 3)] == [0, 0, 5]


def test_what_comes_back_is_rounded_in_estonia_and_not_in_slovakia():
    assert (given_back(1007, "EE"), given_back(1007, "SK")) == (1005, 1007)


def test_a_shop_may_set_its_own_coin_for_all_stores():
    assert cash_rule("EUR", country="DE", coin=5).coin == 5
    assert cash_rule("CLP", country="CL", coin=50) == CashRule(50, half_goes_down=True)


def test_a_part_in_cash_is_rounded_but_not_in_italy():
    tenders = [Tender(CARD, 254), Tender(CASH, tendered=6000)]

    plans = {
        country: plan_tenders(tenders, owed=5257, kinds={PICKUP}, cash=CashTerms(cash_rule("EUR", country=country)))[1]
        for country in ("FI", "IT")
    }

    assert {country: (plan.amount, plan.rounding, plan.coin) for country, plan in plans.items()} == {
        "FI": (5003, 2, 5),
        "IT": (5003, 0, 1),
    }


def test_cash_covers_the_rounded_amount_and_pays_the_whole():
    [tender] = plan_tenders([Tender(CASH, tendered=1295)], owed=1293, kinds={PICKUP}, cash=FIVE)

    assert (tender.amount, tender.rounding, tender.coin) == (1293, 2, 5)
    with pytest.raises(Malformed):
        plan_tenders([Tender(CASH, tendered=1294)], owed=1293, kinds={PICKUP}, cash=FIVE)


def test_several_payments_in_cash_are_rounded_once():
    halves = [Tender(CASH, 666, tendered=1000), Tender(CASH, tendered=1000)]

    planned = plan_tenders(halves, owed=1332, kinds={PICKUP}, cash=FIVE)

    assert [(tender.amount, tender.rounding) for tender in planned] == [(666, -1), (666, -1)]
    assert sum(tender.amount + tender.rounding for tender in planned) == 1330


AMOUNTS = st.lists(st.integers(1, 10**6), min_size=1, max_size=6)
RULES = st.builds(CashRule, st.sampled_from([1, 5, 10, 25, 50, 100]), st.booleans())


@given(AMOUNTS, RULES)
def test_payments_of_one_order_come_to_its_rounded_sum(amounts, rule):
    carried = 0
    for amount in amounts:
        rounding = cash_rounding(amount, CashTerms(rule, carried))
        assert (amount + rounding) % rule.coin == 0
        assert amount + rounding >= 0
        carried += rounding

    assert sum(amounts) + carried == rule.rounded(sum(amounts))


@given(AMOUNTS, RULES, st.booleans())
def test_refunds_of_one_order_come_to_what_was_paid(amounts, rule, rounds_refunds):
    paid = rule.rounded(sum(amounts))
    law = CashRule(rule.coin, rule.half_goes_down, rounds_refunds=rounds_refunds)
    carried = back = 0
    for place, amount in enumerate(amounts, 1):
        is_last = place == len(amounts)
        rounding = refund_rounding(amount, law, carried=carried, rest=paid - back if is_last else None)
        assert amount + rounding >= 0
        carried, back = carried + rounding, back + amount + rounding

    # Where parts are not rounded, those before the last one may already come to a cent more than was paid.
    assert back == paid or (not rounds_refunds and 0 < back - paid < rule.coin)
