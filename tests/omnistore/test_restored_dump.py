"""A dump restored into a server with low transaction numbers: customers are notified of everything exactly once."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from core.data.invariants import find_breaches
from core.dispatch import dispatch_journal, find_lag
from omnistore.engagement.models import Message
from omnistore.rehearsal.checks import connected_to
from omnistore.rehearsal.copies import Copy
from omnistore.rehearsal.dump import restore
from omnistore.rehearsal.shop import find_shop
from tests.client import Api
from tests.core.restored import offset
from tests.journal import read_journal

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

PICKUP = [{"kind": "pickup", "store": "high-street"}]
# More transaction numbers than restoring uses.
COUNTED = 20_000


@pytest.fixture
def fresh_server(transactional_db, tmp_path):
    copy = Copy(find_shop(), tmp_path / "copy")
    try:
        copy.create()
        yield copy
    finally:
        copy.stop()


def count_on():
    with find_shop().connect() as shop:
        shop.execute(f"DO $$ BEGIN FOR n IN 1..{COUNTED} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")


def buy(shopper):
    shopper.add("MUG")
    return shopper.check_out(fulfilments=PICKUP, payments=[{"method": "test"}]).json()["number"]


def notified():
    return sorted(message.subject.rpartition("#")[2] for message in Message.objects.filter(kind="order_placed"))


def test_customers_are_notified_once_of_orders_before_and_after_the_dump(ana, mug, fresh_server, tmp_path, client):
    shopper = Api(ana)
    count_on()
    notified_before = buy(shopper)
    read_journal(now=timezone.now())
    not_notified_yet = buy(shopper)
    dump = tmp_path / "shop.dump"
    connection.close()
    fresh_server.shop.run("pg_dump", "-Fc", "-f", str(dump))

    restore(fresh_server, dump)
    with connected_to(fresh_server):
        cache.clear()
        assert notified() == [notified_before]
        before_the_worker = buy(shopper)
        assert find_lag().is_foreign
        assert client.get("/readyz").json()["state"] == "degraded"
        assert find_breaches() != {}
        dispatch_journal(now=timezone.now())
        after_it = buy(shopper)
        dispatch_journal(now=timezone.now())
        dispatch_journal(now=timezone.now())

        assert notified() == [notified_before, not_notified_yet, before_the_worker, after_it]
        assert client.get("/readyz").json()["journal"] == "ok"
        assert find_breaches() == {}
        assert offset() > COUNTED
    assert notified() == [notified_before]


def test_a_copy_of_a_copy_works_as_well(ana, mug, fresh_server, tmp_path):
    shopper = Api(ana)
    count_on()
    buy(shopper)
    read_journal(now=timezone.now())
    first, second = tmp_path / "first.dump", tmp_path / "second.dump"
    connection.close()
    fresh_server.shop.run("pg_dump", "-Fc", "-f", str(first))
    restore(fresh_server, first)
    with connected_to(fresh_server):
        cache.clear()
        in_the_copy = buy(shopper)
        dispatch_journal(now=timezone.now())
        raised = offset()
        assert in_the_copy in notified()
        find_shop().run("pg_dump", "-Fc", "-f", str(second))
    again = Copy(fresh_server.shop, tmp_path / "again")
    try:
        again.create()
        restore(again, second)
        with connected_to(again):
            cache.clear()
            before = notified()
            in_its_copy = buy(shopper)
            dispatch_journal(now=timezone.now())

            assert notified() == sorted([*before, in_its_copy])
            assert offset() > raised
    finally:
        again.stop()
