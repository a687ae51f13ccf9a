"""Slips and labels: only the paper, for A4 and for the roll of 80 mm."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rules import roles
from core.data.sql import Row
from core.texts.formats import day_text, time_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from inventory.channels.labels import LabelsForm, labels_response
from omnistore.till.views.base import TillView
from orders.channels.slips import slip_response
from orders.queries.documents.slips import gift_receipt, packing_slip, pick_slip, return_slip
from orders.queries.fulfilment.pickups import goods_to_pack, pick_list
from orders.queries.orders import get_order
from orders.queries.scopes import check_served

MOST_TO_PICK = 500


class PackingSlip(TillView):
    """What lies in a parcel or with a pickup of an order that this store serves."""

    right = roles.HAND_OVER

    def get(self, request: HttpRequest, number: str, fulfilment_id: int) -> HttpResponse:
        """Show the slip."""
        get_order(number)
        check_served(number, by=self.actor)
        return slip_response(packing_slip(number, fulfilment_id=fulfilment_id))


class GiftReceipt(TillView):
    """A receipt without prices."""

    right = roles.SELL

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the gift receipt of an order of any channel."""
        return slip_response(gift_receipt(number))


class ReturnSlip(TillView):
    """What goes with goods that come back."""

    right = roles.TAKE_RETURNS

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Show the slip of a return."""
        return slip_response(return_slip(number))


class PickList(TillView):
    """What is to be picked for pickups, in walking order."""

    right = roles.HAND_OVER

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the list."""
        now, language = timezone.now().astimezone(ZoneInfo(self.store.time_zone)), active_language()
        slip = pick_slip(
            self.to_pick(),
            title=_("Pick list"),
            place=in_language(self.store.name, language),
            now_text=f"{day_text(now.date(), language)} {time_text(now, language)}",
        )
        return slip_response(slip)

    def to_pick(self) -> Sequence[Row]:
        """Return the goods that pickups wait for."""
        return pick_list(store_id=self.store.id, limit=MOST_TO_PICK)


class PackList(PickList):
    """What is to be picked for parcels, in walking order."""

    def to_pick(self) -> Sequence[Row]:
        """Return the goods that parcels wait for."""
        return goods_to_pack(place_id=self.store.id, limit=MOST_TO_PICK)


class Labels(TillView):
    """Labels of shelves and goods at this store's prices."""

    right = roles.SELL

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the articles; with them, show their labels."""
        form = LabelsForm(request.GET if "codes" in request.GET else None)
        if form.is_bound and form.is_valid():
            return labels_response(form.cleaned_data["codes"], store=self.store.code, now=timezone.now())
        return self.page("till/labels.html", {"title": _("Labels"), "form": form}, 400 if form.errors else 200)
