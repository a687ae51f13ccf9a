"""What every page of the till shares: the member of staff, the store, and how refusals are shown."""

import hashlib
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import orjson
from django.contrib import admin
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views import View
from rest_framework.throttling import ScopedRateThrottle

from accounts.queries.people import Person
from accounts.rules import roles
from core.actors import TILL, Actor
from core.errors import Malformed, NotAllowed, Refusal, TooManyRequests
from core.idempotency import Claim
from core.web.api.problems import LOCK_NOT_AVAILABLE, RETRYABLE, retry_headers, sqlstate_of
from core.web.headers import add, written
from inventory.channels.staff import AtWork, NotAllowedHere
from inventory.queries.staff import Store, staff_with_store
from inventory.services.people_limits import list_people, open_person

MOST_RETRIES = 3
STORE, REGISTER = "till_store", "till_register"  # Keys of the browser's session.


class Busy(Refusal):
    """Another transaction holds a lock that this action needs."""

    code = "busy"


class TooManyTries(TooManyRequests):
    """Codes are tried too fast."""


class NoStore(Exception):
    """The person has not chosen in which of their stores they work."""


class TillView(View):
    """
    A page of the till: finds the store where the person works, checks their right there, and shows refusals.

    right: the right that the page needs. tab: the tab of the till to which it belongs.
    """

    right: ClassVar[str] = roles.SELL
    needs_store: ClassVar[bool] = True
    tab: ClassVar[str] = "sell"
    # The limit of a member of staff's code attempts, shared with the API's view.
    throttle_scope = "handover"
    staff: AtWork

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Handle the request; a refusal becomes a page that says what to do next."""
        try:
            _check_readable(request, kwargs)
            self.staff = at_work(request, right=self.right, needs_store=self.needs_store)
            return self._answer(request, *args, **kwargs)
        except NoStore:
            query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
            return HttpResponseRedirect(f"{reverse('admin:till_stores')}?{query}")
        except Refusal as refusal:
            return self.refused(refusal)

    def refused(self, refusal: Refusal) -> HttpResponse:
        """Show a refusal on a separate page."""
        answer = self.page("till/refused.html", {"title": _("Not possible"), "refusal": refusal}, refusal.status)
        add(answer, written(retry_headers(refusal)))
        return answer

    def page(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        """Render a page in the frame of the back office."""
        return TemplateResponse(self.request, template, {**self.frame(), **context}, status=status)

    def frame(self) -> dict[str, Any]:
        """Return the context of every page's frame, without the list of tables, which costs more than a page."""
        site = admin.site
        return {
            "site_title": site.site_title,
            "site_header": site.site_header,
            "has_permission": True,
            "is_nav_sidebar_enabled": False,
            "at_work": getattr(self, "staff", None),
            "register": self.request.session.get(REGISTER),
            "tab": self.tab,
        }

    @property
    def store(self) -> Store:
        """The store where the person works."""
        assert self.staff.store is not None, "only behind needs_store"
        return self.staff.store

    @property
    def actor(self) -> Actor:
        """The member of staff as an actor at the till of this store."""
        store = self.staff.store
        return Actor(
            channel=TILL,
            staff_id=self.request.user.pk,
            store_id=store.id if store else None,
            store_code=store.code if store else "",
        )

    @property
    def session_id(self) -> int | None:
        """The id of this browser's till session, if it has one."""
        register = self.request.session.get(REGISTER)
        return int(register["session"]) if register else None

    def slow_down(self) -> None:
        """Count a code attempt. Raises TooManyTries."""
        throttle = ScopedRateThrottle()
        if not throttle.allow_request(self.request, self):  # type: ignore[arg-type]
            raise TooManyTries(_("Too many codes. Wait a minute, then scan again."))

    def opened(self, person: Person) -> Person:
        """Count a customer whom this page opens, and return them. Raises TooManyPeople."""
        open_person(person.id, staff=self.staff.staff, by=self.actor, now=timezone.now())
        return person

    def listed(self, people: Sequence[Person]) -> Sequence[Person]:
        """Count the customers whom this page lists, and return them. Raises TooManyPeople."""
        list_people([person.id for person in people], staff=self.staff.staff, by=self.actor, now=timezone.now())
        return people

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        for attempt in range(MOST_RETRIES):
            try:
                return super().dispatch(request, *args, **kwargs)
            except DataError as error:
                raise Malformed(_("A value is out of range.")) from error
            except OperationalError as error:
                if sqlstate_of(error) == LOCK_NOT_AVAILABLE:
                    raise Busy(_("Somebody else is changing this right now. Try again.")) from error
                if sqlstate_of(error) not in RETRYABLE:
                    raise
                time.sleep(random.uniform(0.005, 0.02) * 2**attempt)  # noqa: S311 - jitter, not a secret
        return super().dispatch(request, *args, **kwargs)


def at_work(request: HttpRequest, *, right: str, needs_store: bool) -> AtWork:
    """
    Return the member of staff who sent a request, in the store that they chose or in their only one.

    Raises NoStore, and NotAllowedHere if their role does not have the right there.
    """
    wanted_code = str(request.session.get(STORE, ""))
    staff, chosen = staff_with_store(
        customer_id=int(request.user.pk or 0),
        is_superuser=bool(getattr(request.user, "is_superuser", False)),
        wanted_code=wanted_code,
    )
    if not staff.is_staff:
        raise NotAllowedHere(_("You are not assigned to a store. Ask head office."))
    own = staff.own_stores
    store = chosen or (own[0] if len(own) == 1 else None)
    if store is None and needs_store:
        raise NoStore
    if not staff.may(right, store.id if store else None):
        raise NotAllowedHere(_("Your role does not allow this in this store. Ask a manager."), right=right)
    return AtWork(staff, store, staff.role_in(store.id if store else None))


def is_htmx(request: HttpRequest) -> bool:
    """Return whether the request is for a part of a page, from the script that swaps it in."""
    return request.headers.get("HX-Request") == "true"


def claim_of_form(request: HttpRequest, act: str) -> Claim:
    """
    Read the key of a form, so that submitting it twice does its work once, without claiming it.

    act: the name of the form's action. Raises Malformed when the key is missing or not printable ASCII.
    """
    key = request.POST.get("key", "")
    if not (1 <= len(key) <= 255 and key.isascii() and key.isprintable()):
        raise Malformed(_("This form is invalid. Reload the page."), field="key")
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return Claim(
        scope=f"staff:{request.user.pk} {act}"[:200],
        key=key,
        request_hash=hashlib.sha256(orjson.dumps(fields)).hexdigest(),
    )


def _check_readable(request: HttpRequest, kwargs: Mapping[str, Any]) -> None:
    """Refuse NUL characters, which PostgreSQL cannot store. Raises Malformed."""
    texts = [*kwargs.values(), *(text for query in (request.GET, request.POST) for text in _texts_of(query))]
    if any("\x00" in text for text in texts if isinstance(text, str)):
        raise Malformed(_("The request is malformed."))


def _texts_of(query: QueryDict) -> list[str]:
    return [str(text) for _name, texts in query.lists() for text in texts]


def not_here(message: str) -> NotAllowed:
    """Return the refusal of an action that a role may not perform in this store."""
    return NotAllowedHere(message)


def number_of(text: str) -> int:
    """Return an amount in minor units from a page's address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
