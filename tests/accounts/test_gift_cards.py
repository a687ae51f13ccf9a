from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.core.cache import cache

from accounts.models import Balance
from accounts.rules.gift_cards import code_hash, end_of_validity, gift_card_code, plain_code
from accounts.services.balances.gift_cards import (
    MOST_WRONG_CODES,
    CodeShownAlready,
    GiftCardNotOpen,
    GiftCardNotValid,
    TooManyWrongCodes,
    block_gift_card,
    give_back_to_card,
    look_up_gift_card,
    replace_gift_card,
    show_gift_card_code,
    unblock_gift_card,
    void_gift_card,
)
from core.actors import THE_SYSTEM, Actor
from core.data.invariants import find_breaches
from core.errors import NotFound
from core.ids import new_id
from tests.factories.balances import code_of, give_card
from tests.refusals import refused

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CLERK = Actor(channel="till", staff_id=1, store_id=1)


@pytest.fixture(autouse=True)
def no_guesses():
    cache.clear()


def look_up(code, *, client_key="ip:1", currency="EUR"):
    return look_up_gift_card(code=code, client_key=client_key, currency=currency, now=NOW)


def test_a_code_is_derived_and_accepted_in_any_notation():
    code = gift_card_code(UUID(int=7), secret=b"secret")

    assert code == gift_card_code(UUID(int=7), secret=b"secret") != gift_card_code(UUID(int=8), secret=b"secret")
    assert len(plain_code(code)) == 16
    assert code_hash(code) == code_hash(f" {code.lower().replace('-', ' ')} ")
    assert plain_code("O0I1-L000-0000-0000") == "0011100000000000"
    assert plain_code("U000-0000-0000-0000") == plain_code("123") == plain_code("") == ""


@pytest.mark.parametrize("mark", ["–", "\u2011", "\u00a0", "\u202f", "\u200c", "\u200e-\u200f", "\u2066-\u2069"])
def test_a_code_is_accepted_on_every_keyboard(mark):
    code = gift_card_code(UUID(int=7), secret=b"secret")
    persian = code.replace("-", mark).translate({48 + digit: 0x06F0 + digit for digit in range(10)})
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)

    assert code_hash(code) == code_hash(persian) == code_hash(wide)


def test_a_card_is_valid_until_the_end_of_a_year():
    assert end_of_validity(NOW, years=3) == datetime(2030, 1, 1, tzinfo=UTC)
    assert end_of_validity(NOW, years=0) is None


def test_only_the_hash_of_the_code_is_stored_and_the_code_is_shown_once(db):
    card = give_card(2000)

    code = show_gift_card_code(card_id=card.pk, now=NOW)

    with refused(CodeShownAlready):
        show_gift_card_code(card_id=card.pk, now=NOW)
    with refused(NotFound):
        show_gift_card_code(card_id=0, now=NOW)
    assert plain_code(code) not in "|".join(str(value) for value in Balance.objects.values_list().get())
    assert look_up(code.lower()).free == 2000


@pytest.mark.parametrize("state", ["blocked", "closed"])
def test_says_why_a_card_cannot_be_used(db, state):
    card = give_card(2000)
    Balance.objects.update(state=state)

    with refused(GiftCardNotValid) as refusal:
        look_up(code_of(card))

    assert refusal.value.details == {"cause": state}


def test_an_expired_card_and_one_of_another_currency_pay_nothing(db):
    card, foreign = give_card(2000), give_card(2000, currency="USD")
    Balance.objects.filter(pk=card.pk).update(expires_at=NOW)

    for given, cause in [(card, "expired"), (foreign, "currency")]:
        with refused(GiftCardNotValid) as refusal:
            look_up(code_of(given))
        assert refusal.value.details == {"cause": cause}


def test_wrong_codes_are_limited_for_each_client(db):
    code = code_of(give_card(2000))
    for _guess in range(MOST_WRONG_CODES):
        with refused(GiftCardNotValid):
            look_up("0000-0000-0000-0000")

    with refused(TooManyWrongCodes):
        look_up(code)

    assert look_up(code, client_key="ip:2").free == 2000


def test_a_card_is_blocked_and_unblocked(db):
    card = give_card(2000)
    code = code_of(card)
    block_gift_card(card_id=card.pk, by=CLERK)

    with refused(GiftCardNotOpen):
        block_gift_card(card_id=card.pk, by=CLERK)
    unblock_gift_card(card_id=card.pk, by=CLERK)

    assert look_up(code).free == 2000


def test_a_lost_card_is_replaced(db, ana):
    card = give_card(2000, customer=ana)
    lost = code_of(card)

    fresh = Balance.objects.get(pk=replace_gift_card(card_id=card.pk, by=THE_SYSTEM, now=NOW))

    with refused(GiftCardNotValid):
        look_up(lost)
    assert look_up(code_of(fresh)).free == 2000
    assert (fresh.customer, fresh.expires_at) == (ana, card.expires_at)
    with refused(GiftCardNotOpen):
        replace_gift_card(card_id=card.pk, by=THE_SYSTEM, now=NOW)
    assert find_breaches() == {}


def test_a_voided_card_is_empty_and_closed(db):
    card = give_card(2000)

    assert void_gift_card(card_id=card.pk, reference="refund", by=THE_SYSTEM, now=NOW) == 2000
    assert void_gift_card(card_id=card.pk, reference="refund", by=THE_SYSTEM, now=NOW) == 0

    card.refresh_from_db()
    assert (card.amount, card.state) == (0, "closed")
    assert find_breaches() == {}


def test_a_refund_goes_to_the_card_or_to_a_new_one_if_it_is_closed(db):
    card = give_card(2000)
    back, late = str(new_id()), str(new_id())

    for _time in range(2):
        same = give_back_to_card(card_id=card.pk, amount=100, reference=back, by=THE_SYSTEM, now=NOW)
    void_gift_card(card_id=card.pk, reference="refund", by=THE_SYSTEM, now=NOW)
    others = {
        give_back_to_card(card_id=card.pk, amount=50, reference=late, by=THE_SYSTEM, now=NOW) for _time in range(2)
    }

    assert same == card.pk
    (other,) = others
    assert other != card.pk
    assert Balance.objects.get(pk=other).amount == 50
    assert find_breaches() == {}
