from django.contrib.admin.models import LogEntry
from django.urls import reverse

from accounts.models import CustomerMerge
from core.models import FailedDelivery
from omnistore.engagement.models import Message
from orders.models import Fulfilment, Order
from tests.factories.accounts import make_contact, make_customer
from tests.factories.back_office import NOON, fill_every_table
from tests.factories.inventory import make_store, make_variant
from tests.factories.orders import make_order
from tests.factories.states import no_guards


def act(browser, page, pk, name, **asked):
    return browser.post(reverse(f"admin:{page}_act", args=[pk, name]), asked, follow=True)


def test_two_records_are_merged_and_parted_again(office, admin):
    known = make_customer("Ana Moreno")
    double = make_contact("A. Moreno", phone="+491701234567")

    act(office, "accounts_customer", double.pk, "merge", survivor=known.pk, reason="The same number")

    double.refresh_from_db()
    assert double.merged_into == known
    merge = CustomerMerge.objects.get()
    assert (merge.reason, merge.merged_by) == ("The same number", admin)
    act(office, "accounts_customermerge", merge.pk, "undo")
    double.refresh_from_db()
    assert double.merged_into is None
    assert [entry.user for entry in LogEntry.objects.all()] == [admin, admin]


def test_a_refusal_is_shown_and_nothing_is_logged(office, admin):
    double = make_contact("A. Moreno")

    page = act(office, "accounts_customer", double.pk, "merge", survivor=admin.pk, reason="Why not")

    assert "Records of staff are not merged." in page.content.decode()
    assert not CustomerMerge.objects.exists()
    assert not LogEntry.objects.exists()


def test_an_order_is_cancelled_through_the_service(office):
    fill_every_table(range(1))
    order = Order.objects.get()
    with no_guards():
        Fulfilment.objects.filter(order=order).update(state="placed")

    page = act(office, "orders_order", order.pk, "cancel", reason="customer")

    order.refresh_from_db()
    assert order.state == Order.CANCELLED, page.content.decode()
    assert order.cancel_reason == "customer"


def test_a_parcel_is_sent_and_arrives_through_the_service(office):
    store = make_store("ber-mitte")
    parcel = make_order((make_variant(sku="MUG"), 1, 1290), store=store, kind=Fulfilment.SHIP).fulfilments.get()

    act(office, "orders_fulfilment", parcel.pk, "pick")
    act(office, "orders_fulfilment", parcel.pk, "send", tracking="JJD0123")
    page = act(office, "orders_fulfilment", parcel.pk, "deliver")

    parcel.refresh_from_db()
    assert (parcel.state, parcel.tracking) == ("delivered", "JJD0123"), page.content.decode()


def test_an_act_asks_before_it_acts(office):
    fill_every_table(range(1))
    order = Order.objects.get()

    page = office.get(reverse("admin:orders_order_act", args=[order.pk, "cancel"]))

    assert page.status_code == 200
    order.refresh_from_db()
    assert order.state == Order.PLACED


def test_a_dead_letter_that_fails_again_stays(office):
    letter = FailedDelivery.objects.create(
        handler="nobody", entry_id=1, entry_occurred_at=NOON, error="boom", failed_at=NOON, next_attempt_at=None
    )

    page = act(office, "core_faileddelivery", letter.pk, "replay")

    assert "It failed again" in page.content.decode()
    letter.refresh_from_db()
    assert letter.attempts == 2


def test_a_failed_message_is_queued_again_and_a_sent_one_is_not(office):
    fill_every_table(range(1))
    message = Message.objects.get()
    message.state = Message.FAILED
    message.save()

    act(office, "engagement_message", message.pk, "send-again")

    message.refresh_from_db()
    assert message.state == Message.QUEUED
    assert act(office, "engagement_message", message.pk, "send-again").status_code == 403


def test_an_unknown_act_is_not_found(office):
    fill_every_table(range(1))

    assert act(office, "orders_order", Order.objects.get().pk, "explode").status_code == 404
