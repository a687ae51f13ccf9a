"""Notifications about events and people that orders know nothing of."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.apps import apps

from accounts.models import Customer
from core.journal import Entry, Event, Notification
from core.texts.wording import number, worded
from omnistore.engagement.models import Message
from omnistore.engagement.queries.recipients import RESOLVERS
from omnistore.engagement.queries.templates import template_named
from omnistore.engagement.services.notifications import notify
from tests.factories.accounts import make_customer, make_staff
from tests.factories.inventory import assign, make_store

TEMPLATE = """
subject = "Hello %(name)s"
text = "%(summary)s"
paragraphs = ["%(summary)s", "You collected %(stamps)s."]
"""


@dataclass(frozen=True, kw_only=True)
class StampsCollected(Event):
    """A customer collected stamps; their store hears of it too."""

    kind: ClassVar[str] = "stamps.collected"
    words = worded("%(stamps)s stamps for %(number)s", stamps=number("stamps"))
    notifications = (
        Notification("stamps_collected", subject="customer", recipients="customer"),
        Notification("stamps_collected", subject="customer", recipients="store_staff"),
    )
    stamps: int


@pytest.fixture(autouse=True)
def template(tmp_path, monkeypatch):
    """A template in the folder of an app."""
    (tmp_path / "notifications").mkdir()
    (tmp_path / "notifications" / "stamps_collected.toml").write_text(TEMPLATE)
    monkeypatch.setattr(apps.get_app_config("engagement"), "path", str(tmp_path))
    template_named.cache_clear()
    yield
    template_named.cache_clear()


def collected(customer, *, now, store=""):
    return Entry(7, StampsCollected.kind, now, customer.pk, "till", store, None, "S-1", {"stamps": 1200})


def test_a_customer_is_notified_of_an_event_that_is_about_no_order(ana, now):
    Customer.objects.filter(pk=ana.pk).update(language="de")

    notify(collected(ana, now=now), now=now)

    message = Message.objects.get()
    assert (message.kind, message.ref, message.customer) == ("stamps_collected", "S-1", ana)
    assert (message.recipient, message.language, message.subject) == ("ana@example.com", "de", "Hello Ana Moreno")
    assert message.body.startswith("1.200 stamps for S-1\n\nYou collected 1.200.")


def test_the_staff_of_the_store_are_notified_and_nobody_elses(ana, mitte, now):
    tess = make_staff("Tess Till", email="tess@example.com")
    assign(tess, mitte, "clerk")
    assign(make_staff("Kim", email="kim@example.com"), make_store("kreuzberg"), "clerk")
    gone = make_staff("Max", email="max@example.com", is_active=False)
    assign(gone, mitte, "clerk")

    notify(collected(ana, now=now, store="ber-mitte"), now=now)

    assert sorted(Message.objects.values_list("recipient", "customer")) == [
        ("ana@example.com", ana.pk),
        ("tess@example.com", tess.pk),
    ]


def test_each_is_notified_once_however_often_the_entry_is_read(ana, mitte, now):
    assign(make_staff("Tess Till", email="tess@example.com"), mitte, "clerk")

    notify(collected(ana, now=now, store="ber-mitte"), now=now)
    notify(collected(ana, now=now, store="ber-mitte"), now=now)

    assert Message.objects.count() == 2


def test_a_merged_record_leads_to_the_person_as_they_are_now(ana, now):
    duplicate = make_customer("Ana M.", email="old@example.com", merged_into=ana)

    recipients = RESOLVERS["customer"](collected(duplicate, now=now))

    assert [(one.customer_id, one.addresses["email"]) for one in recipients] == [(ana.pk, "ana@example.com")]


def test_a_customer_reads_times_by_their_home_stores_clock_and_by_the_shops_without_one(ana, now, settings):
    make_store("dubai", time_zone="Asia/Dubai")
    at_home = make_customer("Omar", email="omar@example.com", home_store="dubai")

    zones = [RESOLVERS["customer"](collected(person, now=now))[0].time_zone for person in (ana, at_home)]

    assert zones == [settings.SHOP_TIME_ZONE, "Asia/Dubai"]


def test_an_event_of_nobody_and_an_entry_of_an_unknown_kind_notify_nobody(ana, now):
    notify(Entry(7, StampsCollected.kind, now, None, "till", "", None, "", {"stamps": 1}), now=now)
    notify(Entry(8, "stamps.forgotten", now, ana.pk, "till", "", None, "", {}), now=now)

    assert not Message.objects.exists()


def test_a_template_that_no_app_has_is_named_in_the_error():
    with pytest.raises(LookupError, match=r"notifications/postcard\.toml"):
        template_named("postcard")
