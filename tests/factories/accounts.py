"""People for tests: shoppers, staff, contacts met at the till, and their access tokens."""

import secrets
from typing import Any

from allauth.account.models import EmailAddress
from allauth.headless import app_settings as headless
from allauth.headless.tokens.strategies.jwt import internal
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts.models import Customer

PASSWORD = "omnistore-demo"


def make_customer(
    name: str = "Ana Moreno",
    *,
    email: str = "ana@example.com",
    phone: str = "",
    password: str | None = PASSWORD,
    **fields: Any,
) -> Customer:
    """
    Make a person with an account: address and number, if given, are verified.

    phone: E.164. password: None for somebody who signs in by codes only.
    """
    if phone:
        fields.setdefault("phone_verified_at", timezone.now())
    customer = Customer.objects.create_user(email, password, name=name, phone=phone, **fields)
    if email:
        EmailAddress.objects.create(user=customer, email=email, verified=True, primary=True)
    return customer


def make_contact(name: str = "", *, email: str = "", phone: str = "", **fields: Any) -> Customer:
    """Make a person without an account, as the till knows them: nothing about them is proved."""
    return Customer.objects.create_user(email, None, name=name, phone=phone, **fields)


def make_staff(name: str = "Tess Till", *, email: str = "tess@example.com", **fields: Any) -> Customer:
    """Make a member of staff; in which store they work and as what is an assignment of inventory's."""
    return make_customer(name, email=email, is_staff=True, **fields)


def make_session(customer: Customer, **kept: Any) -> SessionStore:
    """
    A session of somebody who signed in before, with what else is kept in it.

    One statement, where signing in takes fifteen; how people sign in has tests of its own.
    """
    session = SessionStore()
    session[SESSION_KEY] = str(customer.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = customer.get_session_auth_hash()
    session.update(kept)
    session._session_key = secrets.token_hex(16)
    session.create_model_instance(session._session).save(force_insert=True)
    return session


def access_token(customer: Customer) -> str:
    """Sign a person in and return the access token that the app would get."""
    session = make_session(customer)
    return internal.create_access_token(customer, session, headless.TOKEN_STRATEGY.get_claims(customer))


def bearer(customer: Customer) -> dict[str, str]:
    """Return the headers with which the person's app asks, signed in."""
    return {"Authorization": f"Bearer {access_token(customer)}"}
