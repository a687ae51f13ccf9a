"""Writes the demo's stores and warehouses."""

from datetime import datetime

from django.conf import settings

from carts.providers.carriers import carriers
from carts.services.shipping import refresh_shipping_rate
from core.actors import THE_SYSTEM
from inventory.models import Location, OpeningException, OpeningHours
from inventory.services.public_holidays import close_on_public_holidays
from omnistore.tools.demo import places


def write_locations(*, now: datetime) -> dict[str, Location]:
    """Write stores and warehouses with their hours, and the shipping rate; return the locations by code."""
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
            holiday_calendar=place.holiday_calendar,
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
        for day in places.short_days_of(place, first=now.date())
    )
    close_on_public_holidays(by=THE_SYSTEM, now=now)
    refresh_shipping_rate(currency=settings.SHOP_CURRENCY, carrier=carriers()["flat"])
    return by_code
