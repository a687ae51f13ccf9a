"""What labels are asked for by, and their page, shared by the till and the back office."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.texts.languages import active_language
from core.texts.spelling import plain_text
from inventory.queries.labels import labels_of
from inventory.queries.stock_documents import skus_by_code

MOST_LABELS, MOST_CODES = 500, 100
_TIMES = re.compile(r"(\d{1,3})\s*[*×xX]\s*(\S.*)")


class LabelsForm(forms.Form):
    """Articles by scanned or typed codes, one in each line; `3*` before a code means three labels."""

    codes = forms.CharField(
        label=gettext_lazy("Barcodes or SKUs"),
        max_length=10_000,
        help_text=gettext_lazy("One in each line; 3*4006381333931 prints three labels."),
        widget=forms.Textarea(attrs={"rows": 6, "cols": 20, "dir": "ltr", "autocomplete": "off", "autofocus": True}),
    )

    def clean_codes(self) -> Mapping[str, int]:
        """Return how many labels of each SKU are wanted; every unknown code is named."""
        lines = list(filter(None, map(plain_text, self.cleaned_data["codes"].splitlines())))
        counted = {line: times for line in lines if (times := _TIMES.fullmatch(line))}
        known = skus_by_code({*lines, *(times[2] for times in counted.values())})
        wanted: Counter[str] = Counter()
        for line in lines:
            # A SKU may look like a number of labels and a code: `4XL-SHIRT`.
            times = None if line in known else counted.get(line)
            wanted[times[2] if times else line] += int(times[1]) if times else 1
        if len(wanted) > MOST_CODES or not 0 < sum(wanted.values()) <= MOST_LABELS:
            raise forms.ValidationError(_("Print at most 500 labels of 100 articles at a time."))
        if unknown := [code for code in wanted if code not in known]:
            raise forms.ValidationError(_("Unknown: %(codes)s"), params={"codes": ", ".join(unknown[:10])})
        copies: Counter[str] = Counter()
        for code, units in wanted.items():
            copies[known[code]] += units
        return copies


def labels_response(copies: Mapping[str, int], *, store: str, now: datetime) -> HttpResponse:
    """Answer with a page of labels for A4 and for a roll; never cached, because prices change."""
    context = {"labels": labels_of(copies, store=store, now=now), "language": active_language()}
    page = render_to_string("inventory/labels.html", context)
    return HttpResponse(page, headers={"Cache-Control": "private, no-store"})
