"""What all staff views share: who works here, in which store, and with which rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.request import Request

from accounts.rules import roles
from core.actors import TILL, Actor
from core.errors import Malformed, NotAllowed
from core.web.api.base import ApiView
from inventory.queries.staff import Staff, Store, staff_with_store

STORE_HEADER = "X-Store"


class StoreRequired(Malformed):
    """It is unclear in which store the person works: several are possible, or the named one does not exist."""

    code = "store_required"


class NotAllowedHere(NotAllowed):
    """The person is not staff, or their role in this store does not have the right."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """
    A member of staff at work in a store.

    store is None and role is empty only in views that need no store.
    """

    staff: Staff
    store: Store | None
    role: str

    def may(self, right: str) -> bool:
        """Return whether this person has a right in the store in which they work."""
        return self.staff.may(right, self.store.id if self.store else None)


class StaffApiView(ApiView):
    """
    A view for staff: finds the store in which the person works, and checks the right there.

    The header X-Store names the store; a person who is assigned to exactly one store need not send it. right: one right
    for all methods, or one for each method. needs_store: False where the person may work without a store.
    """

    right: ClassVar[str | Mapping[str, str]] = roles.SELL
    needs_store: ClassVar[bool] = True
    # The API schema reads this: every operation of a staff view takes the header.
    schema_parameters: ClassVar[Sequence[OpenApiParameter]] = [
        OpenApiParameter(
            STORE_HEADER,
            str,
            OpenApiParameter.HEADER,
            description="The code of the store in which you act; needed if you are assigned to several.",
        )
    ]
    staff: AtWork

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.staff = self._at_work(request)

    @property
    def store(self) -> Store:
        """The store in which the person works."""
        assert self.staff.store is not None, "only behind needs_store"
        return self.staff.store

    def actor(self, request: Request) -> Actor:
        """Return the member of staff as the actor, at the till of the present store."""
        store = self.staff.store
        return Actor(
            channel=TILL,
            staff_id=request.user.pk,
            store_id=store.id if store else None,
            store_code=store.code if store else "",
        )

    def store_code(self, request: Request) -> str:
        """Return the code of the store that the person names, empty for none. Views with another source extend this."""
        return request.headers.get(STORE_HEADER, "").strip()

    def _at_work(self, request: Request) -> AtWork:
        wanted_code = self.store_code(request)
        staff, wanted = staff_with_store(
            customer_id=int(request.user.pk or 0),
            is_superuser=request.user.is_superuser,
            wanted_code=wanted_code,
        )
        if not (staff.is_staff and (request.user.is_staff or request.user.is_superuser)):
            raise NotAllowedHere(_("This is for staff only."))
        store = wanted if wanted_code else _only_store_of(staff)
        if store is None and (self.needs_store or wanted_code):
            raise StoreRequired(
                _("Name the store you act in by its code in the header %s.") % STORE_HEADER, field=STORE_HEADER
            )
        right = self._right_for(str(request.method))
        if not staff.may(right, store.id if store else None):
            raise NotAllowedHere(_("Your role does not allow this here."), right=right)
        return AtWork(staff, store, staff.role_in(store.id if store else None))

    def _right_for(self, method: str) -> str:
        if isinstance(self.right, str):
            return self.right
        try:
            return self.right["GET" if method == "HEAD" else method]
        except KeyError:
            # A method without a right is not allowed.
            raise exceptions.MethodNotAllowed(method) from None


def _only_store_of(staff: Staff) -> Store | None:
    stores = staff.own_stores
    return stores[0] if len(stores) == 1 else None
