"""Labels for shelves and goods: the name, the price with what the law asks for beside it, and the barcode."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from core.texts.formats import money_text, number_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from inventory.models import Variant
from inventory.queries.products import priced_variants, shown_attributes


@dataclass(frozen=True, slots=True)
class Label:
    """
    A label as it is printed, in the reader's language. code: of the barcode; the SKU for an article without one.

    price: empty for what has none in the shop's currency. prior: the lowest price of the 30 days before a reduction.
    volumes: from how many pieces, and what each costs then.
    """

    name: str
    brand: str
    details: str
    sku: str
    code: str
    price: str
    prior: str
    deposit: str
    volumes: tuple[tuple[str, str], ...]


def labels_of(copies: Mapping[str, int], *, store: str, now: datetime) -> list[Label]:
    """
    Return labels at the prices of a store's till, each article's as often as asked for, in two statements.

    copies: how many of each SKU. store: a code; empty for the prices of every store. What is not sold is left out.
    """
    language = active_language()

    def money(amount: int | None) -> str:
        return "" if amount is None else money_text(amount, settings.SHOP_CURRENCY, language)

    products = {
        variant.sku: variant.product
        for variant in Variant.objects.filter(sku__in=copies).select_related("product").order_by()
    }
    labels = []
    for row in priced_variants(copies, now=now, channel="till", store=store):
        product, reduction = products[row["sku"]], row["reduction"]
        label = Label(
            name=in_language(product.name, language),
            brand=product.brand,
            details=", ".join(str(value) for value in shown_attributes(row["attributes"]).values()),
            sku=row["sku"],
            code=row["barcodes"][0] if row["barcodes"] else row["sku"],
            price=money(row["amount"]),
            prior=money(reduction.prior) if reduction else "",
            deposit=money(row["deposit"]),
            volumes=tuple((number_text(units, language), money(amount)) for units, amount in row["volumes"]),
        )
        labels += [label] * copies[row["sku"]]
    return labels
