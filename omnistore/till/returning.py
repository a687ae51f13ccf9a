"""The form on which a clerk says what came back of an order, in which condition, and what becomes of it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import ReturnedUnits, ReturnLine
from orders.queries.views import LineView, OrderView
from orders.services.returns.receiving import Piece

# Pieces of one line may come back in as many conditions.
MOST_PARTS = len(ReturnedUnits.CONDITIONS)
RESTOCK = {"yes": True, "no": False}


class Row(NamedTuple):
    """A line of the order whose units are with the buyer, and for each condition the fields of what came back of it."""

    line: LineView
    out: int
    parts: Sequence[Sequence[forms.BoundField]]
    may_split: bool


class TakeBackForm(forms.Form):
    """
    What came back of each line of an order, and how its value goes back.

    may_restock: the clerk decides where goods go; otherwise their condition does.
    """

    scanned = forms.CharField(max_length=200, required=False)
    as_credit = forms.BooleanField(
        label=gettext_lazy("The customer wants store credit instead of the money"), required=False
    )
    without_refund = forms.BooleanField(label=gettext_lazy("Take the goods without a refund"), required=False)
    override = forms.CharField(
        label=gettext_lazy("Why against the rules"), max_length=200, required=False,
        help_text=gettext_lazy("Only where the rules refuse the return. It is recorded with your name."),
    )  # fmt: skip

    def __init__(self, *args: Any, order: OrderView, may_restock: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_restock = may_restock
        self.lines = {line.id: line for line in order.lines if line.fulfilled > line.returned}
        self.parts = {line_id: self._parts_of(line_id) for line_id in self.lines}
        for line_id, suffixes in self.parts.items():
            for suffix in suffixes:
                self._add_part(self.lines[line_id], suffix)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason of whatever came back, and for no more than is with the buyer."""
        cleaned = super().clean() or {}
        for line_id, line in self.lines.items():
            for suffix in self.parts[line_id]:
                if cleaned.get(f"units-{line_id}{suffix}") and not cleaned.get(f"reason-{line_id}{suffix}"):
                    self.add_error(f"reason-{line_id}{suffix}", _("Choose a reason."))
            if self.units_of(line_id) > line.fulfilled - line.returned:
                self.add_error(f"units-{line_id}", _("The buyer does not have so many."))
        return cleaned

    @property
    def rows(self) -> Iterator[Row]:
        names = ["units", "condition", "reason", *(["restock"] if self.may_restock else [])]
        for line_id, line in self.lines.items():
            suffixes, out = self.parts[line_id], line.fulfilled - line.returned
            parts = [[self[f"{name}-{line_id}{suffix}"] for name in names] for suffix in suffixes]
            yield Row(line, out, parts, len(suffixes) < min(out, MOST_PARTS))

    @property
    def units(self) -> dict[int, int]:
        """Return how many pieces of each line came back, as far as the fields can be read."""
        return {line_id: n for line_id in self.lines if (n := self.units_of(line_id))}

    @property
    def pieces(self) -> list[Piece]:
        """Return what came back, by line and condition, as far as the fields can be read."""
        values = getattr(self, "cleaned_data", {})
        return [
            Piece(
                line_id,
                units,
                values.get(f"condition-{line_id}{suffix}") or "as_new",
                values.get(f"reason-{line_id}{suffix}", ""),
                RESTOCK.get(values.get(f"restock-{line_id}{suffix}", "")),
            )
            for line_id, suffixes in self.parts.items()
            for suffix in suffixes
            if (units := values.get(f"units-{line_id}{suffix}"))
        ]

    def units_of(self, line_id: int) -> int:
        """Return how many pieces of a line came back, in all conditions."""
        values = getattr(self, "cleaned_data", {})
        return sum(values.get(f"units-{line_id}{suffix}") or 0 for suffix in self.parts[line_id])

    def _parts_of(self, line_id: int) -> list[str]:
        """Return what the names of a line's fields end with, for each condition that the page asks about."""
        text = self.data.get(f"parts-{line_id}", "1")
        parts = min(int(text), MOST_PARTS) if text.isascii() and text.isdigit() and len(text) < 3 else 1
        return ["", *(f"-{part}" for part in range(2, parts + 1))]

    def _add_part(self, line: LineView, suffix: str) -> None:
        self.fields[f"units-{line.id}{suffix}"] = forms.IntegerField(
            label=_("Pieces"), min_value=0, max_value=line.fulfilled - line.returned, required=False,
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "size": "4"}),
        )  # fmt: skip
        self.fields[f"condition-{line.id}{suffix}"] = forms.ChoiceField(
            label=_("Condition"), choices=ReturnedUnits.CONDITIONS, required=False
        )
        self.fields[f"reason-{line.id}{suffix}"] = forms.ChoiceField(
            label=_("Reason"), choices=[("", _("Choose a reason")), *ReturnLine.REASONS], required=False
        )
        if self.may_restock:
            choices = [("", _("As its condition says")), ("yes", _("Sold again here")), ("no", _("Set aside"))]
            self.fields[f"restock-{line.id}{suffix}"] = forms.ChoiceField(
                label=_("Where it goes"), choices=choices, required=False
            )
