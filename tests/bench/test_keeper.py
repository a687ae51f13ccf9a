"""What a measured shop is asked."""

import pytest
from django.test import Client
from django.utils import timezone

from omnistore.engagement.services.messages import send_queued_messages
from omnistore.tools.bench.shops import keeper
from tests.client import Api
from tests.journal import read_journal, wait_until_readable

pytestmark = pytest.mark.django_db(transaction=True)


def test_people_are_invited_with_tokens_that_let_them_in():
    people = keeper.invite(2)

    for person in people:
        answer = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {person['token']}"})
        assert answer.json()["id"] == str(person["id"])


def test_the_background_has_caught_up_once_the_journal_is_read_and_every_message_sent(ana, mug):
    assert not keeper.is_caught_up()

    shopper = Api(ana)
    shopper.add("MUG")
    shopper.check_out(fulfilments=[{"kind": "pickup", "store": "high-street"}])
    wait_until_readable()
    assert not keeper.is_caught_up()

    read_journal(now=timezone.now())
    assert not keeper.is_caught_up()

    send_queued_messages(now=timezone.now())
    assert keeper.is_caught_up()

    shopper.add("MUG")
    wait_until_readable()
    assert not keeper.is_caught_up()


def test_the_audit_is_asked_for_by_name():
    assert keeper.ACTS["find_breaches"]() == []
