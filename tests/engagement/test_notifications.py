from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from omnistore.engagement.handlers import notify_people
from omnistore.engagement.models import Message
from orders.models import Fulfilment, Order, ReceiptRequest
from orders.rules.pickup_codes import collection_code
from tests.engagement.conftest import entry_about, make_pickup
from tests.factories.orders import make_return


def test_a_confirmation_says_that_the_pickup_is_not_ready_yet(ana, mitte, now):
    pickup = make_pickup(ana, mitte, now=now)

    notify_people(entry_about(pickup, "order.placed", now=now))

    message = Message.objects.get()
    assert (message.medium, message.recipient, message.customer) == ("email", "ana@example.com", ana)
    assert message.subject == f"We have your order #{pickup.order.number}"
    assert "It is not ready to collect yet" in message.body
    assert "2 × Blue mug: €25.80" in message.body
    assert "Omnistore Mitte" in message.body


def test_a_handler_that_runs_twice_notifies_once(ana, mitte, now):
    pickup = make_pickup(ana, mitte, now=now)

    notify_people(entry_about(pickup, "order.placed", now=now))
    notify_people(entry_about(pickup, "order.placed", now=now))

    assert Message.objects.count() == 1


def test_the_pickup_notification_has_code_address_hours_and_deadline(ana, mitte, now):
    pickup = make_pickup(ana, mitte, now=now)

    notify_people(entry_about(pickup, "pickup.ready", now=now))

    body = Message.objects.get().body
    assert collection_code(pickup.pk, secret=settings.COLLECTION_SECRETS[0]) in body
    assert "Rosenthaler Str. 1, 10119 Berlin" in body
    assert "9:00\u202fAM – 8:00\u202fPM" in body
    assert "Sunday" in body and "closed" in body
    assert "We keep it until: " in body
    assert "You pay in the store: €25.80" in body


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fa", "rtl"), ("en", "ltr")])
def test_notifications_are_in_the_language_of_the_order(ana, mitte, now, language, direction):
    pickup = make_pickup(ana, mitte, now=now, language=language)

    notify_people(entry_about(pickup, "pickup.ready", now=now))

    message = Message.objects.get()
    assert message.language == language
    assert f'lang="{language}" dir="{direction}"' in message.html
    assert ("Your order" in message.subject) == (language == "en")


def test_persian_notifications_have_persian_digits_days_and_names(ana, mitte, now):
    pickup = make_pickup(ana, mitte, now=now, language="fa")

    notify_people(entry_about(pickup, "pickup.ready", now=now))

    body = Message.objects.get().body
    assert "فروشگاه میته" in body
    assert "۲۵٫۸۰" in body
    assert "۱۴" in body  # The year in the Persian calendar.


def test_a_buyer_who_prefers_texts_gets_a_text(ana, mitte, now, settings):
    settings.SMS_BACKEND = "omnistore.engagement.senders.mailbox.SmsBackend"
    ana.preferred_channel = "sms"
    ana.save()
    pickup = make_pickup(ana, mitte, now=now)

    notify_people(entry_about(pickup, "pickup.ready", now=now))

    message = Message.objects.get()
    assert (message.medium, message.recipient, message.html) == ("sms", "+491701234567", "")
    code = collection_code(pickup.pk, secret=settings.COLLECTION_SECRETS[0])
    assert f"Code: {code}." in message.body
    assert len(message.body) < 320


def test_guests_are_notified_at_the_address_that_they_left(mitte, now):
    pickup = make_pickup(None, mitte, now=now)

    notify_people(entry_about(pickup, "order.placed", now=now))

    assert Message.objects.get().recipient == "ana@example.com"


def test_old_and_imported_orders_and_missing_addresses_cause_no_notification(ana, mitte, now):
    old = make_pickup(ana, mitte, now=now)
    imported = make_pickup(ana, mitte, now=now, external_id="X-1")
    silent = make_pickup(None, mitte, now=now)
    Order.objects.filter(pk=silent.order_id).update(contact_email="", contact_phone="")

    notify_people(entry_about(old, "order.placed", now=now - timedelta(days=4)))
    notify_people(entry_about(imported, "order.placed", now=now))
    notify_people(entry_about(silent, "order.placed", now=now))

    assert not Message.objects.exists()


def test_a_carry_out_sale_is_not_confirmed_but_its_requested_receipt_is_sent(ana, mitte, now):
    quiet = make_pickup(ana, mitte, now=now, kind=Fulfilment.CARRY_OUT, receipt_medium="none")
    with_receipt = make_pickup(ana, mitte, now=now, kind=Fulfilment.CARRY_OUT, receipt_medium="email")

    notify_people(entry_about(quiet, "order.placed", now=now, entry_id=1))
    notify_people(entry_about(with_receipt, "order.placed", now=now, entry_id=2))

    message = Message.objects.get()
    assert message.kind == "receipt"
    assert message.ref == with_receipt.order.number
    assert "Total: €25.80" in message.body


def test_the_end_of_the_only_pickup_causes_one_notification(ana, mitte, now):
    pickup = make_pickup(ana, mitte, now=now)

    notify_people(entry_about(pickup, "order.cancelled", now=now, entry_id=1, reason="rejected", refund=2580))
    notify_people(entry_about(pickup, "pickup.rejected", now=now, entry_id=2, refund=2580))

    message = Message.objects.get()
    assert message.kind == "pickup_rejected"
    assert "We return €25.80 the way you paid." in message.body


def test_a_refused_return_is_told_with_its_reason(ana, mitte, now):
    pickup = make_pickup(ana, mitte, now=now)
    refused = make_return(pickup.order, state="rejected", reject_reason="The seal is broken.")

    notify_people(entry_about(pickup, "return.rejected", now=now, return_id=refused.pk))

    message = Message.objects.get()
    assert message.kind == "return_rejected"
    assert "The reason: The seal is broken." in message.body
    assert f"/orders/{pickup.order.number}/" in message.body


def test_a_receipt_is_sent_to_the_requested_address(ana, mitte, now):
    pickup = make_pickup(ana, mitte, now=now)
    request = ReceiptRequest.objects.create(
        order=pickup.order, medium="email", address="books@example.com", requested_at=now
    )

    notify_people(entry_about(pickup, "receipt.requested", now=now, receipt_request_id=request.pk))

    message = Message.objects.get()
    assert message.recipient == "books@example.com"
    assert message.subject == f"Receipt for your order #{pickup.order.number}"


def test_the_date_on_a_receipt_is_the_day_where_its_reader_is(mitte, now):
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)  # Past midnight in Berlin.
    pickup = make_pickup(None, mitte, now=late)
    request = ReceiptRequest.objects.create(
        order=pickup.order, medium="email", address="a@example.com", requested_at=now
    )

    notify_people(entry_about(pickup, "receipt.requested", now=now, receipt_request_id=request.pk))

    assert "Date: Sunday, November 22, 2026" in Message.objects.get().body


def test_an_order_that_is_gone_causes_no_notification(ana, mitte, now):
    entry = entry_about(make_pickup(ana, mitte, now=now), "order.placed", now=now)

    notify_people(replace(entry, ref="gone"))

    assert not Message.objects.exists()


def test_notifying_takes_a_fixed_number_of_statements(ana, mitte, now, django_assert_num_queries):
    pickup = make_pickup(ana, mitte, now=now)

    # The order's facts, the buyer, the order, its stores, the message.
    with django_assert_num_queries(5):
        notify_people(entry_about(pickup, "order.placed", now=now))
