"""Authentication by the access token of the app, or by the session cookie of a browser."""

from functools import cache

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.models import Customer
from accounts.sign_in.tokens import read_access_token
from core.actors import APP, WEB, Actor
from core.data import sql
from core.errors import NotAllowed
from core.web import logs

# One statement per request: the person, the other records merged into this one, and whether the session still lives,
# so that signing out, a new password or a closed account takes effect with the next request. The login may belong to a
# record that was merged into another: it keeps working, and signs in the person it was merged into.
_PERSON = """
SELECT customer.id, customer.name, customer.email, customer.phone, customer.phone_verified_at, customer.card_number,
       customer.language, customer.home_store, customer.preferred_channel, customer.receipt_channel,
       customer.is_staff, customer.is_superuser, customer.is_active, login.password,
       EXISTS (SELECT 1 FROM mfa_authenticator AS factor
               WHERE factor.user_id = login.id AND factor.type IN ('totp', 'webauthn')) AS has_second_factor,
       ARRAY(SELECT id FROM accounts_customer AS alias WHERE alias.merged_into_id = customer.id) AS aliases
FROM accounts_customer AS login
JOIN accounts_customer AS customer ON customer.id = COALESCE(login.merged_into_id, login.id)
JOIN django_session AS session ON session.session_key = %(session_key)s AND session.expire_date > now()
WHERE login.id = %(customer_id)s AND login.is_active AND customer.is_active
"""


class SecondFactorRequired(NotAllowed):
    """A member of staff signed in with one factor only: they may do nothing but set up another."""

    code = "second_factor_required"


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <access token>` as allauth issues it; the channel is the app."""

    def authenticate(self, request: Request) -> tuple[Customer, str] | None:
        scheme, _space, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        customer = _customer_of(token)
        if customer is None:
            raise exceptions.AuthenticationFailed(_("This access token is not valid. Sign in or refresh it."))
        logs.bind(actor=customer.pk)
        return customer, APP

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class CookieAuthentication(authentication.SessionAuthentication):
    """The session cookie of a browser, with CSRF protection; the channel is the web."""

    def authenticate(self, request: Request) -> tuple[Customer, str] | None:
        result = super().authenticate(request)
        if result is None:
            return None
        login = result[0]
        customer = login.merged_into or login
        if not customer.is_active:
            raise exceptions.AuthenticationFailed(_("This account is closed."))
        if works_here(customer):
            refuse_single_factor(has_second_factor=has_second_factor(login))
        return customer, WEB


def shopper_of(request: Request) -> Customer:
    """Return the signed-in person behind a request. Raises NotAuthenticated."""
    if not isinstance(request.user, Customer):
        raise exceptions.NotAuthenticated()
    return request.user


def works_here(customer: Customer) -> bool:
    """Return whether the person is a member of staff, for whom one factor is not enough."""
    return customer.is_staff or customer.is_superuser


def has_second_factor(customer: Customer) -> bool:
    """Return whether the person has an authenticator app or a passkey, which sign-in then requires."""
    return bool(get_adapter().is_mfa_enabled(customer, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def lacks_second_factor(customer: Customer | AnonymousUser) -> bool:
    """Return whether the person has only one factor where the shop requires two of its staff."""
    return settings.STAFF_SECOND_FACTOR and not (isinstance(customer, Customer) and has_second_factor(customer))


def refuse_single_factor(*, has_second_factor: bool) -> None:
    """Refuse staff who sign in with one factor where the shop requires two. Raises SecondFactorRequired."""
    if settings.STAFF_SECOND_FACTOR and not has_second_factor:
        raise SecondFactorRequired(
            _("Staff sign in with two factors: set up an authenticator app or a passkey first."),
            set_up_at="/_allauth/app/v1/account/authenticators/totp",
        )


def actor_of(request: Request | HttpRequest) -> Actor:
    """Return the shopper who sent a request as an actor; anonymous visitors have no id."""
    user = request.user
    customer_id = user.pk if user.is_authenticated else None
    return Actor(channel=getattr(request, "auth", None) or APP, customer_id=customer_id)


def person_ids(customer: Customer | AnonymousUser) -> list[int]:
    """Return the ids of all records of a signed-in person: the surviving one first, then those merged into it."""
    assert isinstance(customer, Customer), "only behind a permission that asks for somebody signed in"
    aliases = getattr(customer, "alias_ids", None)
    if aliases is None:
        aliases = list(customer.aliases.values_list("pk", flat=True))
        customer.alias_ids = aliases  # type: ignore[attr-defined]
    return [customer.pk, *aliases]


def _customer_of(token: str) -> Customer | None:
    access = read_access_token(token)
    if access is None:
        return None
    row = sql.fetch_one(_PERSON, {"customer_id": access.customer_id, "session_key": access.session_key})
    if row is None or not access.was_issued_under(row.pop("password")):
        return None
    aliases, has_second_factor = row.pop("aliases"), row.pop("has_second_factor")
    fields = _in_order_of_the_model(tuple(row))
    customer = Customer.from_db("default", fields, [row[field] for field in fields])
    customer.alias_ids = aliases  # type: ignore[attr-defined]
    if works_here(customer):
        refuse_single_factor(has_second_factor=has_second_factor)
    return customer


@cache
def _in_order_of_the_model(columns: tuple[str, ...]) -> list[str]:
    """Sort columns by the model's fields: Django takes values in that order, whatever names come with them."""
    return [field.attname for field in Customer._meta.concrete_fields if field.attname in columns]
