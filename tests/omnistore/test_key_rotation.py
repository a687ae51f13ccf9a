"""What people hold is derived from keys of its own, so it outlives a change of SECRET_KEY."""

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import Balance
from accounts.rules.gift_cards import code_hash
from accounts.services.balances.gift_cards import CodeCannotBeShown, replace_gift_card, show_gift_card_code
from core.actors import THE_SYSTEM
from core.setup.keys import derived_keys
from orders.models import Order
from orders.queries.fulfilment.pickups import find_by_code
from orders.rules.order_links import is_order_key, order_key
from orders.rules.pickup_codes import collection_code, is_pickup_code
from tests.factories.balances import give_card
from tests.factories.orders import make_order
from tests.refusals import refused

PURPOSES = {
    "COLLECTION": b"collection codes of pickups",
    "ORDER_LINK": b"links to orders of guests",
    "GIFT_CARD": b"codes of gift cards",
}


def under(*keys):
    """Run with these keys of codes, the newest first."""
    changes = {}
    for name, purpose in PURPOSES.items():
        secrets = derived_keys(keys, purpose=purpose)
        changes |= {f"{name}_SECRETS": secrets, f"{name}_SECRET": secrets[0]}
    return override_settings(**changes)


def test_each_purpose_and_each_key_has_a_secret_of_its_own():
    secrets = {secret for purpose in PURPOSES.values() for secret in derived_keys(["a", "b"], purpose=purpose)}

    assert len(secrets) == 6
    assert all(len(secret) == 32 for secret in secrets)


def test_a_card_issued_under_a_former_key_is_shown_with_the_code_that_opens_it(db):
    with under("old"):
        card = give_card(2000)

    with under("new", "old"):
        code = show_gift_card_code(card_id=card.pk, now=timezone.now())

    assert code_hash(code) == card.code_hash


def test_a_card_whose_key_is_gone_is_not_marked_as_shown_and_can_be_replaced(db):
    with under("old"):
        card = give_card(2000)

    with under("new"):
        with refused(CodeCannotBeShown):
            show_gift_card_code(card_id=card.pk, now=timezone.now())
        assert Balance.objects.get().code_shown_at is None

        fresh = replace_gift_card(card_id=card.pk, by=THE_SYSTEM, now=timezone.now())
        code = show_gift_card_code(card_id=fresh, now=timezone.now())

    assert Balance.objects.get(code_hash=code_hash(code)).amount == 2000


def test_new_codes_are_derived_from_the_newest_key(db):
    with under("new", "old"):
        card = give_card(2000)

    with under("new"):
        code = show_gift_card_code(card_id=card.pk, now=timezone.now())

    assert code_hash(code) == card.code_hash


def test_a_mailed_pickup_code_opens_its_pickup_after_the_change_and_no_other(ana, ben, settings, high_street, mug):
    pickup, other = (
        make_order((mug, 1, 1290), store=high_street, state="ready", customer=customer).fulfilments.get()
        for customer in (ana, ben)
    )
    with under("old"):
        code = collection_code(pickup.pk, secret=settings.COLLECTION_SECRETS[0])

    with under("new", "old"):
        assert is_pickup_code(code, fulfilment_id=pickup.pk, secrets=settings.COLLECTION_SECRETS)
        assert not is_pickup_code(code, fulfilment_id=other.pk, secrets=settings.COLLECTION_SECRETS)
        assert find_by_code(store_id=high_street.pk, code=code) == pickup.pk
    with under("new"):
        assert not is_pickup_code(code, fulfilment_id=pickup.pk, secrets=settings.COLLECTION_SECRETS)


def test_a_mailed_link_opens_its_order_after_the_change(ana, settings, high_street, mug):
    order = make_order((mug, 1, 1290), store=high_street, customer=ana)
    Order.objects.update(customer=None)
    with under("old"):
        key = order_key(order.number, secret=settings.ORDER_LINK_SECRETS[0])

    with under("new", "old"):
        assert Client().get(f"/orders/{order.number}/{key}/").status_code == 200
        assert not is_order_key("a" * 26, number=order.number, secrets=settings.ORDER_LINK_SECRETS)
    with under("new"):
        assert Client().get(f"/orders/{order.number}/{key}/").status_code == 404


@pytest.mark.parametrize(("fallbacks", "is_signed_in"), [(["the former key"], True), ([], False)])
def test_browsers_stay_signed_in_while_the_former_key_is_a_fallback(ana, fallbacks, is_signed_in):
    client = Client()
    with override_settings(SECRET_KEY="the former key"):
        client.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")

    with override_settings(SECRET_KEY="the new key", SECRET_KEY_FALLBACKS=fallbacks):
        answer = client.get("/account/")

    assert (answer.status_code == 200) is is_signed_in
