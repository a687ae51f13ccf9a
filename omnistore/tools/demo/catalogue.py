"""The goods of the demo shop, read from the texts in content/ and spelled out as categories, products and variants."""

import itertools
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

Text = dict[str, str]

CONTENT = Path(__file__).parent / "content"
# GS1 leaves the prefixes 20 to 29 to shops for codes of their own, so these can never meet a code in the real world.
UNIT_PREFIX = "29"
LARGE_PREFIX = "28"
OLD_LABEL_EVERY = 3
DEFAULT_PAINT = "#D6C09C"


@dataclass(frozen=True)
class CategoryContent:
    """A shelf; parent is the slug of the shelf above, path the slugs from the root."""

    slug: str
    name: Text
    parent: str
    path: str
    position: int


@dataclass(frozen=True)
class VariantContent:
    """One thing to buy. amount: cents; attributes: option to its value in every language; colour: #RRGGBB."""

    sku: str
    amount: int
    attributes: dict[str, Text]
    barcodes: tuple[str, ...]
    colour: str
    look: str


@dataclass(frozen=True)
class ProductContent:
    """One product page. family: which shape its pictures have."""

    slug: str
    name: Text
    description: Text
    brand: str
    category: str
    material: Text
    family: str
    variants: tuple[VariantContent, ...]


def languages() -> list[str]:
    """Return the shop's languages that the demo speaks."""
    written = _read("categories")[0]["name"]
    return [code for code, _name in settings.LANGUAGES if code in written]


@cache
def categories() -> tuple[CategoryContent, ...]:
    """Return the shelves, each after the one it stands in."""
    found = []
    for position, root in enumerate(_read("categories")):
        found.append(CategoryContent(root["slug"], root["name"], "", root["slug"], position))
        for place, child in enumerate(root["children"]):
            path = f"{root['slug']}/{child['slug']}"
            found.append(CategoryContent(child["slug"], child["name"], root["slug"], path, place))
    return tuple(found)


@cache
def products() -> tuple[ProductContent, ...]:
    """Return every product with its variants, shelf by shelf."""
    return tuple(
        _product(entry, category.slug) for category in categories() if category.parent for entry in _read(category.slug)
    )


@cache
def options() -> dict[str, dict[str, Any]]:
    """Return what variants differ in: option to its name and its values, in every language."""
    known: dict[str, dict[str, Any]] = _read("options")
    return known


def nouns() -> dict[str, Text]:
    """Return what generated goods are called: family to a word in every language."""
    known: dict[str, Text] = _read("nouns")
    return known


def series() -> list[Text]:
    """Return the names of the series that generated goods belong to."""
    known: list[Text] = _read("series")
    return known


def cities() -> list[dict[str, Any]]:
    """Return the cities around which generated stores open, with their coordinates."""
    known: list[dict[str, Any]] = _read("cities")
    return known


def with_check_digit(body: str) -> str:
    """Return the 12 digits of an EAN-13 with the thirteenth, the check digit."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


def _product(entry: dict[str, Any], category: str) -> ProductContent:
    return ProductContent(
        slug=entry["slug"],
        name=entry["name"],
        description=entry["text"],
        brand=entry["brand"],
        category=category,
        material=_read("materials")[entry["material"]],
        family=entry["family"],
        variants=tuple(_variants(entry)),
    )


def _variants(entry: dict[str, Any]) -> list[VariantContent]:
    chosen = entry["options"]
    found = []
    for place, values in enumerate(itertools.product(*chosen.values())):
        picked = dict(zip(chosen, values, strict=True))
        look, colour = _look(entry, picked)
        found.append(
            VariantContent(
                sku="-".join([entry["sku"], *values]).upper(),
                amount=entry["price"] + sum(entry.get("dearer", {}).get(value, 0) for value in values),
                attributes={option: _texts(option, value) for option, value in picked.items()},
                barcodes=_barcodes(entry["number"], place),
                colour=colour,
                look=look,
            )
        )
    return found


def _look(entry: dict[str, Any], picked: dict[str, str]) -> tuple[str, str]:
    """Return by what the variant's picture is told apart, and its colour."""
    for option, value in picked.items():
        colour = options()[option]["values"][value].get("hex")
        if colour:
            return value, colour
    paint = entry.get("paint", "")
    for option in ("colour", "wood"):
        if paint in options()[option]["values"]:
            return "", options()[option]["values"][paint]["hex"]
    return "", DEFAULT_PAINT


def _barcodes(number: int, place: int) -> tuple[str, ...]:
    """Return the code on the label and, for every third variant, the one on labels from before."""
    labels = 2 if (number + place) % OLD_LABEL_EVERY == 0 else 1
    return tuple(with_check_digit(f"{UNIT_PREFIX}{number:05d}{place:03d}{label:02d}") for label in range(labels))


def _texts(option: str, value: str) -> Text:
    texts = options()[option]["values"][value]
    return {language: text for language, text in texts.items() if language != "hex"}


@cache
def _read(name: str) -> Any:
    return json.loads((CONTENT / f"{name}.json").read_text(encoding="utf-8"))
