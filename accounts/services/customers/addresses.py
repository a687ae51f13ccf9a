"""A person's address book."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.events import CustomerChanged
from accounts.models import Address, Customer
from accounts.queries.addresses import get_address
from accounts.queries.people import get_person
from accounts.services.customers.merging import lock_people
from core.actors import Actor
from core.errors import Refusal
from core.journal import publish

MOST_ADDRESSES = 100


class AddressBookFull(Refusal):
    """The person has the maximum number of addresses."""

    code = "address_book_full"


@transaction.atomic
def add_address(
    *, customer: Customer, person_ids: Sequence[int], address: dict[str, Any], by: Actor, now: datetime
) -> Address:
    """
    Add an address that passed its country's rules; a person's first one becomes the default.

    person_ids: all records of the person. address: fields of Address; a new default replaces the old one.
    The person stays locked until the transaction ends. Raises AddressBookFull.
    """
    lock_people([customer.pk])
    count = Address.objects.filter(customer_id__in=person_ids).count()
    if count >= MOST_ADDRESSES:
        raise AddressBookFull(_("Delete an address first."), most=MOST_ADDRESSES)
    is_default = address.get("is_default", False) or count == 0
    if is_default:
        _take_default_from(person_ids)
    added = Address.objects.create(customer=customer, **address | {"is_default": is_default})
    _publish_change(customer, by, now)
    return added


@transaction.atomic
def keep_addresses(*, customer_id: int, addresses: Sequence[dict[str, Any]], by: Actor, now: datetime) -> None:
    """
    Add addresses that an order was sent to, as far as the person's book has room; those that are in it stay alone.

    customer_id: of any of the person's records. addresses: fields of Address. Locks as add_address does.
    """
    person = get_person(customer_id=customer_id)
    customer = lock_people([person.id])[person.id]
    for address in addresses:
        known = Address.objects.filter(customer_id__in=person.ids)
        if not known.filter(**address).exists() and known.count() < MOST_ADDRESSES:
            add_address(customer=customer, person_ids=person.ids, address=address, by=by, now=now)


@transaction.atomic
def change_address(
    *,
    customer: Customer,
    person_ids: Sequence[int],
    address_id: int,
    changes: dict[str, Any],
    by: Actor,
    now: datetime,
) -> Address:
    """
    Change an address and return it; orders keep the address with which they were placed.

    changes: fields of Address, validated as a whole address. The person stays locked until the transaction ends.
    Raises NotFound for an address that is not the person's.
    """
    lock_people([customer.pk])
    address = get_address(person_ids=person_ids, address_id=address_id)
    if changes.get("is_default"):
        _take_default_from(person_ids)
    for field, value in changes.items():
        setattr(address, field, value)
    address.save(update_fields=list(changes))
    _publish_change(customer, by, now)
    return address


@transaction.atomic
def remove_address(*, customer: Customer, person_ids: Sequence[int], address_id: int, by: Actor, now: datetime) -> None:
    """Remove an address from the book. Raises NotFound for an address that is not the person's."""
    lock_people([customer.pk])
    get_address(person_ids=person_ids, address_id=address_id).delete()
    _publish_change(customer, by, now)


def _take_default_from(person_ids: Sequence[int]) -> None:
    Address.objects.filter(customer_id__in=person_ids, is_default=True).update(is_default=False)


def _publish_change(customer: Customer, by: Actor, now: datetime) -> None:
    publish(CustomerChanged(by=by, occurred_at=now, customer_id=customer.pk, fields=["addresses"]))
