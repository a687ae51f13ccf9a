"""What the actions on stock documents share: scanned goods, and who may act."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inventory.models import StockDocument
from inventory.queries.stock_documents import variants_by_code
from inventory.rules.scans import NotAScan, read_scans

MOVE, CORRECT, PURCHASE = "inventory.move_stock", "inventory.correct_stock", "inventory.purchase"
SCANS = _("Scan one code after the other: SKUs or barcodes. For many alike, type the code * the number.")


class ScansField(forms.CharField):
    """Scanned goods: units by variant."""

    def __init__(self, *, is_first: bool = False, **options: Any) -> None:
        attrs = {"rows": 6, "dir": "ltr", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        # Scanners type at once, into what has the focus.
        attrs |= {"autofocus": True} if is_first else {}
        options.setdefault("help_text", SCANS)
        super().__init__(widget=forms.Textarea(attrs=attrs), max_length=40_000, **options)

    def clean(self, value: Any) -> dict[int, int]:
        try:
            units = read_scans(super().clean(value) or "")
        except NotAScan as error:
            raise ValidationError(gettext("This line cannot be read: %s") % error) from error
        ids = variants_by_code(list(units)) if units else {}
        if unknown := [code for code in units if code not in ids]:
            raise ValidationError(gettext("No article has this code: %s") % ", ".join(unknown[:10]))
        found: dict[int, int] = {}
        for code, number in units.items():
            found[ids[code]] = found.get(ids[code], 0) + number
        return found


def allowed_on(kind: str, *states: str, right: str, side: str = "target") -> Any:
    """Return who may act: on documents of a kind in these states, with the right in one of their places."""

    def is_allowed(request: HttpRequest, document: StockDocument) -> bool:
        is_open = document.kind == kind and document.state in states
        return is_open and request.user.has_perm(right, getattr(document, side))

    return is_allowed
