"""The visitor of the web shop: a signed-in person, or the holder of an anonymous cart's token."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.sign_in.authentication import has_second_factor as has_second_factor_of
from accounts.sign_in.authentication import person_ids, refuse_single_factor, works_here
from carts.channels.cookie import token_in_cookie
from carts.channels.output import NO_CART_VERSION
from carts.channels.views import cart_of
from carts.queries.carts import CartGlance, CartView, glance_at_cart
from carts.services.carts import Owner, hash_of
from core.actors import WEB, Actor
from core.errors import NotAllowed
from core.web import logs


@dataclass(frozen=True)
class Visitor:
    """The visitor of a page. token: of the anonymous cart, empty without one."""

    customer: Customer | None
    token: str

    @cached_property
    def owner(self) -> Owner:
        """The owner of the visitor's cart: the person, else the token."""
        if self.customer is not None:
            return Owner(customer_ids=tuple(person_ids(self.customer)))
        return Owner(token_hash=hash_of(self.token) if self.token else "")

    @property
    def actor(self) -> Actor:
        """The visitor as an actor on the web channel."""
        return Actor(WEB, customer_id=self.customer.pk if self.customer else None)

    @property
    def has_owner(self) -> bool:
        """Whether the visitor can have a cart."""
        return self.customer is not None or bool(self.token)

    @cached_property
    def glance(self) -> CartGlance | None:
        """The cart's summary in the frame of every page."""
        if not self.has_owner:
            return None
        return glance_at_cart(customer_ids=self.owner.customer_ids, token_hash=self.owner.token_hash)

    @property
    def units(self) -> int:
        """How many units are in the visitor's cart."""
        return self.glance.units if self.glance else 0

    @property
    def seen(self) -> str:
        """The cart's version on the page, in the format of the stream that announces newer ones."""
        state = (str(self.glance.id), self.glance.version) if self.glance else (None, NO_CART_VERSION)
        return json.dumps({"id": state[0], "version": state[1]})

    def cart(self, *, now: datetime) -> CartView | None:
        """Read the visitor's open cart."""
        return cart_of(self.owner, by=self.actor, now=now)


def visitor_of(request: HttpRequest) -> Visitor:
    """
    Return the visitor of a request, read once per request.

    The login of a merged record belongs to the person it was merged into. Raises SecondFactorRequired for staff who
    signed in with one factor where the shop requires two, and NotAllowed for a closed account.
    """
    known: Visitor | None = getattr(request, "visitor", None)
    if known is None:
        known = Visitor(_customer_of(request), token_in_cookie(request))
        request.visitor = known  # type: ignore[attr-defined]
    return known


def _customer_of(request: HttpRequest) -> Customer | None:
    login = request.user
    if not login.is_authenticated:
        return None
    customer = login.merged_into or login
    if not customer.is_active:
        raise NotAllowed(_("This account is closed."))
    if works_here(customer):
        refuse_single_factor(has_second_factor=has_second_factor_of(login))
    logs.bind(actor=customer.pk)
    return customer
