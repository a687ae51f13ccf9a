from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.channels.labels import MOST_LABELS, labels_response
from inventory.models import Variant


@admin.action(description=_("Print labels"))
def print_labels(page: Any, request: HttpRequest, rows: Any) -> HttpResponse | None:
    """Show labels of the chosen variants, or of all variants of the chosen products, at the prices of every store."""
    variants = Variant.objects.filter(is_active=True, **{"pk__in" if rows.model is Variant else "product__in": rows})
    skus = list(variants.values_list("sku", flat=True)[: MOST_LABELS + 1])
    if len(skus) > MOST_LABELS:
        messages.error(request, gettext("Print at most 500 labels of 100 articles at a time."))
        return None
    return labels_response(dict.fromkeys(skus, 1), store="", now=timezone.now())
