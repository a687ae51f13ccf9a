"""Sending goods of a pickup or a parcel elsewhere, for example what the store does not have."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries.addresses import FIELDS, list_addresses
from accounts.queries.people import get_person
from accounts.rules import roles
from core.errors import NotFound, Refusal
from core.idempotency import do_once
from core.texts.translated import in_language
from inventory.queries.availability import StoreSupply, place_of_store, store_supplies
from omnistore.till.views.base import TillView, claim_of_form
from omnistore.till.views.parcels import known_id
from orders.channels.pieces import PiecesForm, wanted_of
from orders.queries.orders import get_order
from orders.queries.views import FulfilmentView, OrderView
from orders.rules.checkout import PICKUP, SHIP
from orders.rules.lifecycle import may_be_changed
from orders.services.settlement.rerouting import Destination, change_fulfilment, costs_the_same

MOST_STORES, MOST_ADDRESSES = 20, 20


class ElsewhereForm(forms.Form):
    """Where the goods are to go: a store that has all of them, or an address of the buyer."""

    to = forms.ChoiceField(label=gettext_lazy("Where to"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class Elsewhere(TillView):
    """Choosing where the goods of one part of an order go instead."""

    right = roles.HAND_OVER
    tab = "pickups"

    def get(self, request: HttpRequest, number: str, fulfilment_id: int) -> HttpResponse:
        """Show the stores that have all of it, and the buyer's addresses."""
        order, part = self._part(number, fulfilment_id)
        choices = [(name, words) for name, words, _to in self._choices(order, part)]
        return self._shown(order, part, ElsewhereForm(choices=choices), self._pieces(order, part))

    def post(self, request: HttpRequest, number: str, fulfilment_id: int) -> HttpResponse:
        """Send the goods, or some pieces, there."""
        try:
            order, part = self._part(number, fulfilment_id)
        except NotFound:
            # Sent twice, or somebody was faster: the order shows where its goods are.
            return HttpResponseRedirect(reverse("admin:till_order", args=[get_order(number).number]))
        found = self._choices(order, part)
        form = ElsewhereForm(request.POST, choices=[(name, words) for name, words, _to in found])
        chosen = self._pieces(order, part, request.POST)
        if not all([form.is_valid(), chosen.is_valid()]):
            return self._shown(order, part, form, chosen, status=400)
        to = next(to for name, _words, to in found if name == form.cleaned_data["to"])

        def change() -> dict[str, Any]:
            change_fulfilment(
                number=number, fulfilment_id=part.id, to=to, pieces=chosen.pieces, by=self.actor, now=timezone.now()
            )
            return {}

        try:
            do_once(claim_of_form(request, f"elsewhere {part.id}"), change, status=200)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self._shown(order, part, form, chosen, status=refusal.status)
        return HttpResponseRedirect(reverse("admin:till_order", args=[number]))

    def _part(self, number: str, fulfilment_id: int) -> tuple[OrderView, FulfilmentView]:
        order = get_order(number)
        for part in order.fulfilments:
            is_here = part.id == known_id(fulfilment_id) and part.store == self.store.code
            if is_here and may_be_changed(kind=part.kind, state=part.state, by=self.actor):
                return order, part
        raise NotFound(_("Nothing of this order waits here that could go elsewhere."))

    def _pieces(self, order: OrderView, part: FulfilmentView, data: Any = None) -> PiecesForm:
        lines = {line.id: line for line in order.lines}
        waiting = [
            (line_id, lines[line_id].name, min(units, line.quantity - line.fulfilled - line.cancelled))
            for line_id, units in part.lines
            if (line := lines.get(line_id))
        ]
        return PiecesForm(data, waiting=[line for line in waiting if line[2]], prefix="moved")

    def _choices(self, order: OrderView, part: FulfilmentView) -> list[tuple[str, str, Destination]]:
        wanted = wanted_of(order, part)
        stores = store_supplies(list(wanted), near=place_of_store(self.store.code), limit=MOST_STORES)
        found = [
            (store, sum(min(store.available.get(variant, 0), units) for variant, units in wanted.items()))
            for store in stores
            if part.kind != PICKUP or store.code != part.store
        ]
        # The sort is stable: the nearest come first among those that have as much.
        choices = [
            (f"store:{store.code}", _store_words(store, has, wanted.total()), Destination(PICKUP, store.code))
            for store, has in sorted(found, key=lambda one: -one[1])
            if has
        ] + [
            (f"address:{address['id']}", _address_words(address), Destination(SHIP, address=_copied(address)))
            for address in self._addresses(order)
        ]
        return [
            choice
            for choice in choices
            if costs_the_same(kind=part.kind, store=part.store, address=part.address, to=choice[2])
        ]

    def _addresses(self, order: OrderView) -> list[dict[str, Any]]:
        if order.customer_id is None:
            return []
        person = get_person(customer_id=order.customer_id)
        return list_addresses(person_ids=[person.id, *person.alias_ids], limit=MOST_ADDRESSES)

    def _shown(
        self, order: OrderView, part: FulfilmentView, form: ElsewhereForm, chosen: PiecesForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "title": _("Send goods of order %(number)s elsewhere") % {"number": order.number},
            "order": order,
            "part": part,
            "form": form,
            "chosen": chosen,
            "key": uuid.uuid4(),
        }
        return self.page("till/elsewhere.html", context, status)


def _store_words(store: StoreSupply, has: int, wanted: int) -> str:
    words = {"store": in_language(store.name), "has": has, "wanted": wanted}
    if has == wanted:
        return _("Collect in %(store)s, which has all of it") % words
    return _("Collect in %(store)s, which has %(has)d of %(wanted)d") % words


def _address_words(address: dict[str, Any]) -> str:
    parts = [str(address[name]) for name in ("name", "street_address", "postal_code", "city") if address[name]]
    return _("Send to %(address)s") % {"address": ", ".join(parts)}


def _copied(address: dict[str, Any]) -> dict[str, Any]:
    return {name: str(address[name] or "") for name in FIELDS if name not in ("id", "is_default")}
