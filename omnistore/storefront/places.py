"""The visitor's location, if they gave it: a postcode or coordinates, asked for once and stored in a cookie."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.errors import Malformed
from inventory.channels.places import parse_place
from inventory.queries.availability import GeoPoint, place_of_postcode

COOKIE = "place"
LONGEST = 30
KEPT = timedelta(days=180)


def place_text(request: HttpRequest) -> str:
    """Return the postcode or `lat,lon` that the visitor gives now or gave before; empty if they never did."""
    text = request.GET.get("near") or request.GET.get("postcode") or request.COOKIES.get(COOKIE, "")
    text = text.strip()
    return text if len(text) <= LONGEST and text.isprintable() else ""


def place_of(text: str) -> GeoPoint | None:
    """Return the coordinates of a location text, None if it is unknown."""
    if not text:
        return None
    if "," in text:
        try:
            return parse_place(text)
        except Malformed:
            return None
    return place_of_postcode(text)


def remember_place(request: HttpRequest, response: HttpResponse) -> None:
    """Store the location of this request in a cookie."""
    if (request.GET.get("near") or request.GET.get("postcode")) and (text := place_text(request)):
        response.set_cookie(COOKIE, text, max_age=KEPT, httponly=True, secure=settings.IS_HTTPS, samesite="Lax")
