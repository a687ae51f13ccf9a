"""Receivers of django-allauth's signals, its only way to report a verified, changed or removed address."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.signals import (
    email_changed,
    email_confirmed,
    email_removed,
    password_changed,
    password_reset,
    password_set,
    user_logged_in,
    user_signed_up,
)
from allauth.core.internal.httpkit import is_headless_request
from django.contrib.auth.models import AnonymousUser
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Customer
from accounts.services.customers.visit_events import VISITOR_HEADER, is_visitor_key, link_visitor
from accounts.services.identity import identity
from accounts.services.identity.wrong_sign_ins import forgive_wrong_sign_ins
from accounts.sign_in.adapter import proving_actor

VISITOR_KEY = "visitor"


@receiver(email_confirmed)
def note_proof(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """Join the contacts known by the address alone to the person."""
    customer = Customer.objects.get(pk=email_address.user_id)
    if any(record["method"] == "code" for record in get_authentication_records(request, customer)):
        identity.distrust_password(customer=customer)
    identity.prove_email(
        customer=customer,
        email=email_address.email,
        by=proving_actor(customer, request),
        now=timezone.now(),
    )


@receiver([email_changed, email_removed])
def follow_change(user: Customer, **kwargs: Any) -> None:
    """Copy the primary address to the contact address."""
    identity.mirror_address(customer=user)


@receiver(password_reset)
def forgive_wrong_passwords(user: Customer, **kwargs: Any) -> None:
    """Let whoever chose a new password use it at once, however often they had guessed the old one."""
    forgive_wrong_sign_ins(logins=[login for login in (user.email.lower(), str(user.phone or "")) if login])


@receiver(user_signed_up)
def remember_visitor(request: HttpRequest, **kwargs: Any) -> None:
    """Keep the device's key until the address is verified: the sign-in may then come in a request without it."""
    if visitor := _visitor_of(request):
        request.session[VISITOR_KEY] = visitor


@receiver(user_logged_in)
def bring_visits_along(request: HttpRequest, user: Customer, **kwargs: Any) -> None:
    """Give the visits of this device to the person who signs in, or signed up before, with its key."""
    if visitor := _visitor_of(request) or request.session.get(VISITOR_KEY, ""):
        link_visitor(visitor=visitor, customer_id=user.merged_into_id or user.pk, now=timezone.now())


@receiver([password_changed, password_set])
def hand_out_new_tokens(request: HttpRequest, **kwargs: Any) -> None:
    """Keep the device that changed the password signed in, unlike all others."""
    # Its tokens became invalid with the old password and session; allauth puts new ones into the response only if the
    # person was not signed in at the start of the request.
    if is_headless_request(request):
        request.allauth.headless._pre_user = AnonymousUser()  # type: ignore[attr-defined]


def _visitor_of(request: HttpRequest) -> str:
    visitor = request.headers.get(VISITOR_HEADER, "")
    return visitor if is_visitor_key(visitor) else ""
