"""Imports products, variants, prices and barcodes from a CSV file; one row is one variant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.utils.text import slugify

from core.currencies import PLACES
from core.data import sql
from core.data.imports import (
    REFUSE_LATER_DUPLICATES,
    Cells,
    Column,
    Options,
    Plan,
    RowRefused,
    execute_sorting,
    run_import,
)
from core.data.imports.cells import amount, left_empty, prose, text
from core.data.imports.columns import with_defaults
from inventory.models import Category, Price, Product, Variant
from inventory.rules.attributes import NotAttributes, stored_attributes
from inventory.rules.barcodes import NotABarcode, canonical_barcode
from inventory.services import product_import_sql as statements
from inventory.services.imported_skus import imported_sku

MOST_BARCODES = 20
LONGEST_CATEGORY_DEPTH = 8

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_PAIR = re.compile(r"\s*([\w -]{1,40}?)\s*=\s*([^=;]{1,80}?)\s*")
_LANGUAGES = tuple(dict(settings.LANGUAGES))

REQUIRED = ("sku",)
OPTIONAL = (
    "product",
    *(f"name_{language}" for language in _LANGUAGES),
    *(f"description_{language}" for language in _LANGUAGES),
    "brand",
    "category",
    "tax_category",
    "attributes",
    "price",
    "currency",
    "barcodes",
)

_STAGING = (
    Column("key", "text"),
    Column("product", "text"),
    Column("own_slug", "text"),
    Column("names", "jsonb"),
    Column("descriptions", "jsonb"),
    Column("brand", "text"),
    Column("category", "text"),
    Column("attributes", "jsonb"),
    Column("amount", "bigint"),
    Column("currency", "text"),
    Column("barcodes", "text[]"),
    Column("product_line", "integer"),
    Column("tax_category", "text"),
)


@dataclass(frozen=True, kw_only=True)
class NewProduct:
    """A product with one variant, as another system's order history describes it. amount: minor units, or None."""

    sku: str
    name: str
    amount: int | None
    currency: str


def import_products(*, path: Path, options: Options, publish: bool = False) -> dict[str, Any]:
    """
    Create or change products and variants from a CSV file, by SKU, and return the figures of the run.

    The first row of a product describes it; its later rows may leave those columns empty. Filled cells replace the
    present value, empty ones keep it; barcodes are added. Texts, shelves, attributes and barcodes that are wrong are
    mended or left out, and told. publish: show new products to shoppers at once. Raises UnusableFile and ImportRunning.
    """

    def write(first: int, last: int) -> None:
        _make_categories(first, last)
        piece = {"first": first, "last": last, "now": options.now, "state": "published" if publish else "draft"}
        for statement, models in statements.WRITE:
            sql.execute(with_defaults(statement, *models), piece)

    plan = Plan(
        required=REQUIRED,
        optional=OPTIONAL,
        staging=_STAGING,
        read=_read,
        check=_check,
        write=write,
        identify=_identify,
        numbers=("price",),
    )
    return run_import(plan, path, options)


def make_products(*, drafts: Sequence[NewProduct], publish: bool, now: Any) -> int:
    """
    Create a product with one variant for every SKU that the shop does not have, and return how many were created.

    A slug that another product has is followed by the word imported.
    """
    return sql.execute(
        with_defaults(statements.MAKE_DRAFTS, Product, Variant, Price),
        {
            "skus": [draft.sku for draft in drafts],
            "slugs": [_slug_of(draft.sku) for draft in drafts],
            "names": [orjson.dumps({settings.LANGUAGE_CODE: draft.name or draft.sku}).decode() for draft in drafts],
            "amounts": [draft.amount for draft in drafts],
            "currencies": [draft.currency for draft in drafts],
            "state": "published" if publish else "draft",
            "published_at": now if publish else None,
            "now": now,
        },
    )


def _read(cells: Cells) -> Sequence[Any]:
    sku = imported_sku(cells)
    price, currency = _price(cells)
    return (
        sku,
        _slug(cells),
        _slug_of(sku),
        _texts(cells, "name", longest=300),
        _texts(cells, "description", longest=10_000, has_lines=True),
        prose(cells, "brand", longest=120),
        left_empty(cells, "category", lambda: _category(cells), empty=""),
        _attributes(cells),
        price,
        currency,
        _barcodes(cells),
        None,
        text(cells, "tax_category", longest=40),
    )


def _identify(cells: Cells) -> dict[str, Any]:
    return {
        "key": imported_sku(cells),
        "product": left_empty(cells, "product", lambda: _slug(cells), empty=""),
        "barcodes": _barcodes(cells),
    }


def _check() -> None:
    execute_sorting(REFUSE_LATER_DUPLICATES, {})
    taken = _categories_whose_slug_is_taken()
    for statement in statements.CHECK:
        execute_sorting(statement, {"taken": taken})


def _slug_of(sku: str) -> str:
    return slugify(sku)[:100] or "sku"


def _slug(cells: Cells) -> str:
    value = text(cells, "product", longest=120)
    if not value or _SLUG.fullmatch(value):
        return value
    mended = slugify(value)
    if not mended:
        raise RowRefused("slug_not_valid", f"product: {value}")
    cells.tell("product", "slug_not_valid")
    return mended


def _texts(cells: Cells, kind: str, *, longest: int, has_lines: bool = False) -> str:
    texts = {
        language: prose(cells, f"{kind}_{language}", longest=longest, has_lines=has_lines) for language in _LANGUAGES
    }
    return orjson.dumps({language: value for language, value in texts.items() if value}).decode()


def _price(cells: Cells) -> tuple[int | None, str]:
    currency = text(cells, "currency", longest=3).upper()
    if currency and currency not in PLACES:
        raise RowRefused("unknown_currency", currency)
    if not text(cells, "price", longest=40):
        return None, currency
    if not currency:
        raise RowRefused("price_without_currency", cells["price"])
    return amount(cells, "price", currency), currency


def _category(cells: Cells) -> str:
    path = text(cells, "category", longest=400).strip("/")
    slugs = path.split("/") if path else []
    if len(slugs) > LONGEST_CATEGORY_DEPTH or not all(_SLUG.fullmatch(slug) and len(slug) <= 80 for slug in slugs):
        raise RowRefused("category_not_valid", path)
    if len(set(slugs)) != len(slugs):
        raise RowRefused("category_not_valid", f"{path} names a shelf twice")
    return path


def _attributes(cells: Cells) -> str:
    value = prose(cells, "attributes", longest=1000)
    stored: dict[str, Any] = {}
    for pair in filter(str.strip, value.split(";")):
        try:
            match = _PAIR.fullmatch(pair)
            if not match:
                raise NotAttributes(pair)
            attribute = {match[1].lower(): {settings.LANGUAGE_CODE: match[2]}}
            stored |= stored_attributes(stored | attribute, languages=_LANGUAGES)
        except NotAttributes:
            cells.tell("attributes", "attributes_not_valid", pair.strip())
    return orjson.dumps(stored).decode()


def _barcodes(cells: Cells) -> list[str]:
    canonical: dict[str, None] = {}
    for code in cells.get("barcodes", "").split():
        if len(canonical) == MOST_BARCODES:
            cells.tell("barcodes", "too_many_barcodes", code)
            continue
        # The check digit reveals a mistyped code.
        try:
            canonical[canonical_barcode(code)] = None
        except NotABarcode:
            cells.tell("barcodes", "barcode_not_valid", code)
    return list(canonical)


def _categories_whose_slug_is_taken() -> list[str]:
    """Return the wanted paths with a slug that another category has, in the shop or earlier in the file."""
    place = dict(Category.objects.values_list("slug", "path"))
    taken = []
    for path in _wanted_categories("SELECT DISTINCT category FROM import_rows WHERE reason = '' AND category <> ''"):
        paths = _category_paths(path)
        if any(place.get(category_path.rpartition("/")[2], category_path) != category_path for category_path in paths):
            taken.append(path)
            continue
        place.update((category_path.rpartition("/")[2], category_path) for category_path in paths)
    return taken


def _make_categories(first: int, last: int) -> None:
    known = dict(Category.objects.values_list("path", "pk"))
    for path in _wanted_categories(statements.CATEGORIES_OF_PIECE, first=first, last=last):
        for category_path in _category_paths(path):
            if category_path in known:
                continue
            parent, _, slug = category_path.rpartition("/")
            name = {settings.LANGUAGE_CODE: slug.replace("-", " ").replace("_", " ").capitalize()}
            made = Category.objects.create(slug=slug, path=category_path, name=name, parent_id=known.get(parent))
            known[category_path] = made.pk


def _wanted_categories(statement: str, **piece: int) -> list[str]:
    return sorted(row["category"] for row in sql.fetch_all(statement, piece))


def _category_paths(path: str) -> list[str]:
    slugs = path.split("/")
    return ["/".join(slugs[: depth + 1]) for depth in range(len(slugs))]
