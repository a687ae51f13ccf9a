"""Creates, publishes, moves and retires products and categories."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.errors import Malformed, NotFound, Refusal
from core.journal import publish
from core.money import Money
from core.states.transitions import TransitionTable, check_transition
from core.texts.translated import TranslatedText, in_language
from core.web.api.problems import sqlstate_of
from inventory.events import CatalogueChanged
from inventory.models import Barcode, Category, Product, Variant
from inventory.rules.attributes import EXAMPLE, Attributes, NotAttributes, stored_attributes
from inventory.rules.barcodes import NotABarcode, canonical_barcode
from inventory.rules.skus import LONGEST_SKU, NotASku, stored_sku
from inventory.services.prices import set_price

UNIQUE_VIOLATION = "23505"
STATES: TransitionTable = {
    Product.DRAFT: frozenset({Product.PUBLISHED, Product.RETIRED}),
    Product.PUBLISHED: frozenset({Product.RETIRED}),
    Product.RETIRED: frozenset({Product.PUBLISHED}),
}


class NameTaken(Refusal):
    """Another product, variant or category has this slug or SKU."""

    code = "name_taken"


class BarcodeTaken(NameTaken):
    """Another variant has this barcode, in this spelling or another one of the same number."""

    code = "barcode_taken"


class ProductNotSellable(Refusal):
    """The product cannot be published: it has no name, or no variant on sale with a price."""

    code = "product_not_sellable"


class CategoryInsideItself(Refusal):
    """A category cannot be moved below itself."""

    code = "category_inside_itself"


@transaction.atomic
def create_category(*, slug: str, name: TranslatedText, parent_id: int | None, position: int = 0) -> Category:
    """Create a category below another, or at the root. Raises NameTaken."""
    with _unique(slug):
        category = Category.objects.create(slug=slug, name=name, parent_id=parent_id, position=position)
    category.refresh_from_db(fields=["path"])
    return category


@transaction.atomic
def move_category(*, category_id: int, parent_id: int | None) -> Category:
    """
    Move a category, with its subtree, below another or to the root.

    A trigger updates the paths. Locks the whole tree, since two concurrent moves could make a cycle. Raises
    CategoryInsideItself.
    """
    paths = dict(Category.objects.select_for_update().order_by("pk").values_list("pk", "path"))
    if category_id not in paths or (parent_id is not None and parent_id not in paths):
        raise NotFound(_("There is no such category."))
    if parent_id is not None and f"{paths[parent_id]}/".startswith(f"{paths[category_id]}/"):
        raise CategoryInsideItself(_("A category cannot be below itself. Choose another one."))
    Category.objects.filter(pk=category_id).update(parent_id=parent_id)
    return Category.objects.get(pk=category_id)


@transaction.atomic
def create_product(
    *,
    slug: str,
    name: TranslatedText,
    by: Actor,
    now: datetime,
    description: TranslatedText | None = None,
    brand: str = "",
    category_id: int | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Product:
    """Create a product, as a draft that shoppers do not see. Raises NameTaken, and Malformed for its attributes."""
    with _unique(slug):
        product = Product.objects.create(
            slug=slug,
            name=name,
            description=description or {},
            brand=brand,
            category_id=category_id,
            attributes=_showable(attributes),
        )
    publish(CatalogueChanged(by=by, occurred_at=now, ref=slug, product_id=product.pk, change="created"))
    return product


@transaction.atomic
def add_variant(
    *,
    product_id: int,
    sku: str,
    by: Actor,
    now: datetime,
    attributes: Mapping[str, Any] | None = None,
    price: Money | None = None,
    barcodes: Sequence[str] = (),
) -> Variant:
    """
    Add a variant after the product's other ones, with its price and its barcodes as scanned or printed.

    Locks the product. Raises NameTaken, and Malformed for an SKU that nobody can read, attributes that nobody
    can show, and a misread barcode.
    """
    product = _locked(product_id)
    sku = _readable(sku)
    with _unique(sku):
        variant = Variant.objects.create(
            product=product, sku=sku, attributes=_showable(attributes), position=product.variants.count()
        )
    for code in barcodes:
        add_barcode(variant_id=variant.pk, code=code)
    if price is not None:
        set_price(variant_id=variant.pk, price=price, by=by, now=now)
    publish(CatalogueChanged(by=by, occurred_at=now, ref=product.slug, product_id=product.pk, change="variant_added"))
    return variant


@transaction.atomic
def add_barcode(*, variant_id: int, code: str) -> Barcode:
    """
    Assign a barcode to a variant; it is stored in its one form (rules/barcodes.py).

    Raises Malformed if it is not a barcode or misread, BarcodeTaken if another variant has it.
    """
    try:
        canonical = canonical_barcode(code)
    except NotABarcode:
        raise Malformed(_("%s is not an EAN, UPC or ISBN: the check digit is wrong.") % code, field="barcode") from None
    with _unique(canonical, BarcodeTaken):
        barcode, _is_new = Barcode.objects.get_or_create(code=canonical, variant_id=variant_id)
    return barcode


@transaction.atomic
def publish_product(*, product_id: int, by: Actor, now: datetime) -> Product:
    """
    Show a product to shoppers, for the first time or again.

    Locks the product. Raises ProductNotSellable, IllegalTransition, NotFound.
    """
    product = _locked(product_id)
    check_transition(STATES, present=product.state, to=Product.PUBLISHED)
    if not in_language(product.name):
        raise ProductNotSellable(_("Give the product a name before you publish it."))
    if not product.price_ranges.filter(currency=settings.SHOP_CURRENCY).exists():
        raise ProductNotSellable(
            _("A product needs a variant on sale with a price in %s before you publish it.") % settings.SHOP_CURRENCY
        )
    product.state = Product.PUBLISHED
    product.published_at = product.published_at or now
    product.save(update_fields=["state", "published_at", "updated_at"])
    publish(CatalogueChanged(by=by, occurred_at=now, ref=product.slug, product_id=product.pk, change="published"))
    return product


@transaction.atomic
def retire_product(*, product_id: int, by: Actor, now: datetime) -> Product:
    """Take a product out of the shop; its orders and stock stay. Locks it. Raises IllegalTransition, NotFound."""
    product = _locked(product_id)
    check_transition(STATES, present=product.state, to=Product.RETIRED)
    product.state = Product.RETIRED
    product.save(update_fields=["state", "updated_at"])
    publish(CatalogueChanged(by=by, occurred_at=now, ref=product.slug, product_id=product.pk, change="retired"))
    return product


@transaction.atomic
def put_in_category(*, product_id: int, category_id: int | None, by: Actor, now: datetime) -> Product:
    """Move a product to another category, or to none. Locks it. Raises NotFound."""
    product = _locked(product_id)
    if category_id is not None and not Category.objects.filter(pk=category_id).exists():
        raise NotFound(_("There is no such category."))
    product.category_id = category_id
    product.save(update_fields=["category", "updated_at"])
    publish(CatalogueChanged(by=by, occurred_at=now, ref=product.slug, product_id=product.pk, change="edited"))
    return product


def _locked(product_id: int) -> Product:
    try:
        return Product.objects.select_for_update(of=("self",)).get(pk=product_id)
    except Product.DoesNotExist:
        raise NotFound(_("There is no such product.")) from None


def _showable(attributes: Mapping[str, Any] | None) -> Attributes:
    try:
        return stored_attributes(attributes or {}, languages=dict(settings.LANGUAGES))
    except NotAttributes as error:
        raise Malformed(
            _("Not an attribute: %(what)s. Enter names with texts, numbers or texts by language: %(example)s")
            % {"what": error.what, "example": EXAMPLE},
            field="attributes",
        ) from None


def _readable(sku: str) -> str:
    try:
        return stored_sku(sku)
    except NotASku:
        raise Malformed(
            _("Enter an SKU of at most %(longest)d characters that can all be seen, like MUG-RIM-CREAM.")
            % {"longest": LONGEST_SKU},
            field="sku",
        ) from None


@contextmanager
def _unique(name: str, taken: type[NameTaken] = NameTaken) -> Iterator[None]:
    """Undo the block and raise NameTaken, or a kind of it, if the name is already in use."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if sqlstate_of(error) != UNIQUE_VIOLATION:
            raise
        raise taken(_("%s is taken. Choose another.") % name, name=name) from error
