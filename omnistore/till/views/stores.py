"""Choosing the store to work in."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.rules import roles
from core.errors import NotFound
from inventory.queries.staff import Staff, find_stores
from omnistore.till.views.base import REGISTER, STORE, TillView

MOST_STORES = 30


class Stores(TillView):
    """The person's stores; people who work in all of them search by name, code or city."""

    right = roles.SEE_CUSTOMERS
    needs_store = False

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the stores where the person may work."""
        words = request.GET.get("q", "")[:60]
        context = {
            "title": _("Choose your store"),
            "stores": find_stores(words=words, ids=_own(self.staff.staff), limit=MOST_STORES),
            "q": words,
            "most": MOST_STORES,
            "next": request.GET.get("next", ""),
        }
        return self.page("till/stores.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Work in a store from now on; leave another store's register."""
        code = request.POST.get("store", "")
        matches = find_stores(code=code, ids=_own(self.staff.staff), limit=1)
        if not matches:
            raise NotFound(_("No such store, or you do not work there."))
        if request.session.get(STORE) != code:
            request.session[STORE] = code
            request.session.pop(REGISTER, None)
        return HttpResponseRedirect(_onwards(request))


def _own(staff: Staff) -> Sequence[int] | None:
    return staff.stores_with(roles.SEE_CUSTOMERS)


def _onwards(request: HttpRequest) -> str:
    target: Any = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if target and is_ours else reverse("admin:till")
