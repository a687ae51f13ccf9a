"""Opening accounts, and verifying people's addresses and numbers."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.events import CustomerVerified
from accounts.models import Customer
from accounts.queries.people import find_contact_ids
from accounts.services.customers.merging import join_contacts, lock_people
from core.actors import Actor
from core.errors import Refusal
from core.journal import publish
from core.texts.languages import default_language
from core.texts.spelling import plain_email

EMAIL, PHONE = "email", "phone"


class PhoneTaken(Refusal):
    """Another person has verified the number."""

    code = "phone_taken"


@transaction.atomic
def open_account(
    *, name: str, email: str, password: str | None, now: datetime, phone: str = "", language: str = ""
) -> Customer:
    """
    Open an account whose address and number need no verification, because the caller vouches for them.

    For staff, imports and the demo; shoppers sign up themselves. email: required, identifies the person; phone: E.164.
    password: None for people who sign in with codes.
    """
    customer = Customer.objects.create_user(
        email,
        password,
        name=name,
        phone=phone,
        phone_verified_at=now if phone else None,
        language=language or default_language(),
        signed_up_at=now,
    )
    EmailAddress.objects.create(user=customer, email=customer.email, verified=True, primary=True)
    return customer


def release_unproved_address(*, email: str) -> None:
    """
    Free an address from unfinished sign-ups, so that its owner can use it.

    Its owner verifies it by the code, whether or not somebody else began to sign up with it before.
    """
    EmailAddress.objects.filter(
        email=plain_email(email), verified=False, user__last_login=None, user__signed_up_at__isnull=False
    ).delete()


@transaction.atomic
def prove_email(*, customer: Customer, email: str, by: Actor, now: datetime) -> None:
    """
    Record that a person verified their address by code, and join the contacts known by it alone.

    customer: the record that signs in with it. The person and the contacts stay locked until the transaction ends.
    """
    person_id = customer.merged_into_id or customer.pk
    join_contacts(person_id=person_id, email=plain_email(email), by=by, now=now)
    mirror_address(customer=customer)
    publish(CustomerVerified(by=by, occurred_at=now, customer_id=person_id, medium=EMAIL))


@transaction.atomic
def prove_phone(*, customer: Customer, phone: str, by: Actor, now: datetime) -> None:
    """
    Record that a person verified a number (E.164) by code, and join the contacts known by it alone.

    customer: the record that signs in with it. Does nothing if it was verified before. The person and the contacts
    stay locked until the transaction ends. Raises PhoneTaken.
    """
    person_id = customer.merged_into_id or customer.pk
    contact_ids = find_contact_ids(person_id=person_id, phone=phone)
    proving = lock_people([customer.pk, person_id, *contact_ids])[customer.pk]
    if str(proving.phone) == phone and proving.phone_verified_at:
        return
    proving.phone, proving.phone_verified_at = phone, now
    try:
        with transaction.atomic():
            proving.save(update_fields=["phone", "phone_verified_at"])
    except IntegrityError as error:
        raise PhoneTaken(_("Somebody else signs in with this number.")) from error
    join_contacts(person_id=person_id, phone=phone, by=by, now=now)
    publish(CustomerVerified(by=by, occurred_at=now, customer_id=person_id, medium=PHONE))


def mirror_address(*, customer: Customer) -> None:
    """Copy a person's primary address to the contact address; without one it does not change."""
    main = EmailAddress.objects.filter(user=customer, primary=True, verified=True).first()
    if main is not None:
        Customer.objects.filter(pk=customer.pk).exclude(email=main.email).update(email=main.email)


def distrust_password(*, customer: Customer) -> None:
    """
    Remove the password of an account that is opened with a code and was never signed in to before.

    An attacker may have chosen it by signing up with another person's address and waiting for its owner.
    """
    if customer.last_login is None and customer.has_usable_password():
        customer.set_unusable_password()
        customer.save(update_fields=["password"])
