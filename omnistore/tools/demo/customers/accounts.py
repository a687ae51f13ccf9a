"""Writes the demo's staff and shoppers."""

import random
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import Address, Consent, Customer
from inventory.models import Location, StaffAssignment
from omnistore.tools.demo.customers import people

NEWEST_ACCOUNT_DAYS = 95
OLDEST_ACCOUNT_DAYS = 700
CONSENT_TEXT = "2025-01"


def write_staff(
    *, rng: random.Random, now: datetime, locations: dict[str, Location], password: str
) -> dict[str, Customer]:
    """Write the staff with their roles; return them by e-mail address. password: the hash."""
    staff = [
        Customer(
            name=member.name,
            email=member.email,
            password=password,
            card_number=_card_number(rng),
            home_store=member.store,
            is_staff=True,
            is_superuser=member.is_superuser,
        )
        for member in people.STAFF
    ]
    _write_customers(staff, [now - timedelta(days=OLDEST_ACCOUNT_DAYS)] * len(staff))
    StaffAssignment.objects.bulk_create(
        StaffAssignment(staff=customer, location=locations.get(member.store), role=member.role)
        for customer, member in zip(staff, people.STAFF, strict=True)
        if member.role
    )
    return {customer.email: customer for customer in staff}


def write_shoppers(*, rng: random.Random, now: datetime, password: str) -> list[Customer]:
    """Write the shoppers in the order of people.shoppers(), with their addresses and consents."""
    content = people.shoppers()
    joined = [now - timedelta(days=rng.randint(NEWEST_ACCOUNT_DAYS, OLDEST_ACCOUNT_DAYS)) for _ in content]
    shoppers = [
        Customer(
            name=item.name,
            email=item.email,
            phone=item.phone,
            phone_verified_at=since if item.has_account and item.phone else None,
            # A record without an account has no password until its owner claims it.
            password=password if item.has_account else make_password(None),
            card_number=_card_number(rng),
            language=item.language,
            home_store=item.home_store,
            preferred_channel="email" if item.email else "sms",
            receipt_channel="email" if item.email else "print",
        )
        for item, since in zip(content, joined, strict=True)
    ]
    _write_customers(shoppers, joined)
    pairs = list(zip(shoppers, content, strict=True))
    Address.objects.bulk_create(
        Address(
            customer=customer,
            name=customer.name,
            street_address=item.address.street_address,
            postal_code=item.address.postal_code,
            city=item.address.city,
            country_code=item.address.country_code,
            phone=item.phone,
            is_default=True,
        )
        for customer, item in pairs
        if item.address
    )
    Consent.objects.bulk_create(
        Consent(
            customer=customer,
            medium="email" if item.email else "sms",
            purpose=purpose,
            is_given=rng.random() < share,
            channel="web" if item.email else "till",
            store="" if item.email else item.home_store,
            text_version=CONSENT_TEXT,
            decided_at=since,
        )
        for (customer, item), since in zip(pairs, joined, strict=True)
        for purpose, share in (("marketing", 0.6), ("surveys", 0.4))
    )
    return shoppers


def _write_customers(rows: list[Customer], joined: list[datetime]) -> None:
    Customer.objects.bulk_create(rows)
    for customer, since in zip(rows, joined, strict=True):
        customer.joined_at = since
    # auto_now_add overwrites the value on insert, so the true day takes an update.
    Customer.objects.bulk_update(rows, ["joined_at"])
    EmailAddress.objects.bulk_create(
        EmailAddress(user=customer, email=customer.email, verified=True, primary=True)
        for customer in rows
        if customer.email
    )


def _card_number(rng: random.Random) -> str:
    return str(rng.randrange(10**11, 10**12))
