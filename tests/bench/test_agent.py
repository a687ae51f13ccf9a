"""The operations of the control process of a measured shop."""

import pytest
from django.test import Client
from django.utils import timezone

from omnistore.engagement.services.messages import send_queued_messages
from omnistore.tools.bench.shops import agent
from tests.client import Api
from tests.journal import read_journal, wait_until_readable

pytestmark = pytest.mark.django_db(transaction=True)


def test_added_shoppers_have_tokens_that_sign_them_in():
    shoppers = agent.add_shoppers(2)

    for shopper in shoppers:
        response = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {shopper['token']}"})
        assert response.json()["id"] == str(shopper["id"])


def test_it_has_caught_up_once_the_journal_is_dispatched_and_every_message_is_sent(ana, mug):
    assert not agent.is_caught_up()

    shopper = Api(ana)
    shopper.add("MUG")
    shopper.check_out(fulfilments=[{"kind": "pickup", "store": "high-street"}])
    wait_until_readable()
    assert not agent.is_caught_up()

    read_journal(now=timezone.now())
    assert not agent.is_caught_up()

    send_queued_messages(now=timezone.now())
    assert agent.is_caught_up()

    shopper.add("MUG")
    wait_until_readable()
    assert not agent.is_caught_up()


def test_the_audit_is_called_by_its_name():
    assert agent.OPERATIONS["find_breaches"]() == []
