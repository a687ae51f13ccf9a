"""Examples of the catalogue's responses, for its documentation."""

from typing import Any

PRODUCT: dict[str, Any] = {
    "id": "12",
    "slug": "rim-mug",
    "name": "Rim stoneware mug",
    "brand": "Tonhof",
    "category": "mugs",
    "price": {"amount": "16.90", "currency": "EUR"},
    "highest_price": {"amount": "18.90", "currency": "EUR"},
    "picture": {"url": "https://shop.example/media/products/rim-mug.svg", "alt": "A cream mug"},
    "variants": 4,
    "sku": None,
    "in_stock": True,
}

PRODUCT_LIST = {
    "results": [PRODUCT],
    "next": "https://shop.example/api/v1/catalogue/products/?q=mug&cursor=WyJyZWxldmFuY2UiLDAuNiwxMl0=",
    "facets": {
        "categories": [
            {"slug": "kitchen", "name": "Kitchen", "path": "kitchen", "products": 9},
            {"slug": "mugs", "name": "Mugs", "path": "kitchen/mugs", "products": 4},
        ],
        "brands": [{"name": "Tonhof", "products": 9}],
        "prices": {
            "lowest": {"amount": "9.90", "currency": "EUR"},
            "highest": {"amount": "34.00", "currency": "EUR"},
        },
    },
}

PRODUCT_PAGE = {
    "id": "12",
    "slug": "rim-mug",
    "name": "Rim stoneware mug",
    "description": "A broad mug with an unglazed foot.",
    "brand": "Tonhof",
    "attributes": {"material": "Stoneware"},
    "categories": [{"slug": "kitchen", "name": "Kitchen"}, {"slug": "mugs", "name": "Mugs"}],
    "media": [{"url": "https://shop.example/media/products/rim-mug.svg", "alt": "A cream mug", "sku": "MUG-RIM-CREAM"}],
    "variants": [
        {
            "id": "31",
            "sku": "MUG-RIM-CREAM",
            "attributes": {"colour": "Cream"},
            "price": {"amount": "16.90", "currency": "EUR"},
            "deposit": None,
            "volumes": [{"min_quantity": 10, "price": {"amount": "14.90", "currency": "EUR"}}],
            "tax_included": None,
            "reduction": {
                "lowest_price_30_days": {"amount": "18.90", "currency": "EUR"},
                "since": "2026-11-14T09:00:00+00:00",
            },
            "barcodes": ["4006381333931"],
            "available": {"ship": 40, "stores": 3},
        }
    ],
    "selected_sku": None,
}

CATEGORY_TREE = {
    "results": [{"slug": "kitchen", "name": "Kitchen", "children": [{"slug": "mugs", "name": "Mugs", "children": []}]}],
    "next": None,
}

AVAILABILITY = {
    "ship": {"available": 40, "promise_date": "2027-01-19"},
    "stores": [
        {
            "store": "ber-mitte",
            "name": "Berlin Mitte",
            "available": 6,
            "distance_km": 1.4,
            "open_now": True,
            "ready_at": "2027-01-15T14:30:00+01:00",
        }
    ],
}

STORE = {
    "code": "ber-mitte",
    "name": "Berlin Mitte",
    "address": {
        "street_address": "Rosenthaler Str. 1",
        "postal_code": "10119",
        "city": "Berlin",
        "country_code": "DE",
    },
    "phone": "+493012345678",
    "latitude": 52.5296,
    "longitude": 13.4013,
    "time_zone": "Europe/Berlin",
    "services": ["pickup", "returns"],
    "pickup_lead_minutes": 120,
    "pickup_keep_days": 7,
    "hours": [{"weekday": 0, "opens": "10:00", "closes": "20:00"}],
    "exceptions": [{"day": "2027-05-01", "opens": None, "closes": None, "note": "Labour Day"}],
    "open_now": True,
    "opens_at": "2027-01-15T12:30:00+01:00",
    "distance_km": 1.4,
}
