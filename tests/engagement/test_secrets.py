"""Staff see that a message was sent and what it says, but not what lets its recipient collect or cancel."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.rules import roles
from core.setup.keys import derived_keys
from omnistore.engagement.handlers import notify_people
from omnistore.engagement.models import Message
from omnistore.engagement.queries.secrets import MASK, masked_body
from orders.rules.order_links import order_key
from orders.rules.pickup_codes import collection_code
from tests.client import signed_in
from tests.engagement.conftest import entry_about, make_pickup
from tests.factories.accounts import make_staff
from tests.factories.inventory import assign

LANGUAGES = [code for code, _name in settings.LANGUAGES]


def message_about(pickup, kind, now):
    notify_people(entry_about(pickup, kind, now=now))
    return Message.objects.get()


def page_for(role, store, message):
    staff = make_staff()
    assign(staff, store, role)
    return signed_in(staff).get(reverse("admin:engagement_message_change", args=[message.pk])).content.decode()


@pytest.mark.parametrize("role", [roles.CLERK, roles.MANAGER, roles.HEAD_OFFICE])
def test_staff_read_a_guests_message_without_the_code_and_without_the_key_of_the_link(mitte, now, role):
    pickup = make_pickup(None, mitte, now=now)
    message = message_about(pickup, "pickup.ready", now)
    code = collection_code(pickup.pk, secret=settings.COLLECTION_SECRETS[0])
    key = order_key(pickup.order.number, secret=settings.ORDER_LINK_SECRETS[0])

    page = page_for(role, mitte, message)

    assert code in message.body and key in message.body and code in message.html
    assert code not in page and key not in page
    assert MASK in page and "Rosenthaler" in page and pickup.order.number in page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["order.placed", "pickup.ready"])
def test_no_language_shows_them(mitte, now, kind, language):
    pickup = make_pickup(None, mitte, now=now, language=language)

    text = masked_body(message_about(pickup, kind, now))

    assert MASK in text
    assert collection_code(pickup.pk, secret=settings.COLLECTION_SECRETS[0]) not in text
    assert order_key(pickup.order.number, secret=settings.ORDER_LINK_SECRETS[0]) not in text


def test_a_code_of_a_former_key_that_is_still_right_is_masked_too(mitte, now, settings):
    pickup = make_pickup(None, mitte, now=now)
    message = message_about(pickup, "pickup.ready", now)
    old = collection_code(pickup.pk, secret=settings.COLLECTION_SECRETS[0])

    fresh = derived_keys(["new"], purpose=b"collection codes of pickups")
    settings.COLLECTION_SECRETS = [*fresh, *settings.COLLECTION_SECRETS]

    assert old not in masked_body(message)


def test_a_message_about_anything_else_is_shown_as_it_is():
    assert masked_body(Message(body="Code 12345678")) == "Code 12345678"
