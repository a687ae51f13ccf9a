"""Choosing the store in which one works."""

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
    """My stores; for who works in all of them, found by name, code or city."""

    right = roles.SEE_CUSTOMERS
    needs_store = False

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the stores one may work in."""
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
        """Work in a store from now on; another store's register is left."""
        code = request.POST.get("store", "")
        found = find_stores(code=code, ids=_own(self.staff.staff), limit=1)
        if not found:
            raise NotFound(_("No such store, or you do not work there."))
        if request.session.get(STORE) != code:
            request.session[STORE] = code
            request.session.pop(REGISTER, None)
        return HttpResponseRedirect(_onwards(request))


def _own(staff: Staff) -> Sequence[int] | None:
    return staff.stores_with(roles.SEE_CUSTOMERS)


def _onwards(request: HttpRequest) -> str:
    wanted: Any = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and is_ours else reverse("admin:till")
