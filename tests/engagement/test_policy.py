from datetime import timedelta

import pytest

from omnistore.engagement.rules.policy import OLDEST_NEWS, News, Reach, is_worth_sending, medium_for
from omnistore.engagement.rules.recipients import Recipient, by_kind

EMAIL, SMS, SMS_OFF = Reach("email", "email", True), Reach("sms", "phone", True), Reach("sms", "phone", False)
PLACED = {"is_imported": False, "is_carry_out": False, "receipt_medium": ""}


def news(kind="pickup.ready", template="pickup_ready", *, age=timedelta(hours=1), **facts):
    return News(kind, template, age, PLACED | facts)


def ana(*, email="ana@example.com", phone="+491701234567", preferred=""):
    return Recipient({"email": email, "phone": phone}, preferred, "en", "Europe/Berlin", customer_id=1)


@pytest.mark.parametrize(
    ("told", "is_sent"),
    [
        (news(), True),
        (news(age=OLDEST_NEWS), True),
        (news(age=OLDEST_NEWS + timedelta(seconds=1)), False),
        (news(is_imported=True), False),
        (news("receipt.requested", "receipt", is_imported=True), True),
        (news("receipt.requested", "receipt", age=timedelta(days=4)), False),
        (news("order.placed", "order_placed"), True),
        (news("order.placed", "order_placed", is_carry_out=True), False),
        (news("order.placed", "receipt"), False),
        (news("order.placed", "receipt", is_carry_out=True), True),
        (news("order.cancelled", "order_cancelled", reason="shopper"), True),
        (news("order.cancelled", "order_cancelled", reason="rejected"), False),
        (news("order.cancelled", "order_cancelled", reason="expired"), False),
        (news("order.payment_failed", "order_not_placed", refund=2580), True),
        (news("order.payment_failed", "order_not_placed", refund=0), False),
        (news("order.payment_failed", "order_not_placed"), False),
        (News("points.expire_soon", "points_expire_soon", timedelta(0), {}), True),
    ],
)
def test_what_people_hear_of(told, is_sent):
    assert is_worth_sending(told) is is_sent


@pytest.mark.parametrize(
    ("recipient", "media", "medium"),
    [
        (ana(), [EMAIL, SMS], "email"),
        (ana(), [SMS, EMAIL], "sms"),
        (ana(preferred="sms"), [EMAIL, SMS], "sms"),
        (ana(preferred="sms"), [EMAIL, SMS_OFF], "email"),
        (ana(preferred="push"), [EMAIL, SMS], "email"),
        (ana(preferred="sms", phone=""), [EMAIL, SMS], "email"),
        (ana(email=""), [EMAIL, SMS], "sms"),
        (ana(email=""), [EMAIL, SMS_OFF], None),
        (ana(email="", phone=""), [EMAIL, SMS], None),
    ],
)
def test_the_preferred_medium_is_used_if_it_reaches_the_person_and_another_one_otherwise(recipient, media, medium):
    reach = medium_for(news(), recipient, media)

    assert (reach and reach.medium) == medium


@pytest.mark.parametrize(
    ("chosen", "recipient", "medium"),
    [
        ("sms", ana(preferred="email"), "sms"),
        ("sms", ana(phone=""), None),
        ("print", ana(), None),
        ("", ana(), None),
    ],
)
def test_the_receipt_of_a_carry_out_sale_takes_the_chosen_medium_and_no_other(chosen, recipient, medium):
    told = news("order.placed", "receipt", is_carry_out=True, receipt_medium=chosen)

    reach = medium_for(told, recipient, [EMAIL, SMS])

    assert (reach and reach.medium) == medium


def test_a_receipt_that_was_asked_for_by_a_medium_that_is_off_is_queued_so_that_staff_see_it_fail():
    asked = Recipient(by_kind("+491701234567"), "sms", "en", "Europe/Berlin")

    reach = medium_for(news("receipt.requested", "receipt"), asked, [EMAIL, SMS_OFF])

    assert reach == SMS_OFF


def test_an_address_says_its_kind():
    assert by_kind("ana@example.com") == {"email": "ana@example.com"}
    assert by_kind("+491701234567") == {"phone": "+491701234567"}
