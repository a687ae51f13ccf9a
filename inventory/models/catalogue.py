"""What is sold: categories, products, their variants, barcodes and pictures."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from core.audit import audited
from core.data.pictures import PictureField
from core.texts.translated import TranslatedField, in_language
from inventory.models.fields import AttributesField, SkuField
from inventory.rules.barcodes import STORED
from inventory.rules.skus import LONGEST_SKU


class Category(models.Model):
    """A category of the catalogue; path holds the slugs from the root, so a subtree is one prefix."""

    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = TranslatedField(_("name"))
    path = models.CharField(_("path"), max_length=400, unique=True, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "path"]
        indexes = [models.Index(fields=["path"], opclasses=["text_pattern_ops"], name="category_subtree")]

    def __str__(self) -> str:
        return in_language(self.name) or self.slug


class ProductQuerySet(models.QuerySet["Product"]):
    """Products by their state."""

    def published(self) -> "ProductQuerySet":
        """Only products that shoppers may see."""
        return self.filter(state=Product.PUBLISHED)


@audited(
    "slug", "kind", "name", "description", "brand", "category", "tax_category", "attributes", "state", "published_at"
)
class Product(models.Model):
    """
    A product with a page of its own; what is bought is one of its variants.

    A trigger (migration 0004_search) maintains search_words and search_vector from names, brand, SKUs and description.
    """

    DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
    STATES = [(DRAFT, _("Draft")), (PUBLISHED, _("Published")), (RETIRED, _("Retired"))]

    GOODS, GIFT_CARD = "goods", "gift_card"
    KINDS = [(GOODS, _("Goods")), (GIFT_CARD, _("Gift card"))]

    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=KINDS, default=GOODS, db_default=GOODS,
        help_text=_("A gift card is loaded with its price when it is paid."),
    )  # fmt: skip
    name = TranslatedField(_("name"))
    description = TranslatedField(_("description"), blank=True)
    brand = models.CharField(_("brand"), max_length=120, blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("category")
    )
    tax_category = models.ForeignKey(
        "inventory.TaxCategory", on_delete=models.PROTECT, null=True, blank=True, related_name="products",
        verbose_name=_("tax category"), help_text=_("Empty for the standard one."),
    )  # fmt: skip
    attributes = AttributesField(_("attributes"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=DRAFT)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    search_words = models.TextField(_("search words"), editable=False, default="")
    search_vector = SearchVectorField(_("search vector"), editable=False, null=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            GinIndex(fields=["search_vector"], name="product_full_text"),
            GinIndex(
                OpClass(Func(F("search_words"), function="inventory_joined"), "gin_trgm_ops"),
                name="product_joined_trigrams",
            ),
            models.Index(fields=["-published_at", "-id"], condition=Q(state="published"), name="product_newest"),
            models.Index(fields=["category", "brand"], condition=Q(state="published"), name="product_by_shelf"),
            models.Index(
                fields=["category", "-published_at"], condition=Q(state="published"), name="product_newest_of_shelf"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="product_published_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return in_language(self.name) or self.slug


@audited("product", "sku", "attributes", "is_active", "low_stock_below", "deposit", "grams", "longest_mm")
class Variant(models.Model):
    """What is sold and counted: one size and colour of a product, identified by its SKU."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants", verbose_name=_("product"))
    sku = SkuField(_("SKU"), max_length=LONGEST_SKU, unique=True)
    attributes = AttributesField(
        _("attributes"), default=dict, blank=True, help_text=_('For example {"colour": {"en": "Blue"}}.')
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("on sale"), default=True)
    low_stock_below = models.PositiveIntegerField(_("low stock below"), default=0)
    deposit = models.ForeignKey(
        "inventory.Deposit", on_delete=models.PROTECT, null=True, blank=True, related_name="variants",
        verbose_name=_("deposit"), help_text=_("Charged for each unit, beside its price."),
    )  # fmt: skip
    grams = models.PositiveIntegerField(
        _("weight in grams"), null=True, blank=True, help_text=_("Of one unit as it is packed, for rates of delivery.")
    )
    longest_mm = models.PositiveIntegerField(
        _("longest side in millimetres"), null=True, blank=True, help_text=_("Of one unit as it is packed.")
    )

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["position", "id"]
        constraints = [
            # People type and read out SKUs, so a twin that differs only in its case would be another article's.
            models.UniqueConstraint(
                Upper("sku"),
                name="variant_sku_once_in_any_case",
                violation_error_message=_("Another variant has this SKU; capital and small letters are the same."),
            ),
        ]

    def __str__(self) -> str:
        return self.sku


class Barcode(models.Model):
    """A code on the shelf or the package that identifies a variant; a variant may have several."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="barcodes", verbose_name=_("variant"))
    code = models.CharField(_("code"), max_length=32, unique=True)

    class Meta:
        verbose_name = _("barcode")
        verbose_name_plural = _("barcodes")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=STORED),
                name="barcode_is_in_its_one_form",
                violation_error_message=_("This is not an EAN, UPC or ISBN: the check digit is wrong."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Media(models.Model):
    """A picture of a product, or of one variant of it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="media", verbose_name=_("product"))
    variant = models.ForeignKey(
        Variant, on_delete=models.CASCADE, null=True, blank=True, related_name="media", verbose_name=_("variant")
    )
    file = PictureField(_("file"), max_length=200)
    alt = TranslatedField(_("alternative text"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return str(self.file)
