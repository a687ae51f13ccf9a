"""The demo's categories, products and variants, read from the texts in content/."""

import itertools
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

Text = dict[str, str]

CONTENT = Path(__file__).parent / "content"
# GS1 reserves the prefixes 20 to 29 for the codes of shops, so these never equal a real code.
UNIT_PREFIX = "29"
LARGE_PREFIX = "28"
OLD_LABEL_EVERY = 3
DEFAULT_PAINT = "#D6C09C"


@dataclass(frozen=True)
class CategoryContent:
    """A category; parent: the slug of the parent category; path: the slugs from the root."""

    slug: str
    name: Text
    parent: str
    path: str
    position: int


@dataclass(frozen=True)
class VariantContent:
    """A variant. amount: in cents; attributes: option to its value in every language; colour: #RRGGBB."""

    sku: str
    amount: int
    attributes: dict[str, Text]
    barcodes: tuple[str, ...]
    colour: str
    look: str


@dataclass(frozen=True)
class ProductContent:
    """A product. family: the shape of its pictures."""

    slug: str
    name: Text
    description: Text
    brand: str
    category: str
    material: Text
    family: str
    variants: tuple[VariantContent, ...]


def languages() -> list[str]:
    """Return the shop's languages in which the demo has texts."""
    translations = _read("categories")[0]["name"]
    return [code for code, _name in settings.LANGUAGES if code in translations]


@cache
def categories() -> tuple[CategoryContent, ...]:
    """Return the categories, each after its parent."""
    content = []
    for position, root in enumerate(_read("categories")):
        content.append(CategoryContent(root["slug"], root["name"], "", root["slug"], position))
        for index, child in enumerate(root["children"]):
            path = f"{root['slug']}/{child['slug']}"
            content.append(CategoryContent(child["slug"], child["name"], root["slug"], path, index))
    return tuple(content)


@cache
def products() -> tuple[ProductContent, ...]:
    """Return all products with their variants, category by category."""
    return tuple(
        _product(entry, category.slug) for category in categories() if category.parent for entry in _read(category.slug)
    )


@cache
def options() -> dict[str, dict[str, Any]]:
    """Return the options of variants: option to its name and values, in every language."""
    content: dict[str, dict[str, Any]] = _read("options")
    return content


def nouns() -> dict[str, Text]:
    """Return the nouns for generated products: family to a word in every language."""
    content: dict[str, Text] = _read("nouns")
    return content


def series() -> list[Text]:
    """Return the names of the series of generated products."""
    content: list[Text] = _read("series")
    return content


def cities() -> list[dict[str, Any]]:
    """Return the cities around which generated stores open, with their coordinates."""
    content: list[dict[str, Any]] = _read("cities")
    return content


def with_check_digit(body: str) -> str:
    """Return the 12 digits of an EAN-13 with its check digit."""
    weighted = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body))
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
    variants = []
    for index, values in enumerate(itertools.product(*chosen.values())):
        picked = dict(zip(chosen, values, strict=True))
        look, colour = _look(entry, picked)
        variants.append(
            VariantContent(
                sku="-".join([entry["sku"], *values]).upper(),
                amount=entry["price"] + sum(entry.get("dearer", {}).get(value, 0) for value in values),
                attributes={option: _texts(option, value) for option, value in picked.items()},
                barcodes=_barcodes(entry["number"], index),
                colour=colour,
                look=look,
            )
        )
    return variants


def _look(entry: dict[str, Any], picked: dict[str, str]) -> tuple[str, str]:
    """Return the value that distinguishes the variant's picture, and its colour."""
    for option, value in picked.items():
        colour = options()[option]["values"][value].get("hex")
        if colour:
            return value, colour
    paint = entry.get("paint", "")
    for option in ("colour", "wood"):
        if paint in options()[option]["values"]:
            return "", options()[option]["values"][paint]["hex"]
    return "", DEFAULT_PAINT


def _barcodes(number: int, index: int) -> tuple[str, ...]:
    """Return the code on the label and, for every third variant, the code on older labels."""
    labels = 2 if (number + index) % OLD_LABEL_EVERY == 0 else 1
    return tuple(with_check_digit(f"{UNIT_PREFIX}{number:05d}{index:03d}{label:02d}") for label in range(labels))


def _texts(option: str, value: str) -> Text:
    texts = options()[option]["values"][value]
    return {language: text for language, text in texts.items() if language != "hex"}


@cache
def _read(name: str) -> Any:
    return json.loads((CONTENT / f"{name}.json").read_text(encoding="utf-8"))
