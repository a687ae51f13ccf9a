"""Contacts that staff register."""

from datetime import datetime

from django.db import transaction

from accounts.events import CustomerRegistered
from accounts.models import Customer
from accounts.queries.people import Person, find_same_person, get_person
from core.actors import Actor
from core.data import sql
from core.journal import publish
from core.texts.languages import default_language
from core.texts.spelling import plain_email, plain_name

# Two tills that register the same number at once take turns; the lock is on the text, as no row may exist yet.
_ONE_AT_A_TIME = (
    "SELECT pg_advisory_xact_lock(hashtextextended(known_by, 7301)) FROM unnest(%(known_by)s::text[]) known_by"
)


@transaction.atomic
def register_contact(
    *, by: Actor, now: datetime, name: str = "", phone: str = "", email: str = "", language: str = ""
) -> tuple[Person, bool]:
    """
    Register a contact at the till. Return the customer, and whether they are new.

    phone: E.164; email: any case. Neither identifies the person: they are for contact, and lead to an account only when
    their owner verifies them. An existing person is returned unchanged: whoever verified this number or address, else a
    contact registered with it under the same name or none.
    """
    name, email = plain_name(name), plain_email(email)
    if known_by := sorted(filter(None, [phone, email])):
        sql.fetch_all(_ONE_AT_A_TIME, {"known_by": known_by})
        known = find_same_person(phone=phone, email=email, name=name)
        if known is not None:
            return known, False
    customer = Customer.objects.create_user(
        email, None, name=name, phone=phone, language=language or default_language(), home_store=by.store_code
    )
    publish(CustomerRegistered(by=by, occurred_at=now, customer_id=customer.pk))
    return get_person(customer_id=customer.pk), True
