"""Writes the demo shop's places and people."""

import random
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import Address, Consent, Customer
from carts.providers.carriers import carriers
from carts.services.shipping import refresh_shipping_rate
from inventory.models import Location, OpeningException, OpeningHours, StaffAssignment
from omnistore.tools.demo import places
from omnistore.tools.demo.customers import people

NEWEST_ACCOUNT_DAYS = 95
OLDEST_ACCOUNT_DAYS = 700
CONSENT_TEXT = "2025-01"


def write_places(*, today: date) -> dict[str, Location]:
    """Write stores and warehouses with their hours, and what shipping costs; return the places by code."""
    locations = Location.objects.bulk_create(
        Location(
            code=place.code,
            name=place.name,
            kind=place.kind,
            street_address=place.street_address,
            postal_code=place.postal_code,
            city=place.city,
            country_code=place.country_code,
            phone=place.phone,
            latitude=place.latitude,
            longitude=place.longitude,
            time_zone=place.time_zone,
            offers_pickup=place.offers_pickup,
            ships=place.ships,
            takes_returns=place.takes_returns,
            pickup_lead_minutes=place.pickup_lead_minutes,
            pickup_keep_days=place.pickup_keep_days,
            ship_rank=place.ship_rank,
        )
        for place in places.PLACES
    )
    by_code = {location.code: location for location in locations}
    OpeningHours.objects.bulk_create(
        OpeningHours(location=by_code[place.code], weekday=weekday, opens=opens, closes=closes)
        for place in places.PLACES
        for weekday, spans in place.week.items()
        for opens, closes in spans
    )
    OpeningException.objects.bulk_create(
        OpeningException(location=by_code[place.code], day=day.day, opens=day.opens, closes=day.closes, note=day.note)
        for place in places.PLACES
        for day in places.exceptions_of(place, first=today)
    )
    refresh_shipping_rate(currency=settings.SHOP_CURRENCY, carrier=carriers()["flat"])
    return by_code


def write_staff(
    *, rng: random.Random, now: datetime, locations: dict[str, Location], password: str
) -> dict[str, Customer]:
    """Write the staff with their roles; return them by e-mail address. password: as it is kept, hashed."""
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
    _write_people(staff, [now - timedelta(days=OLDEST_ACCOUNT_DAYS)] * len(staff))
    StaffAssignment.objects.bulk_create(
        StaffAssignment(staff=person, location=locations.get(member.store), role=member.role)
        for person, member in zip(staff, people.STAFF, strict=True)
        if member.role
    )
    return {person.email: person for person in staff}


def write_shoppers(*, rng: random.Random, now: datetime, password: str) -> list[Customer]:
    """Write the shoppers in the order of people.shoppers(), with addresses and what they agreed to be sent."""
    content = people.shoppers()
    joined = [now - timedelta(days=rng.randint(NEWEST_ACCOUNT_DAYS, OLDEST_ACCOUNT_DAYS)) for _ in content]
    shoppers = [
        Customer(
            name=item.name,
            email=item.email,
            phone=item.phone,
            phone_verified_at=since if item.has_account and item.phone else None,
            # Nobody signs in to a record without an account before its owner has claimed it.
            password=password if item.has_account else make_password(None),
            card_number=_card_number(rng),
            language=item.language,
            home_store=item.home_store,
            preferred_channel="email" if item.email else "sms",
            receipt_channel="email" if item.email else "print",
        )
        for item, since in zip(content, joined, strict=True)
    ]
    _write_people(shoppers, joined)
    pairs = list(zip(shoppers, content, strict=True))
    Address.objects.bulk_create(
        Address(
            customer=person,
            name=person.name,
            street_address=item.address.street_address,
            postal_code=item.address.postal_code,
            city=item.address.city,
            country_code=item.address.country_code,
            phone=item.phone,
            is_default=True,
        )
        for person, item in pairs
        if item.address
    )
    Consent.objects.bulk_create(
        Consent(
            customer=person,
            medium="email" if item.email else "sms",
            purpose=purpose,
            is_given=rng.random() < share,
            channel="web" if item.email else "till",
            store="" if item.email else item.home_store,
            text_version=CONSENT_TEXT,
            decided_at=since,
        )
        for (person, item), since in zip(pairs, joined, strict=True)
        for purpose, share in (("marketing", 0.6), ("surveys", 0.4))
    )
    return shoppers


def _write_people(rows: list[Customer], joined: list[datetime]) -> None:
    Customer.objects.bulk_create(rows)
    for person, since in zip(rows, joined, strict=True):
        person.joined_at = since
    # The column fills itself in when a row is made, so the day on which they really came takes a second step.
    Customer.objects.bulk_update(rows, ["joined_at"])
    EmailAddress.objects.bulk_create(
        EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in rows if person.email
    )


def _card_number(rng: random.Random) -> str:
    return str(rng.randrange(10**11, 10**12))
