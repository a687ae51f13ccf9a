"""How a person comes to be known: by opening an account, and by proving what is his."""

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
from core.languages import default_language

EMAIL, PHONE = "email", "phone"


class PhoneTaken(Refusal):
    """Somebody else has proved to hold the number."""

    code = "phone_taken"


@transaction.atomic
def open_account(
    *, name: str, email: str, password: str | None, now: datetime, phone: str = "", language: str = ""
) -> Customer:
    """
    Make an account whose address and number need no proof, because whoever runs this vouches for them.

    For staff, imports and the demo; shoppers sign up by themselves. email: required, identifies; phone: E.164.
    password: None for somebody who signs in by codes.
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
    Free an address from sign-ups that were never finished, so that its owner can use it.

    Whoever holds it proves it by the code, whether or not somebody began to sign up with it before.
    """
    EmailAddress.objects.filter(
        email=email.lower(), verified=False, user__last_login=None, user__signed_up_at__isnull=False
    ).delete()


@transaction.atomic
def prove_email(*, customer: Customer, email: str, by: Actor, now: datetime) -> None:
    """
    Note that a person entered the code sent to his address, and give him the contacts known by it alone.

    customer: the record that signs in with it. The person and the contacts stay locked until the transaction ends.
    """
    person_id = customer.merged_into_id or customer.pk
    join_contacts(person_id=person_id, email=email.lower(), by=by, now=now)
    mirror_address(customer=customer)
    publish(CustomerVerified(by=by, occurred_at=now, customer_id=person_id, medium=EMAIL))


@transaction.atomic
def prove_phone(*, customer: Customer, phone: str, by: Actor, now: datetime) -> None:
    """
    Note that a person entered the code sent to a number (E.164), and give him the contacts known by it alone.

    customer: the record that signs in with it. Nothing happens if it was proved before. The person and the contacts
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
    """Let the address for contact follow the one that a person has made his main one; without any it stays."""
    main = EmailAddress.objects.filter(user=customer, primary=True, verified=True).first()
    if main is not None:
        Customer.objects.filter(pk=customer.pk).exclude(email=main.email).update(email=main.email)


def distrust_password(*, customer: Customer) -> None:
    """
    Drop the password of an account that is opened with a code, never having been signed in to before.

    Somebody else may have chosen it: he signed up with an address that was not his and waited for its owner.
    """
    if customer.last_login is None and customer.has_usable_password():
        customer.set_unusable_password()
        customer.save(update_fields=["password"])
