"""The sale screen: one search field, and the cart below it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.queries.people import get_person
from accounts.rules import roles
from accounts.services.customers.people import register_contact
from carts.queries.quoting import quote_cart
from carts.rules.vouchers import VoucherNotValid
from carts.services.carts import LARGEST_QUANTITY, change_quantity, empty_cart, remove_line
from carts.services.vouchers import add_voucher, remove_voucher
from core.errors import Malformed, Refusal
from core.texts.formats import number_text
from core.texts.languages import active_language
from core.web.api.problems import retry_headers, text_of
from core.web.headers import add, written
from inventory.models import Location
from omnistore.till.forms import ContactForm
from omnistore.till.sales import (
    NEW,
    Sale,
    add_units,
    find_cart,
    find_sale,
    key_of_customer,
    member_at_till,
    recognise,
    shown_lines,
    stock_of,
    with_cart,
)
from omnistore.till.scanning import OpenCart, People, ScannedGoods, read_scan
from omnistore.till.views.base import TillView, is_htmx
from orders.services.settlement.checkout import CartAlreadyOrdered


class SaleView(TillView):
    """A page that changes the cart on the screen."""

    right = roles.SELL

    def shown(self, sale: Sale, *, status: int = 200, **extra: Any) -> HttpResponse:
        """
        Render the present sale: for the script only the part that changes, else the whole page.

        extra: error or message, as messages for the clerk; customers, those found.
        """
        lines = shown_lines(sale.cart, stock_of(sale.cart, self.store), language=active_language())
        now = timezone.now()
        quote = quote_cart(sale.cart, by=self.actor, now=now) if sale.cart else None
        context = {
            "title": _("Sell"),
            "sale": sale,
            "lines": lines,
            "quote": quote,
            "loyalty": member_at_till(sale, quote, now=now),
            "is_blocked": any(problem.fix is not None for line in lines for problem in line.problems),
            "units": sum(line.line.quantity for line in lines),
            **extra,
        }
        if is_htmx(self.request):
            answer = self.page("till/parts/sale.html", context, status)
            # The URL follows the sale, so that a reload shows the same one.
            answer["HX-Replace-Url"] = reverse("admin:till_sale", args=[sale.key])
            return answer
        return self.page("till/sale.html", context, status)

    def sale(self, key: str) -> Sale:
        """Return the sale of a key without its cart. Raises as find_sale does, and TooManyPeople."""
        return self._opened(find_sale(key))

    def _opened(self, sale: Sale) -> Sale:
        if sale.person is not None:
            self.opened(sale.person)
        return sale

    def with_cart(self, sale: Sale) -> Sale:
        """Return the sale with its present cart."""
        return with_cart(sale, by=self.actor, now=timezone.now())

    def done(self, sale: Sale, message: str = "") -> HttpResponse:
        """Answer after a change: for the script with the part that changed, else with a redirect to the page."""
        if is_htmx(self.request):
            return self.shown(self.with_cart(sale), message=message)
        return HttpResponseRedirect(reverse("admin:till_sale", args=[sale.key]))

    def refused(self, refusal: Refusal) -> HttpResponse:
        """Show a refusal above the unchanged cart."""
        if not hasattr(self, "staff") or self.staff.store is None:
            return super().refused(refusal)
        try:
            sale = self.with_cart(self.sale(self.request.POST.get("sale") or self.kwargs.get("key", NEW)))
        except CartAlreadyOrdered as ordered:
            return self.shown(self.sale(NEW), error=str(ordered), **ordered.details)
        except Refusal:
            return super().refused(refusal)
        status = 200 if is_htmx(self.request) else refusal.status
        answer = self.shown(sale, status=status, error=str(refusal))
        add(answer, written(retry_headers(refusal)))
        return answer


class Till(TillView):
    """The till's start page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Redirect to a new sale, or first to a register; in a warehouse, where nothing is sold, to the parcels."""
        if self.store.kind == Location.WAREHOUSE:
            return HttpResponseRedirect(reverse("admin:till_parcels"))
        if self.session_id is None:
            return HttpResponseRedirect(reverse("admin:till_registers"))
        return HttpResponseRedirect(reverse("admin:till_sale", args=[NEW]))


class SaleScreen(SaleView):
    """A sale."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the cart with the possible actions."""
        if self.session_id is None:
            return HttpResponseRedirect(reverse("admin:till_registers"))
        sale = self.with_cart(self.sale(key))
        if sale.key != key:
            return HttpResponseRedirect(reverse("admin:till_sale", args=[sale.key]))
        return self.shown(sale)


class LiveSale(SaleView):
    """The present cart, for polling."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the cart if its version differs from the screen's, else nothing."""
        sale = self.with_cart(self.sale(key))
        if sale.key == key and str(sale.version) == request.GET.get("version"):
            return HttpResponse(status=204)
        return self.shown(sale, message=_("The customer changed the cart.") if sale.person else "")


class Scan(SaleView):
    """The one field."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Act on the scanned text: add a variant, open a cart, or recognise a customer."""
        now = timezone.now()
        read = read_scan(request.POST.get("scanned", ""), now=now, before_code=self.slow_down)
        if isinstance(read, OpenCart):
            return self._open(read.cart_id)
        sale = self.sale(request.POST.get("sale", NEW))
        if isinstance(read, ScannedGoods):
            sale = add_units(sale, sku=read.sku, quantity=read.quantity, by=self.actor, now=now)
            message = ngettext("%(count)s unit added: %(sku)s", "%(count)s units added: %(sku)s", read.quantity)
            return self.done(sale, message % {"count": number_text(read.quantity, active_language()), "sku": read.sku})
        if read.is_certain:
            return self._recognised(sale, read)
        return self.shown(self.with_cart(sale), customers=self.listed(read.found))

    def _open(self, cart_id: int) -> HttpResponse:
        return self.done(self._opened(find_cart(cart_id)))

    def _recognised(self, sale: Sale, read: People) -> HttpResponse:
        return self.done(recognise(sale, self.opened(read.found[0]), by=self.actor, now=timezone.now()))


class Recognised(SaleView):
    """The customer of the sale."""

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Continue with the cart of the chosen customer."""
        person = self.opened(get_person(customer_id=_number(request.POST.get("customer", ""))))
        return self.done(recognise(self.sale(key), person, by=self.actor, now=timezone.now()))


class NewCustomer(SaleView):
    """A new customer."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Ask for a name and contact details."""
        return self._form(key, ContactForm())

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Register the contact (or find the existing one with this number or address) and continue the sale."""
        form = ContactForm(request.POST)
        if not form.is_valid():
            return self._form(key, form, status=400)
        now = timezone.now()
        person, _is_new = register_contact(by=self.actor, now=now, language=active_language(), **form.cleaned_data)
        recognise(self.sale(key), self.opened(person), by=self.actor, now=now)
        return HttpResponseRedirect(reverse("admin:till_sale", args=[key_of_customer(person.id)]))

    def _form(self, key: str, form: ContactForm, *, status: int = 200) -> HttpResponse:
        return self.page("till/new_customer.html", {"title": _("New customer"), "form": form, "key": key}, status)


class ChangeLine(SaleView):
    """A line of the cart."""

    def post(self, request: HttpRequest, key: str, line_id: int) -> HttpResponse:
        """Set the quantity; 0 removes the line."""
        now = timezone.now()
        sale = self.sale(key)
        quantity = _number(request.POST.get("set") or request.POST.get("quantity", ""), otherwise=-1)
        if not 0 <= quantity <= LARGEST_QUANTITY:
            raise Malformed(_("A quantity is a number from 1 to %(most)d.") % {"most": LARGEST_QUANTITY})
        version = _number(request.POST.get("version", "")) or None
        if quantity:
            change_quantity(
                owner=sale.owner, line_id=line_id, quantity=quantity, by=self.actor, now=now, version=version
            )
        else:
            remove_line(owner=sale.owner, line_id=line_id, by=self.actor, now=now, version=version)
        return self.done(sale)


class Emptied(SaleView):
    """Emptying the cart."""

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Remove all lines of the cart."""
        version = _number(request.POST.get("version", "")) or None
        sale = self.sale(key)
        empty_cart(owner=sale.owner, by=self.actor, now=timezone.now(), version=version)
        return self.done(sale)


class Redeemed(SaleView):
    """A voucher in the cart."""

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Add the customer's voucher to the cart, or remove it."""
        sale, code, now = self.sale(key), request.POST.get("code", "")[:60], timezone.now()
        try:
            if "remove" in request.POST:
                remove_voucher(owner=sale.owner, code=code, now=now)
            else:
                add_voucher(owner=sale.owner, code=code, now=now)
        except VoucherNotValid as refusal:
            return self.shown(self.with_cart(sale), error=text_of(refusal))
        return self.done(sale)


def _number(text: str, *, otherwise: int = 0) -> int:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < 19 else otherwise
