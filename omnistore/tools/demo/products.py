"""Writes the demo's categories, products, variants, prices, barcodes and drawn pictures."""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from core.data.imports.progress import Progress
from core.texts.formats import listed_text
from inventory.models import Barcode, Category, Media, Price, Product, Variant
from omnistore.tools.demo import catalogue
from omnistore.tools.demo.drawings import draw_picture

LOW_STOCK_BELOW = 3
DAYS_ON_SALE = 240
PICTURES = "products"


def write_products(*, rng: random.Random, now: datetime, progress: Progress) -> list[Variant]:
    """Write the whole demo catalogue into a shop without it, and return its variants."""
    categories = write_categories()
    content = catalogue.products()
    days = rng.sample(range(1, DAYS_ON_SALE), len(content))
    products = Product.objects.bulk_create(
        Product(
            slug=item.slug,
            name=item.name,
            description=item.description,
            brand=item.brand,
            category=categories[item.category],
            attributes={"material": item.material},
            state=Product.PUBLISHED,
            published_at=now - timedelta(days=day),
        )
        for item, day in zip(content, days, strict=True)
    )
    products_by_slug = dict(zip((item.slug for item in content), products, strict=True))
    variants = _write_variants(content, products_by_slug)
    _write_pictures(content, products_by_slug, {variant.sku: variant for variant in variants}, progress)
    return variants


def write_categories() -> dict[str, Category]:
    """Write the missing categories, and return all of them by slug."""
    categories = {category.slug: category for category in Category.objects.all()}
    for item in catalogue.categories():
        if item.slug not in categories:
            categories[item.slug] = Category.objects.create(
                slug=item.slug,
                name=item.name,
                parent=categories.get(item.parent),
                path=item.path,
                position=item.position,
            )
    return categories


def save_picture(name: str, drawing: str) -> str:
    """Save a drawing in the shop's file storage under exactly this name, and return the name."""
    path = f"{PICTURES}/{name}.svg"
    if default_storage.exists(path):
        # A storage never overwrites: it would invent another name and leave this file behind.
        default_storage.delete(path)
    return default_storage.save(path, ContentFile(drawing.encode()))


def _write_variants(
    content: tuple[catalogue.ProductContent, ...], products_by_slug: dict[str, Product]
) -> list[Variant]:
    rows = [
        (
            Variant(
                product=products_by_slug[item.slug],
                sku=variant.sku,
                attributes=variant.attributes,
                position=position,
                low_stock_below=LOW_STOCK_BELOW,
            ),
            variant,
        )
        for item in content
        for position, variant in enumerate(item.variants)
    ]
    variants = Variant.objects.bulk_create([row for row, _ in rows])
    Price.objects.bulk_create(
        Price(variant=row, currency=settings.SHOP_CURRENCY, amount=variant.amount) for row, variant in rows
    )
    Barcode.objects.bulk_create(Barcode(variant=row, code=code) for row, variant in rows for code in variant.barcodes)
    return variants


def _write_pictures(
    content: tuple[catalogue.ProductContent, ...],
    products_by_slug: dict[str, Product],
    variants: dict[str, Variant],
    progress: Progress,
) -> None:
    """Draw each product in each of its looks: the first is the product's picture, the others are its variants'."""
    media = []
    for done, item in enumerate(content):
        files: dict[str, str] = {}
        for variant in item.variants:
            if variant.look not in files:
                name = f"{item.slug}-{variant.look}" if variant.look else item.slug
                drawing = draw_picture(family=item.family, colour=variant.colour, key=item.slug)
                files[variant.look] = save_picture(name, drawing)
        product = products_by_slug[item.slug]
        media.append(Media(product=product, file=next(iter(files.values())), alt=item.name))
        if len(files) > 1:
            media += [
                Media(
                    product=product,
                    variant=variants[variant.sku],
                    file=files[variant.look],
                    alt=_alt(item, variant),
                    position=position,
                )
                for position, variant in enumerate(item.variants, start=1)
            ]
        progress.show("Drawing pictures", (done + 1) / len(content))
    Media.objects.bulk_create(media)


def _alt(item: catalogue.ProductContent, variant: catalogue.VariantContent) -> catalogue.Text:
    return {
        language: listed_text(
            [item.name[language], *(texts[language] for texts in variant.attributes.values())], language
        )
        for language in catalogue.languages()
    }
