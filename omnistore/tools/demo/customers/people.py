"""The demo's invented people: staff in every role, and shoppers with and without an account."""

from dataclasses import dataclass, field

PASSWORD = "omnistore-demo"  # noqa: S105  (printed in the README; the loader refuses to run outside the demo)


@dataclass(frozen=True)
class StaffContent:
    """A member of staff. store: a code, or empty for all stores; role: may be empty for a superuser."""

    name: str
    email: str
    role: str
    store: str = ""
    is_superuser: bool = False


@dataclass(frozen=True)
class AddressContent:
    """A shopper's address."""

    street_address: str
    postal_code: str
    city: str
    country_code: str


@dataclass(frozen=True)
class ShopperContent:
    """A customer. Without an e-mail address, they were met at the till, are known by phone only and have no account."""

    name: str
    home_store: str
    email: str = ""
    phone: str = ""
    language: str = "en"
    orders: int = 0
    address: AddressContent | None = field(default=None)

    @property
    def has_account(self) -> bool:
        return bool(self.email)


STAFF = (
    StaffContent("Carla Brandt", "clerk@example.com", "clerk", "ber-mitte"),
    StaffContent("Mona Albers", "manager@example.com", "manager", "ber-mitte"),
    StaffContent("Henrik Dahl", "head@example.com", "head_office"),
    StaffContent("Ada Winter", "admin@example.com", "", is_superuser=True),
    StaffContent("Timo Yilmaz", "clerk.kreuzberg@example.com", "clerk", "ber-kreuzberg"),
    StaffContent("Wiebke Petersen", "clerk.altona@example.com", "clerk", "ham-altona"),
    StaffContent("Korbinian Huber", "clerk.muenchen@example.com", "clerk", "muc-zentrum"),
    StaffContent("Aino Korhonen", "clerk.helsinki@example.com", "clerk", "hel-keskusta"),
    StaffContent("Leopold Steiner", "clerk.wien@example.com", "clerk", "wie-neubau"),
    StaffContent("Wanja Sommer", "warehouse@example.com", "clerk", "wh-berlin"),
)

_HOMES = {
    "ber-mitte": (
        "DE",
        "Berlin",
        (("Torstraße 112", "10119"), ("Linienstraße 64", "10119"), ("Auguststraße 27", "10117")),
    ),
    "ber-kreuzberg": ("DE", "Berlin", (("Gneisenaustraße 45", "10961"), ("Oranienstraße 183", "10999"))),
    "ham-altona": ("DE", "Hamburg", (("Bahrenfelder Straße 88", "22765"), ("Eimsbütteler Chaussee 31", "20259"))),
    "muc-zentrum": ("DE", "München", (("Müllerstraße 14", "80469"), ("Türkenstraße 52", "80799"))),
    "hel-keskusta": ("FI", "Helsinki", (("Fredrikinkatu 33", "00120"), ("Vaasankatu 12", "00500"))),
    "wie-neubau": ("AT", "Wien", (("Burggasse 71", "1070"), ("Josefstädter Straße 25", "1080"))),
}

# name | home store | language | orders | phone | part before the @; without the last, known by phone only.
_SHOPPERS = """
Sara Rahimi | ber-mitte | fa | 8 | +491713920001 | shopper
Yusuf Al-Khatib | ber-mitte | ar | 4 | +491713920002 | yusuf
ليلى حدّاد | ber-mitte | ar | 3 | +491713920003 | layla
Greta Lindner | ber-mitte | en | 3 | | greta
Jonas Weber | ber-mitte | en | 2 | +491713920004 | jonas
نرگس کریمی | ber-mitte | fa | 3 | +491713920005 | narges
Paul Neumann | ber-mitte | en | 1 | +491713920006 |
Hanna Vogt | ber-mitte | en | 2 | | hanna
Omid Farahani | ber-kreuzberg | fa | 3 | +491713920007 | omid
Samira Nasser | ber-kreuzberg | ar | 2 | +491713920008 | samira
Lukas Hartmann | ber-kreuzberg | en | 2 | | lukas
Elif Kaya | ber-kreuzberg | en | 2 | +491713920009 | elif
Mira Schulze | ber-kreuzberg | en | 1 | +491713920010 |
طارق منصور | ber-kreuzberg | ar | 1 | +491713920011 |
Friedrich Bauer | ber-kreuzberg | en | 1 | | friedrich
Antje Claasen | ham-altona | en | 3 | +491713920012 | antje
Ole Jensen | ham-altona | en | 2 | | ole
Nadia Haddad | ham-altona | ar | 2 | +491713920013 | nadia
Kaveh Moradi | ham-altona | fa | 2 | +491713920014 | kaveh
Svenja Möller | ham-altona | en | 1 | +491713920015 |
Torben Sievers | ham-altona | en | 1 | | torben
Magdalena Gruber | muc-zentrum | en | 3 | +491713920016 | magdalena
Xaver Lechner | muc-zentrum | en | 2 | | xaver
شیرین احمدی | muc-zentrum | fa | 2 | +491713920017 | shirin
Karim Aziz | muc-zentrum | ar | 2 | +491713920018 | karim
Vroni Moser | muc-zentrum | en | 1 | +491713920019 |
Anton Reiter | muc-zentrum | en | 1 | | anton
Veera Nieminen | hel-keskusta | en | 3 | +491713920020 | veera
Eero Mäkinen | hel-keskusta | en | 2 | | eero
Aada Laine | hel-keskusta | en | 2 | +491713920021 | aada
Onni Heikkilä | hel-keskusta | en | 1 | +491713920022 |
Zahra Hosseini | hel-keskusta | fa | 2 | +491713920023 | zahra
Ilmari Salo | hel-keskusta | en | 1 | | ilmari
Theresa Pichler | wie-neubau | en | 2 | +491713920024 | theresa
Maximilian Egger | wie-neubau | en | 2 | | maximilian
Rania Khalil | wie-neubau | ar | 2 | +491713920025 | rania
Reza Tehrani | wie-neubau | fa | 1 | +491713920026 | reza
Josefine Wagner | wie-neubau | en | 1 | +491713920027 |
Valentin Hofer | wie-neubau | en | 1 | | valentin
Béla Novák | wie-neubau | en | 1 | | bela
Ines Albrecht | ber-mitte | en | 0 | | ines
Noor Said | ber-mitte | ar | 0 | +491713920028 |
"""


def shoppers() -> tuple[ShopperContent, ...]:
    """Return the customers in order of arrival; the README names the login of the first."""
    lines = [line for line in _SHOPPERS.strip().splitlines() if line]
    return tuple(_shopper(number, line) for number, line in enumerate(lines))


def _shopper(number: int, line: str) -> ShopperContent:
    name, store, language, orders, phone, mailbox = (part.strip() for part in line.split("|"))
    country_code, city, streets = _HOMES[store]
    street_address, postal_code = streets[number % len(streets)]
    return ShopperContent(
        name=name,
        home_store=store,
        email=f"{mailbox}@example.com" if mailbox else "",
        phone=phone,
        language=language,
        orders=int(orders),
        address=AddressContent(street_address, postal_code, city, country_code) if mailbox else None,
    )
