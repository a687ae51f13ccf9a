"""Parcels: to pick, to send, and on their way."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import roles
from core.errors import Malformed, NotFound, Refusal
from core.texts.spelling import plain_code, plain_text
from inventory.rules.barcodes import NotABarcode, canonical_barcode
from omnistore.till.forms import label_of
from omnistore.till.paging import next_address, page_asked
from omnistore.till.polling import only_if_new
from omnistore.till.views.base import TillView
from orders.channels.pieces import PiecesForm
from orders.queries.fulfilment.parcels import (
    ParcelView,
    count_parcels,
    find_parcels,
    get_parcel,
    gone_parcels,
    waiting_parcels,
)
from orders.rules.order_numbers import typed_order_number
from orders.services.fulfilment.carriers import makes_labels
from orders.services.fulfilment.labels import live_shipment, services_for
from orders.services.fulfilment.pieces import Pieces
from orders.services.fulfilment.shipping import note_delivery, send_parcel, start_picking_parcel
from orders.services.payments.authorisations import capturing_first

PAGE = 20
TABS: dict[str, tuple[Any, str]] = {
    "pick": (gettext_lazy("To pick"), "placed"),
    "send": (gettext_lazy("To send"), "picking"),
    "sent": (gettext_lazy("On the way"), "shipped"),
    "delivered": (gettext_lazy("Delivered"), "delivered"),
}
WAITING = ("placed", "picking")
_DO: dict[str, Callable[..., None]] = {"pick": start_picking_parcel, "delivered": note_delivery}


class SendForm(forms.Form):
    """The tracking number of a parcel."""

    tracking = forms.CharField(
        label=gettext_lazy("Tracking number"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Scan the carrier's label, or leave it empty."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr", "autofocus": True}),
    )

    def __init__(self, *args: Any, parcel: ParcelView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goods = {plain_code(code) for line in parcel.lines for code in (line["sku"], *line["barcodes"])}

    def clean_tracking(self) -> str:
        """Refuse the goods' own codes: a hasty scan would otherwise become the tracking number."""
        tracking = plain_text(self.cleaned_data["tracking"])
        if plain_code(tracking) in self.goods or _barcode(tracking) in self.goods:
            raise forms.ValidationError(_("This is the code of the goods. Scan the carrier's label on the parcel."))
        return tracking


def _barcode(text: str) -> str:
    try:
        return canonical_barcode(text)
    except NotABarcode:
        return ""


class Parcels(TillView):
    """The parcels that leave from this store."""

    right = roles.HAND_OVER
    tab = "parcels"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the parcels in one state; a script gets them only if there is anything new."""
        tab = request.GET.get("tab", "")
        tab = tab if tab in TABS else "pick"
        page = page_asked(request, PAGE)
        state = TABS[tab][1]
        listed = waiting_parcels if state in WAITING else gone_parcels
        parcels = listed(place_id=self.store.id, state=state, after=page.key(str, int), limit=page.fetch)
        counts = count_parcels(place_id=self.store.id)
        context = {
            "title": _("Parcels"),
            "tabs": [
                ("pick", TABS["pick"][0], counts.to_pick),
                ("send", TABS["send"][0], counts.to_send),
                *((name, TABS[name][0], None) for name in ("sent", "delivered")),
            ],
            "chosen": tab,
            "parcels": parcels[:PAGE],
            "next": next_address(request, page, parcels, key=lambda parcel: parcel.place),
            "now": timezone.now(),
        }
        return only_if_new(self, (parcels, counts), "till/parcels.html", "till/parts/parcels.html", context)


class FindParcel(TillView):
    """The search field above the parcels."""

    right = roles.HAND_OVER
    tab = "parcels"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open the parcel of an order, or the one with a tracking number."""
        text = typed_order_number(request.POST.get("scanned", "")[:200])
        parcels = find_parcels(place_id=self.store.id, text=text, limit=PAGE) if text else []
        if not parcels:
            raise NotFound(_("No parcel here has this order or tracking number."))
        if len(parcels) == 1:
            return HttpResponseRedirect(reverse("admin:till_parcel", args=[parcels[0].id]))
        context = {"title": _("Parcels"), "parcels": parcels, "tabs": [], "search_text": text, "now": timezone.now()}
        return self.page("till/parcels.html", context)


class OneParcel(TillView):
    """One parcel, with its next step."""

    right = roles.HAND_OVER
    tab = "parcels"

    def shown(
        self,
        parcel_id: int,
        *,
        form: SendForm | None = None,
        sent: PiecesForm | None = None,
        error: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """Render a parcel's page. sent: the pieces chosen to be sent."""
        parcel = get_parcel(parcel_id=known_id(parcel_id), place_id=self.store.id)
        label = live_shipment(parcel.id)
        services = services_for(parcel.method) if label is None and parcel.state in WAITING else []
        context = {
            "label": label,
            "services": [(service, makes_labels(service.carrier)) for service in services],
            "title": _("Parcel of order %(number)s") % {"number": parcel.number},
            "parcel": parcel,
            "form": form or SendForm(parcel=parcel, initial={"tracking": label.tracking if label else ""}),
            "sent": sent or pieces_form(parcel),
            "error": error,
            "now": timezone.now(),
        }
        return self.page("till/parcel.html", context, status)


class ParcelPage(OneParcel):
    """The page of a parcel."""

    def get(self, request: HttpRequest, parcel_id: int) -> HttpResponse:
        """Show the parcel."""
        return self.shown(parcel_id)


class ParcelAct(OneParcel):
    """Moving a parcel to its next state."""

    ACTS: ClassVar = ("pick", "send", "delivered")

    def get(self, request: HttpRequest, parcel_id: int, act: str) -> HttpResponse:
        """Redirect people who return to an action's URL to the parcel."""
        return HttpResponseRedirect(reverse("admin:till_parcel", args=[parcel_id]))

    def post(self, request: HttpRequest, parcel_id: int, act: str) -> HttpResponse:
        """Perform the action; then continue with the parcel, or with the list once it has left."""
        if act not in self.ACTS:
            raise NotFound(_("Not found, or you do not have access."))
        parcel = get_parcel(parcel_id=known_id(parcel_id), place_id=self.store.id)
        form = SendForm(request.POST, parcel=parcel)
        sent = pieces_form(parcel, request.POST)
        if act == "send" and not all([form.is_valid(), sent.is_valid()]):
            return self.shown(parcel_id, form=form, sent=sent, status=400)
        try:
            if act == "send":
                self._send(parcel, form.cleaned_data["tracking"], sent.pieces)
            else:
                _DO[act](parcel_id=parcel.id, by=self.actor, now=timezone.now())
        except (NotFound, Malformed):
            raise
        except Refusal as refusal:
            return self.shown(parcel_id, sent=sent, error=str(refusal), status=refusal.status)
        if act == "pick":
            return HttpResponseRedirect(reverse("admin:till_parcel", args=[parcel.id]))
        return HttpResponseRedirect(f"{reverse('admin:till_parcels')}?tab={'send' if act == 'send' else 'sent'}")

    def _send(self, parcel: ParcelView, tracking: str, pieces: Pieces | None) -> None:
        now = timezone.now()
        capturing_first(
            lambda: send_parcel(parcel_id=parcel.id, tracking=tracking, pieces=pieces, by=self.actor, now=now),
            by=self.actor,
            now=now,
        )


def pieces_form(parcel: ParcelView, data: QueryDict | None = None) -> PiecesForm:
    """Return the form for the pieces of a parcel that are sent now."""
    return PiecesForm(data, waiting=[(line["line"], label_of(line), line["quantity"]) for line in parcel.lines])


def known_id(parcel_id: int) -> int:
    """Return an id that PostgreSQL can compare; no row has a larger one."""
    return parcel_id if parcel_id < 2**63 else 0
