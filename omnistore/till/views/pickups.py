"""The pickup desk: waiting pickups, picking, and hand-over."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries.people import find_people
from accounts.rules import roles
from core.errors import NotFound, Refusal
from core.idempotency import do_once
from core.texts.formats import number_text
from core.texts.languages import active_language
from core.web.api.base import Page
from omnistore.till.forms import CashField, label_of
from omnistore.till.paging import next_address, page_asked
from omnistore.till.polling import only_if_new
from omnistore.till.views.base import TillView, claim_of_form, not_here
from orders.channels.pieces import PiecesForm
from orders.channels.tender_split import BalanceForm
from orders.queries.balances_due import only_money_in
from orders.queries.fulfilment.desk import now_in_store
from orders.queries.fulfilment.pickups import (
    PickupView,
    ended_pickups,
    find_by_code,
    get_pickup,
    open_pickups,
    open_pickups_of,
    pick_list,
    pickups_of_order,
)
from orders.queries.orders import get_order
from orders.rules.checkout import CARD, CASH, Tender
from orders.rules.order_numbers import typed_order_number
from orders.services.fulfilment.pickups.deadlines import extend_pickup
from orders.services.fulfilment.pickups.hand_over import (
    MOST_WRONG_CODES,
    Proof,
    WrongCode,
    hand_over_pickup,
    prove_by_code,
    prove_by_document,
)
from orders.services.fulfilment.pickups.preparing import (
    accept_pickup,
    make_pickup_ready,
    reject_pickup,
    start_picking,
    unlock_pickup,
)
from orders.services.payments.authorisations import capturing_first
from orders.services.settlement.balance_payments import end_waiting_payment

LEAVING_WITHIN = timedelta(days=1)
PAGE, MOST_TO_PICK = 20, 200
TABS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "accept": (gettext_lazy("To accept"), ("placed",)),
    "pick": (gettext_lazy("To pick"), ("accepted", "picking")),
    "ready": (gettext_lazy("Ready"), ("ready",)),
    "late": (gettext_lazy("Overdue"), ()),
    "collected": (gettext_lazy("Collected"), ()),
}
_DO: dict[str, Callable[..., None]] = {
    "accept": accept_pickup,
    "pick": start_picking,
    "ready": make_pickup_ready,
    "unlock": unlock_pickup,
}


class HandOverForm(forms.Form):
    """The proof, the collecting person, and the payment at hand-over."""

    code = forms.CharField(
        label=gettext_lazy("Collection code"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "dir": "ltr", "autofocus": True}),
    )
    id_seen = forms.BooleanField(label=gettext_lazy("No code: I have checked an identity document"), required=False)
    collected_by = forms.CharField(
        label=gettext_lazy("Collected by"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Empty: the named collector, or the buyer."),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Payment method"),
        choices=[(CASH, gettext_lazy("Cash")), (CARD, gettext_lazy("Card at the terminal"))],
        required=False,
    )
    tendered = CashField(label=gettext_lazy("Cash received"), required=False)

    def __init__(self, *args: Any, due: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due = due

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("code") and not cleaned.get("id_seen"):
            self.add_error("code", _("Scan or enter the code, or check an identity document."))
        if self.due and (cleaned.get("method") or CASH) == CASH and (cleaned.get("tendered") or 0) < self.due:
            self.add_error("tendered", _("This does not cover the amount due. Enter more, or take a card."))
        return cleaned

    def tenders(self) -> list[Tender]:
        """Return the tenders for the balance due."""
        if not self.due:
            return []
        if self.cleaned_data["method"] == CARD:
            return [Tender(CARD, at_terminal=True)]
        return [Tender(CASH, tendered=self.cleaned_data["tendered"])]


def _balances(view: TillView, pickup: PickupView, data: QueryDict | None = None) -> BalanceForm:
    client_key = f"staff:{view.request.user.pk}"
    return BalanceForm(
        data,
        customer_id=pickup.customer_id,
        client_key=client_key,
        now=timezone.now(),
        only_money=lambda: only_money_in(pickup.order_id),
    )


class ExtensionForm(forms.Form):
    """Until when a pickup is kept instead, and why."""

    until = forms.DateField(
        label=gettext_lazy("Keep it until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    extension_reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class Desk(TillView):
    """The pickups of the store."""

    right = roles.HAND_OVER
    tab = "pickups"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the pickups in one state; a script gets them only if there is anything new."""
        now = timezone.now()
        tab = request.GET.get("tab", "")
        tab = tab if tab in TABS else "accept"
        page = page_asked(request, PAGE)
        pickups = self._found(tab, page, now)
        counts = now_in_store(store_id=self.store.id, now=now, soon=now + LEAVING_WITHIN, most_wrong=MOST_WRONG_CODES)
        to_pick = pick_list(store_id=self.store.id, limit=MOST_TO_PICK) if tab == "pick" else []
        context = {
            "title": _("Pickups"),
            "tabs": [(name, title) for name, (title, _states) in TABS.items()],
            "chosen": tab,
            "pickups": pickups[:PAGE],
            "next": next_address(request, page, pickups, key=lambda pickup: pickup.place),
            "counts": counts,
            "to_pick": to_pick,
            "now": now,
        }
        seen = (pickups, counts, to_pick)
        return only_if_new(self, seen, "till/pickups.html", "till/parts/pickups.html", context)

    def _found(self, tab: str, page: Page, now: datetime) -> list[PickupView]:
        place = page.key(str, int)
        if tab == "collected":
            return ended_pickups(store_id=self.store.id, state="collected", after=place, limit=page.fetch)
        late = {"late": now, "leaving": now + LEAVING_WITHIN} if tab == "late" else {}
        return open_pickups(store_id=self.store.id, states=TABS[tab][1], after=place, limit=page.fetch, **late)


class FindPickup(TillView):
    """The desk's search field."""

    right = roles.HAND_OVER
    tab = "pickups"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Find a pickup by its code, its order's number, or its buyer."""
        text = request.POST.get("scanned", "").strip()[:200].rstrip("/").rpartition("/")[2]
        number = typed_order_number(text)
        of_order = pickups_of_order(number=number, store_id=self.store.id) if number else []
        if of_order:
            return HttpResponseRedirect(reverse("admin:till_pickup", args=[of_order[0].id]))
        self.slow_down()
        by_code = find_by_code(store_id=self.store.id, code=text)
        if by_code is not None:
            return PickupPage.shown(self, by_code, code=text)
        customers = find_people(text=text)
        ids = [customer_id for person in customers for customer_id in person.ids]
        pickups = open_pickups_of(customer_ids=ids, store_id=self.store.id, limit=PAGE) if ids else []
        if not pickups:
            raise NotFound(self._where_else(number))
        context = {"title": _("Pickups"), "pickups": pickups, "chosen": "", "tabs": [], "search_text": text}
        return self.page("till/pickups.html", context)

    def _where_else(self, number: str) -> str:
        try:
            order = get_order(number)
        except NotFound:
            return _("No pickup in this store has this code, number or name. Ask for the order number and try again.")
        stores = ", ".join(sorted({part.store for part in order.fulfilments if part.kind == "pickup"}))
        if stores:
            return _("Order %(number)s is to be collected in %(store)s.") % {"number": number, "store": stores}
        return _("Order %(number)s has nothing to collect.") % {"number": number}


class PickupPage(TillView):
    """One pickup, with the actions that are possible now."""

    right = roles.HAND_OVER
    tab = "pickups"

    def get(self, request: HttpRequest, pickup_id: int) -> HttpResponse:
        """Show the pickup."""
        return self.shown(self, pickup_id)

    @staticmethod
    def shown(
        view: TillView,
        pickup_id: int,
        *,
        form: HandOverForm | None = None,
        balances: BalanceForm | None = None,
        handed: PiecesForm | None = None,
        rejected: PiecesForm | None = None,
        extension: ExtensionForm | None = None,
        code: str = "",
        error: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """Render a pickup's page. handed, rejected: the pieces chosen. code: the code scanned at the desk."""
        pickup = get_pickup(pickup_id=pickup_id, store_id=view.store.id)
        context = {
            "title": _("Pickup of order %(number)s") % {"number": pickup.number},
            "pickup": pickup,
            "form": form or HandOverForm(due=pickup.due, initial={"code": code, "method": CASH}),
            "balances": balances or _balances(view, pickup),
            "is_locked": pickup.wrong_codes >= MOST_WRONG_CODES,
            "tries_left": max(0, MOST_WRONG_CODES - pickup.wrong_codes),
            "may_cancel": view.staff.may(roles.CANCEL_ORDER),
            "may_unlock": view.staff.may(roles.UNLOCK_PICKUP),
            "handed": handed or _pieces_form(pickup, "handed"),
            "rejected": rejected or _pieces_form(pickup, "rejected"),
            "extension": extension or ExtensionForm(),
            "key": uuid.uuid4(),
            "error": error,
            "now": timezone.now(),
        }
        return view.page("till/pickup.html", context, status)


class PickupAct(TillView):
    """Moving a pickup to its next state."""

    right = roles.HAND_OVER
    tab = "pickups"

    def post(self, request: HttpRequest, pickup_id: int, act: str) -> HttpResponse:
        """Perform the action, and show the pickup again."""
        now = timezone.now()
        if act == "unlock" and not self.staff.may(roles.UNLOCK_PICKUP):
            raise not_here(_("Only a manager unlocks a pickup. Ask one to sign in."))
        if act in ("reject", "extend"):
            return self._reject(pickup_id, now) if act == "reject" else self._extend(pickup_id, now)
        try:
            if act in _DO:
                _DO[act](pickup_id=pickup_id, by=self.actor, now=now)
            else:
                raise NotFound(_("Not found, or you do not have access."))
        except Refusal as refusal:
            return PickupPage.shown(self, pickup_id, error=str(refusal), status=refusal.status)
        if request.POST.get("back") == "desk":
            return HttpResponseRedirect(f"{reverse('admin:till_pickups')}?tab={request.POST.get('tab', '')[:20]}")
        return HttpResponseRedirect(reverse("admin:till_pickup", args=[pickup_id]))

    def _extend(self, pickup_id: int, now: datetime) -> HttpResponse:
        form = ExtensionForm(self.request.POST)
        if not form.is_valid():
            return PickupPage.shown(self, pickup_id, extension=form, status=400)
        until, reason = form.cleaned_data["until"], form.cleaned_data["extension_reason"]
        try:
            extend_pickup(pickup_id=pickup_id, until=until, reason=reason, by=self.actor, now=now)
        except Refusal as refusal:
            return PickupPage.shown(self, pickup_id, extension=form, error=str(refusal), status=refusal.status)
        return HttpResponseRedirect(reverse("admin:till_pickup", args=[pickup_id]))

    def _reject(self, pickup_id: int, now: datetime) -> HttpResponse:
        reason = self.request.POST.get("reason", "").strip()[:200]
        pickup = get_pickup(pickup_id=pickup_id, store_id=self.store.id)
        chosen = _pieces_form(pickup, "rejected", self.request.POST)

        def reject() -> dict[str, Any]:
            reject_pickup(pickup_id=pickup_id, reason=reason, pieces=chosen.pieces, by=self.actor, now=now)
            return {}

        try:
            if not reason:
                raise Refusal(_("Enter a reason for the customer."))
            if not chosen.is_valid():
                return PickupPage.shown(self, pickup_id, rejected=chosen, status=400)
            do_once(claim_of_form(self.request, f"reject pickup {pickup_id}"), reject, status=200)
        except Refusal as refusal:
            return PickupPage.shown(self, pickup_id, rejected=chosen, error=str(refusal), status=refusal.status)
        return HttpResponseRedirect(reverse("admin:till_pickup", args=[pickup_id]))


class HandOver(TillView):
    """Handing a pickup over to the person at the desk."""

    right = roles.HAND_OVER
    tab = "pickups"

    def post(self, request: HttpRequest, pickup_id: int) -> HttpResponse:
        """Check the code (or record the document seen), take the balance due, and hand the goods over."""
        now = timezone.now()
        pickup = get_pickup(pickup_id=pickup_id, store_id=self.store.id)
        balances = _balances(self, pickup, request.POST)
        are_balances_good = balances.is_valid()
        paid = balances.tenders if pickup.due else []
        form = HandOverForm(request.POST, due=balances.split(pickup.due).rest if paid else pickup.due)
        if pickup.state == "collected":
            return HttpResponseRedirect(reverse("admin:till_pickup", args=[pickup_id]))
        handed = _pieces_form(pickup, "handed", request.POST)
        if not all([form.is_valid(), are_balances_good, handed.is_valid()]):
            return PickupPage.shown(self, pickup_id, form=form, balances=balances, handed=handed, status=400)
        values = form.cleaned_data

        def hand_over() -> dict[str, Any]:
            hand_over_pickup(
                proof=proof,
                collected_by=values["collected_by"],
                pieces=handed.pieces,
                tenders=[*paid, *form.tenders()],
                session_id=self.session_id,
                by=self.actor,
                now=now,
            )
            return {}

        try:
            proof = self._proof(pickup_id, values, now)
            if pickup.due:
                end_waiting_payment(number=pickup.number, by=self.actor, now=now)
            claim = claim_of_form(request, f"hand over {pickup_id}")
            capturing_first(lambda: do_once(claim, hand_over, status=200), by=self.actor, now=now)
        except Refusal as refusal:
            error = _advice(refusal)
            return PickupPage.shown(self, pickup_id, form=form, handed=handed, error=error, status=refusal.status)
        return HttpResponseRedirect(reverse("admin:till_pickup", args=[pickup_id]))

    def _proof(self, pickup_id: int, values: dict[str, Any], now: datetime) -> Proof:
        if values["code"]:
            code = values["code"].strip().rstrip("/").rpartition("/")[2]
            return prove_by_code(pickup_id=pickup_id, code=code, by=self.actor, now=now)
        return prove_by_document(pickup_id=pickup_id)


def _pieces_form(pickup: PickupView, prefix: str, data: QueryDict | None = None) -> PiecesForm:
    waiting = [
        (int(line["line"]), label_of(line), line["quantity"]) for line in pickup.lines if not line["handed_over_at"]
    ]
    return PiecesForm(data, waiting=waiting, prefix=prefix)


def _advice(refusal: Refusal) -> str:
    if isinstance(refusal, WrongCode):
        left = refusal.details["attempts_left"]
        return _("Wrong code. Ask the customer to show it again. Tries left: %(left)s.") % {
            "left": number_text(left, active_language())
        }
    if refusal.code == "session_closed":
        return _("Cash needs an open register. Open one under “Sell”, or take a card.")
    return str(refusal)
