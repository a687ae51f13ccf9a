"""Opening a register with its float, continuing in an open one, and closing it with the count."""

import itertools
import uuid
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.rules import roles
from core.errors import Refusal
from core.idempotency import do_once
from omnistore.till.forms import CountForm, RegisterForm
from omnistore.till.views.base import REGISTER, TillView, claim_of_form
from orders.models import TillSession
from orders.queries.fulfilment.desk import open_tills
from orders.queries.sellers import receipt_gaps
from orders.services.registers.till_sessions import close_till_session, get_till_session, open_till_session


class Registers(TillView):
    """The registers of the store."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the open registers, and the form that opens one."""
        return self._shown(None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Select an open register, or open one with its float."""
        if "session" in request.POST:
            session = get_till_session(session_id=_number(request.POST["session"]), store_id=self.store.id)
            if session.is_open and not session.is_rescue:
                return self._entered(session.pk, session.register)
            return self._shown(None, _("This till session is closed. Open a new one."), status=409)
        form = RegisterForm(request.POST)
        if not form.is_valid():
            return self._shown(form, status=400)
        try:
            answer = do_once(claim_of_form(request, "open register"), lambda: self._open(form), status=201)
        except Refusal as refusal:
            return self._shown(form, str(refusal), status=refusal.status)
        opened = orjson.loads(answer.content)
        return self._entered(opened["session"], opened["register"])

    def _open(self, form: RegisterForm) -> dict[str, Any]:
        session = open_till_session(**form.cleaned_data, by=self.actor, now=timezone.now())
        return {"session": session.pk, "register": session.register}

    def _entered(self, session_id: int, register: str) -> HttpResponse:
        self.request.session[REGISTER] = {"session": session_id, "register": register}
        return HttpResponseRedirect(reverse("admin:till_sale", args=["new"]))

    def _shown(self, form: RegisterForm | None, error: str = "", *, status: int = 200) -> HttpResponse:
        sessions = open_tills(store_id=self.store.id)
        tills = [session for session in sessions if not session.is_rescue]
        taken = {till.register for till in tills}
        free = next(name for name in (f"till-{number}" for number in itertools.count(1)) if name not in taken)
        context = {
            "title": _("Registers"),
            "form": form or RegisterForm(initial={"register": free}),
            "key": uuid.uuid4(),
            "error": error,
            "tills": tills,
            "gaps": receipt_gaps(store_id=self.store.id),
            "rescues": [session for session in sessions if session.is_rescue],
        }
        return self.page("till/registers.html", context, status)


class Closing(TillView):
    """Closing a register: first the count, then the expected amount."""

    def get(self, request: HttpRequest, session_id: int) -> HttpResponse:
        """Ask for the count, or show the closed session."""
        return self._shown(get_till_session(session_id=session_id, store_id=self.store.id), CountForm())

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        """Close the register with the count; a large difference needs a manager."""
        session = get_till_session(session_id=session_id, store_id=self.store.id)
        form = CountForm(request.POST)
        if not form.is_valid():
            return self._shown(session, form, status=400)

        def close() -> dict[str, Any]:
            close_till_session(
                session_id=session_id,
                counted=form.cleaned_data["counted"],
                may_differ=self.staff.may(roles.CLOSE_SESSION_WITH_DIFFERENCE),
                by=self.actor,
                now=timezone.now(),
            )
            return {"session": session_id}

        try:
            do_once(claim_of_form(request, f"close register {session_id}"), close, status=200)
        except Refusal as refusal:
            return self._shown(session, form, str(refusal), status=refusal.status)
        if self.session_id == session_id:
            del request.session[REGISTER]
        return HttpResponseRedirect(request.path)

    def _shown(self, session: TillSession, form: CountForm, error: str = "", *, status: int = 200) -> HttpResponse:
        context = {
            "title": self._title(session),
            "session": session,
            "form": form,
            "key": uuid.uuid4(),
            "error": error,
            "limit": settings.TILL_DIFFERENCE_LIMIT_MINOR,
        }
        return self.page("till/closing.html", context, status)

    def _title(self, session: TillSession) -> str:
        words = _("Late sales of register %(name)s") if session.is_rescue else _("Close register %(name)s")
        return words % {"name": session.register}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
