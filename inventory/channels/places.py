"""Parses a geographic point from a query."""

from django.utils.translation import gettext as _

from core.errors import Malformed
from inventory.queries.availability import GeoPoint


def parse_place(text: str) -> GeoPoint:
    """Parse `lat,lon` in degrees. Raises Malformed for anything that is not a point on the globe."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        latitude, longitude = float("nan"), float("nan")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Malformed(_("Give the place as lat,lon in degrees, for example 52.52,13.40."), field="near")
    return GeoPoint(latitude, longitude)
