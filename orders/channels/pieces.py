"""The form in which people choose pieces of an order, shared by the web and the till."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor
from orders.queries.views import FulfilmentView, OrderView
from orders.rules.lifecycle import may_be_cancelled
from orders.services.fulfilment.pieces import Pieces


def cancellable_pieces(order: OrderView, *, by: Actor) -> list[tuple[int, str, int]]:
    """Return of each order line its id, its name and how many units the actor may still cancel; lines with some."""
    held: Counter[int] = Counter()
    for part in order.fulfilments:
        if may_be_cancelled(kind=part.kind, state=part.state, by=by):
            held.update(dict(part.lines))
    found = [(line, min(held[line.id], line.quantity - line.fulfilled - line.cancelled)) for line in order.lines]
    return [(line.id, line.name, units) for line, units in found if units]


def wanted_of(order: OrderView, part: FulfilmentView) -> Counter[int]:
    """Return how many units of each variant a part of an order holds."""
    variants = {line.id: line.variant_id for line in order.lines}
    wanted: Counter[int] = Counter()
    for line_id, units in part.lines:
        wanted[variants.get(line_id) or 0] += units
    return wanted


class PiecesForm(forms.Form):
    """
    One number for each line that waits, all of it at first.

    waiting: of each line its id, its name and how many wait. A single piece needs no choice, so nothing is asked then.
    After is_valid(), pieces is None where everything is meant. What a form chose that was sent twice, or after the
    goods had changed, is refused.
    """

    def __init__(self, *args: Any, waiting: Sequence[tuple[int, str, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = {line_id: units for line_id, _name, units in waiting}
        self.fields["waiting"] = forms.CharField(
            initial=self._waiting_now(), required=False, max_length=5000, widget=forms.HiddenInput
        )
        self.asks = sum(self.waiting.values()) > 1
        if not self.asks:
            return
        for line_id, name, units in waiting:
            self.fields[f"piece_{line_id}"] = forms.IntegerField(
                label=name,
                min_value=0,
                max_value=units,
                initial=units,
                required=False,
                help_text=gettext_lazy("of %(units)d") % {"units": units},
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "pieces"}),
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a choice of nothing, and one among other goods than there are now."""
        values = super().clean() or {}
        if self.is_sent and values.get("waiting") != self._waiting_now():
            raise forms.ValidationError(_("These goods have changed meanwhile. Look at them again."))
        if not self.errors and not sum(self._chosen(values).values()):
            raise forms.ValidationError(_("Choose at least one piece."))
        return values

    @property
    def goods_field(self) -> str:
        """Return the hidden field that says among which goods people choose, as they are now."""
        return forms.HiddenInput().render(self.add_prefix("waiting"), self._waiting_now())

    @property
    def is_sent(self) -> bool:
        """Return whether a choice was sent; without one, everything is meant."""
        return self.add_prefix("waiting") in self.data

    @property
    def pieces(self) -> Pieces | None:
        """Return the chosen units by line id; None for all that wait."""
        chosen = self._chosen(self.cleaned_data)
        return None if chosen == self.waiting else chosen

    def _waiting_now(self) -> str:
        return ",".join(f"{line_id}:{units}" for line_id, units in self.waiting.items())

    def _chosen(self, values: dict[str, Any]) -> dict[int, int]:
        if not self.asks or not self.is_sent:
            return self.waiting
        return {line_id: values.get(f"piece_{line_id}") or 0 for line_id in self.waiting}
