"""The demo's six stores and two warehouses, with their opening hours and the days on which they close early."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta

Text = dict[str, str]
Span = tuple[time, time]
Week = dict[int, tuple[Span, ...]]

SHORT_DAYS: dict[tuple[int, int], Text] = {
    (12, 24): {"en": "Christmas Eve", "de": "Heiligabend", "ar": "ليلة عيد الميلاد", "fa": "شب کریسمس"},
    (12, 31): {"en": "New Year's Eve", "de": "Silvester", "ar": "ليلة رأس السنة", "fa": "شب سال نو میلادی"},
}
SHORT_DAY_CLOSES = time(14)


@dataclass(frozen=True)
class PlaceContent:
    """A store, or a warehouse without pickup. Coordinates are in degrees; the lead time is in opening minutes."""

    code: str
    kind: str
    name: Text
    street_address: str
    postal_code: str
    city: str
    country_code: str
    time_zone: str
    phone: str
    latitude: float
    longitude: float
    week: Week
    ships: bool
    takes_returns: bool
    holiday_calendar: str
    pickup_lead_minutes: int = 120
    pickup_keep_days: int = 7
    ship_rank: int = 100
    offers_pickup: bool = field(default=True)


@dataclass(frozen=True)
class ShortDay:
    """A day on which a place closes early."""

    day: date
    note: Text
    opens: time
    closes: time


def short_days_of(place: PlaceContent, *, first: date, days: int = 365) -> list[ShortDay]:
    """Return the last days of the year, on which a location is open until two."""
    return [
        ShortDay(day, SHORT_DAYS[day.month, day.day], usual[0][0], SHORT_DAY_CLOSES)
        for day in (first + timedelta(days=n) for n in range(days))
        if (day.month, day.day) in SHORT_DAYS
        and (usual := place.week.get(day.weekday(), ()))
        and usual[0][0] < SHORT_DAY_CLOSES
    ]


def _week(weekdays: str, saturday: str = "", sunday: str = "") -> Week:
    """Read hours such as "09:00-13:00 14:00-18:00" for Monday to Friday, Saturday and Sunday."""
    texts = [weekdays] * 5 + [saturday, sunday]
    return {day: tuple(_span(part) for part in text.split()) for day, text in enumerate(texts) if text}


def _span(text: str) -> Span:
    opens, closes = text.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


# The regulator reserves these phone numbers for fiction, so nobody is called by mistake.
STORES = (
    PlaceContent(
        code="ber-mitte", kind="store", street_address="Rosenthaler Straße 39", postal_code="10178", city="Berlin",
        name={"en": "Berlin Mitte", "de": "Berlin Mitte", "ar": "برلين ميته", "fa": "برلین میته"},
        country_code="DE", holiday_calendar="DE-BE", time_zone="Europe/Berlin", phone="+493023125011",
        latitude=52.5246, longitude=13.4021,
        week=_week("10:00-20:00", "10:00-20:00"), ships=True, takes_returns=True, pickup_lead_minutes=60, ship_rank=40,
    ),
    PlaceContent(
        code="ber-kreuzberg", kind="store", street_address="Bergmannstraße 21", postal_code="10961", city="Berlin",
        name={"en": "Berlin Kreuzberg", "de": "Berlin Kreuzberg", "ar": "برلين كرويتسبرغ", "fa": "برلین کرویتسبرگ"},
        country_code="DE", holiday_calendar="DE-BE", time_zone="Europe/Berlin", phone="+493023125012",
        latitude=52.4893, longitude=13.3919,
        week=_week("10:00-13:30 14:30-19:00", "10:00-18:00"), ships=False, takes_returns=True, pickup_lead_minutes=90,
    ),
    PlaceContent(
        code="ham-altona", kind="store", street_address="Ottenser Hauptstraße 14", postal_code="22765", city="Hamburg",
        name={"en": "Hamburg Altona", "de": "Hamburg Altona", "ar": "هامبورغ ألتونا", "fa": "هامبورگ آلتونا"},
        country_code="DE", holiday_calendar="DE-HH", time_zone="Europe/Berlin", phone="+494066969013",
        latitude=53.5516, longitude=9.9323,
        week=_week("10:00-19:00", "10:00-18:00"), ships=True, takes_returns=True, pickup_lead_minutes=120, ship_rank=60,
    ),
    PlaceContent(
        code="muc-zentrum", kind="store", street_address="Sendlinger Straße 28", postal_code="80331", city="München",
        name={"en": "Munich Zentrum", "de": "München Zentrum", "ar": "ميونخ المركز", "fa": "مونیخ مرکز"},
        country_code="DE", holiday_calendar="DE-BY", time_zone="Europe/Berlin", phone="+498999998014",
        latitude=48.1353, longitude=11.5691,
        week=_week("09:30-20:00", "09:30-20:00"), ships=True, takes_returns=True, pickup_lead_minutes=60, ship_rank=50,
    ),
    PlaceContent(
        code="hel-keskusta", kind="store", street_address="Aleksanterinkatu 19", postal_code="00100", city="Helsinki",
        name={"en": "Helsinki Keskusta", "de": "Helsinki Keskusta", "ar": "هلسنكي المركز", "fa": "هلسینکی مرکز"},
        country_code="FI", holiday_calendar="FI", time_zone="Europe/Helsinki", phone="+493023125015",
        latitude=60.1689, longitude=24.9459,
        week=_week("09:00-20:00", "10:00-18:00", "12:00-18:00"), ships=True, takes_returns=True, pickup_lead_minutes=45,
        pickup_keep_days=14, ship_rank=30,
    ),
    PlaceContent(
        code="wie-neubau", kind="store", street_address="Neubaugasse 52", postal_code="1070", city="Wien",
        name={"en": "Vienna Neubau", "de": "Wien Neubau", "ar": "فيينا نويباو", "fa": "وین نویباو"},
        country_code="AT", holiday_calendar="AT-9", time_zone="Europe/Vienna", phone="+493023125016",
        latitude=48.2014, longitude=16.3490,
        week=_week("10:00-18:30", "10:00-17:00"), ships=False, takes_returns=True, pickup_lead_minutes=120,
        pickup_keep_days=10,
    ),
)  # fmt: skip

WAREHOUSES = (
    PlaceContent(
        code="wh-berlin", kind="warehouse", street_address="Am Borsigturm 100", postal_code="13507", city="Berlin",
        name={"en": "Warehouse Berlin", "de": "Lager Berlin", "ar": "مستودع برلين", "fa": "انبار برلین"},
        country_code="DE", holiday_calendar="DE-BE", time_zone="Europe/Berlin", phone="+493023125091",
        latitude=52.5826, longitude=13.2901,
        week=_week("06:00-22:00", "06:00-14:00"), ships=True, takes_returns=True, offers_pickup=False, ship_rank=10,
    ),
    PlaceContent(
        code="wh-hamburg", kind="warehouse", street_address="Billbrookdeich 171", postal_code="22113", city="Hamburg",
        name={"en": "Warehouse Hamburg", "de": "Lager Hamburg", "ar": "مستودع هامبورغ", "fa": "انبار هامبورگ"},
        country_code="DE", holiday_calendar="DE-HH", time_zone="Europe/Berlin", phone="+494066969092",
        latitude=53.5316, longitude=10.0899,
        week=_week("06:00-22:00"), ships=True, takes_returns=False, offers_pickup=False, ship_rank=20,
    ),
)  # fmt: skip

PLACES = STORES + WAREHOUSES
